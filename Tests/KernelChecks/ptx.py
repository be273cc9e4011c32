"""What can be read off PTX, the assembly language that NVIDIA's compilers share, about a kernel's arithmetic."""
import collections
import re

INSTRUCTION = re.compile(r"^\s*(?:@!?%p\d+\s+)?([a-z][a-z0-9_]*(?:\.[a-z0-9_:]+)*)\b[^:;\n]*;", re.M)
ENTRY = re.compile(r"^(?:\.visible\s+)?\.entry\s+(\w+)\s*\(", re.M)
# `ptxas` may fuse a product and a sum that name no rounding; those that say `.rn` keep theirs.
FUSIBLE = re.compile(r"(?:mul|add|sub|mad)(?:\.ftz)?\.f(?:32|64)|mad\.rn(?:\.ftz)?\.f(?:32|64)")
INEXACT = re.compile(r"(?:div\.(?:full|approx)|sqrt\.approx)(?:\.ftz)?\.f32")
FLUSHING = re.compile(r"\w+(?:\.\w+)*\.ftz(?:\.\w+)*")
FUSED = re.compile(r"fma\.rn\.f(?:32|64)")


def entries(ptx):
    """The names of the kernels."""
    return ENTRY.findall(ptx)


def with_group_sizes(ptx, sizes):
    """The text with the work-group size that each kernel requires, which the assembler plans registers by.

    clang leaves it out for OpenCL C; NVIDIA's compiler writes it. `sizes`: kernel name to three numbers.
    """
    for kernel, size in sizes.items():
        heading = re.compile(rf"(\.entry\s+{kernel}\s*\([^)]*\))")
        ptx = heading.sub(rf"\1\n.reqntid {', '.join(str(count) for count in size)}", ptx, count=1)
    return ptx


def instructions(ptx):
    """How often each instruction occurs, by its whole name (`mul.rn.f32`)."""
    return collections.Counter(INSTRUCTION.findall(ptx))


def fused_products(ptx):
    """How many fused multiply-adds there are."""
    return sum(count for name, count in instructions(ptx).items() if FUSED.fullmatch(name))


def arithmetic_complaints(ptx):
    """What would round other than NUMERICS.md says, in words; an empty list if nothing does."""
    found = instructions(ptx)
    complaints = []
    for pattern, meaning in (
            (FUSIBLE, "names no rounding, so that the assembler may fuse it"),
            (INEXACT, "is not correctly rounded"),
            (FLUSHING, "flushes subnormal numbers")):
        for name in sorted(found):
            if pattern.fullmatch(name):
                complaints.append(f"{found[name]} times {name}, which {meaning}")
    if "ld.local" in ptx or "st.local" in ptx:
        complaints.append("reads or writes memory of its own (ld.local, st.local)")
    return complaints

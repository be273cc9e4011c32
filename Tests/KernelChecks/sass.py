"""What can be read off NVIDIA's machine code, as `nvdisasm -c` prints it."""
import collections
import re

SECTION = re.compile(r"^\.text\.(\w+):", re.M)
LABEL = re.compile(r"^(\.L_x_\d+):")
LINE = re.compile(r"^\s*/\*[0-9a-f]+\*/\s+(?:@!?U?P\w+\s+)?([A-Z][A-Z0-9_]*)(\S*)([^;]*);")
TARGET = re.compile(r"`\((\.L_x_\d+)\)")
# What does the work of a kernel, the most telling first: matrix products, dot products of 4 bytes, fused multiply-adds.
WORK = ("IMMA", "HMMA", "IDP", "FFMA")
MEMORY = ("LDG", "LDS", "LDSM", "LDGSTS", "STS", "STG", "LDL", "STL", "BAR")


def listings(text):
    """The lines of each kernel."""
    marks = list(SECTION.finditer(text))
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    return {mark[1]: text[mark.end():end].splitlines() for mark, end in zip(marks, ends)}


def loops(lines):
    """The instructions of each innermost loop: what lies between a label and the branch back to it, with no such pair inside."""
    places, spans, names = {}, [], []
    for line in lines:
        if label := LABEL.match(line):
            places[label[1]] = len(names)
        elif instruction := LINE.match(line):
            names.append(instruction[1])
            target = TARGET.search(line)
            # A branch to itself is what fills the code after the end.
            if instruction[1] == "BRA" and target and places.get(target[1], len(names)) < len(names) - 1:
                spans.append((places[target[1]], len(names)))
    inner = [span for span in spans
             if not any(other != span and span[0] <= other[0] and other[1] <= span[1] for other in spans)]
    return [collections.Counter(names[first:end]) for first, end in inner]


def hottest_loops(text):
    """For each kernel, its loop with the most work in words, `132 instructions: 32 IMMA, 20 LDG`; none is left out."""
    found = {}
    for kernel, lines in listings(text).items():
        best = max(loops(lines), key=lambda loop: [loop[name] for name in WORK], default=None)
        if best and any(best[name] for name in WORK):
            parts = [f"{best[name]} {name}" for name in WORK + MEMORY if best[name]]
            found[kernel] = f"{best.total()} instructions: {', '.join(parts)}"
    return found


def own_memory_accesses(text):
    """How many instructions of each kernel reach the memory of one work-item (spilled or indexed variables)."""
    return {
        kernel: sum(1 for line in lines if (found := LINE.match(line)) and found[1] in ("LDL", "STL"))
        for kernel, lines in listings(text).items()
    }

#!/usr/bin/env python3
"""Checks of the kernels what no compiler does, and what compilers without a GPU cannot.

- A function that asks for its work-item's place or holds a barrier, itself or through what it calls, is
  `__attribute__((always_inline))`: Kernels/README.md says why.
- Every `.cl` file turns contraction off before its first function, and none turns it on.
- Kernels call no function whose accuracy is the driver's choice: `mad`, `native_...`, `half_...`, `fast_...`.
- No build option lets a compiler change results.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
PLACE = re.compile(
    r"\b(?:get_(?:global|local|group)_id|get_(?:global|local)_linear_id|get_sub_group(?:_local)?_id"
    r"|(?:work_group_|sub_group_)?barrier|work_group_\w+|sub_group_\w+)\b")
INLINE = re.compile(r"__attribute__\s*\(\(\s*always_inline\s*\)\)")
KERNEL = re.compile(r"\b(?:__)?kernel\b")
WORD = re.compile(r"\b[A-Za-z_]\w*\b")
# Also `mad24` and `mad_hi` are exact: integers.
INEXACT = re.compile(r"\b(?:mad|(?:native|half|fast)_\w+)\s*\(")
CONTRACTION_OFF = "#pragma OPENCL FP_CONTRACT OFF"
CONTRACTION = re.compile(r"#\s*pragma\s+(?:OPENCL\s+FP_CONTRACT|STDC\s+FP_CONTRACT|clang\s+fp\s+contract)")
OPTION = re.compile(
    r"-cl-(?:fast-relaxed-math|unsafe-math-optimizations|mad-enable|finite-math-only|no-signed-zeros|denorms-are-zero"
    r"|single-precision-constant)|-ffast-math|-ffp-contract=(?:fast|on)|-funsafe-math\w*"
    r"|-fassociative-math|-freciprocal-math")


def without_comments(text):
    """The text with comments and literals blanked, lines kept."""
    blank = lambda match: re.sub(r"[^\n]", " ", match[0])
    return re.sub(r"//[^\n]*|/\*.*?\*/|\"(?:\\.|[^\"\\\n])*\"", blank, text, flags=re.S)


def pieces(text):
    """(name, line, head, body) of each function that is defined, and of each macro with a body: its head is ''."""
    text = without_comments(text)
    found = []

    def macro(match):
        body = re.sub(r"\\\n", " \n", match[2])
        found.append((match[1], text.count("\n", 0, match.start()) + 1, "", body))
        return re.sub(r"[^\n]", " ", match[0])

    plain = re.sub(r"^[ \t]*#[ \t]*define[ \t]+(\w+)((?:\\\n|[^\n])*)", macro, text, flags=re.M)
    plain = re.sub(r"^[ \t]*#(?:\\\n|[^\n])*", lambda match: re.sub(r"[^\n]", " ", match[0]), plain, flags=re.M)
    depth, start = 0, 0
    for brace in re.finditer(r"[{};]", plain):
        if brace[0] == "{":
            if depth == 0:
                opening = brace.start()
            depth += 1
        elif brace[0] == "}":
            depth -= 1
            if depth == 0:
                head = plain[start:opening]
                # Its parameters are the last thing in parentheses, attributes aside; before it a macro may stand alone.
                names = re.findall(r"\b(\w+)\s*\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)",
                                   re.sub(r"__attribute__\s*\(\((?:[^()]|\([^()]*\))*\)\)", " ", head))
                if names:
                    line = plain.count("\n", 0, start + head.rindex(names[-1])) + 1
                    found.append((names[-1], line, head, plain[opening:brace.end()]))
                start = brace.end()
        elif depth == 0:
            start = brace.end()
    return found


def kernel_complaints(files):
    """What is wrong with kernel files, given as a dictionary from name to text."""
    complaints, parsed = [], {name: pieces(text) for name, text in files.items()}
    # Names that lead to a work-item's place, through any number of calls. Macros are spread where they are named.
    placed, grown = set(), True
    while grown:
        grown = False
        for _, entries in parsed.items():
            for name, _, _, body in entries:
                if name not in placed and (PLACE.search(body) or not placed.isdisjoint(WORD.findall(body))):
                    placed.add(name)
                    grown = True
    for file, entries in parsed.items():
        for name, line, head, _ in entries:
            if head and name in placed and not KERNEL.search(head) and not INLINE.search(head):
                complaints.append(
                    f"{file}:{line}: {name} asks for its work-item's place or holds a barrier, and is not "
                    "__attribute__((always_inline))")
        text = files[file]
        code = without_comments(text)
        for match in INEXACT.finditer(code):
            line = code.count("\n", 0, match.start()) + 1
            complaints.append(f"{file}:{line}: {match[0][:-1].strip()} is as exact as the driver likes")
        lines = text.splitlines()
        for number, line in enumerate(lines, 1):
            if CONTRACTION.search(line) and line != CONTRACTION_OFF:
                complaints.append(f"{file}:{number}: contraction is off everywhere: {line.strip()}")
        if file.endswith(".cl"):
            first = min((line for _, line, head, _ in entries if head), default=len(lines) + 1)
            if CONTRACTION_OFF not in lines[:first]:
                complaints.append(f"{file}: no '{CONTRACTION_OFF}' before the first function")
    return complaints


def option_complaints(file, text):
    """Build options in a file of the host's that change results."""
    return [
        f"{file}:{number}: {match[0]} lets a compiler change results"
        for number, line in enumerate(text.splitlines(), 1) for match in OPTION.finditer(line)]


def main():
    files = {path.name: path.read_text() for path in sorted((ROOT / "Kernels").glob("*.cl*"))}
    complaints = [f"Kernels/{complaint}" for complaint in kernel_complaints(files)]
    hosts = [path for folder in ["Sources", "Tests", "Benchmarks"] for path in sorted((ROOT / folder).rglob("*"))
             if path.suffix in {".swift", ".c", ".h", ".cpp", ".py", ".sh"}] + [ROOT / "Package.swift", ROOT / "Makefile"]
    for path in hosts:
        complaints += option_complaints(path.relative_to(ROOT), path.read_text(errors="replace"))
    for complaint in complaints:
        print(complaint)
    functions = sum(bool(head) for text in files.values() for _, _, head, _ in pieces(text))
    print(f"kernels: {functions} functions of {len(files)} files and {len(hosts)} host files checked, {len(complaints)} complaints")
    return 1 if complaints or not functions else 0


if __name__ == "__main__":
    sys.exit(main())

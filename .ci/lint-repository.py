#!/usr/bin/env python3
"""Checks what no compiler does: sizes of files, names that say nothing, paths of one machine, leftovers.

The same budgets are tested by Tests/RepositoryTests; here they are checked before anything is built.
"""
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
LINE_BUDGETS = {".swift": 500, ".c": 400, ".cpp": 400, ".h": 400, ".cl": 400, ".py": 400}
EMPTY_NAMES = re.compile(r"(Utils?|Utilities|Helpers?|Managers?|Misc|Common)$", re.IGNORECASE)
# Absolute paths of a home or a working folder: right on the machine where they were written only.
MACHINE_PATH = re.compile(r"(?<![\w.$}/-])/(?:work|root|home|Users)/[\w.]")
LEFTOVER = re.compile(r"\b(?:TODO|FIXME|XXX)\b|\bfatalError\(|\btry!")
BINARY = {".onnx", ".npy", ".png", ".jpg", ".pb"}


def main():
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT, check=True, capture_output=True,
        text=True).stdout.splitlines()
    complaints = []
    for name in sorted(set(listed)):
        path = ROOT / name
        if not path.is_file():
            continue
        if EMPTY_NAMES.search(path.stem) and path.suffix in LINE_BUDGETS:
            complaints.append(f"{name}: the name says nothing about what is inside")
        if path.suffix in BINARY:
            if path.stat().st_size > 500_000:
                complaints.append(f"{name}: {path.stat().st_size} bytes; files of the repository stay under 500,000")
            continue
        lines = path.read_text(errors="replace").splitlines()
        budget = LINE_BUDGETS.get(path.suffix)
        if budget and len(lines) > budget:
            complaints.append(f"{name}: {len(lines)} lines, {budget} at most")
        for number, line in enumerate(lines, 1):
            if MACHINE_PATH.search(line):
                complaints.append(f"{name}:{number}: a path of one machine: {line.strip()}")
            if name.startswith(("Sources/", "Kernels/")) and LEFTOVER.search(line):
                complaints.append(f"{name}:{number}: {line.strip()}")
            if path.suffix in LINE_BUDGETS and path.suffix != ".swift" and (line != line.rstrip() or "\t" in line):
                complaints.append(f"{name}:{number}: a tab, or space at the end of the line")
    for complaint in complaints:
        print(complaint)
    print(f"repository: {len(listed)} files checked, {len(complaints)} complaints")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""Checks every import of a module of this package against the dependencies that Package.swift declares.

The compiler accepts an import of any module that is reachable through another target, so that a layer could be skipped
or a cycle prepared without anyone saying so. Also here: only ONNXFormat imports COnnx, only
OpenCLBackend COpenCL, and only Distribution CMPI. The module map of ARCHITECTURE.md is held against the same list.
"""
import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
IMPORT = re.compile(
    r"^\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:(?:public|package|internal|fileprivate|private)\s+)?"
    r"import\s+(?:(?:struct|class|enum|protocol|func|var|let|typealias)\s+)?(\w+)")


def main():
    package = json.loads(
        subprocess.run(["swift", "package", "dump-package"], cwd=ROOT, check=True, capture_output=True, text=True).stdout)
    targets = {target["name"]: target for target in package["targets"]}
    complaints, checked = [], 0
    for name, target in targets.items():
        allowed = set()
        for dependency in target["dependencies"]:
            allowed.update(entry[0] for entry in dependency.values() if entry)
        default = ("Tests" if target["type"] == "test" else "Sources") + f"/{name}"
        for path in sorted((ROOT / (target.get("path") or default)).rglob("*.swift")):
            for number, line in enumerate(path.read_text().splitlines(), 1):
                match = IMPORT.match(line)
                if not match or match.group(1) not in targets:
                    continue
                checked += 1
                if match.group(1) not in allowed:
                    where = path.relative_to(ROOT)
                    complaints.append(
                        f"{where}:{number}: {name} imports {match.group(1)}, which Package.swift does not list for it")
    map_text = (ROOT / "ARCHITECTURE.md").read_text()
    drawn = {match[1]: set(match[2].replace(",", " ").split()) for match in re.finditer(r"^(\w+) +->(.*)$", map_text, re.M)}
    for name, target in targets.items():
        if target["type"] == "test" or name == "TestSupport" or (name[0] == "C" and name[1].isupper()):
            continue
        declared = {entry[0] for dependency in target["dependencies"] for entry in dependency.values() if entry}
        if drawn.get(name) != declared:
            complaints.append(f"ARCHITECTURE.md: the map's line for {name} should be '{name} -> {', '.join(sorted(declared))}'")
    for boundary in (name for name in targets if name.startswith("C") and name[1:2].isupper()):
        users = [name for name, target in targets.items() if target["type"] != "test" and name != "TestSupport"
                 and any(entry and entry[0] == boundary for d in target["dependencies"] for entry in d.values())]
        owner = {"COnnx": "ONNXFormat", "COpenCL": "OpenCLBackend", "CMPI": "Distribution"}.get(boundary)
        if owner and users != [owner]:
            complaints.append(f"Package.swift: {', '.join(users)} depend on {boundary}; only {owner} may")
    for complaint in complaints:
        print(complaint)
    print(f"imports: {checked} checked, {len(complaints)} not declared")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())

"""What check_nvidia.py and check_amd.py share: options, one row for each kernel of a preset and architecture, the table, and what
is wrong."""
import argparse
import collections
import concurrent.futures
import dataclasses
import os
import pathlib
import sys

from presets import KERNELS, PresetError, read_presets, seen_programs
from toolchain import ToolError, version


@dataclasses.dataclass
class Row:
    """What one kernel of a preset needs on an architecture, and what is wrong with it."""
    preset: object
    kernel: str
    architecture: str
    figures: list
    complaints: list


def attempt(check, preset, architecture, folder):
    """The rows that `check` gives for a preset; a preset that does not compile is one row that says so."""
    try:
        return check(preset, architecture, folder)
    except ToolError as error:
        return [Row(preset, "-", architecture, [], [str(error)])]


def table(head, rows):
    """The rows as aligned text, numbers to the right; `head` names their figures."""
    lines = [["file", "kernel", "preset", "arch", *head]]
    for row in rows:
        figures = row.figures or ["-"] * len(head)
        lines.append([row.preset.file, row.kernel, row.preset.name, row.architecture, *figures])
    widths = [max(len(str(line[column])) for line in lines) for column in range(len(lines[0]))]
    numbers = [any(isinstance(line[column], int) for line in lines) for column in range(len(lines[0]))]
    return "\n".join("  ".join(
        str(cell).rjust(width) if is_number else str(cell).ljust(width)
        for cell, width, is_number in zip(line, widths, numbers)).rstrip() for line in lines) + "\n"


def run_checks(document, name, architectures, bodies, tools, head, check):
    """Checks what the command line asks for, prints table and complaints, and gives the exit status.

    `bodies` are those that programs of `--seen` are compiled with, as `seen_programs` takes them; `tools` are asked for
    their versions."""
    parser = argparse.ArgumentParser(description=document.splitlines()[0])
    parser.add_argument("--kernels", type=pathlib.Path, default=KERNELS, help="the folder with presets.txt")
    parser.add_argument("--table", type=pathlib.Path, help="also write the table to this file")
    parser.add_argument("--seen", type=pathlib.Path, help="also the programs of this file, of check_oclgrind.py --programs")
    parser.add_argument("--only", help="one kernel file")
    options = parser.parse_args()
    try:
        presets = [preset for preset in read_presets(options.kernels) if options.only in (None, preset.file)]
        seen = seen_programs(options.seen, bodies) if options.seen else []
        versions = "; ".join(version(tool()) for tool in tools)
    except (PresetError, ToolError) as error:
        print(f"{name}: {error}", file=sys.stderr)
        return 1
    jobs = [(preset, architecture) for preset in presets + seen
            for architecture in preset.architectures if architecture in architectures]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        results = list(pool.map(lambda job: attempt(check, *job, options.kernels), jobs))
    rows = [row for result in results for row in result]
    # Programs of a run are checked; the table that is kept is that of the presets.
    text = f"# {versions}\n" + table(head, [row for row in rows if row.preset in presets])
    print(text, end="")
    if options.table and not options.only:
        options.table.write_text(text)
    # What is wrong on every architecture is said once.
    wrong = collections.defaultdict(list)
    for row in rows:
        for complaint in row.complaints:
            wrong[row.preset, row.kernel, complaint].append(row.architecture)
    for (preset, kernel, complaint), where in wrong.items():
        print(f"FAILED {preset} on {', '.join(where)}, {kernel}: {complaint}")
    failed = sum(1 for row in rows if row.complaints)
    print(f"{len(rows) - failed} passed, {failed} failed")
    return 1 if failed or not rows else 0

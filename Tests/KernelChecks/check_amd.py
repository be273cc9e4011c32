#!/usr/bin/env python3
"""Compiles every kernel with every preset for AMD's GPUs, as far as a stand-alone clang goes. Needs no GPU.

    check_amd.py [--kernels FOLDER] [--table FILE] [--seen FILE] [--only FILE.cl]

Per kernel and architecture a row: vector and scalar registers, accumulation registers, scratch memory, spills, local
memory. Presets are written for a vendor: scratch memory and spills are shown for all, and fail those that are for AMD only;
those that NVIDIA's GPUs use too only have to compile.
"""
import argparse
import concurrent.futures
import os
import pathlib
import re
import sys
import tempfile

from presets import AMD, KERNELS, NVIDIA, PresetError, read_presets, seen_programs
from toolchain import ToolError, clang, compile_for_amd, version

METADATA = re.compile(r"\.amdgpu_metadata\n(.*?)\.end_amdgpu_metadata", re.S)
FIELDS = ("vgpr_count", "sgpr_count", "agpr_count", "private_segment_fixed_size", "vgpr_spill_count", "sgpr_spill_count",
          "group_segment_fixed_size")
HEAD = ("file", "kernel", "preset", "arch", "vgpr", "sgpr", "agpr", "scratch", "vgpr spills", "sgpr spills", "local")


def kernels(assembly):
    """For each kernel its name and the figures that its metadata give."""
    found = METADATA.search(assembly)
    if not found:
        raise ToolError("clang wrote no kernel metadata")
    entries = re.split(r"^  - (?=\.)", found[1], flags=re.M)[1:]
    for entry in entries:
        name = re.search(r"^\s*\.symbol:\s+(\w+)\.kd$", entry, re.M)
        figures = {field: re.search(rf"^\s*\.{field}:\s+(\d+)", entry, re.M) for field in FIELDS}
        yield (name[1] if name else "?"), [int(figures[field][1]) if figures[field] else 0 for field in FIELDS]


def attempt(preset, architecture, folder):
    """The rows of one preset and the complaints about it."""
    try:
        with tempfile.TemporaryDirectory() as scratch:
            assembly = compile_for_amd(preset, architecture, pathlib.Path(scratch) / "kernel.s", folder)
        rows = [[preset.file, name, preset.name, architecture, *figures] for name, figures in kernels(assembly)]
    except ToolError as error:
        return [], [f"FAILED {preset} on AMD: {error}"]
    meant_for_all = any(name in NVIDIA for name in preset.architectures)
    complaints = [
        f"FAILED {preset} on {architecture}, {row[1]}: {row[7]} bytes of scratch memory, {row[8]} vector registers spilled"
        for row in rows if (row[7] or row[8]) and not meant_for_all
    ]
    return rows, complaints if rows else [f"FAILED {preset} on {architecture}: no kernel in it"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kernels", type=pathlib.Path, default=KERNELS, help="the folder with presets.txt")
    parser.add_argument("--table", type=pathlib.Path, help="also write the table to this file")
    parser.add_argument("--seen", type=pathlib.Path, help="also the programs of this file, of check_oclgrind.py --programs")
    parser.add_argument("--only", help="one kernel file")
    options = parser.parse_args()
    try:
        presets = [preset for preset in read_presets(options.kernels) if options.only in (None, preset.file)]
        seen = seen_programs(options.seen, dot4=3) if options.seen else []
        text = f"# {version(clang())}\n"
    except (PresetError, ToolError) as error:
        print(f"check-amd: {error}", file=sys.stderr)
        return 1
    jobs = [(preset, architecture) for preset in presets + seen
            for architecture in preset.architectures if architecture in AMD]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        results = list(pool.map(lambda job: attempt(*job, options.kernels), jobs))
    # Programs of a run are checked; the table that is kept is that of the presets.
    lines = [HEAD] + [row for (preset, _), (rows, _) in zip(jobs, results) if preset in presets for row in rows]
    widths = [max(len(str(line[column])) for line in lines) for column in range(len(HEAD))]
    text += "\n".join("  ".join(
        str(cell).rjust(width) if column > 3 else str(cell).ljust(width)
        for column, (cell, width) in enumerate(zip(line, widths))).rstrip() for line in lines) + "\n"
    print(text, end="")
    if options.table and not options.only:
        options.table.write_text(text)
    # A file that does not compile says so once.
    complaints = dict.fromkeys(complaint for _, found in results for complaint in found)
    print("".join(f"{complaint}\n" for complaint in complaints), end="")
    failed = sum(1 for _, found in results if found)
    print(f"{len(results) - failed} passed, {failed} failed")
    return 1 if failed or not results else 0


if __name__ == "__main__":
    sys.exit(main())

#!/usr/bin/env python3
"""Compiles every kernel with every preset to PTX, assembles it, and holds it against the limits. Needs no GPU.

    check_nvidia.py [--kernels FOLDER] [--table FILE] [--seen FILE] [--only FILE.cl]

Per kernel and architecture a row: registers, stack, spills, shared memory, and what the machine code of its hottest loop
holds. A preset fails where
- registers are spilled, or memory of its own is used (arrays that were not unrolled into registers);
- its local memory leaves no room for the few bytes that NVIDIA's compiler takes of the 48 KB;
- arithmetic may be fused or is not correctly rounded, or there are fused multiply-adds that nobody wrote.
"""
import argparse
import collections
import concurrent.futures
import dataclasses
import os
import pathlib
import re
import sys
import tempfile

import ptx
import sass
from presets import KERNELS, NVIDIA, PresetError, read_presets, seen_programs, source_text
from toolchain import ToolError, clang, compile_to_ptx, nvidia_tool, run, version

# 48 KB is what NVIDIA's OpenCL gives a work-group, less the 4 bytes that its compiler keeps.
SHARED_LIMIT = 48 * 1024 - 4
FUNCTION = re.compile(
    r"Function properties for (\w+)\s+(\d+) bytes stack frame, (\d+) bytes spill stores, (\d+) bytes spill loads\s+"
    r"ptxas info\s*: Used (\d+) registers([^\n]*)")
SHARED = re.compile(r"(\d+) bytes smem")


@dataclasses.dataclass
class Row:
    """What one kernel of a preset needs on an architecture, and what is wrong with it."""
    preset: object
    kernel: str
    architecture: str
    registers: int
    stack: int
    spill_stores: int
    spill_loads: int
    shared: int
    loop: str
    complaints: list


def check(preset, architecture, folder):
    """The rows of one preset on one architecture."""
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        text = compile_to_ptx(preset, architecture, scratch / "kernel.ptx", folder)
        apart = compile_to_ptx(preset, architecture, scratch / "apart.ptx", folder, ["-ffp-contract=off"])
        log = run([
            nvidia_tool("ptxas"), f"-arch={architecture}", "-v", "-o", str(scratch / "kernel.cubin"),
            str(scratch / "kernel.ptx")
        ])
        machine_code = run([nvidia_tool("nvdisasm"), "-c", str(scratch / "kernel.cubin")])
    loops, own_accesses = sass.hottest_loops(machine_code), sass.own_memory_accesses(machine_code)
    complaints = ptx.arithmetic_complaints(text)
    unwritten = ptx.fused_products(text) - ptx.fused_products(apart)
    if unwritten:
        complaints.append(f"{unwritten} fused multiply-adds that the source does not write")
    if not re.search(r"#\s*pragma\s+OPENCL\s+FP_CONTRACT\s+OFF", source_text(folder / preset.file)):
        complaints.append("no '#pragma OPENCL FP_CONTRACT OFF'")
    rows = []
    for kernel, stack, stores, loads, registers, rest in FUNCTION.findall(log):
        shared = SHARED.search(rest)
        row = Row(preset, kernel, architecture, int(registers), int(stack), int(stores), int(loads),
                  int(shared[1]) if shared else 0, loops.get(kernel, "-"), list(complaints))
        if row.spill_stores or row.spill_loads:
            row.complaints.append(f"spills registers: {stores} bytes stored, {loads} bytes loaded")
        elif row.stack:
            row.complaints.append(f"keeps {stack} bytes of variables in memory")
        if own_accesses[kernel]:
            row.complaints.append(f"{own_accesses[kernel]} instructions reach memory of the work-item's own (LDL, STL)")
        if row.shared >= SHARED_LIMIT:
            row.complaints.append(f"{row.shared} bytes of local memory; less than {SHARED_LIMIT} there must be")
        rows.append(row)
    if sorted(row.kernel for row in rows) != sorted(ptx.entries(text)) or not rows:
        raise ToolError(f"ptxas did not report every kernel:\n{log}")
    return rows


def attempt(preset, architecture, folder):
    """The rows of a preset; a preset that does not compile is one row that says so."""
    try:
        return check(preset, architecture, folder)
    except ToolError as error:
        return [Row(preset, "-", architecture, 0, 0, 0, 0, 0, "-", [str(error)])]


def table(rows):
    """The rows as aligned text."""
    head = ["file", "kernel", "preset", "arch", "registers", "stack", "spill st", "spill ld", "shared", "hottest loop"]
    lines = [head] + [[
        row.preset.file, row.kernel, row.preset.name, row.architecture, row.registers, row.stack, row.spill_stores,
        row.spill_loads, row.shared, row.loop
    ] for row in rows]
    widths = [max(len(str(line[column])) for line in lines) for column in range(len(head))]
    right = range(4, 9)
    return "\n".join("  ".join(
        str(cell).rjust(width) if column in right else str(cell).ljust(width)
        for column, (cell, width) in enumerate(zip(line, widths))).rstrip() for line in lines) + "\n"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kernels", type=pathlib.Path, default=KERNELS, help="the folder with presets.txt")
    parser.add_argument("--table", type=pathlib.Path, help="also write the table to this file")
    parser.add_argument("--seen", type=pathlib.Path, help="also the programs of this file, of check_oclgrind.py --programs")
    parser.add_argument("--only", help="one kernel file")
    options = parser.parse_args()
    try:
        presets = [preset for preset in read_presets(options.kernels) if options.only in (None, preset.file)]
        seen = seen_programs(options.seen, dot4=1) if options.seen else []
        versions = "; ".join(version(tool) for tool in (clang(), nvidia_tool("ptxas")))
    except (PresetError, ToolError) as error:
        print(f"check-nvidia: {error}", file=sys.stderr)
        return 1
    jobs = [(preset, architecture) for preset in presets + seen
            for architecture in preset.architectures if architecture in NVIDIA]
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        results = list(pool.map(lambda job: attempt(*job, options.kernels), jobs))
    rows = [row for result in results for row in result]
    # Programs of a run are checked; the table that is kept is that of the presets.
    text = f"# {versions}\n" + table([row for row in rows if row.preset in presets])
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


if __name__ == "__main__":
    sys.exit(main())

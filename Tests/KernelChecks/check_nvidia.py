#!/usr/bin/env python3
"""Compiles every kernel with every preset to PTX, assembles it, and holds it against the limits. Needs no GPU.

    check_nvidia.py [--kernels FOLDER] [--table FILE] [--seen FILE] [--only FILE.cl]

Per kernel and architecture a row: registers, stack, spills, shared memory, and what the machine code of its hottest loop
holds. A preset fails where
- registers are spilled, or memory of its own is used (arrays that were not unrolled into registers);
- its local memory leaves no room for the few bytes that NVIDIA's compiler takes of the 48 KB;
- arithmetic may be fused or is not correctly rounded, or there are fused multiply-adds that nobody wrote.
"""
import functools
import pathlib
import re
import sys
import tempfile

import checking
import ptx
import sass
from presets import NVIDIA, source_text
from toolchain import ToolError, clang, compile_to_ptx, nvidia_tool, run

# 48 KB is what NVIDIA's OpenCL gives a work-group, less the 4 bytes that its compiler keeps.
SHARED_LIMIT = 48 * 1024 - 4
FUNCTION = re.compile(
    r"Function properties for (\w+)\s+(\d+) bytes stack frame, (\d+) bytes spill stores, (\d+) bytes spill loads\s+"
    r"ptxas info\s*: Used (\d+) registers([^\n]*)")
SHARED = re.compile(r"(\d+) bytes smem")

HEAD = ("registers", "stack", "spill st", "spill ld", "shared", "hottest loop")


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
        stack, stores, loads, registers = int(stack), int(stores), int(loads), int(registers)
        found = SHARED.search(rest)
        shared = int(found[1]) if found else 0
        row = checking.Row(preset, kernel, architecture,
                           [registers, stack, stores, loads, shared, loops.get(kernel, "-")], list(complaints))
        if stores or loads:
            row.complaints.append(f"spills registers: {stores} bytes stored, {loads} bytes loaded")
        elif stack:
            row.complaints.append(f"keeps {stack} bytes of variables in memory")
        if own_accesses[kernel]:
            row.complaints.append(f"{own_accesses[kernel]} instructions reach memory of the work-item's own (LDL, STL)")
        if shared >= SHARED_LIMIT:
            row.complaints.append(f"{shared} bytes of local memory; less than {SHARED_LIMIT} there must be")
        rows.append(row)
    if sorted(row.kernel for row in rows) != sorted(ptx.entries(text)) or not rows:
        raise ToolError(f"ptxas did not report every kernel:\n{log}")
    return rows


attempt = functools.partial(checking.attempt, check)

if __name__ == "__main__":
    tools = [clang, lambda: nvidia_tool("ptxas")]
    sys.exit(checking.run_checks(__doc__, "check-nvidia", NVIDIA, {"DOT4_IMPL": 1, "MMA_PTX": 1}, tools, HEAD, check))

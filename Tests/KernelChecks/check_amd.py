#!/usr/bin/env python3
"""Compiles every kernel with every preset for AMD's GPUs, as far as a stand-alone clang goes. Needs no GPU.

    check_amd.py [--kernels FOLDER] [--table FILE] [--seen FILE] [--only FILE.cl]

Per kernel and architecture a row: vector and scalar registers, accumulation registers, scratch memory, spills, local
memory. Presets are written for a vendor: scratch memory and spills are shown for all, and fail those that are for AMD only;
those that NVIDIA's GPUs use too only have to compile.
"""
import functools
import pathlib
import re
import sys
import tempfile

import checking
from presets import AMD, NVIDIA
from toolchain import ToolError, clang, compile_for_amd

METADATA = re.compile(r"\.amdgpu_metadata\n(.*?)\.end_amdgpu_metadata", re.S)
FIELDS = ("vgpr_count", "sgpr_count", "agpr_count", "private_segment_fixed_size", "vgpr_spill_count", "sgpr_spill_count",
          "group_segment_fixed_size")
HEAD = ("vgpr", "sgpr", "agpr", "scratch", "vgpr spills", "sgpr spills", "local")


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


def check(preset, architecture, folder):
    """The rows of one preset on one architecture."""
    with tempfile.TemporaryDirectory() as scratch:
        assembly = compile_for_amd(preset, architecture, pathlib.Path(scratch) / "kernel.s", folder)
    meant_for_all = any(name in NVIDIA for name in preset.architectures)
    rows = []
    for name, figures in kernels(assembly):
        row = checking.Row(preset, name, architecture, figures, [])
        scratch_bytes, spills = figures[3], figures[4]
        if (scratch_bytes or spills) and not meant_for_all:
            row.complaints.append(f"{scratch_bytes} bytes of scratch memory, {spills} vector registers spilled")
        rows.append(row)
    if not rows:
        raise ToolError("no kernel in it")
    return rows


attempt = functools.partial(checking.attempt, check)

if __name__ == "__main__":
    sys.exit(checking.run_checks(__doc__, "check-amd", AMD, {"DOT4_IMPL": 3, "MMA_PTX": 0}, [clang], HEAD, check))

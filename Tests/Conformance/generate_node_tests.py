#!/usr/bin/env python3
"""Writes the ONNX node tests of a newer `onnx` package in the layout of the older packages that carried them as files.

    python generate_node_tests.py OUTPUT_DIR

Wheels after 1.16 hold the cases as Python code. Those whose model imports ai.onnx 22 to 25, and nothing else, go to
OUTPUT_DIR/<test>/{model.onnx,test_data_set_0/{input,output}_N.pb}; the folder appears whole or not at all. The cases
draw numbers from numpy's global generator, which is seeded here; those of later opsets, which Hone does not read, are
counted and left out.
"""
import pathlib
import shutil
import sys
import warnings

import numpy as np
import onnx
from onnx import TensorProto, numpy_helper

OPSETS = range(22, 26)


def collected_cases():
    warnings.simplefilter("ignore", RuntimeWarning)  # the cases overflow and divide by zero on purpose
    np.random.seed(0)
    from onnx.backend.test.case.node import collect_testcases

    return collect_testcases(None)


def as_proto(value, value_info):
    """A test's input or output as the message that the file holds, by the declared kind of the value."""
    kind = value_info.type.WhichOneof("value")
    if kind == "sequence_type":
        return numpy_helper.from_list(value, value_info.name)
    if kind == "optional_type":
        return numpy_helper.from_optional(value, value_info.name)
    if isinstance(value, TensorProto):
        proto = TensorProto()
        proto.CopyFrom(value)
        proto.name = value_info.name
        return proto
    return numpy_helper.from_array(np.asarray(value), value_info.name)


def write(case, folder):
    folder.mkdir(parents=True)
    (folder / "model.onnx").write_bytes(case.model.SerializeToString())
    for index, (inputs, outputs) in enumerate(case.data_sets):
        data = folder / f"test_data_set_{index}"
        data.mkdir()
        for kind, values, infos in (("input", inputs, case.model.graph.input), ("output", outputs, case.model.graph.output)):
            for position, value in enumerate(values):
                (data / f"{kind}_{position}.pb").write_bytes(as_proto(value, infos[position]).SerializeToString())


def main():
    target = pathlib.Path(sys.argv[1])
    partial = target.with_name(target.name + ".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    written = later = 0
    for case in collected_cases():
        opsets = {opset.domain: opset.version for opset in case.model.opset_import}
        if set(opsets) - {"", "ai.onnx"}:
            continue
        version = max(opsets.values())
        if version not in OPSETS:
            later += version > OPSETS[-1]
            continue
        write(case, partial / case.name)
        written += 1
    shutil.rmtree(target, ignore_errors=True)
    partial.rename(target)
    print(f"onnx {onnx.__version__}: {written} node tests of opsets {OPSETS[0]} to {OPSETS[-1]}; {later} of later opsets left out")


if __name__ == "__main__":
    main()

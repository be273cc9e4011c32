"""Quantizes a model in every way that ONNX Runtime's quantizer has: MODEL SAMPLES.npy FOLDER.

Prints as JSON which files it wrote, and which ways it refused.
"""
import itertools
import json
import logging
import pathlib
import sys
import warnings

import numpy as np
import onnx
import onnxruntime
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_dynamic, quantize_static

warnings.filterwarnings("ignore")
logging.disable(logging.CRITICAL)


class Samples(CalibrationDataReader):
    def __init__(self, name, samples):
        self.feeds = iter([{name: sample[None]} for sample in samples])

    def get_next(self):
        return next(self.feeds, None)


def prepared(path, folder):
    """The model at an opset that has quantization per channel, with constants that are no inputs."""
    model = onnx.load(path)
    if model.opset_import[0].version < 13:
        model = onnx.version_converter.convert_version(model, 13)
    constants = {tensor.name for tensor in model.graph.initializer}
    for given in [given for given in model.graph.input if given.name in constants]:
        model.graph.input.remove(given)
    onnx.save(model, folder / "prepared.onnx")
    return folder / "prepared.onnx", model.graph.input[0].name


def main(path, samples, folder):
    folder = pathlib.Path(folder)
    samples = np.load(samples)
    model, name = prepared(path, folder)
    files, refused = [], []

    def attempt(label, make):
        target = folder / f"{label}.onnx"
        try:
            make(str(target))
            files.append(target.name)
        except Exception as error:
            refused.append(f"{label}: {str(error)[:100]}")

    def static(form, activations, weights, per_channel):
        return lambda target: quantize_static(
            str(model), target, Samples(name, samples), quant_format=form, activation_type=activations,
            weight_type=weights, per_channel=per_channel)

    eight = {"u8": QuantType.QUInt8, "s8": QuantType.QInt8}
    forms = {"qdq": QuantFormat.QDQ, "qoperator": QuantFormat.QOperator}
    for form, x, w, per_channel in itertools.product(forms, eight, eight, (False, True)):
        label = f"{form}-{x}{w}{'-channels' if per_channel else ''}"
        attempt(label, static(forms[form], eight[x], eight[w], per_channel))
    for label, x, w in (("qdq-u16s8", QuantType.QUInt16, QuantType.QInt8), ("qdq-s16s8", QuantType.QInt16, QuantType.QInt8),
                        ("qdq-u8s4", QuantType.QUInt8, QuantType.QInt4), ("qdq-u8u4", QuantType.QUInt8, QuantType.QUInt4)):
        attempt(label, static(QuantFormat.QDQ, x, w, True))
    for w, per_channel in itertools.product(eight, (False, True)):
        label = f"dynamic-{w}{'-channels' if per_channel else ''}"
        attempt(label, lambda target: quantize_dynamic(str(model), target, weight_type=eight[w], per_channel=per_channel))
        # What ONNX Runtime makes of it before it runs: its own operators.
        options = onnxruntime.SessionOptions()
        options.log_severity_level = 4
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED

        def optimise(target, source=str(folder / f"{label}.onnx"), options=options):
            options.optimized_model_filepath = target
            onnxruntime.InferenceSession(source, options, providers=["CPUExecutionProvider"])

        attempt(f"{label}-optimised", optimise)
    print(json.dumps({"files": files, "refused": refused}))


if __name__ == "__main__":
    main(*sys.argv[1:])

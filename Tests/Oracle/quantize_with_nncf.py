"""Quantizes a model in the ways that NNCF has for ONNX: MODEL SAMPLES.npy FOLDER.

Prints as JSON which files it wrote, and which ways it refused.
"""
import json
import logging
import os
import pathlib
import sys
import warnings

# It sends usage data otherwise.
os.environ["NNCF_CI"] = "1"
warnings.filterwarnings("ignore")

import nncf
import numpy as np
import onnx
from nncf.quantization.advanced_parameters import QuantizationParameters

from quantize_with_onnxruntime import prepared

nncf.set_log_level(logging.ERROR)

# What `nncf.quantize` is given beside the data. Default is PERFORMANCE: symmetric activations.
WAYS = {
    "default": {},
    "mixed": {"preset": nncf.QuantizationPreset.MIXED},
    "accurate-bias": {"preset": nncf.QuantizationPreset.MIXED, "fast_bias_correction": False},
    "per-tensor": {"advanced_parameters": nncf.AdvancedQuantizationParameters(
        weights_quantization_params=QuantizationParameters(per_channel=False))},
}


def quantized(path, name, samples, **options):
    """The model as NNCF quantizes it with all of `samples`, which are fed to the input `name` one by one."""
    data = nncf.Dataset([sample[None] for sample in samples], lambda sample: {name: sample})
    return nncf.quantize(onnx.load(path), data, subset_size=len(samples), **options)


def main(path, samples, folder):
    folder, files, refused = pathlib.Path(folder), [], []
    samples = np.load(samples)
    model, name = prepared(path, folder)
    for label, options in WAYS.items():
        target = folder / f"nncf-{label}.onnx"
        try:
            onnx.save(quantized(model, name, samples, **options), target)
            files.append(target.name)
        except Exception as error:
            refused.append(f"{label}: {str(error)[:100]}")
    print(json.dumps({"files": files, "refused": refused}))


if __name__ == "__main__":
    main(*sys.argv[1:])

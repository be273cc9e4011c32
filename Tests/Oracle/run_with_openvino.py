"""Runs models in OpenVINO on demand.

Answers every line {"model": FILE, "input": X.npy, "output": Y.npy, "batch": N, "integers": BOOL} on standard input, once the
first output of all of X lies in Y, with a line: {} or {"error": TEXT}. With "integers" it computes as it does for its users,
in int8; without, every operator of the file is computed by itself, in float32.
"""
import json
import sys

import numpy as np
import openvino


def run(core, model, input, output, batch, integers):
    x = np.load(input)
    loaded = core.read_model(model)
    loaded.reshape({0: [batch, *x.shape[1:]]})
    # Without the hint of f32, processors with bfloat16 instructions would compute in bfloat16 what stays float.
    options = {"INFERENCE_PRECISION_HINT": "f32"}
    if not integers:
        # Products whose weights alone are int8 would quantize their other operand as it comes.
        options |= {"LP_TRANSFORMS_MODE": "NO", "DYNAMIC_QUANTIZATION_GROUP_SIZE": 0}
    compiled = core.compile_model(loaded, "CPU", options)
    # The last batch is filled up, since the shape is fixed.
    filled = np.concatenate([x, np.repeat(x[-1:], -len(x) % batch, axis=0)])
    results = [compiled(filled[start : start + batch])[0].copy() for start in range(0, len(filled), batch)]
    np.save(output, np.concatenate(results)[: len(x)])


def main():
    core = openvino.Core()
    for line in sys.stdin:
        answer = {}
        try:
            run(core, **json.loads(line))
        except Exception as error:
            answer["error"] = str(error)
        print(json.dumps(answer), flush=True)


main()

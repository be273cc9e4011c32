#!/usr/bin/env python3
"""Makes a share of the weight blocks of every convolution but the first zero, in a float or a QDQ model.

    zero_blocks.py IN.onnx OUT.onnx SHARE

A block is 16 outputs x 4 inputs at one tap of the kernel for int8 weights, 16 outputs x 1 input for floats. Depthwise
convolutions have no blocks and stay. This prunes nothing worth having: it makes models of a given density to be timed.
"""
import sys

import numpy as np
import onnx
from onnx import numpy_helper

OUTPUTS = 16


def zero_blocks(weight, share, random):
    """`weight` is [M, C, kernel...], its zero the integer 0."""
    inputs = 4 if weight.dtype == np.int8 else 1
    flat = weight.reshape(weight.shape[0], weight.shape[1], -1).copy()
    blocks = [(m, c, t) for m in range(0, flat.shape[0], OUTPUTS) for c in range(0, flat.shape[1], inputs)
              for t in range(flat.shape[2])]
    for index in random.permutation(len(blocks))[:round(share * len(blocks))]:
        m, c, t = blocks[index]
        flat[m:m + OUTPUTS, c:c + inputs, t] = 0
    return flat.reshape(weight.shape)


def main(source, target, share):
    model = onnx.load(source)
    random = np.random.default_rng(1)
    constants = {tensor.name: tensor for tensor in model.graph.initializer}
    producers = {name: node for node in model.graph.node for name in node.output}
    convolutions = [node for node in model.graph.node if node.op_type == "Conv"]
    for node in convolutions[1:]:
        name = node.input[1]
        if name in producers and producers[name].op_type == "DequantizeLinear":
            name = producers[name].input[0]
        weight = numpy_helper.to_array(constants[name])
        if weight.shape[1] > 1:
            constants[name].CopyFrom(numpy_helper.from_array(zero_blocks(weight, float(share), random), name))
    onnx.save(model, target)


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    main(*sys.argv[1:])

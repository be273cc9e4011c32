#!/usr/bin/env python3
"""Makes weights of a float or QDQ model zero in a pattern, at random or by magnitude, without any fit: models to be timed and
counted.

    masks.py IN.onnx OUT.onnx PATTERN SHARE [random|magnitude]

A pattern is OUTPUTSxINPUTS at one tap of the kernel: 16x4, 4x1, 1x1. Every convolution but the first that has more than one
input channel a group gets SHARE of its blocks zeroed; matrix products stay.
"""
import sys

import numpy as np
import onnx
from onnx import numpy_helper

SEED = 1


def blocks_of(weight, outputs, inputs):
    """`[M, C, kernel...]` as `[row of blocks, outputs, column of blocks, inputs, tap]`, filled up with zeros."""
    flat = weight.reshape(weight.shape[0], weight.shape[1], -1)
    rows, columns = -(-flat.shape[0] // outputs), -(-flat.shape[1] // inputs)
    padded = np.zeros((rows * outputs, columns * inputs, flat.shape[2]), flat.dtype)
    padded[:flat.shape[0], :flat.shape[1]] = flat
    return padded.reshape(rows, outputs, columns, inputs, flat.shape[2])


def empty_share(weight, outputs=16, inputs=4):
    """The share of blocks that hold zeros alone: of those of 16 outputs x 4 inputs, which kernels leave out."""
    return 1 - float(blocks_of(weight, outputs, inputs).any((1, 3)).mean())


def masked(weight, pattern, share, values=None, random=None):
    """`weight` with `share` of its blocks zero: those of the least squares in `values`, or any if there is `random`."""
    outputs, inputs = (int(side) for side in pattern.split("x"))
    cut = blocks_of(weight, outputs, inputs)
    scores = blocks_of(np.asarray(values, np.float64) ** 2, outputs, inputs).sum((1, 3))
    if random is not None:
        scores = random.random(scores.shape)
    order = np.argsort(scores, axis=None, kind="stable")[:round(share * scores.size)]
    keep = np.ones(scores.size, bool)
    keep[order] = False
    cut = cut * keep.reshape(scores.shape)[:, None, :, None, :].astype(cut.dtype)
    flat = cut.reshape(cut.shape[0] * outputs, cut.shape[2] * inputs, -1)[:weight.shape[0], :weight.shape[1]]
    return np.ascontiguousarray(flat.reshape(weight.shape))


def weights_of(model):
    """(name of the stored weight, its scales by output or None) of every convolution with blocks but the first."""
    constants = {tensor.name: tensor for tensor in model.graph.initializer}
    producers = {name: node for node in model.graph.node for name in node.output}
    for node in [node for node in model.graph.node if node.op_type == "Conv"][1:]:
        name, scales = node.input[1], None
        if name in producers and producers[name].op_type == "DequantizeLinear":
            source = producers[name]
            name, scales = source.input[0], numpy_helper.to_array(constants[source.input[1]]).reshape(-1)
        if name in constants and constants[name].dims[1] > 1:
            yield name, scales


def mask(model, pattern, share, by="random"):
    """Masks a model in place."""
    constants = {tensor.name: tensor for tensor in model.graph.initializer}
    random = np.random.default_rng(SEED) if by == "random" else None
    for name, scales in weights_of(model):
        weight = numpy_helper.to_array(constants[name])
        values = weight.astype(np.float64)
        if scales is not None:
            values = values * scales.reshape(-1, *[1] * (weight.ndim - 1))
        constants[name].CopyFrom(numpy_helper.from_array(masked(weight, pattern, share, values, random), name))


def main(source, target, pattern, share, by="random"):
    model = onnx.load(source)
    mask(model, pattern, float(share), by)
    onnx.save(model, target)


if __name__ == "__main__":
    if len(sys.argv) not in (5, 6):
        sys.exit(__doc__)
    main(*sys.argv[1:])

#!/usr/bin/env python3
"""Writes small models that between them need every kernel, for runs under a simulator and on a new device.

    tiny_models.py FOLDER [GLOB]

Each is a few nodes on a few hundred elements: a simulated device takes a second for one. Weights are random from a seed that
is the model's name. Groups of 16 channels, halos, tails of channels and strides all occur.
"""
import fnmatch
import pathlib
import sys
import zlib

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

MODELS = {}
FLOAT, UINT8, INT8 = TensorProto.FLOAT, TensorProto.UINT8, TensorProto.INT8


def model(function):
    MODELS[function.__name__] = function
    return function


class Builder:
    """A graph that grows node by node; values are their names."""

    def __init__(self, name):
        self.name, self.random = name, np.random.default_rng(zlib.crc32(name.encode()))
        self.nodes, self.inputs, self.outputs, self.initializers = [], [], [], []

    def input(self, shape, element=FLOAT):
        name = f"x{len(self.inputs)}"
        self.inputs.append(helper.make_tensor_value_info(name, element, shape))
        return name

    def constant(self, array):
        name = f"c{len(self.initializers)}"
        self.initializers.append(numpy_helper.from_array(np.asarray(array), name))
        return name

    def float(self, value):
        return self.constant(np.float32(value))

    def node(self, operator, *inputs, outputs=1, domain="", **attributes):
        names = [f"v{len(self.nodes)}_{index}" for index in range(outputs)]
        self.nodes.append(helper.make_node(operator, list(inputs), names, domain=domain, **attributes))
        return names[0] if outputs == 1 else names

    def microsoft(self, operator, *inputs, **attributes):
        return self.node(operator, *inputs, domain="com.microsoft", **attributes)

    def output(self, *names):
        self.outputs += [helper.make_empty_tensor_value_info(name) for name in names]

    def build(self):
        graph = helper.make_graph(self.nodes, self.name, self.inputs, self.outputs, self.initializers)
        opsets = [helper.make_opsetid("", 17), helper.make_opsetid("com.microsoft", 1)]
        return helper.make_model(graph, opset_imports=opsets, ir_version=8)

    # Quantized values: a name with its scale and zero point.

    def parameters(self, scale, zero, element=np.uint8):
        return self.float(scale), self.constant(element(zero))

    def quantized_input(self, shape, scale=0.05, zero=120, element=np.uint8):
        x = self.input(shape)
        parameters = self.parameters(scale, zero, element)
        return (self.node("QuantizeLinear", x, *parameters), *parameters)

    def integer_conv(self, x, outputs, channels, kernel, zero=131, element=np.uint8, keep=1.0, rows=16, **attributes):
        group = attributes.get("group", 1)
        weights = self.random.integers(-127, 128, (outputs, channels // group, *kernel)).astype(np.int8)
        for first in range(0, outputs if keep < 1 else 0, rows):
            for quad in range(0, channels, 4):
                weights[first:first + rows, quad:quad + 4] *= np.int8(self.random.random() < keep)
        scales = self.random.uniform(0.002, 0.01, outputs).astype(np.float32)
        bias = self.random.integers(-2000, 2000, outputs).astype(np.int32)
        y = self.parameters(0.4, zero, element)
        return (self.node(
            "QLinearConv", *x, self.constant(weights), self.constant(scales), self.constant(np.zeros(outputs, np.int8)), *y,
            self.constant(bias), **attributes), *y)

    def float_conv(self, x, outputs, channels, kernel, **attributes):
        group = attributes.get("group", 1)
        weights = self.random.normal(0, 0.2, (outputs, channels // group, *kernel)).astype(np.float32)
        bias = self.random.normal(0, 1, outputs).astype(np.float32)
        return self.node("Conv", x, self.constant(weights), self.constant(bias), **attributes)


PAD = dict(pads=[1, 1, 1, 1])


@model
def conv_u8(b):
    x = b.quantized_input([2, 3, 9, 8])
    x = b.integer_conv(x, 20, 3, (3, 3), strides=[2, 2], **PAD)
    x = b.integer_conv(x, 32, 20, (1, 1))
    x = b.integer_conv(x, 40, 32, (3, 3), dilations=[2, 2], pads=[2, 2, 2, 2])
    b.output(b.integer_conv(x, 16, 40, (3, 1), pads=[1, 0, 1, 0])[0])


@model
def conv_u8_wide(b):
    x = b.integer_conv(b.quantized_input([1, 32, 7, 7]), 64, 32, (1, 1))
    x = b.integer_conv(x, 128, 64, (1, 1))
    b.output(b.integer_conv(x, 64, 128, (3, 3), **PAD)[0])


@model
def conv_u8_sparse(b):
    x = b.integer_conv(b.quantized_input([1, 48, 5, 6]), 64, 48, (3, 3), keep=0.3, **PAD)
    b.output(b.integer_conv(x, 48, 64, (1, 1), keep=0.1)[0])


@model
def pruned_u8(b):  # Zeros in blocks of 4 x 4: channels are reordered at load.
    x = b.quantized_input([1, 16, 6, 5])
    for m, c, k in ((64, 16, 1), (64, 64, 3), (32, 64, 1)):
        x = b.integer_conv(x, m, c, (k, k), keep=0.3, rows=4, pads=[k // 2] * 4)
    b.output(x[0])


@model
def conv_u8_grouped(b):
    x = b.integer_conv(b.quantized_input([1, 32, 6, 5]), 64, 32, (3, 3), group=2, **PAD)
    b.output(b.integer_conv(x, 24, 64, (3, 3), group=4, strides=[2, 2])[0])


@model
def conv_s8(b):
    x = b.quantized_input([1, 16, 6, 6], zero=-7, element=np.int8)
    x = b.integer_conv(x, 32, 16, (3, 3), zero=5, element=np.int8, **PAD)
    b.output(b.integer_conv(x, 16, 32, (1, 1), zero=-20, element=np.int8)[0])


@model
def conv_depthwise_u8(b):
    x = b.integer_conv(b.quantized_input([1, 8, 9, 7]), 40, 8, (1, 1))
    x = b.integer_conv(x, 40, 40, (3, 3), group=40, **PAD)
    x = b.integer_conv(x, 40, 40, (5, 5), group=40, strides=[2, 2], pads=[2, 2, 2, 2])
    b.output(b.integer_conv(x, 16, 40, (1, 1))[0])


@model
def residual_u8(b):
    x = b.integer_conv(b.quantized_input([1, 16, 6, 6]), 32, 16, (3, 3), **PAD)
    y = b.integer_conv(b.integer_conv(x, 16, 32, (1, 1)), 32, 16, (3, 3), **PAD)
    sum = (b.microsoft("QLinearAdd", *x, *y, *(parameters := b.parameters(0.5, 3))), *parameters)
    both = b.microsoft("QLinearMul", *sum, *x, *b.parameters(0.2, 100))
    b.output(both, b.integer_conv(sum, 16, 32, (1, 1))[0])


@model
def pools_u8(b):
    x = b.integer_conv(b.quantized_input([1, 8, 9, 9]), 24, 8, (3, 3), **PAD)
    largest = b.node("MaxPool", x[0], kernel_shape=[3, 3], strides=[2, 2], **PAD)
    y = b.integer_conv((largest, *x[1:]), 16, 24, (1, 1))
    parameters = b.parameters(0.3, 90)
    mean = b.microsoft("QLinearAveragePool", *y, *parameters, kernel_shape=[2, 2], strides=[1, 1])
    plane = b.microsoft("QLinearGlobalAveragePool", *y, *parameters)
    b.output(mean, plane)


@model
def concat_u8(b):
    x = b.integer_conv(b.quantized_input([1, 8, 5, 6]), 16, 8, (3, 3), **PAD)
    left, right = b.integer_conv(x, 24, 16, (1, 1)), b.integer_conv(x, 20, 16, (3, 3), zero=80, **PAD)
    parameters = b.parameters(0.45, 110)
    joined = b.microsoft("QLinearConcat", *parameters, *left, *right, axis=1)
    b.output(b.integer_conv((joined, *parameters), 16, 44, (1, 1))[0])


@model
def tables_u8(b):
    x = b.integer_conv(b.quantized_input([1, 8, 5, 6]), 32, 8, (1, 1))
    sigmoid = b.microsoft("QLinearSigmoid", *x, *(s := b.parameters(1 / 256, 0)))
    leaky = b.microsoft("QLinearLeakyRelu", *x, *(l := b.parameters(0.3, 60)), alpha=0.1)
    b.output(b.integer_conv((sigmoid, *s), 16, 32, (1, 1))[0], b.integer_conv((leaky, *l), 16, 32, (3, 3), **PAD)[0])


@model
def relu_u8(b):
    x = b.input([1, 16, 5, 5])
    q = b.parameters(0.04, 120)
    w = b.random.integers(-127, 128, (32, 16, 3, 3)).astype(np.int8)
    scales = b.random.uniform(0.002, 0.01, 32).astype(np.float32)
    value = b.node("DequantizeLinear", b.node("QuantizeLinear", x, *q), *q)
    weights = b.node("DequantizeLinear", b.constant(w), b.constant(scales), b.constant(np.zeros(32, np.int8)), axis=0)
    y = b.node("Relu", b.node("Conv", value, weights, **PAD))
    b.output(b.node("DequantizeLinear", b.node("QuantizeLinear", y, *(z := b.parameters(0.1, 0))), *z))


@model
def softmax_u8(b):
    x = b.quantized_input([3, 19], scale=0.1)
    across = b.quantized_input([2, 5, 4, 3], scale=0.1)
    parameters = b.parameters(1 / 256, 0)
    b.output(b.microsoft("QLinearSoftmax", *x, *parameters, axis=1, opset=13))
    b.output(b.microsoft("QLinearSoftmax", *across, *parameters, axis=1, opset=13))


@model
def products_u8(b):
    x = b.quantized_input([5, 70])
    w = b.random.integers(-127, 128, (70, 33)).astype(np.int8)
    y = b.parameters(0.4, 120)
    scales = b.constant(b.random.uniform(0.002, 0.01, 33).astype(np.float32))
    first = b.node("QLinearMatMul", *x, b.constant(w), scales, b.constant(np.zeros(33, np.int8)), *y)
    bias = b.constant(b.random.integers(-500, 500, 20).astype(np.int32))
    w = b.constant(b.random.integers(-127, 128, (20, 33)).astype(np.int8))
    b.output(b.microsoft("QGemm", first, *y, w, b.float(0.01), b.constant(np.int8(0)), bias, *b.parameters(0.5, 128), transB=1))


@model
def products_of_inputs_u8(b):
    left, right = b.quantized_input([2, 4, 9]), b.quantized_input([2, 9, 18])
    b.output(b.node("QLinearMatMul", *left, *right, *b.parameters(0.4, 120)))
    weights = b.constant(b.random.integers(0, 256, (9, 17)).astype(np.uint8))
    b.output(b.node("MatMulInteger", left[0], weights, left[2], b.constant(np.uint8(128))))


@model
def convolution_in_integers(b):
    x = b.quantized_input([1, 5, 6, 6])
    w = b.constant(b.random.integers(0, 256, (18, 5, 3, 3)).astype(np.uint8))
    b.output(b.node("ConvInteger", x[0], w, x[2], b.constant(np.uint8(128)), **PAD))


@model
def dynamic_quantization(b):
    q, scale, zero = b.node("DynamicQuantizeLinear", b.input([6, 40]), outputs=3)
    w = b.constant(b.random.integers(-127, 128, (40, 24)).astype(np.int8))
    sum = b.node("Cast", b.node("MatMulInteger", q, w, zero), to=FLOAT)
    b.output(b.node("Mul", sum, b.node("Mul", scale, b.float(0.01))))


@model
def quantization(b):
    x = b.input([2, 5, 3, 4])
    scales = b.constant(b.random.uniform(0.01, 0.1, 5).astype(np.float32))
    zeros = b.constant(b.random.integers(0, 256, 5).astype(np.uint8))
    b.output(b.node("DequantizeLinear", b.node("QuantizeLinear", x, scales, zeros, axis=1), scales, zeros, axis=1))
    q = b.parameters(0.03, -4, np.int8)
    b.output(b.node("DequantizeLinear", b.node("QuantizeLinear", x, *q), *q))


@model
def conv_f32(b):
    x = b.node("Relu", b.float_conv(b.input([2, 3, 9, 8]), 20, 3, (3, 3), strides=[2, 2], **PAD))
    x = b.node("Clip", b.float_conv(x, 32, 20, (1, 1)), b.float(0), b.float(6))
    y = b.node("LeakyRelu", b.float_conv(x, 32, 32, (3, 3), **PAD), alpha=0.1)
    b.output(b.float_conv(b.node("Add", x, y), 16, 32, (3, 3), group=2, **PAD))


@model
def conv_depthwise_f32(b):
    x = b.float_conv(b.input([1, 5, 8, 7]), 24, 5, (1, 1))
    x = b.node("Relu", b.float_conv(x, 24, 24, (3, 3), group=24, strides=[2, 2], **PAD))
    b.output(b.float_conv(x, 16, 24, (1, 1)))


@model
def conv_transpose(b):
    w = b.random.normal(0, 0.3, (6, 10, 3, 3)).astype(np.float32)
    b.output(b.node("ConvTranspose", b.input([1, 6, 4, 5]), b.constant(w), strides=[2, 2], **PAD))


@model
def pools_f32(b):
    x = b.float_conv(b.input([1, 4, 8, 8]), 24, 4, (3, 3), **PAD)
    y = b.float_conv(b.node("MaxPool", x, kernel_shape=[3, 3], strides=[2, 2], **PAD), 16, 24, (1, 1))
    b.output(b.node("AveragePool", y, kernel_shape=[3, 3], count_include_pad=1, **PAD))
    b.output(b.node("GlobalAveragePool", y), b.node("GlobalMaxPool", y))
    b.output(*b.node("MaxPool", b.input([1, 2, 5, 5]), kernel_shape=[2, 2], strides=[2, 2], outputs=2))


@model
def products_f32(b):
    weights = lambda *shape: b.constant(b.random.normal(0, 0.3, shape).astype(np.float32))
    x = b.node("Relu", b.node("Gemm", b.input([5, 37]), weights(20, 37), weights(20), transB=1))
    b.output(b.node("MatMul", x, weights(20, 9)), b.node("MatMul", b.input([2, 3, 7]), b.input([2, 7, 5])))
    b.output(b.node("Gemm", x, weights(20, 6), weights(6), alpha=0.5, beta=2.0))


@model
def concat_f32(b):
    x = b.float_conv(b.input([1, 3, 5, 6]), 16, 3, (3, 3), **PAD)
    joined = b.node("Concat", b.float_conv(x, 16, 16, (1, 1)), b.float_conv(x, 20, 16, (3, 3), **PAD), axis=1)
    b.output(b.float_conv(joined, 16, 36, (1, 1)))


@model
def activations_f32(b):
    x = b.input([2, 3, 4, 5])
    for operator in ("Sigmoid", "Tanh", "Elu", "HardSigmoid", "HardSwish", "Exp", "Neg", "Abs", "Relu"):
        b.output(b.node(operator, x))
    b.output(b.node("Sqrt", b.node("Abs", x)), b.node("PRelu", x, b.constant(np.float32([[[0.1]], [[0.2]], [[0.3]]]))))
    y = b.float_conv(x, 20, 3, (1, 1))
    b.output(b.float_conv(b.node("Sigmoid", y), 16, 20, (1, 1)), b.float_conv(b.node("Mul", y, b.node("HardSigmoid", y)), 4, 20, (1, 1)))


@model
def arithmetic(b):
    x, y, row = b.input([2, 3, 4]), b.input([2, 3, 4]), b.input([3, 1])
    for operator in ("Add", "Sub", "Mul", "Div", "Max", "Min"):
        b.output(b.node(operator, x, y), b.node(operator, x, row))
    b.output(b.node("Sum", x, y, row), b.node("Mean", x, y, row), b.node("Pow", x, b.float(2)))
    b.output(b.node("Where", b.node("Not", b.node("Equal", b.node("Cast", x, to=TensorProto.INT32), b.constant(np.int32(0)))), x, y))
    integers = b.node("Cast", x, to=TensorProto.INT64)
    b.output(b.node("Add", integers, b.constant(np.int64(3))), b.node("Mul", integers, integers))


@model
def softmax_f32(b):
    x = b.input([2, 5, 3, 7])
    b.output(b.node("Softmax", x, axis=3), b.node("Softmax", x, axis=1), b.node("LogSoftmax", x, axis=1))
    # Long lines have a work-group each.
    b.output(b.node("Softmax", b.input([3, 150]), axis=1))


@model
def normalization(b):
    x = b.input([2, 6, 4, 3])
    positive = lambda: b.constant(b.random.uniform(0.5, 2, 6).astype(np.float32))
    b.output(b.node("BatchNormalization", x, positive(), positive(), positive(), positive()))
    b.output(b.node("InstanceNormalization", x, positive(), positive()), b.node("LRN", x, size=3))


@model
def reductions(b):
    x = b.input([2, 5, 4, 3])
    for operator in ("ReduceMean", "ReduceMax", "ReduceMin"):
        b.output(b.node(operator, x, axes=[2, 3]), b.node(operator, x, axes=[1], keepdims=0))
    b.output(b.node("ReduceSum", x, b.constant(np.int64([2, 3]))), b.node("ArgMax", x, axis=1))
    b.output(*b.node("TopK", x, b.constant(np.int64([3])), axis=1, outputs=2))


@model
def movement(b):
    x = b.input([2, 8, 4, 3])
    indices = lambda *values: b.constant(np.int64(values))
    b.output(b.node("Transpose", x, perm=[0, 2, 3, 1]), *b.node("Split", x, indices(3, 5), axis=1, outputs=2))
    b.output(b.node("Slice", x, indices(1, 3), indices(7, 0), indices(1, 2), indices(2, -1)))
    b.output(b.node("Pad", x, indices(0, 1, 1, 0, 0, 0, 2, 1), b.float(0.5)))
    b.output(b.node("Pad", x, indices(0, 0, 1, 1, 0, 0, 2, 1), mode="reflect"))
    b.output(b.node("Gather", x, indices(2, 0, 1), axis=2), b.node("Tile", x, indices(1, 2, 1, 2)))
    b.output(b.node("Expand", b.input([2, 1, 3]), indices(2, 4, 3)), b.node("Concat", x, x, axis=2))
    b.output(b.node("DepthToSpace", x, blocksize=2), b.node("SpaceToDepth", b.input([1, 3, 4, 6]), blocksize=2))
    b.output(b.node("Reshape", x, indices(4, -1)), b.node("Flatten", x))


@model
def movement_u8(b):
    x = b.integer_conv(b.quantized_input([1, 8, 6, 6]), 32, 8, (3, 3), **PAD)
    left, right = b.node("Split", x[0], axis=1, outputs=2)
    b.output(b.integer_conv((left, *x[1:]), 16, 16, (1, 1))[0], b.node("Transpose", right, perm=[0, 2, 3, 1]))
    b.output(b.node("Pad", x[0], b.constant(np.int64([0, 0, 1, 1, 0, 0, 1, 1])), x[2]))


@model
def resize(b):
    x = b.input([1, 3, 4, 5])
    scales = b.constant(np.float32([1, 1, 2, 2]))
    b.output(b.node("Resize", x, "", scales, mode="nearest"), b.node("Resize", x, "", scales, mode="linear"))
    b.output(b.node("Resize", x, "", "", b.constant(np.int64([1, 3, 6, 3])), mode="cubic"))


@model
def resize_u8(b):
    x = b.integer_conv(b.quantized_input([1, 8, 4, 4]), 16, 8, (3, 3), **PAD)
    large = b.node("Resize", x[0], "", b.constant(np.float32([1, 1, 2, 2])), mode="nearest",
                   coordinate_transformation_mode="asymmetric", nearest_mode="floor")
    b.output(b.integer_conv((large, *x[1:]), 16, 16, (3, 3), **PAD)[0])


def build(name):
    """The model of that name."""
    builder = Builder(name)
    MODELS[name](builder)
    return builder.build()


def write(folder, glob="*"):
    """Writes the models whose names match; gives their paths."""
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name in MODELS:
        if fnmatch.fnmatchcase(name, glob):
            paths.append(folder / f"{name}.onnx")
            onnx.save(build(name), paths[-1])
    return paths


if __name__ == "__main__":
    for path in write(sys.argv[1], *sys.argv[2:3]):
        print(path)

#!/usr/bin/env python3
"""Writes ResNet-18, ResNet-50, MobileNetV2 and the convolutions of VGG-16 as float ONNX files, with weights from a seed.

    make_models.py FOLDER [NETWORK ...]

They are for speed and memory: the shapes are the architectures', with batch normalisation already folded into the
convolutions, and the weights are scaled so that the variance of activations stays near one from layer to layer. Ranges,
and with them scales, are therefore like a trained network's, but the outputs mean nothing. The batch is open.
"""
import pathlib
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

SEED = 2024
PIXELS = 224
CLASSES = 1000


class Network:
    """A chain of nodes; every method takes the name of a value and returns that of the next."""

    def __init__(self, name):
        self.name = name
        # One stream a network: adding a network changes none of the others.
        self.random = np.random.default_rng([SEED, *name.encode()])
        self.nodes, self.constants, self.channels = [], {}, {"input": 3}

    def constant(self, name, values):
        self.constants[name] = np.ascontiguousarray(values, dtype=np.float32)
        return name

    def node(self, operator, inputs, name, channels, **attributes):
        self.nodes.append(helper.make_node(operator, inputs, [name], name=name, **attributes))
        self.channels[name] = channels
        return name

    def convolution(self, x, name, outputs, kernel=1, stride=1, depthwise=False, variance=2.0):
        """`variance` 2 makes up for the half that a following ReLU cuts off (He et al. 2015, arXiv:1502.01852)."""
        inputs = self.channels[x]
        group = inputs if depthwise else 1
        shape = (outputs, inputs // group, kernel, kernel)
        weight = self.random.standard_normal(shape) * np.sqrt(variance / (shape[1] * kernel * kernel))
        # Channels of trained networks differ in size, which is why weights have a scale for each.
        weight *= np.exp2(self.random.uniform(-1.0, 0.8, (outputs, 1, 1, 1)))
        operands = [x, self.constant(f"{name}.weight", weight),
                    self.constant(f"{name}.bias", self.random.normal(0.0, 0.1, outputs))]
        return self.node("Conv", operands, name, outputs, kernel_shape=[kernel] * 2, strides=[stride] * 2,
                         pads=[kernel // 2] * 4, dilations=[1, 1], group=group)

    def relu(self, x):
        return self.node("Relu", [x], f"{x}.relu", self.channels[x])

    def relu6(self, x):
        bounds = [self.constant(name, np.array(value)) for name, value in (("zero", 0.0), ("six", 6.0))]
        return self.node("Clip", [x, *bounds], f"{x}.relu6", self.channels[x])

    def add(self, x, y, name):
        return self.node("Add", [x, y], name, self.channels[x])

    def max_pool(self, x, name, kernel, padding):
        return self.node("MaxPool", [x], name, self.channels[x], kernel_shape=[kernel] * 2, strides=[2, 2],
                         pads=[padding] * 4)

    def save(self, x, folder):
        """Ends the network with mean and classifier, and writes it."""
        channels = self.channels[x]
        x = self.node("GlobalAveragePool", [x], "mean", channels)
        x = self.node("Flatten", [x], "flatten", channels, axis=1)
        weight = self.constant("classifier.weight", self.random.normal(0.0, channels ** -0.5, (CLASSES, channels)))
        bias = self.constant("classifier.bias", np.zeros(CLASSES))
        self.nodes.append(helper.make_node("Gemm", [x, weight, bias], ["output"], name="classifier", transB=1))
        graph = helper.make_graph(
            self.nodes, self.name,
            [helper.make_tensor_value_info("input", TensorProto.FLOAT, ["N", 3, PIXELS, PIXELS])],
            [helper.make_tensor_value_info("output", TensorProto.FLOAT, ["N", CLASSES])],
            [numpy_helper.from_array(values, name) for name, values in self.constants.items()])
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
        onnx.checker.check_model(model)
        onnx.save(model, str(pathlib.Path(folder) / f"{self.name}.onnx"))


def residual_stem(net):
    return net.max_pool(net.relu(net.convolution("input", "stem", 64, kernel=7, stride=2)), "stem.pool", 3, 1)


def residual_stages(net, x, block, depths):
    for stage, depth in enumerate(depths):
        for index in range(depth):
            x = block(net, x, f"stage{stage + 1}.{index}", 64 << stage, 2 if stage > 0 and index == 0 else 1)
    return x


def shortcut(net, x, name, outputs, stride):
    if stride == 1 and net.channels[x] == outputs:
        return x
    return net.convolution(x, f"{name}.shortcut", outputs, stride=stride, variance=0.5)


def basic_block(net, x, name, width, stride):
    y = net.relu(net.convolution(x, f"{name}.first", width, kernel=3, stride=stride))
    y = net.convolution(y, f"{name}.second", width, kernel=3, variance=0.25)
    return net.relu(net.add(y, shortcut(net, x, name, width, stride), f"{name}.sum"))


def bottleneck(net, x, name, width, stride):
    y = net.relu(net.convolution(x, f"{name}.reduce", width))
    y = net.relu(net.convolution(y, f"{name}.middle", width, kernel=3, stride=stride))
    y = net.convolution(y, f"{name}.expand", 4 * width, variance=0.25)
    return net.relu(net.add(y, shortcut(net, x, name, 4 * width, stride), f"{name}.sum"))


def resnet18(net):
    return residual_stages(net, residual_stem(net), basic_block, (2, 2, 2, 2))


def resnet50(net):
    return residual_stages(net, residual_stem(net), bottleneck, (3, 4, 6, 3))


def inverted_residual(net, x, name, expansion, outputs, stride):
    hidden = expansion * net.channels[x]
    y = x if expansion == 1 else net.relu6(net.convolution(x, f"{name}.expand", hidden))
    y = net.relu6(net.convolution(y, f"{name}.depthwise", hidden, kernel=3, stride=stride, depthwise=True))
    y = net.convolution(y, f"{name}.project", outputs, variance=0.7)
    return net.add(x, y, f"{name}.sum") if stride == 1 and net.channels[x] == outputs else y


def mobilenetv2(net):
    """Sandler et al. 2018, arXiv:1801.04381, table 2: expansion, channels, repetitions, stride."""
    x = net.relu6(net.convolution("input", "stem", 32, kernel=3, stride=2))
    rows = ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1))
    for row, (expansion, outputs, repetitions, stride) in enumerate(rows):
        for index in range(repetitions):
            name = f"block{row + 1}.{index}"
            x = inverted_residual(net, x, name, expansion, outputs, stride if index == 0 else 1)
    return net.relu6(net.convolution(x, "last", 1280))


def vgg16(net):
    """The convolutions of column D; a mean and one classifier stand for the three large ones, which measure memory."""
    x = "input"
    for stage, (depth, outputs) in enumerate(((2, 64), (2, 128), (3, 256), (3, 512), (3, 512))):
        for index in range(depth):
            x = net.relu(net.convolution(x, f"stage{stage + 1}.{index}", outputs, kernel=3))
        x = net.max_pool(x, f"stage{stage + 1}.pool", 2, 0)
    return x


NETWORKS = {network.__name__: network for network in (resnet18, resnet50, mobilenetv2, vgg16)}


def main(folder, *names):
    pathlib.Path(folder).mkdir(parents=True, exist_ok=True)
    for name in names or NETWORKS:
        net = Network(name)
        net.save(NETWORKS[name](net), folder)
    # Inputs to calibrate on: pixels of unit variance, as normalised images have.
    samples = np.random.default_rng(SEED).standard_normal((4, 3, PIXELS, PIXELS)).astype(np.float32)
    np.save(pathlib.Path(folder) / "calibration.npy", samples)


if __name__ == "__main__":
    if len(sys.argv) < 2 or any(name not in NETWORKS for name in sys.argv[2:]):
        sys.exit(__doc__)
    main(*sys.argv[1:])

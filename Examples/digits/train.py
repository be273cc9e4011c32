#!/usr/bin/env python3
"""Trains the bundled digits network with numpy alone and writes it as ONNX, with its data.

    pip install numpy scikit-learn onnx
    python train.py [OUTPUT_DIR]

The data are scikit-learn's `load_digits`: 1,797 grey images of 8x8 pixels with values 0 to 16. They are written as they
are, uint8 NHWC; the value fed to the network is x / 16. The split and the training are seeded: 1,297 images to train
on, 500 to test with. The test images are used once, for the accuracy printed at the end.
"""
import json
import pathlib
import sys

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from sklearn.datasets import load_digits

SEED = 20
TEST_COUNT = 500
EPOCHS = 40
BATCH = 64
EPSILON = 1e-5
MOMENTUM = 0.9

# name, input channels, output channels, stride; every convolution is 3x3 with padding 1 and no bias of its own.
CONVOLUTIONS = [("stem", 1, 16, 1), ("widen", 16, 32, 1), ("block1", 32, 32, 1), ("block2", 32, 32, 1), ("down", 32, 64, 2)]


def columns(x, stride):
    """The 3x3 patches of NHWC `x` under padding 1, as rows of (kernel row, kernel column, channel)."""
    padded = np.pad(x, ((0, 0), (1, 1), (1, 1), (0, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(1, 2))[:, ::stride, ::stride]
    return windows.transpose(0, 1, 2, 4, 5, 3).reshape(*windows.shape[:3], -1)


class Layer:
    """Convolution, batch normalisation and, unless told otherwise, ReLU: forward, backward, Adam."""

    def __init__(self, rng, inputs, outputs, stride, relu=True):
        self.stride, self.relu = stride, relu
        self.parameters = {
            "w": rng.standard_normal((9 * inputs, outputs)).astype(np.float32) * np.float32(np.sqrt(2 / (9 * inputs))),
            "gamma": np.ones(outputs, np.float32),
            "beta": np.zeros(outputs, np.float32),
        }
        self.mean, self.variance = np.zeros(outputs, np.float32), np.ones(outputs, np.float32)

    def forward(self, x, training):
        p = self.parameters
        self.shape, self.patches = x.shape, columns(x, self.stride)
        z = self.patches @ p["w"]
        if training:
            mean, variance = z.mean((0, 1, 2)), z.var((0, 1, 2))
            self.mean = MOMENTUM * self.mean + (1 - MOMENTUM) * mean
            self.variance = MOMENTUM * self.variance + (1 - MOMENTUM) * variance
        else:
            mean, variance = self.mean, self.variance
        self.deviation = np.sqrt(variance + EPSILON)
        self.normalised = (z - mean) / self.deviation
        y = self.normalised * p["gamma"] + p["beta"]
        if self.relu:
            self.positive = y > 0
            y = y * self.positive
        return y

    def backward(self, gradient):
        if self.relu:
            gradient = gradient * self.positive
        axes, n = (0, 1, 2), gradient[..., 0].size
        self.gradients = {"gamma": (gradient * self.normalised).sum(axes), "beta": gradient.sum(axes)}
        gradient = gradient * self.parameters["gamma"]
        gradient = (
            gradient - gradient.mean(axes) - self.normalised * (gradient * self.normalised).mean(axes)
        ) / self.deviation
        flat = self.patches.reshape(n, -1)
        self.gradients["w"] = flat.T @ gradient.reshape(n, -1)
        patch_gradient = (gradient @ self.parameters["w"].T).reshape(*gradient.shape[:3], 3, 3, -1)
        padded = np.zeros((self.shape[0], self.shape[1] + 2, self.shape[2] + 2, self.shape[3]), np.float32)
        s, (height, width) = self.stride, gradient.shape[1:3]
        for row in range(3):
            for column in range(3):
                padded[:, row : row + s * height : s, column : column + s * width : s] += patch_gradient[:, :, :, row, column]
        return padded[:, 1:-1, 1:-1]


class Network:
    def __init__(self, rng):
        self.layers = {
            name: Layer(rng, inputs, outputs, stride, relu=name != "block2")
            for name, inputs, outputs, stride in CONVOLUTIONS
        }
        self.head = {"w": rng.standard_normal((64, 10)).astype(np.float32) / 8, "b": np.zeros(10, np.float32)}
        self.moments, self.step = {}, 0

    def forward(self, x, training=False):
        layers = self.layers
        x = layers["widen"].forward(layers["stem"].forward(x, training), training)
        y = x + layers["block2"].forward(layers["block1"].forward(x, training), training)
        self.sum_positive = y > 0
        x = layers["down"].forward(y * self.sum_positive, training)
        self.map_shape, self.features = x.shape, x.mean((1, 2))
        return self.features @ self.head["w"] + self.head["b"]

    def backward(self, logits_gradient):
        layers = self.layers
        self.head_gradients = {"w": self.features.T @ logits_gradient, "b": logits_gradient.sum(0)}
        count = self.map_shape[1] * self.map_shape[2]
        gradient = np.broadcast_to((logits_gradient @ self.head["w"].T)[:, None, None] / count, self.map_shape)
        gradient = layers["down"].backward(gradient) * self.sum_positive
        gradient = gradient + layers["block1"].backward(layers["block2"].backward(gradient))
        layers["stem"].backward(layers["widen"].backward(gradient))

    def update(self, rate, decay=1e-4):
        """Adam (Kingma and Ba 2015) with decoupled weight decay."""
        self.step += 1
        groups = [(name, layer.parameters, layer.gradients) for name, layer in self.layers.items()]
        for name, values, gradients in groups + [("head", self.head, self.head_gradients)]:
            for key, gradient in gradients.items():
                first, second = self.moments.get((name, key), (0.0, 0.0))
                first, second = 0.9 * first + 0.1 * gradient, 0.999 * second + 0.001 * gradient * gradient
                self.moments[name, key] = first, second
                direction = (first / (1 - 0.9**self.step)) / (np.sqrt(second / (1 - 0.999**self.step)) + 1e-8)
                values[key] = (values[key] - rate * (direction + decay * values[key])).astype(np.float32)


def shifted(rng, images):
    """Each image moved by up to one pixel, which is all that an 8x8 digit bears."""
    padded = np.pad(images, ((0, 0), (1, 1), (1, 1), (0, 0)))
    rows, columns_ = rng.integers(0, 3, (2, len(images)))
    return np.stack([padded[i, r : r + 8, c : c + 8] for i, (r, c) in enumerate(zip(rows, columns_))])


def train(rng, images, labels):
    network = Network(rng)
    steps = EPOCHS * (len(images) // BATCH)
    step = 0
    for epoch in range(EPOCHS):
        order, total = rng.permutation(len(images)), 0.0
        for start in range(0, len(images) - BATCH + 1, BATCH):
            batch = order[start : start + BATCH]
            logits = network.forward(shifted(rng, images[batch]), training=True)
            logits -= logits.max(1, keepdims=True)
            probabilities = np.exp(logits) / np.exp(logits).sum(1, keepdims=True)
            total -= np.log(probabilities[np.arange(BATCH), labels[batch]] + 1e-12).mean()
            target = np.full((BATCH, 10), 0.01, np.float32)
            target[np.arange(BATCH), labels[batch]] = 0.91
            network.backward(((probabilities - target) / BATCH).astype(np.float32))
            network.update(3e-3 * 0.5 * (1 + np.cos(np.pi * step / steps)))
            step += 1
        if epoch % 10 == 9:
            print(f"epoch {epoch + 1}: loss {total / (len(images) // BATCH):.4f}", flush=True)
    return network


def export(network, path):
    nodes, constants = [], []

    def constant(name, value):
        constants.append(numpy_helper.from_array(np.ascontiguousarray(value, np.float32), name))
        return name

    def node(operator, inputs, output, **attributes):
        nodes.append(helper.make_node(operator, inputs, [output], name=output, **attributes))
        return output

    def convolution(x, name, inputs, outputs, stride, relu=True):
        layer = network.layers[name]
        weights = layer.parameters["w"].reshape(3, 3, inputs, outputs).transpose(3, 2, 0, 1)
        x = node("Conv", [x, constant(f"{name}.weight", weights)], f"{name}_conv",
                 kernel_shape=[3, 3], pads=[1, 1, 1, 1], strides=[stride, stride])
        statistics = [("gamma", layer.parameters["gamma"]), ("beta", layer.parameters["beta"]),
                      ("mean", layer.mean), ("variance", layer.variance)]
        x = node("BatchNormalization", [x] + [constant(f"{name}.{key}", value) for key, value in statistics],
                 f"{name}_bn", epsilon=EPSILON)
        return node("Relu", [x], f"{name}_relu") if relu else x

    stem, widen, block1, block2, down = CONVOLUTIONS
    x = convolution(convolution("input", *stem), *widen)
    y = convolution(convolution(x, *block1), *block2, relu=False)
    x = node("Relu", [node("Add", [y, x], "residual_add")], "residual_relu")
    x = convolution(x, *down)
    x = node("Flatten", [node("GlobalAveragePool", [x], "pool")], "flatten", axis=1)
    node("Gemm", [x, constant("head.weight", network.head["w"].T), constant("head.bias", network.head["b"])],
         "output", transB=1)
    graph = helper.make_graph(
        nodes, "digits",
        [helper.make_tensor_value_info("input", TensorProto.FLOAT, ["N", 1, 8, 8])],
        [helper.make_tensor_value_info("output", TensorProto.FLOAT, ["N", 10])], constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], producer_name="digits/train.py")
    model.ir_version = 8
    onnx.checker.check_model(model, full_check=True)
    onnx.save(model, path)


def main():
    folder = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else pathlib.Path(__file__).parent)
    rng = np.random.default_rng(SEED)
    digits = load_digits()
    images = digits.images.astype(np.uint8)[..., None]
    labels = digits.target.astype(np.uint8)
    order = rng.permutation(len(images))
    test, training = order[:TEST_COUNT], order[TEST_COUNT:]
    for name, rows in (("train", training), ("test", test)):
        np.save(folder / f"{name}_x.npy", images[rows])
        np.save(folder / f"{name}_y.npy", labels[rows])
    (folder / "preprocess.json").write_text(json.dumps({"div": 16}) + "\n")

    network = train(rng, images[training].astype(np.float32) / 16, labels[training])
    export(network, folder / "digits.onnx")
    predicted = network.forward(images[test].astype(np.float32) / 16).argmax(1)
    print(f"test accuracy {np.mean(predicted == labels[test]):.4f} on {TEST_COUNT} images")


if __name__ == "__main__":
    main()

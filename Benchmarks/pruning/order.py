#!/usr/bin/env python3
"""Prune, then quantize; or quantize, then prune: the same network, the same density in each layer.

    order.py --hone HONE [--results FOLDER] [--network resnet20_cifar10] [--levels 0.25,0.5,0.75]

An int8 file has no float weights that could be fitted, so what is left to do there is to put masks on its integers: either the
blocks that pruning the float model chose, or those of the smallest magnitude, as many in each layer. The last row but one has
the float model pruned without a refit, so that order and refit can be told apart. Layers keep their channels in place.
"""
import argparse
import json
import pathlib
import sys
import tempfile

import numpy as np
import onnx
from onnx import numpy_helper

from networks import ROOT, Network, table

OUTPUTS, INPUTS = 16, 4


class Weights:
    """The weights of a model's layers by node name, as arrays [outputs, inputs, taps], with their zero points."""

    def __init__(self, path):
        self.model = onnx.load(path)
        self.constants = {one.name: one for one in self.model.graph.initializer}
        self.producers = {output: node for node in self.model.graph.node for output in node.output}
        self.layers = {}
        for node in self.model.graph.node:
            if node.op_type not in ("Conv", "Gemm"):
                continue
            name, zero = node.input[1], 0
            source = self.producers.get(name)
            if source is not None and source.op_type == "DequantizeLinear":
                name = source.input[0]
                zero = numpy_helper.to_array(self.constants[source.input[2]]) if len(source.input) > 2 else 0
            transposed = node.op_type == "Conv" or any(one.name == "transB" and one.i for one in node.attribute)
            self.layers[node.name] = (name, zero, transposed, source)

    def array(self, layer):
        """As they are stored."""
        name, _, transposed, _ = self.layers[layer]
        stored = numpy_helper.to_array(self.constants[name])
        stored = stored if transposed else stored.T
        return stored.reshape(*stored.shape[:2], -1)

    def put(self, layer, array):
        name, _, transposed, _ = self.layers[layer]
        stored = numpy_helper.to_array(self.constants[name])
        shaped = array.reshape(stored.shape) if transposed else array[..., 0].T
        self.constants[name].CopyFrom(numpy_helper.from_array(np.ascontiguousarray(shaped, stored.dtype), name))

    def real(self, layer):
        """What the weights stand for."""
        source = self.layers[layer][3]
        array = self.array(layer).astype(np.float64)
        if source is None:
            return array
        scale = numpy_helper.to_array(self.constants[source.input[1]]).reshape(-1)
        zero = np.asarray(self.layers[layer][1], np.float64).reshape(-1)
        return (array - zero[:, None, None]) * scale[:, None, None]

    def zero(self, layer):
        return np.asarray(self.layers[layer][1]).reshape(-1)[:, None, None]


def blocks(array):
    """The array cut into blocks, as a list of index expressions."""
    for top in range(0, array.shape[0], OUTPUTS):
        for left in range(0, array.shape[1], INPUTS):
            for tap in range(array.shape[2]):
                yield np.s_[top : top + OUTPUTS, left : left + INPUTS, tap]


def masked(int8, pruned, target, by_magnitude):
    """The int8 file with the blocks of each layer zero that are empty in the pruned one, or as many of the smallest."""
    file, chosen = Weights(int8), Weights(pruned)
    for layer in chosen.layers:
        real = chosen.real(layer)
        places = list(blocks(real))
        empty = [place for place in places if not real[place].any()]
        if not empty:
            continue
        array, values = file.array(layer).copy(), file.real(layer)
        if by_magnitude:
            order = sorted(range(len(places)), key=lambda index: (np.sum(values[places[index]] ** 2), index))
            empty = [places[index] for index in order[: len(empty)]]
        zero = np.broadcast_to(file.zero(layer), array.shape)
        for place in empty:
            array[place] = zero[place]
        file.put(layer, array)
    onnx.save(file.model, target)


def measured(network, level, folder):
    """(row, evaluation) of each order."""
    pruned, bare, int8, target = (folder / f"{name}.onnx" for name in ("pruned", "bare", "int8", "target"))
    report = network.prune(pruned, "--sparsity", level, "--no-permutation")
    network.quantize(pruned, target, "--recipe", "balanced")
    yield "prune (refit), quantize", network.evaluate(target)
    shares = {layer["node"]: layer["asked"] for layer in report["layers"] if layer["pruned"]}
    (folder / "shares.json").write_text(json.dumps(shares))
    network.prune(bare, "--layers", folder / "shares.json", "--no-permutation", "--no-refit")
    network.quantize(bare, target, "--recipe", "balanced")
    yield "prune (no refit), quantize", network.evaluate(target)
    network.quantize(network.path, int8, "--recipe", "balanced")
    masked(int8, pruned, target, by_magnitude=False)
    yield "quantize, prune the same blocks", network.evaluate(target)
    masked(int8, pruned, target, by_magnitude=True)
    yield "quantize, prune by magnitude", network.evaluate(target)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--hone", type=pathlib.Path, default=ROOT / ".build" / "release" / "hone")
    parser.add_argument("--results", type=pathlib.Path, help="where pruning-order.json and pruning-order.txt go")
    parser.add_argument("--network", default="resnet20_cifar10")
    parser.add_argument("--levels", default="0.25,0.5,0.75")
    options = parser.parse_args()
    network, rows = Network(options.network, options.hone.resolve()), []
    cells = [("sparsity", "order", "int8", "drop", "95 % interval")]
    for level in map(float, options.levels.split(",")):
        with tempfile.TemporaryDirectory() as folder:
            for order, found in measured(network, level, pathlib.Path(folder)):
                rows.append({"sparsity": level, "order": order, "top1": found["accuracy"]["top1"],
                             "drop": found["dropPercentagePoints"], "drop95": found["drop95"]})
                low, high = found["drop95"]
                cells.append((f"{100 * level:.0f} %", order, f"{found['accuracy']['top1']:.2f} %",
                              f"{found['dropPercentagePoints']:+.2f} pp", f"{low:+.2f} .. {high:+.2f}"))
                print(*cells[-1], file=sys.stderr)
    title = f"{network.name}: the order of pruning (16x4) and quantizing, top-1 at int8 on all test images, drop against float"
    text = "\n".join([title, "", *table(cells, left=2)]) + "\n"
    print(text)
    if options.results:
        options.results.mkdir(parents=True, exist_ok=True)
        (options.results / "pruning-order.txt").write_text(text)
        (options.results / "pruning-order.json").write_text(json.dumps({"network": network.name, "rows": rows}, indent=1) + "\n")


if __name__ == "__main__":
    main()

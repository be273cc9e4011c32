"""Pruned int8 models: the same bits on every device and instruction set, whatever the zeros' pattern, and fewer blocks where
channels can be reordered for it."""
import sys

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from hone_cli import ROOT, hone, hone_json
from test_opencl import IMPLEMENTATIONS, environment

sys.path.insert(0, str(ROOT / "Benchmarks" / "pruning"))
import masks  # noqa: E402

SETS = next(one["instructionSets"] for one in hone_json("devices")["devices"] if one["device"] == "cpu")
SIDE = 13


def network(path):
    """A float network in which channels meet in every way: additions, concatenations, depthwise and grouped convolutions,
    a flattened image before a product, and sizes that are no multiple of a block."""
    random = np.random.default_rng(6)
    nodes, constants, channels = [], {}, {"input": 3}

    def node(operator, inputs, name, count, **attributes):
        nodes.append(helper.make_node(operator, inputs, [name], name=name, **attributes))
        channels[name] = count
        return name

    def weight(name, *shape):
        constants[name] = (random.normal(0, 1, shape) * np.sqrt(2 / np.prod(shape[1:]))).astype(np.float32)
        return name

    def conv(x, name, outputs, kernel=1, stride=1, group=1, relu=True):
        operands = [x, weight(f"{name}.w", outputs, channels[x] // group, kernel, kernel), weight(f"{name}.b", outputs, 1)]
        constants[f"{name}.b"] = constants[f"{name}.b"].reshape(-1)
        y = node("Conv", operands, name, outputs, kernel_shape=[kernel] * 2, strides=[stride] * 2,
                 pads=[kernel // 2] * 4, group=group)
        return node("Relu", [y], f"{name}.relu", outputs) if relu else y

    x = conv("input", "stem", 48, kernel=3)
    for number in range(2):
        y = conv(x, f"reduce{number}", 64)
        y = conv(y, f"middle{number}", 64, kernel=3)
        y = conv(y, f"expand{number}", 48, relu=False)
        x = node("Relu", [node("Add", [x, y], f"sum{number}", 48)], f"sum{number}.relu", 48)
    y = conv(conv(x, "depthwise", 48, kernel=3, group=48), "pointwise", 32)
    x = node("Concat", [y, conv(x, "branch", 20)], "concat", 52, axis=1)
    x = node("MaxPool", [x], "pool", 52, kernel_shape=[2, 2], strides=[2, 2])
    x = conv(conv(x, "wide", 96, kernel=3), "grouped", 72, kernel=3, group=2)
    x = conv(x, "last", 16, kernel=3, stride=2)
    x = node("Flatten", [x], "flatten", 16 * 9)
    weight("hidden.w", 40, 16 * 9), weight("hidden.b", 40, 1), weight("output.w", 40, 10)
    constants["hidden.b"] = constants["hidden.b"].reshape(-1)
    x = node("Relu", [node("Gemm", [x, "hidden.w", "hidden.b"], "hidden", 40, transB=1)], "hidden.relu", 40)
    node("MatMul", [x, "output.w"], "output", 10)
    graph = helper.make_graph(
        nodes, "every_way", [helper.make_tensor_value_info("input", TensorProto.FLOAT, ["N", 3, SIDE, SIDE])],
        [helper.make_tensor_value_info("output", TensorProto.FLOAT, ["N", 10])],
        [numpy_helper.from_array(value, name) for name, value in constants.items()])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)


@pytest.fixture(scope="module")
def quantized(tmp_path_factory):
    """The network in int8, dense, and what it is fed."""
    folder = tmp_path_factory.mktemp("pruned")
    network(folder / "float.onnx")
    np.save(folder / "x.npy", np.random.default_rng(7).normal(0, 1, (3, 3, SIDE, SIDE)).astype(np.float32))
    hone("quantize", folder / "float.onnx", "--data", folder / "x.npy", "--layout", "NCHW", "-o", folder / "int8.onnx")
    return folder


def blocks(pattern, share):
    return lambda weight, random: masks.masked(weight, pattern, share, weight, random)


def channels(weight, random):
    """Whole outputs and whole inputs without a weight."""
    weight = weight.copy()
    weight[random.random(weight.shape[0]) < 0.6] = 0
    if weight.shape[1] > 1:
        weight[:, random.random(weight.shape[1]) < 0.5] = 0
    return weight


def layers(weight, random):
    """Every other layer without a weight at all."""
    return weight * np.int8(random.random() < 0.5)


CASES = {f"{pattern}-{share}": blocks(pattern, share) for pattern, share in [
    ("16x4", 0), ("16x4", 0.05), ("16x4", 0.5), ("16x4", 0.9), ("8x4", 0.75), ("4x4", 0.5), ("4x4", 0.9), ("1x4", 0.75),
    ("1x4", 0.9), ("4x1", 0.9), ("16x16", 0.5), ("1x1", 0.5), ("1x1", 0.9), ("1x1", 0.99), ("1x1", 1)]}
CASES |= {"channels": channels, "layers": layers}


def pruned(folder, case):
    path = folder / f"{case}.onnx"
    if not path.exists():
        model = onnx.load(folder / "int8.onnx")
        random = np.random.default_rng([6, *case.encode()])
        for tensor in model.graph.initializer:
            array = numpy_helper.to_array(tensor)
            if array.dtype == np.int8 and array.ndim >= 2:
                # MatMul has its outputs last.
                turned = array.shape == (40, 10)
                changed = CASES[case](array.T if turned else array, random)
                tensor.CopyFrom(numpy_helper.from_array(np.ascontiguousarray(changed.T if turned else changed), tensor.name))
        onnx.save(model, path)
    return path


def answer(folder, case, device, threads=1):
    target = folder / "y.npy"
    hone("run", pruned(folder, case), "--input", folder / "x.npy", "--layout", "NCHW", "--device", device, "--threads",
         threads, "--output", target)
    return target.read_bytes()


@pytest.fixture
def expected(monkeypatch):
    """The definition's answer with channels in the file's order, made once for each case."""
    def make(folder, case):
        path = folder / f"{case}.expected"
        if not path.exists():
            with monkeypatch.context() as context:
                context.setenv("HONE_REPACKING", "off")
                path.write_bytes(answer(folder, case, "reference"))
        return path.read_bytes()
    return make


@pytest.mark.parametrize("case", CASES)
def test_every_instruction_set(quantized, case, expected, monkeypatch):
    want = expected(quantized, case)
    assert answer(quantized, case, "reference") == want
    for isa in SETS:
        monkeypatch.setenv("HONE_ISA", isa)
        for threads, repacking in [(1, "on"), (2, "off")]:
            monkeypatch.setenv("HONE_REPACKING", repacking)
            assert answer(quantized, case, "cpu", threads) == want, f"{isa}, {threads} threads, repacking {repacking}"


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("driver", IMPLEMENTATIONS)
def test_every_opencl(quantized, case, driver, expected, monkeypatch):
    variables = environment(driver)
    if variables is None:
        pytest.skip(f"{driver} is not installed (make deps-test)")
    want = expected(quantized, case)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert answer(quantized, case, "opencl:0") == want


def test_node_by_node(quantized):
    """Values in between too, those excepted whose channels moved, which have other names."""
    for case in ("4x4-0.5", "1x1-0.9", "16x4-0.5"):
        for pair in ("reference,cpu", "cpu,cpu:unfused"):
            report = hone_json("verify", pruned(quantized, case), "--device", pair, "--shape", f"input=2x3x{SIDE}x{SIDE}")
            assert report["equal"], (case, pair, report["firstDifference"])


def kept_blocks(path, device="cpu"):
    plan = hone_json("inspect", path, "--plan", "--device", device, "--shape", f"input=1x3x{SIDE}x{SIDE}")["plan"]["steps"]
    return sum(int(step["detail"].split(" of ")[0]) for step in plan if " blocks" in (step["detail"] or ""))


@pytest.mark.parametrize("case", ["4x4-0.5", "4x4-0.9", "1x4-0.9", "4x1-0.9", "1x1-0.9", "channels"])
def test_reordered_channels_leave_fewer_blocks(quantized, case, monkeypatch):
    path = pruned(quantized, case)
    packed = kept_blocks(path)
    monkeypatch.setenv("HONE_REPACKING", "off")
    as_filed = kept_blocks(path)
    assert packed < as_filed
    print(f"{as_filed} blocks kept -> {packed}")


@pytest.mark.parametrize("case", ["16x4-0", "16x4-0.5", "16x16-0.5"])
def test_dense_and_block_sparse_models_keep_their_order(quantized, case, monkeypatch):
    path = pruned(quantized, case)
    report = hone("inspect", path, "--plan", "--device", "cpu", "--shape", f"input=1x3x{SIDE}x{SIDE}").stdout
    assert "_repacked" not in report
    monkeypatch.setenv("HONE_REPACKING", "off")
    assert report == hone("inspect", path, "--plan", "--device", "cpu", "--shape", f"input=1x3x{SIDE}x{SIDE}").stdout


def test_opencl_says_what_it_keeps(quantized, monkeypatch):
    variables = environment("pocl")
    if variables is None:
        pytest.skip("pocl is not installed (make deps-test)")
    path = pruned(quantized, "16x4-0.5")
    want = kept_blocks(path)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert 0 < kept_blocks(path, "opencl:0") <= want

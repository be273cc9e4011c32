"""Models that other tools quantized, in every form that they write: the same bits on every device, ONNX Runtime's results.

Small graphs hold one form each: Q and DQ stand for QuantizeLinear and DequantizeLinear. Real models are quantized here by
ONNX Runtime's own quantizer and by NNCF, where they are installed (`make deps-peers`).
"""
import functools
import json
import subprocess

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

import peers
import zoo
from hone_cli import ROOT, hone, hone_json, run_batches, run_model
from imported_forms import FORMS, Net, four_bits
from test_opencl import environment

POCL = environment("pocl")


def is_float_folding(pair, report):
    """Layers that a tool left in float: a MatMul and its Add run as one Gemm, within rounding (NUMERICS.md, Fusions)."""
    first = report["firstDifference"]
    return "unfused" in pair and first["operator"] == "Gemm" and all(
        output["maximumDifference"] < 1e-5 for output in first["outputs"])


def assert_same_bits(model, monkeypatch, *options):
    """The definition against the processor's kernels, unfused execution, and OpenCL's kernels."""
    for pair in ("reference,cpu", "reference,reference:unfused", "cpu,cpu:unfused"):
        result = hone("verify", model, "--device", pair, "--json", *options, check=False)
        assert result.stdout, result.stderr
        report = json.loads(result.stdout)
        assert report["withinBounds"] or is_float_folding(pair, report), (pair, report["firstDifference"])
    if POCL is None:
        return
    with monkeypatch.context() as scope:
        for name, value in POCL.items():
            scope.setenv(name, value)
        report = hone_json("verify", model, "--device", "cpu,opencl:0", *options)
    assert report["withinBounds"], ("cpu,opencl:0", report["firstDifference"])


@pytest.mark.parametrize("name", FORMS)
def test_form(name, tmp_path, monkeypatch):
    function, opset, step = FORMS[name]
    net = Net(name, opset)
    outputs = function(net)
    path = net.save(tmp_path / "model.onnx", *([outputs] if isinstance(outputs, str) else outputs))
    assert_same_bits(path, monkeypatch)
    feeds = {one.name: net.rng.normal(0, 1.5, [d.dim_value for d in one.type.tensor_type.shape.dim]).astype(np.float32)
             for one in net.inputs}
    if name == "scales_for_a_row_of_biases":
        model = onnx.load(path)
        bias = next(node for node in model.graph.node if node.attribute and node.output[0] == net.nodes[-3].input[1])
        del bias.attribute[:]
        path = tmp_path / "standard.onnx"
        onnx.save(model, path)
        ours = run_model(tmp_path / "model.onnx", feeds)
    else:
        ours = run_model(path, feeds)
    runtime = zoo.session(path, optimised=False)
    theirs = runtime.run(None, feeds)
    for output, expected in zip(runtime.get_outputs(), theirs):
        found = ours[output.name]
        assert (found.shape, found.dtype) == (expected.shape, expected.dtype)
        assert np.ptp(expected) > 3 * step, "nearly constant: that tests little"
        steps = np.abs(found - expected) / step
        assert steps.max() <= 1.01 and np.mean(steps > 0.01) <= 0.02, (steps.max(), np.mean(steps > 0.01))


@pytest.mark.parametrize("kind", [np.uint8, np.int8])
@pytest.mark.parametrize("axes, keepdims", [([2, 3], 1), ([-1], 0), ([1, 3], 0), ([0, 1, 2, 3], 1)])
@pytest.mark.parametrize("opset", [13, 18])
def test_reduce_mean(kind, axes, keepdims, opset, tmp_path, monkeypatch):
    """ONNX Runtime declares QLinearReduceMean and has no kernel for it: the expected result is computed here."""
    net = Net(f"reduce mean {kind.__name__} {axes} {keepdims}", opset)
    x, point = net.feed(2, 8, 9, 7), kind(9)
    parameters = [net.constant(value) for value in (np.float32(0.05), point, np.float32(0.02), kind(100))]
    y = net.node("QLinearReduceMean", net.q(x, 0.05, point), *parameters, domain="com.microsoft", axes=axes, keepdims=keepdims)
    y = net.node("DequantizeLinear", y, *parameters[2:])
    path = net.save(tmp_path / "model.onnx", y)
    assert_same_bits(path, monkeypatch)
    data = net.rng.normal(0, 1.5, (2, 8, 9, 7)).astype(np.float32)
    bounds = np.iinfo(kind)
    integers = np.clip(np.rint(data / np.float32(0.05)) + int(point), bounds.min, bounds.max)
    mean = ((integers - int(point)) * 0.05).mean(tuple(axes), keepdims=bool(keepdims))
    expected = (np.clip(np.rint(mean / 0.02) + 100, bounds.min, bounds.max) - 100) * 0.02
    (found,) = run_model(path, {x: data}).values()
    assert found.shape == expected.shape and np.abs(found - expected).max() <= 0.0201


@pytest.mark.parametrize("use", ["Add", "QuantizeLinear", "output"])
def test_integers_of_four_bits_are_for_weights(use, tmp_path):
    net = Net(f"four bits {use}", 21)
    weights = four_bits(net, TensorProto.INT4, (8,))
    if use == "Add":
        y = net.node("Add", weights, weights)
    elif use == "output":
        y = weights
    else:
        zero = net.packed(TensorProto.INT4, np.zeros((), np.int64))
        y = net.node("QuantizeLinear", net.feed(8), net.constant(np.float32(0.1)), zero)
    graph = helper.make_graph(net.nodes, "four", net.inputs, [helper.make_tensor_value_info(y, TensorProto.INT4, [8])], net.constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 21)])
    model.ir_version = 10
    onnx.save(model, tmp_path / "model.onnx")
    result = hone("inspect", tmp_path / "model.onnx", check=False)
    assert result.returncode == 1 and "4 bits" in result.stderr, result.stderr


# How many files each tool writes of a model at least; ways that it refuses are printed.
TOOLS = {"onnxruntime": 12, "nncf": 3}


@pytest.fixture(scope="session")
def quantized(tmp_path_factory, models):
    """A function that lets a tool quantize a model in every way that it has, and gives the files."""

    @functools.lru_cache(maxsize=None)
    def make(tool, model):
        if not peers.has(tool):
            pytest.skip(f"{tool} is not installed (make deps-peers)")
        folder = tmp_path_factory.mktemp(model.stem)
        one = zoo.source(model)
        samples = zoo.model_values(models / "data", one, calibration=True)[:8] if one else zoo.synthetic_inputs(model, models)[0][:8]
        np.save(folder / "samples.npy", samples)
        script = ROOT / "Tests" / "Oracle" / f"quantize_with_{tool}.py"
        result = subprocess.run([peers.PYTHON, script, model, folder / "samples.npy", folder], capture_output=True, text=True)
        assert result.returncode == 0, result.stderr
        made = json.loads(result.stdout.splitlines()[-1])
        for refused in made["refused"]:
            print(f"{model.stem}: {refused}")
        return [folder / name for name in made["files"]]

    return make


@pytest.mark.needs_models
@pytest.mark.parametrize("tool", TOOLS)
@pytest.mark.parametrize("model", zoo.files("float"), ids=zoo.identifier)
def test_models_that_others_quantized(model, tool, quantized, models, monkeypatch):
    one = zoo.source(model)
    if one:
        x = zoo.model_values(models / "data", one)[:64]
    else:
        x = zoo.synthetic_inputs(model, models)[0]
    batch = min(one.batch if one else len(x), 16)
    options = ["--shape", f"input={'x'.join(map(str, (1, *x.shape[1:])))}"] if model.name.startswith("superres3x") else []
    files = quantized(tool, model)
    assert len(files) >= TOOLS[tool]
    for path in files:
        assert_same_bits(path, monkeypatch, *options)
        try:
            theirs = zoo.ort_batches(path, x, batch)
        except Exception as error:
            print(f"{path.name}: ONNX Runtime does not run it: {str(error)[:90]}")
            continue
        ours = run_batches(path, zoo.session(path).get_inputs()[0].name, x, batch)
        if one:
            different = int((zoo.top1(ours) != zoo.top1(theirs)).sum())
            assert not zoo.has_vnni() or different <= 2, f"{path.name}: {different} of {len(x)} predictions differ"
        else:
            error = np.sqrt(np.mean((ours - theirs) ** 2)) / np.std(theirs)
            assert not zoo.has_vnni() or error < 0.02, f"{path.name}: {error:.4f} of the outputs' spread"
    print(f"{len(files)} files of {tool}")

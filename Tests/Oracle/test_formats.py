"""Every form of file that `hone quantize` writes: valid, the same in ONNX Runtime, the same on `cpu` and `reference`."""
import math

import numpy as np
import onnx
import pytest

import zoo
from hone_cli import DEVICE, ROOT, hone, hone_json, run_batches

EXAMPLE = ROOT / "Examples" / "digits"
ACTIVATIONS = {
    "u8": ["--activations", "u8"], "s8": ["--activations", "s8"], "u8-symmetric": ["--activations", "u8", "--symmetric"],
    "s8-symmetric": ["--activations", "s8", "--symmetric"],
}
FORMATS = {
    f"{form}-{name}": ["--format", form, *options] for form in ("qdq", "qoperator") for name, options in ACTIVATIONS.items()
} | {"dynamic": ["--dynamic"], "dynamic-conv": ["--dynamic", "--types", "Conv,Gemm,MatMul"]}
EXAMPLE_DATA = ["--data", EXAMPLE / "train_x.npy", "--preprocess", EXAMPLE / "preprocess.json"]


def written(model, form, output, data):
    """Quantizes; the file is valid plain ONNX, its kind of operators and zero points are those asked for."""
    options = FORMATS[form]
    hone("quantize", model, *options, *([] if "--dynamic" in options else data), "-o", output)
    onnx.checker.check_model(str(output), full_check=True)
    graph = onnx.load(output)
    assert all(opset.domain in ("", "ai.onnx", "ai.onnx.ml") for opset in graph.opset_import), "plain ONNX"
    kinds = {node.op_type for node in graph.graph.node}
    zeros = [onnx.numpy_helper.to_array(one) for one in graph.graph.initializer if one.name.endswith("_zero_point")]
    activations = [zero for zero in zeros if zero.ndim == 0 and f"{zero.dtype}" == ("int8" if "-s8" in form else "uint8")]
    if form.startswith("dynamic"):
        assert kinds & {"MatMulInteger", "ConvInteger"} and not kinds & {"QuantizeLinear", "QLinearConv"}
        assert "conv" not in form or "Conv" not in kinds
    else:
        assert activations and ("-s8" in form or all(zero.dtype == np.uint8 for zero in activations))
        assert ("QLinearConv" in kinds) == (form.startswith("qoperator") and "Conv" in float_kinds(model))
        assert "Conv" not in kinds or form.startswith("qdq")
    if form.endswith("symmetric"):
        # A constant operand of one element, and weights, are symmetric too.
        assert all(int(zero) in (0, 128) for zero in activations) and zeros
    return output


def float_kinds(model):
    return {node.op_type for node in onnx.load(model).graph.node}


def assert_exact(path, *options):
    """Hone's own devices: bit for bit, every node and end to end."""
    hone("verify", path, "--device", f"reference,{DEVICE}", *options)


def assert_agree(theirs, ours, floats):
    """Top-1 on 99.8 % of the images, or on all but two below a thousand."""
    differing = int(np.sum(theirs != ours))
    print(f"{differing} of {len(ours)} predictions differ from ONNX Runtime's, {int(np.sum(floats != ours))} from float")
    assert differing <= (2 if len(ours) < 1000 else 0.002 * len(ours))


@pytest.mark.parametrize("form", FORMATS)
def test_example(form, tmp_path):
    model, output = EXAMPLE / "digits.onnx", tmp_path / "int8.onnx"
    written(model, form, output, [*EXAMPLE_DATA, "--samples", 64])
    assert_exact(output)
    x = np.load(EXAMPLE / "test_x.npy").astype(np.float32).reshape(-1, 1, 8, 8) / 16
    theirs, ours, floats = zoo.ort_batches(output, x, 100), run_batches(output, "input", x, 100), zoo.ort_batches(model, x, 100)
    assert_agree(zoo.top1(theirs), zoo.top1(ours), zoo.top1(floats))
    assert np.mean(zoo.top1(floats) == zoo.top1(ours)) >= 0.99
    if "conv" in form or not form.startswith("dynamic"):
        # Scales and zero points beside a quarter of the weights; small tensors have their share.
        assert output.stat().st_size < 0.45 * model.stat().st_size


def assert_same_integers(output, kind, folder):
    """Each QLinearConv and QLinearMatMul, alone and fed the same integers, gives ONNX Runtime's; how many there are."""
    graph = onnx.shape_inference.infer_shapes(onnx.load(output))
    types = {value.name: value for value in [*graph.graph.value_info, *graph.graph.input, *graph.graph.output]}
    nodes = [node for node in graph.graph.node if node.op_type in ("QLinearConv", "QLinearMatMul")]
    for index, node in enumerate(nodes):
        constants = [one for one in graph.graph.initializer if one.name in node.input]
        shape = [dimension.dim_value or 3 for dimension in types[node.input[0]].type.tensor_type.shape.dim]
        alone = onnx.helper.make_model(
            onnx.helper.make_graph([node], "alone", [onnx.helper.make_tensor_value_info(
                node.input[0], onnx.helper.np_dtype_to_tensor_dtype(np.dtype(kind)), shape)],
                [types[node.output[0]]], constants), opset_imports=graph.opset_import, ir_version=graph.ir_version)
        path = folder / f"alone{index}.onnx"
        onnx.save(alone, path)
        limits = np.iinfo(kind)
        x = np.random.default_rng(index).integers(limits.min, limits.max, shape, kind, endpoint=True)
        assert np.array_equal(zoo.session(path).run(None, {node.input[0]: x})[0], run_batches(path, node.input[0], x, len(x)))
    return len(nodes)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_integers_are_exact(name, tmp_path):
    model, output = EXAMPLE / "digits.onnx", tmp_path / "int8.onnx"
    if not zoo.has_vnni():
        pytest.skip("without VNNI ONNX Runtime's products saturate")
    written(model, f"qoperator-{name}", output, [*EXAMPLE_DATA, "--samples", 64])
    assert assert_same_integers(output, np.int8 if name.startswith("s8") else np.uint8, tmp_path) >= 5


@pytest.mark.parametrize("options", [["--method", "minmax"], ["--method", "mean-minmax"], ["--method", "kl"],
                                     ["--method", "mse", "--norm", "2.4"]], ids=" ".join)
def test_methods(options, tmp_path):
    model, output = EXAMPLE / "digits.onnx", tmp_path / "int8.onnx"
    hone("quantize", model, *EXAMPLE_DATA, *options, "-o", output)
    report = hone_json("evaluate", output, "--data", EXAMPLE / "test_x.npy", "--labels", EXAMPLE / "test_y.npy",
                       "--preprocess", EXAMPLE / "preprocess.json", "--reference", model)
    print(f"{' '.join(options)}: drop {report['dropPercentagePoints']:.2f} pp")
    assert report["dropPercentagePoints"] <= 1


def test_excluding(tmp_path):
    model, output = EXAMPLE / "digits.onnx", tmp_path / "int8.onnx"

    def floats(*patterns):
        nodes = hone_json("quantize", model, *EXAMPLE_DATA, "--samples", 8, "--exclude", *patterns, "-o", output)["nodes"]
        return {node["node"] for node in nodes if not node["quantized"]}, {node["node"]: node["operator"] for node in nodes}

    excluded, operators = floats("type:Conv")
    assert {name for name, kind in operators.items() if kind == "Conv"} <= excluded
    block, _ = floats("block1_*")
    assert block >= {name for name in operators if name.startswith("block1_") and operators[name] == "Conv"}
    assert "stem_conv" not in block
    refused = hone("quantize", model, *EXAMPLE_DATA, "--exclude", "stem_conw", "-o", tmp_path / "no.onnx", check=False)
    assert refused.returncode == 1 and "near names: 'stem_conv'" in refused.stderr
    assert not (tmp_path / "no.onnx").exists()


def test_wrong_command_lines(tmp_path):
    for options in (["--dynamic", "--data", "x"], ["--types", "Conv", "--data", "x"], ["--dynamic", "--types", "Relu"],
                    ["--dynamic", "--format", "qdq"], ["--data", "x", "--method", "minmax", "--norm", "2"],
                    ["--data", "x", "--format", "onnx"]):
        result = hone("quantize", EXAMPLE / "digits.onnx", *options, "-o", tmp_path / "no.onnx", check=False)
        assert result.returncode == 2, options
        assert list(tmp_path.iterdir()) == []


@pytest.mark.needs_models
@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("model", zoo.files("float"), ids=zoo.identifier)
def test_models(model, form, models, tmp_path):
    one, output = zoo.source(model), tmp_path / "int8.onnx"
    if form == "dynamic" and not float_kinds(model) & {"Gemm", "MatMul"}:
        pytest.skip("it has no Gemm and no MatMul")
    if one is None:
        x = zoo.synthetic_inputs(model, models)[0]
        np.save(tmp_path / "calibration.npy", x)
        data = ["--data", tmp_path / "calibration.npy", "--layout", "NCHW"] if x.ndim == 4 else ["--data", tmp_path / "calibration.npy"]
    else:
        data = ["--data", models / "data" / one.calibration, *one.arguments(), "--samples", 64]
    written(model, form, output, data)
    verified = ["--shape", f"{zoo.session(model).get_inputs()[0].name}=1x1x40x40"] if model.name.startswith("superres") else []
    assert_exact(output, *verified)
    name = zoo.session(output).get_inputs()[0].name
    if one is None:
        before, theirs, ours = zoo.ort_batches(model, x, len(x)), zoo.ort_batches(output, x, len(x)), run_batches(output, name, x, len(x))
        noise = [10 * math.log10(float((before**2).sum() / ((before - after) ** 2).sum())) for after in (theirs, ours)]
        print(f"signal to quantization noise: ONNX Runtime {noise[0]:.1f} dB, Hone {noise[1]:.1f} dB")
        assert abs(noise[0] - noise[1]) < 0.5 and noise[1] > 15
        return
    x = zoo.model_values(models / "data", one)[:1000]
    batch = min(one.batch, 100)
    assert_agree(*(zoo.top1(outputs) for outputs in (
        zoo.ort_batches(output, x, batch), run_batches(output, name, x, batch), zoo.ort_batches(model, x, batch))))


@pytest.mark.needs_models
@pytest.mark.skipif(not zoo.has_vnni(), reason="without VNNI ONNX Runtime's products saturate")
@pytest.mark.parametrize("activations", ["u8", "s8"])
@pytest.mark.parametrize("model", zoo.files("float"), ids=zoo.identifier)
def test_integers_of_models_are_exact(model, activations, models, tmp_path):
    one, output = zoo.source(model), tmp_path / "int8.onnx"
    x = zoo.model_values(models / "data", one, calibration=True)[:8] if one else zoo.synthetic_inputs(model, models)[0]
    np.save(tmp_path / "samples.npy", x)
    written(model, f"qoperator-{activations}", output, ["--data", tmp_path / "samples.npy", "--layout", "NCHW"])
    count = assert_same_integers(output, np.int8 if activations == "s8" else np.uint8, tmp_path)
    print(f"{count} operators equal")
    # MatMul and Add run as one Gemm, which plain ai.onnx has no integer operator for: the autoencoders have nothing else.
    assert count >= 2 or "Conv" not in float_kinds(model)

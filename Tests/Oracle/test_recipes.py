"""`hone quantize --recipe`: the same file at any batch and number of threads, valid ONNX, and no lower than `fast` where it is measured."""
import hashlib
import re

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

import zoo
from hone_cli import hone, hone_json


@pytest.fixture(scope="module")
def network(tmp_path_factory):
    """Convolution, depthwise, pointwise, pool, Gemm from a seed, with samples."""
    folder, rng = tmp_path_factory.mktemp("recipes"), np.random.default_rng(5)
    constants = {
        "w1": rng.normal(0, 0.3, (16, 3, 3, 3)), "b1": rng.normal(0, 0.2, 16), "w2": rng.normal(0, 0.4, (16, 1, 3, 3)),
        "w3": rng.normal(0, 0.3, (24, 16, 1, 1)), "b3": rng.normal(0, 0.2, 24), "w4": rng.normal(0, 0.3, (10, 24)),
    }
    nodes = [
        helper.make_node("Conv", ["x", "w1", "b1"], ["c1"], name="stem", pads=[1] * 4, strides=[2, 2]),
        helper.make_node("Relu", ["c1"], ["r1"], name="relu1"),
        helper.make_node("Conv", ["r1", "w2"], ["c2"], name="depthwise", pads=[1] * 4, group=16),
        helper.make_node("Relu", ["c2"], ["r2"], name="relu2"),
        helper.make_node("Conv", ["r2", "w3", "b3"], ["c3"], name="pointwise"),
        helper.make_node("Relu", ["c3"], ["r3"], name="relu3"),
        helper.make_node("GlobalAveragePool", ["r3"], ["p"], name="pool"),
        helper.make_node("Flatten", ["p"], ["f"], name="flatten"),
        helper.make_node("Gemm", ["f", "w4"], ["y"], name="head", transB=1),
    ]
    graph = helper.make_graph(
        nodes, "recipes", [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", 3, 16, 16])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["N", 10])],
        [numpy_helper.from_array(value.astype(np.float32), name) for name, value in constants.items()])
    model, data = folder / "model.onnx", folder / "data.npy"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8), model)
    np.save(data, rng.normal(0.3, 1, (40, 3, 16, 16)).astype(np.float32))
    return model, data


def quantize(network, output, *options):
    return hone_json("quantize", network[0], "--data", network[1], "--layout", "NCHW", *options, "-o", output)


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("recipe", ["balanced", "best"])
def test_the_highest_is_kept_and_said(network, tmp_path, recipe):
    output = tmp_path / "int8.onnx"
    report = quantize(network, output, "--recipe", recipe)
    trials = report["recipe"]["trials"]
    kept = [trial for trial in trials if trial["kept"]]
    assert report["recipe"]["name"] == recipe and trials[0]["name"] == "fast" and len(kept) == 1
    assert kept[0]["signalToNoise"] == max(trial["signalToNoise"] for trial in trials) > trials[0]["signalToNoise"]
    assert any("rounding compensated" in node["result"] or "bias corrected" in node["result"] for node in report["nodes"])
    onnx.checker.check_model(str(output), full_check=True)
    x = np.load(network[1])
    theirs, real = zoo.ort_batches(output, x, 40), zoo.ort_batches(network[0], x, 40)
    assert 10 * np.log10((real**2).sum() / ((theirs - real) ** 2).sum()) > 25
    text = hone("quantize", network[0], "--data", network[1], "--layout", "NCHW", "--recipe", recipe, "-o", output).stdout
    assert f"recipe      {recipe}, " in text and ", kept" in text


@pytest.mark.parametrize("recipe", ["balanced", "best"])
def test_the_file_depends_on_the_data_alone(network, tmp_path, recipe):
    files = []
    for number, options in enumerate((
            [], ["--threads", 1, "--batch", 1], ["--batch", 7], ["--device", "reference"])):
        files.append(tmp_path / f"{number}.onnx")
        quantize(network, files[-1], "--recipe", recipe, *options)
    assert len({digest(file) for file in files}) == 1


def test_a_record_gives_the_ranges_and_data_the_rest(network, tmp_path):
    record, direct, indirect = tmp_path / "model.cal", tmp_path / "direct.onnx", tmp_path / "indirect.onnx"
    hone("calibrate", network[0], "--data", network[1], "--layout", "NCHW", "-o", record)
    quantize(network, direct, "--recipe", "balanced")
    quantize(network, indirect, "--recipe", "balanced", "--calibration", record)
    assert digest(direct) == digest(indirect)


def test_operator_files_get_corrected_biases_too(network, tmp_path):
    """The format is the last step: what a recipe measures and keeps does not depend on it."""
    reports = [quantize(network, tmp_path / f"{form}.onnx", "--recipe", "balanced", "--format", form) for form in ("qdq", "qoperator")]
    assert reports[0]["recipe"]["trials"] == reports[1]["recipe"]["trials"]
    results = [[node["result"] for node in report["nodes"]] for report in reports]
    assert results[0] == results[1] and any("bias corrected" in result for result in results[0])
    x = np.load(network[1])
    one, other = (zoo.ort_batches(tmp_path / f"{form}.onnx", x, 40) for form in ("qdq", "qoperator"))
    assert 10 * np.log10((one**2).sum() / max(((one - other) ** 2).sum(), 1e-30)) > 40


def test_progress_of_every_reading(network, tmp_path):
    text = hone("quantize", network[0], "--data", network[1], "--layout", "NCHW", "--recipe", "best", "-o", tmp_path / "int8.onnx").stderr
    for stage in ("Calibrating", "Channel ranges", "Calibrating equalized channels", "Hessians", "Float means", "Measuring"):
        assert re.search(rf"^{stage}.*: 40/40 samples, 100 %, ", text, re.MULTILINE), stage
    assert re.search(r"^Rounding: (\d+)/\1 million products, 100 %", text, re.MULTILINE)
    assert re.search(r"^Correcting biases: 4/4 layers, 100 %", text, re.MULTILINE)


def dense_network(path, seed, data):
    """Pre-activation blocks that concatenate channels of different sizes: batch normalizations that no convolution can take in."""
    rng = np.random.default_rng(seed)
    print(f"seed {seed}")
    constants = {"w0": rng.normal(0, 0.3, (8, 3, 3, 3))}
    nodes = [helper.make_node("Conv", ["x", "w0"], ["c0"], name="stem", pads=[1] * 4)]

    def model(output, shape):
        graph = helper.make_graph(
            nodes, "dense", [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", 3, 16, 16])],
            [helper.make_tensor_value_info(output, TensorProto.FLOAT, shape)],
            [numpy_helper.from_array(value.astype(np.float32), name) for name, value in constants.items()])
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)

    def normalized(value, channels, output):
        seen = onnxruntime.InferenceSession(model(value, None).SerializeToString()).run(None, {"x": data})[0]
        constants.update({f"{output}_s": np.ones(channels), f"{output}_b": rng.normal(0.3, 0.3, channels),
                          f"{output}_m": seen.mean((0, 2, 3)), f"{output}_v": seen.var((0, 2, 3))})
        nodes.append(helper.make_node("BatchNormalization", [value] + [f"{output}_{part}" for part in "sbmv"], [output], name=output))
        nodes.append(helper.make_node("Relu", [output], [f"{output}_r"], name=f"{output}_relu"))
        return f"{output}_r"

    value, channels = "c0", 8
    for block in range(4):
        active = normalized(value, channels, f"n{block}")
        factors = 10 ** rng.uniform(-2, 0, 8)
        constants[f"w{block + 1}"] = rng.normal(0, 0.2, (8, channels, 3, 3)) * factors[:, None, None, None]
        nodes.append(helper.make_node("Conv", [active, f"w{block + 1}"], [f"c{block + 1}"], name=f"conv{block + 1}", pads=[1] * 4))
        nodes.append(helper.make_node("Concat", [value, f"c{block + 1}"], [f"d{block}"], name=f"concat{block}", axis=1))
        value, channels = f"d{block}", channels + 8
    active = normalized(value, channels, "last")
    constants["wy"] = rng.normal(0, 0.3, (10, channels))
    nodes.extend([helper.make_node("GlobalAveragePool", [active], ["p"], name="pool"),
                  helper.make_node("Flatten", ["p"], ["f"], name="flatten"),
                  helper.make_node("Gemm", ["f", "wy"], ["y"], name="head", transB=1)])
    onnx.save(model("y", ["N", 10]), path)


@pytest.mark.parametrize("recipe", ["balanced", "best"])
def test_normalizations_that_stay_are_fitted(tmp_path, recipe):
    model, samples, output = tmp_path / "dense.onnx", tmp_path / "data.npy", tmp_path / "int8.onnx"
    rng = np.random.default_rng(3)
    data, unseen = (rng.normal(0.2, 1, (count, 3, 16, 16)).astype(np.float32) for count in (64, 256))
    np.save(samples, data)
    dense_network(model, 2, data)
    report = quantize((model, samples), output, "--recipe", recipe)
    fitted, others = [], []
    for trial in report["recipe"]["trials"]:
        (fitted if "batch normalization fitted" in trial["name"] else others).append(trial["signalToNoise"])
    kept = next(trial for trial in report["recipe"]["trials"] if trial["kept"])
    assert len(fitted) == 2 and kept["signalToNoise"] == max(fitted) > max(others) + 0.5
    notes = {node["node"]: node["result"] for node in report["nodes"]}
    assert "fitted to quantized layers" in notes["n1"] and "fitted" not in notes["conv1"]
    onnx.checker.check_model(str(output), full_check=True)
    real, found = zoo.ort_batches(model, unseen, 256), zoo.ort_batches(output, unseen, 256)
    unseen_decibels = 10 * np.log10((real**2).sum() / ((found - real) ** 2).sum())
    print(f"fitted {max(fitted):.1f} dB, without {max(others):.1f} dB; on new samples {unseen_decibels:.1f} dB")
    assert unseen_decibels > max(others)
    again = tmp_path / "again.onnx"
    quantize((model, samples), again, "--recipe", recipe, "--threads", 1, "--batch", 5)
    assert digest(again) == digest(output)


@pytest.mark.parametrize("options, message", [
    (["--recipe", "balanced", "--calibration", "none.cal"], "--recipe balanced reads the data again: give --data"),
    (["--data", "none.npy", "--memory", "64"], "--memory needs --recipe balanced or best"),
    (["--data", "none.npy", "--recipe", "best", "--memory", "1"], "--memory takes 16 to 1048576 MiB, not 1"),
    (["--data", "none.npy", "--recipe", "slow"], "--recipe is one of fast, balanced, best, not 'slow'"),
])
def test_wrong_options(network, tmp_path, options, message):
    result = hone("quantize", network[0], *options, "-o", tmp_path / "int8.onnx", check=False)
    assert result.returncode == 2 and message in result.stderr

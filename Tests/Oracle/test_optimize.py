"""`hone optimize`: the files of its folder against what the single commands and ONNX Runtime say of them."""
import hashlib
import json

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

import zoo
from hone_cli import ROOT, hone, hone_json

EXAMPLE = ROOT / "Examples" / "digits"
MODEL, PREPROCESS = EXAMPLE / "digits.onnx", ["--preprocess", EXAMPLE / "preprocess.json"]
TRAIN, TEST, LABELS = EXAMPLE / "train_x.npy", EXAMPLE / "test_x.npy", EXAMPLE / "test_y.npy"
MEASURED = ["--data", TRAIN, "--eval-data", TEST, "--labels", LABELS, *PREPROCESS]
FILES = ["calibration.cal", "model_int8.onnx", "report.html", "report.json"]


def optimize(folder, *options, model=MODEL, check=True):
    return hone("optimize", model, *options, "--device", "cpu", "-o", folder, check=check)


def read(folder):
    return json.loads((folder / "report.json").read_text())


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    folder = tmp_path_factory.mktemp("optimize") / "out"
    return folder, optimize(folder, *MEASURED), read(folder)


def test_the_folder_and_what_is_printed(written):
    folder, result, report = written
    assert sorted(path.name for path in folder.iterdir()) == FILES
    headline = report["headline"]
    assert "pp" in result.stdout and str(folder / "report.html") in result.stdout
    assert f"{headline['speeds'][0]['chosenMilliseconds']:.3f} ms" in result.stdout
    assert [candidate["bytes"] for candidate in report["candidates"]] == [
        MODEL.stat().st_size, (folder / "model_int8.onnx").stat().st_size]
    assert report["provenance"]["recipe"]["name"] == "balanced"
    page = (folder / "report.html").read_text()
    assert page.startswith("<!") and page.rstrip().endswith("</html>") and "digits.onnx" in page


def test_the_model_is_valid_and_agrees_with_onnxruntime(written):
    folder, _, report = written
    onnx.checker.check_model(str(folder / "model_int8.onnx"), full_check=True)
    x = np.load(TEST).reshape(-1, 1, 8, 8).astype(np.float32) / 16
    found = zoo.top1(zoo.ort_batches(folder / "model_int8.onnx", x, 100))
    accuracy = 100 * np.mean(found == np.load(LABELS))
    assert abs(accuracy - report["candidates"][-1]["top1Percent"]) <= 0.4, "two images of 500"


def test_accuracy_is_what_evaluate_says(written):
    folder, _, report = written
    said = hone_json("evaluate", folder / "model_int8.onnx", "--data", TEST, "--labels", LABELS, "--reference", MODEL, *PREPROCESS)
    first, last = report["candidates"][0], report["candidates"][-1]
    assert (first["top1Percent"], first["top5Percent"]) == (said["referenceAccuracy"]["top1"], said["referenceAccuracy"]["top5"])
    assert (last["top1Percent"], last["top5Percent"]) == (said["accuracy"]["top1"], said["accuracy"]["top5"])
    assert last["comparison"]["samples"] == said["samples"] == 500
    for key in ["dropPercentagePoints", "drop95", "agreementPercent"]:
        assert last["comparison"][key] == said[key], key
        assert report["headline"][key] == said[key], key
    assert last["comparison"]["sqnrDecibels"] == pytest.approx(said["sqnrDecibels"], abs=1e-6)


def test_layers_are_what_compare_says(written):
    folder, _, report = written
    said = hone_json("compare", MODEL, folder / "model_int8.onnx", "--data", TEST, *PREPROCESS)
    compared = {layer["node"]: layer for layer in said["layers"] if layer["node"]}
    layers = {layer["name"]: layer for layer in report["layers"]}
    assert set(compared) <= set(layers) and len(compared) >= 9
    for name, layer in compared.items():
        assert layers[name]["sqnrDecibels"] == layer["sqnrDecibels"] and layers[name]["cosine"] == layer["cosine"]
        assert layers[name]["saturatedPercent"] == layer["saturatedPercent"]
    timed = [layer for layer in report["layers"] if layer["int8Milliseconds"]]
    assert {layer["operator"] for layer in timed} >= {"Conv", "Gemm"} and all(layer["floatMilliseconds"] for layer in timed if layer["operator"] == "Conv")


def test_what_layers_cost_alone_is_what_sensitivity_says(written, tmp_path):
    assert written[2]["sensitivitySamples"] is None
    optimize(tmp_path, *MEASURED, "--sensitivity")
    report = read(tmp_path)
    said = hone_json("sensitivity", MODEL, "--calibration", tmp_path / "calibration.cal", "--data", TEST, "--labels", LABELS, *PREPROCESS)
    alone = {layer["name"]: layer["alone"] for layer in report["layers"] if layer["alone"]}
    assert report["sensitivitySamples"] == said["samples"] == 128 and set(alone) == {layer["node"] for layer in said["layers"]}
    for layer in said["layers"]:
        for key in ["klDivergence", "sqnrDecibels", "dropPercentagePoints"]:
            assert alone[layer["node"]][key] == layer["loss"][key], (layer["node"], key)


def test_weights_and_histograms_are_those_of_the_files(written):
    folder, _, report = written
    record = json.loads((folder / "calibration.cal").read_text())
    tensors = {tensor["name"]: tensor for tensor in report["tensors"]}
    assert set(tensors) == set(record["values"])
    for name, value in record["values"].items():
        tensor = tensors[name]
        assert sum(tensor["histogram"]["counts"]) == sum(value["counts"]) and tensor["zeros"] == value["zeros"]
        assert tensor["minimum"] == pytest.approx(value["minimum"]) and tensor["maximum"] == pytest.approx(value["maximum"])
    constants = {one.name: numpy_helper.to_array(one) for one in onnx.load(folder / "model_int8.onnx").graph.initializer}
    integers = {name: value for name, value in constants.items() if value.dtype == np.int8 and value.ndim > 1}
    weighted = [layer for layer in report["layers"] if layer["weights"]]
    sizes = {value.size for value in integers.values()}
    assert len(weighted) == len(integers) == 6
    for layer in weighted:
        weights = layer["weights"]
        assert sum(weights["before"]["counts"]) == sum(weights["after"]["counts"]) and sum(weights["after"]["counts"]) in sizes
        assert weights["int8Bytes"] < weights["floatBytes"] and weights["scales"]["count"] == weights["channelMaxima"]["count"]


def without_times(report):
    """What equal runs have in common: all but the clock's."""
    report = json.loads(json.dumps(report))
    for key in ["date", "command", "steps"]:
        del report["provenance"][key]
    for candidate in report["candidates"]:
        del candidate["timings"]
    for layer in report["layers"]:
        del layer["floatMilliseconds"], layer["int8Milliseconds"]
    del report["headline"]["speeds"], report["layerTimingConditions"]
    return report


def test_equal_runs_write_equal_files(written, tmp_path):
    first, _, report = written
    # Also over a report that is there.
    (tmp_path / "report.html").write_text("old")
    optimize(tmp_path, *MEASURED, "--threads", "1")
    for name in ["model_int8.onnx", "calibration.cal"]:
        assert hashlib.sha256((first / name).read_bytes()).digest() == hashlib.sha256((tmp_path / name).read_bytes()).digest(), name
    assert without_times(report) == without_times(read(tmp_path))
    assert sorted(path.name for path in tmp_path.iterdir()) == FILES


def test_json_is_the_report(tmp_path):
    printed = json.loads(hone("optimize", MODEL, *MEASURED, "--recipe", "fast", "--device", "cpu", "--json", "-o", tmp_path / "out").stdout)
    assert printed == read(tmp_path / "out") and printed["format"] == "hone-optimization-report"


def test_one_data_set_is_split(tmp_path):
    result = optimize(tmp_path, "--data", TRAIN, "--recipe", "fast", "--samples", "100", *PREPROCESS)
    report = read(tmp_path)
    provenance = report["provenance"]
    assert provenance["calibration"]["samples"] == 100 and provenance["evaluation"]["samples"] == 1297 - 100
    assert provenance["calibration"]["hash"] != provenance["evaluation"]["hash"]
    comparison = report["candidates"][-1]["comparison"]
    assert comparison["dropPercentagePoints"] is None and comparison["klDivergence"] > 0 and comparison["agreementPercent"] > 95
    assert report["candidates"][0]["top1Percent"] is None and any("did not calibrate" in note for note in report["notes"])
    assert "same prediction" in result.stdout and "top-1" not in result.stdout
    # What calibrates is the first 8 of every 16, as for `hone quantize --max-kl`.
    x = np.load(TRAIN)
    taken = [index for index in range(len(x)) if index % 16 < 8][:100]
    np.save(tmp_path / "taken.npy", x[taken])
    hone("calibrate", MODEL, "--data", tmp_path / "taken.npy", *PREPROCESS, "-o", tmp_path / "taken.cal")
    assert (tmp_path / "taken.cal").read_bytes() == (tmp_path / "calibration.cal").read_bytes()


@pytest.mark.parametrize("recipe", ["fast", "balanced"])
def test_a_budget_holds(tmp_path, recipe):
    optimize(tmp_path / "free", *MEASURED, "--recipe", recipe)
    loss = read(tmp_path / "free")["candidates"][-1]["comparison"]["klDivergence"]
    result = optimize(tmp_path / "held", *MEASURED, "--recipe", recipe, "--max-kl", f"{loss / 2:.9f}")
    report = read(tmp_path / "held")
    names = [candidate["name"] for candidate in report["candidates"]]
    assert names == ["float", "int8, all layers", "int8"]
    losses = [candidate["comparison"] and candidate["comparison"]["klDivergence"] for candidate in report["candidates"]]
    assert losses[2] <= loss / 2 < losses[1] == loss
    floats = [layer for layer in report["layers"] if not layer["quantized"]]
    assert floats and any("quantizing it alone costs" in layer["reason"] for layer in floats)
    assert report["budget"]["attempts"][0] == {
        "floatLayers": 0, "dropPercentagePoints": report["candidates"][1]["comparison"]["dropPercentagePoints"],
        "klDivergence": loss, "holds": False}
    assert report["sensitivitySamples"] == 500 and "held with" in result.stdout
    assert len({len(candidate["timings"]) for candidate in report["candidates"]}) == 1


HOSTILE = ["</script><script>alert(1)</script>", "\" onload='x' &amp;", "line\nend \u202e\u2028 {{7*7}}"]


def test_hostile_names_do_not_break_the_page(tmp_path):
    rng = np.random.default_rng(1)
    constants = [rng.normal(0, 0.3, (8, 3, 3, 3)), rng.normal(0, 0.3, (8, 8, 3, 3))]
    nodes = [
        helper.make_node("Conv", ["x", "w0"], [HOSTILE[1]], name=HOSTILE[0]), helper.make_node("Relu", [HOSTILE[1]], ["r"]),
        helper.make_node("Conv", ["r", "w1"], ["c"], name=HOSTILE[2]), helper.make_node("GlobalAveragePool", ["c"], ["p"], name=""),
        helper.make_node("Flatten", ["p"], ["y"], name="")]
    graph = helper.make_graph(
        nodes, "g", [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", 3, 12, 12])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["N", 8])],
        [numpy_helper.from_array(value.astype(np.float32), f"w{index}") for index, value in enumerate(constants)])
    model = tmp_path / "<img src=x>.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8), model)
    np.save(tmp_path / "x.npy", rng.normal(0, 1, (48, 3, 12, 12)).astype(np.float32))
    optimize(tmp_path / "out", "--data", tmp_path / "x.npy", "--layout", "NCHW", model=model)
    page, report = (tmp_path / "out" / "report.html").read_text(), read(tmp_path / "out")
    assert {HOSTILE[0], HOSTILE[2]} <= {layer["name"] for layer in report["layers"]} and report["title"] == model.name
    for piece in ["<script>alert", "<img src=x>", "onload='x'"]:
        assert piece not in page, piece
    assert "&lt;img src=x&gt;" in page


@pytest.mark.parametrize("options, status, message", [
    ([], 2, "option --data is required"),
    (["--data", "nowhere.npy"], 1, "nowhere.npy: does not exist"),
    (["--data", TRAIN, "--max-drop", "1", *PREPROCESS], 2, "--max-drop needs --labels"),
    (["--data", TRAIN, "--max-drop", "1", "--max-kl", "1"], 2, "not both"),
    (["--data", TRAIN, "--labels", LABELS, *PREPROCESS], 1, "500 labels are given for the 1297 samples"),
    (["--data", TRAIN, "--device", "tpu"], 2, "'tpu' is no device"),
    (["--data", TRAIN, "--device", "cpu,opencl:97", *PREPROCESS], 1, "opencl:97"),
    (["--data", TRAIN, "--recipe", "slow"], 2, "--recipe is one of fast, balanced, best"),
    (["--data", TRAIN, "--exclude", "nothing", *PREPROCESS], 1, "nothing"),
    (["--data", TEST, "--labels", "strange.npy", *PREPROCESS], 1, "label 10 is none of the model's 10 classes"),
])
def test_failures_leave_nothing(tmp_path, options, status, message):
    strange = tmp_path / "strange.npy"
    np.save(strange, np.full(500, 10))
    result = hone("optimize", MODEL, *[strange if one == "strange.npy" else one for one in options], "-o", tmp_path / "a" / "b", check=False)
    assert result.returncode == status and message in result.stderr and not result.stdout, result.stderr
    assert len([line for line in result.stderr.splitlines() if line.startswith("hone:")]) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["strange.npy"]


def test_folders_that_cannot_be_written(tmp_path):
    taken = tmp_path / "taken"
    taken.write_text("mine")
    for folder in [taken, taken / "below", "/proc/hone-report"]:
        result = optimize(folder, *MEASURED, check=False)
        assert result.returncode == 1 and "folder" in result.stderr and "Calibrating" not in result.stderr, "before any work"
    assert taken.read_text() == "mine"
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "model_int8.onnx").write_bytes(MODEL.read_bytes())
    own = optimize(tmp_path / "out", *MEASURED, model=tmp_path / "out" / "model_int8.onnx", check=False)
    assert own.returncode == 2 and "would be replaced" in own.stderr
    assert (tmp_path / "out" / "model_int8.onnx").read_bytes() == MODEL.read_bytes()


@pytest.mark.needs_models
def test_a_real_model(models, tmp_path):
    one, model = zoo.SOURCES["resnet8_cifar10"], models / "models" / "float" / "resnet8_cifar10.onnx"
    data = models / "data"
    optimize(tmp_path, "--data", data / one.calibration, "--eval-data", data / one.data, "--labels", data / one.labels, model=model)
    report = read(tmp_path)
    onnx.checker.check_model(str(tmp_path / "model_int8.onnx"), full_check=True)
    x, labels = zoo.model_values(data, one), zoo.labels(data, one)
    for path, candidate in [(model, report["candidates"][0]), (tmp_path / "model_int8.onnx", report["candidates"][-1])]:
        theirs = 100 * np.mean(zoo.top1(zoo.ort_batches(path, x, one.batch)) == labels)
        assert abs(theirs - candidate["top1Percent"]) <= 0.2, candidate["name"]
    headline = report["headline"]
    print(f"drop {headline['dropPercentagePoints']:.2f} pp {headline['drop95']}, {headline['sizeRatio']:.2f}x smaller, "
          f"{headline['speeds'][0]['speedUp']:.1f}x faster on cpu")
    assert headline["drop95"][0] <= 0.3

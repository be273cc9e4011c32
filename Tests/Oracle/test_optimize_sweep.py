"""`hone optimize` with pruning: its points, what it marks, and the files of a pruned result against ONNX Runtime and NumPy."""
import json
import zlib

import numpy as np
import onnx
import pytest
from onnx import numpy_helper

import zoo
from hone_cli import hone, hone_json
from test_optimize import FILES, LABELS, MEASURED, MODEL, PREPROCESS, TEST, TRAIN, optimize, read, without_times

FAST = [*MEASURED, "--recipe", "fast"]
LEVELS = ["float", "int8", "int8, 25 % pruned", "int8, 50 % pruned", "int8, 90 % pruned"]


@pytest.fixture(scope="module")
def sweep(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sweep") / "out"
    return folder, optimize(folder, *FAST, "--sweep", "0,.5,.25,.9", "--max-drop", "2"), read(folder)


@pytest.fixture(scope="module")
def half(tmp_path_factory):
    folder = tmp_path_factory.mktemp("half") / "out"
    return folder, optimize(folder, *FAST, "--sparsity", "0.5"), read(folder)


def test_points_of_a_sweep(sweep):
    _, result, report = sweep
    candidates = report["candidates"]
    assert [one["name"] for one in candidates] == LEVELS and [one["label"] for one in candidates][2:] == ["25 %", "50 %", "90 %"]
    assert [one["kind"] for one in candidates] == ["float", "int8", "pruned", "pruned", "pruned"]
    for one in candidates:
        assert one["bytes"] > one["compressedBytes"] > 0 and len(one["timings"]) == 1 and one["timings"][0]["medianMilliseconds"] > 0
        assert one["name"] in result.stdout
    # Zeros stay in the file, and go where it is compressed.
    compressed = [one["compressedBytes"] for one in candidates[1:]]
    assert compressed == sorted(compressed, reverse=True) and compressed[-1] < 0.7 * compressed[0]
    densities = [one["pruning"]["densityPercent"] for one in candidates[2:]]
    assert densities == sorted(densities, reverse=True)
    for one, asked in zip(candidates[2:], [25, 50, 90]):
        layers = [layer for layer in one["pruning"]["layers"] if layer["pruned"]]
        assert layers and one["pruning"]["pattern"] == "16x4" and str(asked) in one["pruning"]["target"]
        kept, blocks = (sum(layer[key] for layer in layers) for key in ["keptBlocks", "blocks"])
        assert one["pruning"]["sparsityPercent"] == pytest.approx(100 * (1 - kept / blocks))


def test_the_budget_and_the_result(sweep):
    folder, result, report = sweep
    levels = report["candidates"][1:]
    for one in levels:
        drop = one["comparison"]["dropPercentagePoints"]
        assert one["budget"]["holds"] == (drop <= 2)
        if one["budget"]["holds"]:
            assert one["budget"]["excessPercentagePoints"] is None
        else:
            assert one["budget"]["excessPercentagePoints"] == pytest.approx(drop - 2)
            assert f"over by {drop - 2:.2f} pp" in result.stdout
    assert levels[0]["budget"]["holds"] and report["candidates"][0]["budget"] is None
    holding = [index for index, one in enumerate(levels, 1) if one["budget"]["holds"]]
    fastest = min(holding, key=lambda index: report["candidates"][index]["timings"][0]["medianMilliseconds"])
    assert report["chosen"] == fastest and report["dense"] == 1
    assert report["headline"]["chosen"] == report["candidates"][fastest]["name"]
    assert report["headline"]["drop95"] == report["candidates"][fastest]["comparison"]["drop95"]
    assert [index for index, one in enumerate(report["candidates"]) if one["file"] == "model_int8.onnx"] == [fastest]
    assert report["choice"]["reason"] in result.stdout and "2.0 pp" in report["choice"]["reason"]
    pruned = ["model_pruned.onnx"] if fastest > 1 else []
    assert sorted(path.name for path in folder.iterdir()) == sorted(FILES + pruned)


def test_levels_are_what_the_single_commands_make(half, tmp_path):
    folder, _, report = half
    assert report["chosen"] == 2 and "as asked for" in report["choice"]["reason"]
    assert sorted(path.name for path in folder.iterdir()) == sorted([*FILES, "model_pruned.onnx"])
    hone("prune", MODEL, "--data", TRAIN, "--samples", "512", "--sparsity", "0.5", *PREPROCESS, "-o", tmp_path / "pruned.onnx")
    assert (tmp_path / "pruned.onnx").read_bytes() == (folder / "model_pruned.onnx").read_bytes()
    hone("quantize", folder / "model_pruned.onnx", "--calibration", folder / "calibration.cal", "-o", tmp_path / "int8.onnx")
    assert (tmp_path / "int8.onnx").read_bytes() == (folder / "model_int8.onnx").read_bytes()
    said = hone_json("evaluate", folder / "model_int8.onnx", "--data", TEST, "--labels", LABELS, "--reference", MODEL, *PREPROCESS)
    last = report["candidates"][2]
    assert last["top1Percent"] == said["accuracy"]["top1"] and last["comparison"]["drop95"] == said["drop95"]
    written = (folder / "model_int8.onnx").read_bytes()
    assert last["bytes"] == len(written) and last["compressedBytes"] == pytest.approx(len(zlib.compress(written, 6)), rel=0.002)


def density(weight, transposed):
    """Blocks of 16 outputs x 4 inputs at one tap with anything but zeros, and how many there are."""
    values = weight if weight.ndim > 2 else weight[:, :, None] if transposed else weight.T[:, :, None]
    values = values.reshape(values.shape[0], values.shape[1], -1)
    blocks = [values[top:top + 16, left:left + 4, tap].any() for tap in range(values.shape[2])
              for top in range(0, values.shape[0], 16) for left in range(0, values.shape[1], 4)]
    return sum(blocks), len(blocks)


def test_the_pruned_model(half):
    folder, _, report = half
    onnx.checker.check_model(str(folder / "model_int8.onnx"), full_check=True)
    x = np.load(TEST).reshape(-1, 1, 8, 8).astype(np.float32) / 16
    accuracy = 100 * np.mean(zoo.top1(zoo.ort_batches(folder / "model_int8.onnx", x, 100)) == np.load(LABELS))
    assert abs(accuracy - report["candidates"][2]["top1Percent"]) <= 0.4, "two images of 500"
    graph = onnx.load(folder / "model_int8.onnx").graph
    constants = {one.name: numpy_helper.to_array(one) for one in graph.initializer}
    sources = {node.output[0]: node.input[0] for node in graph.node if node.op_type == "DequantizeLinear"}
    layers = {layer["name"]: layer for layer in report["layers"]}
    pruned = {layer["name"]: layer for layer in report["candidates"][2]["pruning"]["layers"]}
    total, kept = 0, 0
    for node in graph.node:
        weight = constants.get(sources.get(node.input[1], "")) if len(node.input) > 1 else None
        if node.op_type not in ("Conv", "Gemm") or weight is None or weight.ndim < 2 or (weight.ndim > 2 and weight.shape[1] == 1):
            continue
        transposed = any(one.name == "transB" and one.i for one in node.attribute)
        some, blocks = density(weight, transposed)
        total, kept = total + blocks, kept + some
        assert layers[node.name]["densityPercent"] == pytest.approx(100 * some / blocks), node.name
        if node.name in pruned:
            assert pruned[node.name]["densityPercent"] == pytest.approx(100 * some / blocks)
            assert layers[node.name]["pruningReason"] == pruned[node.name]["reason"]
            assert pruned[node.name]["keptBlocks"] >= some or not pruned[node.name]["pruned"]
    assert report["candidates"][2]["pruning"]["densityPercent"] == pytest.approx(100 * kept / total) and kept < 0.7 * total


def test_the_result_is_verified(half):
    one, = half[2]["verifications"]
    assert (one["device"], one["reference"], one["samples"]) == ("cpu", "reference", 2)
    assert one["nodes"] > 5 and one["differing"] == 0 and one["withinBounds"] is True
    assert "computes what the reference does" in half[1].stdout


def without_pruned_times(report):
    report = without_times(report)
    for candidate in report["candidates"]:
        for layer in (candidate["pruning"] or {"layers": []})["layers"]:
            del layer["milliseconds"], layer["denseMilliseconds"]
    return report


def test_equal_runs_write_equal_files(half, tmp_path):
    folder, _, report = half
    optimize(tmp_path, *FAST, "--sparsity", "0.5", "--threads", "1")
    for name in ["model_int8.onnx", "model_pruned.onnx", "calibration.cal"]:
        assert (folder / name).read_bytes() == (tmp_path / name).read_bytes(), name
    assert without_pruned_times(report) == without_pruned_times(read(tmp_path))


def test_a_sweep_without_a_budget_leaves_the_choice(tmp_path):
    optimize(tmp_path, *FAST, "--sweep", ".5,.75", "--score", "magnitude", "--no-refit")
    report = read(tmp_path)
    assert report["chosen"] == 1 and "without a budget" in report["choice"]["reason"]
    assert all(one["budget"] is None for one in report["candidates"])
    assert all(layer["errorRefitted"] is None for layer in report["candidates"][3]["pruning"]["layers"])


def test_a_budget_that_no_level_holds(tmp_path):
    result = optimize(tmp_path, *FAST, "--sweep", ".9", "--score", "magnitude", "--no-refit", "--max-kl", "0.01")
    report = read(tmp_path)
    level = report["candidates"][-1]
    assert report["chosen"] == report["dense"] and "no pruned model holds the budget" in report["choice"]["reason"]
    assert level["budget"]["excessNats"] == pytest.approx(level["comparison"]["klDivergence"] - 0.01)
    assert "over by" in result.stdout and sorted(path.name for path in tmp_path.iterdir()) == FILES


@pytest.mark.parametrize("options, status, message", [
    (["--sweep", "0,.5,1"], 2, "shares from 0 to less than 1"),
    (["--sweep", ".5,,.7"], 2, "not ''"),
    (["--sweep", ".5,0.5"], 2, "twice"),
    (["--sweep", "0"], 2, "prunes nothing"),
    (["--sparsity", "-0.5"], 2, "shares from 0"),
    (["--sparsity", ".5", "--sweep", ".5"], 2, "not both"),
    (["--speedup", "0.5"], 2, "a factor above 1"),
    (["--pattern", "4x4"], 2, "--pattern is for pruning"),
    (["--sparsity", ".5", "--pattern", "4by4"], 1, "no pruning pattern"),
    (["--sparsity", ".5", "--score", "luck"], 2, "--score is one of"),
    (["--sparsity", ".5", "--max-drop", "-1"], 2, "at least 0"),
])
def test_failures_leave_nothing(tmp_path, options, status, message):
    result = optimize(tmp_path / "out", *MEASURED, *options, check=False)
    assert result.returncode == status and message in result.stderr and not result.stdout, result.stderr
    assert not list(tmp_path.iterdir())


@pytest.mark.needs_models
def test_a_real_sweep(models, tmp_path):
    one, model = zoo.SOURCES["resnet8_cifar10"], models / "models" / "float" / "resnet8_cifar10.onnx"
    data = models / "data"
    optimize(tmp_path, "--data", data / one.calibration, "--eval-data", data / one.data, "--labels", data / one.labels,
             "--sweep", ".25,.9", "--max-drop", "5", model=model)
    report = read(tmp_path)
    assert report["candidates"][2]["budget"]["holds"] and not report["candidates"][3]["budget"]["holds"]
    assert report["candidates"][3]["budget"]["excessPercentagePoints"] > 1
    x, labels = zoo.model_values(data, one), zoo.labels(data, one)
    theirs = 100 * np.mean(zoo.top1(zoo.ort_batches(tmp_path / "model_int8.onnx", x, one.batch)) == labels)
    assert abs(theirs - report["candidates"][report["chosen"]]["top1Percent"]) <= 0.2
    print([(level["name"], level["top1Percent"]) for level in report["candidates"]], report["choice"]["reason"])

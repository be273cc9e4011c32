"""`hone quantize` on every float CNN: a valid file that ONNX Runtime loads, and that predicts as well as the original."""
import math

import numpy as np
import onnx
import pytest

import zoo
from hone_cli import DEVICE, hone, hone_json, run_batches
from paired import paired_interval

pytestmark = pytest.mark.needs_models

CALIBRATION_SAMPLES = 256
ALLOWED_DROP = 0.5  # percentage points


def assert_kept(who, truth, float_predictions, int8_predictions):
    drop, low, high = paired_interval(float_predictions == truth, int8_predictions == truth)
    print(f"{who}: float {np.mean(float_predictions == truth):.4f}, int8 {np.mean(int8_predictions == truth):.4f}, "
          f"drop {drop:+.2f} pp, 95 % interval {low:+.2f} to {high:+.2f}")
    assert drop <= ALLOWED_DROP or low <= 0


@pytest.mark.parametrize(
    "model", [model for model in zoo.files("float") if not model.name.startswith("autoencoder")], ids=zoo.identifier)
def test_quantize(model, models, tmp_path):
    one, output = zoo.source(model), tmp_path / f"{model.stem}_int8.onnx"
    if one is None:
        for number, x in enumerate(zoo.synthetic_inputs(model, models)[:1]):
            np.save(tmp_path / "calibration.npy", x)
        data, preprocessing = tmp_path / "calibration.npy", ["--layout", "NCHW"]
    else:
        data, preprocessing = models / "data" / one.calibration, one.arguments()
    hone("quantize", model, "--data", data, *preprocessing, "--samples", CALIBRATION_SAMPLES, "-o", output)
    onnx.checker.check_model(str(output), full_check=True)
    kinds = [node.op_type for node in onnx.load(output).graph.node]
    assert "QuantizeLinear" in kinds and "DequantizeLinear" in kinds
    assert all(opset.domain in ("", "ai.onnx", "ai.onnx.ml") for opset in onnx.load(output).opset_import), "plain ONNX"
    runtime = zoo.session(output)  # loads, or throws
    assert [value.name for value in runtime.get_inputs()] == [value.name for value in zoo.session(model).get_inputs()]
    assert [value.name for value in runtime.get_outputs()] == [value.name for value in zoo.session(model).get_outputs()]
    if one is None:
        x = zoo.synthetic_inputs(model, models)[0]
        before, after = zoo.ort_batches(model, x, len(x)), zoo.ort_batches(output, x, len(x))
        noise = 10 * math.log10(float((before**2).sum() / ((before - after) ** 2).sum()))
        print(f"signal to quantization noise {noise:.1f} dB")
        assert noise > 20
        return
    x = zoo.model_values(models / "data", one)
    name = runtime.get_inputs()[0].name
    theirs = zoo.top1(zoo.ort_batches(model, x, one.batch)), zoo.top1(zoo.ort_batches(output, x, one.batch))
    ours = zoo.top1(run_batches(model, name, x, one.batch)), zoo.top1(run_batches(output, name, x, one.batch))
    # Without labels the float model's own predictions are the truth.
    truth = zoo.labels(models / "data", one) if one.labels else theirs[0]
    assert_kept("ONNX Runtime", truth, *theirs)
    assert_kept("Hone", truth, *ours)


def test_evaluate_reports_the_same_drop(models, tmp_path):
    """The command's own figures against predictions counted here."""
    model, one = models / "models" / "float" / "dscnn_kws.onnx", zoo.KEYWORDS
    output = tmp_path / "int8.onnx"
    hone("quantize", model, "--data", models / "data" / one.calibration, "-o", output)
    report = hone_json(
        "evaluate", output, "--data", models / "data" / one.data, "--labels", models / "data" / one.labels,
        "--reference", model, "--device", DEVICE)
    x, truth = zoo.model_values(models / "data", one), zoo.labels(models / "data", one)
    float_predictions, int8_predictions = (
        zoo.top1(run_batches(path, "input", x, one.batch)) for path in (model, output))
    float_right, int8_right = float_predictions == truth, int8_predictions == truth
    drop, low, high = paired_interval(float_right, int8_right)
    assert report["samples"] == len(x)
    assert report["accuracy"]["top1"] == pytest.approx(100 * int8_right.mean())
    assert report["referenceAccuracy"]["top1"] == pytest.approx(100 * float_right.mean())
    assert report["agreementPercent"] == pytest.approx(100 * np.mean(float_predictions == int8_predictions))
    assert report["dropPercentagePoints"] == pytest.approx(drop)
    assert report["drop95"] == pytest.approx([low, high], abs=1e-5)

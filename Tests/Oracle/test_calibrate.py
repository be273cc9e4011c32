"""`hone calibrate`: one record, byte for byte, however the samples were run; and quantization from it."""
import re

import numpy as np
import pytest

from hone_cli import ROOT, hone, hone_json

EXAMPLE = ROOT / "Examples" / "digits"
DATA = ["--data", EXAMPLE / "train_x.npy", "--preprocess", EXAMPLE / "preprocess.json", "--samples", "100"]


def calibrate(output, *options, model=EXAMPLE / "digits.onnx", data=DATA):
    hone("calibrate", model, *data, *options, "-o", output)
    return output.read_bytes()


@pytest.fixture(scope="module")
def record(tmp_path_factory):
    path = tmp_path_factory.mktemp("record") / "digits.cal"
    calibrate(path)
    return path


@pytest.mark.parametrize("options", [
    ["--batch", "1"], ["--batch", "16"], ["--batch", "100"], ["--threads", "1"], ["--threads", "3"],
    ["--device", "reference"],
], ids=" ".join)
def test_the_same_record(options, record, tmp_path):
    assert calibrate(tmp_path / "other.cal", *options) == record.read_bytes()


def test_the_order_of_samples_does_not_matter(record, tmp_path):
    images = np.load(EXAMPLE / "train_x.npy")[:100]
    np.save(tmp_path / "x.npy", images[np.random.default_rng(7).permutation(100)])
    data = ["--data", tmp_path / "x.npy", "--preprocess", EXAMPLE / "preprocess.json"]
    assert calibrate(tmp_path / "other.cal", data=data) == record.read_bytes()


@pytest.mark.parametrize("count", [2, 3, 7])
def test_shards_add_up(count, record, tmp_path):
    shards = [tmp_path / f"{number}.cal" for number in range(1, count + 1)]
    for number, shard in enumerate(shards, 1):
        calibrate(shard, "--shard", f"{number}/{count}")
    # Partial sums add up too, in any order.
    hone("calibrate", "--merge", *shards[1:], "-o", tmp_path / "rest.cal")
    hone("calibrate", "--merge", tmp_path / "rest.cal", shards[0], "-o", tmp_path / "all.cal")
    assert (tmp_path / "all.cal").read_bytes() == record.read_bytes()


@pytest.mark.parametrize("method", [["mse"], ["minmax"], ["percentile", "--percentile", "99.9"]], ids=lambda m: m[0])
def test_quantizing_from_the_record_is_quantizing_from_the_data(method, record, tmp_path):
    options = ["--method", *method]
    hone("quantize", EXAMPLE / "digits.onnx", *DATA, *options, "-o", tmp_path / "data.onnx")
    hone("quantize", EXAMPLE / "digits.onnx", "--calibration", record, *options, "-o", tmp_path / "record.onnx")
    assert (tmp_path / "record.onnx").read_bytes() == (tmp_path / "data.onnx").read_bytes()


def error(*arguments, status=1):
    result = hone(*arguments, check=False)
    assert result.returncode == status
    assert result.stderr.count("hone: ") == 1
    return result.stderr


def test_wrong_use_is_explained(record, tmp_path):
    out = tmp_path / "out.cal"
    assert "saw the same 100 samples" in error("calibrate", "--merge", record, record, "-o", out)
    assert "needs I/N" in error("calibrate", EXAMPLE / "digits.onnx", *DATA, "--shard", "3/2", "-o", out, status=2)
    assert "fewer batches" in error("calibrate", EXAMPLE / "digits.onnx", *DATA, "--shard", "99/99", "-o", out)
    assert "takes no MODEL" in error("calibrate", EXAMPLE / "digits.onnx", "--merge", record, "-o", out, status=2)
    assert "expected one MODEL" in error("calibrate", *DATA, "-o", out, status=2)
    quantize = ["quantize", EXAMPLE / "digits.onnx", "-o", tmp_path / "q.onnx"]
    assert "--data" in error(*quantize, status=2)
    assert "--data" in error(*quantize, "--calibration", record, *DATA, status=2)
    (tmp_path / "broken.cal").write_text(record.read_text()[:5000])
    assert "no calibration record" in error(*quantize, "--calibration", tmp_path / "broken.cal")
    other = tmp_path / "other.cal"
    other.write_text(re.sub('"model": "[0-9a-f]*"', '"model": "1"', record.read_text()))
    assert "of another model" in error(*quantize, "--calibration", other)
    assert not out.exists() and not (tmp_path / "q.onnx").exists()


def test_the_summary(tmp_path):
    summary = hone_json("calibrate", EXAMPLE / "digits.onnx", *DATA, "-o", tmp_path / "a.cal")
    assert summary["samples"] == 100 and summary["values"] > 5 and summary["warnings"] == []

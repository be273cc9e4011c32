"""`hone calibrate`: one record, byte for byte, however the samples were run; and quantization from it."""
import json
import re

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from hone_cli import ROOT, hone, hone_json
from test_readme import write_png

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


@pytest.fixture
def open_size(tmp_path):
    """A network whose height and width are open: one convolution of a grey image, then Relu."""
    rng = np.random.default_rng(11)
    weights = numpy_helper.from_array(rng.normal(0, 0.3, (4, 1, 3, 3)).astype(np.float32), "w")
    graph = helper.make_graph(
        [helper.make_node("Conv", ["x", "w"], ["c"], pads=[1, 1, 1, 1]), helper.make_node("Relu", ["c"], ["y"])], "open",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", 1, "H", "W"])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["N", 4, "H", "W"])], [weights])
    path = tmp_path / "open.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)
    return path


@pytest.fixture
def images_of_several_sizes(tmp_path):
    rng = np.random.default_rng(12)
    folder = tmp_path / "images"
    folder.mkdir()
    for number, size in enumerate([(20, 30), (20, 30), (31, 17), (31, 17), (31, 17), (20, 30), (8, 9)]):
        write_png(folder / f"{number}.png", rng.integers(0, 255, size).astype(np.uint8))
    return folder


@pytest.mark.parametrize("options", [[], ["--batch", "2"], ["--batch", "16", "--threads", "1"], ["--device", "reference"]],
                         ids=" ".join)
def test_images_of_several_sizes(options, open_size, images_of_several_sizes, tmp_path):
    """Of one batch those neighbours run together that have one size; the record is that of every image alone."""
    data = ["--data", images_of_several_sizes, "--div", "255"]
    alone = calibrate(tmp_path / "alone.cal", "--batch", "1", model=open_size, data=data)
    assert calibrate(tmp_path / "a.cal", *options, model=open_size, data=data) == alone
    assert '"samples": 7' in alone.decode()


def test_elements_that_are_not_finite_are_counted_and_left_out(open_size, tmp_path):
    """The finite elements of the input have the record that they have without the others."""
    x = np.random.default_rng(13).normal(size=(6, 1, 8, 8)).astype(np.float32)
    odd = x.copy()
    odd[0, 0, 0, 0], odd[1, 0, 2, 3], odd[4, 0, 7, 7] = np.nan, np.inf, -np.inf
    odd[5] = np.nan
    np.save(tmp_path / "odd.npy", odd)
    data = ["--data", tmp_path / "odd.npy", "--layout", "NCHW"]
    summary = hone_json("calibrate", open_size, *data, "-o", tmp_path / "odd.cal")
    assert any("67 NaN or infinite value(s) in 'x'" in warning for warning in summary["warnings"])
    seen = json.loads((tmp_path / "odd.cal").read_text())["values"]["x"]
    finite = odd[np.isfinite(odd)]
    assert (seen["nan"], seen["positiveInfinity"], seen["negativeInfinity"], seen["samples"]) == (65, 1, 1, 5)
    assert (np.float32(seen["minimum"]), np.float32(seen["maximum"])) == (finite.min(), finite.max())
    assert sum(seen["counts"]) + seen["zeros"] == finite.size
    for options in (["--batch", "1"], ["--threads", "1"], ["--device", "reference"]):
        assert calibrate(tmp_path / "b.cal", *options, model=open_size, data=data) == (tmp_path / "odd.cal").read_bytes()
    hone("quantize", open_size, "--calibration", tmp_path / "odd.cal", "-o", tmp_path / "q.onnx")


def test_nothing_to_measure_is_an_error(open_size, tmp_path):
    """Samples without a finite element, without an element, and no samples."""
    np.save(tmp_path / "nan.npy", np.full((2, 1, 4, 4), np.nan, np.float32))
    data = ["--data", tmp_path / "nan.npy", "--layout", "NCHW"]
    calibrate(tmp_path / "nan.cal", model=open_size, data=data)
    assert "no element of 'x'" in error("quantize", open_size, "--calibration", tmp_path / "nan.cal", "-o",
                                        tmp_path / "q.onnx")
    for name, shape, words in (("empty", (2, 1, 0, 4), "empty"), ("none", (0, 1, 4, 4), "no samples")):
        np.save(tmp_path / f"{name}.npy", np.zeros(shape, np.float32))
        data = ["--data", tmp_path / f"{name}.npy", "--layout", "NCHW"]
        assert words in error("calibrate", open_size, *data, "-o", tmp_path / "e.cal")
    assert not (tmp_path / "e.cal").exists() and not (tmp_path / "q.onnx").exists()


def test_an_empty_value_is_reported(tmp_path):
    """Rows from the 20th on, of images with 10 and with 30: where there are none, nothing is seen, and nothing breaks."""
    indices = [numpy_helper.from_array(np.array([value], np.int64), name) for name, value in
               (("start", 20), ("end", 1000), ("axis", 2))]
    weights = numpy_helper.from_array(np.random.default_rng(14).normal(0, 0.3, (4, 1, 3, 3)).astype(np.float32), "w")
    graph = helper.make_graph(
        [helper.make_node("Relu", ["x"], ["r"]), helper.make_node("Slice", ["r", "start", "end", "axis"], ["rest"]),
         helper.make_node("Concat", ["r", "rest"], ["both"], axis=2),
         helper.make_node("Conv", ["both", "w"], ["y"], pads=[1, 1, 1, 1])], "rest",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", 1, "H", "W"])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["N", 4, "R", "W"])], [weights, *indices])
    model = tmp_path / "rest.onnx"
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), model)
    rng = np.random.default_rng(15)
    for height in (10, 30):
        np.save(tmp_path / f"{height}.npy", rng.normal(size=(3, 1, height, 10)).astype(np.float32))
    data = lambda height: ["--data", tmp_path / f"{height}.npy", "--layout", "NCHW"]
    short = hone_json("calibrate", model, *data(10), "-o", tmp_path / "10.cal")
    assert ["'rest'" in warning and "no element" in warning for warning in short["warnings"]] == [True]
    assert calibrate(tmp_path / "a.cal", "--device", "reference", model=model, data=data(10)) == (
        tmp_path / "10.cal").read_bytes()
    calibrate(tmp_path / "30.cal", model=model, data=data(30))
    hone("calibrate", "--merge", tmp_path / "10.cal", tmp_path / "30.cal", "-o", tmp_path / "both.cal")
    values = json.loads((tmp_path / "both.cal").read_text())["values"]
    assert (values["rest"]["samples"], values["both"]["samples"]) == (3, 6)
    for record in ("10", "30", "both"):
        hone("quantize", model, "--calibration", tmp_path / f"{record}.cal", "-o", tmp_path / f"{record}.onnx")

"""Hostile and broken files: a one-line error and exit status 1; no crash, no output file, no hang."""
import random
import resource
import subprocess

import numpy as np
import onnx
import pytest

from hone_cli import HONE, ROOT, assert_refused
from malformed_models import CASES

EXAMPLE = ROOT / "Examples" / "digits"
# More than any of these files needs; an allocation that believes a hostile header dies here, and the test with it.
ADDRESS_SPACE = 16 << 30
TIMEOUT_SECONDS = 120
BIT_FLIPS = 128
SEED = 5


def limited(*arguments):
    def limit():
        resource.setrlimit(resource.RLIMIT_AS, (ADDRESS_SPACE, ADDRESS_SPACE))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    return subprocess.run(
        [str(HONE), *map(str, arguments)], capture_output=True, text=True, errors="replace", timeout=TIMEOUT_SECONDS,
        preexec_fn=limit)


@pytest.fixture
def image(tmp_path):
    path = tmp_path / "image.npy"
    np.save(path, np.random.default_rng(SEED).random((1, 1, 8, 8), np.float32))
    return path


def run(model, image, tmp_path):
    return limited("run", model, "--input", f"input={image}", "--output", tmp_path / "result.npy")


@pytest.mark.parametrize("name", CASES)
def test_malformed_model(name, image, tmp_path):
    folder = tmp_path / "model"
    folder.mkdir()
    outside = tmp_path / "outside.bin"
    outside.write_bytes(b"\x3f" * 4096)
    (folder / "inside.bin").write_bytes(b"\x3f" * 64)
    (folder / "sub").mkdir()
    (folder / "link.bin").symlink_to(outside)
    model = folder / "model.onnx"
    model.write_bytes(CASES[name](outside))
    np.save(image, np.zeros(16, np.float32) if name.startswith("external") else np.load(image))
    assert_refused(run(model, image, tmp_path), tmp_path / "result.npy")


def test_every_truncation_of_a_model(image, tmp_path):
    whole = (EXAMPLE / "digits.onnx").read_bytes()
    model = tmp_path / "truncated.onnx"
    for part in range(64):
        model.write_bytes(whole[: len(whole) * part // 64])
        assert_refused(run(model, image, tmp_path), tmp_path / "result.npy")
    model.write_bytes(whole[:-1])
    assert_refused(run(model, image, tmp_path), tmp_path / "result.npy")


def test_flipped_bits(image, tmp_path):
    """A flipped bit may leave a valid model, of other weights or names; then the command may succeed, but never crash."""
    print(f"seed {SEED}")
    whole, generator = (EXAMPLE / "digits.onnx").read_bytes(), random.Random(SEED)
    model, result = tmp_path / "flipped.onnx", tmp_path / "result.npy"
    # Most of a model is weights, where a flip changes a number only: three in four go where it is structure.
    weights = set()
    for tensor in onnx.load_from_string(whole).graph.initializer:
        at = whole.index(tensor.raw_data) if len(tensor.raw_data) >= 64 else 0
        weights.update(range(at, at + len(tensor.raw_data) if at else 0))
    structure = [index for index in range(len(whole)) if index not in weights]
    assert 0 < len(structure) < len(whole) / 4
    refused = 0
    for number in range(BIT_FLIPS):
        at = generator.choice(structure) if number % 4 else generator.randrange(len(whole))
        bit = generator.randrange(8)
        flipped = bytearray(whole)
        flipped[at] ^= 1 << bit
        model.write_bytes(flipped)
        answer = run(model, image, tmp_path)
        assert answer.returncode in (0, 1), f"byte {at}, bit {bit}: exit status {answer.returncode}: {answer.stderr[-300:]}"
        if answer.returncode == 1:
            refused += 1
            assert_refused(answer, result)
        result.unlink(missing_ok=True)
    print(f"{refused} of {BIT_FLIPS} flips were refused")


def npy(header, data=b"", version=b"\x01\x00"):
    text = header.encode() + b"\n"
    return b"\x93NUMPY" + version + len(text).to_bytes(2, "little") + text + data


DATA_CASES = {
    "empty": b"",
    "not-npy": b"GIF89a" + bytes(100),
    "header-only": npy("{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1, 8, 8), }"),
    "header-cut": b"\x93NUMPY\x01\x00\xff\xff{'descr'",
    "unknown-version": npy("{'descr': '<f4', 'fortran_order': False, 'shape': (1,), }", bytes(4), b"\x09\x00"),
    "huge-shape": npy("{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296), }", bytes(64)),
    "overflowing-shape": npy("{'descr': '<f4', 'fortran_order': False, 'shape': (9223372036854775807, 4), }", bytes(64)),
    "number-too-long": npy("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999999,), }", bytes(64)),
    "negative-shape": npy("{'descr': '<f4', 'fortran_order': False, 'shape': (-1, 8), }", bytes(64)),
    "python-objects": npy("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", bytes(64)),
    "unknown-type": npy("{'descr': '<q9', 'fortran_order': False, 'shape': (1,), }", bytes(64)),
    "wrong-rank": npy("{'descr': '<f4', 'fortran_order': False, 'shape': (64,), }", bytes(256)),
    "wrong-size": npy("{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1, 9, 8), }", bytes(288)),
    "wrong-type": npy("{'descr': '<i8', 'fortran_order': False, 'shape': (1, 1, 8, 8), }", bytes(512)),
}


@pytest.mark.parametrize("name", DATA_CASES)
def test_malformed_input(name, tmp_path):
    image = tmp_path / "image.npy"
    image.write_bytes(DATA_CASES[name])
    assert_refused(run(EXAMPLE / "digits.onnx", image, tmp_path), tmp_path / "result.npy")


def quantize(tmp_path, *data):
    return limited("quantize", EXAMPLE / "digits.onnx", *data, "-o", tmp_path / "int8.onnx")


@pytest.mark.parametrize("name", [name for name in DATA_CASES if name not in ("wrong-type",)])
def test_malformed_calibration_data(name, tmp_path):
    path = tmp_path / "calibration.npy"
    path.write_bytes(DATA_CASES[name])
    assert_refused(quantize(tmp_path, "--data", path), tmp_path / "int8.onnx")


def test_calibration_data_without_samples(tmp_path):
    np.save(tmp_path / "none.npy", np.zeros((0, 8, 8, 1), np.uint8))
    assert_refused(quantize(tmp_path, "--data", tmp_path / "none.npy"), tmp_path / "int8.onnx")


def test_calibration_data_absent(tmp_path):
    assert_refused(quantize(tmp_path, "--data", tmp_path / "absent.npy"), tmp_path / "int8.onnx")


def test_calibration_data_not_finite(tmp_path):
    np.save(tmp_path / "nan.npy", np.full((4, 1, 8, 8), np.nan, np.float32))
    assert_refused(quantize(tmp_path, "--data", tmp_path / "nan.npy", "--layout", "NCHW"), tmp_path / "int8.onnx", progress=True)


def test_no_calibration_data_is_a_usage_error(tmp_path):
    answer = quantize(tmp_path)
    assert answer.returncode == 2 and not (tmp_path / "int8.onnx").exists()


def test_output_folder_absent(tmp_path):
    answer = limited(
        "quantize", EXAMPLE / "digits.onnx", "--data", EXAMPLE / "train_x.npy", "--preprocess",
        EXAMPLE / "preprocess.json", "-o", tmp_path / "absent" / "int8.onnx")
    assert_refused(answer, tmp_path / "absent" / "int8.onnx")


@pytest.mark.parametrize("text", ["", "{", "[]", '{"div": 0}', '{"div": "16"}', '{"std": [0]}', '{"blur": 3}', '{"div": 1e999}'])
def test_malformed_preprocessing(text, tmp_path):
    (tmp_path / "preprocess.json").write_text(text)
    answer = quantize(tmp_path, "--data", EXAMPLE / "train_x.npy", "--preprocess", tmp_path / "preprocess.json")
    assert_refused(answer, tmp_path / "int8.onnx")


def test_label_count_differs(tmp_path):
    answer = limited(
        "evaluate", EXAMPLE / "digits.onnx", "--data", EXAMPLE / "test_x.npy", "--labels", EXAMPLE / "train_y.npy",
        "--preprocess", EXAMPLE / "preprocess.json")
    assert_refused(answer)

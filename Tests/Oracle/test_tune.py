"""`hone tune` on OpenCL implementations: what it finds is kept, used by the next command, and changes no bit."""
import json

import numpy as np
import pytest

from hone_cli import ROOT, hone, hone_json
from test_opencl import implementation  # noqa: F401 (a fixture)

EXAMPLE = ROOT / "Examples" / "digits"
DEVICE = ("--device", "opencl:0")
# A convolution and a product, of which one is large enough to cut in many ways and one is not: programs take a while to build.
LAYERS = "[do]*"


@pytest.fixture(scope="module")
def quantized(tmp_path_factory):
    output = tmp_path_factory.mktemp("tune") / "digits_int8.onnx"
    hone("quantize", EXAMPLE / "digits.onnx", "--data", EXAMPLE / "train_x.npy", "--preprocess",
         EXAMPLE / "preprocess.json", "--device", "cpu", "-o", output)
    return output


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("HONE_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def tuned_layers(model, batch):
    plan = hone_json("inspect", model, "--plan", *DEVICE, "--shape", f"input={batch}x1x8x8")["plan"]["steps"]
    return [step["detail"] for step in plan if (step["detail"] or "").startswith("tuned: ")]


def outputs(model, folder):
    images = folder / "x.npy"
    np.save(images, np.load(EXAMPLE / "test_x.npy")[:7])
    output = folder / "y.npy"
    hone("run", model, "--input", images, "--preprocess", EXAMPLE / "preprocess.json", *DEVICE, "--output", output)
    return output.read_bytes()


def test_tuned_tiles_are_kept_and_used(quantized, cache, implementation, tmp_path):  # noqa: F811
    before = outputs(quantized, tmp_path)
    assert tuned_layers(quantized, 7) == []
    tune = ("tune", quantized, *DEVICE, "--batch", "7", "--layers", LAYERS)
    report = hone_json(*tune, "--minutes", "5")
    assert report["leftForLackOfTime"] == 0
    assert [problem["layers"] for problem in report["problems"]] == [["down_conv"], ["output"]]
    files = list(cache.glob("tuning-*.json"))
    assert [str(path) for path in files] == [report["file"]]
    for problem in report["problems"]:
        assert problem["timed"] == problem["candidates"] > 1 and problem["refused"] == [], problem
        assert problem["tuned"]["us"] <= problem["preset"]["us"]
        assert problem["tuned"]["tile"] == problem["preset"]["tile"] or problem["gain"] >= 0.03
    total = report["total"]
    print(f"{implementation}: {total['preset_us']:.0f} us -> {total['tuned_us']:.0f} us, gain {total['gain']:.0%}")

    changed = sum(len(problem["layers"]) for problem in report["problems"]
                  if problem["tuned"]["tile"] != problem["preset"]["tile"])
    assert len(tuned_layers(quantized, 7)) == changed
    assert outputs(quantized, tmp_path) == before
    result = hone_json("verify", quantized, "--device", "cpu,opencl:0", "--shape", "input=7x1x8x8")
    assert result["withinBounds"]

    again = hone_json(*tune)
    assert all(problem["isFromEarlierSearch"] for problem in again["problems"])
    assert [problem["tuned"] for problem in again["problems"]] == [problem["tuned"] for problem in report["problems"]]

    # What somebody changed is not believed.
    text = files[0].read_text()
    files[0].write_text(text.replace("microseconds", "milliseconds", 1))
    assert tuned_layers(quantized, 7) == [] and outputs(quantized, tmp_path) == before
    hone(*tune, "--minutes", "0.0001")
    assert json.loads(files[0].read_text())["version"] == 1


def test_what_was_found_in_time_is_kept(quantized, cache, implementation):  # noqa: F811
    result = hone("tune", quantized, *DEVICE, "--layers", "out*", "--minutes", "5")
    assert "output" in result.stdout and str(cache) in result.stdout and "Tuning: " in result.stderr
    report = hone_json("tune", quantized, *DEVICE, "--minutes", "0.000001")
    assert report["leftForLackOfTime"] >= 3
    assert [problem["isFromEarlierSearch"] for problem in report["problems"]] == [True]


def test_refusals(quantized, monkeypatch, implementation):  # noqa: F811
    result = hone("tune", quantized, *DEVICE, "--layers", "head*", check=False)
    assert result.returncode == 1 and "'stem_conv'" in result.stderr
    for device in ["cpu", "reference"]:
        assert "opencl[:N]" in hone("tune", quantized, "--device", device, check=False).stderr
    assert hone("tune", quantized, *DEVICE, "--minutes", "0", check=False).returncode == 2
    monkeypatch.setenv("HONE_CACHE", "off")
    result = hone("tune", quantized, *DEVICE, check=False)
    assert result.returncode == 1 and "HONE_CACHE is off" in result.stderr

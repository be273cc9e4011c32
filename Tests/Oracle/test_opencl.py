"""OpenCL implementations against the cpu device on every model: the same bits, and nothing left to the host."""
import os
import subprocess

import numpy as np
import pytest

import zoo
from hone_cli import ROOT, hone, hone_json
from test_backends import shapes

IMPLEMENTATIONS = ["pocl", "intel"]


def environment(implementation):
    """What `.ci/opencl-env` sets for an implementation; None where it is not installed."""
    script = ROOT / ".ci" / "opencl-env"
    result = subprocess.run([script, implementation, "env", "-0"], capture_output=True, text=True)
    if result.returncode != 0:
        return None
    pairs = dict(line.split("=", 1) for line in result.stdout.split("\0") if "=" in line)
    return {name: value for name, value in pairs.items() if os.environ.get(name) != value}


@pytest.fixture(params=IMPLEMENTATIONS)
def implementation(request, monkeypatch):
    """Lets commands see one implementation alone, as opencl:0."""
    variables = environment(request.param)
    if variables is None:
        pytest.skip(f"{request.param} is not installed (make deps-test)")
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return request.param


@pytest.mark.needs_models
@pytest.mark.parametrize("model", zoo.files("float") + zoo.files("quantized"), ids=zoo.identifier)
def test_every_bit(model, implementation):
    report = hone_json("verify", model, "--device", "cpu,opencl:0", *shapes(model))
    assert report["withinBounds"], report["firstDifference"]
    plan = hone_json("inspect", model, "--plan", "--device", "opencl:0", *shapes(model))
    copies = [step["operator"] for step in plan["plan"]["steps"] if "CopyTo" in step["operator"]]
    assert not copies, f"{len(copies)} copies between host and device"
    print(f"{model}: {report['comparedNodes']} nodes on {implementation}, {report['differingNodes']} within a bound")


EXAMPLE = ROOT / "Examples" / "digits"


def quantize(device, output):
    hone("quantize", EXAMPLE / "digits.onnx", "--data", EXAMPLE / "train_x.npy", "--preprocess",
         EXAMPLE / "preprocess.json", "--device", device, "-o", output)
    return output.read_bytes()


def test_calibration_is_the_same(implementation, tmp_path):
    assert quantize("opencl:0", tmp_path / "device.onnx") == quantize("cpu", tmp_path / "cpu.onnx")


def test_the_second_start_compiles_nothing(implementation, tmp_path, monkeypatch):
    monkeypatch.setenv("HONE_CACHE", str(tmp_path / "cache"))
    images = tmp_path / "x.npy"
    np.save(images, np.load(EXAMPLE / "test_x.npy")[:2])

    def programs():
        result = hone("evaluate", EXAMPLE / "digits.onnx", "--data", images, "--preprocess",
                      EXAMPLE / "preprocess.json", "--device", "opencl:0", "--reference", EXAMPLE / "digits.onnx", "--verbose")
        line = next(line for line in result.stderr.splitlines() if line.startswith("OpenCL programs: "))
        built, _, _, cached, *_ = line.removeprefix("OpenCL programs: ").replace(",", " ,").split()
        return int(built), int(cached)

    first, _ = programs()
    assert first > 0
    assert programs()[0] == 0
    # What is broken is compiled again, and nobody hears of it.
    for entry in (tmp_path / "cache").rglob("*"):
        if entry.is_file():
            entry.write_bytes(entry.read_bytes()[:-1] + b"?")
    assert programs()[0] > 0
    assert programs()[0] == 0

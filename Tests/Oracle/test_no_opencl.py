"""Without OpenCL everything works on the processor, and what was asked of OpenCL says what to install."""
import subprocess

import numpy as np
import pytest

from hone_cli import ROOT, assert_refused, hone, hone_json

EXAMPLE = ROOT / "Examples" / "digits"
MODEL = EXAMPLE / "digits.onnx"
FED = ["--preprocess", EXAMPLE / "preprocess.json"]

# How a machine can lack it: what is wrong, as its users read it.
ABSENCES = {"no-driver": "finds no driver", "no-loader": "there is no OpenCL loader", "no-opencl-in-it": "there is no OpenCL loader"}


@pytest.fixture(params=ABSENCES)
def absence(request, monkeypatch, tmp_path):
    monkeypatch.setenv("HONE_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("HONE_OPENCL_LIBRARY", raising=False)
    if request.param == "no-driver":
        result = subprocess.run([ROOT / ".ci" / "opencl-env", "none", "printenv", "OCL_ICD_VENDORS"], capture_output=True,
                                text=True, check=True)
        folder = result.stdout.strip()
        monkeypatch.setenv("OCL_ICD_VENDORS", folder)
    else:
        library = {"no-loader": "/nonexistent", "no-opencl-in-it": "libm.so.6"}[request.param]
        monkeypatch.setenv("HONE_OPENCL_LIBRARY", library)
    return ABSENCES[request.param]


@pytest.fixture
def images(tmp_path):
    path = tmp_path / "x.npy"
    np.save(path, np.load(EXAMPLE / "test_x.npy")[:4])
    return path


def commands(images, output):
    """Every command that computes on a device, without its `--device`."""
    return {
        "run": ["run", MODEL, "--input", images, *FED, "--output", output],
        "evaluate": ["evaluate", MODEL, "--data", images, *FED, "--reference", MODEL],
        "quantize": ["quantize", MODEL, "--data", images, *FED, "-o", output],
        "benchmark": ["benchmark", MODEL, "--runs", "2"],
        "inspect": ["inspect", MODEL, "--plan"],
    }


def test_devices_says_what_to_install(absence):
    result = hone("devices")
    assert absence in result.stdout and result.stderr == ""
    for package in ["ocl-icd-libopencl1", "nvidia-opencl-icd", "intel-opencl-icd", "pocl-opencl-icd"]:
        assert package in result.stdout
    report = hone_json("devices")
    assert absence in report["openclObstacle"] and report["auto"] == "cpu"
    assert {device["device"] for device in report["devices"]} == {"cpu", "reference"}


@pytest.mark.parametrize("device", [[], ["--device", "auto"], ["--device", "cpu"]], ids=["default", "auto", "cpu"])
def test_the_processor_does_everything(absence, images, tmp_path, device):
    for name, command in commands(images, tmp_path / "output").items():
        result = hone(*command, *device)
        lines = [line for line in result.stderr.splitlines() if "samples, " not in line]
        assert lines == [], f"{name} has something to say: {lines}"
        assert "opencl" not in result.stdout, name
    for devices in ["reference,cpu", "auto,cpu", "reference,auto"]:
        assert hone_json("verify", MODEL, "--device", devices)["equal"]


@pytest.mark.parametrize("device", ["opencl", "opencl:1"])
def test_opencl_by_name_is_refused(absence, images, tmp_path, device):
    output = tmp_path / "output"
    for name, command in commands(images, output).items():
        result = hone(*command, "--device", device, check=False)
        assert_refused(result, output)
        assert absence in result.stderr and "(on Debian and Ubuntu install the loader" in result.stderr, name
    result = hone("verify", MODEL, "--device", f"cpu,{device}", check=False)
    assert_refused(result)
    assert absence in result.stderr and "ocl-icd-libopencl1" in result.stderr

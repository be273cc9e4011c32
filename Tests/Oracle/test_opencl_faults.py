"""Calls of OpenCL that fail: one line with the call, the status and a remedy, status 1, no crash, nothing half written.

`opencl_faults.c` stands in for the loader, and makes the N-th call of a function fail.
"""
import os
import subprocess

import numpy as np
import pytest

from hone_cli import ROOT, assert_refused, hone, hone_json
from test_opencl import environment

EXAMPLE = ROOT / "Examples" / "digits"
FLOAT = EXAMPLE / "digits.onnx"
FED = ["--preprocess", EXAMPLE / "preprocess.json"]
SECONDS = 120

NAMES = {-2: "CL_DEVICE_NOT_AVAILABLE", -4: "CL_MEM_OBJECT_ALLOCATION_FAILURE", -5: "CL_OUT_OF_RESOURCES",
         -6: "CL_OUT_OF_HOST_MEMORY", -11: "CL_BUILD_PROGRAM_FAILURE", -14: "CL_EXEC_STATUS_ERROR_FOR_EVENTS_IN_WAIT_LIST",
         -36: "CL_INVALID_COMMAND_QUEUE"}
# Without these calls there is no result. What each of them fails with, in turn.
NEEDED = {
    "clGetPlatformIDs": [-6], "clGetPlatformInfo": [-6], "clGetDeviceIDs": [-6, -5], "clGetDeviceInfo": [-6, -5],
    "clCreateContext": [-2, -6], "clCreateCommandQueue": [-6, -5], "clCreateBuffer": [-4, -6, -5], "clCreateSubBuffer": [-4, -6],
    "clCreateProgramWithSource": [-6], "clBuildProgram": [-11, -6, -5], "clCreateKernel": [-6, -5], "clSetKernelArg": [-6, -5],
    "clEnqueueNDRangeKernel": [-5, -4, -6, -36], "clEnqueueWriteBuffer": [-4, -5, -6], "clEnqueueReadBuffer": [-5, -2, -14],
    "clFinish": [-5, -36], "clWaitForEvents": [-14, -5], "clGetEventProfilingInfo": [-6],
}
# Without these there is: a cached binary is compiled again, a limit is taken from the device, what is let go of is gone.
SPARE = {
    "clCreateProgramWithBinary", "clGetProgramInfo", "clGetKernelWorkGroupInfo", "clReleaseCommandQueue", "clReleaseMemObject",
    "clReleaseKernel", "clReleaseEvent",
}
# Calls for which a program that was not kept, or the end of the process, is needed.
RARE = {"clReleaseProgram", "clReleaseContext", "clGetProgramBuildInfo"}
# Calls that only programs that are not in the cache need.
COMPILING = {"clCreateProgramWithSource", "clBuildProgram", "clGetProgramInfo"}
# The last ones are the ends of queues.
LAST_ARE_SPARE = {"clFinish"}
# Calls that only observers, as calibration is one, need.
OBSERVING = {"clWaitForEvents", "clGetEventProfilingInfo"}


@pytest.fixture(scope="module")
def prepared(tmp_path_factory):
    """The stand-in, an int8 model, some images, a warm cache; and how often each command makes each call."""
    folder = tmp_path_factory.mktemp("faults")
    variables = environment("pocl")
    if variables is None:
        pytest.skip("pocl is not installed (make deps-test)")
    subprocess.run(["cc", "-std=gnu17", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-O1", "-o", folder / "faults.so",
                    ROOT / "Tests" / "Oracle" / "opencl_faults.c", "-ldl", "-lpthread"], check=True)
    variables |= {"HONE_OPENCL_LIBRARY": str(folder / "faults.so"), "HONE_CACHE": str(folder / "cache")}
    np.save(folder / "x.npy", np.load(EXAMPLE / "test_x.npy")[:8])
    hone("quantize", FLOAT, "--data", folder / "x.npy", *FED, "--device", "cpu", "-o", folder / "int8.onnx")
    with pytest.MonkeyPatch.context() as patch:
        for name, value in variables.items():
            patch.setenv(name, value)
        for command in commands(folder, folder / "warm.onnx").values():
            hone(*command)
        calls = {}
        for cache in ["warm", "off"]:
            if cache == "off":
                patch.setenv("HONE_CACHE", "off")
            for name, command in commands(folder, folder / "counted.onnx").items():
                patch.setenv("FAULT_COUNTS", str(folder / "counts"))
                hone(*command)
                lines = (folder / "counts").read_text().splitlines()
                calls[name, cache] = {line.split()[0]: int(line.split()[1]) for line in lines}
    return folder, variables, calls


@pytest.fixture
def faults(prepared, monkeypatch):
    for name, value in prepared[1].items():
        monkeypatch.setenv(name, value)
    return prepared


def commands(folder, output):
    device = ["--device", "opencl:0"]
    return {
        "evaluate": ["evaluate", folder / "int8.onnx", "--data", folder / "x.npy", *FED, *device],
        "quantize": ["quantize", FLOAT, "--data", folder / "x.npy", *FED, *device, "-o", output],
    }


def test_every_call_is_looked_at(prepared):
    """A function that Hone starts to use needs its place in one of the lists."""
    made = set().union(*prepared[2].values())
    assert made <= set(NEEDED) | SPARE | RARE, "calls that no list names"
    assert set(NEEDED) | SPARE <= made, "calls that nobody makes"


@pytest.mark.parametrize("function, command", [
    (function, command) for function in NEEDED for command in ["evaluate", "quantize"]
    if command == "quantize" or function not in OBSERVING])
def test_a_call_that_is_needed(faults, monkeypatch, tmp_path, function, command):
    folder, _, calls = faults
    cache = "off" if function in COMPILING else "warm"
    if cache == "off":
        monkeypatch.setenv("HONE_CACHE", "off")
    count = calls[command, cache].get(function, 0)
    if function in LAST_ARE_SPARE:
        count -= calls[command, cache]["clCreateCommandQueue"]
    assert count >= 1, "the command does not make this call"
    # Once, and from some call on for ever, as of a device that is gone.
    moments = [f"{call}" for call in sorted({1, min(2, count), (count + 1) // 2, count})] + [f"{(count + 1) // 2}+"]
    for index, moment in enumerate(moments):
        status = NEEDED[function][index % len(NEEDED[function])]
        monkeypatch.setenv("FAULT", f"{function}:{moment}:{status}")
        output = tmp_path / f"output{index}.onnx"
        result = hone(*commands(folder, output)[command], check=False, timeout=SECONDS)
        assert_refused(result, output, progress=True)
        line = result.stderr.strip().splitlines()[-1]
        assert function in line and NAMES[status] in line, f"call {moment} of {count}: {line}"
        assert line.endswith(")") and " (" in line, f"call {moment} of {count}, no remedy: {line}"


@pytest.mark.parametrize("function", sorted(SPARE | LAST_ARE_SPARE))
def test_a_call_that_can_be_spared(faults, monkeypatch, tmp_path, function):
    folder, _, calls = faults
    expected = (folder / "warm.onnx").read_bytes()
    for cache in ["warm", "off"]:
        count = calls["quantize", cache].get(function, 0)
        if cache == "off":
            monkeypatch.setenv("HONE_CACHE", "off")
        moments = [f"{count}"] if function in LAST_ARE_SPARE else ["1", f"{count}", "1+"]
        for index, moment in enumerate(moments if count else []):
            monkeypatch.setenv("FAULT", f"{function}:{moment}:-5")
            output = tmp_path / f"{cache}{index}.onnx"
            result = hone(*commands(folder, output)["quantize"], timeout=SECONDS)
            assert output.read_bytes() == expected, f"call {moment} of {count}"
            assert "hone:" not in result.stderr


def test_the_stand_in_is_transparent(faults, tmp_path):
    folder = faults[0]
    hone("quantize", FLOAT, "--data", folder / "x.npy", *FED, "--device", "cpu", "-o", tmp_path / "cpu.onnx")
    assert (folder / "warm.onnx").read_bytes() == (tmp_path / "cpu.onnx").read_bytes()


# --device auto -------------------------------------------------------------------------------------------------------


def automatic(folder, output):
    return {
        "evaluate": ["evaluate", folder / "int8.onnx", "--data", folder / "x.npy", *FED],
        "run": ["run", folder / "int8.onnx", "--input", folder / "x.npy", *FED, "--device", "auto"],
        "quantize": ["quantize", FLOAT, "--data", folder / "x.npy", *FED, "--device", "auto", "-o", output],
        "benchmark": ["benchmark", folder / "int8.onnx", "--runs", "2", "--device", "auto"],
        "inspect": ["inspect", folder / "int8.onnx", "--plan"],
        "verify": ["verify", folder / "int8.onnx", "--device", "cpu,auto"],
    }


def notes(result):
    return [line for line in result.stderr.splitlines() if line.startswith("hone: ")]


def test_auto_takes_a_gpu_that_works(faults, monkeypatch, tmp_path):
    folder = faults[0]
    monkeypatch.setenv("FAULT_GPU", "1")
    assert hone_json("devices")["auto"] == "opencl:0"
    for name, command in automatic(folder, tmp_path / "output.onnx").items():
        result = hone(*command, "--verbose", timeout=SECONDS)
        assert notes(result) == [], name
        assert "OpenCL programs: 0 built, 0 from the cache" not in result.stderr, f"{name} did not use the GPU"


@pytest.mark.parametrize("fault, named", [
    ("clCreateContext:1+:-6", "clCreateContext"), ("clCreateCommandQueue:1+:-6", "clCreateCommandQueue"),
    ("clCreateBuffer:1+:-4", "clCreateBuffer"), ("clEnqueueNDRangeKernel:1+:-5", "clEnqueueNDRangeKernel"),
    ("clEnqueueReadBuffer:1+:-5", "clEnqueueReadBuffer"), ("clGetDeviceIDs:1+:-6", "clGetDeviceIDs"),
    ("clGetDeviceInfo:1+:-6", "clGetDeviceInfo"), ("clGetPlatformIDs:1+:-6", "clGetPlatformIDs"),
])
@pytest.mark.parametrize("cache", ["warm", "off"])
def test_auto_passes_over_a_gpu_that_fails_and_says_so(faults, monkeypatch, tmp_path, fault, named, cache):
    folder = faults[0]
    monkeypatch.setenv("FAULT_GPU", "1")
    monkeypatch.setenv("FAULT", fault)
    if cache == "off":
        monkeypatch.setenv("HONE_CACHE", "off")
    for name, command in automatic(folder, tmp_path / "output.onnx").items():
        result = hone(*command, timeout=SECONDS)
        said = notes(result)
        assert len(said) == 1 and said[0].startswith("hone: note: "), f"{name}: {said}"
        assert named in said[0] and "CL_" in said[0], f"{name}: {said}"
        assert "opencl:0" not in result.stdout, name
    assert (tmp_path / "output.onnx").read_bytes() == (folder / "warm.onnx").read_bytes()
    report = hone_json("devices")
    assert report["auto"] == "cpu"
    assert named in str(report)


def test_a_probe_that_fails_today_is_run_again_tomorrow(prepared, monkeypatch, tmp_path):
    """Of Intel's two bodies of `dot4` the second one fails for want of memory: it must not be so for ever."""
    variables = environment("intel")
    if variables is None:
        pytest.skip("intel is not installed (make deps-test)")
    for name, value in (prepared[1] | variables).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("HONE_CACHE", str(tmp_path / "cache"))
    bodies = lambda: {one["body"]: one["outcome"] for one in hone_json("devices")["devices"][-1]["dotProducts"]}
    monkeypatch.setenv("FAULT", "clCreateProgramWithSource:2:-6")
    first = bodies()
    assert len(first) > 1 and "CL_OUT_OF_HOST_MEMORY" in str(first)
    monkeypatch.delenv("FAULT")
    assert set(bodies().values()) == {"right"}
    # What is right is kept: no probe runs again.
    monkeypatch.setenv("FAULT", "clCreateProgramWithSource:1+:-6")
    assert set(bodies().values()) == {"right"}

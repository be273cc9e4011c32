"""The folder for a machine with a GPU, rehearsed where there is none: `Benchmarks/gpu/pack`, then its `run` on PoCL."""
import json
import os
import pathlib
import subprocess
import sys

import pytest

from hone_cli import ROOT

GPU = ROOT / "Benchmarks" / "gpu"
# What `run` must leave for every step, in this order.
STEPS = [
    "devices", "cross-check", "conv-verified", "conv-verified-sparse", "gemm-verified", "peaks", "gemm-int8", "torch",
    "resnet50-int8", "conv-resnet50-int8-0", "conv-resnet50-int8-0.75", "conv-resnet50-int8-0.5", "conv-resnet50-int8-0.9",
    "calibration", "mobilenetv2-int8", "resnet50-int8-sparse", "resnet50-int8-sparse-0.5",
    "resnet50-int8-sparse-0.9", "resnet50-float32", "gemm-float32", "conv-resnet50-float32",
]


def run_bare(folder, *arguments, vendors=None, timeout=600):
    """`run` with nothing in its environment but the small tools: no Python is found, and no library but the system's."""
    environment = {"PATH": str(folder / "bin"), "HOME": "/nonexistent"}
    if vendors:
        environment["OCL_ICD_VENDORS"] = str(vendors)
    return subprocess.run(["/bin/bash", folder / "run", *map(str, arguments)], cwd="/", env=environment,
                          capture_output=True, text=True, timeout=timeout)


@pytest.fixture(scope="module")
def package(tmp_path_factory):
    """The packed folder; `bin` in it has the tools that any machine has, the linker that PoCL calls, and no others."""
    folder = tmp_path_factory.mktemp("gpu")
    packed = subprocess.run([GPU / "pack", folder, "--dynamic"], capture_output=True, text=True)
    assert packed.returncode == 0, packed.stderr[-2000:]
    print(packed.stdout.strip().rpartition(": ")[2])
    (folder / "bin").mkdir()
    for tool in ("bash cat chmod cp date dirname env grep gzip head ld ls mkdir mktemp mv nproc rm sed tail tee timeout tr uname basename").split():
        path = next(pathlib.Path(prefix, tool) for prefix in ("/usr/bin", "/bin") if pathlib.Path(prefix, tool).exists())
        (folder / "bin" / tool).symlink_to(path)
    return folder


def test_the_whole_script(package):
    pocl = ROOT / ".deps" / "opencl" / "pocl"
    if not pocl.is_dir():
        pytest.skip("PoCL is not installed: make deps-test")
    done = run_bare(package, "--device", 0, "--rehearse", "--minutes", 25, vendors=pocl, timeout=1600)
    results = json.loads((package / "results" / "results.json").read_text())
    text = (package / "results" / "results.txt").read_text()
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-2000:]
    assert results["rehearsal"] is True and results["device"] == "opencl:0"
    steps = {step["step"]: step for step in results["steps"]}
    assert list(steps) == STEPS
    for name, step in steps.items():
        if name == "torch":
            assert step["status"] is None and "python3" in step["reason"]
        else:
            assert step["status"] == 0 and step["reason"] is None and step["result"], step
        assert f"== {name}: " in text
    assert steps["cross-check"]["result"] == {"equal": 6, "different": []}
    batches = [run["batch"] for run in steps["resnet50-int8"]["result"]["runs"]]
    assert batches == [1, 2] and all(run["layers"] for run in steps["resnet50-int8"]["result"]["runs"])
    assert steps["calibration"]["result"]["calibrations"][0]["images_per_second"] > 0
    assert "examination" in next(d for d in steps["devices"]["result"]["devices"] if d["device"] == "opencl:0")
    # Tables to read, without anything but the text.
    assert "images/s" in text and "int8 dot products" in text
    print(f"{len(STEPS)} steps in {sum(step['seconds'] for step in results['steps'])} s")


def test_without_a_gpu(package, tmp_path):
    done = run_bare(package, "--results", tmp_path)
    assert done.returncode == 1 and "no GPU that OpenCL reaches" in done.stdout
    assert "nothing is measured" in (tmp_path / "results.txt").read_text()


def test_failures_are_told(package, tmp_path):
    """A device that is not there: every step fails, says why, and the results are whole."""
    done = run_bare(package, "--device", 9, "--rehearse", "--results", tmp_path)
    assert done.returncode == 1
    steps = json.loads((tmp_path / "results.json").read_text())["steps"]
    assert [step["step"] for step in steps] == STEPS
    failed = [step for step in steps if step["status"] not in (0, None)]
    assert len(failed) == len(STEPS) - 2 and all(step["reason"] for step in failed)


def test_time_that_is_up(package, tmp_path):
    done = run_bare(package, "--device", 0, "--rehearse", "--minutes", 0, "--results", tmp_path)
    steps = json.loads((tmp_path / "results.json").read_text())["steps"]
    assert done.returncode == 1 and [step["step"] for step in steps] == STEPS
    assert all(step["reason"].startswith("skipped: ") for step in steps)


@pytest.mark.parametrize("arguments", [["--device"], ["--nothing"], ["8"]])
def test_wrong_arguments(package, arguments):
    assert run_bare(package, *arguments).returncode not in (0, 124)


def find_drivers(root, vendors, **environment):
    result = subprocess.run([GPU / "find_drivers", vendors, root], capture_output=True, text=True, check=True,
                            env={"PATH": os.environ["PATH"], **environment})
    return result.stdout, {path.name: path.read_text().strip() for path in vendors.glob("*.icd")}


@pytest.mark.parametrize("folder, library", [
    ("usr/lib/x86_64-linux-gnu", "libnvidia-opencl.so.1"), ("usr/local/nvidia/lib64", "libnvidia-opencl.so.580.126.09")])
def test_a_driver_without_an_icd_file_gets_one(tmp_path, folder, library):
    path = tmp_path / folder / library
    path.parent.mkdir(parents=True)
    path.touch()
    folders, files = find_drivers(tmp_path, tmp_path / "vendors")
    assert files == {"nvidia.icd": str(path)} and folders == f":{path.parent}"


def test_a_driver_of_a_container_is_found_by_its_path(tmp_path):
    path = tmp_path / "mounted" / "libnvidia-opencl.so.1"
    path.parent.mkdir()
    path.touch()
    folders, files = find_drivers(tmp_path, tmp_path / "vendors", LD_LIBRARY_PATH="/none:/mounted")
    assert files == {"nvidia.icd": str(path)} and folders == f":{path.parent}"


def test_a_driver_that_is_known_keeps_its_file(tmp_path):
    """Its folder counts nevertheless: the file may hold a bare name, and the driver opens libraries beside it."""
    (tmp_path / "etc/OpenCL/vendors").mkdir(parents=True)
    (tmp_path / "etc/OpenCL/vendors/10_nvidia.icd").write_text("libnvidia-opencl.so.1\n")
    (tmp_path / "usr/lib64").mkdir(parents=True)
    (tmp_path / "usr/lib64/libnvidia-opencl.so.1").touch()
    folders, files = find_drivers(tmp_path, tmp_path / "vendors")
    assert files == {"10_nvidia.icd": "libnvidia-opencl.so.1"} and folders == f":{tmp_path}/usr/lib64"


def test_nothing_is_found_where_nothing_is(tmp_path):
    assert find_drivers(tmp_path, tmp_path / "vendors") == ("", {})


# The calls of PyTorch that torch_peers.py makes, with the parameters that PyTorch has.
STUB = '''
import contextlib
__version__, int8, int32, float16, bfloat16, channels_last = "0", "int8", "int32", "float16", "bfloat16", "channels_last"
class version: cuda = "0"
class backends:
    class cudnn: benchmark = False
class Tensor:
    def to(self, dtype=None, *, memory_format=None): return self
    def t(self): return self
    def contiguous(self, *, memory_format): return self
    def __call__(self, x): return x
class cuda:
    class Event:
        def __init__(self, enable_timing=False): assert enable_timing
        def record(self): pass
        def synchronize(self): pass
        def elapsed_time(self, end): return 0.5
    def synchronize(): pass
    def get_device_name(): return "stub"
class nn:
    def Conv2d(inputs, outputs, kernel, stride, padding, *, groups, device, dtype): return Tensor()
def randint(low, high, size, *, device, dtype): return Tensor()
def randn(*size, device, dtype): return Tensor()
def _int_mm(a, b): raise RuntimeError("not on this one\\nbecause")
def mm(a, b): return a
inference_mode = contextlib.nullcontext
'''


def test_torch_peers(tmp_path):
    """Arguments, tables and JSON with a stand-in for PyTorch, whose int8 products fail."""
    (tmp_path / "torch.py").write_text(STUB)
    result = tmp_path / "result.json"
    done = subprocess.run(
        [sys.executable, GPU / "torch_peers.py", ROOT / "Benchmarks/Shapes/resnet50.txt", result, "--sizes", "64,128"],
        capture_output=True, text=True, env={**os.environ, "PYTHONPATH": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"})
    assert done.returncode == 0, done.stderr
    value = json.loads(result.read_text())
    assert [(entry["kind"], entry["size"]) for entry in value["products"]] == [
        ("int_mm", 64), ("mm_fp16", 64), ("int_mm", 128), ("mm_fp16", 128)]
    assert value["products"][0]["error"] == "RuntimeError: not on this one" and value["products"][1]["tops"] > 0
    assert len(value["convolutions"]) == 23 and value["convolutions"][0]["bf16_milliseconds"] == 0.5
    assert "stem_7x7" in done.stdout and "not on this one" in done.stdout

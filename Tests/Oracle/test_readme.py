"""Every command line that README.md shows does what it says: those of the devices section on OpenCL."""
import os
import re
import shutil
import struct
import subprocess
import zlib

import numpy as np
import pytest

from hone_cli import HONE, ROOT
from test_opencl import environment

EXAMPLE = ROOT / "Examples" / "digits"
README = (ROOT / "README.md").read_text()
COMMAND = re.compile(r"^    ((?:[A-Z_]+=\S+ )*hone (?!: ).*)$", re.M)


def section(title):
    """What stands between a heading and the next one."""
    return re.search(rf"^#+ {re.escape(title)}\n(.*?)(?=^#+ |\Z)", README, re.M | re.S)[1]


def lines(text):
    """The command lines of indented blocks; what `make demo` prints is none."""
    return COMMAND.findall(re.sub(r"<!-- demo output begin -->.*?<!-- demo output end -->", "", text, flags=re.S))


def write_png(path, pixels):
    """One grey image of 8 bits."""
    chunk = lambda kind, data: struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    height, width = pixels.shape
    rows = b"".join(b"\0" + row.tobytes() for row in pixels)
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
                     + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))


@pytest.fixture(scope="module")
def workplace(tmp_path_factory):
    """The files that the lines name: a model, folders of images with a folder for each class, `hone` on the PATH."""
    folder = tmp_path_factory.mktemp("readme")
    shutil.copy(EXAMPLE / "digits.onnx", folder / "model.onnx")
    shutil.copy(EXAMPLE / "preprocess.json", folder / "preprocess.json")
    for name, count in [("train", 32), ("test", 20)]:
        images, labels = np.load(EXAMPLE / f"{name}_x.npy")[:count], np.load(EXAMPLE / f"{name}_y.npy")[:count]
        for index, (image, label) in enumerate(zip(images.reshape(count, 8, 8).astype(np.uint8), labels)):
            (folder / name / f"{label}").mkdir(parents=True, exist_ok=True)
            write_png(folder / name / f"{label}" / f"{index:03}.png", image)
    (folder / "bin").mkdir()
    (folder / "bin" / "hone").symlink_to(HONE.resolve())
    # As the first lines of README.md make it.
    run(folder, "hone quantize model.onnx --data train/ --preprocess preprocess.json -o model_int8.onnx")
    return folder


def run(folder, line, cwd=None, check=True, **variables):
    path = f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}"
    result = subprocess.run(["bash", "-c", line], cwd=cwd or folder, env=os.environ | {"PATH": path} | variables,
                            capture_output=True, text=True, timeout=600)
    assert not check or result.returncode == 0, f"{line}: {result.stderr}"
    return result


DEVICES = lines(section("Devices")) + lines(section("Tuning"))


def test_there_are_lines():
    for wanted in ["hone devices", "--device opencl", "hone verify model_int8.onnx --device cpu,opencl:0",
                   "hone benchmark model_int8.onnx --device cpu,opencl:0", "HONE_VALIDATE=cpu ", "HONE_CACHE="]:
        assert any(wanted in line for line in DEVICES), wanted
    assert len(lines(README)) > len(DEVICES) + 3


@pytest.mark.parametrize("line", [line for line in lines(README) if line not in DEVICES])
def test_a_line(workplace, line):
    # What README.md names by path is the repository's.
    run(workplace, line, cwd=ROOT if "Examples/" in line else None)


@pytest.mark.parametrize("line", DEVICES)
@pytest.mark.parametrize("implementation", ["pocl", "intel"])
def test_a_line_of_the_devices(workplace, line, implementation):
    variables = environment(implementation)
    if variables is None:
        pytest.skip(f"{implementation} is not installed (make deps-test)")
    variables["HONE_CACHE"] = str(workplace / "cache")
    # A search ends when its minutes do, and what it found so far counts.
    result = run(workplace, line.replace("--minutes 10", "--minutes 0.1"), **variables)
    assert "hone:" not in result.stderr
    if line == "hone devices":
        assert "opencl:0" in result.stdout and "cannot be used" not in result.stdout
    elif "opencl" in line:
        assert "opencl:0" in result.stdout, line
    if "HONE_CACHE=programs" in line:
        assert re.search(r"^OpenCL programs: \d+ built", result.stderr, re.M)
        again = run(workplace, line, **variables)
        assert "OpenCL programs: 0 built" in again.stderr and any((workplace / "programs").rglob("*.bin"))


def test_the_error_that_is_explained(workplace):
    """`$ hone ...` and, below it, the line that it ends with."""
    line, expected = re.search(r"^    \$ (hone .*)\n    (hone: error: .*)$", README, re.M).groups()
    result = run(workplace, line, cwd=ROOT, check=False)
    assert result.returncode == 1 and result.stderr.strip() == expected


def test_the_inspected_model_is_the_example(workplace):
    shown = re.search(r"`hone inspect Examples/digits/digits.onnx` says:\n\n((?:    .*\n)+)", README)[1]
    assert run(workplace, "hone inspect Examples/digits/digits.onnx", cwd=ROOT).stdout == re.sub(r"^    ", "", shown, flags=re.M)

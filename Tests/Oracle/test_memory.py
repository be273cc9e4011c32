"""What memory grows with: not with the samples of `hone quantize`, and not with external data that nothing reads."""
import os
import shutil
import subprocess
import sys

import numpy as np
import pytest
from onnx import TensorProto, helper

from hone_cli import HONE

ALLOWED_GROWTH = 0.05


# A process begins with the peak of the one that it was forked from, which is here all that pytest ever held. So the
# command is started, and measured, by a small process of its own.
MEASURE = """
import resource, subprocess, sys
status = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL).returncode
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
sys.exit(1 if status else 0)
"""


def peak_bytes(*arguments):
    """Runs the command and gives the largest resident size that the kernel saw of it."""
    command = [sys.executable, "-S", "-c", MEASURE, str(HONE), *map(str, arguments)]
    result = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=600)
    assert result.returncode == 0, result.stderr
    return int(result.stdout) * 1024


def test_the_measure_is_of_the_command_alone():
    ours = np.ones(512 << 20, np.uint8)
    peak = peak_bytes("devices")
    print(f"hone devices: peak {peak / 1e6:.1f} MB")
    assert 0 < peak < ours.nbytes / 2


@pytest.mark.needs_models
def test_quantize_memory_does_not_grow_with_samples(models, tmp_path):
    subprocess.run([sys.executable, models / "tools" / "make_models.py", tmp_path, "resnet18"], check=True)
    photos = np.load(models / "data" / "photos" / "photos_x.npy")
    # One file for both runs: a larger file that is read whole would be memory spent on the data, not on calibration.
    np.save(tmp_path / "images.npy", photos[:16])
    peaks = {}
    for samples in (4, 16):
        peaks[samples] = peak_bytes(
            "quantize", tmp_path / "resnet18.onnx", "--data", tmp_path / "images.npy", "--samples", samples,
            "--div", "127.5", "--mean", "1", "-o", tmp_path / f"int8_{samples}.onnx")
        print(f"{samples} samples: peak {peaks[samples] / 1e6:.1f} MB")
    assert peaks[16] <= peaks[4] * (1 + ALLOWED_GROWTH)


def test_external_data_is_read_as_far_as_it_is_used(tmp_path):
    """A table of 2.6 GB, of which a few rows are gathered; the file is sparse, and takes no room where that works."""
    rows, columns = 650_000, 1000
    physical = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    if physical < 6 << 30:
        pytest.skip(f"{physical >> 30} GiB of memory: half of it must hold a tensor of 2.6 GB, or Hone refuses the file")
    if shutil.disk_usage(tmp_path).free < 1 << 30:
        pytest.skip("under 1 GiB of free disk")
    with open(tmp_path / "table.bin", "wb") as file:
        file.truncate(rows * columns * 4)
        if os.fstat(file.fileno()).st_blocks * 512 > 1 << 20:
            pytest.skip("this file system has no sparse files")
        file.seek((rows - 1) * columns * 4)
        file.write(np.arange(columns, dtype=np.float32).tobytes())
    table = TensorProto(name="table", data_type=TensorProto.FLOAT, dims=[rows, columns], data_location=TensorProto.EXTERNAL)
    table.external_data.add(key="location", value="table.bin")
    graph = helper.make_graph(
        [helper.make_node("Gather", ["table", "indices"], ["y"])], "large",
        [helper.make_tensor_value_info("indices", TensorProto.INT64, [2])],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [2, columns])], [table])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
    (tmp_path / "model.onnx").write_bytes(model.SerializeToString())
    np.save(tmp_path / "indices.npy", np.array([0, rows - 1], np.int64))
    peak = peak_bytes(
        "run", tmp_path / "model.onnx", "--input", f"indices={tmp_path / 'indices.npy'}", "--output", tmp_path / "y.npy")
    y = np.load(tmp_path / "y.npy")
    print(f"{rows * columns * 4 / 1e9:.1f} GB of external data: peak {peak / 1e6:.1f} MB")
    assert np.array_equal(y, [np.zeros(columns), np.arange(columns)])
    assert peak < 200e6

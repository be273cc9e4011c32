"""Calibration streams: the peak memory of `hone quantize` does not grow with the number of samples."""
import subprocess
import sys

import numpy as np
import pytest

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

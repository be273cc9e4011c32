"""Calibration streams: the peak memory of `hone quantize` does not grow with the number of samples."""
import os
import subprocess
import sys

import numpy as np
import pytest

from hone_cli import HONE

pytestmark = pytest.mark.needs_models

ALLOWED_GROWTH = 0.05


def peak_bytes(*arguments):
    """Runs the command and gives the largest resident size that the kernel saw of it."""
    process = subprocess.Popen([str(HONE), *map(str, arguments)], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    message = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, message.decode(errors="replace")
    return usage.ru_maxrss * 1024


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

"""Oclgrind's complaints must be understood, and differences seen; needs Oclgrind (`make check-oclgrind`)."""
import os
import pathlib

import numpy as np
import pytest

import check_oclgrind
from simulations import Simulation, calibration

BROKEN = pathlib.Path(__file__).parent / "broken"


def complaints(simulation, folder, kernels=None):
    path = simulation.write(folder, kernels) if kernels else simulation.write(folder)
    _, ran, wrong = check_oclgrind.examine(*check_oclgrind.simulated(simulation, path, dict(os.environ)))
    assert ran == {simulation.kernel}
    return "\n".join(wrong)


@pytest.mark.parametrize("kernel, reason", [
    ("race", "Write-write data race"),
    ("bounds", "Invalid read of size 4"),
    ("divergence", "Work-group divergence detected"),
])
def test_a_broken_kernel_is_refused(kernel, reason, tmp_path):
    # Where the kernel is right the result is, too: only Oclgrind's own words may fail it.
    launch = Simulation(f"{kernel}.cl", kernel, (4,), (4,), [np.arange(4, dtype=np.int32)], 0, np.zeros(0, np.int32))
    assert reason in complaints(launch, tmp_path, BROKEN)


def test_a_wrong_result_is_refused(tmp_path):
    launch = next(one for one in calibration() if one.kernel == "histogram")
    assert complaints(launch, tmp_path) == ""
    launch.expected[1100] += 1
    assert f"element 1100 is {launch.expected[1100] - 1}, not {launch.expected[1100]}" in complaints(launch, tmp_path)


def test_queries_are_no_errors():
    query = ("\nOclgrind - OpenCL runtime error detected\n\tFunction: clGetDeviceInfo\n\tError:    CL_INVALID_VALUE\n"
             "\tFor argument 'param_name'\n\n")
    other = query.replace("clGetDeviceInfo", "clSetKernelArg")
    assert check_oclgrind.findings(query) == []
    [found] = check_oclgrind.findings(query + other + other)
    assert "clSetKernelArg" in found


def test_a_program_that_fails_is_refused():
    _, ran, wrong = check_oclgrind.examine("false", ["sh", "-c", "echo no such device >&2; exit 3"], dict(os.environ))
    assert ran == set() and wrong == ["ended with 3: no such device"]

"""HONE_VALIDATE=cpu stops at a wrong value: one that is changed on its way from the device by `opencl_faults.c`."""
import pytest

from hone_cli import assert_refused, hone
from test_opencl_faults import SECONDS, automatic, commands, faults, prepared


@pytest.mark.parametrize("name, read, node, element", [
    # Of each step the inputs are read, then the outputs: the second and the fourth read are what two steps computed.
    ("run", 2, "node 'input_QuantizeLinear' (QuantizeLinear, ", 300), ("run", 4, "node 'stem_conv' (QLinearConv, ", 300),
    ("evaluate", 2, "node 'input_QuantizeLinear' (QuantizeLinear, ", 300), ("evaluate", 4, "node 'stem_conv' (QLinearConv, ", 300),
    ("quantize", 2, "node 'stem_conv' (hone.Conv, ", 75),
])
def test_validation_stops_at_a_wrong_value(faults, monkeypatch, tmp_path, name, read, node, element):
    """Bit 0 of byte 300 of one step's output is flipped on its way from the device: of a float that is a bit of element 75."""
    folder, output = faults[0], tmp_path / "output.onnx"
    command = automatic(folder, None)["run"] if name == "run" else commands(folder, output)[name]
    command = ["opencl:0" if word == "auto" else word for word in command]
    monkeypatch.setenv("HONE_VALIDATE", "cpu")
    hone(*command, timeout=SECONDS)
    output.unlink(missing_ok=True)
    monkeypatch.setenv("FAULT_FLIP", f"{read}:300")
    result = hone(*command, check=False, timeout=SECONDS)
    assert_refused(result, output, progress=True)
    line = result.stderr.strip().splitlines()[-1]
    assert node in line and "differs between opencl:0 and cpu in 1 of " in line and f"first in element {element}, " in line, line

"""The cpu device against the reference on every model: the same bits, node by node, for each instruction set."""
import pytest

import zoo
from hone_cli import hone_json

pytestmark = pytest.mark.needs_models

SETS = next(one["instructionSets"] for one in hone_json("devices")["devices"] if one["device"] == "cpu")


def shapes(model):
    """--shape for inputs with open dimensions besides the batch: small, and no multiple of a vector."""
    options = []
    for one in zoo.session(model).get_inputs():
        if any(not isinstance(size, int) for size in one.shape[1:]):
            sizes = [size if isinstance(size, int) else 1 if axis == 0 else 37 + axis for axis, size in enumerate(one.shape)]
            options += ["--shape", f"{one.name}={'x'.join(map(str, sizes))}"]
    return options


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("isa", SETS)
@pytest.mark.parametrize("model", zoo.files("float") + zoo.files("quantized"), ids=zoo.identifier)
def test_every_bit(model, isa, threads, monkeypatch):
    monkeypatch.setenv("HONE_ISA", isa)
    report = hone_json(
        "verify", model, "--device", "reference,cpu", "--threads", threads, "--seed", threads, *shapes(model))
    assert report["equal"], report["firstDifference"]
    if threads == 1 and isa == SETS[0]:
        print(f"{report['comparedNodes']} nodes equal with {', '.join(SETS)} at 1 and 2 threads")

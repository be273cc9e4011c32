"""The cpu device against the reference on every model: the same bits, node by node, for each instruction set."""
import os

import pytest

import zoo
from hone_cli import hone_json

pytestmark = pytest.mark.needs_models

SETS = next(one["instructionSets"] for one in hone_json("devices")["devices"] if one["device"] == "cpu")


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("isa", SETS)
@pytest.mark.parametrize("model", zoo.files("float") + zoo.files("quantized"), ids=zoo.identifier)
def test_every_bit(model, isa, threads, monkeypatch):
    monkeypatch.setenv("HONE_ISA", isa)
    report = hone_json("verify", model, "--device", "reference,cpu", "--threads", threads, "--seed", threads)
    assert report["equal"]
    if threads == 1 and isa == SETS[0]:
        print(f"{len(report['nodes'])} nodes equal with {', '.join(SETS)} at 1 and 2 threads")

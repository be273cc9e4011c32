"""The `hone` command as functions, with its contract on the way: one-line errors, exit status, outputs by name."""
import json
import os
import pathlib
import re
import subprocess
import tempfile

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[2]
HONE = pathlib.Path(os.environ.get("HONE", ROOT / ".build" / "release" / "hone"))
DEVICE = os.environ.get("HONE_DEVICE", "cpu")


def hone(*arguments, timeout=1800, check=True):
    """Runs the command. With `check`, any exit status but 0 is an error that shows what the command said."""
    command = [str(HONE), *map(str, arguments)]
    result = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=timeout)
    if check and result.returncode != 0:
        raise AssertionError(f"{' '.join(command[:4])} ...: exit status {result.returncode}: {result.stderr.strip()}")
    return result


def hone_json(*arguments, **options):
    """Runs the command with --json and gives what it printed."""
    return json.loads(hone(*arguments, "--json", **options).stdout)


def run_model(model, feeds):
    """All outputs, by name, of one input set."""
    return run_sets(model, [feeds])[0]


def run_sets(model, sets):
    """All outputs, by name, of each input set, from one process: `hone run --sets`."""
    with tempfile.TemporaryDirectory(prefix="hone-") as folder:
        folder, entries = pathlib.Path(folder), []
        for number, feeds in enumerate(sets):
            inputs = {}
            for position, (name, array) in enumerate(feeds.items()):
                inputs[name] = str(folder / f"{number}.{position}.npy")
                np.save(inputs[name], np.ascontiguousarray(array))
            entries.append({"inputs": inputs, "outputDirectory": str(folder / f"outputs{number}")})
        (folder / "sets.json").write_text(json.dumps(entries))
        hone("run", model, "--device", DEVICE, "--sets", folder / "sets.json")
        return [outputs(pathlib.Path(entry["outputDirectory"])) for entry in entries]


def outputs(folder):
    """The outputs that an output folder holds, by name in the model's order."""
    described = json.loads((folder / "outputs.json").read_text())
    return {one["name"]: np.load(folder / one["file"], allow_pickle=False) for one in described}


def run_batches(model, input_name, x, batch):
    """The first output for all of `x`, fed in batches, with the batch dimension first."""
    sets = [{input_name: x[start : start + batch]} for start in range(0, len(x), batch)]
    return np.concatenate([next(iter(outputs.values())) for outputs in run_sets(model, sets)])


# What long work says of itself on standard error, before an error too: `Calibrating: 4/4 samples, 100 %, ...`.
PROGRESS = re.compile(r"\w+: [\d,]+/[\d,]+ samples, ")


def assert_refused(result, *outputs, progress=False):
    """A clean refusal: exit status 1, one line on standard error, no output file, whole or in part.

    With `progress` the work had begun, and its lines of progress may come before that one.
    """
    assert result.returncode >= 0, f"crashed with signal {-result.returncode}: {result.stderr[-500:]}"
    assert result.returncode == 1, f"exit status {result.returncode}, expected 1: {result.stderr[-500:]}"
    lines = [line for line in result.stderr.strip().splitlines() if not (progress and PROGRESS.match(line))]
    assert len(lines) == 1 and lines[0].startswith("hone: error: "), f"expected one line on standard error, found: {result.stderr!r}"
    for path in outputs:
        path = pathlib.Path(path)
        assert not path.exists(), f"{path.name} was written in spite of the error"
        leftovers = [other.name for other in path.parent.glob(f"*{path.stem}*") if other != path]
        assert not leftovers, f"left behind: {leftovers}"

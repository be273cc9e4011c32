"""The `hone` command as functions, with its contract on the way: one-line errors, exit status, outputs by name."""
import json
import os
import pathlib
import subprocess
import tempfile

import numpy as np

ROOT = pathlib.Path(__file__).resolve().parents[2]
HONE = pathlib.Path(os.environ.get("HONE", ROOT / ".build" / "release" / "hone"))
DEVICE = os.environ.get("HONE_DEVICE", "reference")
# Input sets for one process: the operating system bounds the length of a command line.
SETS_PER_PROCESS = 500


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
    """All outputs, by name, of each input set; several sets go through one process.

    An input named a second time begins the next set. Outputs of a single set are in the output folder itself, of
    several in sub-folders numbered from 0; `outputs.json` in each says name, file, element type and shape.
    """
    results = []
    for start in range(0, len(sets), SETS_PER_PROCESS):
        chunk = sets[start : start + SETS_PER_PROCESS]
        with tempfile.TemporaryDirectory(prefix="hone-") as folder:
            folder = pathlib.Path(folder)
            arguments = ["run", model, "--device", DEVICE, "--output-dir", folder / "outputs"]
            for number, feeds in enumerate(chunk):
                for position, (name, array) in enumerate(feeds.items()):
                    path = folder / f"{number}.{position}.npy"
                    np.save(path, np.ascontiguousarray(array))
                    arguments += ["--input", f"{name}={path}"]
            hone(*arguments)
            for number in range(len(chunk)):
                output = folder / "outputs" if len(chunk) == 1 else folder / "outputs" / str(number)
                described = json.loads((output / "outputs.json").read_text())
                results.append({one["name"]: np.load(output / one["file"], allow_pickle=False) for one in described})
    return results


def run_batches(model, input_name, x, batch):
    """The first output for all of `x`, fed in batches, with the batch dimension first."""
    sets = [{input_name: x[start : start + batch]} for start in range(0, len(x), batch)]
    return np.concatenate([next(iter(outputs.values())) for outputs in run_sets(model, sets)])


def assert_refused(result, *outputs):
    """A clean refusal: exit status 1, one line on standard error, no output file, whole or in part."""
    assert result.returncode >= 0, f"crashed with signal {-result.returncode}: {result.stderr[-500:]}"
    assert result.returncode == 1, f"exit status {result.returncode}, expected 1: {result.stderr[-500:]}"
    message = result.stderr.strip()
    assert message and len(message.splitlines()) == 1, f"expected one line on standard error, found: {result.stderr!r}"
    for path in outputs:
        path = pathlib.Path(path)
        assert not path.exists(), f"{path.name} was written in spite of the error"
        leftovers = [other.name for other in path.parent.glob(f"*{path.stem}*") if other != path]
        assert not leftovers, f"left behind: {leftovers}"

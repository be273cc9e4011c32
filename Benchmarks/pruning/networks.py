"""What the scripts of this folder share: the labelled CIFAR-10 networks, and the `hone` command on them."""
import json
import os
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Tests" / "Oracle"))
import zoo  # noqa: E402

MODELS = pathlib.Path(os.environ.get("HONE_MODELS", ROOT.parent / "shared"))


class Network:
    """A float model with its training and test images, as the command is given them."""

    def __init__(self, name, hone):
        self.name, self.hone = name, hone
        self.path = MODELS / "models" / "float" / f"{name}.onnx"
        self.source = zoo.source(self.path)
        data = MODELS / "data"
        self.train, self.test = data / self.source.calibration, data / self.source.data
        self.labels = data / self.source.labels
        self.preparation = self.source.arguments()

    def command(self, name, *arguments):
        """Runs `hone NAME ... --json`, and gives what it printed."""
        result = subprocess.run([str(self.hone), name, *map(str, arguments), "--json"], capture_output=True, text=True)
        if result.returncode != 0:
            sys.exit(f"hone {name}: {result.stderr.strip()}")
        return json.loads(result.stdout)

    def prune(self, target, *options):
        return self.command("prune", self.path, "--data", self.train, *self.preparation, *options, "-o", target)

    def quantize(self, model, target, *options):
        return self.command("quantize", model, "--data", self.train, *self.preparation, *options, "-o", target)

    def evaluate(self, model):
        """On all test images, with the drop against the float model in percentage points and its interval."""
        return self.command("evaluate", model, "--data", self.test, "--labels", self.labels, "--reference", self.path,
                            *self.preparation)


def networks(hone):
    """Every CIFAR-10 network with labels that is there."""
    paths = sorted((MODELS / "models" / "float").glob("*_cifar10.onnx"))
    if not paths:
        sys.exit(f"there are no CIFAR-10 networks in {MODELS} (HONE_MODELS)")
    return [Network(path.stem, hone) for path in paths]


def table(rows, left=1):
    """Rows of text in columns, so many to the left and all others to the right."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return ["  ".join(cell.ljust(width) if column < left else cell.rjust(width) for column, (cell, width) in enumerate(
        zip(row, widths))).rstrip() for row in rows]

#!/usr/bin/env python3
"""Float models without half of their multiply-accumulates, `hone prune --pattern channel --macs 0.5`: how much faster ONNX Runtime
runs them, whether their outputs are finite and as before in shape, and what of their accuracy is left.

    channels.py --hone HONE [--models FOLDER] [--macs 0.5] [--only NAME,...] [--results FOLDER]

Original and pruned file take turns in one process, one thread; medians. FOLDER (HONE_MODELS, default ../shared) has the models;
nothing is chosen for any of them.
"""
import argparse
import importlib.metadata
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np
import onnxruntime

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(HERE.parent / "peers"), str(ROOT / "Tests" / "Oracle")]
import zoo  # noqa: E402
from compare import processor  # noqa: E402
from figures import Figures  # noqa: E402

SAMPLES = 512
WANTED = 1.6
TURN, ROUNDS = 0.05, 24
BATCHES = (1, 16)


def session(path):
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def interleaved(runs):
    """The median milliseconds of each of the functions, in turns of at least 50 ms; a turn's first run is not timed."""
    samples = [[] for _ in runs]
    for number in range(ROUNDS):
        for position in ([0, 1] if number % 2 == 0 else [1, 0]):
            runs[position]()
            end = time.perf_counter() + TURN
            while True:
                start = time.perf_counter()
                if start >= end:
                    break
                runs[position]()
                samples[position].append(1e3 * (time.perf_counter() - start))
    return [statistics.median(values) for values in samples]


class Network:
    def __init__(self, path, models):
        self.path, self.source = path, zoo.source(path)
        if self.source:
            data = models / "data"
            self.samples = zoo.model_values(data, self.source, calibration=True)[:SAMPLES]
            self.images = zoo.model_values(data, self.source)
            self.truth = zoo.labels(data, self.source) if self.source.labels else None
        else:
            self.samples = self.images = zoo.synthetic_inputs(path, models)[0]
            self.truth = None

    def pruned(self, options, folder):
        """(file, what Hone says of it), or the reason why there is none."""
        target, data = folder / "pruned.onnx", folder / "samples.npy"
        np.save(data, self.samples)
        command = [options.hone, "prune", self.path, "--data", data, "--layout", "NCHW", "--samples", len(self.samples), "--pattern",
                   "channel", "--macs", options.macs, "-o", target, "--json"]
        done = subprocess.run([str(part) for part in command if not (part in ("--layout", "NCHW") and self.samples.ndim != 4)],
                              capture_output=True, text=True)
        if done.returncode != 0:
            return None, done.stderr.strip().splitlines()[-1]
        return target, json.loads(done.stdout)

    def outputs(self, path):
        batch = self.source.batch if self.source else len(self.images)
        return zoo.ort_batches(path, self.images, batch)

    def timed(self, target):
        """By batch: (milliseconds of the original, of the pruned model)."""
        original, pruned = session(self.path), session(target)
        name, shape = original.get_inputs()[0].name, original.get_inputs()[0].shape
        result = {}
        for batch in BATCHES if not isinstance(shape[0], int) else (shape[0],):
            feed = {name: np.ascontiguousarray(np.resize(self.images, (batch, *self.images.shape[1:])))}
            result[batch] = interleaved([lambda: original.run(None, feed), lambda: pruned.run(None, feed)])
        return result


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--hone", type=pathlib.Path, required=True)
    parser.add_argument("--models", type=pathlib.Path, default=pathlib.Path(os.environ.get("HONE_MODELS", "../shared")))
    parser.add_argument("--macs", default="0.5")
    parser.add_argument("--only", default="", help="names that the models' files begin with")
    parser.add_argument("--results", type=pathlib.Path, help="where pruning-channels.json and pruning-channels.txt go")
    options = parser.parse_args()
    options.hone = options.hone.resolve()
    paths = sorted((options.models / "models" / "float").glob("*.onnx"))
    if not paths:
        sys.exit(f"there are no models in {options.models} (HONE_MODELS)")
    figures, results = Figures(), {}
    lines = [f"hone prune --pattern channel --macs {options.macs}, run by ONNX Runtime {onnxruntime.__version__}, 1 thread, "
             f"{processor()}", ""]
    rows = [("", "MACs left", *(f"{what}, batch {batch}" for batch in BATCHES for what in ("ms", "pruned", "times")),
             "top-1", "pruned", "finite")]
    for path in paths:
        if not path.stem.startswith(tuple(options.only.split(","))):
            continue
        network = Network(path, options.models)
        with tempfile.TemporaryDirectory() as folder:
            target, said = network.pruned(options, pathlib.Path(folder))
            if target is None:
                lines.append(f"{path.stem}: {said}")
                results[path.stem] = {"refused": said}
                continue
            before, after = network.outputs(path), network.outputs(target)
            assert before.shape == after.shape, f"{path.stem}: {before.shape} became {after.shape}"
            finite, times = bool(np.isfinite(after).all()), network.timed(target)
            work = [multiply_accumulates(options.hone, file) for file in (path, target)]
        cells = []
        for batch in BATCHES:
            if batch not in times:
                cells += ["", "", ""]
                continue
            original, pruned = times[batch]
            cells += [f"{original:.3f}", f"{pruned:.3f}", f"{original / pruned:.2f}x"]
            figures.at_least(4, f"{path.stem}, batch {batch}, times as fast", original / pruned, WANTED)
        top1 = [100 * float(np.mean(zoo.top1(outputs) == network.truth)) for outputs in (before, after)] \
            if network.truth is not None else None
        rows.append((path.stem, f"{100 * work[1] / work[0]:.1f} %" if all(work) else "", *cells, *([f"{value:.2f} %" for value in top1] if top1 else ["", ""]),
                     "yes" if finite else "NO"))
        results[path.stem] = {"multiply_accumulates": work, "ms": {str(batch): pair for batch, pair in times.items()}, "top1": top1, "finite": finite, "hone": said}
    if len(rows) == 1:
        sys.exit("\n".join(lines + ["nothing was pruned"]))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        lines.append("  ".join([row[0].ljust(widths[0]), *(
            cell.rjust(width) for cell, width in zip(row[1:], widths[1:]))]).rstrip())
    lines += ["", figures.summary()]
    print("\n".join(lines))
    if options.results:
        options.results.mkdir(parents=True, exist_ok=True)
        (options.results / "pruning-channels.txt").write_text("\n".join(lines) + "\n")
        (options.results / "pruning-channels.json").write_text(json.dumps({
            "processor": processor(), "versions": {"onnxruntime": importlib.metadata.version("onnxruntime")}, "macs": options.macs,
            "models": results, "figures": figures.rows}, indent=1) + "\n")


def multiply_accumulates(hone, path):
    """For one image; None where sizes are open."""
    found = subprocess.run([str(hone), "inspect", str(path), "--json"], check=True, capture_output=True, text=True)
    return json.loads(found.stdout).get("multiplyAccumulates")


if __name__ == "__main__":
    main()

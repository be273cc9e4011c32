#!/usr/bin/env python3
"""How much faster zeros make int8 networks: Hone at rising sparsity beside its own dense latency and OpenVINO's, interleaved.

    latency.py --hone HONE --models FOLDER --results FOLDER [--rounds N] [--seconds S] [--only blocks,patterns,opencl]

FOLDER has the dense int8 files that `Benchmarks/pruning/run` made. Masks come from a seed or from magnitudes, without a fit: they
are good for time, not for accuracy. Three tables:

blocks    zero blocks of 16 outputs x 4 inputs at 50, 75 and 90 %: latency, times as fast as dense, and as OpenVINO dense
patterns  zeros in patterns of other tools: how many blocks are empty in the file and as the runtime packs them, and the time
opencl    what an OpenCL device keeps of blocks, bytes and multiply-accumulates at those levels (counts, no times)
"""
import argparse
import importlib.metadata
import json
import math
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import onnx
from onnx import numpy_helper

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path[:0] = [str(HERE), str(HERE.parent / "peers")]
import masks  # noqa: E402
from compare import processor  # noqa: E402
from contenders import Contender, hone, peer, take_turns  # noqa: E402
from figures import Figures  # noqa: E402

NETWORKS = ["resnet50", "resnet20_cifar10", "resnet8_cifar10"]
SIZES = {"resnet50": 224}
LEVELS = (50, 75, 90)
WANTED = {50: 1.7, 75: 3.0, 90: 4.8}  # times as fast as dense, ResNet-50
PATTERNS = [("1x1", 90), ("1x4", 75), ("1x4", 90), ("4x1", 75), ("4x1", 90), ("4x4", 50), ("4x4", 75), ("4x4", 90), ("8x4", 50)]
OFF = {"HONE_REPACKING": "off"}


class Latency:
    def __init__(self, options, folder):
        self.options, self.folder = options, folder
        self.figures, self.results, self.lines = Figures(), {}, []
        self.networks = [name for name in NETWORKS if self.dense(name).exists()]

    def say(self, text=""):
        print(text, flush=True)
        self.lines.append(text)

    def table(self, rows):
        widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
        for row in rows:
            self.say("  ".join([row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:]))]).rstrip())
        self.say()

    def dense(self, network):
        return self.options.models / f"{network}_int8.onnx"

    def masked(self, network, pattern, percent, by="random"):
        path = self.folder / f"{network}-{pattern}-{percent}-{by}.onnx"
        if not path.exists():
            model = onnx.load(self.dense(network))
            masks.mask(model, pattern, percent / 100, by)
            onnx.save(model, path)
        return path

    def hone(self, path, label, variables=None):
        options = self.options
        if variables is None:
            return hone(options.hone, path, 1, 1, options.seconds, name=label)
        return Contender(label, [str(options.hone), "benchmark", str(path), "--interactive", "--device", "cpu", "--threads", "1",
                                 "--batch", "1", "--seconds", str(options.seconds)], variables)

    def turns(self, contenders, rounds=None):
        return {name: value["median_ms"] for name, value in take_turns(contenders, rounds or self.options.rounds).items()}

    def blocks(self):
        self.say("Zero blocks of 16 outputs x 4 inputs, int8, 1 thread, batch 1; the first convolution and products dense")
        rows = [("", "zero", "ms", "against dense", "against OpenVINO dense", "against ONNX Runtime dense")]
        results = self.results["blocks"] = {}
        for network in self.networks:
            contenders = [self.hone(self.dense(network), "hone 0 %")] + [
                self.hone(self.masked(network, "16x4", level), f"hone {level} %") for level in LEVELS]
            contenders += [peer(engine, self.dense(network), 1, 1, self.options.seconds) for engine in ("openvino", "onnxruntime")]
            ms = results[network] = self.turns(contenders)
            for level in (0, *LEVELS):
                found = ms[f"hone {level} %"]
                rows.append((network, f"{level} %", f"{found:.3f}", f"{ms['hone 0 %'] / found:.2f}x",
                             f"{ms['openvino'] / found:.2f}x", f"{ms['onnxruntime'] / found:.2f}x"))
            for engine in ("openvino", "onnxruntime"):
                rows.append((network, f"{engine}, dense", f"{ms[engine]:.3f}", "", "", ""))
            if network == "resnet50":
                for level, bound in WANTED.items():
                    self.figures.at_least(2, f"resnet50 int8, {level} % zero, against dense", ms["hone 0 %"] / ms[f"hone {level} %"],
                                          bound)
        self.table(rows)

    def patterns(self):
        self.say("Zeros in other patterns: the share of blocks (16 outputs x 4 inputs) that are empty, each counted as often as it is "
                 "run, in the file and after channels were reordered at load; times as fast as dense")
        rows = [("", "pattern", "zero", "masks", "empty in the file", "as packed", "against dense", "... in the file's order")]
        results = self.results["patterns"] = []
        for network in self.networks[:2]:
            for by in ("random", "magnitude"):
                for pattern, percent in PATTERNS:
                    path = self.masked(network, pattern, percent, by)
                    empty = {name: 1 - kept["kept_macs"] / kept["possible_macs"]
                             for name, kept in (("file", self.counts(path, "cpu", OFF)), ("packed", self.counts(path, "cpu", {})))}
                    ms = self.turns([self.hone(self.dense(network), "dense"), self.hone(path, "packed"),
                                     self.hone(path, "file", OFF)], max(3, self.options.rounds // 2))
                    rows.append((network, pattern, f"{percent} %", by, f"{100 * empty['file']:.1f} %", f"{100 * empty['packed']:.1f} %",
                                 f"{ms['dense'] / ms['packed']:.2f}x", f"{ms['dense'] / ms['file']:.2f}x"))
                    results.append({"network": network, "pattern": pattern, "percent": percent, "masks": by, "empty": empty, "ms": ms})
                    path.unlink()
        self.table(rows)

    def counts(self, path, device, variables):
        """Blocks, bytes and multiply-accumulates of all layers that have blocks, from the plan for one image."""
        side = SIZES.get(path.name.partition("-")[0].removesuffix("_int8.onnx"), 32)
        command = [*self.options.opencl, str(self.options.hone)] if device != "cpu" else [str(self.options.hone)]
        shown = subprocess.run([*command, "inspect", str(path), "--plan", "--json", "--device", device, "--shape",
                                f"{self.input(path)}=1x3x{side}x{side}"], check=True, capture_output=True, text=True,
                               env={**os.environ, **variables})
        total = dict.fromkeys(("kept", "possible", "bytes", "kept_macs", "possible_macs"), 0)
        for step in json.loads(shown.stdout)["plan"]["steps"]:
            found = re.search(r"(\d+) of (\d+) blocks(?: in (\d+) bytes)?", step["detail"] or "")
            if not found:
                continue
            kept, possible, size = (int(text or 0) for text in found.groups())
            shape = [int(text) for text in re.findall(r"\d+", step["outputs"][0]["type"].partition("[")[2])]
            pixels = math.prod(shape[2:])
            for key, value in (("kept", kept), ("possible", possible), ("bytes", size or 64 * kept),
                               ("kept_macs", 64 * kept * pixels), ("possible_macs", 64 * possible * pixels)):
                total[key] += value
        return total

    def input(self, path):
        return onnx.load(path, load_external_data=False).graph.input[0].name

    def opencl(self):
        device = "opencl:0"
        try:
            subprocess.run([*self.options.opencl, str(self.options.hone), "devices"], check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError):
            self.say("No OpenCL driver is installed (make deps-test): no counts for OpenCL")
            return
        self.say("What an OpenCL device keeps for one image: blocks of 16 x 4 weights, bytes of weights and places, and multiply-"
                 "accumulates of the kept blocks (portable kernels; tensor cores take two or four groups of outputs at a time, and "
                 "a block where any of them has one)")
        rows = [("", "zero", "blocks", "of", "KiB", "million MACs", "of those at 0 %")]
        results = self.results["opencl"] = {}
        for network in self.networks:
            results[network] = {}
            for level in (0, *LEVELS):
                kept = self.counts(self.dense(network) if level == 0 else self.masked(network, "16x4", level), device, {})
                results[network][level] = kept
                rows.append((network, f"{level} %", f"{kept['kept']:,}", f"{kept['possible']:,}", f"{kept['bytes'] / 1024:,.0f}",
                             f"{kept['kept_macs'] / 1e6:,.1f}",
                             f"{100 * kept['kept_macs'] / results[network][0]['kept_macs']:.1f} %"))
        self.table(rows)

    def write(self):
        folder = self.options.results
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "pruning-latency.txt").write_text("\n".join(self.lines).rstrip() + "\n")
        (folder / "pruning-latency.json").write_text(json.dumps({
            "processor": processor(), "rounds": self.options.rounds, "seconds_a_turn": self.options.seconds,
            "versions": {name: importlib.metadata.version(name) for name in ("onnxruntime", "openvino")},
            "figures": self.figures.rows, **self.results}, indent=1) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hone", type=pathlib.Path, required=True)
    parser.add_argument("--models", type=pathlib.Path, required=True)
    parser.add_argument("--results", type=pathlib.Path, required=True)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=0.3)
    parser.add_argument("--only", default="blocks,patterns,opencl")
    options = parser.parse_args()
    options.hone = options.hone.resolve()
    options.opencl = [str(ROOT / ".ci" / "opencl-env"), "pocl"]
    with tempfile.TemporaryDirectory() as folder:
        latency = Latency(options, pathlib.Path(folder))
        latency.say(f"{processor()}, {options.rounds} rounds of {options.seconds} s; medians")
        missing = [name for name in NETWORKS if name not in latency.networks]
        if missing:
            latency.say(f"Not there, and left out: {', '.join(missing)} (HONE_MODELS)")
        latency.say()
        for group in options.only.split(","):
            getattr(latency, group)()
        if latency.figures.rows:
            latency.say(latency.figures.table())
            latency.say(latency.figures.summary())
        if options.only == parser.get_default("only"):
            latency.write()


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""Measures Hone beside ONNX Runtime and OpenVINO, interleaved, and prints one table with the figures it is held to.

Each group of contenders loads its models, then takes turns of SECONDS for ROUNDS rounds. Latencies are medians over all
turns. Lines are those of the list of figures in Benchmarks/README.md.
"""
import argparse
import datetime
import importlib.metadata
import json
import pathlib
import platform
import re
import subprocess

from contenders import hone, peer, take_turns
from figures import Figures

MEBIBYTE = 1 << 20
THREE_BY_THREE, ONE_BY_ONE, PRODUCTS = 95.0, 90.0, 95.0


class Comparison:
    def __init__(self, options):
        self.options, self.figures, self.results = options, Figures(), {}

    def model(self, name):
        return self.options.models / f"{name}.onnx"

    def hone(self, name, threads=1, batch=1, isa=None, label="hone"):
        return hone(self.options.hone, self.model(name), threads, batch, self.options.seconds, isa,
                    self.options.device, label)

    def peers(self, name, threads=1, batch=1):
        return [peer(engine, self.model(name), threads, batch, self.options.seconds)
                for engine in ("openvino", "onnxruntime")]

    def turns(self, title, contenders):
        found = self.results[title] = take_turns(contenders, self.options.rounds)
        medians = {name: value["median_ms"] for name, value in found.items()}
        print(f"{title}: " + ", ".join(f"{name} {value:.3f} ms" for name, value in medians.items()), flush=True)
        return medians

    def against_peers(self, line, name, threads, batch, openvino=None, onnxruntime=None):
        title = f"{name}, {threads} thread{'s' * (threads > 1)}, batch {batch}"
        ms = self.turns(title, [self.hone(name, threads, batch)] + self.peers(name, threads, batch))
        note = ", ".join(f"{key} {value:.2f}" for key, value in ms.items()) + " ms"
        if openvino:
            self.figures.at_most(line, f"{title} / OpenVINO", ms["hone"] / ms["openvino"], openvino, note=note)
        if onnxruntime:
            self.figures.at_most(line, f"{title} / ONNX Runtime", ms["hone"] / ms["onnxruntime"], onnxruntime)

    def dense(self):
        for threads in self.options.threads:
            self.against_peers(1, "resnet50_int8", threads, 1, 0.92, 0.85)
            self.against_peers(1, "mobilenetv2_int8", threads, 1, 0.95)
            self.against_peers(1, "resnet18_int8", threads, 1, 0.95)
            self.against_peers(1, "vgg16_int8", threads, 1, 1.0)
            self.against_peers(1, "resnet50_int8", threads, 8, 0.95)

    def sparse(self):
        names = {share: f"resnet50_int8_zero{share}" for share in (5, 50, 75, 90)}
        contenders = [self.hone(name, label=f"hone {share} %") for share, name in names.items()]
        ms = self.turns("resnet50_int8, block-sparse", contenders + [
            self.hone("resnet50_int8"), peer("openvino", self.model("resnet50_int8"), 1, 1, self.options.seconds)])
        for share, bound in ((50, 1.7), (75, 3.0), (90, 5.0)):
            found = ms[f"hone {share} %"]
            self.figures.at_least(2, f"resnet50_int8 {share} % zero, against OpenVINO dense", ms["openvino"] / found,
                                  bound, note=f"{found:.2f} ms, {ms['hone'] / found:.2f}x as fast as dense")
        self.figures.at_most(2, "resnet50_int8 5 % zero / dense", ms["hone 5 %"] / ms["hone"], 1.0)

    def layers(self):
        """Every layer of ResNet-50 and products alone; a layer's share of the peak leaves the graph's ends out."""
        runs = self.command("conv", "--sizes", str(self.options.shapes / "resnet50.txt"))
        sizes = {}
        for text in (self.options.shapes / "resnet50.txt").read_text().splitlines():
            if text and not text.startswith("#"):
                fields = text.split()
                sizes[fields[0]] = (int(fields[1]), int(fields[5]))
        for run in runs:
            channels, kernel = sizes[run["name"]]
            layer = max(run["layers"], key=lambda entry: entry["gops"] or 0)
            what = f"convolution {run['name']}, share of the peak"
            note = f"{layer['gops']:.0f} GOP/s, the peak at best {run['peak_gops']:.0f}"
            if kernel == 3:
                self.figures.at_least(3, what, layer["percent_of_peak"], THREE_BY_THREE, "%", note)
            elif kernel == 1 and channels >= 128:
                self.figures.at_least(3, what, layer["percent_of_peak"], ONE_BY_ONE, "%", note)
        for run in self.command("gemm"):
            self.figures.at_least(3, f"product {run['name']}, share of the peak", run["percent_of_peak"], PRODUCTS, "%",
                                  f"{run['gops']:.0f} GOP/s, the peak at best {run['peak_gops']:.0f}")

    def command(self, *arguments):
        command = [str(self.options.hone), "benchmark", *arguments, "--device", self.options.device, "--threads", "1",
                   "--seconds", str(self.options.seconds), "--json"]
        runs = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)["runs"]
        kept = ("name", "latency_ms", "gops", "percent_of_peak", "peak_gops")
        self.results[arguments[0]] = [
            {**{key: run[key] for key in kept}, "layers": run["layers"]} for run in runs]
        return runs

    def float32(self):
        ms = self.turns("resnet50, float32", [
            self.hone("resnet50"), self.hone("resnet50_zero75", label="hone 75 %")] + self.peers("resnet50"))
        fastest = min(ms["openvino"], ms["onnxruntime"])
        note = ", ".join(f"{key} {value:.2f}" for key, value in ms.items()) + " ms"
        self.figures.at_most(4, "resnet50 float32 / the faster peer", ms["hone"] / fastest, 1.0, note=note)
        self.figures.at_least(4, "resnet50 float32, 75 % zero, against dense", ms["hone"] / ms["hone 75 %"], 2.8)

    def narrow(self):
        """AVX2 alone. OpenVINO's products saturate there, Hone's do not."""
        title = "resnet50_int8, AVX2"
        ms = self.turns(title, [
            self.hone("resnet50_int8", isa="avx2"),
            peer("openvino", self.model("resnet50_int8"), 1, 1, self.options.seconds, isa="AVX2")])
        found = self.results[title]["hone"]
        self.figures.at_least(5, "resnet50_int8 with AVX2, speed against OpenVINO's", ms["openvino"] / ms["hone"], 0.8,
                              note=f"{ms['hone']:.2f} and {ms['openvino']:.2f} ms; {found['gops']:.0f} GOP/s, "
                              f"{found['percent_of_peak']:.0f} % of its peak")

    def scaling_and_memory(self):
        if 2 in self.options.threads:
            ms = self.turns("resnet50_int8, 1 and 2 threads", [
                self.hone("resnet50_int8"), self.hone("resnet50_int8", threads=2, label="hone 2 threads")])
            self.figures.at_least(6, "resnet50_int8, two threads against one", ms["hone"] / ms["hone 2 threads"], 1.85)
        else:
            self.figures.skip(6, "resnet50_int8, two threads against one", "one thread only")
        title = "resnet50_int8, one session"
        self.turns(title, [self.hone("resnet50_int8")])
        found = self.results[title]["hone"]
        memory = found["memory"]
        if memory["running_resident_bytes"] is not None:
            weights = memory.get("packed_bytes") or memory["constant_bytes"]
            running, peak = memory["running_resident_bytes"] / MEBIBYTE, memory["loaded_peak_bytes"] / MEBIBYTE
            bound = 1.3 * (weights + memory["arena_bytes"]) / MEBIBYTE + 25
            self.figures.at_most(6, "resnet50_int8, memory of a loaded session", running, bound, "MiB")
            file = self.model("resnet50_int8").stat().st_size / MEBIBYTE
            self.figures.at_most(6, "resnet50_int8, peak memory while loading", peak, 2.5 * file + 40, "MiB")
        self.figures.at_most(6, "resnet50_int8, load", found["load_ms"], 500, "ms")
        self.figures.at_most(6, "resnet50_int8, first run / median", found["first_run_ms"] / found["median_ms"], 2.0)


def processor():
    try:
        match = re.search(r"^model name\s*:\s*(.+)$", pathlib.Path("/proc/cpuinfo").read_text(), re.M)
        return match[1].strip() if match else platform.machine()
    except OSError:
        return platform.machine()


def write(comparison, folder):
    """The results as JSON, named after the day and the processor; neither the machine's name nor a path is in it."""
    day = datetime.date.today().isoformat()
    name = re.sub(r"[^a-z0-9]+", "-", processor().lower()).strip("-")
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{day}-{name}.json"
    document = {
        "date": day, "processor": processor(), "threads": comparison.options.threads,
        "versions": {name: importlib.metadata.version(name) for name in ("onnxruntime", "openvino")},
        "rounds": comparison.options.rounds, "seconds_a_turn": comparison.options.seconds,
        "figures": comparison.figures.rows, "measurements": comparison.results}
    path.write_text(json.dumps(document, indent=1) + "\n")
    return path


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--hone", type=pathlib.Path, required=True)
    parser.add_argument("--models", type=pathlib.Path, required=True)
    parser.add_argument("--shapes", type=pathlib.Path, required=True)
    parser.add_argument("--results", type=pathlib.Path, required=True)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--threads", type=lambda text: [int(part) for part in text.split(",")], default=[1, 2])
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--seconds", type=float, default=0.3)
    parser.add_argument("--only", help="groups to run, separated by commas")
    options = parser.parse_args()
    comparison = Comparison(options)
    groups = {"dense": comparison.dense, "sparse": comparison.sparse, "layers": comparison.layers,
              "float32": comparison.float32, "avx2": comparison.narrow, "memory": comparison.scaling_and_memory}
    chosen = options.only.split(",") if options.only else list(groups)
    for group in chosen:
        groups[group]()
    print(f"\n{comparison.figures.table()}\n\n{comparison.figures.summary()}")
    if not options.only and options.device == "cpu":
        print(f"written: {write(comparison, options.results).name}")


if __name__ == "__main__":
    main()

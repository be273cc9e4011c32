#!/usr/bin/env python3
"""What pruning costs without training: top-1 of the CIFAR-10 networks at int8, by what is done about it.

    accuracy.py --hone HONE [--results FOLDER] [--pattern 16x4] [--levels 0.25,0.5,0.75] [--only NAME,...]

Each level is pruned in several ways: masks by magnitude; by the Hessian, also with permuted channels; the refit of what is kept;
rounds of rising sparsity; exact elimination in place of both; and last shares by what each layer can bear. Every file is then quantized by recipe `balanced` and
evaluated by Hone on all test images. Pruning and quantizing read training images; drops are paired, against the float model.
"""
import argparse
import json
import pathlib
import platform
import sys
import tempfile

from networks import ROOT, networks, table

ALONE = ["--uniform", "--no-permutation"]
WAYS = {
    "magnitude": ["--score", "magnitude", "--no-refit", "--schedule", "constant", *ALONE],
    "hessian": ["--score", "hessian", "--no-refit", "--schedule", "constant", *ALONE],
    "hessian permuted": ["--score", "hessian", "--no-refit", "--schedule", "constant", "--uniform"],
    "hessian + refit": ["--score", "hessian", "--schedule", "constant", *ALONE],
    "hessian + refit + rounds": ["--score", "hessian", *ALONE],
    "elimination + refit": ["--uniform"],
    "elimination + refit + allocation": [],
}


def row(network, way, level, pruned, target, report):
    found = network.evaluate(target)
    return {
        "way": way, "sparsity": level, "top1": found["accuracy"]["top1"], "drop": found["dropPercentagePoints"],
        "drop95": found["drop95"], "seconds": pruned and pruned["seconds"], "density": pruned and pruned["density"],
        "pruned_blocks": pruned and pruned["totalSparsity"], "bytes": report["outputBytes"],
        "compressed_bytes": report["outputCompressedBytes"]}


def measured(network, pattern, levels, ways, folder):
    target = folder / "dense.onnx"
    rows = [row(network, "dense", 0, None, target, network.quantize(network.path, target, "--recipe", "balanced"))]
    for level in levels:
        for way in ways:
            pruned, quantized = folder / "pruned.onnx", folder / "int8.onnx"
            report = network.prune(pruned, "--pattern", pattern, "--sparsity", level, *WAYS[way])
            made = network.quantize(pruned, quantized, "--recipe", "balanced")
            rows.append(row(network, way, level, report, quantized, made))
            print(f"{network.name} {level} {way}: {rows[-1]['top1']:.2f} %", file=sys.stderr)
    return rows


def lines(name, rows, top1):
    yield f"{name}: {top1:.2f} % in float"
    cells = [("", "blocks zero", "int8", "drop", "95 % interval", "prune", "compressed")]
    for one in rows:
        pruned = one["seconds"] is not None
        low, high = one["drop95"]
        cells.append((
            one["way"], f"{100 * one['pruned_blocks']:.1f} %" if pruned else "", f"{one['top1']:.2f} %",
            f"{one['drop']:+.2f} pp", f"{low:+.2f} .. {high:+.2f}", f"{one['seconds']:.1f} s" if pruned else "",
            f"{one['compressed_bytes'] / 1024:.1f} KiB"))
    yield from (f"  {line}" for line in table(cells))
    yield ""


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--hone", type=pathlib.Path, default=ROOT / ".build" / "release" / "hone")
    parser.add_argument("--results", type=pathlib.Path, help="where pruning.json and pruning.txt go")
    parser.add_argument("--pattern", default="16x4")
    parser.add_argument("--levels", default="0.25,0.5,0.75")
    parser.add_argument("--ways", default=",".join(WAYS), help="rows, of: " + ", ".join(WAYS))
    parser.add_argument("--only", default="", help="names that the models' files begin with")
    options = parser.parse_args()
    levels, ways = [float(level) for level in options.levels.split(",")], options.ways.split(",")
    text = [f"Top-1 of models pruned in blocks of {options.pattern} without training, then quantized (recipe balanced), on all test images.",
            "Each row says what chose the blocks and what makes up for them; drops are against the dense float model.", ""]
    results = {}
    for network in networks(options.hone.resolve()):
        if not network.name.startswith(tuple(options.only.split(","))):
            continue
        with tempfile.TemporaryDirectory() as folder:
            rows = measured(network, options.pattern, levels, ways, pathlib.Path(folder))
        top1 = network.evaluate(network.path)["accuracy"]["top1"]
        results[network.name] = {"top1": top1, "rows": rows}
        text += lines(network.name, rows, top1)
    print("\n".join(text))
    if options.results:
        options.results.mkdir(parents=True, exist_ok=True)
        (options.results / "pruning.txt").write_text("\n".join(text))
        (options.results / "pruning.json").write_text(json.dumps({
            "pattern": options.pattern, "machine": platform.machine(), "models": results}, indent=1) + "\n")


if __name__ == "__main__":
    main()

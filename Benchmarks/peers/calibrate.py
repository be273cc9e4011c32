#!/usr/bin/env python3
"""Calibration of ResNet-50 by Hone and by ONNX Runtime's calibrators, in one run: seconds and peak memory of whole processes.

    calibrate.py --hone HONE --models FOLDER [--samples 32] [--threads 2] [--rounds 3] [--results FILE.json]

Every contender reads the same images from the same file. Beside them, Hone's float forward passes alone: the same images
through `hone benchmark`. Last, Hone with sixteen times as many samples: its memory must stay as it was.
"""
import argparse
import json
import os
import pathlib
import resource
import statistics
import subprocess
import sys
import tempfile
import time

import numpy as np

METHODS = ["Entropy", "MinMax", "Percentile"]


def onnxruntime(model, data, method, threads):
    """The body of a process of its own: collects the ranges of every tensor."""
    import onnxruntime as ort
    from onnxruntime.quantization import CalibrationDataReader, CalibrationMethod
    from onnxruntime.quantization.calibrate import create_calibrator

    images = np.load(data)

    class Reader(CalibrationDataReader):
        def __init__(self):
            self.rows = iter(images)

        def get_next(self):
            row = next(self.rows, None)
            return None if row is None else {"input": row[None]}

    class Session(ort.InferenceSession):
        """With as many threads as the others have."""

        def __init__(self, path, sess_options=None, **options):
            sess_options = sess_options or ort.SessionOptions()
            sess_options.intra_op_num_threads = threads
            super().__init__(path, sess_options=sess_options, **options)

    ort.InferenceSession = Session
    with tempfile.TemporaryDirectory() as folder:
        calibrator = create_calibrator(
            model, None, augmented_model_path=f"{folder}/augmented.onnx",
            calibrate_method=getattr(CalibrationMethod, method))
        calibrator.set_execution_providers(["CPUExecutionProvider"])
        calibrator.collect_data(Reader())
        ranges = calibrator.compute_data()
    print(len(ranges.keys() if hasattr(ranges, "keys") else ranges.data))


def measured(command, **options):
    """(seconds, peak MiB, standard output) of a process."""
    before = time.perf_counter()
    with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as errors:
        process = subprocess.Popen(command, stdout=output, stderr=errors, **options)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - before
        output.seek(0), errors.seek(0)
        if status != 0:
            raise SystemExit(f"{' '.join(map(str, command))}: status {status}: {errors.read().strip()}")
        return seconds, usage.ru_maxrss / 1024, output.read()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--hone", required=True)
    parser.add_argument("--models", required=True)
    parser.add_argument("--samples", type=int, default=32)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--results")
    parser.add_argument("--body", nargs=4, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.body:
        model, data, method, threads = arguments.body
        return onnxruntime(model, data, method, int(threads))

    model, threads = pathlib.Path(arguments.models) / "resnet50.onnx", str(arguments.threads)
    with tempfile.TemporaryDirectory() as folder:
        generator = np.random.default_rng(1)
        few, many = pathlib.Path(folder) / "few.npy", pathlib.Path(folder) / "many.npy"
        images = generator.normal(size=(arguments.samples, 3, 224, 224)).astype(np.float32)
        np.save(few, images)
        np.save(many, np.tile(images, (16, 1, 1, 1)))

        def hone(data, count):
            return [arguments.hone, "calibrate", model, "--data", data, "--layout", "NCHW", "--samples", str(count),
                    "--device", "cpu", "--threads", threads, "-o", f"{folder}/record.cal", "--json"]

        contenders = {"hone": hone(few, arguments.samples)}
        for method in METHODS:
            contenders[f"onnxruntime {method}"] = [
                sys.executable, __file__, "--hone", "-", "--models", "-", "--body", str(model), str(few), method, threads]
        times = {name: [] for name in contenders}
        memory, forward = dict.fromkeys(contenders, 0.0), []
        for number in range(arguments.rounds):
            # They take turns, so that a change of the machine's speed hits all alike; slow ones fewer.
            for name, command in contenders.items():
                if number > 0 and times[name][0] > 10:
                    continue
                seconds, peak, _ = measured(command)
                times[name].append(seconds)
                memory[name] = max(memory[name], peak)
            _, _, text = measured([
                arguments.hone, "benchmark", model, "--device", "cpu", "--threads", threads, "--runs",
                str(arguments.samples), "--json"])
            forward.append(json.loads(text)["runs"][0]["latency_ms"]["median"] / 1e3 * arguments.samples)
        flat = measured(hone(many, 16 * arguments.samples))

    medians = {name: statistics.median(values) for name, values in times.items()}
    passes = statistics.median(forward)
    print(f"ResNet-50, {arguments.samples} images of 224 x 224, {threads} threads; whole processes, medians")
    for name, seconds in medians.items():
        print(f"{name:<24} {seconds:7.2f} s  {memory[name]:7.0f} MiB  {seconds / medians['hone']:5.1f} x hone's time")
    print(f"{'hone, forward passes':<24} {passes:7.2f} s")
    print(f"{'hone, ' + str(16 * arguments.samples) + ' images':<24} {flat[0]:7.2f} s  {flat[1]:7.0f} MiB")
    ratio = medians["hone"] / passes
    checks = [
        ("as fast as onnxruntime Entropy, times", medians["onnxruntime Entropy"] / medians["hone"], 8, True),
        ("of the float forward passes, times", ratio, 1.2, False),
        ("peak memory, MiB", memory["hone"], 450, False),
        ("memory with 16 times the samples, times", flat[1] / memory["hone"], 1.05, False),
    ]
    held = 0
    for what, value, bound, at_least in checks:
        holds = value >= bound if at_least else value <= bound
        held += holds
        print(f"{'holds ' if holds else 'MISSES'}  {what}: {value:.2f} ({'at least' if at_least else 'at most'} {bound})")
    print(f"{held} of {len(checks)} figures hold")
    if arguments.results:
        pathlib.Path(arguments.results).write_text(json.dumps({
            "samples": arguments.samples, "threads": arguments.threads, "seconds": times, "forward_seconds": forward,
            "peak_mib": memory, "many": {"seconds": flat[0], "peak_mib": flat[1]},
        }, indent=1) + "\n")


if __name__ == "__main__":
    main()

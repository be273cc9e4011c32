#!/usr/bin/env python3
"""Times a model in another runtime on demand, as `hone benchmark --interactive` times it in Hone.

    peer.py onnxruntime|openvino MODEL THREADS BATCH SECONDS

Loads the model, answers one line of JSON, and waits: for every line "go" it runs the model once untimed, then for
SECONDS, and answers {"samples_ms": [...]}. The input is one array that stays where it is; dimensions that the model leaves
open are 224, the first one BATCH.
"""
import json
import sys
import time

import numpy as np
import onnx


def onnxruntime(path, threads, name, feed):
    import onnxruntime
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.add_free_dimension_override_by_name("N", feed.shape[0])
    session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
    return lambda: session.run(None, {name: feed})


def openvino(path, threads, name, feed):
    import openvino
    core = openvino.Core()
    model = core.read_model(path)
    model.reshape({0: list(feed.shape)})
    # Without the hint of f32, processors with bfloat16 instructions would compute in bfloat16.
    compiled = core.compile_model(model, "CPU", {
        "PERFORMANCE_HINT": "LATENCY", "NUM_STREAMS": 1, "INFERENCE_NUM_THREADS": threads,
        "INFERENCE_PRECISION_HINT": "f32"})
    request = compiled.create_infer_request()
    request.set_input_tensor(openvino.Tensor(feed, shared_memory=True))
    return request.infer


def main(engine, path, threads, batch, seconds):
    value = onnx.load(path, load_external_data=False).graph.input[0]
    sizes = [dimension.dim_value or 224 for dimension in value.type.tensor_type.shape.dim]
    feed = np.random.default_rng(0).standard_normal((int(batch), *sizes[1:])).astype(np.float32)
    start = time.perf_counter()
    run = {"onnxruntime": onnxruntime, "openvino": openvino}[engine](path, int(threads), value.name, feed)
    load = time.perf_counter() - start
    for _ in range(3):
        run()
    print(json.dumps({"ready": True, "load_ms": 1e3 * load}), flush=True)
    for line in sys.stdin:
        if line.strip() != "go":
            sys.exit(f"'{line.strip()}' on standard input; write: go")
        run()
        samples, begin = [], time.perf_counter()
        while not samples or time.perf_counter() - begin < float(seconds):
            start = time.perf_counter()
            run()
            samples.append(1e3 * (time.perf_counter() - start))
        print(json.dumps({"samples_ms": samples}), flush=True)


if __name__ == "__main__":
    if len(sys.argv) != 6:
        sys.exit(__doc__)
    main(*sys.argv[1:])

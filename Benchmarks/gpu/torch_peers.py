"""What PyTorch reaches on the same GPU in the same run: int8 products, and a network's convolutions in fp16 and bf16.

    python3 torch_peers.py SHAPES.txt RESULT.json [--sizes N,N] [--batch N] [--repetitions N]

Prints tables and writes JSON. Times are medians of runs between device events, after a warm-up; operands are random.
What PyTorch cannot do here is an `error` in its place, and the rest goes on.
"""
import argparse
import json
import os
import statistics

import torch


def milliseconds(run, repetitions):
    """The median time of a run on the device."""
    for _ in range(3):
        run()
    torch.cuda.synchronize()
    times = []
    for _ in range(repetitions):
        start, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
        start.record()
        run()
        end.record()
        end.synchronize()
        times.append(start.elapsed_time(end))
    return statistics.median(times)


def random_bytes(rows, columns):
    """Random int8; drawn as int32 where the generator has no bytes."""
    return torch.randint(-127, 128, (rows, columns), device="cuda", dtype=torch.int32).to(torch.int8)


def int8_product(size, repetitions):
    """torch._int_mm, int8 x int8 -> int32, the right operand column-major as the library wants it."""
    a, b = random_bytes(size, size), random_bytes(size, size).t()
    return milliseconds(lambda: torch._int_mm(a, b), repetitions)


def half_product(size, element, repetitions):
    a = torch.randn(size, size, device="cuda", dtype=element)
    b = torch.randn(size, size, device="cuda", dtype=element)
    return milliseconds(lambda: torch.mm(a, b), repetitions)


def products(sizes, repetitions):
    """Each size by each arithmetic."""
    kinds = (("int_mm", lambda size: int8_product(size, repetitions)),
             ("mm_fp16", lambda size: half_product(size, torch.float16, repetitions)))
    for size in sizes:
        for kind, run in kinds:
            entry = {"kind": kind, "size": size}
            try:
                time = run(size)
                entry.update(milliseconds=time, tops=2 * size**3 / time / 1e9)
            except Exception as error:  # One that fails must not cost the others.
                entry["error"] = f"{type(error).__name__}: {error}".splitlines()[0]
            yield entry


def shapes(path):
    """The layers of a file of Benchmarks/Shapes: name and numbers."""
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            words = line.split("#")[0].split()
            if words:
                yield words[0], *(int(word) for word in words[1:])


def convolution(shape, element, batch, repetitions):
    """A layer, channels last, which is the layout of the tensor cores."""
    channels, height, width, outputs, kernel, stride, padding, group = shape
    layer = torch.nn.Conv2d(channels, outputs, kernel, stride, padding, groups=group, device="cuda", dtype=element)
    layer = layer.to(memory_format=torch.channels_last)
    x = torch.randn(batch, channels, height, width, device="cuda", dtype=element)
    x = x.contiguous(memory_format=torch.channels_last)
    with torch.inference_mode():
        return milliseconds(lambda: layer(x), repetitions)


def convolutions(path, batch, repetitions):
    """Each layer in fp16 and bf16."""
    for name, *shape, count in shapes(path):
        entry = {"name": name, "batch": batch, "count": count}
        for type_name, element in (("fp16", torch.float16), ("bf16", torch.bfloat16)):
            try:
                entry[f"{type_name}_milliseconds"] = convolution(shape, element, batch, repetitions)
            except Exception as error:
                entry["error"] = f"{type_name}: {type(error).__name__}: {error}".splitlines()[0]
        yield entry


def text(result):
    """The tables."""
    lines = [f"torch {result['torch']}, CUDA {result['cuda']}, {result['device']}"]
    for entry in result["products"]:
        said = entry.get("error") or f"{entry['milliseconds']:9.4f} ms  {entry['tops']:8.1f} TOP/s"
        lines.append(f"{entry['kind']:8} {entry['size']:5}  {said}")
    lines.append(f"{'layer':22} {'fp16 ms':>9} {'bf16 ms':>9}  batch {result['batch']}")
    for entry in result["convolutions"]:
        times = [entry.get(f"{kind}_milliseconds") for kind in ("fp16", "bf16")]
        cells = " ".join("        -" if time is None else f"{time:9.4f}" for time in times)
        lines.append(f"{entry['name']:22} {cells}  {entry.get('error', '')}".rstrip())
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("shapes")
    parser.add_argument("result")
    parser.add_argument("--sizes", default="1024,4096,8192")
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--repetitions", type=int, default=20)
    options = parser.parse_args()
    torch.backends.cudnn.benchmark = True
    sizes = [int(size) for size in options.sizes.split(",")]
    result = {
        "torch": str(torch.__version__),
        "cuda": str(torch.version.cuda),
        "device": torch.cuda.get_device_name(),
        "batch": options.batch,
        "products": list(products(sizes, options.repetitions)),
        "convolutions": list(convolutions(options.shapes, options.batch, options.repetitions)),
    }
    # Whole or not at all: the script may be stopped.
    with open(options.result + ".new", "w", encoding="utf-8") as file:
        json.dump(result, file, indent=1)
        file.write("\n")
    os.replace(options.result + ".new", options.result)
    print(text(result))


if __name__ == "__main__":
    main()

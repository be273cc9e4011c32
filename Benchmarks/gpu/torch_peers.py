"""What PyTorch reaches on the same GPU in the same run: int8 products, and ResNet-50's convolutions in fp16 and bf16.

    python3 torch_peers.py SHAPES.txt

Prints JSON. Times are medians of runs between device events, after a warm-up; operands are random.
"""
import json
import statistics
import sys

import torch


def milliseconds(run, repetitions=20):
    """The median time of a run on the device."""
    for _ in range(3):
        run()
    times = []
    for _ in range(repetitions):
        start, end = torch.cuda.Event(enable_timing=True), torch.cuda.Event(enable_timing=True)
        start.record()
        run()
        end.record()
        end.synchronize()
        times.append(start.elapsed_time(end))
    return statistics.median(times)


def products():
    """torch._int_mm, int8 x int8 -> int32, the right operand column-major as the library wants it."""
    for size in (1024, 4096, 8192):
        a = torch.randint(-127, 128, (size, size), dtype=torch.int8, device="cuda")
        b = torch.randint(-127, 128, (size, size), dtype=torch.int8, device="cuda").t()
        time = milliseconds(lambda: torch._int_mm(a, b))
        yield {"size": size, "milliseconds": time, "tops": 2 * size**3 / time / 1e9}


def shapes(path):
    """The layers of a file of Benchmarks/Shapes: name and the words behind it."""
    for line in open(path):
        words = line.split("#")[0].split()
        if words:
            yield words


def convolutions(path, batch=64):
    """Each layer in fp16 and bf16, channels last, which is the layout of the tensor cores."""
    for name, *numbers in shapes(path):
        channels, height, width, outputs, kernel, stride, padding, group, count = (int(number) for number in numbers)
        entry = {"name": name, "batch": batch, "count": count}
        for type_name, element in (("fp16", torch.float16), ("bf16", torch.bfloat16)):
            layer = torch.nn.Conv2d(channels, outputs, kernel, stride, padding, groups=group, device="cuda", dtype=element)
            layer = layer.to(memory_format=torch.channels_last)
            x = torch.randn(batch, channels, height, width, device="cuda", dtype=element)
            x = x.contiguous(memory_format=torch.channels_last)
            with torch.inference_mode():
                entry[f"{type_name}_milliseconds"] = milliseconds(lambda: layer(x))
        yield entry


def main():
    torch.backends.cudnn.benchmark = True
    result = {
        "torch": torch.__version__,
        "device": torch.cuda.get_device_name(),
        "int_mm": list(products()),
        "convolutions": list(convolutions(sys.argv[1])),
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()

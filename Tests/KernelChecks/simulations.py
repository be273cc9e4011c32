"""Launches of single kernels that no model leads to, for `oclgrind-kernel`: calibration, statistics of weights, peaks.

Buffers are 32-bit integers, floats by their bits, so that results compare exactly.
"""
import dataclasses
import re

import numpy as np

from presets import KERNELS, source_text

DUMPED = re.compile(r"^\s+\w+\[(\d+)\] = (-?\d+)$", re.M)
NO_LIMIT = 2**31 - 1


@dataclasses.dataclass
class Local:
    """Bytes of local memory, as an argument."""
    nbytes: int


@dataclasses.dataclass
class Simulation:
    """One launch: a kernel of a file, its sizes, its arguments (arrays, numpy scalars), and what an array holds afterwards."""
    file: str
    kernel: str
    global_size: tuple
    local_size: tuple
    arguments: list
    result: int
    expected: np.ndarray
    defines: tuple = ()

    def write(self, folder, kernels=KERNELS):
        """Writes the launch as Oclgrind reads it; gives the path."""
        folder.mkdir(parents=True, exist_ok=True)
        defines = "".join(f"#define {define.replace('=', ' ', 1)}\n" for define in self.defines)
        (folder / f"{self.kernel}.cl").write_text(defines + source_text(kernels / self.file))
        sizes = [" ".join(str(count) for count in (*size, 1, 1)[:3]) for size in (self.global_size, self.local_size)]
        lines = [str(folder / f"{self.kernel}.cl"), self.kernel, *sizes, ""]
        for index, argument in enumerate(self.arguments):
            if isinstance(argument, np.ndarray):
                dump = " dump" if index == self.result else ""
                lines += [f"<size={argument.nbytes} int{dump}>", " ".join(str(value) for value in bits(argument))]
            elif isinstance(argument, Local):
                lines += [f"<size={argument.nbytes}>"]
            elif isinstance(argument, np.float32):
                lines += ["<size=4 int>", str(argument.view(np.int32))]
            else:
                lines += [f"<size={argument.nbytes} {'long' if argument.nbytes == 8 else 'int'}>", str(argument)]
        path = folder / f"{self.kernel}.sim"
        path.write_text("\n".join(lines) + "\n")
        return path

    def differs(self, output):
        """What the dumped result has other than expected, in words; an empty list if nothing."""
        found = {int(index): int(value) for index, value in DUMPED.findall(output)}
        wanted = bits(self.expected)
        wrong = [index for index in range(len(wanted)) if found.get(index) != wanted[index]]
        return [f"element {index} is {found.get(index)}, not {wanted[index]}" for index in wrong[:3]]


def bits(array):
    return array.reshape(-1).view(np.int32)


def keys(values):
    """Integers that compare as the floats do (Kernels/min_max.cl)."""
    pattern = bits(values)
    return pattern ^ ((pattern >> 31) & 0x7fffffff)


def extremes(values):
    """The result of min_max.cl for an array of floats."""
    finite = keys(values[np.isfinite(values)])
    counts = [np.isnan(values).sum(), np.isposinf(values).sum(), np.isneginf(values).sum()]
    return np.array([finite.min(initial=2**31 - 1), finite.max(initial=-2**31), *counts], np.int32)


def counts(values, exponent):
    """The histogram of an array of floats over [-2^exponent, 2^exponent), as histogram.cl lays it out."""
    values = values[np.isfinite(values)].astype(np.float64)
    bins = np.floor(values[values != 0] * 2.0**(10 - exponent)).astype(int) + 1024
    return np.concatenate([[exponent, (values == 0).sum()], np.bincount(bins, minlength=2048)]).astype(np.int32)


def calibration():
    """Two samples of 19 channels of 3 x 4 elements, rare ones among them, blocked and in rows."""
    random = np.random.default_rng(7)
    x = random.normal(0, 3, (2, 19, 3, 4)).astype(np.float32)
    x.flat[::5], x.flat[3], x.flat[40], x.flat[41], x.flat[300] = 0, np.nan, np.inf, -np.inf, -0.0
    blocked = np.full((2, 2, 5, 6, 16), 1e30, np.float32)
    for channel in range(19):
        blocked[:, channel // 16, 1:4, 1:5, channel % 16] = x[:, channel]
    # channels, groups, rows, width, and the distances: origin, row, group, image.
    distances = [np.int32(n) for n in (19, 2, 3, 64, 7 * 16, 6 * 16, 5 * 6 * 16)] + [np.int64(2 * 5 * 6 * 16)]
    in_rows = [np.int32(n) for n in (NO_LIMIT, 1, 1, 228, 0, 0, 0)] + [np.int64(228)]
    nothing = np.tile(np.array([2**31 - 1, -2**31, 0, 0, 0], np.int32), 19)
    samples = np.stack([extremes(x[0]), extremes(x[1])])
    low = np.float32(np.abs(x[np.isfinite(x)]).max())
    exponent = int(np.floor(np.log2(low))) + 1
    empty = counts(np.zeros(0, np.float32), exponent)
    small = ("GROUP=32",)
    weights = np.where(np.isfinite(x), x, 1).astype(np.float32)
    yield Simulation("min_max.cl", "min_max_clear", (32,), (32,), [np.full(95, 9, np.int32), np.int32(19)], 0, nothing)
    yield Simulation("min_max.cl", "min_max", (64, 2, 2), (32, 1, 1), [blocked, nothing[:10], *distances], 1, samples, small)
    yield Simulation("min_max.cl", "min_max_channel", (32, 19), (32, 1),
                     [x, nothing, np.int32(2), np.int32(19), np.int32(12)], 1,
                     np.stack([extremes(x[:, channel]) for channel in range(19)]), small)
    yield Simulation("histogram.cl", "histogram_range", (32,), (32,),
                     [samples, np.full(2050, 9, np.int32), np.int32(2)], 1, empty, small)
    yield Simulation("histogram.cl", "histogram", (64, 1, 2), (32, 1, 1), [x, empty, *in_rows], 1, counts(x, exponent),
                     small + ("COPIES=2",))
    yield Simulation("channel_absmax.cl", "channel_absmax", (32, 19), (32, 1),
                     [weights, np.zeros(19, np.float32), np.int32(2), np.int32(19), np.int32(12)], 1,
                     np.abs(weights).max((0, 2, 3)), small)
    # Small integers: every order of rounding gives the same sums.
    rows = random.integers(-9, 10, (11, 20)).astype(np.float32)
    yield Simulation("hessian.cl", "hessian", (16, 16), (8, 8),
                     [rows, np.zeros(361, np.float32), np.int32(11), np.int32(19), np.int32(20)], 1,
                     rows[:, :19].T @ rows[:, :19], ("SIDE=8", "EACH=2", "DEPTH=8"))


def peaks():
    """Peak loops of no or few rounds: what they compute is of no use, that they stay in bounds is."""
    x = np.arange(16, dtype=np.int32)
    yield Simulation("peak_copy.cl", "peak_copy", (32,), (32,), [x, np.zeros(16, np.int32), np.int64(4)], 1, x)
    starts = np.array([[item % 97 + k for k in range(16)] for item in range(8)], np.float32) * np.float32(0.0625)
    yield Simulation("peak_fma.cl", "peak_fma", (8,), (8,), [np.zeros(8, np.float32), np.float32(0), np.int32(2)], 0,
                     starts.sum(1))
    items = np.arange(8, dtype=np.uint32)
    starts = [(items + k) * np.uint32(0x01030507) for k in range(16)]
    yield Simulation("peak_dot4.cl", "peak_dot4", (8,), (8,), [np.zeros(8, np.int32), np.uint32(3), np.int32(0)], 0,
                     np.bitwise_xor.reduce(starts))
    # Two warps exchange fragments; what the products are, the tests of the convolutions show.
    yield Simulation("peak_mma.cl", "peak_mma", (64,), (64,), [np.zeros(64, np.int32), np.uint32(3), np.int32(2)], 0,
                     np.zeros(0, np.int32), ("WARPS=2", "CHAINS=4"))


def probes():
    """What `hone devices --examine` runs on GPUs alone."""
    x = np.arange(128, dtype=np.int32)
    yield Simulation("probe_copy.cl", "probe_copy", (32,), (32,), [x, np.zeros(128, np.int32)], 1, x)
    lanes = 63 - np.arange(64, dtype=np.int32)
    sums = np.array([sum(range(lane, 100, 64)) + sum(range(lane, 70, 64)) for lane in lanes], np.int32)
    yield Simulation("probe_local.cl", "probe_local", (64,), (64,),
                     [np.zeros(64, np.int32), Local(280), np.int32(70)], 0, sums, ("STATIC_WORDS=100",))


def all_simulations():
    return [*calibration(), *peaks(), *probes()]

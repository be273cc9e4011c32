"""ONNX Runtime's own quantized operators (com.microsoft) on generated cases, against its kernels; QGemm is in test_qgemm.py.

Hone may differ by one integer step: both sides round a float32 result to an integer, and they may round on the way in
another order. How often that happens is printed, for each operator. Every case is drawn from a seed of its own. ONNX
Runtime runs without graph optimisations. Type combinations that it has no kernel for are skipped, visibly.
"""
from dataclasses import dataclass

import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper

from hone_cli import run_model
from test_integer_operators import ONNX_TYPES, TYPES, integers, reference, seeded

MICROSOFT = "com.microsoft"


def model_of(nodes, operands, feeds, output_type, rank):
    """A model whose inputs are the operands named in `feeds`; the others are constants."""
    inputs = [helper.make_tensor_value_info(
        name, helper.np_dtype_to_tensor_dtype(operands[name].dtype), operands[name].shape) for name in feeds]
    constants = [numpy_helper.from_array(np.asarray(array), name) for name, array in operands.items() if name not in feeds]
    graph = helper.make_graph(
        nodes, "microsoft", inputs, [helper.make_tensor_value_info("y", output_type, [None] * rank)], constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 19), helper.make_opsetid(MICROSOFT, 1)])
    model.ir_version = 9
    onnx.checker.check_model(model)
    return model


def run_both(operator, operands, feeds, output_type, rank, folder, **attributes):
    """What Hone and ONNX Runtime make of a node whose inputs are the operands, in their order; None is one left out."""
    names = [name if array is not None else "" for name, array in operands.items()]
    given = {name: array for name, array in operands.items() if array is not None}
    node = helper.make_node(operator, names, ["y"], domain=MICROSOFT, **attributes)
    model = model_of([node], given, feeds, output_type, rank)
    fed = {name: given[name] for name in feeds}
    theirs = reference(model, fed)
    onnx.save(model, folder / "model.onnx")
    ours = run_model(folder / "model.onnx", fed)["y"]
    assert (ours.dtype, ours.shape) == (theirs.dtype, theirs.shape)
    return ours, theirs


class Steps:
    """Counts, over the cases of one operator, the integers that differ by one step, and collects larger differences."""

    def __init__(self):
        self.cases = self.integers = self.one = self.inside = 0
        self.failures = []

    def add(self, case, ours, theirs):
        steps = np.abs(ours.astype(np.int32) - theirs.astype(np.int32))
        self.cases += 1
        self.integers += steps.size
        self.one += int((steps == 1).sum())
        bounds = np.iinfo(theirs.dtype)
        self.inside += int(((theirs > bounds.min) & (theirs < bounds.max)).sum())
        if steps.max() > 1:
            worst = np.unravel_index(steps.argmax(), steps.shape)
            self.failures.append(
                f"{case}: {int((steps > 1).sum())} of {steps.size} integers differ by more than a step; at "
                f"{tuple(map(int, worst))} {ours[worst]}, expected {theirs[worst]}")

    def report(self, inside=0.3):
        print(f"{self.one:,} of {self.integers:,} integers one step off ({self.one / self.integers:.3%}), {self.cases} cases")
        assert self.inside >= self.integers * inside, f"only {self.inside} integers do not saturate: that tests little"
        assert not self.failures, "\n".join(self.failures)


def placed(rng, kind, place):
    """A zero point: at an end of the type, in its middle, or anywhere. None, 0 by default, where it is left out."""
    bounds = np.iinfo(TYPES[kind])
    middle = (int(bounds.min) + int(bounds.max) + 1) // 2
    return {"low": TYPES[kind](bounds.min), "high": TYPES[kind](bounds.max), "middle": TYPES[kind](middle), "absent": None,
            "random": TYPES[kind](rng.integers(bounds.min, bounds.max + 1))}[place]


def dequantized(x, scale, point):
    return (x.astype(np.int32) - np.int32(point or 0)).astype(np.float32) * scale


def fitted_scale(kind, real, point):
    """The scale at which most of the real values find room beside the zero point; a few saturate."""
    bounds, point = np.iinfo(TYPES[kind]), int(point or 0)
    low, high = np.quantile(real, [0.02, 0.98])
    needed = [value / room for value, room in ((low, bounds.min - point), (high, bounds.max - point)) if value * room > 0]
    # All saturate where there is no room on their side, which is a case too.
    return np.float32(max(needed, default=np.abs(real).max() / 255) or 0.05)


@dataclass(frozen=True)
class Binary:
    name: str
    left: tuple = (3, 5, 7, 11)
    right: tuple = (3, 5, 7, 11)
    # Where the zero points of the left, the right and the result are.
    points: tuple = ("random", "random", "middle")
    constant: bool = False
    powers_of_two: bool = False


BINARIES = [
    Binary("same-shape"),
    Binary("one-dimension", (1031,), (1031,)),
    Binary("scalar-left", (), (3, 67)),
    Binary("scalar-right", (3, 67), ()),
    Binary("one-element-right", (2, 5, 33), (1,)),
    Binary("constant-channels", (2, 5, 7, 9), (5, 1, 1), constant=True),
    Binary("last-dimension", (4, 6, 37), (37,)),
    Binary("both-broadcast", (4, 1, 19), (3, 1)),
    Binary("rank-extended-left", (9, 1), (2, 4, 1, 35)),
    Binary("powers-of-two", powers_of_two=True),
    *[Binary(f"points-{a}-{b}-{y}", points=(a, b, y))
      for a in ("low", "high") for b in ("low", "high") for y in ("low", "middle", "high")],
]


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("operator", ["QLinearAdd", "QLinearMul"])
def test_binary(operator, kind, tmp_path):
    steps = Steps()
    for case in BINARIES:
        rng = seeded(operator, case.name, kind)
        a, b = (integers(rng, kind, shape, "random") for shape in (case.left, case.right))
        if case.name.startswith("scalar"):
            # Not drawn: one that is its zero point would make all products 0.
            a, b = (x if x.ndim else np.asarray(TYPES[kind](93)) for x in (a, b))
        za, zb, zy = (placed(rng, kind, place) for place in case.points)
        sa, sb = rng.uniform(0.002, 0.1, 2).astype(np.float32)
        if case.powers_of_two:
            sa, sb = np.float32(0.25), np.float32(0.125)
        left, right = dequantized(a, sa, za), dequantized(b, sb, zb)
        real = left + right if operator == "QLinearAdd" else left * right
        sy = fitted_scale(kind, real, zy)
        if case.powers_of_two:
            sy = np.float32(2 ** np.ceil(np.log2(sy)))
        operands = dict(a=a, sa=sa, za=za, b=b, sb=sb, zb=zb, sy=sy, zy=zy)
        # What is fed has a dimension at least; scalars are constants here.
        feeds = ["a"] if case.constant else [name for name in ("a", "b") if operands[name].ndim]
        steps.add(case, *run_both(operator, operands, feeds, ONNX_TYPES[kind], real.ndim, tmp_path))
    steps.report()


def unary(steps, case, operator, function, kind, rng, shape, points, folder, scale=None, result=None, **attributes):
    """One case of an operator with one tensor: random data, and a result scale that fits `function` of it."""
    x = integers(rng, kind, shape, "random")
    zx, zy = (placed(rng, kind, place) for place in points)
    sx = np.float32(rng.uniform(0.01, 0.1) if scale is None else scale)
    sy = fitted_scale(kind, function(dequantized(x, sx, zx)), zy) if result is None else np.float32(result)
    operands = dict(x=x, sx=sx, zx=zx, sy=sy, zy=zy)
    steps.add(case, *run_both(operator, operands, ["x"], ONNX_TYPES[kind], x.ndim, folder, **attributes))


# Of the operand and the result.
POINTS = [("random", "middle"), ("middle", "random"), ("absent", "absent"), ("low", "low"), ("high", "high"),
          ("low", "middle"), ("middle", "low"), ("middle", "high"), ("high", "middle")]
# For operators whose zero points ONNX Runtime does not let one leave out.
GIVEN_POINTS = [points for points in POINTS if "absent" not in points]


@dataclass(frozen=True)
class Pool:
    name: str
    size: tuple = (13, 11)
    kernel: tuple = (3, 3)
    pads: tuple = None
    strides: tuple = None
    auto_pad: str = None
    ceil_mode: int = None
    count_include_pad: int = None
    channels_last: int = None
    points: tuple = ("random", "middle")

    def attributes(self):
        named = dict(kernel_shape=self.kernel, pads=self.pads, strides=self.strides, auto_pad=self.auto_pad,
                     ceil_mode=self.ceil_mode, count_include_pad=self.count_include_pad, channels_last=self.channels_last)
        return {name: list(value) if isinstance(value, tuple) else value for name, value in named.items() if value is not None}

    def shape(self):
        return (2, *self.size, 5) if self.channels_last else (2, 5, *self.size)


# No case joins ceil_mode with count_include_pad: where a last window reaches beyond the padding, ONNX Runtime's
# QLinearAveragePool divides by the whole kernel, but its AveragePool by what the padded input holds of the window, as ONNX
# defines it. Hone's follows AveragePool; test_average_pool_of_incomplete_windows compares with that.
POOLS = [
    Pool("plain"),
    Pool("strides", strides=(2, 3)),
    Pool("one-dimension", size=(40,), kernel=(4,), strides=(2,), pads=(1, 2)),
    Pool("three-dimensions", size=(6, 5, 7), kernel=(2, 3, 2), pads=(1, 0, 1, 0, 1, 0)),
    Pool("pads", pads=(1, 1, 1, 1)),
    Pool("pads-counted", pads=(1, 1, 1, 1), count_include_pad=1),
    Pool("asymmetric-pads", pads=(0, 2, 1, 0), strides=(2, 1)),
    Pool("asymmetric-pads-counted", pads=(0, 2, 1, 0), strides=(2, 1), count_include_pad=1),
    Pool("same-upper", auto_pad="SAME_UPPER", strides=(2, 2)),
    Pool("same-lower", auto_pad="SAME_LOWER", kernel=(2, 4)),
    Pool("ceil", ceil_mode=1, strides=(2, 3), size=(12, 12)),
    Pool("ceil-pads", ceil_mode=1, strides=(2, 3), size=(12, 12), pads=(1, 1, 1, 1)),
    Pool("whole-image", kernel=(13, 11)),
    Pool("channels-last", channels_last=1, strides=(2, 1), pads=(1, 1, 0, 1)),
    Pool("channels-last-counted", channels_last=1, pads=(1, 1, 0, 1), count_include_pad=1),
    *[Pool(f"points-{x}-{y}", points=(x, y), pads=(1, 1, 1, 1), count_include_pad=1) for x, y in GIVEN_POINTS],
]


@pytest.mark.parametrize("kind", TYPES)
def test_average_pool(kind, tmp_path):
    steps = Steps()
    for case in POOLS:
        rng = seeded("QLinearAveragePool", case.name, kind)
        # A mean spreads less than what it is taken of.
        unary(steps, case, "QLinearAveragePool", lambda real: real / 2, kind, rng, case.shape(), case.points, tmp_path,
              **case.attributes())
    steps.report()


@pytest.mark.parametrize("kind", TYPES)
def test_average_pool_of_incomplete_windows(kind, tmp_path):
    """ceil_mode with count_include_pad, against AveragePool of ONNX Runtime between its own DequantizeLinear and back."""
    steps, contradictions = Steps(), 0
    for case in [Pool("ceil", ceil_mode=1, count_include_pad=1, strides=(2, 3), size=(12, 12)),
                 Pool("ceil-pads", ceil_mode=1, count_include_pad=1, strides=(2, 3), size=(12, 12), pads=(1, 1, 1, 1))]:
        rng = seeded("QLinearAveragePool", "incomplete", case.name, kind)
        x = integers(rng, kind, case.shape(), "random")
        zx, zy = placed(rng, kind, "low"), placed(rng, kind, "low")
        operands = dict(x=x, sx=np.float32(0.05), zx=zx, sy=np.float32(0.04), zy=zy)
        nodes = [helper.make_node("DequantizeLinear", ["x", "sx", "zx"], ["real"]),
                 helper.make_node("AveragePool", ["real"], ["mean"], **case.attributes()),
                 helper.make_node("QuantizeLinear", ["mean", "sy", "zy"], ["y"])]
        expected = reference(model_of(nodes, operands, ["x"], ONNX_TYPES[kind], x.ndim), {"x": x})
        ours, theirs = run_both("QLinearAveragePool", operands, ["x"], ONNX_TYPES[kind], x.ndim, tmp_path, **case.attributes())
        steps.add(case, ours, expected)
        contradictions += int((np.abs(theirs.astype(np.int32) - expected.astype(np.int32)) > 1).sum())
    print(f"ONNX Runtime's QLinearAveragePool is over a step from its AveragePool at {contradictions} places")
    steps.report()


@pytest.mark.parametrize("kind", TYPES)
def test_global_average_pool(kind, tmp_path):
    steps = Steps()
    shapes = [((3, 40, 7, 7), 0), ((2, 33, 1, 1), 0), ((1, 64, 15, 9), 0), ((3, 7, 7, 40), 1), ((2, 9, 5, 33), 1)]
    for shape, channels_last in shapes:
        for points in GIVEN_POINTS:
            rng = seeded("QLinearGlobalAveragePool", shape, points, kind)
            elements = np.prod(shape[1:3] if channels_last else shape[2:])

            def spread(real):
                return real.mean() + (real - real.mean()) / np.float32(np.sqrt(elements))

            unary(steps, (shape, channels_last, points), "QLinearGlobalAveragePool", spread, kind, rng, shape, points,
                  tmp_path, channels_last=channels_last)
    steps.report()


SOFTMAXES = [((9, 33), None, 13), ((9, 33), 0, 13), ((2, 5, 17), 1, 13), ((2, 5, 17), -3, 13), ((2, 3, 4, 10), 2, 13),
             ((9, 33), None, 11), ((2, 5, 17), 1, 11), ((2, 5, 17), 0, 11), ((2, 3, 4, 10), 2, 11), ((2, 3, 4, 10), 1, 12),
             ((1, 1000), 1, 11), ((1, 1000), -1, 13)]


@pytest.mark.parametrize("kind", TYPES)
def test_softmax(kind, tmp_path):
    steps = Steps()
    for shape, axis, opset in SOFTMAXES:
        # What exporters write: 0...1 over the whole type; then coarser scales. At finer ones, of which large results
        # saturate, ONNX Runtime errs: at 1/1024 its uint8 result for 0.239 is 0, and 245 would be right.
        for scale, result, points in [(0.05, 1 / 256, ("random", "low")), (0.02, 1 / 255, ("high", "low")),
                                      (0.1, 1 / 200, ("low", "low")), (0.02, 1 / 128, ("middle", "middle")),
                                      (0.1, 1 / 256, ("middle", "high"))]:
            rng = seeded("QLinearSoftmax", shape, axis, opset, scale, kind)
            unary(steps, (shape, axis, opset, scale, result, points), "QLinearSoftmax", None, kind, rng, shape, points,
                  tmp_path, scale=scale, result=result, opset=opset, **({} if axis is None else {"axis": axis}))
    # Most of a softmax is close to 0.
    steps.report(inside=0.2)


@pytest.mark.parametrize("kind", TYPES)
def test_leaky_relu(kind, tmp_path):
    steps = Steps()
    for alpha in (None, 0.0, 0.3, 1.0, 1.7, -0.25):
        slope = np.float32(0.01 if alpha is None else alpha)
        for points in POINTS:
            rng = seeded("QLinearLeakyRelu", alpha, points, kind)
            unary(steps, (alpha, points), "QLinearLeakyRelu", lambda x: np.where(x < 0, slope * x, x), kind, rng, (4, 515),
                  points, tmp_path, **({} if alpha is None else {"alpha": alpha}))
    steps.report()


@pytest.mark.parametrize("kind", TYPES)
def test_sigmoid(kind, tmp_path):
    steps = Steps()
    for scale in (0.01, 0.04, 0.2):
        for points in POINTS:
            rng = seeded("QLinearSigmoid", scale, points, kind)
            unary(steps, (scale, points), "QLinearSigmoid", lambda x: 1 / (1 + np.exp(-x)), kind, rng, (4, 515), points,
                  tmp_path, scale=scale)
    steps.report()


@pytest.mark.parametrize("kind", TYPES)
def test_concat(kind, tmp_path):
    steps = Steps()
    for shapes, axis in [([(2, 300), (2, 17)], 1), ([(2, 300), (2, 17)], -1), ([(3, 99), (1, 99), (2, 99)], 0),
                         ([(2, 3, 5, 7), (2, 1, 5, 7), (2, 8, 5, 7)], 1), ([(2, 3, 40)], 2), ([(600,), (5,), (1,)], 0)]:
        for same in (False, True):
            for points in GIVEN_POINTS:
                rng = seeded("QLinearConcat", shapes, axis, same, points, kind)
                sy, zy = np.float32(rng.uniform(0.01, 0.1)), placed(rng, kind, points[1])
                operands, feeds = dict(sy=sy, zy=zy), []
                for index, shape in enumerate(shapes):
                    # The first part may have the result's own quantization: its integers are then the result's.
                    identity = same and index == 0
                    scale = sy if identity else np.float32(sy * rng.uniform(0.3, 1.5))
                    point = zy if identity else placed(rng, kind, points[0])
                    operands |= {f"x{index}": integers(rng, kind, shape, "random"), f"s{index}": scale, f"z{index}": point}
                    feeds.append(f"x{index}")
                ours, theirs = run_both("QLinearConcat", operands, feeds, ONNX_TYPES[kind], len(shapes[0]), tmp_path, axis=axis)
                steps.add((shapes, axis, same, points), ours, theirs)
    steps.report()

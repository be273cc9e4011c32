"""QLinearConv, QLinearMatMul, ConvInteger and MatMulInteger on generated cases: equal to ONNX Runtime, integer for integer.

Every case is drawn from a seed of its own, which its name ends with. ONNX Runtime runs without graph optimisations. Type
combinations that it has no kernel for are skipped, visibly; so is everything on a CPU without VNNI, where its products
saturate.
"""
import zlib
from dataclasses import dataclass

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

import zoo
from hone_cli import run_model

pytestmark = pytest.mark.skipif(
    not zoo.has_vnni(), reason="this CPU has no VNNI: ONNX Runtime saturates its integer products here")

TYPES = {"u8": np.uint8, "s8": np.int8}
ONNX_TYPES = {"u8": TensorProto.UINT8, "s8": TensorProto.INT8}


@dataclass(frozen=True)
class Convolution:
    name: str
    channels: int = 8
    outputs: int = 6
    size: tuple = (9, 7)
    kernel: tuple = (3, 3)
    group: int = 1
    pads: tuple = None
    strides: tuple = None
    dilations: tuple = None
    auto_pad: str = None
    per_channel: bool = True
    bias: bool = True
    values: str = "random"
    scales: str = "random"


CONVOLUTIONS = [
    Convolution("plain"),
    Convolution("per-tensor", per_channel=False),
    Convolution("no-bias", bias=False),
    Convolution("one-dimension", size=(23,), kernel=(5,), pads=(2, 1)),
    Convolution("pointwise", kernel=(1, 1), channels=17, outputs=19),
    Convolution("three-channel-stem", channels=3, outputs=16, kernel=(7, 7), pads=(3, 3, 3, 3), strides=(2, 2), size=(16, 15)),
    Convolution("asymmetric-padding", pads=(0, 2, 1, 0)),
    Convolution("padding-wider-than-image", size=(2, 2), kernel=(5, 5), pads=(4, 3, 3, 4)),
    Convolution("same-upper-stride", auto_pad="SAME_UPPER", strides=(2, 2), size=(10, 8)),
    Convolution("same-lower", auto_pad="SAME_LOWER", kernel=(2, 4)),
    Convolution("dilated", dilations=(2, 3), size=(12, 13), pads=(1, 1, 2, 2)),
    Convolution("grouped", channels=12, outputs=8, group=4),
    Convolution("depthwise", channels=16, outputs=16, group=16, pads=(1, 1, 1, 1)),
    Convolution("depthwise-multiplier", channels=5, outputs=10, group=5, strides=(2, 1)),
    Convolution("ties", scales="ties", values="small"),
    Convolution("ties-no-bias", scales="ties", values="small", bias=False, per_channel=False),
    Convolution("extreme-weights", values="extreme"),
    Convolution("beyond-2^24", channels=400, outputs=5, pads=(1, 1, 1, 1), size=(6, 6), values="extreme", scales="wide"),
]


@dataclass(frozen=True)
class Product:
    name: str
    left: tuple = (11, 37)
    right: tuple = (37, 13)
    per_column: bool = True
    values: str = "random"
    scales: str = "random"


PRODUCTS = [
    Product("plain"),
    Product("per-tensor", per_column=False),
    Product("one-row", left=(1, 130), right=(130, 10)),
    Product("one-term", left=(5, 1), right=(1, 7)),
    Product("stacked", left=(3, 5, 21), right=(3, 21, 6), per_column=False),
    Product("broadcast-stack", left=(2, 5, 21), right=(21, 6), per_column=False),
    Product("ties", values="small", scales="ties", per_column=False),
    Product("extreme-weights", values="extreme"),
    Product("beyond-2^24", left=(4, 4000), right=(4000, 5), values="extreme", scales="wide"),
]


def integers(rng, kind, shape, values):
    """Integers of the type: over the whole range, near each other so that sums stay small, or at the ends."""
    bounds = np.iinfo(TYPES[kind])
    if values == "small":
        middle = (int(bounds.min) + int(bounds.max) + 1) // 2
        drawn = middle + rng.integers(-6, 7, shape)
    elif values == "extreme":
        # -128 and 127 (0 and 255) with few others between, of mostly one sign, so that sums grow large.
        drawn = np.where(rng.random(shape) < 0.8, rng.choice([bounds.min, bounds.max], shape, p=[0.75, 0.25]),
                         rng.integers(bounds.min, bounds.max + 1, shape))
    else:
        drawn = rng.integers(bounds.min, bounds.max + 1, shape)
    return drawn.astype(TYPES[kind])


def zero_point(rng, kind, case=None, weights=False):
    """Activations anywhere; int8 weights are symmetric, as ONNX Runtime's convolutions want them.

    A case of small sums has it in the middle of its values, one of large sums at the end that most of them are not.
    """
    if weights and kind == "s8":
        return TYPES[kind](0)
    bounds = np.iinfo(TYPES[kind])
    if case and case.values == "small":
        return TYPES[kind]((int(bounds.min) + int(bounds.max) + 1) // 2)
    if case and case.scales == "wide":
        return TYPES[kind](bounds.max)
    return TYPES[kind](rng.integers(bounds.min, bounds.max + 1))


def operand_scales(rng, case, count):
    """Scales of the input and of the weights; powers of two where the multiplier shall make ties."""
    if case.scales == "ties":
        return np.float32(0.5), rng.choice([0.25, 0.125], count).astype(np.float32)
    return np.float32(rng.uniform(0.002, 0.1)), rng.uniform(0.001, 0.02, count).astype(np.float32)


def output_quantization(rng, case, kind, real):
    """Scale and zero point that the real values slightly overfill, so that both ends saturate and the middle does not."""
    bounds = np.iinfo(TYPES[kind])
    if case.scales == "ties":
        return np.float32(0.5), TYPES[kind]((int(bounds.min) + int(bounds.max)) // 2 + 1)
    low, high = np.quantile(real, [0.02, 0.98])
    scale = np.float32(max(high - low, np.abs(real).max() * 0.01, 1e-3) / 255)
    return scale, TYPES[kind](np.clip(np.rint(bounds.min - low / scale), bounds.min, bounds.max))


def real_product(operator, left, right, **attributes):
    """Convolution or product in float32, to know the range of a case's result before it is quantized."""
    graph = helper.make_graph(
        [helper.make_node(operator, ["a", "b"], ["y"], **attributes)], "real",
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, array.shape) for name, array in (("a", left), ("b", right))],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)])
    model.ir_version = 8
    feeds = {"a": left.astype(np.float32), "b": right.astype(np.float32)}
    return onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"]).run(None, feeds)[0]


def reference(model, feeds):
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    try:
        return onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"]).run(None, feeds)[0]
    except Exception as error:
        message = str(error)
        if "NOT_IMPLEMENTED" in message or "Type Error" in message or "not supported" in message.lower():
            pytest.skip(f"ONNX Runtime has no such kernel: {message.splitlines()[0][:120]}")
        raise


def check(node, feeds, constants, output_type, opset, tmp_path, rank):
    def declare(name, array):
        return helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(array.dtype), array.shape)

    graph = helper.make_graph(
        [node], "integers", [declare(name, array) for name, array in feeds.items()],
        [helper.make_tensor_value_info("y", output_type, [None] * rank)],
        [numpy_helper.from_array(np.asarray(array), name) for name, array in constants.items()])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)])
    model.ir_version = 8
    onnx.checker.check_model(model)
    expected = reference(model, feeds)
    path = tmp_path / "model.onnx"
    onnx.save(model, path)
    actual = run_model(path, feeds)["y"]
    assert actual.dtype == expected.dtype
    np.testing.assert_array_equal(actual, expected)
    return expected


def seeded(*name):
    seed = zlib.crc32("/".join(map(str, name)).encode())
    print(f"seed {seed}")
    return np.random.default_rng(seed)


def convolution_attributes(case):
    named = dict(kernel_shape=case.kernel, group=case.group, pads=case.pads, strides=case.strides,
                 dilations=case.dilations, auto_pad=case.auto_pad)
    return {name: list(value) if isinstance(value, tuple) else value for name, value in named.items() if value is not None}


@pytest.mark.parametrize("w_type", TYPES)
@pytest.mark.parametrize("x_type", TYPES)
@pytest.mark.parametrize("case", CONVOLUTIONS, ids=lambda case: case.name)
def test_qlinear_conv(case, x_type, w_type, tmp_path):
    rng = seeded("QLinearConv", case.name, x_type, w_type)
    x = integers(rng, x_type, (2, case.channels, *case.size), case.values)
    w = integers(rng, w_type, (case.outputs, case.channels // case.group, *case.kernel), case.values)
    sx, sw = operand_scales(rng, case, case.outputs if case.per_channel else 1)
    zw = np.full(len(sw), zero_point(rng, w_type, case, weights=True))
    zx = zero_point(rng, x_type, case)
    attributes = convolution_attributes(case)
    per_output = (-1, *[1] * (x.ndim - 2))
    accumulators = real_product("Conv", x.astype(np.int32) - np.int32(zx), w.astype(np.int32) - np.int32(zw[0]), **attributes)
    if case.scales == "wide":
        assert np.abs(accumulators).max() > 2**24, "the case's name promises sums that float32 cannot hold"
    sy, zy = output_quantization(rng, case, x_type, accumulators * sx * sw.reshape(per_output)[None])
    if not case.per_channel:
        sw, zw = sw[0], zw[0]
    constants = dict(sx=sx, zx=zx, w=w, sw=sw, zw=zw, sy=sy, zy=zy)
    inputs = ["x", "sx", "zx", "w", "sw", "zw", "sy", "zy"]
    if case.bias:
        bound = 40 if case.values == "small" else max(1, int(np.abs(accumulators).max() / 20))
        constants["b"] = rng.integers(-bound, bound + 1, case.outputs).astype(np.int32)
        inputs.append("b")
    node = helper.make_node("QLinearConv", inputs, ["y"], **attributes)
    y = check(node, {"x": x}, constants, ONNX_TYPES[x_type], 10, tmp_path, x.ndim)
    assert len(np.unique(y)) > 3, "a case whose outputs all saturate tests nothing"


@pytest.mark.parametrize("w_type", TYPES)
@pytest.mark.parametrize("x_type", TYPES)
@pytest.mark.parametrize("case", [case for case in CONVOLUTIONS if case.scales != "ties"], ids=lambda case: case.name)
def test_conv_integer(case, x_type, w_type, tmp_path):
    rng = seeded("ConvInteger", case.name, x_type, w_type)
    x = integers(rng, x_type, (2, case.channels, *case.size), case.values)
    w = integers(rng, w_type, (case.outputs, case.channels // case.group, *case.kernel), case.values)
    constants = dict(w=w, zx=zero_point(rng, x_type), zw=zero_point(rng, w_type))
    node = helper.make_node("ConvInteger", ["x", "w", "zx", "zw"], ["y"], **convolution_attributes(case))
    check(node, {"x": x}, constants, TensorProto.INT32, 10, tmp_path, x.ndim)


@pytest.mark.parametrize("b_type", TYPES)
@pytest.mark.parametrize("a_type", TYPES)
@pytest.mark.parametrize("case", PRODUCTS, ids=lambda case: case.name)
def test_qlinear_matmul(case, a_type, b_type, tmp_path):
    rng = seeded("QLinearMatMul", case.name, a_type, b_type)
    a, b = integers(rng, a_type, case.left, case.values), integers(rng, b_type, case.right, case.values)
    sa, sb = operand_scales(rng, case, case.right[-1] if case.per_column else 1)
    zb = np.full(len(sb), zero_point(rng, b_type, case, weights=True))
    za = zero_point(rng, a_type, case)
    accumulators = real_product("MatMul", a.astype(np.int32) - np.int32(za), b.astype(np.int32) - np.int32(zb[0]))
    if case.scales == "wide":
        assert np.abs(accumulators).max() > 2**24, "the case's name promises sums that float32 cannot hold"
    sy, zy = output_quantization(rng, case, a_type, accumulators * sa * sb)
    if not case.per_column:
        sb, zb = sb[0], zb[0]
    constants = dict(sa=sa, za=za, b=b, sb=sb, zb=zb, sy=sy, zy=zy)
    node = helper.make_node("QLinearMatMul", ["a", "sa", "za", "b", "sb", "zb", "sy", "zy"], ["y"])
    y = check(node, {"a": a}, constants, ONNX_TYPES[a_type], 10, tmp_path, max(a.ndim, b.ndim))
    assert len(np.unique(y)) > 3, "a case whose outputs all saturate tests nothing"


@pytest.mark.parametrize("b_is_constant", [True, False], ids=["constant", "run-time"])
@pytest.mark.parametrize("b_type", TYPES)
@pytest.mark.parametrize("a_type", TYPES)
@pytest.mark.parametrize("case", [case for case in PRODUCTS if case.scales != "ties"], ids=lambda case: case.name)
def test_matmul_integer(case, a_type, b_type, b_is_constant, tmp_path):
    rng = seeded("MatMulInteger", case.name, a_type, b_type)
    a, b = integers(rng, a_type, case.left, case.values), integers(rng, b_type, case.right, case.values)
    zb = zero_point(rng, b_type) if not case.per_column else integers(rng, b_type, (case.right[-1],), "random")
    feeds, constants = {"a": a}, dict(za=zero_point(rng, a_type), zb=zb)
    (constants if b_is_constant else feeds)["b"] = b
    node = helper.make_node("MatMulInteger", ["a", "b", "za", "zb"], ["y"])
    check(node, feeds, constants, TensorProto.INT32, 10, tmp_path, max(a.ndim, b.ndim))

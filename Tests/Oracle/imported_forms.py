"""Small graphs, each in one form that quantizers and converters write: FORMS of test_imported_models.py."""
import functools

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from test_integer_operators import seeded


class Net:
    """Writes a graph node by node; every call gives the name of the value that it makes."""

    def __init__(self, seed, opset=13):
        self.rng, self.opset = seeded("imported", seed), opset
        self.nodes, self.constants, self.inputs, self.count = [], [], [], 0

    def name(self):
        self.count += 1
        return f"v{self.count}"

    def feed(self, *shape, kind=TensorProto.FLOAT):
        name = f"x{len(self.inputs)}"
        self.inputs.append(helper.make_tensor_value_info(name, kind, shape))
        return name

    def constant(self, array):
        name = self.name()
        self.constants.append(numpy_helper.from_array(np.asarray(array), name))
        return name

    def packed(self, kind, array):
        """A constant of 4 bits an element."""
        name = self.name()
        self.constants.append(helper.make_tensor(name, kind, array.shape, array.flatten().tolist()))
        return name

    def node(self, kind, *inputs, outputs=1, domain="", **attributes):
        names = [self.name() for _ in range(outputs)]
        self.nodes.append(helper.make_node(kind, inputs, names, domain=domain, **attributes))
        return names[0] if outputs == 1 else names

    def q(self, value, scale=0.05, zero=np.uint8(120), **attributes):
        return self.node("QuantizeLinear", value, self.constant(np.asarray(scale, np.float32)), self.constant(zero), **attributes)

    def dq(self, value, scale=0.05, zero=np.uint8(120), **attributes):
        return self.node("DequantizeLinear", value, self.constant(np.asarray(scale, np.float32)), self.constant(zero), **attributes)

    def qdq(self, value, scale=0.05, zero=np.uint8(120), **attributes):
        return self.dq(self.q(value, scale, zero, **attributes), scale, zero, **attributes)

    def weight(self, *shape, axis=0, kind=np.int8):
        """DQ of integers, one scale for each index of an axis."""
        scales = self.rng.uniform(0.001, 0.004, shape[axis]).astype(np.float32)
        points = np.zeros(shape[axis], kind) + (kind(128) if kind is np.uint8 else kind(0))
        integers = points.max() + self.rng.integers(-127, 128, shape)
        return self.dq(self.constant(integers.astype(kind)), scales, points, axis=axis)

    def conv(self, value, channels=8, outputs=8, **attributes):
        bias = self.constant(self.rng.normal(0, 0.5, outputs).astype(np.float32))
        attributes = dict(pads=[1, 1, 1, 1]) | attributes
        return self.node("Conv", value, self.weight(outputs, channels // attributes.get("group", 1), 3, 3), bias, **attributes)

    def save(self, path, *outputs):
        outputs = [helper.make_empty_tensor_value_info(name) for name in outputs]
        graph = helper.make_graph(self.nodes, "imported", self.inputs, outputs, self.constants)
        model = helper.make_model(graph, opset_imports=[
            helper.make_opsetid("", self.opset), helper.make_opsetid("com.microsoft", 1)])
        model.ir_version = 10 if self.opset >= 21 else 8
        model = onnx.shape_inference.infer_shapes(model)
        for output in model.graph.output:
            if not output.type.tensor_type.elem_type:
                output.type.tensor_type.elem_type = TensorProto.FLOAT
        onnx.save(model, path)
        return path


FORMS = {}


def form(opset=13, step=0.05):
    """Registers a function that takes a Net and gives its outputs; they may be off by one `step`, nearly nowhere."""
    def register(function):
        FORMS[function.__name__] = (function, opset, step)
        return function
    return register


def image(net):
    return net.qdq(net.feed(2, 8, 9, 7))


@form()
def relu_after_conv(net):
    return net.qdq(net.node("Relu", net.conv(image(net))), zero=np.uint8(0))


@form()
def relu_between_equal_parameters(net):
    return net.qdq(net.node("Relu", net.qdq(net.conv(image(net)))))


@form()
def relu_between_other_parameters(net):
    return net.qdq(net.node("Relu", net.qdq(net.conv(image(net)), 0.08, np.uint8(100))), zero=np.uint8(0))


@form()
def clip_with_own_parameters(net):
    clip = net.node("Clip", net.qdq(net.conv(image(net))), net.constant(np.float32(0)), net.constant(np.float32(6)))
    return net.qdq(clip, 6 / 255, np.uint8(0))


@form()
def leaky_relu_and_sigmoid(net):
    leaky = net.qdq(net.node("LeakyRelu", net.qdq(net.conv(image(net))), alpha=0.1))
    return net.qdq(net.node("Sigmoid", leaky), 1 / 256, np.uint8(0))


@form()
def hard_swish_written_out(net):
    x = net.qdq(net.conv(image(net)))
    clip = net.node("Clip", net.node("Add", x, net.constant(np.float32(3))), net.constant(np.float32(0)), net.constant(np.float32(6)))
    return net.qdq(net.node("Div", net.node("Mul", x, clip), net.constant(np.float32(6))))


@form()
def pad(net):
    pads = net.constant(np.array([0, 0, 1, 2, 0, 0, 0, 1], np.int64))
    same = net.qdq(net.node("Pad", image(net), pads, net.constant(np.float32(0))))
    return net.qdq(net.node("Pad", same, pads, net.constant(np.float32(0.37)), mode="constant"), 0.07, np.uint8(90))


@form()
def pad_before_conv(net):
    pads = net.constant(np.array([0, 0, 0, 0, 0, 0, 1, 1], np.int64))
    return net.qdq(net.conv(net.qdq(net.node("Pad", image(net), pads)), pads=[0, 0, 0, 0], strides=[2, 2]))


@form(step=0.1)
def concat_of_equal_and_other_parameters(net):
    x = image(net)
    parts = [net.qdq(net.conv(x)), net.qdq(net.conv(x), 0.09, np.uint8(100)), x]
    return net.qdq(net.node("Concat", *parts, axis=1))


@form()
def resize(net):
    scales = net.constant(np.array([1, 1, 2, 2], np.float32))
    nearest = net.qdq(net.node("Resize", net.qdq(net.conv(image(net))), "", scales, mode="nearest",
                               coordinate_transformation_mode="asymmetric", nearest_mode="floor"))
    return net.qdq(net.node("Resize", nearest, "", scales, mode="linear"))


@form()
def split(net):
    first, second = net.node("Split", net.qdq(net.conv(image(net))), net.constant(np.array([3, 5], np.int64)), outputs=2, axis=1)
    return [net.qdq(first), net.qdq(second)]


@form()
def split_to_other_parameters(net):
    first, second = net.node("Split", net.qdq(net.conv(image(net))), outputs=2, axis=1)
    return [net.qdq(first), net.qdq(second, 0.04, np.uint8(80))]


@form()
def transpose_reshape_and_gemm(net):
    x = net.qdq(net.node("Transpose", net.qdq(net.conv(image(net))), perm=[0, 2, 3, 1]))
    x = net.qdq(net.node("Reshape", x, net.constant(np.array([2, -1], np.int64))))
    return net.qdq(net.node("Gemm", x, net.weight(10, 504), net.constant(net.rng.normal(0, 1, 10).astype(np.float32)), transB=1), 0.2)


@form()
def product_of_transposed_weights_and_bias(net):
    x = net.qdq(net.feed(5, 48))
    product = net.node("MatMul", x, net.node("Transpose", net.weight(12, 48), perm=[1, 0]))
    return net.qdq(net.node("Add", product, net.constant(net.rng.normal(0, 1, 12).astype(np.float32))), 0.1)


@form(step=0.08)
def one_dequantization_for_many(net):
    x = image(net)
    left, right = net.qdq(net.conv(x)), net.qdq(net.conv(x, group=8), 0.06)
    return [net.qdq(net.node("Relu", net.node("Add", left, right)), 0.08, np.uint8(0)), net.qdq(net.node("Add", left, x), 0.08)]


@form()
def float_weights_quantized_in_the_file(net):
    """FakeQuantize exports keep float weights, with Q and DQ behind them."""
    weights = [net.constant(net.rng.normal(0, 0.1, (8, 8, 3, 3)).astype(np.float32)) for _ in range(2)]
    scales = net.rng.uniform(0.001, 0.003, 8).astype(np.float32)
    x = net.qdq(net.node("Conv", image(net), net.qdq(weights[0], 0.003, np.int8(0)), pads=[1, 1, 1, 1]))
    return net.qdq(net.node("Conv", x, net.qdq(weights[1], scales, np.zeros(8, np.int8), axis=0), pads=[1, 1, 1, 1]))


@form()
def unsigned_weights_for_each_channel(net):
    x = image(net)
    return net.qdq(net.node("Conv", x, net.weight(8, 8, 3, 3, kind=np.uint8), pads=[1, 1, 1, 1]))


@form(step=0.02)
def tflite_conversion(net):
    """Channels last outside, int8, the activation in the range alone, the mean as a reduction, a softmax of fixed scale."""
    kind = dict(zero=np.int8(-128))
    x = net.node("Transpose", net.qdq(net.feed(2, 9, 7, 8), 0.05, np.int8(-1)), perm=[0, 3, 1, 2])
    x = net.qdq(net.conv(x), **kind)
    x = net.node("Transpose", x, perm=[0, 2, 3, 1])
    x = net.qdq(net.node("ReduceMean", x, axes=[1, 2], keepdims=0), **kind)
    x = net.qdq(net.node("MatMul", x, net.weight(8, 10, axis=1)), 0.05, np.int8(3))
    return net.qdq(net.node("Softmax", x, axis=-1), 1 / 256, np.int8(-128))


@form()
def pools(net):
    x = net.qdq(net.conv(image(net)))
    x = net.qdq(net.node("MaxPool", x, kernel_shape=[3, 3], strides=[1, 1], pads=[1, 1, 1, 1]))
    x = net.qdq(net.node("AveragePool", x, kernel_shape=[2, 2]))
    return net.qdq(net.node("GlobalAveragePool", x), 0.02)


@form()
def transposed_convolution(net):
    return net.qdq(net.node("ConvTranspose", image(net), net.weight(8, 4, 3, 3, axis=1), strides=[2, 2]), 0.1)


@form(opset=21, step=0.0005)
def sixteen_bits(net):
    x = net.qdq(net.feed(2, 8, 9, 7), 0.0002, np.uint16(30000))
    x = net.qdq(net.node("Relu", net.conv(x)), 0.0003, np.uint16(0))
    return net.qdq(net.conv(x), 0.0002, np.int16(0))


@form()
def sixteen_bits_before_opset_21(net):
    scale, zero = net.constant(np.float32(0.0002)), net.constant(np.int16(5))
    x = net.node("QuantizeLinear", net.feed(2, 8, 9, 7), scale, zero, domain="com.microsoft")
    return net.qdq(net.conv(net.node("DequantizeLinear", x, scale, zero, domain="com.microsoft")))


def four_bits(net, kind, shape):
    low = 0 if kind == TensorProto.UINT4 else -8
    return net.packed(kind, net.rng.integers(low, low + 16, shape))


@form(opset=21)
def four_bit_weights(net):
    scales = net.constant(net.rng.uniform(0.01, 0.05, 7).astype(np.float32))
    signed = net.node("DequantizeLinear", four_bits(net, TensorProto.INT4, (7, 8, 3, 3)), scales, axis=0)
    x = net.qdq(net.node("Conv", image(net), signed, pads=[1, 1, 1, 1]))
    points = four_bits(net, TensorProto.UINT4, (5,))
    scales = net.constant(net.rng.uniform(0.01, 0.05, 5).astype(np.float32))
    unsigned = net.node("DequantizeLinear", four_bits(net, TensorProto.UINT4, (5, 7, 3, 3)), scales, points, axis=0)
    return net.qdq(net.node("Conv", x, unsigned), 0.2)


@form(opset=21)
def four_bit_weights_in_blocks(net):
    shape, blocks = (48, 11), (3, 11)
    scales = net.constant(net.rng.uniform(0.01, 0.05, blocks).astype(np.float32))
    weights = net.node("DequantizeLinear", four_bits(net, TensorProto.UINT4, shape), scales,
                       four_bits(net, TensorProto.UINT4, blocks), axis=0, block_size=16)
    return net.qdq(net.node("MatMul", net.qdq(net.feed(5, 48)), weights), 0.1)


@form(opset=21)
def eight_bit_weights_in_blocks(net):
    scales = net.rng.uniform(0.002, 0.02, (8, 2, 3, 3)).astype(np.float32)
    weights = net.constant(net.rng.integers(-128, 128, (8, 8, 3, 3)).astype(np.int8))
    weights = net.node("DequantizeLinear", weights, net.constant(scales), axis=1, block_size=4)
    return net.qdq(net.node("Conv", image(net), weights, pads=[1, 1, 1, 1]))


@form()
def activations_quantized_for_each_channel(net):
    scales = net.rng.uniform(0.03, 0.06, 8).astype(np.float32)
    x = net.qdq(net.feed(2, 8, 9, 7), scales, net.rng.integers(100, 140, 8).astype(np.uint8), axis=1)
    return net.qdq(net.conv(x))


@form(opset=21)
def activations_quantized_in_blocks(net):
    scales = net.rng.uniform(0.03, 0.06, (2, 3, 9, 7)).astype(np.float32)
    x = net.qdq(net.feed(2, 8, 9, 7), scales, np.full(scales.shape, 128, np.uint8), axis=1, block_size=3)
    return net.qdq(net.conv(x))


@form()
def scales_for_a_row_of_biases(net):
    """ONNX Runtime's quantizer gives axis 0 to a bias of shape [1, n]."""
    product = net.node("MatMul", net.qdq(net.feed(5, 48)), net.weight(48, 12, axis=1))
    scales = np.full(12, 0.001, np.float32)
    integers = net.constant(net.rng.integers(-500, 500, (1, 12)).astype(np.int32))
    bias = net.node("DequantizeLinear", integers, net.constant(scales), net.constant(np.zeros(12, np.int32)), axis=0)
    # The definition refuses what the standard's shape rule does, so ONNX Runtime is asked for the right axis.
    return net.qdq(net.node("Add", product, bias), 0.1)


@form(step=0.001)
def dynamic_convolution(net):
    integers, scale, zero = net.node("DynamicQuantizeLinear", net.feed(2, 8, 9, 7), outputs=3)
    weights = net.constant(net.rng.integers(0, 256, (8, 8, 3, 3)).astype(np.uint8))
    sums = net.node("ConvInteger", integers, weights, zero, net.constant(np.uint8(127)), pads=[1, 1, 1, 1])
    real = net.node("Cast", sums, to=TensorProto.FLOAT)
    scaled = net.node("Mul", real, net.node("Mul", scale, net.constant(np.float32(0.01))))
    return net.node("Add", scaled, net.constant(net.rng.normal(0, 1, (1, 8, 1, 1)).astype(np.float32)))


def product_operands(net, columns, kind, per_column):
    spread = columns if per_column else ()
    middle = 128 if kind is np.uint8 else 0
    points = (middle + net.rng.integers(-9, 9, spread)).astype(kind) if per_column else kind(middle)
    return [net.constant(x) for x in (
        net.rng.integers(np.iinfo(kind).min, np.iinfo(kind).max + 1, (37, columns)).astype(kind),
        np.asarray(net.rng.uniform(0.002, 0.01, spread), np.float32), points, net.rng.normal(0, 1, columns).astype(np.float32))]


def dynamic_products(net, kind, per_column):
    results = []
    for rows in ((5,), (2, 3)):
        x = net.feed(*rows, 37)
        weights, scales, points, bias = product_operands(net, 21, kind, per_column)
        row = net.constant(net.rng.normal(0, 1, (1, 21)).astype(np.float32))
        results += [net.node("DynamicQuantizeMatMul", x, weights, scales, points, bias, domain="com.microsoft"),
                    net.node("DynamicQuantizeMatMul", x, weights, scales, domain="com.microsoft"),
                    net.node("DynamicQuantizeMatMul", x, weights, scales, "", row, domain="com.microsoft")]
        integers, scale, zero = net.node("DynamicQuantizeLinear", x, outputs=3)
        results += [
            net.node("MatMulIntegerToFloat", integers, weights, scale, scales, zero, points, bias, domain="com.microsoft"),
            net.node("MatMulIntegerToFloat", integers, weights, scale, scales, zero, domain="com.microsoft"),
            net.node("MatMulIntegerToFloat", net.q(x), weights, net.constant(np.float32(0.05)), scales, domain="com.microsoft")]
    return results


for one_kind in (np.uint8, np.int8):
    for one_spread in (False, True):
        FORMS[f"dynamic_products_{one_kind.__name__}{'_columns' if one_spread else ''}"] = (
            functools.partial(dynamic_products, kind=one_kind, per_column=one_spread), 13, 0.001)


@form()
def where(net):
    results = []
    for kind in (np.uint8, np.int8):
        # Positive where the data are.
        condition = net.node("Cast", net.node("Relu", net.feed(3, 1, 17)), to=TensorProto.BOOL)
        x, y = net.q(net.feed(3, 5, 17), 0.05, kind(3)), net.q(net.feed(5, 1), 0.04, kind(20))
        scales = [net.constant(np.float32(scale)) for scale in (0.05, 0.04, 0.06)]
        points = [net.constant(kind(point)) for point in (3, 20, 7)]
        z = net.node("QLinearWhere", condition, x, scales[0], points[0], y, scales[1], points[1], scales[2], points[2],
                     domain="com.microsoft")
        results.append(net.node("DequantizeLinear", z, scales[2], points[2]))
    return results

"""Models that contradict themselves, ask for the impossible, or reach for what is not theirs: one function each.

Every function gives the bytes of a model that must be refused. `weights_path` names a file outside the model's folder.
"""
import numpy as np
from onnx import TensorProto, helper, numpy_helper

FLOAT = TensorProto.FLOAT


def model(nodes, initializers=(), shape=(1, 1, 8, 8), output_shape=None, opset=17, ir_version=8, outputs=("y",), kind=FLOAT):
    graph = helper.make_graph(
        list(nodes), "malformed", [helper.make_tensor_value_info("input", kind, shape)],
        [helper.make_tensor_value_info(name, FLOAT, output_shape) for name in outputs], list(initializers))
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", opset)])
    made.ir_version = ir_version
    return made.SerializeToString()


def node(operator, inputs, outputs=("y",), **attributes):
    return helper.make_node(operator, list(inputs), list(outputs), name=f"the_{operator}", **attributes)


def constant(name, value, dtype=np.float32):
    return numpy_helper.from_array(np.asarray(value, dtype), name)


def raw(name, dims, data_type=FLOAT, raw_data=b"\0" * 16):
    tensor = TensorProto(name=name, data_type=data_type, raw_data=raw_data)
    tensor.dims.extend(dims)
    return tensor


def external(location, offset="0", length="64"):
    tensor = TensorProto(name="w", data_type=FLOAT, data_location=TensorProto.EXTERNAL)
    tensor.dims.extend([16])
    for key, value in (("location", location), ("offset", offset), ("length", length)):
        entry = tensor.external_data.add()
        entry.key, entry.value = key, value
    return model([node("Add", ["input", "w"])], [tensor], shape=[16])


def with_weights(dims, **attributes):
    weights = constant("w", np.ones(dims))
    return model([node("Conv", ["input", "w"], **attributes)], [weights])


def quantized(scale, zero_point=np.uint8(0)):
    initializers = [constant("s", scale), numpy_helper.from_array(np.asarray(zero_point), "z")]
    nodes = [node("QuantizeLinear", ["input", "s", "z"], ["q"]), node("DequantizeLinear", ["q", "s", "z"])]
    return model(nodes, initializers)


def subgraph():
    inner = helper.make_graph(
        [helper.make_node("Identity", ["input"], ["inner"])], "branch", [],
        [helper.make_tensor_value_info("inner", FLOAT, None)])
    return model([node("If", ["c"], then_branch=inner, else_branch=inner)], [constant("c", True, bool)])


CASES = {
    "empty-file": lambda outside: b"",
    "not-a-model": lambda outside: b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4,
    "no-graph": lambda outside: helper.make_model(helper.make_graph([], "", [], [])).SerializeToString()[:4],
    "no-opset": lambda outside: model([node("Relu", ["input"])]).rsplit(b"B\x04", 1)[0],
    "future-opset": lambda outside: model([node("Relu", ["input"])], opset=99),
    "old-opset": lambda outside: model([node("Relu", ["input"])], opset=1),
    "cycle": lambda outside: model([node("Add", ["input", "b"], ["a"]), node("Relu", ["a"], ["b"]), node("Relu", ["b"])]),
    "feeds-itself": lambda outside: model([node("Add", ["input", "y"])]),
    "missing-tensor": lambda outside: model([node("Conv", ["input", "absent"])]),
    "missing-output": lambda outside: model([node("Relu", ["input"])], outputs=["elsewhere"]),
    "produced-twice": lambda outside: model([node("Relu", ["input"]), node("Abs", ["input"])]),
    "required-input-empty": lambda outside: model([node("Conv", ["input", ""])]),
    "too-many-inputs": lambda outside: model([node("Relu", ["input", "input", "input"])]),
    "unknown-operator": lambda outside: model([node("MakeCoffee", ["input"])]),
    "unknown-domain": lambda outside: model([helper.make_node("Relu", ["input"], ["y"], domain="example.com")]),
    "unknown-attribute": lambda outside: model([node("Relu", ["input"], sharpness=3)]),
    "attribute-of-wrong-type": lambda outside: with_weights((1, 1, 3, 3), strides="2"),
    "control-flow": lambda outside: subgraph(),
    "string-input": lambda outside: model([node("Identity", ["input"])], kind=TensorProto.STRING),
    "float8-tensor": lambda outside: model([node("Add", ["input", "w"])], [raw("w", [16], TensorProto.FLOAT8E4M3FN)]),
    "undefined-type": lambda outside: model([node("Add", ["input", "w"])], [raw("w", [16], 0)]),
    "type-out-of-enum": lambda outside: model([node("Add", ["input", "w"])], [raw("w", [16], 4096)]),
    "huge-dimensions": lambda outside: model([node("Add", ["input", "w"])], [raw("w", [2**40, 2**40])]),
    "dimensions-that-overflow": lambda outside: model([node("Add", ["input", "w"])], [raw("w", [2**32, 2**32, 4])]),
    "negative-dimension": lambda outside: model([node("Add", ["input", "w"])], [raw("w", [-4])]),
    "too-few-bytes": lambda outside: model([node("Add", ["input", "w"])], [raw("w", [8, 8])]),
    "too-many-bytes": lambda outside: model([node("Add", ["input", "w"])], [raw("w", [2])]),
    "huge-input-shape": lambda outside: model([node("Relu", ["input"])], shape=[2**31, 2**31, 2**31, 8]),
    "huge-constant-of-shape": lambda outside: model(
        [node("ConstantOfShape", ["s"], ["c"]), node("Add", ["input", "c"])], [constant("s", [2**31, 2**31], np.int64)]),
    "huge-expand": lambda outside: model(
        [node("Expand", ["input", "s"])], [constant("s", [2**20, 2**20, 8, 8], np.int64)]),
    "huge-tile": lambda outside: model([node("Tile", ["input", "r"])], [constant("r", [2**30, 2**30, 2**30, 1], np.int64)]),
    "huge-pad": lambda outside: model(
        [node("Pad", ["input", "p"])], [constant("p", [0, 0, 2**62, 2**62, 0, 0, 2**62, 2**62], np.int64)]),
    "negative-reshape": lambda outside: model([node("Reshape", ["input", "s"])], [constant("s", [-1, -1], np.int64)]),
    "reshape-that-does-not-fit": lambda outside: model([node("Reshape", ["input", "s"])], [constant("s", [7, 9], np.int64)]),
    "slice-step-zero": lambda outside: model(
        [node("Slice", ["input", "b", "e", "a", "t"])],
        [constant(name, [value], np.int64) for name, value in (("b", 0), ("e", 4), ("a", 2), ("t", 0))]),
    "gather-out-of-range": lambda outside: model(
        [node("Gather", ["input", "i"], axis=2)], [constant("i", [800], np.int64)]),
    "axis-out-of-range": lambda outside: model([node("Softmax", ["input"], axis=9)]),
    "transpose-repeats-axis": lambda outside: model([node("Transpose", ["input"], perm=[0, 1, 2, 2])]),
    "split-that-does-not-add-up": lambda outside: model(
        [node("Split", ["input", "s"], ["y", "z"], axis=3)], [constant("s", [3, 9], np.int64)]),
    "wrong-rank-weights": lambda outside: with_weights((9,)),
    "wrong-channels": lambda outside: with_weights((4, 3, 3, 3)),
    "kernel-larger-than-image": lambda outside: with_weights((1, 1, 90, 90)),
    "stride-zero": lambda outside: with_weights((1, 1, 3, 3), strides=[0, 0]),
    "dilation-zero": lambda outside: with_weights((1, 1, 3, 3), dilations=[0, 1]),
    "group-zero": lambda outside: with_weights((1, 1, 3, 3), group=0),
    "negative-padding": lambda outside: with_weights((1, 1, 3, 3), pads=[-9, -9, -9, -9]),
    "huge-padding": lambda outside: with_weights((1, 1, 3, 3), pads=[2**62, 2**62, 2**62, 2**62]),
    "pads-of-wrong-length": lambda outside: with_weights((1, 1, 3, 3), pads=[1, 1, 1]),
    "pool-kernel-zero": lambda outside: model([node("MaxPool", ["input"], kernel_shape=[0, 0])]),
    "scale-zero": lambda outside: quantized(0.0),
    "scale-negative": lambda outside: quantized(-0.5),
    "scale-nan": lambda outside: quantized(np.nan),
    "scale-infinite": lambda outside: quantized(np.inf),
    "scales-of-wrong-length": lambda outside: quantized([0.5, 0.5, 0.5], np.zeros(3, np.uint8)),
    "zero-point-of-other-length": lambda outside: quantized([0.5], np.zeros(3, np.uint8)),
    "external-parent-folder": lambda outside: external(f"../{outside.name}"),
    "external-absolute": lambda outside: external(str(outside)),
    "external-through-folder": lambda outside: external(f"sub/../../{outside.name}"),
    "external-absent": lambda outside: external("absent.bin"),
    "external-beyond-end": lambda outside: external("inside.bin", offset="1000000"),
    "external-negative-offset": lambda outside: external("inside.bin", offset="-64"),
    "external-offset-no-number": lambda outside: external("inside.bin", offset="sixty-four"),
    "external-link-outside": lambda outside: external("link.bin"),
    "external-a-folder": lambda outside: external("."),
}

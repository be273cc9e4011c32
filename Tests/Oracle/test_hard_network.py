"""A network that plain min-max ruins: channels a thousand times apart, swish, depthwise. `--recipe best` gets it back."""
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

import zoo
from hone_cli import hone


def network(path, spread):
    """The same function with and without `spread`: what a depthwise convolution is multiplied with, the next is divided by."""
    rng = np.random.default_rng(77)
    constants = {"w1": rng.uniform(-0.4, 0.4, (16, 3, 3, 3)), "b1": rng.uniform(-0.3, 0.3, 16)}
    nodes = [
        helper.make_node("Conv", ["x", "w1", "b1"], ["s"], name="stem", pads=[1] * 4),
        helper.make_node("Sigmoid", ["s"], ["g"], name="gate"),
        helper.make_node("Mul", ["s", "g"], ["a0"], name="swish"),
    ]
    for block in range(2):
        factors = 10 ** rng.uniform(-1.5, 1.5, 16)
        factors = factors if spread else np.ones(16)
        constants |= {
            f"d{block}": rng.uniform(-0.5, 0.6, (16, 1, 3, 3)) * factors[:, None, None, None],
            f"e{block}": rng.uniform(0, 0.3, 16) * factors,
            f"p{block}": rng.uniform(-0.4, 0.4, (16, 16, 1, 1)) / factors[None, :, None, None],
        }
        nodes += [
            helper.make_node("Conv", [f"a{block}", f"d{block}", f"e{block}"], [f"m{block}"], name=f"depthwise{block}",
                             pads=[1] * 4, group=16),
            helper.make_node("Relu", [f"m{block}"], [f"r{block}"], name=f"relu{block}"),
            helper.make_node("Conv", [f"r{block}", f"p{block}"], [f"a{block + 1}"], name=f"pointwise{block}"),
        ]
    graph = helper.make_graph(
        nodes, "hard", [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", 3, 12, 12])],
        [helper.make_tensor_value_info("a2", TensorProto.FLOAT, ["N", 16, 12, 12])],
        [numpy_helper.from_array(value.astype(np.float32), name) for name, value in constants.items()])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8), path)


def test_best_recovers_what_min_max_loses(tmp_path):
    rng = np.random.default_rng(78)
    data, unseen = tmp_path / "data.npy", rng.uniform(-2, 2, (32, 3, 12, 12)).astype(np.float32)
    np.save(data, rng.uniform(-2, 2, (64, 3, 12, 12)).astype(np.float32))

    def decibels(spread, *options):
        model, output = tmp_path / f"float{spread}.onnx", tmp_path / "int8.onnx"
        network(model, spread)
        hone("quantize", model, "--data", data, "--layout", "NCHW", *options, "-o", output)
        real = zoo.ort_batches(model, unseen, 32).astype(np.float64)
        zoo.session.cache_clear()
        found = zoo.ort_batches(output, unseen, 32)
        return 10 * np.log10((real**2).sum() / ((found - real) ** 2).sum())

    easy, hard = decibels(False, "--method", "minmax"), decibels(True, "--method", "minmax")
    best = decibels(True, "--method", "minmax", "--recipe", "best")
    print(f"min-max {easy:.1f} dB, with spread channels {hard:.1f} dB, best {best:.1f} dB")
    assert easy - hard > 10
    assert best - hard >= 0.8 * (easy - hard)

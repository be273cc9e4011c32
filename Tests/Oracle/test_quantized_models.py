"""Every quantized model that other tools made: it runs, and predicts what ONNX Runtime predicts."""
import numpy as np
import onnx
import pytest

import zoo
from hone_cli import run_batches, run_model

pytestmark = [
    pytest.mark.needs_models,
    pytest.mark.skipif(not zoo.has_vnni(), reason="this CPU has no VNNI: ONNX Runtime saturates its integer products here"),
]


def output_step(model):
    """The scale of the DequantizeLinear that makes the model's output."""
    graph = onnx.load(model).graph
    constants = {tensor.name: onnx.numpy_helper.to_array(tensor) for tensor in graph.initializer}
    constants |= {node.output[0]: onnx.numpy_helper.to_array(node.attribute[0].t) for node in graph.node
                  if node.op_type == "Constant" and node.attribute[0].name == "value"}
    last = next(node for node in graph.node if graph.output[0].name in node.output)
    assert last.op_type == "DequantizeLinear"
    return float(constants[last.input[1]])


@pytest.mark.parametrize("model", zoo.files("quantized"), ids=zoo.identifier)
def test_predictions(model, models):
    one = zoo.source(model)
    if one is None:
        assert model.name.startswith(zoo.REGRESSIONS), f"zoo.py does not say what {model.name} is fed"
        (x,) = zoo.synthetic_inputs(model, models)
        name = zoo.session(model).get_inputs()[0].name
        ours = next(iter(run_model(model, {name: x}).values()))
        theirs = zoo.ort_batches(model, x, len(x))
        steps = np.rint(np.abs(ours - theirs) / output_step(model))
        print(f"{np.mean(steps == 0):.5f} of the outputs equal, the largest difference is {steps.max():.0f} steps")
        assert np.mean(steps <= 1) >= 0.995
        return
    x = zoo.model_values(models / "data", one)
    theirs = zoo.ort_batches(model, x, one.batch)
    ours = run_batches(model, zoo.session(model).get_inputs()[0].name, x, one.batch)
    # 99.5 % of the images, or all but two of a set under 1,000.
    allowed = 2 if len(x) < 1000 else int(len(x) * 0.005)
    different = int((zoo.top1(ours) != zoo.top1(theirs)).sum())
    print(f"{different} of {len(x)} predictions differ, {allowed} may; outputs equal: {np.mean(ours == theirs):.5f}")
    if one.labels:
        truth = zoo.labels(models / "data", one)
        print(f"top-1 {np.mean(zoo.top1(ours) == truth):.4f}, ONNX Runtime {np.mean(zoo.top1(theirs) == truth):.4f}")
    assert different <= allowed

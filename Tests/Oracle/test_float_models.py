"""Every float model: outputs close to ONNX Runtime's, and the same predictions on the labelled data."""
import numpy as np
import pytest

import zoo
from hone_cli import run_batches, run_sets

pytestmark = pytest.mark.needs_models

RELATIVE_TO_LARGEST = 1e-4


def assert_close(ours, theirs):
    assert ours.shape == theirs.shape
    difference, largest = np.abs(ours - theirs).max(), np.abs(theirs).max()
    print(f"largest difference {difference:.3g}, largest magnitude {largest:.3g}")
    assert difference <= RELATIVE_TO_LARGEST * largest


@pytest.mark.parametrize("model", zoo.files("float"), ids=zoo.identifier)
def test_outputs_and_predictions(model, models):
    one = zoo.source(model)
    if one is None:
        assert model.name.startswith(zoo.REGRESSIONS), f"zoo.py does not say what {model.name} is fed"
        inputs = zoo.synthetic_inputs(model, models)
        name = zoo.session(model).get_inputs()[0].name
        for x, outputs in zip(inputs, run_sets(model, [{name: x} for x in inputs])):
            assert_close(next(iter(outputs.values())), zoo.ort_batches(model, x, len(x)))
        return
    x = zoo.model_values(models / "data", one)
    theirs = zoo.ort_batches(model, x, one.batch)
    ours = run_batches(model, zoo.session(model).get_inputs()[0].name, x, one.batch)
    assert_close(ours, theirs)
    # 99.98 % of the images, or all but one of a set under 5,000.
    allowed = 1 if len(x) < 5000 else int(len(x) * 0.0002)
    different = int((zoo.top1(ours) != zoo.top1(theirs)).sum())
    print(f"{different} of {len(x)} predictions differ, {allowed} may")
    if one.labels:
        truth = zoo.labels(models / "data", one)
        print(f"top-1 {np.mean(zoo.top1(ours) == truth):.4f}, ONNX Runtime {np.mean(zoo.top1(theirs) == truth):.4f}")
    assert different <= allowed

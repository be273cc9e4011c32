"""Files of `hone quantize` in OpenVINO: it loads them, and predicts what Hone predicts.

Operator by operator in float32, OpenVINO rounds sums, and a value now and then falls to the neighbouring integer: after the 19
convolutions of ResNet-20, 3 predictions of 1,000 were others with symmetric activations, at most 2 in all other forms and
networks. In its int8 mode, which users get, OpenVINO 2026.4 fuses residual additions into convolutions whose outputs are then
not rounded to their scale, whoever wrote the file: files by NNCF, its own quantizer, give other predictions there than in ONNX
Runtime on 3 to 7 of 1,000 images of the two ResNets, Hone's on 4 to 10. Everything else keeps to 99.8 %.

Three forms are run without the int8 mode alone. It gets int8 activations wrong, asymmetric or beside a MaxPool (of a SqueezeNet
that ONNX Runtime quantized 13 of 100 predictions); it refuses padded channels of symmetric uint8 activations, a Subtract of its
own making being of the wrong shape. Its reader takes 1 for the axis of a QLinearConv's scale for each channel, and refuses the
file where the numbers of channels differ, ONNX Runtime's as well: QOperator files are --per-tensor here.
"""
import json
import math
import subprocess

import numpy as np
import pytest

import peers
import zoo
from hone_cli import ROOT, hone, run_batches
from test_formats import float_kinds

pytestmark = [
    pytest.mark.needs_models,
    pytest.mark.skipif(not peers.has("openvino"), reason="openvino is not installed (make deps-peers)"),
    pytest.mark.skipif(not zoo.has_vnni(), reason="this CPU has no VNNI: OpenVINO saturates its integer products here"),
]

# Options, and whether OpenVINO runs the form right in its int8 mode.
FORMS = {
    "qdq-u8": ([], True), "qdq-s8": (["--activations", "s8"], False),
    "qdq-u8-symmetric": (["--symmetric"], False), "qdq-s8-symmetric": (["--activations", "s8", "--symmetric"], False),
    "qoperator-u8": (["--format", "qoperator", "--per-tensor"], True),
    "qoperator-s8": (["--format", "qoperator", "--per-tensor", "--activations", "s8"], False),
    "dynamic": (["--dynamic"], True), "dynamic-conv": (["--dynamic", "--types", "Conv,Gemm,MatMul"], True),
}
ADDS = ("resnet8", "resnet20")


@pytest.fixture(scope="module")
def openvino(tmp_path_factory):
    """A function that runs a model in OpenVINO, in a process that stays."""
    folder = tmp_path_factory.mktemp("openvino")
    process = subprocess.Popen([peers.PYTHON, ROOT / "Tests" / "Oracle" / "run_with_openvino.py"], text=True, bufsize=1,
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def run(model, x, batch, integers):
        np.save(folder / "x.npy", x)
        request = {"model": str(model), "input": str(folder / "x.npy"), "output": str(folder / "y.npy"), "batch": batch,
                   "integers": integers}
        process.stdin.write(json.dumps(request) + "\n")
        answer = json.loads(process.stdout.readline())
        assert "error" not in answer, answer["error"]
        return np.load(folder / "y.npy")

    yield run
    process.stdin.close()
    process.wait()


def noise(reference, found):
    return 10 * math.log10(float((reference**2).sum() / max(((reference - found) ** 2).sum(), 1e-30)))


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("model", zoo.files("float"), ids=zoo.identifier)
def test_predictions(model, form, models, tmp_path, openvino):
    (options, integers), one = FORMS[form], zoo.source(model)
    if form == "dynamic" and not float_kinds(model) & {"Gemm", "MatMul"}:
        pytest.skip("it has no Gemm and no MatMul")
    if one is None:
        x, samples = zoo.synthetic_inputs(model, models)[0], zoo.synthetic_inputs(model, models)[0]
    else:
        # A network that takes one image at a time needs a file for each in Hone: fewer of them.
        x = zoo.model_values(models / "data", one)[: 250 if one.batch == 1 else 1000]
        samples = zoo.model_values(models / "data", one, calibration=True)[:32]
    np.save(tmp_path / "samples.npy", samples)
    data = [] if "--dynamic" in options else ["--data", tmp_path / "samples.npy", "--layout", "NCHW"]
    hone("quantize", model, *data, *options, "-o", tmp_path / "int8.onnx")
    # Dynamic quantization gives the images of a batch one scale: the batches must be equal.
    batch = next(size for size in range(min(one.batch if one else 100, 100), 0, -1) if len(x) % size == 0)
    ours = run_batches(tmp_path / "int8.onnx", zoo.session(model).get_inputs()[0].name, x, batch)
    missed = {}
    for mode in ("int8", "float32"):
        # Dynamic quantization is the same operators in both modes.
        if not integers if mode == "int8" else form.startswith("dynamic"):
            continue
        theirs = openvino(tmp_path / "int8.onnx", x, batch, mode == "int8")
        if one is None:
            print(f"{mode}: {noise(ours, theirs):.1f} dB")
            assert noise(ours, theirs) > 40
            continue
        different = int(np.sum(zoo.top1(ours) != zoo.top1(theirs)))
        print(f"{mode}: {different} of {len(x)} predictions differ from OpenVINO's")
        if different > max(2, 0.002 * len(x)):
            missed[mode] = different
    has_residual_additions = model.name.startswith(ADDS) and not form.startswith("dynamic")
    if missed and has_residual_additions and max(missed.values()) <= 0.015 * len(x):
        pytest.xfail(f"residual additions, above: {missed} of {len(x)} predictions differ, 99.8 % should agree")
    assert not missed, f"{missed} of {len(x)} predictions differ from OpenVINO's"

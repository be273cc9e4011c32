"""`hone compare`, `hone sensitivity` and `hone quantize --max-drop` against numpy, on a network with one guilty layer."""
import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

import zoo
from hone_cli import DEVICE, assert_refused, hone, hone_json
from test_opencl import implementation  # noqa: F401, a fixture

SEED, SAMPLES, GUILTY = 20260, 320, "conv2"


def guilty_network():
    """Three convolutions and a classifier. The second one's weights for its first input channel are 1e3 times the others, and
    that channel is always 0: its int8 weights keep nothing of what matters, and no other layer notices."""
    rng = np.random.default_rng(SEED)
    print(f"seed {SEED}")
    weights = {
        "w1": rng.normal(0, 0.4, (8, 4, 3, 3)), "b1": rng.uniform(0, 0.2, 8), "w2": rng.normal(0, 0.2, (8, 8, 3, 3)),
        "b2": rng.uniform(0, 0.2, 8), "w3": rng.normal(0, 0.2, (8, 8, 3, 3)), "b3": rng.uniform(0, 0.2, 8),
        "wc": rng.normal(0, 1, (10, 8)), "bc": np.zeros(10),
    }
    weights["b1"][0] = -1e3
    weights["w2"][:, 0] *= 1e3
    nodes = []
    source = "x"
    for number in (1, 2, 3):
        nodes.append(helper.make_node("Conv", [source, f"w{number}", f"b{number}"], [f"c{number}"], name=f"conv{number}",
                                      pads=[1, 1, 1, 1]))
        nodes.append(helper.make_node("Relu", [f"c{number}"], [f"r{number}"], name=f"relu{number}"))
        source = f"r{number}"
    nodes += [
        helper.make_node("GlobalAveragePool", [source], ["pooled"], name="pool"),
        helper.make_node("Flatten", ["pooled"], ["flat"], name="flatten"),
        helper.make_node("Gemm", ["flat", "wc", "bc"], ["logits"], name="classifier", transB=1),
    ]
    graph = helper.make_graph(
        nodes, "guilty", [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", 4, 8, 8])],
        [helper.make_tensor_value_info("logits", TensorProto.FLOAT, ["N", 10])],
        [numpy_helper.from_array(array.astype(np.float32), name) for name, array in weights.items()])
    x = rng.normal(0, 1, (SAMPLES, 4, 8, 8)) * rng.uniform(0.2, 2, (SAMPLES, 4, 1, 1))
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    # Centred, so that the classes of the samples differ.
    logits = all_values(model, x.astype(np.float32))["logits"]
    bias = next(one for one in graph.initializer if one.name == "bc")
    model.graph.initializer.remove(next(one for one in model.graph.initializer if one.name == "bc"))
    model.graph.initializer.append(numpy_helper.from_array((numpy_helper.to_array(bias) - logits.mean(0)).astype(np.float32), "bc"))
    return model, x.astype(np.float32)


def all_values(model, x):
    """Every value of a model, from ONNX Runtime without optimisation."""
    model = onnx.ModelProto.FromString(model.SerializeToString())
    known = {output.name for output in model.graph.output}
    names = [name for node in model.graph.node for name in node.output if name not in known]
    model.graph.output.extend(onnx.ValueInfoProto(name=name) for name in names)
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    return dict(zip([output.name for output in session.get_outputs()], session.run(None, {model.graph.input[0].name: x})))


def decibels(reference, value):
    reference, value = reference.astype(np.float64), value.astype(np.float64)
    return 10 * np.log10((reference**2).sum() / ((value - reference) ** 2).sum())


def divergence(reference, value):
    log_softmax = lambda z: z - z.max(1, keepdims=True) - np.log(np.exp(z - z.max(1, keepdims=True)).sum(1, keepdims=True))
    p, q = log_softmax(reference.astype(np.float64)), log_softmax(value.astype(np.float64))
    return (np.exp(p) * (p - q)).sum(1).mean()


@pytest.fixture(scope="module")
def workplace(tmp_path_factory):
    folder = tmp_path_factory.mktemp("guilty")
    model, x = guilty_network()
    onnx.save(model, folder / "float.onnx")
    np.save(folder / "x.npy", x)
    labels = all_values(model, x)["logits"].argmax(1)
    assert len(set(labels)) > 3, "the classes of the samples differ"
    np.save(folder / "y.npy", labels.astype(np.int64))
    hone("quantize", folder / "float.onnx", "--data", folder / "x.npy", "--layout", "NCHW", "-o", folder / "int8.onnx")
    return folder


def compare(folder, *options, first="float.onnx", second="int8.onnx"):
    return hone_json("compare", folder / first, folder / second, "--data", folder / "x.npy", "--layout", "NCHW", "--samples", SAMPLES, *options)


def assert_figures(report, reference, integers):
    """Each figure of the report against numpy's, from every value of both models in ONNX Runtime.

    `integers` has what the quantized file's DequantizeLinear nodes give, by the float value's name.
    """
    checked = 0
    for layer in report["layers"]:
        value = layer["value"]
        if value not in integers:
            continue
        r, y = reference[value].astype(np.float64), integers[value].astype(np.float64)
        if np.array_equal(r, y):
            continue
        # ONNX Runtime computes convolutions between the nodes in float, where Hone has integers: rare elements differ by a step.
        # Of an input nothing was computed.
        exact = layer["node"] is None
        assert layer["sqnrDecibels"] == pytest.approx(decibels(r, y), abs=1e-9 if exact else 0.1), value
        cosine = (r * y).sum() / np.sqrt((r**2).sum() * (y**2).sum())
        assert layer["cosine"] == pytest.approx(cosine, abs=2e-4), value
        assert layer["meanError"] == pytest.approx(np.abs(y - r).mean(), rel=1e-9 if exact else 0.02), value
        assert layer["maximumError"] == pytest.approx(np.abs(y - r).max(), rel=1e-9 if exact else 0.05), value
        for channel in layer["worstChannels"][:1]:
            index = channel["index"]
            if channel["sqnrDecibels"] is not None:
                assert channel["sqnrDecibels"] == pytest.approx(decibels(r[:, index], y[:, index]), abs=0.2)
        checked += 1
    return checked


def dequantized(model, x):
    """What a QDQ file's DequantizeLinear nodes give, by the name of the value that was quantized."""
    values = all_values(model, x)
    values[model.graph.input[0].name] = x
    made = {node.output[0]: node for node in model.graph.node if node.op_type == "QuantizeLinear"}
    found = {}
    for node in model.graph.node:
        if node.op_type == "DequantizeLinear" and node.input[0] in made:
            found[made[node.input[0]].input[0]] = values[node.output[0]]
            found[node.output[0]] = values[node.output[0]]
    return found


def test_figures_are_numpys(workplace):
    x = np.load(workplace / "x.npy")
    model, int8 = onnx.load(workplace / "float.onnx"), onnx.load(workplace / "int8.onnx")
    reference = all_values(model, x) | {"x": x}
    report = compare(workplace, "--device", DEVICE)
    assert assert_figures(report, reference, dequantized(int8, x)) >= 5
    logits = all_values(int8, x)["logits"]
    output = report["output"]
    assert output["samples"] == SAMPLES
    assert output["klDivergence"] == pytest.approx(divergence(reference["logits"], logits), rel=0.02)
    assert output["sqnrDecibels"] == pytest.approx(decibels(reference["logits"], logits), abs=0.1)
    same = np.mean(reference["logits"].argmax(1) == logits.argmax(1))
    assert output["agreementPercent"] == pytest.approx(100 * same, abs=2)


def test_the_guilty_layer_diverges_first(workplace):
    report = compare(workplace)
    assert report["firstDivergence"] == GUILTY and GUILTY in report["verdict"]
    text = hone("compare", workplace / "float.onnx", workplace / "int8.onnx", "--data", workplace / "x.npy", "--layout", "NCHW").stdout
    assert "verdict     DIVERGES first at Conv 'conv2'" in text
    calm = compare(workplace, "--threshold", "300")
    assert calm["firstDivergence"] is None and "no layer loses more" in calm["verdict"]


def test_no_figure_depends_on_batch_threads_or_device(workplace):
    one = compare(workplace, "--batch", 1, "--threads", 1, "--device", "cpu")
    assert one == compare(workplace, "--batch", 40, "--threads", 2, "--device", "cpu")
    assert one == compare(workplace, "--batch", 7, "--device", "reference")


def test_opencl_gives_the_same_figures(workplace, implementation):
    assert compare(workplace, "--device", "opencl:0") == compare(workplace, "--device", "cpu")


def test_sensitivity_ranks_the_guilty_layer_first(workplace):
    arguments = ["sensitivity", workplace / "float.onnx", "--data", workplace / "x.npy", "--layout", "NCHW"]
    report = hone_json(*arguments, "--labels", workplace / "y.npy")
    layers = report["layers"]
    assert layers[0]["node"] == GUILTY and layers[0]["loss"]["dropPercentagePoints"] > 20
    assert layers[0]["loss"]["klDivergence"] > 20 * layers[1]["loss"]["klDivergence"]
    assert {layer["node"] for layer in layers} >= {"conv1", "conv2", "conv3", "classifier"}
    divergences = [layer["loss"]["klDivergence"] for layer in layers]
    assert divergences == sorted(divergences, reverse=True)
    assert "Conv 'conv2' costs most" in hone(*arguments).stdout
    assert {layer["node"]: layer["weightBytes"] for layer in layers}["conv1"] == 8 * 4 * 9 * 4
    assert report["floatLayers"] == [] and all(layer["result"] == "int8" for layer in layers)
    excluded = hone_json(*arguments, "--exclude", "conv3")
    assert [layer["node"] for layer in excluded["floatLayers"]][:1] == ["conv3"]
    assert "excluded by name" in excluded["floatLayers"][0]["result"] and "excluded by name" in hone(*arguments, "--exclude", "conv3").stdout


def test_sensitivity_takes_a_record(workplace, tmp_path):
    record = tmp_path / "c.cal"
    hone("calibrate", workplace / "float.onnx", "--data", workplace / "x.npy", "--layout", "NCHW", "-o", record)
    report = hone_json("sensitivity", workplace / "float.onnx", "--data", workplace / "x.npy", "--layout", "NCHW",
                       "--calibration", record, "--samples", 20)
    assert report["samples"] == 20 and report["layers"][0]["node"] == GUILTY


@pytest.mark.parametrize("budget", [["--max-drop", "10", "--labels"], ["--max-kl", "0.01"]], ids=["points", "divergence"])
def test_a_budget_leaves_the_guilty_layer_in_float(workplace, tmp_path, budget):
    if budget[-1] == "--labels":
        budget = budget + [workplace / "y.npy"]
    output = tmp_path / "out.onnx"
    report = hone_json("quantize", workplace / "float.onnx", "--data", workplace / "x.npy", "--layout", "NCHW", *budget, "-o", output)
    assert report["budget"]["floatLayers"] == [GUILTY]
    states = {node["node"]: node for node in report["nodes"]}
    assert not states[GUILTY]["quantized"] and "quantizing it alone costs" in states[GUILTY]["result"]
    assert all(states[name]["quantized"] for name in ("conv1", "conv3", "classifier"))
    attempts = report["budget"]["attempts"]
    assert not attempts[0]["holds"] and attempts[-1]["holds"]
    assert any("does not calibrate" in note for note in report["budget"]["notes"])
    onnx.checker.check_model(str(output), full_check=True)
    # What decided are the samples that did not calibrate: of every 16 the last 8.
    chosen = np.arange(SAMPLES) % 16 >= 8
    x, labels = np.load(workplace / "x.npy")[chosen], np.load(workplace / "y.npy")[chosen]
    logits = all_values(onnx.load(output), x)["logits"]
    reference = all_values(onnx.load(workplace / "float.onnx"), x)["logits"]
    loss = report["budget"]["loss"]
    assert loss["samples"] == len(x)
    assert loss["klDivergence"] == pytest.approx(divergence(reference, logits), rel=0.05, abs=1e-5)
    if "--max-drop" in budget:
        assert loss["dropPercentagePoints"] == pytest.approx(100 * np.mean(logits.argmax(1) != labels), abs=2.1)
        assert loss["dropPercentagePoints"] <= 10 and loss["drop95"][0] < loss["dropPercentagePoints"] < loss["drop95"][1]


@pytest.mark.parametrize("recipe", ["balanced", "best"])
def test_a_budget_keeps_what_a_recipe_chose(workplace, tmp_path, recipe):
    def quantize(name, *options):
        output = tmp_path / name
        return output, hone_json("quantize", workplace / "float.onnx", "--data", workplace / "x.npy", "--layout", "NCHW",
                                 "--recipe", recipe, *options, "-o", output)

    output, report = quantize("kept.onnx", "--max-kl", "0.01")
    assert report["recipe"]["name"] == recipe and [one["kept"] for one in report["recipe"]["trials"]].count(True) == 1
    assert report["budget"]["floatLayers"] == [GUILTY]
    states = {node["node"]: node for node in report["nodes"]}
    assert not states[GUILTY]["quantized"] and "quantizing it alone costs" in states[GUILTY]["result"]
    others = [states[name] for name in ("conv1", "conv3", "classifier")]
    assert all(node["quantized"] for node in others)
    assert any("rounding compensated" in node["result"] or "bias corrected" in node["result"] for node in others)
    ranked = {layer["node"]: layer for layer in report["budget"]["sensitivity"]}
    assert ranked[GUILTY]["result"] == "float" and ranked["conv1"]["result"] == "int8"
    assert ranked["conv1"]["weightBytes"] == 8 * 4 * 9 * 4
    onnx.checker.check_model(str(output), full_check=True)
    chosen = np.arange(SAMPLES) % 16 >= 8
    x = np.load(workplace / "x.npy")[chosen]
    loss = divergence(all_values(onnx.load(workplace / "float.onnx"), x)["logits"], all_values(onnx.load(output), x)["logits"])
    assert loss <= 0.01 and report["budget"]["loss"]["klDivergence"] == pytest.approx(loss, rel=0.05, abs=1e-5)
    again, _ = quantize("again.onnx", "--max-kl", "0.01", "--threads", 1, "--batch", 3)
    assert again.read_bytes() == output.read_bytes()
    # A budget that holds at once changes nothing.
    free, _ = quantize("free.onnx", "--max-kl", "1000", "--eval-data", workplace / "x.npy")
    plain, _ = quantize("plain.onnx")
    assert free.read_bytes() == plain.read_bytes()


def test_a_budget_that_cannot_hold(workplace, tmp_path):
    output = tmp_path / "out.onnx"
    result = hone("quantize", workplace / "float.onnx", "--data", workplace / "x.npy", "--layout", "NCHW", "--max-kl", "0",
                  "-o", output, check=False)
    assert result.returncode == 1 and not output.exists()
    assert "the float model alone holds the budget" in result.stderr


def test_other_models_are_refused(workplace, tmp_path):
    other = helper.make_model(helper.make_graph(
        [helper.make_node("Relu", ["x"], ["r1"])], "other", [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["N", 4, 8, 8])],
        [helper.make_tensor_value_info("r1", TensorProto.FLOAT, ["N", 4, 8, 8])]), opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.save(other, tmp_path / "other.onnx")
    result = hone("compare", workplace / "float.onnx", tmp_path / "other.onnx", "--data", workplace / "x.npy", "--layout", "NCHW", check=False)
    assert_refused(result, progress=True)
    assert "compare a model with the one that it was made from" in result.stderr
    swapped = hone("compare", workplace / "int8.onnx", workplace / "float.onnx", "--data", workplace / "x.npy", "--layout", "NCHW", check=False)
    assert_refused(swapped, progress=True)
    assert "quantized already" in swapped.stderr


def test_nan_is_counted(workplace, tmp_path):
    x = np.load(workplace / "x.npy")[:8].copy()
    x[3, 0, 0, 0] = np.nan
    np.save(tmp_path / "nan.npy", x)
    report = hone_json("compare", workplace / "float.onnx", workplace / "int8.onnx", "--data", tmp_path / "nan.npy", "--layout", "NCHW")
    layers = {layer["value"]: layer for layer in report["layers"]}
    assert layers["x"]["nonFinite"] == 1 and layers["x"]["nonFiniteMismatches"] == 1
    assert layers["x"]["sqnrDecibels"] > 30, "the others still count"
    assert report["firstDivergence"] == "x"


@pytest.mark.parametrize("quantized, original", [
    ("resnet8_cifar10_ort_s8s8_perchannel_qdq", "resnet8_cifar10"), ("resnet8_cifar10_ort_u8s8_qoperator", "resnet8_cifar10"),
    ("dscnn_kws_ort_u8s8_perchannel_qdq", "dscnn_kws"), ("squeezenet_flowers_ort_s8s8_perchannel_qdq", "squeezenet_flowers"),
    ("resnet20_cifar10_ort_s8s8_perchannel_qdq", "resnet20_cifar10")])
@pytest.mark.needs_models
def test_files_of_other_tools(models, quantized, original):
    """Values of ONNX Runtime's files are found by name, and mean what the float model's of that name do."""
    one = zoo.source(models / f"{original}.onnx")
    folder = models / "models"
    report = hone_json("compare", folder / "float" / f"{original}.onnx", folder / "quantized" / f"{quantized}.onnx",
                       "--data", models / "data" / one.data, *one.arguments(), "--samples", 6)
    found = [layer for layer in report["layers"] if layer["quantized"]]
    ratios = [layer["sqnrDecibels"] for layer in found if layer["sqnrDecibels"] is not None]
    print(f"{len(found)} of {len(report['layers'])} values in integers, SQNR {min(ratios):.1f} to {max(ratios):.1f} dB; {report['verdict']}")
    assert len(found) >= 8 and min(ratios) > 3


@pytest.mark.needs_models
def test_layers_without_names_are_not_blamed(models):
    """A file of a converter that renames everything: the loss is that of all layers in between, and said to be."""
    report = hone_json("compare", models / "models" / "float" / "resnet8_cifar10.onnx",
                       models / "models" / "quantized" / "resnet8_cifar10_tflite_int8_qdq.onnx",
                       "--data", models / "data" / zoo.RESNET8.data, "--samples", 6)
    assert len(report["layers"]) == 2 and report["layers"][-1]["layersSinceSources"] == 10
    assert "DIVERGES first within the 10 layers up to" in report["verdict"]


@pytest.mark.needs_models
def test_figures_of_a_real_model(models, tmp_path):
    one, model = zoo.SOURCES["resnet8_cifar10"], models / "models" / "float" / "resnet8_cifar10.onnx"
    hone("quantize", model, "--data", models / "data" / one.calibration, "--samples", 64, "-o", tmp_path / "int8.onnx")
    report = hone_json("compare", model, tmp_path / "int8.onnx", "--data", models / "data" / one.data, "--samples", 64)
    x = zoo.model_values(models / "data", one)[:64]
    float_model, int8 = onnx.load(model), onnx.load(tmp_path / "int8.onnx")
    reference = all_values(float_model, x) | {float_model.graph.input[0].name: x}
    assert assert_figures(report, reference, dequantized(int8, x)) >= 10

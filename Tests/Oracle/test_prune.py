"""`hone prune`: files that every runtime loads, zeros where they are said to be, and zeros that quantizing keeps."""
import hashlib
import json
import zlib

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

import zoo
from hone_cli import assert_refused, hone, hone_json, run_batches

NODES = ("stem", "body", "pointwise", "head")


def save(path, constants, nodes, shape):
    graph = helper.make_graph(
        nodes, "pruning", [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["N", 10])],
        [numpy_helper.from_array(value.astype(np.float32), name) for name, value in constants.items()])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8), path)


def network(path, rng, **replaced):
    """Convolutions of 3x3 and 1x1, a depthwise one between them, and a Gemm, from a seed."""
    constants = {
        "w1": rng.normal(0, 0.3, (32, 3, 3, 3)), "b1": rng.normal(0, 0.2, 32), "w2": rng.normal(0, 0.1, (32, 32, 3, 3)),
        "wd": rng.normal(0, 0.4, (32, 1, 3, 3)), "w3": rng.normal(0, 0.2, (48, 32, 1, 1)), "b3": rng.normal(0, 0.2, 48),
        "w4": rng.normal(0, 0.3, (10, 48)), "b4": rng.normal(0, 0.1, 10),
    } | replaced
    nodes = [
        helper.make_node("Conv", ["x", "w1", "b1"], ["c1"], name="stem", pads=[1] * 4, strides=[2, 2]),
        helper.make_node("Relu", ["c1"], ["r1"], name="relu1"),
        helper.make_node("Conv", ["r1", "w2"], ["c2"], name="body", pads=[1] * 4),
        helper.make_node("Relu", ["c2"], ["r2"], name="relu2"),
        helper.make_node("Conv", ["r2", "wd"], ["cd"], name="depthwise", pads=[1] * 4, group=32),
        helper.make_node("Conv", ["cd", "w3", "b3"], ["c3"], name="pointwise"),
        helper.make_node("Relu", ["c3"], ["r3"], name="relu3"),
        helper.make_node("GlobalAveragePool", ["r3"], ["p"], name="pool"),
        helper.make_node("Flatten", ["p"], ["f"], name="flatten"),
        helper.make_node("Gemm", ["f", "w4", "b4"], ["y"], name="head", transB=1),
    ]
    save(path, constants, nodes, ["N", 3, 16, 16])


@pytest.fixture(scope="module")
def example(tmp_path_factory):
    folder, rng = tmp_path_factory.mktemp("pruning"), np.random.default_rng(11)
    model, data = folder / "model.onnx", folder / "data.npy"
    network(model, rng)
    np.save(data, rng.normal(0.3, 1, (64, 3, 16, 16)).astype(np.float32))
    return model, data


def prune(example, output, *options):
    return hone_json("prune", example[0], "--data", example[1], "--layout", "NCHW", *options, "-o", output)


def weights(path):
    """Weight, outputs first, and zero point by node of every Conv, Gemm and MatMul, float or of integers."""
    model = onnx.load(path)
    constants = {one.name: numpy_helper.to_array(one) for one in model.graph.initializer}
    producers = {output: node for node in model.graph.node for output in node.output}
    found = {}
    for node in model.graph.node:
        position = {"Conv": 1, "Gemm": 1, "MatMul": 1, "QLinearConv": 3, "QLinearMatMul": 3}.get(node.op_type)
        if position is None:
            continue
        name, zero = node.input[position], np.zeros(1)
        if position == 3:
            zero = constants[node.input[5]]
        elif name in producers and producers[name].op_type == "DequantizeLinear":
            source = producers[name]
            name, zero = source.input[0], constants[source.input[2]] if len(source.input) > 2 else zero
        array = constants[name]
        if node.op_type == "Gemm" and not any(one.name == "transB" and one.i for one in node.attribute) or "MatMul" in node.op_type:
            array = array.T
        found[node.name] = array, np.asarray(zero).reshape(-1, *[1] * (array.ndim - 1))
    return found


def empty(array, zero, outputs, inputs):
    """For each block of neighbouring outputs and inputs at one tap, whether it is empty."""
    flat = (array != zero).reshape(array.shape[0], array.shape[1], -1)
    padded = np.pad(flat, [(0, -flat.shape[0] % outputs), (0, -flat.shape[1] % inputs), (0, 0)])
    cut = padded.reshape(padded.shape[0] // outputs, outputs, padded.shape[1] // inputs, inputs, -1)
    return ~cut.any(axis=(1, 3))


def same_top1(path, x, allowed=2):
    theirs, ours = zoo.ort_batches(path, x, len(x)), run_batches(path, "x", x, len(x))
    return np.sum(zoo.top1(theirs) != zoo.top1(ours)) <= allowed


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


MAGNITUDE = ["--score", "magnitude", "--no-refit"]


@pytest.mark.parametrize("pattern", ["16x4", "4x4", "1x4", "4x1", "16x16", "1x1"])
@pytest.mark.parametrize("options", [[], [*MAGNITUDE, "--uniform"], ["--score", "activation", "--no-permutation", "--schedule", "constant"]])
def test_the_file_and_what_is_said_of_it(example, tmp_path, pattern, options):
    output = tmp_path / "pruned.onnx"
    report = prune(example, output, "--pattern", pattern, "--sparsity", 0.5, *options)
    onnx.checker.check_model(str(output), full_check=True)
    assert same_top1(output, np.load(example[1]))
    stored = weights(output)
    outputs, inputs = map(int, pattern.split("x"))
    for layer in report["layers"]:
        if layer["pruned"]:
            found = empty(*stored[layer["node"]], outputs, inputs)
            assert layer["blocks"] == found.size and layer["keptBlocks"] == found.size - found.sum(), layer["node"]
        else:
            assert layer["reason"]
    # Blocks that would not be faster stay: those of layers with few channels.
    shared = [layer for layer in report["layers"] if layer["pruned"] or layer["reason"] == "other layers lose less"]
    assert {"body", "pointwise"} <= {layer["node"] for layer in shared} <= set(NODES)
    kept, all_blocks = (sum(layer[key] for layer in shared) for key in ("keptBlocks", "blocks"))
    assert kept == pytest.approx(0.5 * all_blocks, abs=0.02 * all_blocks + len(shared))
    # Density by numpy is what inspect counts, and what the metadata say.
    inspected = hone_json("inspect", output)
    assert inspected["sparsity"]["metadataDisagreements"] == []
    total = [0, 0]
    for layer in inspected["sparsity"]["layers"]:
        array, zero = stored[layer["node"]]
        assert (layer["weights"], layer["zeros"]) == (array.size, np.sum(array == zero))
        total[0], total[1] = total[0] + np.sum(array != zero), total[1] + array.size
        if layer["blocks16x4"] is not None:
            kernel = empty(array, zero, 16, 4)
            assert (layer["blocks16x4"], layer["emptyBlocks16x4"]) == (kernel.size, kernel.sum())
    assert report["density"] == pytest.approx(total[0] / total[1], abs=1e-12)
    metadata = json.loads(inspected["metadata"]["hone.pruning"])
    assert metadata["pattern"] == pattern and metadata["density"] == pytest.approx(1 - report["sparsity"], abs=1e-6)
    # As written and compressed.
    assert report["outputBytes"] == output.stat().st_size
    assert report["outputCompressedBytes"] == len(zlib.compress(output.read_bytes(), 6))
    assert report["sourceCompressedBytes"] == len(zlib.compress(example[0].read_bytes(), 6))


def test_a_share_in_each_group(example, tmp_path):
    output = tmp_path / "pruned.onnx"
    prune(example, output, "--pattern", "2:4")
    for node, (array, _) in weights(output).items():
        if array.shape[1] % 4 == 0 and node != "depthwise":
            flat = array.reshape(array.shape[0], array.shape[1] // 4, 4, -1)
            assert ((flat != 0).sum(axis=2) <= 2).all(), node
    patterns = {layer["node"]: layer["pattern"] for layer in hone_json("inspect", output)["sparsity"]["layers"]}
    assert patterns["body"] == patterns["pointwise"] == "2:4"


def test_magnitude_needs_no_data(example, tmp_path):
    output = tmp_path / "pruned.onnx"
    report = hone_json("prune", example[0], "--sparsity", 0.5, "--uniform", "--no-permutation", *MAGNITUDE, "-o", output)
    assert report["samples"] == 0 and all(layer["errorRefitted"] is None for layer in report["layers"])
    original, pruned = weights(example[0]), weights(output)
    for node in ("body", "pointwise"):
        found, (before, _) = empty(*pruned[node], 16, 4), original[node]
        # Kept weights stay as they are, and no empty block was worth more than one that was kept.
        kept = pruned[node][0] != 0
        assert (pruned[node][0][kept] == before[kept]).all() and found.mean() == 0.5
        flat = before.reshape(before.shape[0], before.shape[1], -1).astype(np.float64) ** 2
        worth = flat.reshape(flat.shape[0] // 16, 16, flat.shape[1] // 4, 4, -1).sum(axis=(1, 3))
        assert worth[found].max() <= worth[~found].min()
    allocated = hone_json("prune", example[0], "--sparsity", 0.5, *MAGNITUDE, "-o", output)
    shared = [layer for layer in allocated["layers"] if layer["pruned"] or layer["reason"] == "other layers lose less"]
    assert sum(layer["keptBlocks"] for layer in shared) == pytest.approx(0.5 * sum(layer["blocks"] for layer in shared), abs=2)


@pytest.mark.parametrize("options", [[], ["--no-refit", "--score", "magnitude"], ["--multiple", 16]])
def test_fewer_channels(example, tmp_path, options):
    output, x = tmp_path / "pruned.onnx", np.load(example[1])
    report = prune(example, output, "--pattern", "channel", "--macs", 0.6, *options)
    onnx.checker.check_model(str(output), full_check=True)
    before, after = weights(example[0]), weights(output)
    multiple = 16 if "--multiple" in options else 8
    assert 0 < report["multiplyAccumulates"] <= 0.6 * report["multiplyAccumulatesBefore"]
    assert after["body"][0].shape[0] % multiple == 0 and after["pointwise"][0].shape[0] % multiple == 0
    for layer in report["layers"]:
        assert tuple(layer["shapeBefore"]) == before[layer["node"]][0].shape
        assert tuple(layer["shape"]) == after[layer["node"]][0].shape
    assert zoo.ort_batches(output, x, 64).shape == (64, 10) and same_top1(output, x)
    inspected = hone_json("inspect", output)
    assert inspected["multiplyAccumulates"] == report["multiplyAccumulates"] < hone_json("inspect", example[0])["multiplyAccumulates"]
    assert json.loads(inspected["metadata"]["hone.pruning"])["pattern"] == "channel"
    assert inspected["sparsity"]["metadataDisagreements"] == []
    text = hone("prune", example[0], "--data", example[1], "--layout", "NCHW", "--pattern", "channel", "--macs", 0.6, *options, "-o", output).stdout
    assert " % are left)" in text and " -> " in text


def test_shares_of_layers(example, tmp_path):
    output, file = tmp_path / "pruned.onnx", tmp_path / "shares.json"
    options = ["--no-permutation", "--schedule", "constant", "--pattern", "4x4"]
    report = prune(example, output, "--layers", "*=0.25", "b?dy=0.5", "pointwise=0.75", "type:Gemm=0.9", *options)
    asked = {layer["node"]: layer["asked"] for layer in report["layers"] if layer["pruned"]}
    assert asked == {"stem": 0.25, "body": 0.5, "pointwise": 0.75, "head": 0.9}
    file.write_text(json.dumps({"body": 0.5}))
    report = prune(example, output, "--layers", file, *options)
    layers = {layer["node"]: layer for layer in report["layers"]}
    assert layers["body"]["pruned"] and layers["stem"]["reason"] == "not asked for" and not layers["head"]["pruned"]
    report = prune(example, output, "--sparsity", 0.5, "--uniform", "--exclude", "st*", "type:Gemm", *options)
    excluded = [layer["node"] for layer in report["layers"] if layer["reason"] == "excluded"]
    assert excluded == ["stem", "head"]
    stored = weights(output)
    assert (stored["stem"][0] != 0).all() and (stored["head"][0] != 0).all()


@pytest.mark.parametrize("options", [[], ["--score", "activation"], ["--score", "hessian-greedy", "--pattern", "4x4"]])
def test_the_file_depends_on_the_data_alone(example, tmp_path, options):
    files = []
    for number, run in enumerate(([], ["--threads", 1, "--batch", 1], ["--threads", 2, "--batch", 7])):
        files.append(tmp_path / f"{number}.onnx")
        prune(example, files[-1], "--sparsity", 0.5, *options, *run)
    assert len({digest(file) for file in files}) == 1


def test_the_refit_brings_outputs_nearer(example, tmp_path):
    x = np.load(example[1])
    real, noise = zoo.ort_batches(example[0], x, 64), {}
    for name, options in {"masked": MAGNITUDE, "refitted": []}.items():
        output = tmp_path / f"{name}.onnx"
        report = prune(example, output, "--sparsity", 0.5, "--uniform", "--no-permutation", *options)
        noise[name] = np.sum((zoo.ort_batches(output, x, 64) - real) ** 2) / np.sum(real**2)
    print(f"relative squared error: magnitude {noise['masked']:.4f}, Hessian and refit {noise['refitted']:.4f}")
    assert noise["refitted"] < 0.5 * noise["masked"]
    assert all(layer["errorRefitted"] <= layer["errorMasked"] for layer in report["layers"] if layer["pruned"])


@pytest.mark.parametrize("recipe", ["fast", "balanced", "best"])
@pytest.mark.parametrize("form", ["qdq", "qoperator"])
def test_zeros_survive_quantizing(example, tmp_path, recipe, form):
    pruned, int8 = tmp_path / "pruned.onnx", tmp_path / "int8.onnx"
    prune(example, pruned, "--sparsity", 0.5)
    report = hone_json("quantize", pruned, "--data", example[1], "--layout", "NCHW", "--recipe", recipe, "--format", form, "-o", int8)
    onnx.checker.check_model(str(int8), full_check=True)
    before, after = weights(pruned), weights(int8)
    assert set(before) == set(after)
    for node, (array, _) in before.items():
        integers, zero = after[node]
        assert integers.dtype == np.int8 and (integers == zero)[array == 0].all(), node
    assert report["outputCompressedBytes"] == len(zlib.compress(int8.read_bytes(), 6))
    assert report["outputCompressedBytes"] < report["outputBytes"]
    float_layers, layers = ({layer["node"]: layer for layer in hone_json("inspect", path)["sparsity"]["layers"]}
                            for path in (pruned, int8))
    for node in NODES:
        assert layers[node]["emptyBlocks16x4"] == float_layers[node]["emptyBlocks16x4"], node
        assert layers[node]["pattern"] == float_layers[node]["pattern"], node
    summary = hone_json("inspect", int8)
    assert json.loads(summary["metadata"]["hone.pruning"])["pattern"] == "16x4" and summary["sparsity"]["metadataDisagreements"] == []
    assert same_top1(int8, np.load(example[1]))


def pattern_masks(rng, shape):
    """A mask of each pattern, half of it or more zero, as [outputs, inputs, taps]."""
    outputs, inputs, taps = shape
    for height, width in ((16, 16), (16, 4), (8, 4), (4, 4), (4, 1), (1, 4)):
        kept = rng.random((-(-outputs // height), -(-inputs // width), taps)) < 0.5
        yield f"{height}x{width}", kept.repeat(height, 0).repeat(width, 1)[:outputs, :inputs]
    kept = rng.random(outputs) < 0.5
    yield "channel", np.broadcast_to(kept[:, None, None], shape)
    order = rng.random((outputs, inputs // 4, 4, taps)).argsort(axis=2)
    yield "2:4", (order < 2).reshape(shape)
    yield "1x1", rng.random(shape) < 0.1
    yield None, np.ones(shape, bool)


def test_patterns_are_measured(tmp_path):
    """No metadata name them: what inspect says comes from the weights, also in int8 where rounding makes zeros of its own."""
    rng = np.random.default_rng(3)
    np.save(tmp_path / "data.npy", rng.normal(0, 1, (16, 3, 16, 16)).astype(np.float32))
    for pattern, mask in pattern_masks(rng, (32, 32, 9)):
        weight = (rng.normal(0, 0.1, (32, 32, 9)) * mask).reshape(32, 32, 3, 3)
        model, int8 = tmp_path / "model.onnx", tmp_path / "int8.onnx"
        network(model, rng, w2=weight)
        hone("quantize", model, "--data", tmp_path / "data.npy", "--layout", "NCHW", "-o", int8)
        for path in (model, int8):
            found = {layer["node"]: layer for layer in hone_json("inspect", path)["sparsity"]["layers"]}
            assert found["body"]["pattern"] == pattern, (path.name, pattern)
            assert found["stem"]["pattern"] is None and found["pointwise"]["pattern"] is None
            assert hone_json("inspect", path)["sparsity"]["metadataDisagreements"] is None
        text = hone("inspect", int8).stdout
        assert ("zeros       " in text) and ((f"  {pattern}\n" in text) if pattern else "as rounding makes them" in text)


def test_metadata_that_disagree(example, tmp_path):
    output = tmp_path / "pruned.onnx"
    prune(example, output, "--sparsity", 0.5)
    model = onnx.load(output)
    name = next(node for node in model.graph.node if node.name == "body").input[1]
    tensor = next(one for one in model.graph.initializer if one.name == name)
    array = numpy_helper.to_array(tensor).copy()
    array[array == 0] = 0.5
    tensor.CopyFrom(numpy_helper.from_array(array, name))
    onnx.save(model, output)
    complaints = hone_json("inspect", output)["sparsity"]["metadataDisagreements"]
    assert len(complaints) == 1 and "'body' is said to have density" in complaints[0] and complaints[0].endswith("and has 1.0")
    assert "warning     metadata disagree: 'body'" in hone("inspect", output).stdout
    for text in ("{", '{"pattern": "7", "density": 1, "layers": {}}', '{"pattern": "16x4"}', "[" * 10000):
        model.metadata_props[0].value = text
        assert model.metadata_props[0].key == "hone.pruning"
        onnx.save(model, output)
        assert len(hone_json("inspect", output)["sparsity"]["metadataDisagreements"]) == 1


def test_accuracy_before_and_after(example, tmp_path):
    x, output, labels = np.load(example[1]), tmp_path / "pruned.onnx", tmp_path / "labels.npy"
    truth = zoo.top1(zoo.ort_batches(example[0], x, 64))
    truth[:7] = (truth[:7] + 1) % 10
    np.save(labels, truth)
    options = ["--sparsity", 0.75, "--eval-data", example[1], "--labels", labels]
    accuracy = prune(example, output, *options)["accuracy"]
    after = zoo.top1(zoo.ort_batches(output, x, 64)) == truth
    assert accuracy["top1Before"] == 100 * 57 / 64 and accuracy["top1"] == 100 * np.mean(after)
    assert accuracy["dropPercentagePoints"] == pytest.approx(accuracy["top1Before"] - accuracy["top1"])
    text = hone("prune", example[0], "--data", example[1], "--layout", "NCHW", *options, "-o", output).stdout
    assert "top-1       89.06 % -> " in text and "95 % interval" in text and "compressed  " in text


@pytest.mark.parametrize("options, message", [
    (["--sparsity", "0.5"], "pruning needs --data"),
    (["--sparsity", "0.5", "--score", "magnitude"], "pruning needs --data"),
    ([*MAGNITUDE], "give one of --sparsity, --layers, --macs and --speedup, not none"),
    ([*MAGNITUDE, "--sparsity", "0.5", "--macs", "0.5"], "not --sparsity and --macs"),
    ([*MAGNITUDE, "--sparsity", "1"], "a share from 0 to less than 1"),
    ([*MAGNITUDE, "--sparsity", "half"], "needs a number"),
    ([*MAGNITUDE, "--macs", "0.5"], "--macs needs --pattern channel"),
    ([*MAGNITUDE, "--sparsity", "0.5", "--multiple", "8"], "--multiple needs --pattern channel"),
    ([*MAGNITUDE, "--layers", "body"], "--layers takes GLOB=S"),
    ([*MAGNITUDE, "--layers", "body=2"], "shares from 0 to less than 1, not body=2"),
    ([*MAGNITUDE, "--layers", "body=0.5", "body=0.6"], "two shares for 'body'"),
    ([*MAGNITUDE, "--pattern", "2:4", "--sparsity", "0.5"], "says itself how much"),
    ([*MAGNITUDE, "--sparsity", "0.5", "--schedule", "constant", "--steps", "3"], "--steps needs --schedule polynomial"),
    ([*MAGNITUDE, "--sparsity", "0.5", "--samples", "9"], "--samples needs --data"),
    ([*MAGNITUDE, "--sparsity", "0.5", "--labels", "l.npy"], "--labels needs --eval-data"),
    ([*MAGNITUDE, "--sparsity", "0.5", "--score", "best"], "given twice"),
    (["--sparsity", "0.5", "--score", "best"], "--score is one of magnitude, activation, hessian, hessian-greedy"),
    ([*MAGNITUDE, "--speedup", "0.5"], "a factor from 1"),
])
def test_wrong_options(example, tmp_path, options, message):
    result = hone("prune", example[0], *options, "-o", tmp_path / "pruned.onnx", check=False)
    assert result.returncode == 2 and message in result.stderr and not list(tmp_path.iterdir())


@pytest.mark.parametrize("options, message", [
    ([*MAGNITUDE, "--sparsity", "0.5", "--pattern", "0x4"], "there is no pruning pattern '0x4'"),
    ([*MAGNITUDE, "--sparsity", "0.5", "--pattern", "99999999999999999999x4"], "there is no pruning pattern"),
    ([*MAGNITUDE, "--sparsity", "0.5", "--pattern", "channel"], "--macs"),
    ([*MAGNITUDE, "--layers", "bdy=0.5"], "no node 'bdy' to prune"),
    ([*MAGNITUDE, "--layers", "relu1=0.5"], "matches no layer that can be pruned"),
    ([*MAGNITUDE, "--layers", "none.json"], "none.json: cannot open"),
    ([*MAGNITUDE, "--sparsity", "0.5", "--exclude", "bdy"], "no node 'bdy' to exclude"),
    (["--sparsity", "0.5", "--data", "none.npy"], "none.npy"),
])
def test_refusals_leave_no_file(example, tmp_path, options, message):
    result = hone("prune", example[0], *options, "-o", tmp_path / "pruned.onnx", check=False)
    assert_refused(result, tmp_path / "pruned.onnx")
    assert message in result.stderr


def test_bad_files_are_refused(example, tmp_path):
    output, shares = tmp_path / "pruned.onnx", tmp_path / "shares.json"
    for text in ("", "[]", '{"body": "much"}', '{"body": 0.5', "\0" * 100):
        shares.write_text(text)
        result = hone("prune", example[0], *MAGNITUDE, "--layers", shares, "-o", output, check=False)
        assert_refused(result, output)
        assert "no JSON object of shares" in result.stderr
    shares.write_text('{"body": 1.5}')
    assert "shares from 0" in hone("prune", example[0], *MAGNITUDE, "--layers", shares, "-o", output, check=False).stderr
    int8 = tmp_path / "int8.onnx"
    hone("quantize", example[0], "--data", example[1], "--layout", "NCHW", "-o", int8)
    result = hone("prune", int8, *MAGNITUDE, "--sparsity", 0.5, "-o", output, check=False)
    assert_refused(result, output)
    assert "quantized already" in result.stderr and "prune the float model" in result.stderr


REAL = ("resnet8_cifar10", "resnet20_cifar10", "dscnn_kws")


@pytest.mark.needs_models
@pytest.mark.parametrize("name", REAL)
def test_real_networks_in_onnxruntime(models, tmp_path, name):
    """Float and int8, pruned by half: ONNX Runtime's top-1 is Hone's on 99.8 % of the test images."""
    model = models / "models" / "float" / f"{name}.onnx"
    source, data = zoo.source(model), models / "data"
    pruned, int8 = tmp_path / "pruned.onnx", tmp_path / "int8.onnx"
    train = ["--data", data / source.calibration, *source.arguments()]
    report = hone_json("prune", model, *train, "--sparsity", 0.5, "-o", pruned)
    hone("quantize", pruned, *train, "-o", int8)
    x = zoo.model_values(data, source)[:2000]
    input_name = zoo.session(model).get_inputs()[0].name
    for path in (pruned, int8):
        onnx.checker.check_model(str(path), full_check=True)
        theirs = zoo.top1(zoo.ort_batches(path, x, source.batch))
        ours = zoo.top1(run_batches(path, input_name, x, source.batch))
        same = np.mean(theirs == ours)
        print(f"{path.name}: {100 * same:.2f} % same top-1, {100 * report['totalSparsity']:.1f} % of blocks zero, {report['seconds']:.1f} s")
        assert np.sum(theirs != ours) <= max(2, 0.002 * len(x)) or (path is int8 and not zoo.has_vnni())
        assert hone_json("inspect", path)["sparsity"]["metadataDisagreements"] == []

"""One calibration record, byte for byte: from any batch, number of threads, shards, ranks of MPI, and device."""
import functools

import numpy as np
import pytest

import zoo
from hone_cli import ROOT, hone, hone_json
from ranks import absence, hone_on_ranks
from test_opencl import environment

EXAMPLE = ROOT / "Examples" / "digits"
RANKS = 4


def shape(model):
    """The shape of the first input as the file has it; None for what is left open."""
    sizes = hone_json("inspect", model)["inputs"][0]["shape"]
    return [size if isinstance(size, int) and size > 0 else None for size in sizes]


def calibrate(words, output, *options, run=hone):
    run("calibrate", *words, *options, "-o", output)
    return output.read_bytes()


def batch(size):
    def run(words, folder, fixed):
        if fixed and size != 1:
            pytest.skip("the model fixes its batch at 1")
        return calibrate(words, folder / "a.cal", "--batch", str(size))
    return run


def threads(count):
    return lambda words, folder, fixed: calibrate(words, folder / "a.cal", "--threads", str(count))


def two_shards(words, folder, fixed):
    parts = [folder / f"{number}.cal" for number in (1, 2)]
    for number, part in enumerate(parts, 1):
        calibrate(words, part, "--shard", f"{number}/2", "--batch", "1")
    hone("calibrate", "--merge", *reversed(parts), "-o", folder / "a.cal")
    return (folder / "a.cal").read_bytes()


def ranks(words, folder, fixed):
    if absence():
        pytest.skip(absence())
    return calibrate(words, folder / "a.cal", run=functools.partial(hone_on_ranks, RANKS))


def opencl(implementation):
    def run(words, folder, fixed):
        variables = environment(implementation)
        if variables is None:
            pytest.skip(f"{implementation} is not installed (make deps-test)")
        with pytest.MonkeyPatch.context() as patch:
            for name, value in variables.items():
                patch.setenv(name, value)
            device = ["--device", "opencl:0"]
            return calibrate([word for word in words if word not in ("--device", "cpu")] + device, folder / "a.cal")
    return run


WAYS = {
    "batch 1": batch(1), "batch 16": batch(16), "threads 1": threads(1), "threads 2": threads(2), "two shards": two_shards,
    f"{RANKS} ranks": ranks, "pocl": opencl("pocl"), "intel": opencl("intel"),
}


@functools.lru_cache(maxsize=None)
def first(words, folder):
    """The record that all others are held against: batches of 8, all threads, the cpu device."""
    return calibrate(words, folder / "first.cal")


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("first")


@pytest.mark.parametrize("way", WAYS)
def test_the_bundled_example(way, place, tmp_path):
    words = (EXAMPLE / "digits.onnx", "--data", EXAMPLE / "train_x.npy", "--preprocess", EXAMPLE / "preprocess.json",
             "--samples", "100", "--device", "cpu")
    assert WAYS[way](words, tmp_path, False) == first(words, place)


@pytest.fixture(scope="module")
def fed(tmp_path_factory):
    """For a model: the arguments of its calibration, and whether its batch is fixed. 18 samples do not divide evenly."""
    folder = tmp_path_factory.mktemp("fed")

    @functools.lru_cache(maxsize=None)
    def prepare(model):
        sizes = shape(model)
        data = np.random.default_rng(3).normal(size=[18, *(size or 64 for size in sizes[1:])]).astype(np.float32)
        path, place = folder / f"{model.stem}.npy", folder / model.stem
        np.save(path, data)
        place.mkdir()
        return (model, "--data", path, "--layout", "NCHW", "--device", "cpu"), sizes[0] is not None, place
    return prepare


@pytest.mark.needs_models
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("model", zoo.files("float"), ids=zoo.identifier)
def test_every_model(model, way, fed, tmp_path):
    """On every device too: what differs there in its last bits is a final Softmax, whose result nothing quantizes."""
    words, fixed, place = fed(model)
    assert WAYS[way](words, tmp_path, fixed) == first(words, place)

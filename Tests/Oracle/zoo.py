"""The models of HONE_MODELS: what each is fed, and ONNX Runtime's answer."""
import functools
import pathlib
from dataclasses import dataclass

import numpy as np
import onnxruntime


@dataclass(frozen=True)
class Source:
    """A data set and how a model is fed from it: value = (x / div - mean) / std, NHWC turned to NCHW."""

    data: str
    calibration: str = None
    labels: str = None
    div: float = 1.0
    mean: tuple = (0.0,)
    std: tuple = (1.0,)
    batch: int = 250

    def arguments(self):
        """The same preprocessing as options of the command."""
        joined = lambda values: ",".join(f"{value:g}" for value in values)
        options = []
        if self.div != 1:
            options += ["--div", f"{self.div:g}"]
        if self.mean != (0.0,):
            options += ["--mean", joined(self.mean)]
        if self.std != (1.0,):
            options += ["--std", joined(self.std)]
        return options


CIFAR = dict(data="cifar10/test_x.npy", calibration="cifar10/train_x.npy", labels="cifar10/test_y.npy")
RESNET8 = Source(**CIFAR)
RESNET20 = Source(**CIFAR, div=255, mean=(0.485, 0.456, 0.406), std=(0.229, 0.224, 0.225))
KEYWORDS = Source(data="kws/test_x.npy", calibration="kws/calib_x.npy", labels="kws/test_y.npy")
MNIST = Source(data="mnist/test_x.npy", calibration="mnist/train_x.npy", labels="mnist/test_y.npy", batch=1)
FLOWERS = Source(data="flowers/test_x.npy", calibration="flowers/calib_x.npy", labels="flowers/test_y.npy",
                 mean=(123.68, 116.78, 103.94), batch=10)
PHOTOS = Source(data="photos/photos_x.npy", calibration="flowers/calib_x.npy", mean=(123.68, 116.78, 103.94), batch=6)
PHOTOS_SIGNED = Source(data="photos/photos_x.npy", div=127.5, mean=(1.0,), batch=6)

# By file name; a file that no prefix matches makes the suites fail, so that none is forgotten. Longest prefix first.
SOURCES = {
    "resnet8_cifar10": RESNET8, "resnet20_cifar10": RESNET20, "dscnn_kws": KEYWORDS, "mnist_cntk": MNIST,
    "squeezenet_flowers": FLOWERS, "squeezenet_imagenet": PHOTOS, "mobilenetv2_imagenet": PHOTOS_SIGNED,
}
# Models that are no classifiers: their inputs are made here, and only their outputs are compared.
REGRESSIONS = ("autoencoder_ad", "superres3x")


def source(model):
    for prefix, one in SOURCES.items():
        if model.name.startswith(prefix):
            return one
    return None


def files(folder):
    """The models of a folder, for parametrisation: empty where HONE_MODELS is absent."""
    from conftest import MODELS

    return sorted((MODELS / "models" / folder).glob("*.onnx"))


def identifier(value):
    return value.stem if isinstance(value, pathlib.Path) else None


def model_values(data_root, one, calibration=False):
    """What the model is fed, float32, for the whole data set."""
    x = np.load(data_root / (one.calibration if calibration else one.data)).astype(np.float32)
    x = (x / np.float32(one.div) - np.array(one.mean, np.float32)) / np.array(one.std, np.float32)
    if x.ndim == 4:
        x = x.transpose(0, 3, 1, 2)
    return np.ascontiguousarray(x, np.float32)


def labels(data_root, one):
    return np.load(data_root / one.labels).astype(np.int64)


def synthetic_inputs(model, models):
    """Input sets for the models that are no classifiers."""
    if model.name.startswith("superres3x"):
        photos = np.load(models / "data" / "photos" / "photos_x.npy")[:4].astype(np.float32) / 255
        luminance = photos @ np.array([0.299, 0.587, 0.114], np.float32)
        # Height and width are symbolic: two sizes, neither square nor a multiple of anything.
        return [luminance[:2, None, 60:134, 50:124], luminance[2:, None, 40:93, 30:101]]
    rng = np.random.default_rng(640)
    # Log-mel energies in decibels: smooth along a frame's 128 bands, drifting over its 5 frames.
    walk = np.cumsum(rng.normal(0, 1.5, (200, 640)), axis=1)
    return [(-30 + walk - walk.mean(1, keepdims=True)).astype(np.float32)]


@functools.lru_cache(maxsize=None)
def session(path, optimised=True):
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = 2
    if not optimised:
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])


def ort_batches(path, x, batch, optimised=True):
    """ONNX Runtime's first output for all of `x`."""
    runtime = session(path, optimised)
    name = runtime.get_inputs()[0].name
    return np.concatenate([runtime.run(None, {name: x[start : start + batch]})[0] for start in range(0, len(x), batch)])


def top1(outputs):
    return outputs.reshape(len(outputs), -1).argmax(1)


def has_vnni():
    """Whether the CPU multiplies 8-bit integers without saturating; elsewhere ONNX Runtime's integers differ."""
    try:
        flags = pathlib.Path("/proc/cpuinfo").read_text()
    except OSError:
        return False
    return any(flag in flags for flag in ("avx512_vnni", "avx_vnni", "asimddp"))

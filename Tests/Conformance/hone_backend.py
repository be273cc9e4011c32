"""Hone as an `onnx.backend.base.Backend`: models are written to a file and run by the `hone` command.

`prepare(model)` takes a `ModelProto` or the path of a file, `run(inputs)` the required inputs in the model's order, each
a numpy array, an ONNX message or the path of a `.pb` file. Outputs come in the model's order as numpy arrays.
"""
import json
import os
import pathlib
import subprocess
import tempfile

import numpy as np
import onnx
from onnx import TensorProto, numpy_helper
from onnx.backend.base import Backend, BackendRep, namedtupledict

ROOT = pathlib.Path(__file__).resolve().parents[2]
TIMEOUT_SECONDS = 120

# Hone's names of element types, as `outputs.json` has them, by ONNX number.
ELEMENT_TYPES = {
    TensorProto.FLOAT: "float", TensorProto.DOUBLE: "double", TensorProto.FLOAT16: "float16",
    TensorProto.BFLOAT16: "bfloat16", TensorProto.BOOL: "bool",
    TensorProto.INT8: "int8", TensorProto.INT16: "int16", TensorProto.INT32: "int32", TensorProto.INT64: "int64",
    TensorProto.UINT8: "uint8", TensorProto.UINT16: "uint16", TensorProto.UINT32: "uint32", TensorProto.UINT64: "uint64",
}


class HoneFailed(Exception):
    """The command ended with another status than 0: 1 for a refused model, negative for a crash."""

    def __init__(self, status, message):
        super().__init__(f"exit status {status}: {message.strip()}")
        self.status = status


def hone_path():
    return pathlib.Path(os.environ.get("HONE", ROOT / ".build" / "release" / "hone"))


def as_declared(tensor, declared):
    """The message of a test's file with the element type that the model declares.

    onnx up to 1.16 wrote bfloat16 tensors as the uint16 numbers of their bits; the fields that hold them are the same.
    """
    if tensor.data_type == TensorProto.UINT16 and declared == TensorProto.BFLOAT16:
        tensor.data_type = TensorProto.BFLOAT16
    return tensor


def read_tensor(path, declared):
    tensor = TensorProto()
    tensor.ParseFromString(pathlib.Path(path).read_bytes())
    return as_declared(tensor, declared)


def widened(array, element_type):
    """bfloat16 as float32: numpy has no bfloat16, so a file holds either its 16 bits or the value widened."""
    if element_type == "bfloat16" and array.dtype.itemsize == 2:
        return (array.view(np.uint16).astype(np.uint32) << 16).view(np.float32)
    return array


def declared_type(value_info):
    return value_info.type.tensor_type.elem_type if value_info.type.HasField("tensor_type") else None


class HoneRep(BackendRep):
    def __init__(self, model_path, inputs, outputs, device, folder=None):
        """`inputs` and `outputs` map names to the declared element types, None for what is no tensor."""
        self.model_path, self.device, self.folder = model_path, device, folder
        self.input_names, self.input_types = list(inputs), list(inputs.values())
        self.output_types = list(outputs.values())
        self.element_types = []

    def run(self, inputs, **kwargs):
        with tempfile.TemporaryDirectory(prefix="hone-") as folder:
            folder = pathlib.Path(folder)
            command = [str(hone_path()), "run", str(self.model_path), "--device", self.device,
                       "--output-dir", str(folder / "outputs")]
            for position, value in enumerate(inputs):
                command += ["--input", f"{self.input_names[position]}={self.input_file(value, position, folder)}"]
            result = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=TIMEOUT_SECONDS)
            if result.returncode != 0:
                raise HoneFailed(result.returncode, result.stderr)
            described = json.loads((folder / "outputs" / "outputs.json").read_text())
            self.element_types = [output["elementType"] for output in described]
            arrays = [
                widened(np.load(folder / "outputs" / output["file"], allow_pickle=False), output["elementType"])
                for output in described
            ]
            for output, array in zip(described, arrays):
                if list(array.shape) != output["shape"]:
                    raise AssertionError(f"{output['name']}: outputs.json says {output['shape']}, the file {array.shape}")
            return namedtupledict("Outputs", [output["name"] for output in described])(*arrays)

    def input_file(self, value, position, folder):
        declared = self.input_types[position]
        if isinstance(value, (str, pathlib.Path)):
            if declared != TensorProto.BFLOAT16:
                return value
            value = read_tensor(value, declared)
        if not hasattr(value, "SerializeToString"):
            value = numpy_helper.from_array(np.asarray(value), self.input_names[position])
        path = folder / f"input_{position}.pb"
        path.write_bytes(value.SerializeToString())
        return path


class HoneBackend(Backend):
    @classmethod
    def prepare(cls, model, device="CPU", **kwargs):
        folder = None
        if isinstance(model, (str, pathlib.Path)):
            path, model = pathlib.Path(model), onnx.load(model, load_external_data=False)
        else:
            folder = tempfile.TemporaryDirectory(prefix="hone-")
            path = pathlib.Path(folder.name) / "model.onnx"
            path.write_bytes(model.SerializeToString())
        constants = {tensor.name for tensor in model.graph.initializer}
        inputs = {value.name: declared_type(value) for value in model.graph.input if value.name not in constants}
        outputs = {value.name: declared_type(value) for value in model.graph.output}
        return HoneRep(path, inputs, outputs, os.environ.get("HONE_DEVICE", "cpu"), folder)

    @classmethod
    def supports_device(cls, device):
        return device == "CPU"

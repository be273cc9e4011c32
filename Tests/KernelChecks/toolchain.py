"""The compilers that these checks need, and how a kernel is compiled with them."""
import functools
import pathlib
import re
import shutil
import subprocess
import sysconfig

import ptx
from presets import KERNELS

PTX_FEATURE = {"sm_75": "+ptx63", "sm_80": "+ptx70", "sm_90": "+ptx80"}
LIBRARIES = pathlib.Path("/usr/lib/clc")


class ToolError(Exception):
    """A compiler that failed, with what it said, or one that is missing, with how to install it."""


@functools.cache
def clang():
    """The path of a clang that knows OpenCL C for NVIDIA and AMD."""
    found = shutil.which("clang-19")
    if not found:
        raise ToolError("there is no clang-19: make check-nvidia installs it (Debian: clang-19, libclc-19)")
    return found


@functools.cache
def nvidia_tool(name):
    """The path of `ptxas` or `nvdisasm` from NVIDIA's Python packages, or from PATH."""
    packages = pathlib.Path(sysconfig.get_paths()["purelib"])
    for path in sorted(packages.glob(f"nvidia/*/bin/{name}")):
        return str(path)
    found = shutil.which(name)
    if not found:
        raise ToolError(f"there is no {name}: pip install -r .ci/requirements.txt")
    return found


def run(command):
    """Runs a compiler; gives what it printed, or raises ToolError with it."""
    finished = subprocess.run(command, capture_output=True, text=True)
    output = finished.stdout + finished.stderr
    if finished.returncode != 0:
        said = output.strip().splitlines()
        if len(said) > 12:
            said = said[:12] + ["..."]
        raise ToolError(f"{pathlib.Path(command[0]).name} ended with {finished.returncode}:\n" + "\n".join(said))
    return output


def version(tool):
    """The line of `--version` that has the number."""
    lines = run([tool, "--version"]).splitlines()
    return next((line for line in lines if "release" in line or "version" in line), lines[0]).strip()


REQUIRED_SIZE = re.compile(r"^define [^\n]*@(\w+)\([^\n]*!reqd_work_group_size !(\d+)", re.M)
SIZE = re.compile(r"^!(\d+) = !\{i32 (\d+), i32 (\d+), i32 (\d+)\}", re.M)


def compile_to_ptx(preset, architecture, output, folder=KERNELS, options=()):
    """Compiles a kernel file as an NVIDIA driver would; gives the PTX, which is also in the file `output`.

    Division and square root are asked to be correctly rounded, as the host does where a device can, and all of NVIDIA's
    can. `asm` is a keyword of NVIDIA's OpenCL C.
    """
    front = [
        clang(), "-x", "cl", "-cl-std=CL1.2", "-target", "nvptx64--nvidiacl", "-Xclang", "-target-cpu", "-Xclang",
        architecture, "-Xclang", "-target-feature", "-Xclang", PTX_FEATURE[architecture], "-Xclang",
        "-finclude-default-header", "-cl-fp32-correctly-rounded-divide-sqrt", "-D", "asm=__asm__", "-I", str(folder),
        *options, *(f"-D{define}" for define in preset.defines), str(folder / preset.file), "-S"
    ]
    run(front + [
        "-O3", "-Wall", "-Wextra", "-Werror", "-Wno-unused-function", "-Wno-unused-parameter",
        "-Wno-unused-but-set-parameter", "-Wno-unused-variable", "-Wno-pass-failed", "-Xclang",
        "-mlink-builtin-bitcode", "-Xclang", str(LIBRARIES / "nvptx64--nvidiacl.bc"), "-o", str(output)
    ])
    intermediate = run(front + ["-w", "-O1", "-Xclang", "-disable-llvm-passes", "-emit-llvm", "-o", "-"])
    numbered = {number: size for number, *size in SIZE.findall(intermediate)}
    sizes = {kernel: numbered[number] for kernel, number in REQUIRED_SIZE.findall(intermediate)}
    output.write_text(ptx.with_group_sizes(output.read_text(), sizes))
    return output.read_text()


def compile_for_amd(preset, architecture, output, folder=KERNELS):
    """Compiles a kernel file for an AMD device; gives the assembly text, which is also in the file `output`."""
    run([
        clang(), "-x", "cl", "-cl-std=CL1.2", "-target", "amdgcn--amdhsa", f"-mcpu={architecture}", "-nogpulib", "-Xclang",
        "-finclude-default-header", "-Xclang", "-mlink-builtin-bitcode", "-Xclang",
        str(LIBRARIES / "amdgcn--amdhsa.bc"), "-cl-fp32-correctly-rounded-divide-sqrt", "-O3", "-S",
        "-Wno-pass-failed", "-I", str(folder), *(f"-D{define}" for define in preset.defines),
        "-o", str(output), str(folder / preset.file)
    ])
    return output.read_text()

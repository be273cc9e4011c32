#!/usr/bin/env python3
"""Runs every kernel on small problems in Oclgrind, which simulates a device and finds data races and bounds errors.

    check_oclgrind.py [--hone PATH] [--models GLOB] [--tests BUNDLE] [--programs FILE]

Small models (tiny_models.py) run through `hone verify --device reference,opencl:0`, so that results are compared too; kernels that
no model reaches (calibration, peaks) are launched alone (simulations.py). Which kernels ran is what Oclgrind's counts of
instructions say. Fails on any error of Oclgrind, on a difference, and on a kernel function that did not run.
"""
import argparse
import concurrent.futures
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import simulations
import tiny_models
from presets import KERNELS, ROOT, kernel_functions

RUNTIME = pathlib.Path("/usr/lib/oclgrind/liboclgrind-rt-icd.so")
RAN = re.compile(r"^Instructions executed for kernel '(\w+)':", re.M)
# Whatever Oclgrind has to say is a paragraph that begins with one of these.
ERROR = re.compile(
    r"^(?:Invalid |Read-write data race|Write-write data race|Work-group divergence|Unaligned|Oclgrind - |Oclgrind: |"
    r"FATAL ERROR|OCLGRIND FATAL ERROR|Uninitialized|Barrier |Instruction .* not allowed|Undefined behaviour)", re.M)
# Asking a device for what it may not know is no mistake: the host takes the refusal as the answer.
QUERY = re.compile(
    r"Oclgrind - OpenCL runtime error detected\s+Function: clGet(?:Device|Platform|KernelWorkGroup)Info\s+"
    r"Error:    CL_INVALID_(?:VALUE|OPERATION)(?:\s+For argument '\w+')?[^\n]*\n")
# Matrix cores are chosen on GPUs only, or where a precision is asked for, passes fold most batch normalizations, and a session
# fills no buffer: these tests force what models would not come to.
SWIFT_TESTS = "|".join(
    rf"OpenCLBackendTests\.{test}" for test in (
        "ConvU8BlockTests/quantizedConvolutions", "NormalizationTests/batchNormalizationIsTheDefinition",
        "HostTests/fillSetsEveryWord", "PrecisionTests/zeroTapsTakeNoPart", "PrecisionTests/stacksOfMatricesAreWithinTheBound"))
# Kernels that no run in a simulator comes to, with the reason.
EXEMPT = {
    "batch_normalization": "passes fold what small models have; Tests/Oracle/test_opencl.py runs it in a real one",
    "probe_dot4_rate": "times the bodies of dot4 against each other; a simulator has one",
    "probe_mma": "asked on GPUs only; its one product is that of conv_u8_block_mma",
}


def environment(folder):
    """The variables under which a program finds Oclgrind's device and no other."""
    (folder / "oclgrind.icd").write_text(f"{RUNTIME}\n")
    return os.environ | {
        "OCL_ICD_VENDORS": str(folder), "OCLGRIND_DATA_RACES": "1", "OCLGRIND_CHECK_API": "1", "OCLGRIND_INST_COUNTS": "1",
        "HONE_CACHE": str(folder / "cache"), "HONE_PROGRAMS": str(folder / "programs"),
    }


def findings(output):
    """What Oclgrind complained about in a program's output: a paragraph in one line each, those of one place once."""
    output = QUERY.sub("", output)
    starts = [match.start() for match in ERROR.finditer(output)]
    found = {}
    for start, end in zip(starts, starts[1:] + [len(output)]):
        words = re.split(r"\n\s*\n(?=\S)", output[start:end])[0].split()
        # The first work-item that goes wrong somewhere stands for all.
        place = tuple(re.findall(r"At line (\d+)", output[start:end]))
        found.setdefault((words[0], place), " ".join(words))
    return list(found.values())


def examine(name, command, variables, differs=lambda output: []):
    """Runs a program; gives its name, the kernels that ran, and what is wrong, what `differs` finds in its output included."""
    try:
        finished = subprocess.run(
            command, env=variables, capture_output=True, text=True, errors="replace", timeout=600, cwd=ROOT)
    except subprocess.TimeoutExpired:
        return name, set(), ["took more than 600 s"]
    output = finished.stdout + "\n" + finished.stderr
    wrong = findings(output) + differs(output)
    if finished.returncode != 0:
        # The counts of instructions are no part of what the program says.
        said = [line for line in output.splitlines() if line.strip() and not re.match(r"\s+\d+ - |Instructions executed", line)]
        wrong.append(f"ended with {finished.returncode}: " + " | ".join(said[-6:]))
    return name, set(RAN.findall(output)), wrong


def simulated(simulation, path, variables):
    """What `examine` takes to launch a single kernel."""
    command = ["oclgrind-kernel", "--data-races", "--inst-counts", path]
    return f"launch of {simulation.kernel}", command, variables, simulation.differs


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--hone", type=pathlib.Path, default=ROOT / ".build/release/hone")
    parser.add_argument("--models", default="*", help="only the models whose names match; kernels may then stay unused")
    parser.add_argument("--programs", type=pathlib.Path, help="write the programs that the models needed to this file")
    parser.add_argument("--tests", type=pathlib.Path, help="the Swift tests' executable, for cores that are chosen on GPUs only")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    options = parser.parse_args()
    if not RUNTIME.exists():
        print("check-oclgrind: there is no Oclgrind: make check-oclgrind installs it", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        variables = environment(scratch)
        jobs = [(path.stem, [options.hone, "verify", path, "--device", "reference,opencl:0"], variables)
                for path in tiny_models.write(scratch / "models", options.models)]
        jobs += [simulated(one, one.write(scratch / "simulations"), variables) for one in simulations.all_simulations()]
        if options.tests:
            # First, since it takes the longest. Oclgrind takes one launch at a time.
            jobs.insert(0, ("Swift tests", [options.tests, "--testing-library", "swift-testing", "--no-parallel", "--filter",
                                            SWIFT_TESTS], variables))
        with concurrent.futures.ThreadPoolExecutor(options.jobs) as pool:
            results = list(pool.map(lambda job: examine(*job), jobs))
        if options.programs and (scratch / "programs").exists():
            options.programs.parent.mkdir(exist_ok=True)
            options.programs.write_text("".join(sorted(set((scratch / "programs").open()))))
    runs, failed = {}, 0
    for name, ran, wrong in results:
        failed += bool(wrong)
        for kernel in ran:
            runs.setdefault(kernel, []).append(name)
        for text in wrong:
            print(f"FAILED {name}: {text}")
    uncovered = []
    for path in sorted(KERNELS.glob("*.cl")):
        for kernel in kernel_functions(path):
            where = runs.get(kernel, [])
            exempt = EXEMPT.get(kernel)
            print(f"{path.name:<32} {kernel:<32} " + (
                f"{len(where)} runs: {', '.join(where[:3])}" if where else f"not run: {exempt or 'nothing launches it'}"))
            if not where and not exempt:
                uncovered.append(kernel)
    complete = options.models == "*"
    if uncovered and complete:
        print(f"FAILED coverage: {', '.join(uncovered)}")
        failed += 1
    total = len(results) + complete
    print(f"{total - failed} passed, {failed} failed")
    return 1 if failed or not results else 0


if __name__ == "__main__":
    sys.exit(main())

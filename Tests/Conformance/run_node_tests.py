#!/usr/bin/env python3
"""Runs the official ONNX node tests on `hone run`, and holds the result against two written lists.

    python run_node_tests.py [--update] [--filter GLOB] [--jobs N] [--verbose]

In scope is every test whose model holds operators of operators.txt only. The run fails if
  - a test of expected-passes.txt fails,
  - a test in scope passes without being listed there (`--update` lists it),
  - a test in scope neither passes nor is in exclusions.txt, or is in both lists, or
  - a line of either list matches no test.
Tolerances are the official runner's (relative 1e-3, absolute 1e-7); integers and booleans must be equal.
The tests are those of the installed onnx 1.16.2, and those of opsets 22 to 25 that `make deps-test` generates.
"""
import argparse
import collections
import concurrent.futures
import fnmatch
import pathlib
import sys

import numpy as np
import onnx
import onnx.backend.test
from onnx import numpy_helper

from hone_backend import ELEMENT_TYPES, ROOT, HoneBackend, HoneFailed, hone_path, read_tensor

HERE = pathlib.Path(__file__).resolve().parent
EXPECTED_PASSES = HERE / "expected-passes.txt"
RELATIVE, ABSOLUTE = 1e-3, 1e-7

TEST_SETS = {
    "onnx-1.16.2": pathlib.Path(onnx.backend.test.__file__).parent / "data" / "node",
    "onnx-1.20.1": ROOT / ".deps" / "node-newer",
}

Case = collections.namedtuple("Case", "name folder")


def lines(path):
    if not path.exists():
        return []
    stripped = (line.strip() for line in path.read_text().splitlines())
    return [line for line in stripped if line and not line.startswith("#")]


def exclusions():
    """Pairs of glob and reason."""
    pairs = [line.split(None, 1) for line in lines(HERE / "exclusions.txt")]
    for pair in pairs:
        if len(pair) != 2:
            sys.exit(f"exclusions.txt: '{pair[0]}' has no reason")
    return [tuple(pair) for pair in pairs]


def excluding(name, pairs):
    """The reason why a test is excluded, None if it is not; a glob without '/' matches in every set."""
    bare = name.split("/", 1)[1]
    for glob, reason in pairs:
        if fnmatch.fnmatchcase(name if "/" in glob else bare, glob):
            return glob, reason
    return None


def operators(graph):
    for node in graph.node:
        yield node.op_type if node.domain in ("", "ai.onnx") else f"{node.domain}.{node.op_type}"
        for attribute in node.attribute:
            for inner in [attribute.g, *attribute.graphs]:
                yield from operators(inner)


def cases_in_scope():
    known = set(lines(HERE / "operators.txt"))
    cases, others = [], 0
    for set_name, folder in TEST_SETS.items():
        if not folder.is_dir():
            sys.exit(f"the node tests of {set_name} are not in {folder}: run 'make deps-test' first")
        for test in sorted(folder.iterdir()):
            if not (test / "model.onnx").exists():
                continue
            model = onnx.load(test / "model.onnx")
            if set(operators(model.graph)) <= known and model.graph.node:
                cases.append(Case(f"{set_name}/{test.name}", test))
            else:
                others += 1
    return cases, others


def compare(expected, actual, element_type, where):
    expected_type = ELEMENT_TYPES.get(expected.data_type, f"data type {expected.data_type}")
    if element_type != expected_type:
        raise AssertionError(f"{where}: element type {element_type}, expected {expected_type}")
    wanted = numpy_helper.to_array(expected)
    if actual.shape != wanted.shape:
        raise AssertionError(f"{where}: shape {actual.shape}, expected {wanted.shape}")
    if np.issubdtype(wanted.dtype, np.floating):
        np.testing.assert_allclose(actual, wanted, rtol=RELATIVE, atol=ABSOLUTE, err_msg=where)
    else:
        np.testing.assert_array_equal(actual, wanted, err_msg=where)


def run(case):
    """What went wrong, None if nothing did."""
    try:
        prepared = HoneBackend.prepare(case.folder / "model.onnx")
        data_sets = sorted(case.folder.glob("test_data_set_*"))
        if not data_sets:
            return "the test has no data"
        for data in data_sets:
            inputs = sorted(data.glob("input_*.pb"), key=lambda path: int(path.stem.split("_")[1]))
            expected = sorted(data.glob("output_*.pb"), key=lambda path: int(path.stem.split("_")[1]))
            outputs = prepared.run(inputs)
            if len(outputs) != len(expected):
                return f"{len(outputs)} outputs, expected {len(expected)}"
            for index, path in enumerate(expected):
                where = f"{data.name}, output {index}"
                compare(read_tensor(path, prepared.output_types[index]), outputs[index], prepared.element_types[index], where)
    except HoneFailed as error:
        return f"CRASHED: {error}" if error.status not in (1, 2) else str(error)
    except Exception as error:  # a test that cannot be judged has failed
        return f"{type(error).__name__}: {error}"
    return None


def judge(cases, failures, expected, pairs, complete):
    """The complaints, one line each."""
    complaints = []
    for case in cases:
        failure, listed, excluded = failures[case.name], case.name in expected, excluding(case.name, pairs)
        if listed and excluded:
            complaints.append(f"{case.name}: in expected-passes.txt and excluded ({excluded[1]})")
        elif failure and failure.startswith("CRASHED"):
            complaints.append(f"{case.name}: {failure}")
        elif listed and failure:
            complaints.append(f"{case.name}: {failure}")
        elif not listed and not failure:
            advice = "remove its exclusion" if excluded else "run with --update"
            complaints.append(f"{case.name}: passes, but is not in expected-passes.txt; {advice}")
        elif failure and not excluded:
            complaints.append(f"{case.name}: fails and has no reason in exclusions.txt: {failure}")
    if complete:
        names = {case.name for case in cases}
        complaints += [f"{name}: in expected-passes.txt, but no such test is in scope" for name in sorted(expected - names)]
        used = {excluding(name, pairs)[0] for name in names if excluding(name, pairs)}
        complaints += [f"exclusions.txt: '{glob}' decides about no test" for glob, _ in pairs if glob not in used]
    return complaints


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--update", action="store_true", help="write expected-passes.txt from this run")
    parser.add_argument("--list", action="store_true", help="print the tests in scope with their exclusions; run nothing")
    parser.add_argument("--filter", metavar="GLOB", help="only tests whose name matches")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--verbose", action="store_true", help="print every failure, excluded tests included")
    arguments = parser.parse_args()

    cases, others = cases_in_scope()
    pairs = exclusions()
    if arguments.filter:
        cases = [case for case in cases if fnmatch.fnmatchcase(case.name, f"*{arguments.filter}*")]
    if arguments.list:
        for case in cases:
            excluded = excluding(case.name, pairs)
            print(case.name + (f"  # {excluded[1]}" if excluded else ""))
        return 0
    if not hone_path().exists():
        sys.exit(f"{hone_path()} does not exist: run 'make build' first, or set HONE")

    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        failures = dict(zip((case.name for case in cases), pool.map(run, cases)))
    if arguments.verbose:
        for name, failure in failures.items():
            if failure:
                print(f"{name}: {failure.splitlines()[0]}")
    passes = sorted(name for name, failure in failures.items() if not failure)
    if arguments.update and not arguments.filter:
        header = "# Official node tests that Hone passes, written by `run_node_tests.py --update`.\n"
        EXPECTED_PASSES.write_text(header + "".join(f"{name}\n" for name in passes))
        print(f"wrote {EXPECTED_PASSES.name}: {len(passes)} tests")

    listed = set(lines(EXPECTED_PASSES))
    complaints = judge(cases, failures, listed, pairs, complete=not arguments.filter)
    for complaint in complaints:
        print(complaint)
    excluded = sum(1 for case in cases if failures[case.name] and excluding(case.name, pairs))
    print(f"in scope {len(cases)} of {len(cases) + others} node tests; excluded with a reason {excluded}")
    # A test that passes without being listed is a complaint, and not counted twice.
    agreed = sum(1 for case in cases if not failures[case.name] and case.name in listed)
    print(f"{agreed} passed, {len(complaints)} failed, {excluded} skipped")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())

"""What counts as a test in a suite's log, and what only looks like one."""
import pytest

import summarise


@pytest.mark.parametrize("log, counts", [
    ("2 failed, 445 passed, 63 skipped, 207 deselected in 32.24s\n", (445, 2, 63)),
    ("==================== 3 passed in 0.10s ====================\n", (3, 0, 0)),
    ("660 passed, 0 failed, 217 skipped\n", (660, 0, 217)),
    ("\x1b[32m✔\x1b[0m Test run with 72 tests in 21 suites passed after 2.9 seconds.\n", (72, 0, 0)),
    ('✘ Test division() failed after 0.1 seconds with 1 issue.\n✘ Test run with 3 tests failed after 1 seconds.\n', (2, 1, 0)),
    # A test of build errors shows what the compiler said.
    ("2 errors generated.\n✔ Test run with 72 tests in 21 suites passed after 2.9 seconds.\n", (72, 0, 0)),
    ("1 error generated.\n2 failed attempts to open the file\n", None),
])
def test_counts(log, counts):
    assert summarise.counts(log) == counts


def test_failures_are_named_once():
    log = ("✘ Test division() recorded an issue at A.swift:1:1\n✘ Test division() failed after 0.1 seconds with 1 issue.\n"
           "✘ Test division() failed after 0.1 seconds with 1 issue.\nFAILED Tests/a.py::b - AssertionError\n")
    assert summarise.failures(log) == ["division()", "Tests/a.py::b - AssertionError"]


def test_a_suite_that_ends_badly_fails_the_run(tmp_path, monkeypatch, capsys):
    (tmp_path / "lint.log").write_text("nothing that counts\n")
    (tmp_path / "lint.status").write_text("2\n")
    monkeypatch.setattr(summarise.sys, "argv", ["summarise.py", str(tmp_path), "lint"])
    assert summarise.main() == 1
    assert capsys.readouterr().out.splitlines()[-1] == "0 passed, 1 failed"

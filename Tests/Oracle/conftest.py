"""What the oracle tests share: where Hone and the models are, and the visible skips."""
import os
import pathlib

import pytest

from hone_cli import HONE, ROOT

MODELS = pathlib.Path(os.environ.get("HONE_MODELS", "../shared"))
if not MODELS.is_absolute():
    MODELS = (ROOT / MODELS).resolve()


def pytest_configure(config):
    config.addinivalue_line("markers", "needs_models: needs the models and data of HONE_MODELS")


def pytest_collection_modifyitems(items):
    """Real models are too large for the repository; without them their tests skip and say so."""
    if (MODELS / "models").is_dir():
        return
    skip = pytest.mark.skip(reason=f"there are no models in {MODELS}; set HONE_MODELS")
    for item in items:
        if item.get_closest_marker("needs_models"):
            item.add_marker(skip)


def pytest_terminal_summary(terminalreporter):
    """The figures that tests print, also those of tests that pass: they are what a reader of the log wants to know."""
    reports = [report for outcome in ("passed", "failed") for report in terminalreporter.getreports(outcome)]
    lines = [
        f"{report.nodeid.rpartition('::')[2]}: {line}" for report in sorted(reports, key=lambda report: report.nodeid)
        if report.when == "call" for line in report.capstdout.splitlines() if not line.startswith("seed ")]
    if lines:
        terminalreporter.section("figures")
        for line in lines:
            terminalreporter.write_line(line)


@pytest.fixture(scope="session", autouse=True)
def built_command():
    if not HONE.exists():
        pytest.exit(f"{HONE} does not exist: run 'make build' first, or set HONE", returncode=1)


@pytest.fixture(scope="session")
def models():
    return MODELS

"""The environment of other runtimes and quantizers, which `make deps-peers` installs apart from what the tests run in."""
from hone_cli import ROOT

ENVIRONMENT = ROOT / ".deps" / "peers"
PYTHON = ENVIRONMENT / "bin" / "python"


def has(package):
    return PYTHON.exists() and any(ENVIRONMENT.glob(f"lib/python*/site-packages/{package}/__init__.py"))

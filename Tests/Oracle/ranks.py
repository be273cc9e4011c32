"""The build of the command with MPI, and calls of it on several ranks."""
import os
import pathlib
import shutil
import subprocess

import pytest

from hone_cli import ROOT

COMMAND = pathlib.Path(os.environ.get("HONE_MPI", ROOT / ".build" / "mpi" / "release" / "hone"))


def absence():
    """Why nothing can be run on ranks here; None where it can."""
    if not COMMAND.exists():
        return f"{COMMAND} does not exist (make mpi, or set HONE_MPI)"
    return None if shutil.which("mpirun") else "there is no mpirun (make mpi)"


needs_mpi = pytest.mark.skipif(absence() is not None, reason=str(absence()))


def on_ranks(count, *arguments, timeout=900):
    """Runs the command on so many ranks; gives the result as it is. A job that hangs fails by its timeout."""
    # As root and on fewer processors than ranks, as in a container of continuous integration.
    launcher = ["mpirun", "--allow-run-as-root", "--oversubscribe", "-n", str(count)]
    return subprocess.run([*launcher, str(COMMAND), *map(str, arguments)], capture_output=True, text=True, errors="replace",
                          timeout=timeout)


def hone_on_ranks(count, *arguments, **options):
    """The same; an exit status but 0 is an error that shows what was said."""
    result = on_ranks(count, *arguments, **options)
    assert result.returncode == 0, f"{count} ranks: exit status {result.returncode}: {result.stderr.strip()}"
    return result

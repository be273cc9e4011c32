"""Compiled programs on disk: counted for every command, repaired when broken, shared by processes that start at once."""
import re
import subprocess

import numpy as np
import pytest

from hone_cli import HONE, ROOT, hone
from test_opencl import environment

EXAMPLE = ROOT / "Examples" / "digits"
MODEL = EXAMPLE / "digits.onnx"
FED = ["--preprocess", EXAMPLE / "preprocess.json"]
COUNTS = re.compile(r"^OpenCL programs: (\d+) built, (\d+) from the cache$", re.M)


@pytest.fixture
def cache(monkeypatch, tmp_path):
    variables = environment("pocl")
    if variables is None:
        pytest.skip("pocl is not installed (make deps-test)")
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("HONE_CACHE", str(tmp_path / "cache"))
    np.save(tmp_path / "x.npy", np.load(EXAMPLE / "test_x.npy")[:4])
    return tmp_path / "cache"


def commands(cache):
    folder = cache.parent
    return {
        "run": ["run", MODEL, "--input", folder / "x.npy", *FED, "--device", "opencl:0"],
        "evaluate": ["evaluate", MODEL, "--data", folder / "x.npy", *FED, "--device", "opencl:0"],
        "quantize": ["quantize", MODEL, "--data", folder / "x.npy", *FED, "--device", "opencl:0", "-o", folder / "int8.onnx"],
        "verify": ["verify", MODEL, "--device", "cpu,opencl:0"],
        "benchmark": ["benchmark", MODEL, "--runs", "2", "--device", "opencl:0"],
        "inspect": ["inspect", MODEL, "--plan", "--device", "opencl:0"],
    }


def programs(*command):
    """How many programs a command compiled, and how many it found; it has nothing else to say."""
    result = hone(*command, "--verbose")
    found = COUNTS.findall(result.stderr)
    assert len(found) == 1, f"{command[0]}: {result.stderr!r}"
    assert "hone:" not in result.stderr
    return tuple(map(int, found[0]))


@pytest.mark.parametrize("name", ["run", "evaluate", "quantize", "verify", "benchmark", "inspect"])
def test_every_command_counts_and_the_second_compiles_nothing(cache, name):
    command = commands(cache)[name]
    built, _ = programs(*command)
    assert built > 0
    again, found = programs(*command)
    assert again == 0 and found > 0


def test_verbose_of_quantize_is_also_its_own(cache):
    result = hone(*commands(cache)["quantize"], "--verbose")
    for node in ["stem_conv", "residual_add", "output"]:
        assert node in result.stdout
    assert hone("quantize", "--help").stdout.count("--verbose") == 1


def flip(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def into_folder(path):
    path.unlink()
    path.mkdir()
    (path / "file").write_text("in the way")


@pytest.mark.parametrize("damage", [
    lambda path: path.write_bytes(path.read_bytes()[:-100]), flip, lambda path: path.write_bytes(b""), into_folder,
], ids=["truncated", "flipped", "empty", "folder"])
def test_what_is_broken_is_repaired_silently(cache, damage):
    command = commands(cache)["run"]
    expected = hone(*command).stdout
    before, _ = programs(*command)
    entries = sorted(cache.rglob("*.bin"))
    assert before == 0 and len(entries) > 5
    for entry in entries:
        damage(entry)
    result = hone(*command, "--verbose")
    assert result.stdout == expected
    assert int(COUNTS.search(result.stderr)[1]) > 5 and "hone:" not in result.stderr
    assert programs(*command)[0] == 0
    assert all(entry.is_file() for entry in entries)


def test_a_cache_that_cannot_be_written_is_a_note(cache, monkeypatch):
    (cache.parent / "file").write_text("no folder")
    folder = cache.parent / "file" / "cache"
    monkeypatch.setenv("HONE_CACHE", str(folder))
    for name, command in commands(cache).items():
        result = hone(*command)
        notes = [line for line in result.stderr.splitlines() if line.startswith("hone: ")]
        assert len(notes) == 1 and notes[0].startswith(f"hone: note: compiled programs are not kept in {folder}: "), name
        assert "HONE_CACHE" in notes[0]
    monkeypatch.setenv("HONE_CACHE", "off")
    assert "hone:" not in hone(*commands(cache)["run"]).stderr


def test_a_small_cache_stays_small(cache, monkeypatch):
    """256 MiB hold every program of every test; here it is one, and a user's file beside them is no entry."""
    monkeypatch.setenv("HONE_CACHE_MIB", "1")
    stranger = cache / "ab" / "notes.txt"
    stranger.parent.mkdir(parents=True)
    stranger.write_bytes(bytes(2 << 20))
    for command in commands(cache).values():
        hone(*command)
    assert sum(path.stat().st_size for path in cache.rglob("*.bin")) < (1 << 20) * 9 // 8 + (1 << 19)
    assert stranger.exists()


def test_processes_that_start_at_once_share_a_cache(cache):
    """All of them compile the same programs into one folder; each is right, and the next one finds everything."""
    expected = hone(*commands(cache)["run"][:-1], "cpu").stdout
    command = [str(HONE), *map(str, commands(cache)["run"])]
    for round in range(3):
        for entry in cache.rglob("*.bin") if round else []:
            # The second time over entries that are broken, the third over none.
            entry.write_bytes(b"broken") if round == 1 else entry.unlink()
        running = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(4)]
        for process in running:
            output, errors = process.communicate(timeout=300)
            assert process.returncode == 0 and errors == "" and output == expected, errors
        assert programs(*commands(cache)["run"])[0] == 0
    assert not list(cache.rglob("*.tmp"))

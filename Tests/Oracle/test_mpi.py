"""`mpirun -n N hone calibrate`: the record of one process from any number of ranks, and failures that end all of them."""
import json
import subprocess

import numpy as np
import pytest

from hone_cli import HONE, ROOT, hone
from ranks import COMMAND, hone_on_ranks, needs_mpi, on_ranks
from test_readme import write_png

EXAMPLE = ROOT / "Examples" / "digits"
MODEL = EXAMPLE / "digits.onnx"
FED = ["--preprocess", EXAMPLE / "preprocess.json"]
DATA = ["--data", EXAMPLE / "train_x.npy", *FED]


@pytest.fixture(scope="module")
def record(tmp_path_factory):
    path = tmp_path_factory.mktemp("record") / "digits.cal"
    hone("calibrate", MODEL, *DATA, "--samples", "100", "-o", path)
    return path.read_bytes()


def errors(result):
    """What the command itself said was wrong, without what the launcher adds."""
    return [line for line in result.stderr.splitlines() if line.startswith("hone: ")]


def assert_ended(result, output, *words, status=1):
    """One rank said why, with the words; the job ended with the status, and there is no output, nor a part of it."""
    assert result.returncode == status, result.stderr
    assert len(errors(result)) == 1, result.stderr
    for word in words:
        assert word in errors(result)[0]
    assert result.stdout == "" or "hone" not in result.stdout
    assert not [path.name for path in output.parent.iterdir() if output.stem in path.name]


def test_the_default_build_has_no_mpi():
    libraries = subprocess.run(["readelf", "-d", HONE], capture_output=True, text=True, check=True).stdout
    loaded = subprocess.run(["ldd", HONE], capture_output=True, text=True, check=True).stdout
    for name in ("libmpi", "libopen-rte", "libopen-pal"):
        assert name not in libraries and name not in loaded
    text = HONE.read_bytes()
    for name in (b"MPI_Init", b"libmpi", b"mpirun", b"OMPI_", b"cmpi_"):
        assert name not in text
    assert "mpirun" not in hone("calibrate", "--help").stdout


@needs_mpi
def test_the_build_with_mpi_has_it():
    """What the test above looks for is there to be found."""
    assert "libmpi" in subprocess.run(["readelf", "-d", COMMAND], capture_output=True, text=True, check=True).stdout
    text = COMMAND.read_bytes()
    assert b"MPI_Init" in text and b"OMPI_" in text and b"cmpi_" in text


@needs_mpi
@pytest.mark.parametrize("count", [1, 2, 3, 4, 7])
def test_the_same_record_from_any_number_of_ranks(count, record, tmp_path):
    hone_on_ranks(count, "calibrate", MODEL, *DATA, "--samples", "100", "-o", tmp_path / "a.cal")
    assert (tmp_path / "a.cal").read_bytes() == record


@needs_mpi
@pytest.mark.parametrize("options", [["--batch", "1"], ["--batch", "100"], ["--threads", "2"], ["--device", "reference"]],
                         ids=" ".join)
def test_options_change_nothing(options, record, tmp_path):
    hone_on_ranks(3, "calibrate", MODEL, *DATA, "--samples", "100", *options, "-o", tmp_path / "a.cal")
    assert (tmp_path / "a.cal").read_bytes() == record


@needs_mpi
def test_ranks_share_a_shard(record, tmp_path):
    parts = [tmp_path / f"{number}.cal" for number in (1, 2)]
    for number, part in enumerate(parts, 1):
        hone_on_ranks(3, "calibrate", MODEL, *DATA, "--samples", "100", "--shard", f"{number}/2", "-o", part)
    hone_on_ranks(2, "calibrate", "--merge", *parts, "-o", tmp_path / "a.cal")
    assert (tmp_path / "a.cal").read_bytes() == record


@needs_mpi
def test_ranks_without_samples_have_nothing_to_add(tmp_path):
    for path, run in ((tmp_path / "one.cal", hone), (tmp_path / "five.cal", lambda *words: hone_on_ranks(5, *words))):
        run("calibrate", MODEL, *DATA, "--samples", "2", "-o", path)
    assert (tmp_path / "five.cal").read_bytes() == (tmp_path / "one.cal").read_bytes()


@needs_mpi
def test_equal_samples_on_several_ranks_all_count(tmp_path):
    """Unlike records that users name: there, equal samples are taken for a record that was named twice."""
    np.save(tmp_path / "x.npy", np.repeat(np.load(EXAMPLE / "train_x.npy")[:1], 8, axis=0))
    same = ["--data", tmp_path / "x.npy", *FED]
    hone("calibrate", MODEL, *same, "-o", tmp_path / "one.cal")
    hone_on_ranks(4, "calibrate", MODEL, *same, "-o", tmp_path / "four.cal")
    assert (tmp_path / "four.cal").read_bytes() == (tmp_path / "one.cal").read_bytes()
    assert json.loads((tmp_path / "four.cal").read_text())["samples"] == 8


@needs_mpi
def test_elements_that_are_not_finite_are_added_up(tmp_path):
    x = np.load(EXAMPLE / "train_x.npy")[:12].astype(np.float32)
    for sample, value in ((0, np.nan), (5, np.inf), (11, -np.inf)):
        x[sample, 3, 4] = value
    np.save(tmp_path / "x.npy", x)
    odd = ["--data", tmp_path / "x.npy", *FED]
    hone("calibrate", MODEL, *odd, "-o", tmp_path / "one.cal")
    result = hone_on_ranks(4, "calibrate", MODEL, *odd, "-o", tmp_path / "four.cal")
    assert (tmp_path / "four.cal").read_bytes() == (tmp_path / "one.cal").read_bytes()
    assert result.stdout.count("met 3 NaN or infinite value(s) in 'input'") == 1


@needs_mpi
def test_only_the_first_rank_speaks(tmp_path):
    result = hone_on_ranks(4, "calibrate", MODEL, *DATA, "--samples", "100", "--verbose", "-o", tmp_path / "a.cal")
    assert result.stdout.count(" -> ") == 1 and result.stdout.count("100 samples") == 1 and "on 4 ranks" in result.stdout
    assert result.stderr.count("Calibrating") == 1 and "rank 0 of 4: 25/25 samples" in result.stderr
    assert result.stderr.count("OpenCL programs") == 1
    result = hone_on_ranks(4, "calibrate", MODEL, *DATA, "--samples", "100", "--json", "-o", tmp_path / "b.cal")
    assert json.loads(result.stdout)["samples"] == 100


@needs_mpi
def test_without_a_launcher_it_is_the_default_build(record, tmp_path):
    def run(command, output):
        words = ["calibrate", MODEL, *DATA, "--samples", "100", "-o", output]
        return subprocess.run([str(command), *map(str, words)], capture_output=True, text=True, check=True)

    def lines(result):
        return [line for line in result.stdout.replace(str(tmp_path), "").splitlines() if not line.startswith("time")]

    with_mpi, default = run(COMMAND, tmp_path / "a.cal"), run(HONE, tmp_path / "a.cal")
    assert lines(with_mpi) == lines(default)
    assert (tmp_path / "a.cal").read_bytes() == record
    assert "Calibrating: 100/100 samples" in with_mpi.stderr


@needs_mpi
@pytest.mark.parametrize("bad", [0, 5, 11])
def test_a_rank_that_fails_ends_all(bad, tmp_path):
    """A file that cannot be read in the shard of the first rank, of one between, and of the last one."""
    images = np.load(EXAMPLE / "train_x.npy")[:12]
    folder = tmp_path / "images"
    folder.mkdir()
    for number, image in enumerate(images):
        write_png(folder / f"{number:02}.png", (image.reshape(8, 8) * 15).astype(np.uint8))
    broken = folder / f"{bad:02}.png"
    broken.write_bytes(broken.read_bytes()[:60])
    output = tmp_path / "out" / "never.cal"
    output.parent.mkdir()
    result = on_ranks(4, "calibrate", MODEL, "--data", folder, "--div", "240", "-o", output, timeout=120)
    assert_ended(result, output, "hone: error: ", broken.name, f"rank {bad * 4 // 12} of 4")


@needs_mpi
def test_what_is_wrong_everywhere_is_said_once(tmp_path):
    output = tmp_path / "never.cal"
    missing = on_ranks(4, "calibrate", tmp_path / "missing.onnx", *DATA, "-o", output, timeout=120)
    assert_ended(missing, output, "missing.onnx")
    usage = on_ranks(4, "calibrate", MODEL, *DATA, "--batch", "0", "-o", output, timeout=120)
    assert_ended(usage, output, "--batch", status=2)
    nowhere = tmp_path / "nowhere" / "never.cal"
    folder = on_ranks(4, "calibrate", MODEL, *DATA, "-o", nowhere, timeout=120)
    assert folder.returncode == 1 and len(errors(folder)) == 1 and "never.cal" in errors(folder)[0]
    merged = on_ranks(3, "calibrate", "--merge", tmp_path / "missing.cal", "-o", output, timeout=120)
    assert_ended(merged, output, "missing.cal")

"""`make accuracy` on its two quickest networks: what it holds Hone to, and figures that agree with each other."""
import json
import os
import subprocess

import pytest

import peers
import zoo
from hone_cli import HONE, ROOT

pytestmark = [
    pytest.mark.needs_models,
    pytest.mark.skipif(not (peers.has("onnxruntime") and peers.has("nncf")), reason="NNCF is not installed (make deps-peers)"),
    pytest.mark.skipif(not zoo.has_vnni(), reason="this CPU has no VNNI: ONNX Runtime saturates its integer products here"),
]


def test_beside_other_quantizers(models, tmp_path):
    result = subprocess.run(
        [peers.PYTHON, ROOT / "Benchmarks" / "peers" / "accuracy.py", "--hone", HONE, "--only", "digits,dscnn", "--results", tmp_path],
        capture_output=True, text=True, env=os.environ | {"HONE_MODELS": str(models)})
    assert result.returncode == 0, result.stderr[-2000:]
    report = json.loads((tmp_path / "accuracy.json").read_text())
    assert set(report["models"]) == {"digits", "dscnn_kws"} and report["of"] == 8
    for name, one in report["models"].items():
        assert len(one["int8"]) == 8
        for row in one["int8"]:
            images = one["test_images"]
            assert row["drop"] == pytest.approx(100 * (row["lost"] - row["gained"]) / images)
            assert row["top1"] == pytest.approx(one["top1"] - row["drop"])
            assert row["drop95"][0] < row["drop"] < row["drop95"][1]
            # Hone runs its own files: at most two images apart.
            assert "hone" not in row["quantizer"] or abs(row["top1_hone"] - row["top1"]) <= 200.01 / images
        missed = [verdict["what"] for verdict in one["verdicts"] if not verdict["holds"]]
        print(f"{name}: {len(one['verdicts'])} verdicts, missed: {missed or 'none'}")
        assert not missed
    assert (tmp_path / "accuracy.txt").read_text() == result.stdout

"""com.microsoft QGemm on generated cases: equal to ONNX Runtime, integer for integer; float results within a few eps.

Every case is drawn from a seed of its own. ONNX Runtime runs without graph optimisations. Type combinations that it has no
kernel for are skipped, visibly, and so is everything on a CPU without VNNI, where its products saturate.
"""
from dataclasses import dataclass

import numpy as np
import pytest
from onnx import TensorProto

import zoo
from test_integer_operators import ONNX_TYPES, TYPES, integers, seeded
from test_microsoft_operators import placed, fitted_scale, run_both


@dataclass(frozen=True)
class Gemm:
    name: str
    rows: int = 11
    depth: int = 37
    columns: int = 13
    transA: int = 0
    transB: int = 0
    alpha: float = None
    bias: tuple = ("columns",)
    per_column: bool = True
    point: str = "random"
    values: str = "random"


GEMMS = [
    Gemm("plain"),
    Gemm("per-tensor", per_column=False),
    Gemm("no-bias", bias=None),
    Gemm("bias-row", bias=(1, "columns")),
    Gemm("bias-matrix", bias=("rows", "columns")),
    Gemm("bias-column", bias=("rows", 1)),
    Gemm("bias-scalar", bias=()),
    Gemm("transposed-b", transB=1),
    Gemm("transposed-a", transA=1),
    Gemm("transposed-both", transA=1, transB=1, per_column=False),
    Gemm("alpha", alpha=0.37),
    Gemm("alpha-transposed-b-per-tensor", alpha=3.1, transB=1, per_column=False),
    Gemm("negative-alpha", alpha=-0.6),
    Gemm("one-row", rows=1, depth=130, columns=10, transB=1),
    Gemm("one-term", rows=5, depth=1, columns=7),
    Gemm("points-low", point="low"),
    Gemm("points-high", point="high"),
    Gemm("beyond-2^24", rows=4, depth=4000, columns=5, point="high", values="extreme", transB=1),
]


@pytest.mark.skipif(not zoo.has_vnni(), reason="this CPU has no VNNI: ONNX Runtime saturates its integer products here")
@pytest.mark.parametrize("result", ["quantized", "float"])
@pytest.mark.parametrize("b_type", TYPES)
@pytest.mark.parametrize("a_type", TYPES)
@pytest.mark.parametrize("case", GEMMS, ids=lambda case: case.name)
def test_gemm(case, a_type, b_type, result, tmp_path):
    rng = seeded("QGemm", case.name, a_type, b_type, result)
    a = integers(rng, a_type, (case.rows, case.depth), case.values)
    b = integers(rng, b_type, (case.depth, case.columns), case.values)
    za, zb = placed(rng, a_type, case.point), placed(rng, b_type, case.point)
    sums = (a.astype(np.int64) - int(za)) @ (b.astype(np.int64) - int(zb))
    bias = None
    if case.bias is not None:
        shape = [getattr(case, size) if isinstance(size, str) else size for size in case.bias]
        bound = max(1, int(np.abs(sums).max() / 20))
        bias = np.asarray(rng.integers(-bound, bound + 1, shape), np.int32)
        sums = sums + bias
    if case.values == "extreme":
        assert np.abs(sums).max() > 2**24, "the case's name promises sums that float32 cannot hold"
    count = case.columns if case.per_column else 1
    sa, sb = np.float32(rng.uniform(0.002, 0.1)), rng.uniform(0.001, 0.02, count).astype(np.float32)
    points = np.full(count, zb)
    if not case.per_column:
        sb, points = sb[0], points[0]
    operands = dict(a=a.T.copy() if case.transA else a, sa=sa, za=za, b=b.T.copy() if case.transB else b, sb=sb, zb=points,
                    c=bias)
    output_type = TensorProto.FLOAT
    if result == "quantized":
        zy = placed(rng, a_type, "middle" if case.values == "random" else "low")
        operands |= dict(sy=fitted_scale(a_type, sums * sa * sb * (case.alpha or 1), zy), zy=zy)
        output_type = ONNX_TYPES[a_type]
    attributes = dict(transA=case.transA, transB=case.transB) | ({} if case.alpha is None else {"alpha": case.alpha})
    ours, theirs = run_both("QGemm", operands, ["a"], output_type, 2, tmp_path, **attributes)
    if result == "quantized":
        assert len(np.unique(theirs)) > 3, "a case whose outputs all saturate tests nothing"
        np.testing.assert_array_equal(ours, theirs)
        return
    # The sum is exact. Its conversion, two products of scales and the last product round, each by eps / 2 at most, on
    # either side: 4 eps.
    epsilon = np.finfo(np.float32).eps
    error = np.abs(ours.astype(np.float64) - theirs) / np.maximum(np.abs(theirs.astype(np.float64)), np.finfo(np.float32).tiny)
    assert error.max() <= 4 * epsilon, f"relative difference of {error.max() / epsilon:.2f} eps"

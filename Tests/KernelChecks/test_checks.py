"""The checks must refuse the kernels of `broken`, each for its own reason, and nothing else."""
import pathlib

import pytest

import check_amd
import check_nvidia
import ptx
import sass
from presets import AMD, NVIDIA, PresetError, kernel_functions, read_presets, seen_programs

BROKEN = pathlib.Path(__file__).parent / "broken"
PRESETS = {(preset.file, preset.name): preset for preset in read_presets(BROKEN)}


def complaints(file, name="default", architecture="sm_90"):
    return "\n".join(
        complaint for row in check_nvidia.attempt(PRESETS[file, name], architecture, BROKEN) for complaint in row.complaints)


@pytest.mark.parametrize("architecture", NVIDIA)
def test_a_right_kernel_passes(architecture):
    assert complaints("right.cl", architecture=architecture) == ""


@pytest.mark.parametrize("file, name, reason", [
    ("contraction.cl", "default", "1 fused multiply-adds that the source does not write"),
    ("contraction.cl", "default", "no '#pragma OPENCL FP_CONTRACT OFF'"),
    ("divides.cl", "default", "div.full.f32, which is not correctly rounded"),
    ("fusible.cl", "default", "mul.f32, which names no rounding"),
    ("indexed_array.cl", "default", "keeps 128 bytes of variables in memory"),
    ("shared_memory.cl", "most", "49148 bytes of local memory"),
    ("spill.cl", "default", "spills registers"),
])
def test_a_broken_kernel_is_refused(file, name, reason):
    assert reason in complaints(file, name)


def test_the_most_local_memory_passes():
    assert complaints("shared_memory.cl", "little") == ""


def test_a_kernel_that_does_not_compile_is_refused(tmp_path):
    (tmp_path / "wrong.cl").write_text("__kernel void wrong(__global int *y) { y[0] = z; }\n")
    (tmp_path / "presets.txt").write_text("wrong.cl default all\n")
    [preset] = read_presets(tmp_path)
    [row] = check_nvidia.attempt(preset, "sm_90", tmp_path)
    assert "undeclared identifier 'z'" in row.complaints[0]
    [row] = check_amd.attempt(preset, "gfx942", tmp_path)
    assert "undeclared identifier 'z'" in row.complaints[0]


def test_scratch_memory_fails_presets_for_amd_only(tmp_path):
    (tmp_path / "indexed_array.cl").write_text((BROKEN / "indexed_array.cl").read_text())
    (tmp_path / "presets.txt").write_text("indexed_array.cl every all\nindexed_array.cl amd gfx\n")
    every, amd = read_presets(tmp_path)
    assert [row.complaints for row in check_amd.attempt(every, "gfx942", tmp_path)] == [[]]
    [row] = check_amd.attempt(amd, "gfx942", tmp_path)
    assert "132 bytes of scratch memory" in row.complaints[0]


@pytest.mark.parametrize("table, reason", [
    ("", "a.cl is missing"),
    ("a.cl default\n", "expected 'file preset architectures"),
    ("a.cl default all\na.cl default all\n", "two presets 'default'"),
    ("a.cl default sm_70\n", "'sm_70' is no architecture"),
    ("a.cl default all\nb.cl default all\n", "there is no b.cl"),
    ("a.cl default all TILE=\n", "'TILE=' is no NAME"),
    ("a.cl Default all\n", "not 'Default'"),
])
def test_a_table_that_is_wrong_is_refused(tmp_path, table, reason):
    (tmp_path / "a.cl").write_text("__kernel void a(__global int *y) { y[0] = 1; }\n")
    (tmp_path / "presets.txt").write_text(table)
    with pytest.raises(PresetError, match=reason):
        read_presets(tmp_path)


def test_architectures_of_a_table(tmp_path):
    (tmp_path / "a.cl").write_text("__kernel void a(__global int *y) { y[0] = 1; }\n")
    (tmp_path / "presets.txt").write_text("# every\na.cl x all\na.cl y gfx,sm_90\n\na.cl z sm_80+ TILE=4 MMA\n")
    x, y, z = read_presets(tmp_path)
    assert (x.architectures, y.architectures) == (NVIDIA + AMD, ("sm_90",) + AMD)
    assert (z.architectures, z.defines) == (("sm_80", "sm_90"), ("TILE=4", "MMA"))


def test_kernels_of_a_file(tmp_path):
    (tmp_path / "inner.clh").write_text("// __kernel void not_this(\ninline int f(int x) { return x; }\n")
    (tmp_path / "a.cl").write_text(
        '#include "inner.clh"\n__kernel void first(int x) {}\n/* kernel void nor_this( */\n'
        "kernel __attribute__((reqd_work_group_size(32 * WARPS, 1, 1)))\nvoid second(__global int *x) {}\nvoid third(int x) {}\n")
    assert kernel_functions(tmp_path / "a.cl") == ["first", "second"]


def test_instructions_of_ptx():
    text = "\tmul.f32 \t%f1, %f2, %f3;\n\t@%p1 add.rn.f32 %f4, %f1, %f2;\n\tfma.rn.ftz.f32 %f1, %f2, %f3, %f4;\n$L__BB0_1:\n"
    assert ptx.instructions(text) == {"mul.f32": 1, "add.rn.f32": 1, "fma.rn.ftz.f32": 1}
    assert [complaint.split(",")[0] for complaint in ptx.arithmetic_complaints(text)] == [
        "1 times mul.f32", "1 times fma.rn.ftz.f32"
    ]


def test_loops_of_machine_code():
    text = "\n".join([
        ".text.k:", ".L_x_0:", " /*0000*/ LDG.E R1, [R2] ;", ".L_x_1:", " /*0010*/ IMMA.16832.U8.S8 R4, R8.ROW, R9.COL, R4 ;",
        " /*0020*/ STL [R1], R4 ;", " /*0030*/ @P0 BRA `(.L_x_1) ;", " /*0040*/ @!P1 BRA `(.L_x_0) ;", ".L_x_2:",
        " /*0050*/ BRA `(.L_x_2);"
    ])
    assert sass.hottest_loops(text) == {"k": "3 instructions: 1 IMMA, 1 STL"}
    assert sass.own_memory_accesses(text) == {"k": 1}


def test_programs_of_a_run_get_the_bodies_of_the_architecture(tmp_path):
    (tmp_path / "chooses.cl").write_text("#if MMA_PTX\n#endif\n__kernel void chooses() {}\n")
    (tmp_path / "plain.cl").write_text("// not MMA_PTX\n__kernel void plain() {}\n")
    programs = tmp_path / "programs.txt"
    programs.write_text("chooses.cl MMA_PTX=0 WARPS=4\nplain.cl ROWS=2\n")
    found = seen_programs(programs, {"DOT4_IMPL": 1, "MMA_PTX": 1}, tmp_path)
    assert [preset.defines for preset in found] == [("WARPS=4", "MMA_PTX=1"), ("ROWS=2",)]
    assert seen_programs(tmp_path / "absent.txt", {}, tmp_path) == []

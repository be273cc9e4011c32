"""What the lint of kernels refuses, each for its own reason, and what it lets pass."""
import importlib.util
import pathlib

import pytest

SPECIFICATION = importlib.util.spec_from_file_location("lint_kernels", pathlib.Path(__file__).parent / "lint-kernels.py")
lint = importlib.util.module_from_spec(SPECIFICATION)
SPECIFICATION.loader.exec_module(lint)

OFF = "#pragma OPENCL FP_CONTRACT OFF\n"
INLINE = "__attribute__((always_inline))"


@pytest.mark.parametrize("text", [
    "__kernel void f(__global int *y) { y[get_global_id(0)] = 1; }",
    "__kernel __attribute__((reqd_work_group_size(32 * WARPS, 1, 1))) void f(__global int *y) { barrier(CLK_LOCAL_MEM_FENCE); }",
    "static inline int twice(int x) { return 2 * x; }",
    f"static inline {INLINE} int place(void) {{ return get_local_id(0); }}",
    # Sizes are the same for all, and words in comments and texts are no calls.
    "static int size(void) { return get_local_size(0); }",
    "static int f(int x) { /* not get_local_id(0) */ return x;  // nor barrier()\n}",
    "int get_local_id_of(int x) { return x; }",
    "int f(int x) { return mad24(x, x, x) + mad_hi(x, x, x); }",
    # A macro that stands alone belongs to no function.
    f"#define DEFINE(T) static inline T g(T x) {{ return x; }}\nDEFINE(int)\n\n__kernel void f(__global int *y) {{ *y = get_global_id(0); }}",
])
def test_passes(text):
    assert lint.kernel_complaints({"a.cl": OFF + text}) == []


@pytest.mark.parametrize("text, line, name", [
    ("static inline int place(void) { return get_local_id(0); }", 2, "place"),
    ("\n\nstatic int\nplace(void)\n{\n    return get_group_id(1);\n}", 5, "place"),
    ("void wait(void) { barrier(CLK_LOCAL_MEM_FENCE); }", 2, "wait"),
    # Through a macro, also one of several lines; through another function, which is inlined into this one.
    ("#define ITEM \\\n    get_global_id(0)\nint f(int x) { return x + ITEM; }", 4, "f"),
    (f"{INLINE} int g(void) {{ return get_local_id(0); }}\nint f(void) {{ return g(); }}", 3, "f"),
    ("#if A\nint f(int x) {\n#else\nint f(int x, int y) {\n#endif\n    return get_local_id(x);\n}\n}", 3, "f"),
])
def test_a_function_that_is_not_inlined(text, line, name):
    found = lint.kernel_complaints({"a.cl": OFF + text})
    assert len(found) == 1 and found[0].startswith(f"a.cl:{line}: {name} asks for its work-item's place"), found


def test_a_header_counts_for_the_files_that_use_it():
    header = f"{INLINE} void exchange(void) {{ barrier(CLK_LOCAL_MEM_FENCE); }}"
    found = lint.kernel_complaints({"a.clh": header, "b.cl": OFF + "void f(void) { exchange(); }"})
    assert [complaint.split(" asks")[0] for complaint in found] == ["b.cl:2: f"]


@pytest.mark.parametrize("text, says", [
    ("__kernel void f(void) {}", "no '#pragma OPENCL FP_CONTRACT OFF'"),
    ("__kernel void f(void) {}\n" + OFF, "before the first function"),
    (OFF + "#pragma OPENCL FP_CONTRACT ON\n", "a.cl:2: contraction is off everywhere"),
    (OFF + "float f(float x) { return native_exp(x); }", "a.cl:2: native_exp is as exact"),
    (OFF + "float f(float x) { return mad(x, x, x); }", "a.cl:2: mad is as exact"),
])
def test_arithmetic(text, says):
    found = lint.kernel_complaints({"a.cl": text})
    assert len(found) == 1 and says in found[0], found


@pytest.mark.parametrize("option", [
    "-cl-fast-relaxed-" + "math", "-cl-mad-" + "enable", "-cl-finite-math-" + "only", "-cl-denorms-are-" + "zero",
    "-ffast-" + "math", "-ffp-contract=" + "fast"])
def test_build_options(option):
    assert lint.option_complaints("A.swift", f'let x = 1\noptions.append("{option}")\n') == [
        f"A.swift:2: {option} lets a compiler change results"]


def test_build_options_that_are_right():
    text = '"-cl-fp32-correctly-rounded-divide-sqrt", "-cl-std=CL1.2", "-ffp-contract=off", "-cl-nv-maxrregcount=128"'
    assert lint.option_complaints("A.swift", text) == []


def test_the_kernels_pass(capsys):
    assert lint.main() == 0, capsys.readouterr().out

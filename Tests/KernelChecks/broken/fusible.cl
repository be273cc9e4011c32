// An instruction that names no rounding: the assembler may fuse it with a following sum.
#pragma OPENCL FP_CONTRACT OFF

__kernel void fusible(__global float *y, float a) {
    const int i = get_global_id(0);
    float product;
    asm("mul.f32 %0, %1, %2;" : "=f"(product) : "f"(y[i]), "f"(a));
    y[i] = product + a;
}

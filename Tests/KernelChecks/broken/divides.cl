// A division to within some units in the last place.
#pragma OPENCL FP_CONTRACT OFF

__kernel void divides(__global float *y, float a) {
    const int i = get_global_id(0);
    float quotient;
    asm("div.full.f32 %0, %1, %2;" : "=f"(quotient) : "f"(y[i]), "f"(a));
    y[i] = quotient;
}

// Nothing is wrong here: the checks must find that.
#pragma OPENCL FP_CONTRACT OFF

__kernel void right(__global float *y, float a, float b, float c) {
    const int i = get_global_id(0);
    y[2 * i] = y[2 * i] * a + b / c;
    y[2 * i + 1] = fma(y[2 * i + 1], a, b);
}

// The last work-item reads behind the end.
#pragma OPENCL FP_CONTRACT OFF

__kernel void bounds(__global int *y) {
    const int i = get_global_id(0);
    y[i] = y[i + 1];
}

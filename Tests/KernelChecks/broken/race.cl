// Two work-items write one element.
#pragma OPENCL FP_CONTRACT OFF

__kernel void race(__global int *y) {
    const int i = get_local_id(0);
    y[i / 2] = i;
}

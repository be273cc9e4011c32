// Some work-items never come to the barrier.
#pragma OPENCL FP_CONTRACT OFF

__kernel void divergence(__global int *y) {
    const int i = get_local_id(0);
    if (i > 0) barrier(CLK_GLOBAL_MEM_FENCE);
    y[i] = i;
}

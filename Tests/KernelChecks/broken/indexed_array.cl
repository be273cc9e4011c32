// An array that is indexed by a value known only when it runs lies in memory, not in registers.
#pragma OPENCL FP_CONTRACT OFF

__kernel void indexed_array(__global int *y, int count) {
    int sums[32] = {0};
    for (int i = 0; i < count; ++i) sums[y[i] & 31] += i;
    for (int i = 0; i < 32; ++i) y[i] = sums[i];
}

// 1,024 work-items to a group leave 64 registers to each; these sums need twice as many.
#pragma OPENCL FP_CONTRACT OFF

__kernel __attribute__((reqd_work_group_size(1024, 1, 1))) void spill(__global int *y, int count) {
    int sums[128];
#pragma unroll
    for (int k = 0; k < 128; ++k) sums[k] = y[k * 1024 + get_local_id(0)];
    for (int i = 0; i < count; ++i) {
#pragma unroll
        for (int k = 0; k < 128; ++k) sums[k] = sums[k] * sums[(k + 1) % 128] + y[i];
    }
#pragma unroll
    for (int k = 0; k < 128; ++k) y[k * 1024 + get_local_id(0)] = sums[k];
}

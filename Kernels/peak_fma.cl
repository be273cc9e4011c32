// The rate of float fused multiply-adds on registers alone: 2 * CHAINS * rounds operations a work-item.
#pragma OPENCL FP_CONTRACT OFF
#ifndef CHAINS
#define CHAINS 16  // sums that do not wait for each other: 8, 16, 32
#endif

// Every product takes a neighbouring sum, so that nothing can be computed ahead. A factor of 1e-6 keeps a million
// rounds
// finite.
__kernel void peak_fma(__global float *restrict y, float factor, int rounds) {
    float sums[CHAINS];
    const int item = get_global_id(0);
#pragma unroll
    for (int k = 0; k < CHAINS; ++k) sums[k] = (float)(item % 97 + k) * 0.0625f;
    for (int round = 0; round < rounds; ++round) {
#pragma unroll
        for (int k = 0; k < CHAINS; ++k) sums[k] = fma(sums[(k + 1) % CHAINS], factor, sums[k]);
    }
    float total = sums[0];
#pragma unroll
    for (int k = 1; k < CHAINS; ++k) total += sums[k];
    y[item] = total;
}

// The rate of 4-byte dot products on registers alone: 8 * CHAINS * rounds operations a work-item.
#pragma OPENCL FP_CONTRACT OFF
#include "dot4.clh"
#ifndef CHAINS
#define CHAINS 16  // sums that do not wait for each other: 8, 16, 32
#endif

// Every product takes a neighbouring sum as its bytes, so that nothing can be computed ahead.
__kernel void peak_dot4(__global int *restrict y, uint weights, int rounds) {
    int sums[CHAINS];
    const int item = get_global_id(0);
#pragma unroll
    for (int k = 0; k < CHAINS; ++k) sums[k] = (item + k) * 0x01030507;
    for (int round = 0; round < rounds; ++round) {
#pragma unroll
        for (int k = 0; k < CHAINS; ++k) sums[k] = dot4(as_uint(sums[(k + 1) % CHAINS]), weights, sums[k]);
    }
    int total = sums[0];
#pragma unroll
    for (int k = 1; k < CHAINS; ++k) total ^= sums[k];
    y[item] = total;
}

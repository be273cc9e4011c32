// The rate of matrix products of fragments on registers alone: 2 * 16 * 8 * 32 * CHAINS * rounds operations a warp
// of 32.
#pragma OPENCL FP_CONTRACT OFF
#include "mma.clh"
#ifndef CHAINS
#define CHAINS 8  // tiles of sums that do not wait for each other: 4, 8, 16
#endif
#ifndef WARPS
#define WARPS 4  // warps in a group: 1, 2, 4, 8
#endif

// Operands differ from lane to lane: a device draws less power, and runs faster, on bytes that are all alike.
__kernel __attribute__((reqd_work_group_size(32 * WARPS, 1, 1))) void peak_mma(
    __global int *restrict y, uint seed, int rounds) {
    MMA_MEMORY(WARPS)
    int4 sums[CHAINS];
    const int item = get_global_id(0);
    const uint mixed = (item + seed) * 0x9e3779b9u;
    const uint4 a = (uint4)(mixed, mixed * 0x85ebca6bu, mixed ^ 0xc2b2ae35u, mixed * 0x27d4eb2fu);
    const uint2 b = (uint2)(mixed * 0x165667b1u, mixed ^ 0x9e3779b1u);
#pragma unroll
    for (int k = 0; k < CHAINS; ++k) sums[k] = (int4)(k);
    for (int round = 0; round < rounds; ++round) {
#pragma unroll
        for (int k = 0; k < CHAINS; ++k) sums[k] = mma_u8s8(a, b, sums[k] MMA_ARGUMENTS);
    }
    int4 total = sums[0];
#pragma unroll
    for (int k = 1; k < CHAINS; ++k) total ^= sums[k];
    y[item] = total.x ^ total.y ^ total.z ^ total.w;
}

// probe_dot4_rate: a loop of dot4 alone, for the host to time a body of it.
//
//   result   a sum for each work-item, so that nothing can be left out
//   seed     an operand that no compiler knows
//   rounds   how often 8 independent sums are added to, 4 times each
// Global size: the number of sums.
#pragma OPENCL FP_CONTRACT OFF

#include "dot4.clh"

__kernel void probe_dot4_rate(__global int *result, uint seed, int rounds) {
    const uint id = (uint)get_global_id(0);
    uint a = seed + id, b = seed ^ id * 2654435761u;
    int sum[8] = {0, 1, 2, 3, 4, 5, 6, 7};
    for (int round = 0; round < rounds; ++round) {
        for (int repeat = 0; repeat < 4; ++repeat) {
            for (int i = 0; i < 8; ++i) sum[i] = dot4(a + i, b, sum[i]);
            a += 0x01030507u;
            b ^= a;
        }
    }
    uint total = 0;
    for (int i = 0; i < 8; ++i) total += (uint)sum[i];
    result[id] = (int)total;
}

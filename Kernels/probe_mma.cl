// probe_mma: one 16 x 32 x 8 product of a warp on the way that matrix kernels go: copied to local memory, loaded as
// fragments, multiplied.
//
//   a     16 rows of 32 u8
//   b     8 columns of 32 s8
//   sums  16 rows of 8 int32, added to
// Global size: (32), work-groups of (32).
#pragma OPENCL FP_CONTRACT OFF

#include "async_copy.clh"
#include "mma.clh"

__kernel __attribute__((reqd_work_group_size(32, 1, 1))) void probe_mma(__global const uint4 *a, __global const uint *b,
                                                                        __global int *sums) {
    MMA_MEMORY(1)
    // Inputs 0 ..< 16 of the 16 rows, then inputs 16 ..< 32.
    __local uint4 tile[32];
    const int lane = (int)get_local_id(0);
    const int g = lane / 4, t = lane % 4;
    async_copy16(tile + lane, a + (lane % 16) * 2 + lane / 16);
    async_commit();
    async_wait(0);
    barrier(CLK_LOCAL_MEM_FENCE);
    const uint4 rows = mma_load_rows(tile, 16);
    const uint2 column = (uint2)(b[g * 8 + t], b[g * 8 + 4 + t]);
    __global int *upper = sums + g * 8 + 2 * t, *lower = upper + 64;
    const int4 result = mma_u8s8(rows, column, (int4)(upper[0], upper[1], lower[0], lower[1]) MMA_ARGUMENTS);
    upper[0] = result.x;
    upper[1] = result.y;
    lower[0] = result.z;
    lower[1] = result.w;
}

// conv_u8_block on matrix units. A warp of 32 work-items has 16 * PIXEL_TILES pixels x 16 * OUTPUT_TILES outputs; a
// step of its list is any 8 blocks, gathered from wherever they lie: 16 pixels x 32 inputs (A) by 32 inputs x 16
// outputs (B).
//
// Dense and sparse weights differ in the list alone. A list belongs to OUTPUT_TILES groups of 16 outputs and counts
// steps; `offsets` is [step][8], `blocks` is [step][OUTPUT_TILES][32 lanes] of 16 bytes: with g = lane / 4 and t = lane
// % 4 the 4 inputs of entries t and t + 4 for output 4 * (g / 2) + g % 2, then for that output + 2. So a lane ends with
// 4 neighbouring outputs of a pixel and stores them at once. Activations come 4 bytes a lane: a load of eight
// neighbouring pixels meets no bank twice if entries t and t + 4 are a pixel's quad t.
//
// Global size: (tiles of 16 * PIXEL_TILES * WARPS pixels) * 32 * WARPS, lists.
#pragma OPENCL FP_CONTRACT OFF
#ifndef PIXEL_TILES
#define PIXEL_TILES 4  // 1, 2, 4
#endif
#ifndef OUTPUT_TILES
#define OUTPUT_TILES 1  // 1, 2, 4
#endif
#ifndef WARPS
#define WARPS 2  // 1, 2, 4, 8
#endif
#ifndef PREFETCH
#define PREFETCH 1  // 1: a step is loaded while the one before it is multiplied; 0 saves registers
#endif
#include "conv_u8_block.clh"
#include "mma.clh"

// Loads the activations of a step whose entries t and t + 4 are at `near` and `far`, and its blocks.
#define LOAD_STEP(a, b, step, near, far)                                                              \
    {                                                                                                 \
        _Pragma("unroll") for (int i = 0; i < PIXEL_TILES; ++i) {                                     \
            a[i].x = *(__global const uint *)(x + (uint)(places[2 * i] + near));                      \
            a[i].y = *(__global const uint *)(x + (uint)(places[2 * i + 1] + near));                  \
            a[i].z = *(__global const uint *)(x + (uint)(places[2 * i] + far));                       \
            a[i].w = *(__global const uint *)(x + (uint)(places[2 * i + 1] + far));                   \
        }                                                                                             \
        _Pragma("unroll") for (int o = 0; o < OUTPUT_TILES; ++o)                                      \
            b[o] = blocks[((size_t)(step) * OUTPUT_TILES + o) * 32];                                  \
    }

__kernel __attribute__((reqd_work_group_size(32 * WARPS, 1, 1))) void conv_u8_block_mma(CONV_U8_BLOCK_PARAMETERS) {
    MMA_MEMORY(WARPS)
    const int lane = get_local_id(0) & 31, g = lane >> 2, t = lane & 3;
    const int first_pixel = (get_group_id(0) * WARPS + (get_local_id(0) >> 5)) * (16 * PIXEL_TILES);
    const int first_image = divided(min(first_pixel, pixels - 1), plane_factor, plane_shift);
    x += x_origin + first_image * x_image;
    int places[PIXEL_TILES * 2];
#pragma unroll
    for (int i = 0; i < PIXEL_TILES * 2; ++i) INPUT_OFFSET(places[i], first_pixel + i * 8 + g, first_image);
    int4 sums01[OUTPUT_TILES][PIXEL_TILES], sums23[OUTPUT_TILES][PIXEL_TILES];
#pragma unroll
    for (int o = 0; o < OUTPUT_TILES; ++o)
#pragma unroll
        for (int i = 0; i < PIXEL_TILES; ++i) sums01[o][i] = sums23[o][i] = (int4)(0);
    const int2 list = lists[get_group_id(1)];
    offsets += (size_t)list.x * 8 + t;
    blocks += (size_t)list.x * (OUTPUT_TILES * 32) + lane;
    uint4 a[PIXEL_TILES], b[OUTPUT_TILES];
    const int last = list.y - 1;
#if PREFETCH
    // Offsets come two steps ahead: a load that waits for its address would hold up the multiplications behind it.
    int near = 0, far = 0;
    if (last >= 0) {
        LOAD_STEP(a, b, 0, offsets[0], offsets[4]);
        near = offsets[min(1, last) * 8];
        far = offsets[min(1, last) * 8 + 4];
    }
#endif
    for (int step = 0; step <= last; ++step) {
#if PREFETCH
        uint4 next_a[PIXEL_TILES], next_b[OUTPUT_TILES];
        LOAD_STEP(next_a, next_b, min(step + 1, last), near, far);
        near = offsets[min(step + 2, last) * 8];
        far = offsets[min(step + 2, last) * 8 + 4];
#else
        LOAD_STEP(a, b, step, offsets[step * 8], offsets[step * 8 + 4]);
#endif
#pragma unroll
        for (int o = 0; o < OUTPUT_TILES; ++o)
#pragma unroll
            for (int i = 0; i < PIXEL_TILES; ++i) {
                sums01[o][i] = mma_u8s8(a[i], b[o].xy, sums01[o][i] MMA_ARGUMENTS);
                sums23[o][i] = mma_u8s8(a[i], b[o].zw, sums23[o][i] MMA_ARGUMENTS);
            }
#if PREFETCH
#pragma unroll
        for (int i = 0; i < PIXEL_TILES; ++i) a[i] = next_a[i];
#pragma unroll
        for (int o = 0; o < OUTPUT_TILES; ++o) b[o] = next_b[o];
#endif
    }
#pragma unroll
    for (int o = 0; o < OUTPUT_TILES; ++o) {
        const int group = get_group_id(1) * OUTPUT_TILES + o;
        if (group * 16 >= outputs) break;
        const int4 starts = STARTS(group, t);
        const float4 factors = FACTORS(group, t);
#pragma unroll
        for (int i = 0; i < PIXEL_TILES; ++i) {
            const int upper = first_pixel + i * 16 + g, lower = upper + 8;
            STORE_SUMS((int4)(sums01[o][i].xy, sums23[o][i].xy), starts, factors, group, t, upper);
            STORE_SUMS((int4)(sums01[o][i].zw, sums23[o][i].zw), starts, factors, group, t, lower);
        }
    }
}

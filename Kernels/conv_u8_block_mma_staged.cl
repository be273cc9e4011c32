// conv_u8_block_mma for dense weights: activations and weights of a work-group's tile come through local memory,
// several steps ahead. For 1x1 convolutions and matrix products as for any other kernel size.
//
// A list is as conv_u8_block_mma takes it with OUTPUT_TILES * OUTPUT_WARPS groups of 16 outputs, and its steps are two
// whole channel groups: entries 0 to 3 of a step are the quads of 16 consecutive, 16-byte aligned inputs, and so are
// entries 4 to 7. In local memory the 16 inputs of neighbouring pixels are neighbours, as in the blocked layout: eight
// pixels are 128 bytes, which is one access without bank conflicts.
//
// Global size: (tiles of 16 * PIXEL_TILES * PIXEL_WARPS pixels) * 32 * PIXEL_WARPS * OUTPUT_WARPS, lists.
#pragma OPENCL FP_CONTRACT OFF
#ifndef PIXEL_TILES
#define PIXEL_TILES 4  // of a warp: 1, 2, 4
#endif
#ifndef OUTPUT_TILES
#define OUTPUT_TILES 4  // of a warp: 1, 2, 4
#endif
#ifndef PIXEL_WARPS
#define PIXEL_WARPS 2  // 1, 2, 4; at most 2 * PIXEL_TILES * PIXEL_WARPS / OUTPUT_WARPS
#endif
#ifndef OUTPUT_WARPS
#define OUTPUT_WARPS 2  // 1, 2, 4
#endif
#ifndef STAGES
#define STAGES 4  // 2 to 6; STAGES * 512 * (PIXEL_TILES * PIXEL_WARPS + OUTPUT_TILES * OUTPUT_WARPS) bytes < 48 KiB - 4
#endif
#include "async_copy.clh"
#include "conv_u8_block.clh"
#include "mma.clh"

#define ITEMS (32 * PIXEL_WARPS * OUTPUT_WARPS)
#define TILE_PIXELS (16 * PIXEL_TILES * PIXEL_WARPS)
#define TILE_GROUPS (OUTPUT_TILES * OUTPUT_WARPS)
// In units of 16 bytes.
#define STAGE_INPUTS (2 * TILE_PIXELS)
#define STAGE_BLOCKS (32 * TILE_GROUPS)
#define INPUT_COPIES ((STAGE_INPUTS + ITEMS - 1) / ITEMS)
#define BLOCK_COPIES ((STAGE_BLOCKS + ITEMS - 1) / ITEMS)

// Starts the copies of a step, whose two channel groups are at `near` and `far`, to a stage.
#define COPY_STEP(stage, step, near, far)                                                                          \
    {                                                                                                              \
        _Pragma("unroll") for (int i = 0; i < INPUT_COPIES; ++i) {                                                 \
            const int chunk = item + i * ITEMS;                                                                    \
            if (STAGE_INPUTS % ITEMS == 0 || chunk < STAGE_INPUTS)                                                 \
                async_copy16(inputs + (stage) * STAGE_INPUTS + chunk,                                              \
                             (__global const uint4 *)(x + (uint)(places[i] + (chunk < TILE_PIXELS ? near : far)))); \
        }                                                                                                          \
        _Pragma("unroll") for (int i = 0; i < BLOCK_COPIES; ++i) {                                                 \
            const int chunk = item + i * ITEMS;                                                                    \
            if (STAGE_BLOCKS % ITEMS == 0 || chunk < STAGE_BLOCKS)                                                 \
                async_copy16(weights + (stage) * STAGE_BLOCKS + chunk,                                             \
                             blocks + (size_t)(step) * STAGE_BLOCKS + chunk);                                      \
        }                                                                                                          \
    }

__kernel __attribute__((reqd_work_group_size(ITEMS, 1, 1))) void conv_u8_block_mma_staged(CONV_U8_BLOCK_PARAMETERS) {
    MMA_MEMORY(PIXEL_WARPS * OUTPUT_WARPS)
    __local uint4 inputs[STAGES * STAGE_INPUTS];
    __local uint4 weights[STAGES * STAGE_BLOCKS];
    const int item = get_local_id(0), lane = item & 31, g = lane >> 2, t = lane & 3;
    const int pixel_warp = (item >> 5) % PIXEL_WARPS, output_warp = (item >> 5) / PIXEL_WARPS;
    const int tile_pixel = get_group_id(0) * TILE_PIXELS;
    const int first_image = divided(tile_pixel, plane_factor, plane_shift);
    x += x_origin + first_image * x_image;
    int places[INPUT_COPIES];
#pragma unroll
    for (int i = 0; i < INPUT_COPIES; ++i)
        INPUT_OFFSET(places[i], tile_pixel + (item + i * ITEMS) % TILE_PIXELS, first_image);
    const int2 list = lists[get_group_id(1)];
    offsets += (size_t)list.x * 8;
    blocks += (size_t)list.x * STAGE_BLOCKS;
    int4 sums01[OUTPUT_TILES][PIXEL_TILES], sums23[OUTPUT_TILES][PIXEL_TILES];
#pragma unroll
    for (int o = 0; o < OUTPUT_TILES; ++o)
#pragma unroll
        for (int i = 0; i < PIXEL_TILES; ++i) sums01[o][i] = sums23[o][i] = (int4)(0);
    for (int step = 0; step < STAGES - 1; ++step) {
        if (step < list.y) COPY_STEP(step, step, offsets[step * 8], offsets[step * 8 + 4]);
        async_commit();
    }
    int stage = 0, free_stage = STAGES - 1;
    // Offsets come a step before they are used.
    const int last = list.y - 1;
    int near = last < 0 ? 0 : offsets[min(STAGES - 1, last) * 8];
    int far = last < 0 ? 0 : offsets[min(STAGES - 1, last) * 8 + 4];
    for (int step = 0; step < list.y; ++step) {
        async_wait(STAGES - 2);
        // All have this step's data, and are done with the stage that is filled next.
        barrier(CLK_LOCAL_MEM_FENCE);
        const int ahead = step + STAGES - 1;
        if (ahead <= last) COPY_STEP(free_stage, ahead, near, far);
        async_commit();
        near = offsets[min(ahead + 1, last) * 8];
        far = offsets[min(ahead + 1, last) * 8 + 4];
        uint4 a[PIXEL_TILES], b[OUTPUT_TILES];
#pragma unroll
        for (int o = 0; o < OUTPUT_TILES; ++o)
            b[o] = weights[stage * STAGE_BLOCKS + (output_warp * OUTPUT_TILES + o) * 32 + lane];
#pragma unroll
        for (int i = 0; i < PIXEL_TILES; ++i)
            a[i] = mma_load_rows(inputs + stage * STAGE_INPUTS + (pixel_warp * PIXEL_TILES + i) * 16, TILE_PIXELS);
#pragma unroll
        for (int o = 0; o < OUTPUT_TILES; ++o)
#pragma unroll
            for (int i = 0; i < PIXEL_TILES; ++i) {
                sums01[o][i] = mma_u8s8(a[i], b[o].xy, sums01[o][i] MMA_ARGUMENTS);
                sums23[o][i] = mma_u8s8(a[i], b[o].zw, sums23[o][i] MMA_ARGUMENTS);
            }
        free_stage = stage;
        stage = stage == STAGES - 1 ? 0 : stage + 1;
    }
    const int first_pixel = tile_pixel + pixel_warp * (16 * PIXEL_TILES);
#pragma unroll
    for (int o = 0; o < OUTPUT_TILES; ++o) {
        const int group = get_group_id(1) * TILE_GROUPS + output_warp * OUTPUT_TILES + o;
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

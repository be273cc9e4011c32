// conv_f32_block on matrix units, whose operands are rounded to tf32 or float16 (mma_f32.clh). A warp of 32 work-items
// has 16 * PIXEL_TILES pixels x 16 * GROUPS outputs; a step of its list is any 4 quads of neighbouring channels,
// gathered from wherever they lie: 16 pixels x 16 inputs (A) by 16 inputs x 16 outputs (B).
//
// Work-item t of a pixel's four loads quad t: eight neighbouring pixels of a whole group of channels are one piece of
// memory. The quad's inputs are words t and t + 4 of the multiplications, and so are the weights' in `weights`, which
// the host rounded: [step][GROUPS][CALLS][32 lanes] of 16 bytes: with g = lane / 4 and t = lane % 4 the two words of
// quad t for output 4 * (g / 2) + g % 2, then for that output + 2. So a lane ends with 4 neighbouring outputs of a
// pixel and stores them at once.
#pragma OPENCL FP_CONTRACT OFF
#ifndef PIXEL_TILES
#define PIXEL_TILES 2  // 1, 2, 4; PIXEL_TILES * GROUPS up to 8
#endif
// Groups of outputs that share a list: 1, 2, 4.
#ifndef GROUPS
#define GROUPS 2
#endif
#ifndef WARPS
#define WARPS 4  // 1, 2, 4, 8
#endif
// 1 where some steps lack channels, or are padded to four quads: what does not take part is made 0.
#ifndef MASKED
#define MASKED 1
#endif
#include "conv_f32_block.clh"
#include "mma_f32.clh"

#define QUAD_WORDS (4 / WORD_DEPTH)
// Multiplications of a step, for 16 pixels and 8 outputs.
#define CALLS (QUAD_WORDS / 2)

DEFINE_ACTIVATE(float4, activate4)

// The channels of a quad that take part.
static inline float4 masked(float4 x, int mask) {
#if MASKED
    return select((float4)(0.0f), x, (int4)(mask << 31, mask << 30, mask << 29, mask << 28));
#else
    return x;
#endif
}

// Loads the inputs of a step whose quad t is `place`, and its weights.
#define LOAD_STEP(inputs, blocks, step, place)                                                                         \
    {                                                                                                                  \
        _Pragma("unroll") for (int q = 0; q < 2 * PIXEL_TILES; ++q) inputs[q] = four_channels(origins[q] + (place).x); \
        _Pragma("unroll") for (int i = 0; i < GROUPS * CALLS; ++i)                                                     \
            blocks[i] = weights[((size_t)(step) * (GROUPS * CALLS) + i) * 32];                                         \
    }

/// As conv_f32_block, with these differences:
/// - steps: [step][4] quads: floats from an output pixel's origin, and the bits of the channels that take part.
/// - lists: first step, number of steps, first weight in units of 32 * 16 bytes, first group of outputs.
/// Global size: (tiles of 16 * PIXEL_TILES * WARPS pixels) * 32 * WARPS, lists.
__kernel __attribute__((reqd_work_group_size(32 * WARPS, 1, 1))) void conv_f32_block_mma(CONV_F32_PARAMETERS(uint4)) {
    MMA_MEMORY(WARPS)
    const int lane = (int)get_local_id(0) & 31, g = lane >> 2, t = lane & 3;
    const int first_pixel = ((int)get_group_id(0) * WARPS + ((int)get_local_id(0) >> 5)) * (16 * PIXEL_TILES);
    __global const float *origins[2 * PIXEL_TILES];
#pragma unroll
    for (int q = 0; q < 2 * PIXEL_TILES; ++q) SET_ORIGIN(origins[q], first_pixel + q * 8 + g);
    float4 sums01[GROUPS][PIXEL_TILES], sums23[GROUPS][PIXEL_TILES];
#pragma unroll
    for (int o = 0; o < GROUPS; ++o)
#pragma unroll
        for (int i = 0; i < PIXEL_TILES; ++i) sums01[o][i] = sums23[o][i] = (float4)(0.0f);
    const int4 list = lists[get_group_id(1)];
    steps += (size_t)list.x * 4 + t;
    weights += (size_t)list.z * 32 + lane;
    const int last = list.y - 1;
    float4 next_x[2 * PIXEL_TILES];
    uint4 next_b[GROUPS * CALLS];
    // Quads come two steps ahead: a load that waits for its address would hold up the multiplications behind it.
    int2 quad = (int2)(0), next_quad = (int2)(0);
    if (last >= 0) {
        quad = steps[0];
        LOAD_STEP(next_x, next_b, 0, quad);
        next_quad = steps[min(1, last) * 4];
    }
    for (int step = 0; step <= last; ++step) {
        uint words[2 * PIXEL_TILES][QUAD_WORDS];
        uint4 b[GROUPS * CALLS];
#pragma unroll
        for (int q = 0; q < 2 * PIXEL_TILES; ++q) {
            const float4 x = masked(next_x[q], quad.y);
            const float parts[4] = {x.x, x.y, x.z, x.w};
#pragma unroll
            for (int k = 0; k < QUAD_WORDS; ++k) words[q][k] = MMA_WORD(parts + k * WORD_DEPTH);
        }
#pragma unroll
        for (int i = 0; i < GROUPS * CALLS; ++i) b[i] = next_b[i];
        quad = next_quad;
        LOAD_STEP(next_x, next_b, min(step + 1, last), quad);
        next_quad = steps[min(step + 2, last) * 4];
#pragma unroll
        for (int k = 0; k < CALLS; ++k)
#pragma unroll
            for (int o = 0; o < GROUPS; ++o)
#pragma unroll
                for (int i = 0; i < PIXEL_TILES; ++i) {
                    const uint4 a = (uint4)(words[2 * i][2 * k], words[2 * i + 1][2 * k], words[2 * i][2 * k + 1],
                                            words[2 * i + 1][2 * k + 1]);
                    sums01[o][i] = mma_f32(a, b[o * CALLS + k].xy, sums01[o][i] MMA_ARGUMENTS);
                    sums23[o][i] = mma_f32(a, b[o * CALLS + k].zw, sums23[o][i] MMA_ARGUMENTS);
                }
    }
#pragma unroll
    for (int o = 0; o < GROUPS; ++o) {
        const int group = list.w + o;
        const float4 start = *(__global const float4 *)(bias + group * 16 + t * 4);
#pragma unroll
        for (int q = 0; q < 2 * PIXEL_TILES; ++q) {
            const int pixel = first_pixel + q * 8 + g;
            if (pixel < pixels) {
                const float4 upper = (float4)(sums01[o][q / 2].xy, sums23[o][q / 2].xy);
                const float4 lower = (float4)(sums01[o][q / 2].zw, sums23[o][q / 2].zw);
                LOCATE(pixel);
                STORE_OUTPUTS(4, (q % 2 == 0 ? upper : lower) + start, group, t * 4);
            }
        }
    }
}

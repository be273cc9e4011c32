// Convolutions and products of u8 activations with lists of int8 blocks of 16 outputs x 4 inputs: the core for any GPU.
//
// A work-item has PIXELS pixels x OUTPUTS outputs. The 16 / OUTPUTS work-items of a pixel are neighbours and read the
// same 4 bytes, and neighbouring pixels are 16 bytes apart: with OUTPUTS 4, 32 neighbours read 128 consecutive bytes of
// activations and one block, and write 128 consecutive bytes. `blocks` is [entry][16 outputs][4 inputs]; lists count
// entries, one list for each group of 16 outputs.
//
// Global size: (tiles of GROUP_SIZE * OUTPUTS / 16 * PIXELS pixels) * GROUP_SIZE, groups of 16 outputs.
#pragma OPENCL FP_CONTRACT OFF
#ifndef PIXELS
#define PIXELS 4  // pixels of a work-item: 1 to 16
#endif
#ifndef OUTPUTS
#define OUTPUTS 4  // outputs of a work-item: 4, 8, 16
#endif
#ifndef GROUP_SIZE
#define GROUP_SIZE 64  // work-items of a work-group: a multiple of 16 / OUTPUTS
#endif
#include "conv_u8_block.clh"
#include "dot4.clh"

#define SHARERS (16 / OUTPUTS)
#define ABREAST (GROUP_SIZE / SHARERS)
#define QUADS (OUTPUTS / 4)

__kernel __attribute__((reqd_work_group_size(GROUP_SIZE, 1, 1))) void conv_u8_block(CONV_U8_BLOCK_PARAMETERS) {
    const int item = get_local_id(0), part = item % SHARERS * QUADS, group = get_group_id(1);
    const int first_pixel = get_group_id(0) * (ABREAST * PIXELS);
    const int first_image = divided(first_pixel, plane_factor, plane_shift);
    x += x_origin + first_image * x_image;
    int places[PIXELS];
    int4 sums[PIXELS][QUADS];
#pragma unroll
    for (int p = 0; p < PIXELS; ++p) {
        INPUT_OFFSET(places[p], first_pixel + p * ABREAST + item / SHARERS, first_image);
#pragma unroll
        for (int q = 0; q < QUADS; ++q) sums[p][q] = (int4)(0);
    }
    const int2 list = lists[group];
    offsets += list.x;
    blocks += (size_t)list.x * 4 + part;
    for (int entry = 0; entry < list.y; ++entry) {
        const int offset = offsets[entry];
        uint4 weights[QUADS];
#pragma unroll
        for (int q = 0; q < QUADS; ++q) weights[q] = blocks[(size_t)entry * 4 + q];
#pragma unroll
        for (int p = 0; p < PIXELS; ++p) {
            const uint activations = *(__global const uint *)(x + (uint)(places[p] + offset));
#pragma unroll
            for (int q = 0; q < QUADS; ++q) {
                sums[p][q].x = dot4(activations, weights[q].x, sums[p][q].x);
                sums[p][q].y = dot4(activations, weights[q].y, sums[p][q].y);
                sums[p][q].z = dot4(activations, weights[q].z, sums[p][q].z);
                sums[p][q].w = dot4(activations, weights[q].w, sums[p][q].w);
            }
        }
    }
#pragma unroll
    for (int q = 0; q < QUADS; ++q) {
        const int4 starts = STARTS(group, part + q);
        const float4 factors = FACTORS(group, part + q);
#pragma unroll
        for (int p = 0; p < PIXELS; ++p) {
            const int pixel = first_pixel + p * ABREAST + item / SHARERS;
            STORE_SUMS(sums[p][q], starts, factors, group, part + q, pixel);
        }
    }
}

#include "mk_conv_u8_block.h"

#include <math.h>
#include <string.h>

#pragma STDC FP_CONTRACT OFF

/// Adds the products of `count` blocks of one group, `stride` bytes apart, to the sums of one pixel.
static void accumulate(uint32_t sums[16], const uint8_t *pixel, const int8_t *blocks, size_t stride,
                       const int32_t *offsets, uint32_t count) {
    for (uint32_t entry = 0; entry < count; entry++) {
        const uint8_t *x = pixel + offsets[entry];
        const int8_t *w = blocks + (size_t)entry * stride;
        for (int output = 0; output < 16; output++)
            for (int input = 0; input < 4; input++)
                sums[output] += (uint32_t)((int32_t)w[output * 4 + input] * (int32_t)x[input]);
    }
}

static float clamp(float value, float low, float high) { return value > low ? (value < high ? value : high) : low; }

static void store(const mk_conv_u8_block *problem, const uint32_t sums[16], int32_t group, int32_t row,
                  int32_t column) {
    uint8_t *out = problem->output + group * problem->output_group + row * problem->output_row + column * 16;
    const mk_u8_addition *add = problem->addition;
    for (int output = 0; output < 16; output++) {
        float product = (float)(int32_t)sums[output] * problem->multiplier[group * 16 + output];
        float v = rintf(clamp(product, problem->low, problem->high));
        int32_t q = (int32_t)v + problem->zero_point;
        if (add) {
            const uint8_t *other = add->other + group * add->other_group + row * add->other_row + column * 16;
            float convolved = v * add->conv_scale;
            float residual = ((float)other[output] - add->other_zero_point) * add->other_scale;
            float sum = convolved + residual;
            q = (int32_t)rintf(clamp(sum / add->scale, add->low, add->high)) + add->zero_point;
        }
        out[output] = (uint8_t)q;
    }
}

void mk_conv_u8_block_scalar(const mk_conv_u8_block *problem, int32_t first_pair, int32_t pairs, int32_t first_row,
                             int32_t rows) {
    for (int32_t pair = first_pair; pair < first_pair + pairs; pair++) {
        const struct mk_block_list *list = &problem->lists[pair];
        const int8_t *both = problem->blocks + list->first_block;
        const int8_t *alone[2] = {both + (size_t)list->both * 128,
                                  both + (size_t)list->both * 128 + (size_t)list->first * 64};
        const int32_t *offsets = problem->offsets + list->first_offset;
        const int32_t *alone_offsets[2] = {offsets + list->both, offsets + list->both + list->first};
        const uint32_t alone_count[2] = {list->first, list->second};
        for (int32_t row = first_row; row < first_row + rows; row++)
            for (int32_t column = 0; column < problem->width; column++) {
                const uint8_t *pixel = problem->input + row * problem->input_row + column * problem->input_pixel;
                for (int32_t half = 0; half < 2 && pair * 2 + half < problem->groups; half++) {
                    uint32_t sums[16];
                    memcpy(sums, problem->bias + (pair * 2 + half) * 16, sizeof sums);
                    accumulate(sums, pixel, both + half * 64, 128, offsets, list->both);
                    accumulate(sums, pixel, alone[half], 64, alone_offsets[half], alone_count[half]);
                    store(problem, sums, pair * 2 + half, row, column);
                }
            }
    }
}

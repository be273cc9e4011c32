// The definition of conv_u8_block, for any processor: vectors of the compiler's own, in the shapes that it turns into
// pmaddwd (SSE2, which every x86-64 has) and smull. Two pixels a tile fill 16 registers of 128 bits. On Zen 5: 73
// GOP/s, where a loop over outputs and inputs gets 8. Bytes are taken apart by shifts: little-endian processors only,
// as all that Swift runs on.
#include "conv_u8_block_tiles.h"

#include <string.h>

#pragma STDC FP_CONTRACT OFF

typedef int16_t mk_s16x8 __attribute__((ext_vector_type(8)));
typedef uint16_t mk_u16x8 __attribute__((ext_vector_type(8)));
typedef int32_t mk_s32x8 __attribute__((ext_vector_type(8)));
typedef uint32_t mk_u32x4 __attribute__((ext_vector_type(4)));

#define MK_INLINE static inline __attribute__((always_inline))

/// Four sums of two neighbouring products.
MK_INLINE mk_u32x4 products(mk_s16x8 x, mk_s16x8 w) {
    mk_s32x8 all = __builtin_convertvector(x, mk_s32x8) * __builtin_convertvector(w, mk_s32x8);
    return (mk_u32x4)(all.even + all.odd);
}

/// To nearest, ties to even, for |value| < 2^22: the addition leaves no bit for a fraction.
MK_INLINE float nearest(float value) { return (value + 12582912.0f) - 12582912.0f; }

MK_INLINE float clamp(float value, float low, float high) {
    return value > low ? (value < high ? value : high) : low;
}

static void store(const mk_conv_u8_block *problem, int32_t group, const uint32_t sums[16], uint8_t *restrict out,
                  const uint8_t *other) {
    const mk_u8_addition *add = problem->addition;
    const float *multiplier = problem->multiplier + group * 16;
    const float low = problem->low, high = problem->high;
    float v[16];
    uint8_t q[16];
    for (int output = 0; output < 16; output++)
        v[output] = nearest(clamp((float)(int32_t)sums[output] * multiplier[output], low, high));
    if (!add) {
        const int32_t zero = problem->zero_point;
        for (int output = 0; output < 16; output++) q[output] = (uint8_t)((int32_t)v[output] + zero);
    } else {
        const mk_u8_addition a = *add;
        for (int output = 0; output < 16; output++) {
            float convolved = v[output] * a.conv_scale;
            float residual = ((float)other[output] - a.other_zero_point) * a.other_scale;
            float sum = convolved + residual;
            q[output] = (uint8_t)((int32_t)nearest(clamp(sum / a.scale, a.low, a.high)) + a.zero_point);
        }
    }
    memcpy(out, q, sizeof q);
}

MK_INLINE void compute_tile(const mk_conv_u8_block *problem, const mk_u8_group_lists *lists, int32_t group,
                            const mk_u8_tile *tile, const int pixels) {
    mk_u32x4 sums[2][4];
    const uint8_t *origins[2];
#pragma clang loop unroll(full)
    for (int p = 0; p < pixels; p++) {
        memcpy(sums[p], problem->bias + group * 16, sizeof sums[p]);
        origins[p] = tile->input[p];
    }
    for (int part = 0; part < 2; part++) {
        const int8_t *w = lists->blocks[part];
        const int32_t *offsets = lists->offsets[part];
        for (uint32_t entry = 0; entry < lists->count[part]; entry++, w += lists->stride[part]) {
            mk_s16x8 even[2], odd[2];
#pragma clang loop unroll(full)
            for (int p = 0; p < pixels; p++) {
                uint32_t quad;
                memcpy(&quad, origins[p] + offsets[entry], 4);
                mk_u16x8 x = (mk_u16x8)(mk_u32x4)(quad);
                even[p] = (mk_s16x8)(x & 255);
                odd[p] = (mk_s16x8)(x >> 8);
            }
#pragma clang loop unroll(full)
            for (int o = 0; o < 4; o++) {
                mk_u16x8 bytes;
                memcpy(&bytes, w + o * 16, 16);
                mk_s16x8 even_w = (mk_s16x8)(bytes << 8) >> 8, odd_w = (mk_s16x8)bytes >> 8;
#pragma clang loop unroll(full)
                for (int p = 0; p < pixels; p++) {
                    sums[p][o] += products(even[p], even_w);
                    sums[p][o] += products(odd[p], odd_w);
                }
            }
        }
    }
#pragma clang loop unroll(full)
    for (int p = 0; p < pixels; p++) {
        uint32_t final[16];
        memcpy(final, sums[p], sizeof final);
        store(problem, group, final, tile->output[p], tile->other[p]);
    }
}

static void tile1(const mk_conv_u8_block *problem, const void *lists, int32_t group, const mk_u8_tile *tile) {
    compute_tile(problem, lists, group, tile, 1);
}

static void tile2(const mk_conv_u8_block *problem, const void *lists, int32_t group, const mk_u8_tile *tile) {
    compute_tile(problem, lists, group, tile, 2);
}

void mk_conv_u8_block_scalar(const mk_conv_u8_block *problem, int32_t first_pair, int32_t pairs, int32_t first_row,
                             int32_t rows) {
    static const mk_u8_tile_function functions[] = {tile1, tile2};
    for (int32_t group = first_pair * 2; group < (first_pair + pairs) * 2 && group < problem->groups; group++) {
        mk_u8_group_lists lists = mk_group_lists(problem, group);
        mk_for_each_tile(problem, &lists, group, first_row, rows, 2, functions);
    }
}

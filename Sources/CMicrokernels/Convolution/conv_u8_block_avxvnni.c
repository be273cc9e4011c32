// conv_u8_block for AVX-VNNI: a block is two registers of 8 outputs x 4 inputs, and a tile one group by six pixels,
// that is 12 of the 16 registers for sums. Measured on Zen 5 (register-only loop: 454 GOP/s): 2 halves x 6 pixels 480
// GOP/s, 2 x 5 451, 2 x 4 444, 1 x 12 390, 4 x 3 (two groups) 213, for it keeps no weights in registers.
#include "mk_conv_u8_block.h"

#if defined(__x86_64__)
#include <immintrin.h>

#pragma STDC FP_CONTRACT OFF
#pragma clang attribute push(__attribute__((target("avx2,fma,avxvnni"))), apply_to = function)
#include "conv_u8_block_store256.h"

MK_INLINE void compute_tile(const mk_conv_u8_block *problem, const mk_u8_group_lists *lists, int32_t group,
                            const mk_u8_tile *tile, const int pixels) {
    __m256i sums[2][MK_U8_TILE_PIXELS];
#pragma clang loop unroll(full)
    for (int p = 0; p < pixels; p++) {
        sums[0][p] = _mm256_loadu_si256((const __m256i *)(problem->bias + group * 16));
        sums[1][p] = _mm256_loadu_si256((const __m256i *)(problem->bias + group * 16 + 8));
    }
    const uint8_t *origins[MK_U8_TILE_PIXELS];
#pragma clang loop unroll(full)
    for (int p = 0; p < pixels; p++) origins[p] = tile->input[p];
    for (int part = 0; part < 2; part++) {
        const int8_t *w = lists->blocks[part];
        const int32_t *offsets = lists->offsets[part], *end = offsets + lists->count[part];
        const size_t stride = lists->stride[part];
        for (; offsets < end; offsets++, w += stride) {
            __m256i w0 = _mm256_loadu_si256((const __m256i *)w), w1 = _mm256_loadu_si256((const __m256i *)(w + 32));
            ptrdiff_t offset = *offsets;
#pragma clang loop unroll(full)
            for (int p = 0; p < pixels; p++) {
                __m256i x = _mm256_castps_si256(_mm256_broadcast_ss((const float *)(origins[p] + offset)));
                sums[0][p] = _mm256_dpbusd_avx_epi32(sums[0][p], x, w0);
                sums[1][p] = _mm256_dpbusd_avx_epi32(sums[1][p], x, w1);
            }
        }
    }
    MK_STORE256(problem, group, tile, sums, pixels);
}

#define TILE(PIXELS)                                                                                                   \
    static void tile##PIXELS(const mk_conv_u8_block *problem, const void *lists, int32_t group,                        \
                             const mk_u8_tile *tile) {                                                                 \
        compute_tile(problem, lists, group, tile, PIXELS);                                                             \
    }
TILE(1) TILE(2) TILE(3) TILE(4) TILE(5) TILE(6)

void mk_conv_u8_block_avxvnni(const mk_conv_u8_block *problem, int32_t first_pair, int32_t pairs, int32_t first_row,
                              int32_t rows) {
    static const mk_u8_tile_function functions[] = {tile1, tile2, tile3, tile4, tile5, tile6};
    for (int32_t group = first_pair * 2; group < (first_pair + pairs) * 2 && group < problem->groups; group++) {
        mk_u8_group_lists lists = mk_group_lists(problem, group);
        mk_for_each_tile(problem, &lists, group, first_row, rows, 6, functions);
    }
}
#pragma clang attribute pop
#endif

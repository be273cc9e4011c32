#if defined(__x86_64__)
#pragma STDC FP_CONTRACT OFF
#include "mk_conv_depthwise_u8.h"

#pragma clang attribute push(__attribute__((target("avx2,fma,avxvnni"))), apply_to = function)
#include "conv_depthwise_u8_256.h"

typedef __m256i mk_window;
typedef __m256i mk_weights;

static inline __attribute__((always_inline)) __m256i mk_window_load(const uint8_t *pixel) {
    return mk_window_bytes(pixel);
}

static inline __attribute__((always_inline)) __m256i mk_weights_load(const int8_t *quads) {
    return _mm256_loadu_si256((const __m256i *)quads);
}

static inline __attribute__((always_inline)) __m256i mk_dot(__m256i sums, __m256i window, __m256i weights) {
    return _mm256_dpbusd_avx_epi32(sums, window, weights);
}

#include "conv_depthwise_u8_tiles.h"

void mk_conv_depthwise_u8_avxvnni(const mk_conv_depthwise_u8 *problem, int32_t first_group, int32_t groups,
                                  int32_t first_row, int32_t rows) {
    mk_tiles(problem, first_group, groups, first_row, rows);
}
#pragma clang attribute pop
#endif

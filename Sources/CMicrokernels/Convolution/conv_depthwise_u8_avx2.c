#if defined(__x86_64__)
#pragma STDC FP_CONTRACT OFF
#include "mk_conv_depthwise_u8.h"

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#include "conv_depthwise_u8_256.h"

// vpmaddubsw would saturate. Bytes 0 and 2, and bytes 1 and 3, of each lane as 16-bit integers make two exact vpmaddwd;
// a window is split once for all outputs that it serves.
typedef struct {
    __m256i even, odd;
} mk_pairs;
typedef mk_pairs mk_window;
typedef mk_pairs mk_weights;

static inline __attribute__((always_inline)) mk_pairs mk_window_load(const uint8_t *pixel) {
    const __m256i bytes = mk_window_bytes(pixel);
    const mk_pairs window = {_mm256_and_si256(bytes, _mm256_set1_epi16(0xFF)), _mm256_srli_epi16(bytes, 8)};
    return window;
}

static inline __attribute__((always_inline)) mk_pairs mk_weights_load(const int8_t *quads) {
    const __m256i bytes = _mm256_loadu_si256((const __m256i *)quads);
    const mk_pairs weights = {_mm256_srai_epi16(_mm256_slli_epi16(bytes, 8), 8), _mm256_srai_epi16(bytes, 8)};
    return weights;
}

static inline __attribute__((always_inline)) __m256i mk_dot(__m256i sums, mk_pairs window, mk_pairs weights) {
    sums = _mm256_add_epi32(sums, _mm256_madd_epi16(window.even, weights.even));
    return _mm256_add_epi32(sums, _mm256_madd_epi16(window.odd, weights.odd));
}

#include "conv_depthwise_u8_tiles.h"

void mk_conv_depthwise_u8_avx2(const mk_conv_depthwise_u8 *problem, int32_t first_group, int32_t groups,
                               int32_t first_row, int32_t rows) {
    mk_tiles(problem, first_group, groups, first_row, rows);
}
#pragma clang attribute pop
#endif

// 8-bit dot products of 256 bits: six rows of one group keep 12 sums, two registers of weights and one of inputs.
#if defined(__x86_64__)
#include <immintrin.h>
#include <stdint.h>
#include <string.h>

#pragma clang attribute push(__attribute__((target("avx2,fma,avxvnni"))), apply_to = function)

#define MK_TILE_ROWS 6

typedef struct { __m256i low, high; } mk_weights;
typedef __m256i mk_inputs;

#include "gemm_u8_block_256.h"

INLINE mk_weights mk_load_weights(const int8_t *w) {
    return (mk_weights){_mm256_loadu_si256((const __m256i *)w), _mm256_loadu_si256((const __m256i *)(w + 32))};
}
INLINE mk_inputs mk_load_inputs(const uint8_t *x) {
    int32_t four;
    memcpy(&four, x, sizeof four);
    return _mm256_set1_epi32(four);
}
INLINE void mk_accumulate(mk_sums *sums, mk_inputs x, mk_weights w) {
    sums->low = _mm256_dpbusd_avx_epi32(sums->low, x, w.low);
    sums->high = _mm256_dpbusd_avx_epi32(sums->high, x, w.high);
    // Keeps the loads of the next row behind: hoisted together they would not leave the sums their registers.
    __asm__ volatile("" : "+x"(sums->low), "+x"(sums->high)::"memory");
}

#include "gemm_u8_block_body.h"

void mk_gemm_u8_block_avxvnni(const mk_gemm_u8_block *problem, int32_t first_pair, int32_t pairs, int32_t first_row,
                              int32_t rows) {
    mk_run(problem, first_pair, pairs, first_row, rows);
}

#pragma clang attribute pop
#endif

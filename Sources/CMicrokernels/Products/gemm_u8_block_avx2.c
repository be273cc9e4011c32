// Exact without VNNI: vpmaddubsw would saturate where two neighbouring products exceed 16 bits, so that bytes are
// widened to 16 bits first, even and odd inputs apart; then both halves of a sum stay in one lane and nothing is
// shuffled.
#if defined(__x86_64__)
#include <immintrin.h>
#include <stdint.h>
#include <string.h>

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)

#define MK_TILE_ROWS 4

/// Inputs 0 and 2, and inputs 1 and 3, of outputs 0-7 and 8-15.
typedef struct { __m256i low_even, low_odd, high_even, high_odd; } mk_weights;
typedef struct { __m256i even, odd; } mk_inputs;

#include "gemm_u8_block_256.h"

INLINE __m256i even(__m256i bytes) { return _mm256_srai_epi16(_mm256_slli_epi16(bytes, 8), 8); }
INLINE mk_weights mk_load_weights(const int8_t *w) {
    const __m256i low = _mm256_loadu_si256((const __m256i *)w), high = _mm256_loadu_si256((const __m256i *)(w + 32));
    return (mk_weights){even(low), _mm256_srai_epi16(low, 8), even(high), _mm256_srai_epi16(high, 8)};
}
INLINE mk_inputs mk_load_inputs(const uint8_t *x) {
    int32_t four;
    memcpy(&four, x, sizeof four);
    const __m256i bytes = _mm256_set1_epi32(four);
    return (mk_inputs){_mm256_and_si256(bytes, _mm256_set1_epi16(0x00FF)), _mm256_srli_epi16(bytes, 8)};
}
INLINE void mk_accumulate(mk_sums *sums, mk_inputs x, mk_weights w) {
    // Each of the four is below 2^17: adding them in pairs first cannot overflow.
    sums->low = _mm256_add_epi32(
        sums->low, _mm256_add_epi32(_mm256_madd_epi16(x.even, w.low_even), _mm256_madd_epi16(x.odd, w.low_odd)));
    sums->high = _mm256_add_epi32(
        sums->high, _mm256_add_epi32(_mm256_madd_epi16(x.even, w.high_even), _mm256_madd_epi16(x.odd, w.high_odd)));
    // Keeps the loads of the next row behind: hoisted together they would not leave the sums their registers.
    __asm__ volatile("" : "+x"(sums->low), "+x"(sums->high)::"memory");
}

#include "gemm_u8_block_body.h"

void mk_gemm_u8_block_avx2(const mk_gemm_u8_block *problem, int32_t first_pair, int32_t pairs, int32_t first_row,
                           int32_t rows) {
    mk_run(problem, first_pair, pairs, first_row, rows);
}

#pragma clang attribute pop
#endif

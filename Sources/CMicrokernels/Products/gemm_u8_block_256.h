// What the kernels of gemm_u8_block with registers of 256 bits have in common: the 16 sums of a block lie in two of
// them, and rows of a tile share nothing. gemm_u8_block_body.h says what each of these is; mk_weights is there already.
#pragma once
#include <immintrin.h>
#include <stdint.h>

#define INLINE static inline __attribute__((always_inline))

typedef struct { __m256i low, high; } mk_sums;
typedef struct { char unused; } mk_shared;

INLINE mk_sums mk_start(const int32_t *bias) {
    if (!bias) return (mk_sums){_mm256_setzero_si256(), _mm256_setzero_si256()};
    return (mk_sums){_mm256_loadu_si256((const __m256i *)bias), _mm256_loadu_si256((const __m256i *)(bias + 8))};
}
INLINE void mk_add_sums(mk_sums *to, mk_sums from) {
    to->low = _mm256_add_epi32(to->low, from.low);
    to->high = _mm256_add_epi32(to->high, from.high);
}
INLINE void mk_values(mk_sums sums, int32_t values[16]) {
    _mm256_storeu_si256((__m256i *)values, sums.low);
    _mm256_storeu_si256((__m256i *)(values + 8), sums.high);
}
INLINE mk_shared mk_no_shared(void) { return (mk_shared){0}; }
INLINE void mk_share(mk_shared *shared, mk_weights w) { (void)shared, (void)w; }
INLINE void mk_finish(mk_sums *sums, mk_shared shared) { (void)sums, (void)shared; }

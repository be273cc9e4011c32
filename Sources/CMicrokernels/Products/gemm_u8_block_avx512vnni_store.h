#pragma once
#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>

#include "mk_gemm_u8_block.h"

// How mk_gemm_u8_block_avx512vnni stores the sums of a tile. Included where the instruction set is on.

#define UNROLL _Pragma("clang loop unroll(full)")
#define INLINE static inline __attribute__((always_inline))

/// Stores the sums of one row and 16 columns; bits of `lanes` say which columns exist.
INLINE void store(const mk_gemm_u8_block *p, __m512i sums, uint8_t *row, int32_t column, __mmask16 lanes, int result) {
    if (result == MK_GEMM_S32) {
        _mm512_mask_storeu_epi32(row + (ptrdiff_t)column * 4, lanes, sums);
        return;
    }
    __m512 v = _mm512_mul_ps(_mm512_cvtepi32_ps(sums), _mm512_loadu_ps(p->multiplier + column));
    if (result == MK_GEMM_F32) {
        _mm512_mask_storeu_ps(row + (ptrdiff_t)column * 4, lanes, v);
        return;
    }
    // The second operand is the result for a NaN, as in `v > low ? v : low`.
    v = _mm512_min_ps(_mm512_max_ps(v, _mm512_set1_ps(p->low)), _mm512_set1_ps(p->high));
    __m512i q = _mm512_add_epi32(_mm512_cvtps_epi32(v), _mm512_set1_epi32(p->zero_point));
    _mm_mask_storeu_epi8(row + column, lanes, _mm512_cvtepi32_epi8(q));
}

/// How MK_GEMM_U8 stores whole rows of 32 columns, two at a time, as `store` does.
///
/// Rounding and the lower bound change places, since both are monotone and the bound is an integer: the lower bound is
/// then one of 64 bytes. What is no int32 behind the upper bound, a NaN or a sum far below, becomes the lowest integer.
typedef struct {
    /// Of bytes as u8: `flip` makes them s8 where the bounds are.
    __m512i zero_point, low, flip;
    /// Dword `lane * 4 + quarter` to dword `quarter * 4 + lane`.
    __m512i transposition;
    __m512 high;
} requantization;

INLINE requantization requantization_of(const mk_gemm_u8_block *p) {
    const int low = (int)p->low + p->zero_point, flip = low < 0 ? 0x80 : 0;
    return (requantization){
        .zero_point = _mm512_set1_epi16((short)(p->zero_point + flip)),
        .low = _mm512_set1_epi8((char)(low + flip)),
        .flip = _mm512_set1_epi8((char)flip),
        .transposition = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15),
        .high = _mm512_set1_ps(p->high),
    };
}

INLINE __m512i rounded(const requantization *q, __m512i sums, __m512 multiplier) {
    // The second operand is the result for a NaN.
    return _mm512_cvtps_epi32(_mm512_min_ps(q->high, _mm512_mul_ps(_mm512_cvtepi32_ps(sums), multiplier)));
}

/// Stores two rows of 32 columns, or where `rows` is 1, the first.
INLINE void store_rows(const requantization *q, const float *multiplier, __m512i a0, __m512i a1, __m512i b0, __m512i b1,
                       uint8_t *out, ptrdiff_t row, int rows) {
    const __m512 m0 = _mm512_loadu_ps(multiplier), m1 = _mm512_loadu_ps(multiplier + 16);
    const __m512i first = _mm512_packs_epi32(rounded(q, a0, m0), rounded(q, a1, m1));
    const __m512i second = _mm512_packs_epi32(rounded(q, b0, m0), rounded(q, b1, m1));
    const __m512i both =
        _mm512_packus_epi16(_mm512_adds_epi16(first, q->zero_point), _mm512_adds_epi16(second, q->zero_point));
    const __m512i bytes =
        _mm512_permutexvar_epi32(q->transposition, _mm512_xor_si512(_mm512_max_epu8(both, q->low), q->flip));
    _mm256_storeu_si256((__m256i *)out, _mm512_castsi512_si256(bytes));
    if (rows > 1) _mm256_storeu_si256((__m256i *)(out + row), _mm512_extracti64x4_epi64(bytes, 1));
}

#pragma once
#include <immintrin.h>
#include <string.h>

#include "mk_conv_u8_block.h"

// How mk_conv_u8_block_avx512vnni turns the sums of a row of pixels into bytes without leaving registers.
//
// Rounding and clamping to integers may change places, since both are monotone and the bounds are integers. So sums
// become integers first; the narrowing saturates to 16 bits, the zero point is added there, the next narrowing
// saturates to 0...255, and the bounds of an activation are applied to bytes, four pixels at a time.

typedef enum {
    /// Requantize.
    MK_EPILOGUE_PLAIN,
    /// Requantize, then add with the two constants that `mk_u8_addition` holds for it.
    MK_EPILOGUE_ADD,
    /// Anything: sums go through memory.
    MK_EPILOGUE_GENERAL,
} mk_epilogue_kind;

typedef struct {
    mk_epilogue_kind kind;
    /// Of the result: zero point, and bounds as bytes.
    __m512i zero_point, low, high;
    /// Dword `lane * 4 + pixel` to dword `pixel * 4 + lane`.
    __m512i transposition;
    /// For MK_EPILOGUE_ADD: bounds of the convolution's own integer less its zero point, and the constants.
    __m512 conv_low, conv_high, conv_factor, other_factor, offset;
} mk_tile_epilogue;

/// Rounded integers less the zero point, four pixels of 16 channels each, to 64 bytes: pixel after pixel.
static inline __attribute__((always_inline)) __m512i mk_narrow(const mk_tile_epilogue *e, __m512i a, __m512i b,
                                                               __m512i c, __m512i d) {
    const __m512i ab = _mm512_adds_epi16(_mm512_packs_epi32(a, b), e->zero_point);
    const __m512i cd = _mm512_adds_epi16(_mm512_packs_epi32(c, d), e->zero_point);
    const __m512i bytes = _mm512_min_epu8(_mm512_max_epu8(_mm512_packus_epi16(ab, cd), e->low), e->high);
    return _mm512_permutexvar_epi32(e->transposition, bytes);
}

/// Stores `count` pixels of 16 bytes from as many registers of rounded integers less the zero point.
static inline __attribute__((always_inline)) void mk_store_integers(const mk_tile_epilogue *e, __m512i *q, int count,
                                                                    uint8_t *out) {
    _Pragma("clang loop unroll(full)") for (int p = 0; p < count; p += 4) {
        const int left = count - p;
        const __m512i bytes = mk_narrow(e, q[p], q[p + (left > 1)], q[left > 2 ? p + 2 : p], q[left > 3 ? p + 3 : p]);
        if (left >= 4) {
            _mm512_storeu_si512(out + p * 16, bytes);
        } else {
            if (left >= 2) _mm256_storeu_si256((__m256i *)(out + p * 16), _mm512_castsi512_si256(bytes));
            if (left == 1) _mm_storeu_si128((__m128i *)(out + p * 16), _mm512_castsi512_si128(bytes));
            if (left == 3) _mm_storeu_si128((__m128i *)(out + p * 16 + 32), _mm512_extracti32x4_epi32(bytes, 2));
        }
    }
}

/// Requantizes; for products that int32 holds.
static inline __attribute__((always_inline)) void mk_store_plain(const mk_tile_epilogue *e, const float *multiplier,
                                                                 __m512i *sums, int count, uint8_t *out) {
    const __m512 m = _mm512_loadu_ps(multiplier);
    _Pragma("clang loop unroll(full)") for (int p = 0; p < count; p++) sums[p] =
        _mm512_cvtps_epi32(_mm512_mul_ps(_mm512_cvtepi32_ps(sums[p]), m));
    mk_store_integers(e, sums, count, out);
}

/// Requantizes and adds the other operand's bytes.
static inline __attribute__((always_inline)) void mk_store_added(const mk_tile_epilogue *e, const float *multiplier,
                                                                 __m512i *sums, int count, const uint8_t *other,
                                                                 uint8_t *out) {
    const __m512 m = _mm512_loadu_ps(multiplier);
    _Pragma("clang loop unroll(full)") for (int p = 0; p < count; p++) {
        const __m512 product = _mm512_mul_ps(_mm512_cvtepi32_ps(sums[p]), m);
        const __m512 v = _mm512_roundscale_ps(_mm512_min_ps(_mm512_max_ps(product, e->conv_low), e->conv_high), 0);
        const __m512i bytes = _mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)(other + p * 16)));
        const __m512 r = _mm512_fmadd_ps(_mm512_cvtepi32_ps(bytes), e->other_factor, e->offset);
        sums[p] = _mm512_cvtps_epi32(_mm512_fmadd_ps(v, e->conv_factor, r));
    }
    mk_store_integers(e, sums, count, out);
}

// How the 256-bit bodies of conv_u8_block turn sums into bytes. Included under the `target` attribute of its includer.
#pragma once
#include "conv_u8_block_tiles.h"
#include <immintrin.h>

#define MK_INLINE static inline __attribute__((always_inline))

/// As in the definition, NaN included: a comparison that is false gives the second operand.
MK_INLINE __m256 mk_clamp256(__m256 value, __m256 low, __m256 high) {
    return _mm256_min_ps(_mm256_max_ps(value, low), high);
}

/// 16 int32 in 0...255 as bytes, in order.
MK_INLINE __m128i mk_bytes256(__m256i first, __m256i second) {
    __m256i words = _mm256_permute4x64_epi64(_mm256_packs_epi32(first, second), 0xd8);
    return _mm_packus_epi16(_mm256_castsi256_si128(words), _mm256_extracti128_si256(words, 1));
}

/// `q` of QLinearAdd less its zero point, for 8 outputs: `v` is the convolution's own integer less its zero point.
MK_INLINE __m256i mk_added256(const mk_u8_addition *add, __m256 v, const uint8_t *other) {
    __m256 r = _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)other)));
    __m256 residual = _mm256_mul_ps(_mm256_sub_ps(r, _mm256_set1_ps(add->other_zero_point)),
                                    _mm256_set1_ps(add->other_scale));
    __m256 sum = _mm256_add_ps(_mm256_mul_ps(v, _mm256_set1_ps(add->conv_scale)), residual);
    // Two divisions a pixel and group cost a few percent where a list is short, nothing where it is long; no correction
    // by FMA keeps all bits at every scale a file may hold.
    __m256 quotient = _mm256_div_ps(sum, _mm256_set1_ps(add->scale));
    return _mm256_cvtps_epi32(mk_clamp256(quotient, _mm256_set1_ps(add->low), _mm256_set1_ps(add->high)));
}

/// Stores a tile: `sums[h]` are those of outputs 8h ..< 8h + 8 of each pixel.
#define MK_STORE256(PROBLEM, GROUP, TILE, SUMS, PIXELS)                                                                \
    do {                                                                                                               \
        const mk_u8_addition *add_ = (PROBLEM)->addition;                                                              \
        __m256 low_ = _mm256_set1_ps((PROBLEM)->low), high_ = _mm256_set1_ps((PROBLEM)->high);                         \
        __m256 m0_ = _mm256_loadu_ps((PROBLEM)->multiplier + (GROUP) * 16);                                            \
        __m256 m1_ = _mm256_loadu_ps((PROBLEM)->multiplier + (GROUP) * 16 + 8);                                        \
        __m256i zero_ = _mm256_set1_epi32(add_ ? add_->zero_point : (PROBLEM)->zero_point);                            \
        _Pragma("clang loop unroll(full)") for (int p_ = 0; p_ < (PIXELS); p_++) {                                     \
            __m256 v0_ = mk_clamp256(_mm256_mul_ps(_mm256_cvtepi32_ps((SUMS)[0][p_]), m0_), low_, high_);              \
            __m256 v1_ = mk_clamp256(_mm256_mul_ps(_mm256_cvtepi32_ps((SUMS)[1][p_]), m1_), low_, high_);              \
            __m256i q0_, q1_;                                                                                          \
            if (add_) {                                                                                                \
                enum { nearest = _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC };                                      \
                q0_ = mk_added256(add_, _mm256_round_ps(v0_, nearest), (TILE)->other[p_]);                             \
                q1_ = mk_added256(add_, _mm256_round_ps(v1_, nearest), (TILE)->other[p_] + 8);                         \
            } else {                                                                                                   \
                q0_ = _mm256_cvtps_epi32(v0_);                                                                         \
                q1_ = _mm256_cvtps_epi32(v1_);                                                                         \
            }                                                                                                          \
            _mm_storeu_si128((__m128i *)(TILE)->output[p_],                                                            \
                             mk_bytes256(_mm256_add_epi32(q0_, zero_), _mm256_add_epi32(q1_, zero_)));                 \
        }                                                                                                              \
    } while (0)

#include "mk_peak.h"

#include "peak_body.h"

#if defined(__x86_64__)
#include <immintrin.h>

#pragma STDC FP_CONTRACT OFF
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)

#define NARROW_STEP(x, w) _mm256_add_epi32(x, _mm256_madd_epi16(_mm256_maddubs_epi16(w, w), w))
MK_PEAK_LOOP(int8, __m256i, _mm256_set1_epi8(1), 14, "x", 32, NARROW_STEP)

#define WIDENED_STEP(x, w) _mm256_add_epi32(x, _mm256_madd_epi16(w, w))
MK_PEAK_LOOP(widened, __m256i, _mm256_set1_epi16(3), 14, "x", 16, WIDENED_STEP)

#define FLOAT_STEP(x, w) _mm256_fmadd_ps(x, w, w)
MK_PEAK_LOOP(float32, __m256, _mm256_set1_ps(1.0001f), 14, "x", 8, FLOAT_STEP)

uint64_t mk_peak_avx2(int arithmetic, uint64_t iterations) {
    switch (arithmetic) {
    case MK_PEAK_INT8: return int8(iterations);
    case MK_PEAK_INT8_WIDENED: return widened(iterations);
    case MK_PEAK_FLOAT32: return float32(iterations);
    default: return 0;
    }
}

#pragma clang attribute pop
#endif

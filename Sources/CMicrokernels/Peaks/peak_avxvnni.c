#include "mk_peak.h"

#include "peak_body.h"

#if defined(__x86_64__)
#include <immintrin.h>

#pragma STDC FP_CONTRACT OFF
#pragma clang attribute push(__attribute__((target("avx2,fma,avxvnni"))), apply_to = function)

#define INT8_STEP(x, w) _mm256_dpbusd_avx_epi32(x, w, w)
MK_PEAK_LOOP(int8, __m256i, _mm256_set1_epi8(3), 14, "x", 32, INT8_STEP)

#define FLOAT_STEP(x, w) _mm256_fmadd_ps(x, w, w)
MK_PEAK_LOOP(float32, __m256, _mm256_set1_ps(1.0001f), 14, "x", 8, FLOAT_STEP)

uint64_t mk_peak_avxvnni(int arithmetic, uint64_t iterations) {
    switch (arithmetic) {
    case MK_PEAK_INT8: return int8(iterations);
    case MK_PEAK_FLOAT32: return float32(iterations);
    default: return 0;
    }
}

#pragma clang attribute pop
#endif

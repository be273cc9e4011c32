#include "mk_peak.h"

#include <math.h>
#include <string.h>

#include "peak_body.h"

#pragma STDC FP_CONTRACT OFF

// What the compiler may use without being told of the processor: 128-bit products of 16-bit integers on x86 and Arm, one
// integer at a time elsewhere. A float32 multiply-add that rounds once is a call of the C library where the baseline has no
// instruction for it, as on x86.
#if defined(__x86_64__)
#include <emmintrin.h>
#define FLOAT_CLASS "x"
#define WIDENED_STEP(x, w) _mm_add_epi32(x, _mm_madd_epi16(w, w))
MK_PEAK_LOOP(widened, __m128i, _mm_set1_epi16(3), 12, "x", 8, WIDENED_STEP)
#elif defined(__aarch64__)
#include <arm_neon.h>
#define FLOAT_CLASS "w"
#define WIDENED_STEP(x, w) vmlal_s16(x, vget_low_s16(vreinterpretq_s16_s32(w)), vget_low_s16(vreinterpretq_s16_s32(w)))
MK_PEAK_LOOP(widened, int32x4_t, vdupq_n_s32(3), 24, "w", 4, WIDENED_STEP)
#else
#define FLOAT_CLASS "f"
#define WIDENED_STEP(x, w) ((x) + (w) * (w))
MK_PEAK_LOOP(widened, uint32_t, 3, 8, "r", 1, WIDENED_STEP)
#endif

#define FLOAT_STEP(x, w) fmaf(x, w, w)
MK_PEAK_LOOP(float32, float, 1.0001f, 12, FLOAT_CLASS, 1, FLOAT_STEP)

uint64_t mk_peak_scalar(int arithmetic, uint64_t iterations) {
    switch (arithmetic) {
    case MK_PEAK_INT8_WIDENED: return widened(iterations);
    case MK_PEAK_FLOAT32: return float32(iterations);
    default: return 0;
    }
}

uint64_t mk_peak(mk_isa isa, mk_peak_arithmetic arithmetic, uint64_t iterations) {
    switch (isa) {
    case MK_ISA_SCALAR: return mk_peak_scalar(arithmetic, iterations);
#if defined(__x86_64__)
    case MK_ISA_AVX2: return mk_peak_avx2(arithmetic, iterations);
    case MK_ISA_AVXVNNI: return mk_peak_avxvnni(arithmetic, iterations);
    case MK_ISA_AVX512VNNI: return mk_peak_avx512vnni(arithmetic, iterations);
#elif defined(__aarch64__)
    case MK_ISA_NEON: return mk_peak_neon(arithmetic, iterations);
#endif
    default: return 0;
    }
}

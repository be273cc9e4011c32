#include "mk_peak.h"

#include "peak_body.h"

#if defined(__aarch64__)
// Before the header: without the feature it does not declare the intrinsics of the dot product.
#pragma clang attribute push(__attribute__((target("dotprod"))), apply_to = function)
#include <arm_neon.h>

#pragma STDC FP_CONTRACT OFF

#define INT8_STEP(x, w) vdotq_s32(x, vreinterpretq_s8_s32(w), vreinterpretq_s8_s32(w))
MK_PEAK_LOOP(int8, int32x4_t, vdupq_n_s32(0x03030303), 24, "w", 16, INT8_STEP)

#define FLOAT_STEP(x, w) vfmaq_f32(x, w, w)
MK_PEAK_LOOP(float32, float32x4_t, vdupq_n_f32(1.0001f), 24, "w", 4, FLOAT_STEP)

uint64_t mk_peak_neon(int arithmetic, uint64_t iterations) {
    switch (arithmetic) {
    case MK_PEAK_INT8: return int8(iterations);
    case MK_PEAK_FLOAT32: return float32(iterations);
    default: return 0;
    }
}

#pragma clang attribute pop
#endif

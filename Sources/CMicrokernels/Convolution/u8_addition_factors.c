#include <math.h>

#include "mk_conv_u8_block.h"
#include "mk_isa.h"

#pragma STDC FP_CONTRACT OFF

#if defined(__x86_64__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#endif

/// rint(clamp(value, low, high)) for bounds of some hundreds, in arithmetic that vectorises: beyond 2^23 a float has no
/// fraction, so the sum rounds to an integer, half to even.
static inline float rounded(float value, float low, float high) {
    const float magic = 12582912.0f;
    const float clamped = value > low ? (value < high ? value : high) : low;
    return (clamped + magic) - magic;
}

/// Whether the factors give the defined integer for all v and r.
static int agrees(const mk_u8_addition *a, int32_t conv_low, int32_t conv_high, float conv_factor, float other_factor,
                  float offset) {
    for (int32_t v = conv_low; v <= conv_high; v++) {
        const float convolved = (float)v * a->conv_scale;
        int differing = 0;
        for (int32_t r = 0; r < 256; r++) {
            const float residual = ((float)r - a->other_zero_point) * a->other_scale;
            const float defined = rounded((convolved + residual) / a->scale, a->low, a->high);
            const float fast = __builtin_fmaf((float)v, conv_factor, __builtin_fmaf((float)r, other_factor, offset));
            differing |= rounded(fast, a->low, a->high) != defined;
        }
        if (differing) return 0;
    }
    return 1;
}

/// The float `steps` places above a positive one, or below.
static float moved(float value, int steps) {
    for (; steps > 0; steps--) value = nextafterf(value, INFINITY);
    for (; steps < 0; steps++) value = nextafterf(value, 0);
    return value;
}

void mk_u8_addition_find_factors(mk_u8_addition *a, int32_t conv_low, int32_t conv_high) {
    // Nearest first. A quotient of a fraction near 1/2 decides; there are few, and a neighbouring float often does them
    // all.
    static const int8_t steps[][2] = {
        {0, 0},  {0, 1},   {1, 0},   {0, -1}, {-1, 0},  {1, 1},  {-1, -1}, {1, -1}, {-1, 1},
        {0, 2},  {2, 0},   {0, -2},  {-2, 0}, {1, 2},   {2, 1},  {-1, 2},  {2, -1}, {1, -2},
        {-2, 1}, {-1, -2}, {-2, -1}, {2, 2},  {-2, -2}, {2, -2}, {-2, 2},
    };
    a->has_factors = 0;
#if defined(__x86_64__)
    if (!mk_isa_is_available(MK_ISA_AVX2)) return;
#endif
    const float conv_factor = (float)((double)a->conv_scale / (double)a->scale);
    const float other_factor = (float)((double)a->other_scale / (double)a->scale);
    // Beyond these the sums below, or their conversion to int32, could overflow; no network comes near.
    if (!(conv_factor > 1e-30f && conv_factor < 1e6f && other_factor > 1e-30f && other_factor < 1e6f)) return;
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        const float c = moved(conv_factor, steps[i][0]), o = moved(other_factor, steps[i][1]);
        const float offset = -a->other_zero_point * o;
        for (int nudge = 0; nudge < (a->other_zero_point != 0 ? 3 : 1); nudge++) {
            const float k = offset == 0 || nudge == 0 ? offset : -moved(-offset, nudge == 1 ? 1 : -1);
            if (!agrees(a, conv_low, conv_high, c, o, k)) continue;
            a->has_factors = 1;
            a->conv_factor = c;
            a->other_factor = o;
            a->offset = k;
            return;
        }
    }
}

#if defined(__x86_64__)
#pragma clang attribute pop
#endif

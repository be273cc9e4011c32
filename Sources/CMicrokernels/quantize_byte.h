#pragma once
#include <stdint.h>
#include <string.h>

/// `rint(value) + zero_point` for |value| below 2^22. Adding 1.5 * 2^23 rounds to an integer, ties to even, which then
/// stands in the low bits of the sum (Warren, Hacker's Delight, 17-1): everywhere the same, and without a rounding
/// instruction.
static inline int32_t mk_rint_plus(float value, int32_t zero_point) {
    float sum = value + 12582912.0f;
    int32_t bits;
    memcpy(&bits, &sum, sizeof bits);
    return bits - 0x4B400000 + zero_point;
}

/// The clamp of NUMERICS: a NaN becomes `low`.
static inline float mk_clamp(float value, float low, float high) {
    return value > low ? (value < high ? value : high) : low;
}

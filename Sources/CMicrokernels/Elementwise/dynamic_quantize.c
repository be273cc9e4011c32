// Plain loops, compiled also for wider vectors where the processor has them.
#include "mk_dynamic_quantize.h"
#include "../clones.h"

#pragma STDC FP_CONTRACT OFF

enum { LANES = 64 };

MK_CLONES void mk_range_with_zero(const float *x, size_t count, float *lowest, float *highest) {
    // Comparisons are exact, so lanes may be compared in any order; -0 is never less than the 0 of the start.
    float low[LANES] = {0}, high[LANES] = {0};
    size_t i = 0;
    for (; count - i >= LANES; i += LANES)
        for (int lane = 0; lane < LANES; lane++) {
            low[lane] = x[i + lane] < low[lane] ? x[i + lane] : low[lane];
            high[lane] = x[i + lane] > high[lane] ? x[i + lane] : high[lane];
        }
    for (; i < count; i++) {
        low[0] = x[i] < low[0] ? x[i] : low[0];
        high[0] = x[i] > high[0] ? x[i] : high[0];
    }
    for (int lane = 1; lane < LANES; lane++) {
        low[0] = low[lane] < low[0] ? low[lane] : low[0];
        high[0] = high[lane] > high[0] ? high[lane] : high[0];
    }
    *lowest = low[0];
    *highest = high[0];
}

MK_CLONES void mk_quantize_u8(const float *restrict x, size_t count, float scale, float low, float high,
                              int32_t zero_point, uint8_t *restrict q) {
    // Adding 1.5 * 2^23 leaves no fraction: the sum rounds to the nearest integer, ties to even, for all below 2^22.
    const float whole = 12582912.0f;
    for (size_t i = 0; i < count; i++) {
        float v = x[i] / scale;
        v = v > low ? v : low;
        v = v < high ? v : high;
        q[i] = (uint8_t)((int32_t)((v + whole) - whole) + zero_point);
    }
}

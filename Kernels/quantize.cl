// Quantizes packed real numbers with one scale for all, one for each index of an axis, or one for each block.

#pragma OPENCL FP_CONTRACT OFF

#include "elements.clh"
#include "quantize.clh"

#ifndef SOURCE
#define SOURCE float  // float, int
#endif
#ifndef TARGET
#define TARGET uchar  // uchar, char, ushort, short
#endif
#ifndef LOWEST
#define LOWEST 0  // the type's
#endif
#ifndef HIGHEST
#define HIGHEST 255  // the type's
#endif

#include "quantization_spread.clh"

// Global size: a quarter of `count`, the elements, or more.
__kernel void quantize(__global const SOURCE *restrict from, __global TARGET *restrict to,
                       __global const float *restrict scales, __global const float *restrict reciprocals,
                       __global const int *restrict zero_points, const int count, const int length, const int inner,
                       const int block, const int blocks) {
    const int first = (int)get_global_id(0) * 4;
    if (first >= count) return;
    SOURCE reals[4];
    LOAD_VECTOR(SOURCE, 4, reals, from + first);
    TARGET result[4];
#pragma unroll
    for (int number = 0; number < 4; number++) {
        const int scale = SCALE_OF(min(first + number, count - 1));
        const int zero_point = zero_points[scale];
        result[number] = (TARGET)quantized((float)reals[number], scales[scale], reciprocals[scale],
                                           (float)(LOWEST - zero_point), (float)(HIGHEST - zero_point), zero_point);
    }
    if (first + 4 <= count) {
        STORE_VECTOR(TARGET, 4, to + first, result);
    } else {
        for (int number = 0; number < 4; number++)
            if (first + number < count) to[first + number] = result[number];
    }
}

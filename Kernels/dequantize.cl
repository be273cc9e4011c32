// Real numbers of packed integers with one scale for all, one for each index of an axis, or one for each block.

#pragma OPENCL FP_CONTRACT OFF

#include "elements.clh"

#ifndef SOURCE
#define SOURCE uchar  // uchar, char, ushort, short, int
#endif

#include "quantization_spread.clh"

// Global size: a quarter of `count`, the elements, or more.
__kernel void dequantize(__global const SOURCE *restrict from, __global float *restrict to,
                         __global const float *restrict scales, __global const int *restrict zero_points,
                         const int count, const int length, const int inner, const int block, const int blocks) {
    const int first = (int)get_global_id(0) * 4;
    if (first >= count) return;
    SOURCE integers[4];
    LOAD_VECTOR(SOURCE, 4, integers, from + first);
    float result[4];
#pragma unroll
    for (int number = 0; number < 4; number++) {
        const int scale = SCALE_OF(min(first + number, count - 1));
        // An int32 less its zero point wraps.
        const int integer = (int)((uint)(int)integers[number] - (uint)zero_points[scale]);
        result[number] = (float)integer * scales[scale];
    }
    if (first + 4 <= count) {
        STORE_VECTOR(float, 4, to + first, result);
    } else {
        for (int number = 0; number < 4; number++)
            if (first + number < count) to[first + number] = result[number];
    }
}

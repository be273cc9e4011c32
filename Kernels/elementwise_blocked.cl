// y = OPERATION(a, b, c) on operands in groups of 16 channels: of y's shape, of one pixel an image, or of one in all.
//
// A work-item computes LANES channels of one pixel; lanes past the last channel become `zero`. The halo stays as it is.

#pragma OPENCL FP_CONTRACT OFF

#include "elements.clh"

#ifndef OPERANDS
#define OPERANDS 2  // 1, 2, 3
#endif
#ifndef A_TYPE
#define A_TYPE float  // float, uchar
#endif
#ifndef B_TYPE
#define B_TYPE A_TYPE  // as A_TYPE
#endif
#ifndef C_TYPE
#define C_TYPE B_TYPE  // as A_TYPE
#endif
#ifndef Y_TYPE
#define Y_TYPE A_TYPE  // as A_TYPE
#endif
#ifndef LANES
#define LANES 4  // 4, 16: 16 bytes are best
#endif

#include "elementwise_operations.clh"

// `pixel` elements from column to column: 16, or 0 where one pixel stands for all.
#define OPERAND(type, name) __global const type *name, DISTANCES(name), const int name##_pixel
#define LOAD(type, array, name)                                                               \
    type array[LANES];                                                                        \
    LOAD_VECTOR(type, LANES, array,                                                           \
                name + ROW_START(name, image, group, row) + (size_t)column * (size_t)name##_pixel + lane);

// Global size: `count` or more; `count` is images * groups * pixels * 16 / LANES, `pixels` height * width.
__kernel void elementwise_blocked(__global Y_TYPE *y, DISTANCES(y), __constant float *parameters, const int count,
                                  const int channels, const int groups, const int pixels, const int width,
                                  const int zero, OPERAND(A_TYPE, a)
#if OPERANDS > 1
                                                      ,
                                  OPERAND(B_TYPE, b)
#endif
#if OPERANDS > 2
                                      ,
                                  OPERAND(C_TYPE, c)
#endif
) {
    const uint index = (uint)get_global_id(0);
    if (index >= (uint)count) return;
    FIND_LANES(index);
    LOAD(A_TYPE, of_a, a)
#if OPERANDS > 1
    LOAD(B_TYPE, of_b, b)
#endif
#if OPERANDS > 2
    LOAD(C_TYPE, of_c, c)
#endif
    const int first = (int)group * GROUP_CHANNELS + lane;
    Y_TYPE result[LANES];
#pragma unroll
    for (int number = 0; number < LANES; number++)
        result[number] =
            first + number < channels ? APPLY(of_a[number], of_b[number], of_c[number]) : (Y_TYPE)zero;
    STORE_VECTOR(Y_TYPE, LANES, y + ROW_START(y, image, group, row) + (size_t)column * GROUP_CHANNELS + lane, result);
}

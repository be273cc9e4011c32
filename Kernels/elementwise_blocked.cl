// y = OPERATION(a, b, c) on operands in groups of 16 channels: of y's shape, of one pixel an image, or of one in all.
//
// A work-item computes LANES channels of one pixel; lanes past the last channel become `zero`. The halo stays as it is.

#pragma OPENCL FP_CONTRACT OFF

#include "elementwise_operands.clh"
#include "elements.clh"

#ifndef LANES
#define LANES 4  // 4, 16: 16 bytes are best
#endif

#include "elementwise_operations.clh"

// `pixel` elements from column to column: 16, or 0 where one pixel stands for all.
#define OPERAND(type, name) __global const type *name, DISTANCES(name), const int name##_pixel
#define LOAD(type, name, NAME)                                                                \
    type of_##name[LANES];                                                                    \
    LOAD_VECTOR(type, LANES, of_##name,                                                       \
                name + ROW_START(name, image, group, row) + (size_t)column * (size_t)name##_pixel + lane);

// Global size: `count` or more; `count` is images * groups * pixels * 16 / LANES, `pixels` height * width.
__kernel void elementwise_blocked(__global Y_TYPE *y, DISTANCES(y), __constant float *parameters, const int count,
                                  const int channels, const int groups, const int pixels, const int width,
                                  const int zero, OPERAND_PARAMETERS(OPERAND)) {
    const uint index = (uint)get_global_id(0);
    if (index >= (uint)count) return;
    FIND_LANES(index);
    FOR_OPERANDS(LOAD)
    const int first = (int)group * GROUP_CHANNELS + lane;
    Y_TYPE result[LANES];
#pragma unroll
    for (int number = 0; number < LANES; number++)
        result[number] =
            first + number < channels ? APPLY(of_a[number], of_b[number], of_c[number]) : (Y_TYPE)zero;
    STORE_VECTOR(Y_TYPE, LANES, y + ROW_START(y, image, group, row) + (size_t)column * GROUP_CHANNELS + lane, result);
}

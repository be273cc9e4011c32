// DynamicQuantizeLinear: the range of a packed value, with 0 in it, then its bytes at the scale of that range.
//
// Extremes have no order, so that any division of the work gives the same ones.

#pragma OPENCL FP_CONTRACT OFF

#include "divide.clh"
#include "quantize.clh"

#ifndef GROUP
#define GROUP 256  // work-items of a work-group: a power of two
#endif

__attribute__((always_inline))
static inline void shared_range(__local float *lowest, __local float *highest, float low, float high) {
    const uint item = (uint)get_local_id(0);
    lowest[item] = low;
    highest[item] = high;
    for (uint half_size = GROUP / 2; half_size > 0; half_size /= 2) {
        barrier(CLK_LOCAL_MEM_FENCE);
        if (item < half_size) {
            lowest[item] = fmin(lowest[item], lowest[item + half_size]);
            highest[item] = fmax(highest[item], highest[item + half_size]);
        }
    }
    barrier(CLK_LOCAL_MEM_FENCE);
}

// Global size: a multiple of GROUP. Writes the lowest, then the highest of each work-group's share; a NaN is passed
// over.
__kernel __attribute__((reqd_work_group_size(GROUP, 1, 1))) void dynamic_quantize_range(
    __global const float *restrict x, __global float *restrict ranges, const int count) {
    __local float lowest[GROUP], highest[GROUP];
    float low = 0.0f, high = 0.0f;
    for (size_t index = get_global_id(0); index < (size_t)count; index += get_global_size(0)) {
        const float value = x[index];
        low = value < low ? value : low;
        high = value > high ? value : high;
    }
    shared_range(lowest, highest, low, high);
    if (get_local_id(0) == 0) {
        ranges[2 * get_group_id(0)] = lowest[0];
        ranges[2 * get_group_id(0) + 1] = highest[0];
    }
}

// Global size: GROUP. Of `count` ranges makes the scale and the zero point.
__kernel __attribute__((reqd_work_group_size(GROUP, 1, 1))) void dynamic_quantize_parameters(
    __global const float *restrict ranges, const int count, __global float *restrict scale,
    __global uchar *restrict zero_point) {
    __local float lowest[GROUP], highest[GROUP];
    float low = 0.0f, high = 0.0f;
    for (int index = (int)get_local_id(0); index < count; index += GROUP) {
        low = fmin(low, ranges[2 * index]);
        high = fmax(high, ranges[2 * index + 1]);
    }
    shared_range(lowest, highest, low, high);
    if (get_local_id(0) == 0) {
        // Of zeros alone any scale is right; ONNX Runtime gives 1.
        const float range = DIVIDE(highest[0] - lowest[0], 255.0f);
        const float step = range > 0.0f ? range : 1.0f;
        scale[0] = step;
        zero_point[0] = (uchar)rounded_between(DIVIDE(0.0f - lowest[0], step), 0.0f, 255.0f);
    }
}

// Global size: `count`, the elements, or more.
__kernel void dynamic_quantize(__global const float *restrict x, __global uchar *restrict y, const int count,
                               __global const float *restrict scale, __global const uchar *restrict zero_point) {
    const size_t index = get_global_id(0);
    if (index >= (size_t)count) return;
    const int zero = zero_point[0];
    y[index] = (uchar)(rounded_between(DIVIDE(x[index], scale[0]), (float)-zero, (float)(255 - zero)) + zero);
}

// A float convolution of blocked values (nChw16c) in which every channel has a kernel of its own: each output is one
// chain of fma that starts from its bias and takes the taps of its group of 16 channels, those that are not zero for
// all, in order.
//
// An item computes four channels of PIXELS pixels, so that the four items of a pixel read its 16 channels at once.
#pragma OPENCL FP_CONTRACT OFF
#include "conv_f32_block.clh"

// Items of a work-group: a multiple of 4 up to 256.
#ifndef LANES
#define LANES 128
#endif
// Pixels of an item: 1 to 8.
#ifndef PIXELS
#define PIXELS 2
#endif
DEFINE_ACTIVATE(float4, activate4)

/// Arguments, distances and global size as in conv_f32_block, with these differences:
/// - weights: 16 floats for each step.
/// - steps: floats from an output pixel's origin to the tap's first channel of the group; the second number is not
///   used.
/// - lists: first step, number of steps, first weight in units of 16 floats, group.
/// Global size: 4 * pixels / PIXELS, rounded up to LANES, then lists.
__kernel __attribute__((reqd_work_group_size(LANES, 1, 1))) void conv_depthwise_f32(CONV_F32_PARAMETERS(float)) {
    const int first = (int)get_group_id(0) * (LANES / 4) * PIXELS + (int)get_local_id(0) / 4;
    const int lane = (int)get_local_id(0) % 4 * 4;
    const int4 list = lists[get_global_id(1)];
    __global const float *origins[PIXELS];
    float4 sums[PIXELS];
#pragma unroll
    for (int q = 0; q < PIXELS; q++) {
        SET_ORIGIN(origins[q], first + q * (LANES / 4));
        origins[q] += lane;
        sums[q] = *(__global const float4 *)(bias + list.w * 16 + lane);
    }
    __global const float *weight = weights + (size_t)list.z * 16 + lane;
    for (int i = 0; i < list.y; i++, weight += 16) {
        const int offset = steps[list.x + i].x;
        const float4 w = *(__global const float4 *)weight;
#pragma unroll
        for (int q = 0; q < PIXELS; q++) sums[q] = fma(*(__global const float4 *)(origins[q] + offset), w, sums[q]);
    }
#pragma unroll
    for (int q = 0; q < PIXELS; q++) {
        const int pixel = first + q * (LANES / 4);
        if (pixel >= pixels) break;
        LOCATE(pixel);
        STORE_OUTPUTS(4, sums[q], list.w, lane);
    }
}

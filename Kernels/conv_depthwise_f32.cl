// A float convolution of blocked values (nChw16c) in which every channel has a kernel of its own: each output is one
// chain of fma that starts from its bias and takes the taps of its group of 16 channels, those that are not zero for
// all, in order.
//
// An item computes four channels of PIXELS pixels, so that the four items of a pixel read its 16 channels at once.
#pragma OPENCL FP_CONTRACT OFF
#include "activation_f32.clh"

// Items of a work-group: a multiple of 4 up to 256.
#ifndef LANES
#define LANES 128
#endif
// Pixels of an item: 1 to 8.
#ifndef PIXELS
#define PIXELS 2
#endif
// What results pass: 0 to 3, as in activation_f32.clh.
#ifndef ACTIVATION
#define ACTIVATION 0
#endif
// 1 where a blocked value of the output's shape is added then, and what the sum passes.
#ifndef ADDITION
#define ADDITION 0
#endif
#ifndef ADDITION_ACTIVATION
#define ADDITION_ACTIVATION 0
#endif

DEFINE_ACTIVATE(float4, activate4)

/// Arguments, distances and global size as in conv_f32_block, with these differences:
/// - weights: 16 floats for each step.
/// - steps: floats from an output pixel's origin to the tap's first channel of the group; the second number is not
///   used.
/// - lists: first step, number of steps, first weight in units of 16 floats, group.
/// Global size: 4 * pixels / PIXELS, rounded up to LANES, then lists.
__kernel __attribute__((reqd_work_group_size(LANES, 1, 1))) void conv_depthwise_f32(
    __global const float *input, __global float *output, __global const float *weights, __global const int2 *steps,
    __global const int4 *lists, __global const float *bias, const int input_origin, const int input_pixel,
    const int input_row, const long input_image, const int output_origin, const int output_pixel, const int output_row,
    const int output_group, const long output_image, const int width, const int height, const int pixels,
    const int channels, const float low, const float high
#if ADDITION
    ,
    __global const float *other, const int other_origin, const int other_row, const int other_group,
    const long other_image, const float other_low, const float other_high
#endif
) {
    const int first = (int)get_group_id(0) * (LANES / 4) * PIXELS + (int)get_local_id(0) / 4;
    const int lane = (int)get_local_id(0) % 4 * 4;
    const int4 list = lists[get_global_id(1)];
    __global const float *origins[PIXELS];
    float4 sums[PIXELS];
#pragma unroll
    for (int q = 0; q < PIXELS; q++) {
        // Items past the last pixel compute it again, and store nothing.
        const int pixel = min(first + q * (LANES / 4), pixels - 1);
        const int line = pixel / width, image = line / height;
        origins[q] = input + image * input_image + input_origin + (line - image * height) * input_row +
                     (pixel - line * width) * input_pixel + lane;
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
        const int line = pixel / width, image = line / height, row = line - image * height;
        const int column = pixel - line * width;
        float4 result = activate4(sums[q], ACTIVATION, low, high);
#if ADDITION
        __global const float *added =
            other + image * other_image + other_origin + row * other_row + column * 16 + list.w * other_group + lane;
        result = activate4(result + *(__global const float4 *)added, ADDITION_ACTIVATION, other_low, other_high);
#endif
        // Lanes past the last channel hold 0, whatever an activation makes of it.
        result = select((float4)(0.0f), result, (int4)(0, 1, 2, 3) < (int4)(channels - list.w * 16 - lane));
        *(__global float4 *)(output + image * output_image + output_origin + row * output_row + column * output_pixel +
                             list.w * output_group + lane) = result;
    }
}

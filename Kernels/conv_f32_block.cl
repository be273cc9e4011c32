// A float convolution of blocked values (nChw16c) as lists of the taps that take part. Each output is one chain of
// fma that starts from its bias and takes the taps of its list in order.
//
// A list belongs to GROUPS neighbouring groups of 16 outputs. A step of it stands for four neighbouring input
// channels at one place of the kernel: where they lie, and a bit for each that takes part, whose weights follow one
// another. An item computes all 16 * GROUPS outputs of PIXELS pixels, LANES apart, so that the items of a work-group
// read neighbouring pixels.
#pragma OPENCL FP_CONTRACT OFF
#include "activation_f32.clh"

// Items of a work-group: 1 to 256. 1 suits CPUs, whose vectors hold the 16 outputs; 64 GPUs.
#ifndef LANES
#define LANES 64
#endif
// Pixels of an item: 1 to 8. An item keeps 16 * GROUPS * PIXELS sums in registers.
#ifndef PIXELS
#define PIXELS 4
#endif
// Groups of outputs that share a list: 1 or 2.
#ifndef GROUPS
#define GROUPS 1
#endif
// 1 where the input's pixels hold 16 channels, so that four of them are one aligned load; 0 where they are packed
// closer.
#ifndef ALIGNED
#define ALIGNED 1
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

DEFINE_ACTIVATE(float16, activate16)

static inline float4 four_channels(__global const float *x) {
#if ALIGNED
    return *(__global const float4 *)x;
#else
    return vload4(0, x);
#endif
}

// The fma of channel number K of a step, if it takes part.
#define TAP(K, MASK)                                                                                                   \
    if ((MASK) & 1 << K) {                                                                                             \
        _Pragma("unroll") for (int g = 0; g < GROUPS; g++) {                                                           \
            const float16 w = *(__global const float16 *)(weight + g * 16);                                            \
            _Pragma("unroll") for (int q = 0; q < PIXELS; q++) sums[g * PIXELS + q] =                                  \
                fma((float16)(x[q].s##K), w, sums[g * PIXELS + q]);                                                    \
        }                                                                                                              \
        weight += 16 * GROUPS;                                                                                         \
    }
#define TAPS(MASK) TAP(0, MASK) TAP(1, MASK) TAP(2, MASK) TAP(3, MASK)

/// - weights: 16 * GROUPS floats for each tap that takes part, in list order.
/// - steps: floats from an output pixel's origin in the input to four channels, and the bits of those that take part.
///   One more than the lists need.
/// - lists: first step, number of steps, first weight in units of 16 floats, first group of outputs.
/// - bias: for each output channel, lanes past the last included.
/// Distances are in floats: from a value's first to pixel (0, 0) (in the input: to tap (0, 0) of output pixel (0,
/// 0)), then from output pixel to output pixel, row to row, group to group and image to image.
/// Global size: pixels / PIXELS, rounded up to LANES, then lists.
__kernel __attribute__((reqd_work_group_size(LANES, 1, 1))) void conv_f32_block(
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
    const int first = (int)get_group_id(0) * LANES * PIXELS + (int)get_local_id(0);
    const int4 list = lists[get_global_id(1)];
    __global const float *origins[PIXELS];
#pragma unroll
    for (int q = 0; q < PIXELS; q++) {
        // Items past the last pixel compute it again, and store nothing.
        const int pixel = min(first + q * LANES, pixels - 1);
        const int line = pixel / width, image = line / height;
        origins[q] = input + image * input_image + input_origin + (line - image * height) * input_row +
                     (pixel - line * width) * input_pixel;
    }
    float16 sums[GROUPS * PIXELS];
#pragma unroll
    for (int g = 0; g < GROUPS; g++)
#pragma unroll
        for (int q = 0; q < PIXELS; q++)
            sums[g * PIXELS + q] = *(__global const float16 *)(bias + (list.w + g) * 16);

    __global const float *weight = weights + (size_t)list.z * 16;
    __global const int2 *step = steps + list.x;
    int2 next_step = step[0];
    float4 next[PIXELS];
#pragma unroll
    for (int q = 0; q < PIXELS; q++) next[q] = four_channels(origins[q] + next_step.x);
    for (int i = 0; i < list.y; i++) {
        // The next step's inputs are on their way while this one's are used.
        const int mask = next_step.y;
        float4 x[PIXELS];
        next_step = step[i + 1];
#pragma unroll
        for (int q = 0; q < PIXELS; q++) {
            x[q] = next[q];
            next[q] = four_channels(origins[q] + next_step.x);
        }
        if (mask == 15) {
            TAPS(15)
        } else {
            TAPS(mask)
        }
    }

#pragma unroll
    for (int q = 0; q < PIXELS; q++) {
        const int pixel = first + q * LANES;
        if (pixel >= pixels) break;
        const int line = pixel / width, image = line / height, row = line - image * height;
        const int column = pixel - line * width;
#pragma unroll
        for (int g = 0; g < GROUPS; g++) {
            const int group = list.w + g;
            float16 result = activate16(sums[g * PIXELS + q], ACTIVATION, low, high);
#if ADDITION
            __global const float *added =
                other + image * other_image + other_origin + row * other_row + column * 16 + group * other_group;
            result = activate16(result + *(__global const float16 *)added, ADDITION_ACTIVATION, other_low, other_high);
#endif
            if (channels - group * 16 < 16) {
                // Lanes past the last channel hold 0, whatever an activation makes of it.
                const int16 lanes = (int16)(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
                result = select((float16)(0.0f), result, lanes < (int16)(channels - group * 16));
            }
            *(__global float16 *)(output + image * output_image + output_origin + row * output_row +
                                  column * output_pixel + group * output_group) = result;
        }
    }
}

// A float convolution of blocked values (nChw16c) as lists of the taps that take part. Each output is one chain of
// fma that starts from its bias and takes the taps of its list in order.
//
// A list belongs to GROUPS neighbouring groups of 16 outputs. A step of it stands for four neighbouring input
// channels at one place of the kernel: where they lie, and a bit for each that takes part, whose weights follow one
// another. An item computes all 16 * GROUPS outputs of PIXELS pixels, LANES apart, so that the items of a work-group
// read neighbouring pixels.
#pragma OPENCL FP_CONTRACT OFF
#include "conv_f32_block.clh"

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
DEFINE_ACTIVATE(float16, activate16)

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
/// Global size: pixels / PIXELS, rounded up to LANES, then lists.
__kernel __attribute__((reqd_work_group_size(LANES, 1, 1))) void conv_f32_block(CONV_F32_PARAMETERS(float)) {
    const int first = (int)get_group_id(0) * LANES * PIXELS + (int)get_local_id(0);
    const int4 list = lists[get_global_id(1)];
    __global const float *origins[PIXELS];
#pragma unroll
    for (int q = 0; q < PIXELS; q++) SET_ORIGIN(origins[q], first + q * LANES);
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
        LOCATE(pixel);
#pragma unroll
        for (int g = 0; g < GROUPS; g++) STORE_OUTPUTS(16, sums[g * PIXELS + q], list.w + g, 0);
    }
}

#pragma once
// The general loop, tap by tap, for any kernel: written once, and compiled for each instruction set by the file that
// includes it.
#include <string.h>

#include "mk_conv_depthwise_u8.h"

typedef uint8_t mk_u8x16 __attribute__((vector_size(16)));
typedef int16_t mk_s16x16 __attribute__((vector_size(32)));
typedef int32_t mk_s32x16 __attribute__((vector_size(64)));
typedef uint32_t mk_u32x16 __attribute__((vector_size(64)));
typedef float mk_f32x16 __attribute__((vector_size(64)));

/// What storing needs to know of the 16 channels of a group.
typedef struct {
    mk_f32x16 multiplier, low, high;
    mk_s32x16 zero_point;
} mk_taps_epilogue;

static inline __attribute__((always_inline)) void mk_taps_begin(mk_taps_epilogue *epilogue,
                                                                const mk_conv_depthwise_u8 *problem, size_t channel) {
    mk_u8x16 lowest, highest;
    memcpy(&lowest, problem->lowest + channel, sizeof lowest);
    memcpy(&highest, problem->highest + channel, sizeof highest);
    memcpy(&epilogue->multiplier, problem->multiplier + channel, sizeof epilogue->multiplier);
    const mk_s32x16 zero = {0};
    epilogue->zero_point = zero + problem->zero_point;
    epilogue->low =
        __builtin_convertvector(__builtin_convertvector(lowest, mk_s32x16) - problem->zero_point, mk_f32x16);
    epilogue->high =
        __builtin_convertvector(__builtin_convertvector(highest, mk_s32x16) - problem->zero_point, mk_f32x16);
}

static inline __attribute__((always_inline)) void mk_taps_store(uint8_t *out, const mk_u32x16 *sums,
                                                                const mk_taps_epilogue *epilogue) {
    mk_f32x16 v = __builtin_convertvector((mk_s32x16)*sums, mk_f32x16) * epilogue->multiplier;
    // A NaN, 0 times an infinite multiplier, becomes the lowest.
    const mk_s32x16 above = v > epilogue->low;
    v = (mk_f32x16)((above & (mk_s32x16)v) | (~above & (mk_s32x16)epilogue->low));
    const mk_s32x16 below = v < epilogue->high;
    v = (mk_f32x16)((below & (mk_s32x16)v) | (~below & (mk_s32x16)epilogue->high));
    // Rounds to nearest even: between 2^23 and 2^24 floats are the integers, and v is within +-255.
    const mk_s32x16 q = (mk_s32x16)(v + 0x1.8p23f) - 0x4B400000 + epilogue->zero_point;
    const mk_u8x16 bytes = __builtin_convertvector(q, mk_u8x16);
    memcpy(out, &bytes, sizeof bytes);
}

/// One output row of one group.
static inline __attribute__((always_inline)) void mk_taps_row(const mk_conv_depthwise_u8 *problem, const uint8_t *input,
                                                              uint8_t *out, size_t group,
                                                              const mk_taps_epilogue *epilogue) {
    const ptrdiff_t row = (ptrdiff_t)problem->dilation_height * problem->input_row;
    const ptrdiff_t column = (ptrdiff_t)problem->dilation_width * 16, pixel = (ptrdiff_t)problem->stride_width * 16;
    const size_t taps = (size_t)problem->kernel_height * (size_t)problem->kernel_width * 16;
    mk_u32x16 bias;
    memcpy(&bias, problem->bias + group * 16, sizeof bias);
    int32_t x = 0;
    for (; x + 2 <= problem->width; x += 2) { // Two pixels share the load of their weights.
        const uint8_t *origin = input + x * pixel;
        const int16_t *w = problem->taps + group * taps;
        mk_u32x16 sums[2] = {bias, bias};
        for (int32_t i = 0; i < problem->kernel_height; i++, origin += row)
            for (int32_t j = 0; j < problem->kernel_width; j++, w += 16) {
                mk_s16x16 weights;
                mk_u8x16 bytes[2];
                memcpy(&weights, w, sizeof weights);
                memcpy(&bytes[0], origin + j * column, 16);
                memcpy(&bytes[1], origin + j * column + pixel, 16);
                const mk_u32x16 wide = (mk_u32x16) __builtin_convertvector(weights, mk_s32x16);
                sums[0] += __builtin_convertvector(bytes[0], mk_u32x16) * wide;
                sums[1] += __builtin_convertvector(bytes[1], mk_u32x16) * wide;
            }
        mk_taps_store(out + (ptrdiff_t)x * 16, &sums[0], epilogue);
        mk_taps_store(out + (ptrdiff_t)x * 16 + 16, &sums[1], epilogue);
    }
    for (; x < problem->width; x++) {
        const uint8_t *origin = input + x * pixel;
        const int16_t *w = problem->taps + group * taps;
        mk_u32x16 sums = bias;
        for (int32_t i = 0; i < problem->kernel_height; i++, origin += row)
            for (int32_t j = 0; j < problem->kernel_width; j++, w += 16) {
                mk_s16x16 weights;
                mk_u8x16 bytes;
                memcpy(&weights, w, sizeof weights);
                memcpy(&bytes, origin + j * column, 16);
                sums +=
                    __builtin_convertvector(bytes, mk_u32x16) * (mk_u32x16) __builtin_convertvector(weights, mk_s32x16);
            }
        mk_taps_store(out + (ptrdiff_t)x * 16, &sums, epilogue);
    }
}

static inline __attribute__((always_inline)) void mk_taps_rows(const mk_conv_depthwise_u8 *problem, int32_t first_group,
                                                               int32_t groups, int32_t first_row, int32_t rows) {
    for (int32_t group = first_group; group < first_group + groups; group++) {
        mk_taps_epilogue epilogue;
        mk_taps_begin(&epilogue, problem, (size_t)group * 16);
        for (int32_t row = first_row; row < first_row + rows; row++)
            mk_taps_row(problem,
                        problem->input + group * problem->input_group +
                            (ptrdiff_t)row * problem->stride_height * problem->input_row,
                        problem->output + group * problem->output_group + row * problem->output_row, (size_t)group,
                        &epilogue);
    }
}

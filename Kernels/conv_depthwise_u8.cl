// A quantized convolution of blocked u8 values (nChw16c) in which every channel has a kernel of its own. Sums are
// int32 and wrap; padding is the halo of the input.
//
// An item computes four channels of PIXELS neighbouring pixels of a row, so that the four items of a pixel read its
// 16 bytes at once, and each byte is read once for all the taps of a kernel's row.
#pragma OPENCL FP_CONTRACT OFF
#include "requantize.clh"

// Pixels of an item: 1 to 8.
#ifndef PIXELS
#define PIXELS 4
#endif
// The kernel, and the distance of its taps and of its places along a row.
#ifndef KERNEL_ROWS
#define KERNEL_ROWS 3
#endif
#ifndef KERNEL_COLUMNS
#define KERNEL_COLUMNS 3
#endif
#ifndef DILATION
#define DILATION 1
#endif
#ifndef STRIDE
#define STRIDE 1
#endif

// Pixels of a row that the taps of an item reach.
#define SPAN ((PIXELS - 1) * STRIDE + (KERNEL_COLUMNS - 1) * DILATION + 1)
// Whether they are all held in registers: not where kernels are wide or far apart.
#define HOLDS_SPAN (SPAN <= 24 && (DILATION <= 2))

static inline int4 four_bytes(__global const uchar *at) {
    // One load of 32 bits: compilers split vectors of bytes into bytes.
    return convert_int4(as_uchar4(*(__global const uint *)at));
}

/// - taps: weights less their zero point as [group][kernel row][kernel column][16], 0 past the last channel.
/// - bias: for each channel `bias - zx * sum(w)`, 0 past the last; multipliers: `(sx * sw[c]) / sy`, likewise.
/// - input_origin: from the value's first byte to tap (0, 0) of output pixel (0, 0); input_row: from row to row of
///   the output, input_tap_row: of the kernel.
/// - zero_point: of the output; low and high are less it.
/// Global size: 4 * height * (width / PIXELS, rounded up), then images * groups.
__kernel void conv_depthwise_u8(__global const uchar *input, __global uchar *output, __global const short *taps,
                                __global const int *bias, __global const float *multipliers, const int input_origin,
                                const int input_row, const int input_tap_row, const int input_group,
                                const long input_image, const int output_origin, const int output_row,
                                const int output_group, const long output_image, const int width, const int height,
                                const int groups, const int channels, const float low, const float high,
                                const int zero_point) {
    const int runs = (width + PIXELS - 1) / PIXELS;
    const int place = (int)get_global_id(0), lane = place % 4 * 4;
    const int row = place / 4 / runs, first = (place / 4 - row * runs) * PIXELS;
    const int image = (int)get_global_id(1) / groups, group = (int)get_global_id(1) % groups;
    if (row >= height) return;
    __global const uchar *origin = input + image * input_image + input_origin + (long)group * input_group +
                                   (long)row * input_row + first * STRIDE * 16 + lane;
    // What pixels past the last column would read, they take from the last column's last tap.
    const int last = (width - 1 - first) * STRIDE + (KERNEL_COLUMNS - 1) * DILATION;
    __global const short *weight = taps + (size_t)group * (KERNEL_ROWS * KERNEL_COLUMNS * 16) + lane;

    int4 sums[PIXELS];
#pragma unroll
    for (int q = 0; q < PIXELS; q++) sums[q] = *(__global const int4 *)(bias + group * 16 + lane);
    for (int r = 0; r < KERNEL_ROWS; r++) {
        __global const uchar *line = origin + (long)r * input_tap_row;
#if HOLDS_SPAN
        int4 x[SPAN];
#pragma unroll
        for (int i = 0; i < SPAN; i++) x[i] = four_bytes(line + min(i, last) * 16);
#define INPUT(COLUMN) x[COLUMN]
#pragma unroll
#else
#define INPUT(COLUMN) four_bytes(line + min(COLUMN, last) * 16)
#endif
        for (int c = 0; c < KERNEL_COLUMNS; c++) {
            const int4 w = convert_int4(*(__global const short4 *)(weight + (r * KERNEL_COLUMNS + c) * 16));
#pragma unroll
            for (int q = 0; q < PIXELS; q++) sums[q] += INPUT(q * STRIDE + c * DILATION) * w;
        }
    }
    const float4 multiplier = *(__global const float4 *)(multipliers + group * 16 + lane);
    // Lanes past the last channel hold the zero point, also where it lies outside of the bounds.
    const int4 is_channel = (int4)(0, 1, 2, 3) < (int4)(channels - group * 16 - lane);
    __global uchar *target = output + image * output_image + output_origin + (long)group * output_group +
                             (long)row * output_row + first * 16 + lane;
#pragma unroll
    for (int q = 0; q < PIXELS; q++) {
        if (first + q >= width) break;
        const int4 rounded = convert_int4(requantized4(sums[q], multiplier, low, high)) & is_channel;
        *(__global uint *)(target + q * 16) = as_uint(convert_uchar4(rounded + zero_point));
    }
}

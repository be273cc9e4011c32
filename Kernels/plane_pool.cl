// The mean or the greatest of each whole plane of a blocked value (nChw16c): a chain in the plane's order for each
// channel, the mean with one division at its end. Bytes are dequantized as they are read, and the mean quantized.
//
// A work-group computes the 16 channels of a group of one image. All its items copy the plane to local memory, PIXELS
// pixels at a time, the next ones on their way while 16 of the items add the present ones.
#pragma OPENCL FP_CONTRACT OFF
#include "divide.clh"
#include "quantize.clh"

// uchar or float.
#ifndef ELEMENT
#define ELEMENT float
#endif
// 1 where ELEMENT is float.
#ifndef IS_FLOAT
#define IS_FLOAT 1
#endif
// 1 for the greatest of floats, 0 for the mean.
#ifndef IS_MAX
#define IS_MAX 0
#endif
// Items of a work-group: a multiple of 16 up to 256.
#ifndef ITEMS
#define ITEMS 256
#endif
// Pixels of a copy: a multiple of ITEMS / 16 up to 512; 64 bytes of local memory each.
#ifndef PIXELS
#define PIXELS 128
#endif
#define LOADS (PIXELS * 16 / ITEMS)

/// - input_row: elements from row to row; width, pixels: of a plane, halo left out.
/// - output_group: from group to group of one image's results, 16 where they are row-major; stored_channels: how many
///   of an image's results are stored, lanes past the last channel included where the output is blocked.
/// - count: what means divide by.
/// - flip: what stored bytes are combined with by exclusive or: 0x80 for a row-major int8.
/// Global size: ITEMS, images * groups.
__kernel __attribute__((reqd_work_group_size(ITEMS, 1, 1))) void plane_pool(
    __global const ELEMENT *input, __global ELEMENT *output, const int input_origin, const int input_row,
    const int input_group, const long input_image, const int width, const int pixels, const int output_origin,
    const int output_group, const long output_image, const int groups, const int stored_channels, const float count
#if !IS_FLOAT
    ,
    const float input_zero_point, const float input_scale, const float scale, const float reciprocal, const float low,
    const float high, const int zero_point, const int flip
#endif
) {
    __local float copy[PIXELS * 16];
    const int item = (int)get_local_id(0);
    const int image = (int)get_group_id(1) / groups, group = (int)get_group_id(1) % groups;
    __global const ELEMENT *plane = input + image * input_image + input_origin + (long)group * input_group;
    float result = IS_MAX ? -INFINITY : 0.0f;
    ELEMENT fetched[LOADS];
    for (int first = -PIXELS; first < pixels; first += PIXELS) {
        barrier(CLK_LOCAL_MEM_FENCE);
        if (first >= 0) {
#pragma unroll
            for (int i = 0; i < LOADS; i++) {
#if IS_FLOAT
                copy[i * ITEMS + item] = fetched[i];
#else
                copy[i * ITEMS + item] = (convert_float(fetched[i]) - input_zero_point) * input_scale;
#endif
            }
        }
        barrier(CLK_LOCAL_MEM_FENCE);
#pragma unroll
        for (int i = 0; i < LOADS; i++) {
            const int pixel = min(first + PIXELS + (i * ITEMS + item) / 16, pixels - 1), row = pixel / width;
            fetched[i] = plane[(long)row * input_row + (pixel - row * width) * 16 + item % 16];
        }
        if (first >= 0 && item < 16) {
            const int end = min(PIXELS, pixels - first);
#pragma unroll 8
            for (int pixel = 0; pixel < end; pixel++) {
                const float x = copy[pixel * 16 + item];
                result = IS_MAX ? (x > result ? x : result) : result + x;
            }
        }
    }
    if (item >= 16 || group * 16 + item >= stored_channels) return;
    const long place = image * output_image + output_origin + (long)group * output_group + item;
    if (!IS_MAX) result = DIVIDE(result, count);
#if IS_FLOAT
    output[place] = result;
#else
    output[place] = (uchar)(quantized(result, scale, reciprocal, low, high, zero_point) ^ flip);
#endif
}

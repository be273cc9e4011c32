// The greatest element of each window of a blocked value (nChw16c). Windows are clipped to the image: halos are never
// read.
#pragma OPENCL FP_CONTRACT OFF

// uchar or float.
#ifndef ELEMENT
#define ELEMENT uchar
#endif
// 1 where ELEMENT is float: a NaN is passed over, of equals the first counts.
#ifndef IS_FLOAT
#define IS_FLOAT 0
#endif

// Neighbouring channels of an item: 16 bytes of them.
#if IS_FLOAT
#define CHANNELS 4
typedef float4 elements;
#define LOAD(address) (*(__global const float4 *)(address))
#define GREATER(x, best) select(best, x, (x) > (best))
#define LOWEST (float4)(-INFINITY)
#else
#define CHANNELS 16
typedef uchar16 elements;
// Vectors of bytes go through memory as words: compilers split them into bytes.
#define LOAD(address) as_uchar16(*(__global const uint4 *)(address))
#define GREATER(x, best) max(x, best)
#define LOWEST (uchar16)(0)
#endif

/// - row_spans, column_spans: for each output row and column, the first coordinate that its window reads in the
///   image, and how many; the dilation's distance lies between two.
/// Distances are in elements; those of rows and columns to the next one that a window reads are `input_tap_row` and
/// `input_tap_column`.
/// Global size: width * height * 16 / CHANNELS, then images * groups.
__kernel void max_pool(__global const ELEMENT *input, __global ELEMENT *output, __global const int4 *row_spans,
                       __global const int4 *column_spans, const int input_origin, const int input_row,
                       const int input_group, const long input_image, const int input_tap_row,
                       const int input_tap_column, const int output_origin, const int output_row,
                       const int output_group, const long output_image, const int width, const int height,
                       const int groups) {
    const int lane = (int)get_global_id(0) % (16 / CHANNELS) * CHANNELS;
    const int pixel = (int)get_global_id(0) / (16 / CHANNELS), row = pixel / width, column = pixel - row * width;
    const int image = (int)get_global_id(1) / groups, group = (int)get_global_id(1) % groups;
    if (row >= height) return;
    const int4 rows = row_spans[row], columns = column_spans[column];
    __global const ELEMENT *line = input + image * input_image + input_origin + (long)group * input_group +
                                   (long)rows.x * input_row + columns.x * 16 + lane;
    elements best = LOWEST;
    for (int y = 0; y < rows.y; y++, line += input_tap_row)
        for (int x = 0; x < columns.y; x++) {
            const elements element = LOAD(line + x * input_tap_column);
            best = GREATER(element, best);
        }
    __global ELEMENT *target = output + image * output_image + output_origin + (long)group * output_group +
                               (long)row * output_row + column * 16 + lane;
#if IS_FLOAT
    *(__global float4 *)target = best;
#else
    *(__global uint4 *)target = as_uint4(best);
#endif
}

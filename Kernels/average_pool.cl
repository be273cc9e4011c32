// The mean of each window of a blocked value (nChw16c): the sum from 0 in the window's order, then one division by a
// count of taps. Windows are clipped to the image: halos are never read. Bytes are dequantized as they are read, and
// the mean quantized.
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

/// - row_spans, column_spans: for each output row and column, the first coordinate that its window reads in the
///   image, how many, and what the mean divides by along this dimension.
/// Distances are as in max_pool. Where elements are bytes, input_zero_point and input_scale say what they stand for,
/// and the rest how the mean becomes one; bounds are less the zero point.
/// Global size: 4 * width * height, then images * groups.
__kernel void average_pool(__global const ELEMENT *input, __global ELEMENT *output, __global const int4 *row_spans,
                           __global const int4 *column_spans, const int input_origin, const int input_row,
                           const int input_group, const long input_image, const int input_tap_row,
                           const int input_tap_column, const int output_origin, const int output_row,
                           const int output_group, const long output_image, const int width, const int height,
                           const int groups
#if !IS_FLOAT
                           ,
                           const float input_zero_point, const float input_scale, const float scale,
                           const float reciprocal, const float low, const float high, const int zero_point
#endif
) {
    const int lane = (int)get_global_id(0) % 4 * 4;
    const int pixel = (int)get_global_id(0) / 4, row = pixel / width, column = pixel - row * width;
    const int image = (int)get_global_id(1) / groups, group = (int)get_global_id(1) % groups;
    if (row >= height) return;
    const int4 rows = row_spans[row], columns = column_spans[column];
    __global const ELEMENT *line = input + image * input_image + input_origin + (long)group * input_group +
                                   (long)rows.x * input_row + columns.x * 16 + lane;
    float4 sum = 0.0f;
    for (int y = 0; y < rows.y; y++, line += input_tap_row)
        for (int x = 0; x < columns.y; x++) {
#if IS_FLOAT
            sum += *(__global const float4 *)(line + x * input_tap_column);
#else
            const uchar4 bytes = as_uchar4(*(__global const uint *)(line + x * input_tap_column));
            sum += (convert_float4(bytes) - input_zero_point) * input_scale;
#endif
        }
    const float count = convert_float(rows.z * columns.z);
    const float4 mean =
        (float4)(DIVIDE(sum.x, count), DIVIDE(sum.y, count), DIVIDE(sum.z, count), DIVIDE(sum.w, count));
    __global ELEMENT *target = output + image * output_image + output_origin + (long)group * output_group +
                               (long)row * output_row + column * 16 + lane;
#if IS_FLOAT
    *(__global float4 *)target = mean;
#else
    const int4 integers = (int4)(quantized(mean.x, scale, reciprocal, low, high, zero_point),
                                 quantized(mean.y, scale, reciprocal, low, high, zero_point),
                                 quantized(mean.z, scale, reciprocal, low, high, zero_point),
                                 quantized(mean.w, scale, reciprocal, low, high, zero_point));
    *(__global uint *)target = as_uint(convert_uchar4(integers));
#endif
}

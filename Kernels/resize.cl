// Images at another size: each element copies one element, or adds weight times element over the taps of its row and
// its column in order, the column fastest. The weight is the product of the column's and the row's.
//
// The same loop for row-major and for blocked values (nChw16c): what they are made of is `planes` of pixels.
#pragma OPENCL FP_CONTRACT OFF

// What is copied: uchar, ushort, uint or ulong; float, uchar or char where it is interpolated.
#ifndef ELEMENT
#define ELEMENT float
#endif
// Neighbouring channels of a pixel, each with an item of its own: 1 in row-major order, 16 blocked.
#ifndef LANES
#define LANES 16
#endif
// Taps of a row and of a column: 1, 2 or 4.
#ifndef ROW_TAPS
#define ROW_TAPS 1
#endif
#ifndef COLUMN_TAPS
#define COLUMN_TAPS 1
#endif
// 1 where elements are weighted and added, not copied.
#ifndef INTERPOLATES
#define INTERPOLATES 0
#endif
// Of weighted integers: the least and the greatest, and what is 0 (128 for int8 in blocked order). Results truncate.
#ifndef IS_INTEGER
#define IS_INTEGER 0
#endif
#ifndef LOWEST
#define LOWEST 0
#endif
#ifndef HIGHEST
#define HIGHEST 255
#endif
#ifndef ZERO
#define ZERO 0
#endif

/// - row_places, column_places: for each output row and column, the input's of its taps; the first is negative where
///   the output lies outside of the input.
/// - row_weights, column_weights: for each place.
/// - fills: what outputs become that lie outside of the input, and what lanes past the last channel hold.
/// Distances are in elements; a group is a channel in row-major order.
/// Global size: LANES * width * height, then images * groups.
__kernel void resize(__global const ELEMENT *input, __global ELEMENT *output, __global const int *row_places,
                     __global const float *row_weights, __global const int *column_places,
                     __global const float *column_weights, const int input_origin, const int input_row,
                     const int input_group, const long input_image, const int output_origin, const int output_row,
                     const int output_group, const long output_image, const int width, const int height,
                     const int groups, const int channels, __global const ELEMENT *fills) {
    const int lane = (int)get_global_id(0) % LANES;
    const int pixel = (int)get_global_id(0) / LANES, row = pixel / width, column = pixel - row * width;
    const int image = (int)get_global_id(1) / groups, group = (int)get_global_id(1) % groups;
    if (row >= height) return;
    __global const ELEMENT *plane = input + image * input_image + input_origin + (long)group * input_group + lane;
    row_places += row * ROW_TAPS;
    row_weights += row * ROW_TAPS;
    column_places += column * COLUMN_TAPS;
    column_weights += column * COLUMN_TAPS;
    ELEMENT result;
    if (group * LANES + lane >= channels) {
        result = fills[1];
    } else if (row_places[0] < 0 || column_places[0] < 0) {
        result = fills[0];
    } else {
#if INTERPOLATES
        float sum = 0.0f;
        for (int r = 0; r < ROW_TAPS; r++)
            for (int c = 0; c < COLUMN_TAPS; c++) {
                const float weight = column_weights[c] * row_weights[r];
                const ELEMENT element = plane[(long)row_places[r] * input_row + column_places[c] * LANES];
#if IS_INTEGER
                const float term = weight * convert_float(element - ZERO);
#else
                const float term = weight * element;
#endif
                sum += term;
            }
#if IS_INTEGER
        // Clamped before it converts, which truncates; a NaN becomes 0.
        const float bounded = isnan(sum) ? 0.0f : clamp(sum, (float)LOWEST, (float)HIGHEST);
        result = (ELEMENT)(convert_int_rtz(bounded) + ZERO);
#else
        result = sum;
#endif
#else
        result = plane[(long)row_places[0] * input_row + column_places[0] * LANES];
#endif
    }
    output[image * output_image + output_origin + (long)group * output_group + (long)row * output_row + column * LANES +
           lane] = result;
}

#pragma once
#include <stddef.h>
#include <stdint.h>

#include "mk_isa.h"
#include "mk_quantize.h"

/// The taps of one output along one dimension that lie inside the image: never none.
typedef struct {
    /// The input coordinate of the first; the others follow `dilation` apart.
    int64_t first;
    int64_t taps;
    /// What an average divides by along this dimension.
    int64_t divisor;
} mk_pool_span;

/// A pool over one group of 16 channels of one image. Distances are in bytes; a pixel is 16 elements.
typedef struct {
    /// Pixel (0, 0) of input and output, halos left out.
    const void *input;
    void *output;
    ptrdiff_t input_row, output_row;
    /// For each output row and each output column of a row.
    const mk_pool_span *row_spans, *column_spans;
    int64_t columns;
    int64_t row_dilation, column_dilation;
    /// Of quantized averages.
    mk_u8_load load;
    mk_u8_store store;
} mk_pool;

/// What a pool computes of each window.
typedef enum {
    /// The greatest byte.
    MK_MAX_U8 = 0,
    /// The greatest float; a NaN is passed over, of equals the first counts.
    MK_MAX_F32 = 1,
    /// Sum in order from 0, then one division.
    MK_AVERAGE_F32 = 2,
    /// The same of dequantized bytes, quantized.
    MK_AVERAGE_U8 = 3,
} mk_pool_operator;

/// Computes output rows first_row ..< first_row + rows.
void mk_pool_rows(mk_isa isa, mk_pool_operator op, const mk_pool *pool, int64_t first_row, int64_t rows);

/// A pool over whole planes of `groups` groups of 16 channels, `group_bytes` apart: `out` gets 16 results for each.
typedef struct {
    /// Pixel (0, 0) of the first group.
    const void *input;
    ptrdiff_t row_bytes, group_bytes;
    size_t rows, columns, groups;
    mk_u8_load load;
    mk_u8_store store;
} mk_plane_pool;

/// Pools planes, in row-major order of their pixels; `out` is as many elements as 16 times the groups.
void mk_pool_planes(mk_isa isa, mk_pool_operator op, const mk_plane_pool *planes, void *out);

#pragma once
#include <stddef.h>
#include <stdint.h>

#include "mk_conv_u8_block.h"

/// A matrix of 8-bit weights, [depth][columns] at any strides, each column with a zero point.
typedef struct {
    const uint8_t *values;
    /// Bytes from an element to the next of the same column, and of the same row.
    ptrdiff_t depth_stride, column_stride;
    int32_t depth, columns;
    /// Turns a byte into an int8: 0, or 0x80 for uint8, whose zero points are then 128 lower.
    uint8_t flip;
    /// For each column, -128 to 127.
    const int16_t *zero_points;
} mk_gemm_u8_weights;

/// Counts the blocks of columns 32 * pair ..< 32 * pair + 32: sets the lengths of `list`.
///
/// A block of zeros is left out. A weight less its zero point that int8 does not hold is split over two or three
/// entries of the same offset.
void mk_gemm_u8_count(const mk_gemm_u8_weights *weights, int32_t pair, struct mk_block_list *list);

/// Writes the blocks that were counted to `blocks + list->first_block`, their offsets in a row of inputs to
/// `offsets + list->first_offset`, and the sum of each column's weights, wrapping, to `sums` (32 of them).
void mk_gemm_u8_pack(const mk_gemm_u8_weights *weights, int32_t pair, const struct mk_block_list *list, int8_t *blocks,
                     int32_t *offsets, int32_t *sums);

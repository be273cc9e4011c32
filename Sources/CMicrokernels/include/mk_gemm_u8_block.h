#pragma once
#include <stddef.h>
#include <stdint.h>

#include "mk_conv_u8_block.h"
#include "mk_isa.h"

/// What a product stores for each int32 sum.
typedef enum {
    /// `rint(clamp(float(sum) * multiplier, low, high)) + zero_point`, one byte.
    MK_GEMM_U8 = 0,
    /// `float(sum) * multiplier`.
    MK_GEMM_F32 = 1,
    /// The sum.
    MK_GEMM_S32 = 2,
} mk_gemm_result;

/// A product of u8 rows with a matrix of int8 weights that lies in the block lists of `mk_conv_u8_block`, stored row-
/// major.
///
/// A list's offsets count bytes from the start of a row. Sums are int32 and wrap. Weights of a pair of groups of 16
/// columns are read once for a tile of rows.
typedef struct {
    const int8_t *blocks;
    const int32_t *offsets;
    const struct mk_block_list *lists;

    /// The first row; `input_row` bytes from one to the next.
    const uint8_t *input;
    ptrdiff_t input_row;

    /// The first row of the result; `output_row` bytes from one to the next. Nothing behind column `columns` is
    /// written.
    void *output;
    ptrdiff_t output_row;
    int32_t columns;
    mk_gemm_result result;

    /// For each column, up to a multiple of 32 columns. `multiplier` may be NULL for MK_GEMM_S32.
    const int32_t *bias;
    const float *multiplier;
    /// Bounds less the zero point.
    float low, high;
    int32_t zero_point;
} mk_gemm_u8_block;

/// Computes rows first_row ..< first_row + rows of the columns of pairs first_pair ..< first_pair + pairs (32 columns
/// each).
typedef void (*mk_gemm_u8_block_function)(const mk_gemm_u8_block *problem, int32_t first_pair, int32_t pairs,
                                          int32_t first_row, int32_t rows);

void mk_gemm_u8_block_scalar(const mk_gemm_u8_block *, int32_t, int32_t, int32_t, int32_t);
#if defined(__x86_64__)
void mk_gemm_u8_block_avx2(const mk_gemm_u8_block *, int32_t, int32_t, int32_t, int32_t);
void mk_gemm_u8_block_avxvnni(const mk_gemm_u8_block *, int32_t, int32_t, int32_t, int32_t);
void mk_gemm_u8_block_avx512vnni(const mk_gemm_u8_block *, int32_t, int32_t, int32_t, int32_t);
#endif
#if defined(__aarch64__)
void mk_gemm_u8_block_neon(const mk_gemm_u8_block *, int32_t, int32_t, int32_t, int32_t);
#endif

/// The body for an instruction set, which this processor must run.
mk_gemm_u8_block_function mk_gemm_u8_block_for(mk_isa isa);

/// Copies rows ..< of bytes, flipping the bits of `flip` in each (0x80 makes s8 u8), and fills bytes `depth` ..<
/// `to_row` of each with `flip`.
void mk_gemm_u8_rows(uint8_t *to, size_t to_row, const uint8_t *from, size_t from_row, size_t rows, size_t depth,
                     uint8_t flip);

/// The same from a matrix that lies transposed: element (row, k) is `from[k * from_row + row]`.
void mk_gemm_u8_rows_transposed(uint8_t *to, size_t to_row, const uint8_t *from, size_t from_row, size_t rows,
                                size_t depth, uint8_t flip);

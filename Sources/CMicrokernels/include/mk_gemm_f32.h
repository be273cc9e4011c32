#pragma once
#include <stddef.h>
#include <stdint.h>

#include "mk_conv_f32_block.h"
#include "mk_isa.h"

/// A product of float matrices, the right one packed. Each output is one chain of fma over ascending depth.
typedef struct {
    /// The right matrix as `[columns / 16][depth][16]`, 0 in lanes past the last column.
    const float *weights;
    /// For each of `depth` steps, floats from a row's origin in the left matrix to its element.
    const int32_t *offsets;
    int64_t depth, columns;

    /// The left matrix: the origin of row 0, and bytes from a row's origin to the next row's.
    const uint8_t *left;
    ptrdiff_t left_row;

    /// What chains start from, in rows of whole groups of 16 columns; bytes from row to row, 0 where all rows share
    /// one. NULL stands for zeros.
    const float *start;
    ptrdiff_t start_row;
    /// Where this is not 1, chains start from 0 and end as `fma(alpha, chain, start)`, or `alpha * chain` without
    /// `start`.
    float alpha;
    mk_f32_activation activation;

    /// Row-major; bytes from row to row.
    uint8_t *output;
    ptrdiff_t output_row;
} mk_gemm_f32;

/// Computes rows first_row ..< first_row + rows of the groups of 16 columns first_group ..< first_group + groups.
typedef void (*mk_gemm_f32_function)(const mk_gemm_f32 *problem, int64_t first_group, int64_t groups, int64_t first_row,
                                     int64_t rows);

void mk_gemm_f32_scalar(const mk_gemm_f32 *, int64_t, int64_t, int64_t, int64_t);
#if defined(__x86_64__)
void mk_gemm_f32_avx2(const mk_gemm_f32 *, int64_t, int64_t, int64_t, int64_t);
void mk_gemm_f32_avx512vnni(const mk_gemm_f32 *, int64_t, int64_t, int64_t, int64_t);
#endif
#if defined(__aarch64__)
void mk_gemm_f32_neon(const mk_gemm_f32 *, int64_t, int64_t, int64_t, int64_t);
#endif

/// The function of an instruction set; one without a function of its own takes the next below.
mk_gemm_f32_function mk_gemm_f32_for(mk_isa isa);

#pragma once
#include <stddef.h>

/// sums[r * sums_row + l] += s, where s = 0 and then s += left[k * left_step + r] * right[k * right_step + l] for ascending
/// k < count; for r < rows, a multiple of 4, and l < 16. Each product and each sum is rounded, on every processor alike.
void mk_add_products_f32(float *sums, ptrdiff_t sums_row, const float *left, ptrdiff_t left_step, const float *right,
                         ptrdiff_t right_step, size_t count, size_t rows);

/// sums[r * sums_row + l] -= left[k * left_step + r] * right[k * right_step + l], for ascending k < count, the same way; for
/// r < rows, a multiple of 4, and l < 8.
void mk_subtract_products_f64(double *sums, ptrdiff_t sums_row, const double *left, ptrdiff_t left_step,
                              const double *right, ptrdiff_t right_step, size_t count, size_t rows);

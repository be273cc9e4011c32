#pragma once
#include <stddef.h>
#include <stdint.h>

enum {
    MK_VALUE_BINS = 2048,
    /// Elements that may be counted between two calls of `mk_value_counts_flush`.
    MK_VALUE_LIMIT = 1 << 30,
};

/// Counts of finite float32 values in 2048 equal bins over [-2^exponent, 2^exponent), zeros apart: what one thread has
/// seen of one value. The exponent is the smallest that holds all of them, at least -126.
typedef struct mk_value_counts mk_value_counts;

/// The extremes of some values, and how many are not finite. With no finite value, `lowest > highest`.
typedef struct {
    float lowest, highest;
    uint64_t nans, positive_infinities, negative_infinities;
} mk_value_extremes;

/// Bytes of an `mk_value_counts`, a multiple of 64.
size_t mk_value_counts_size(void);

void mk_value_counts_start(mk_value_counts *counts);
void mk_value_extremes_start(mk_value_extremes *extremes);

/// Takes in `rows` rows of `elements` neighbouring floats, `row_bytes` apart.
void mk_count_values(mk_value_counts *counts, mk_value_extremes *extremes, const float *x, size_t rows,
                     ptrdiff_t row_bytes, size_t elements);

/// Takes in the first `lanes` of each 16 floats of `rows` rows of `pixels` pixels.
void mk_count_lanes(mk_value_counts *counts, mk_value_extremes *extremes, const float *x, size_t rows,
                    ptrdiff_t row_bytes, size_t pixels, size_t lanes);

/// Adds up what fast tables of 32 bits hold. To be called at the end, and before more than MK_VALUE_LIMIT elements.
void mk_value_counts_flush(mk_value_counts *counts);

int32_t mk_value_counts_exponent(const mk_value_counts *counts);
uint64_t mk_value_counts_zeros(const mk_value_counts *counts);

/// Adds the flushed counts to `bins`, which cover [-2^exponent, 2^exponent), as wide or wider.
void mk_value_counts_add_to(const mk_value_counts *counts, int32_t exponent, uint64_t bins[2048]);

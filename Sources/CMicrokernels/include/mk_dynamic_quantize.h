#pragma once
#include <stddef.h>
#include <stdint.h>

/// The least and the greatest of 0 and `count` floats; NaNs are passed over.
void mk_range_with_zero(const float *x, size_t count, float *lowest, float *highest);

/// `rint(clamp(x / scale, low, high)) + zero_point` as bytes; a NaN gives `low`. The bounds are integers, at most 2^20
/// from 0.
void mk_quantize_u8(const float *x, size_t count, float scale, float low, float high, int32_t zero_point, uint8_t *q);

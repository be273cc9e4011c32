#pragma once
#include <stddef.h>
#include <stdint.h>

/// acc[i] = fma(w, x[i * stride], acc[i]) for i in 0..<n: one step of a chain of fused multiply-adds, for a row of outputs.
/// Every path gives the same bits, since fma rounds once.
void mk_row_fma_f32(float *acc, const float *x, ptrdiff_t stride, float w, size_t n);

/// acc[i] += w * (x[i * stride] - zero_point), wrapping, for a row of outputs.
void mk_row_mac_u8(int32_t *acc, const uint8_t *x, ptrdiff_t stride, int32_t zero_point, int32_t w, size_t n);
void mk_row_mac_s8(int32_t *acc, const int8_t *x, ptrdiff_t stride, int32_t zero_point, int32_t w, size_t n);

#pragma once
#include <stddef.h>
#include <stdint.h>

/// acc[i] = fma(w, x[i * stride], acc[i]) for i in 0..<n: one step of a chain of fused multiply-adds, for a row of outputs.
/// Every path gives the same bits, since fma rounds once.
void mk_row_fma_f32(float *acc, const float *x, ptrdiff_t stride, float w, size_t n);

/// acc[i] += w * (x[i * stride] - zero_point), wrapping, for a row of outputs.
void mk_row_mac_u8(int32_t *acc, const uint8_t *x, ptrdiff_t stride, int32_t zero_point, int32_t w, size_t n);
void mk_row_mac_s8(int32_t *acc, const int8_t *x, ptrdiff_t stride, int32_t zero_point, int32_t w, size_t n);

/// out[i] = a chain that starts from start[i * start_stride] (stride 0 or 1) and takes acc = fma(weights[t], x[offsets[t] + i],
/// acc) for t in 0..<taps, for i in 0..<n. Reads no element of x outside these; out overlaps nothing.
void mk_taps_fma_f32(float *out, const float *start, size_t start_stride, const float *x, const ptrdiff_t *offsets,
                     const float *weights, size_t taps, size_t n);

/// The same with acc += weights[t] * x[offsets[t] + i], wrapping.
void mk_taps_mac_s32(int32_t *out, const int32_t *start, size_t start_stride, const int32_t *x, const ptrdiff_t *offsets,
                     const int32_t *weights, size_t taps, size_t n);

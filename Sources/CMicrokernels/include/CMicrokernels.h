#pragma once
#include <stddef.h>
#include <stdint.h>

#include "mk_add_products.h"
#include "mk_byte_table.h"
#include "mk_conv_depthwise_u8.h"
#include "mk_conv_f32_block.h"
#include "mk_conv_u8_block.h"
#include "mk_conv_u8_block_isa.h"
#include "mk_dynamic_quantize.h"
#include "mk_elementwise.h"
#include "mk_gemm_f32.h"
#include "mk_gemm_u8_block.h"
#include "mk_gemm_u8_pack.h"
#include "mk_halo.h"
#include "mk_isa.h"
#include "mk_layout.h"
#include "mk_pack_conv_u8_block.h"
#include "mk_peak.h"
#include "mk_pool.h"
#include "mk_quantize.h"
#include "mk_value_counts.h"

/// out[i] = a chain that starts from start[i * start_stride] (stride 0 or 1) and takes acc = fma(weights[t], x[offsets[t] + i],
/// acc) for t in 0..<taps, for i in 0..<n. Reads no element of x outside these; out overlaps nothing.
void mk_taps_fma_f32(float *out, const float *start, size_t start_stride, const float *x, const ptrdiff_t *offsets,
                     const float *weights, size_t taps, size_t n);

/// The same with acc += weights[t] * x[offsets[t] + i], wrapping.
void mk_taps_mac_s32(int32_t *out, const int32_t *start, size_t start_stride, const int32_t *x, const ptrdiff_t *offsets,
                     const int32_t *weights, size_t taps, size_t n);

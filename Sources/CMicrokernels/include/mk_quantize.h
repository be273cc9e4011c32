#pragma once
#include <stddef.h>
#include <stdint.h>

#include "mk_isa.h"
#include "mk_layout.h"

/// How a byte stands for a real number: `(float)((byte ^ flip) - zero_point) * scale`. `flip` is 0x80 for int8 in
/// row-major order, whose zero point is 128 higher here.
typedef struct {
    float scale, zero_point;
    uint8_t flip;
} mk_u8_load;

/// How a real number becomes a byte: `(rint(clamp(x / scale, low, high)) + zero_point) ^ flip`. A NaN becomes `low`.
/// The bounds are those of the type, or tighter, less the zero point: from -255 to 255.
typedef struct {
    float scale, low, high;
    int32_t zero_point;
    uint8_t flip;
} mk_u8_store;

/// Quantizes rows x columns x lanes elements from one order into another.
void mk_quantize_elements(mk_isa isa, uint8_t *to, mk_strides to_strides, const float *from, mk_strides from_strides,
                          size_t rows, size_t columns, size_t lanes, const mk_u8_store *store);

/// Dequantizes rows x columns x lanes elements from one order into another. Where `to` has groups of lanes, whole
/// groups of 16 are written; those behind `lanes` hold anything.
void mk_dequantize_elements(mk_isa isa, float *to, mk_strides to_strides, const uint8_t *from, mk_strides from_strides,
                            size_t rows, size_t columns, size_t lanes, const mk_u8_load *load);

/// Quantizes `count` neighbouring elements.
void mk_quantize_f32(mk_isa isa, uint8_t *to, const float *from, size_t count, const mk_u8_store *store);

/// Dequantizes `count` neighbouring elements.
void mk_dequantize_u8(mk_isa isa, float *to, const uint8_t *from, size_t count, const mk_u8_load *load);

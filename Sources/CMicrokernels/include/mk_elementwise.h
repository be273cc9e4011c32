#pragma once
#include <stddef.h>
#include <stdint.h>

#include "mk_isa.h"
#include "mk_quantize.h"

/// Rows of elements that are computed one by one. Distances are in bytes, lengths in elements.
typedef struct {
    void *out;
    const void *a;
    /// The second operand, NULL where there is one alone.
    const void *b;
    ptrdiff_t out_row, a_row, b_row;
    size_t rows, elements;
    /// Whether `b` is 16 elements, one for each channel of a group, that every pixel takes; `b_row` is 0 then.
    int32_t b_repeats;
} mk_elementwise;

/// What is computed of two elements.
typedef enum {
    MK_ADD = 0,
    MK_SUBTRACT = 1,
    MK_MULTIPLY = 2,
    /// b - a
    MK_SUBTRACT_FROM = 3,
    /// a + b > 0 ? a + b : 0, on floats; `b` does not repeat.
    MK_ADD_RELU = 4,
} mk_binary;

/// What is computed of one float, with parameters p and q. The formulas are those of NUMERICS.md.
typedef enum {
    /// x > 0 ? x : 0
    MK_RELU = 0,
    /// Raised to p, then lowered to q.
    MK_CLIP = 1,
    /// x < 0 ? p * x : x
    MK_LEAKY_RELU = 2,
    /// min(1, p * x + q) from 0 on; a NaN stays.
    MK_HARD_SIGMOID = 3,
    /// x times the former.
    MK_HARD_SWISH = 4,
    /// 1 / (1 + exp(-x))
    MK_SIGMOID = 5,
    /// x / (1 + exp(-(p * x))) as a product.
    MK_SWISH = 6,
} mk_unary;

/// out = store(load_a(a) op load_b(b)), op being an addition or a multiplication.
void mk_binary_u8(mk_isa isa, mk_binary op, const mk_elementwise *rows, const mk_u8_load *load_a,
                  const mk_u8_load *load_b, const mk_u8_store *store);

/// out = min(max(a ^ flip, low), high) ^ flip.
void mk_clamp_u8(mk_isa isa, const mk_elementwise *rows, uint8_t low, uint8_t high, uint8_t flip);

/// out = table[a].
void mk_table_u8(mk_isa isa, const mk_elementwise *rows, const uint8_t table[256]);

/// out = a op b.
void mk_binary_f32(mk_isa isa, mk_binary op, const mk_elementwise *rows);

/// out = op(a).
void mk_unary_f32(mk_isa isa, mk_unary op, const mk_elementwise *rows, float p, float q);

/// out = fma(a - b[lane], b[16 + lane], b[32 + lane]): batch normalisation, `b` being 48 floats.
void mk_affine_f32(mk_isa isa, const mk_elementwise *rows);

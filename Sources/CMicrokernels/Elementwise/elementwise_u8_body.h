// The one body of the element-wise kernels on bytes, compiled for each instruction set.
#include "mk_elementwise.h"
#include "../quantize_byte.h"
#include "elementwise_functions.h"

#pragma STDC FP_CONTRACT OFF

static inline float MK_ISA(real)(uint8_t byte, mk_u8_load load) {
    return ((float)(byte ^ load.flip) - load.zero_point) * load.scale;
}

static inline uint8_t MK_ISA(quantized)(float real, mk_u8_store s) {
    return (uint8_t)(mk_rint_plus(mk_clamp(real / s.scale, s.low, s.high), s.zero_point) ^ s.flip);
}

static void MK_ISA(add_row)(uint8_t *restrict out, const uint8_t *restrict a, const uint8_t *restrict b, size_t count,
                            mk_u8_load la, mk_u8_load lb, mk_u8_store s) {
#pragma clang loop vectorize_width(16)
    for (size_t i = 0; i < count; i++) out[i] = MK_ISA(quantized)(MK_ISA(real)(a[i], la) + MK_ISA(real)(b[i], lb), s);
}

static void MK_ISA(multiply_row)(uint8_t *restrict out, const uint8_t *restrict a, const uint8_t *restrict b,
                                 size_t count, mk_u8_load la, mk_u8_load lb, mk_u8_store s) {
#pragma clang loop vectorize_width(16)
    for (size_t i = 0; i < count; i++) out[i] = MK_ISA(quantized)(MK_ISA(real)(a[i], la) * MK_ISA(real)(b[i], lb), s);
}

/// A row with an operand of 16 real numbers that every pixel takes.
static void MK_ISA(lanes_row)(mk_binary op, uint8_t *restrict out, const uint8_t *restrict a, const float *restrict b,
                              size_t count, mk_u8_load la, mk_u8_store s) {
    size_t whole = count / 16 * 16;
    if (op == MK_ADD) {
        for (size_t i = 0; i < whole; i += 16)
#pragma clang loop vectorize_width(16)
            for (size_t lane = 0; lane < 16; lane++)
                out[i + lane] = MK_ISA(quantized)(MK_ISA(real)(a[i + lane], la) + b[lane], s);
    } else {
        for (size_t i = 0; i < whole; i += 16)
#pragma clang loop vectorize_width(16)
            for (size_t lane = 0; lane < 16; lane++)
                out[i + lane] = MK_ISA(quantized)(MK_ISA(real)(a[i + lane], la) * b[lane], s);
    }
    for (size_t i = whole; i < count; i++) {
        float x = MK_ISA(real)(a[i], la);
        out[i] = MK_ISA(quantized)(op == MK_ADD ? x + b[i % 16] : x * b[i % 16], s);
    }
}

void MK_ISA(mk_binary_u8)(mk_binary op, const mk_elementwise *rows, const mk_u8_load *load_a, const mk_u8_load *load_b,
                          const mk_u8_store *store) {
    const mk_u8_load la = *load_a, lb = *load_b;
    const mk_u8_store s = *store;
    float lanes[16];
    if (rows->b_repeats)
        for (size_t lane = 0; lane < 16; lane++) lanes[lane] = MK_ISA(real)(((const uint8_t *)rows->b)[lane], lb);
    for (size_t row = 0; row < rows->rows; row++) {
        uint8_t *out = (uint8_t *)rows->out + (ptrdiff_t)row * rows->out_row;
        const uint8_t *a = (const uint8_t *)rows->a + (ptrdiff_t)row * rows->a_row;
        const uint8_t *b = (const uint8_t *)rows->b + (ptrdiff_t)row * rows->b_row;
        if (rows->b_repeats)
            MK_ISA(lanes_row)(op, out, a, lanes, rows->elements, la, s);
        else if (op == MK_ADD)
            MK_ISA(add_row)(out, a, b, rows->elements, la, lb, s);
        else
            MK_ISA(multiply_row)(out, a, b, rows->elements, la, lb, s);
    }
}

void MK_ISA(mk_clamp_u8)(const mk_elementwise *rows, uint8_t low, uint8_t high, uint8_t flip) {
    // A copy, since bytes might alias what the pointer leads to.
    const mk_elementwise e = *rows;
    for (size_t row = 0; row < e.rows; row++) {
        uint8_t *restrict out = (uint8_t *)e.out + (ptrdiff_t)row * e.out_row;
        const uint8_t *restrict a = (const uint8_t *)e.a + (ptrdiff_t)row * e.a_row;
        for (size_t i = 0; i < e.elements; i++) {
            uint8_t x = a[i] ^ flip;
            uint8_t raised = x > low ? x : low;
            out[i] = (raised < high ? raised : high) ^ flip;
        }
    }
}

void MK_ISA(mk_table_u8)(const mk_elementwise *rows, const uint8_t table[256]) {
    const mk_elementwise e = *rows;
    for (size_t row = 0; row < e.rows; row++) {
        uint8_t *restrict out = (uint8_t *)e.out + (ptrdiff_t)row * e.out_row;
        const uint8_t *restrict a = (const uint8_t *)e.a + (ptrdiff_t)row * e.a_row;
        for (size_t i = 0; i < e.elements; i++) out[i] = table[a[i]];
    }
}

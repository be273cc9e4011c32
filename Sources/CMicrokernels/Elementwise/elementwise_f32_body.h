// The one body of the element-wise kernels on floats, compiled for each instruction set. Compilers vectorise the loops.
#include <math.h>

#include "mk_elementwise.h"
#include "elementwise_functions.h"
#include "../lanes.h"

#pragma STDC FP_CONTRACT OFF

/// Runs `expression` of x = a[i] for every element.
#define MK_EACH(expression)                                                                              \
    for (size_t row = 0; row < rows->rows; row++) {                                                      \
        float *restrict out = (float *)((char *)rows->out + (ptrdiff_t)row * rows->out_row);             \
        const float *restrict a = (const float *)((const char *)rows->a + (ptrdiff_t)row * rows->a_row); \
        for (size_t i = 0; i < rows->elements; i++) {                                                    \
            float x = a[i];                                                                              \
            out[i] = (expression);                                                                       \
        }                                                                                                \
    }

static inline float MK_ISA(hard_sigmoid)(float x, float p, float q) {
    float line = p * x + q;
    return line > 1 ? 1 : (line < 0 ? 0 : line);
}

static inline float MK_ISA(clipped)(float x, float low, float high) {
    float raised = x < low ? low : x;
    return raised > high ? high : raised;
}

static inline float MK_ISA(sigmoid)(float x) { return 1 / (1 + expf(-x)); }

void MK_ISA(mk_unary_f32)(mk_unary op, const mk_elementwise *rows, float p, float q) {
    switch (op) {
        case MK_RELU:
            MK_EACH(x > 0 ? x : 0) break;
        case MK_CLIP:
            MK_EACH(MK_ISA(clipped)(x, p, q)) break;
        case MK_LEAKY_RELU:
            MK_EACH(x < 0 ? p * x : x) break;
        case MK_HARD_SIGMOID:
            MK_EACH(MK_ISA(hard_sigmoid)(x, p, q)) break;
        case MK_HARD_SWISH:
            MK_EACH(x * MK_ISA(hard_sigmoid)(x, p, q)) break;
        case MK_SIGMOID:
            MK_EACH(MK_ISA(sigmoid)(x)) break;
        case MK_SWISH:
            MK_EACH(x * MK_ISA(sigmoid)(p * x)) break;
    }
}

/// Runs `expression` of x = a[i] and y = b[i], or y = b[i % 16] where b repeats. Its 16 elements are copied, so that
/// the compiler keeps them in registers.
#define MK_EACH_PAIR(expression)                                                                         \
    for (size_t row = 0; row < rows->rows; row++) {                                                      \
        float *restrict out = (float *)((char *)rows->out + (ptrdiff_t)row * rows->out_row);             \
        const float *restrict a = (const float *)((const char *)rows->a + (ptrdiff_t)row * rows->a_row); \
        const float *restrict b = (const float *)((const char *)rows->b + (ptrdiff_t)row * rows->b_row); \
        if (rows->b_repeats) {                                                                           \
            size_t whole = rows->elements / 16 * 16;                                                     \
            mk_floats16 lanes;                                                                           \
            memcpy(&lanes, b, sizeof lanes);                                                             \
            for (size_t i = 0; i < whole; i += 16) {                                                     \
                mk_floats16 x, y = lanes;                                                                \
                memcpy(&x, a + i, sizeof x);                                                             \
                x = (expression);                                                                        \
                memcpy(out + i, &x, sizeof x);                                                           \
            }                                                                                            \
            for (size_t i = whole; i < rows->elements; i++) {                                            \
                float x = a[i], y = b[i % 16];                                                           \
                out[i] = (expression);                                                                   \
            }                                                                                            \
        } else {                                                                                         \
            for (size_t i = 0; i < rows->elements; i++) {                                                \
                float x = a[i], y = b[i];                                                                \
                out[i] = (expression);                                                                   \
            }                                                                                            \
        }                                                                                                \
    }

void MK_ISA(mk_binary_f32)(mk_binary op, const mk_elementwise *rows) {
    switch (op) {
        case MK_ADD:
            MK_EACH_PAIR(x + y) break;
        case MK_SUBTRACT:
            MK_EACH_PAIR(x - y) break;
        case MK_MULTIPLY:
            MK_EACH_PAIR(x * y) break;
        case MK_SUBTRACT_FROM:
            MK_EACH_PAIR(y - x) break;
        case MK_ADD_RELU:
            for (size_t row = 0; row < rows->rows; row++) {
                float *restrict out = (float *)((char *)rows->out + (ptrdiff_t)row * rows->out_row);
                const float *restrict a = (const float *)((const char *)rows->a + (ptrdiff_t)row * rows->a_row);
                const float *restrict b = (const float *)((const char *)rows->b + (ptrdiff_t)row * rows->b_row);
                for (size_t i = 0; i < rows->elements; i++) {
                    float sum = a[i] + b[i];
                    out[i] = sum > 0 ? sum : 0;
                }
            }
            break;
    }
}

void MK_ISA(mk_affine_f32)(const mk_elementwise *rows) {
    const float *mean = rows->b, *factor = mean + 16, *bias = mean + 32;
    for (size_t row = 0; row < rows->rows; row++) {
        float *restrict out = (float *)((char *)rows->out + (ptrdiff_t)row * rows->out_row);
        const float *restrict a = (const float *)((const char *)rows->a + (ptrdiff_t)row * rows->a_row);
        for (size_t i = 0; i < rows->elements; i += 16)
            for (size_t lane = 0; lane < 16; lane++)
                out[i + lane] = __builtin_fmaf(a[i + lane] - mean[lane], factor[lane], bias[lane]);
    }
}

#undef MK_EACH
#undef MK_EACH_PAIR

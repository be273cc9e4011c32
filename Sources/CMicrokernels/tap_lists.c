// A convolution or a matrix product as a list of taps: out[i] starts at start[i] and takes weights[t] * x[offsets[t] + i]
// in list order. A block of outputs stays in registers over the whole list. Plain vector arithmetic, compiled also for
// wider vectors where the processor has them; no path rounds or wraps differently from another.
#include "CMicrokernels.h"
#include "clones.h"
#include <string.h>

#pragma STDC FP_CONTRACT OFF

typedef float mk_f32x16 __attribute__((ext_vector_type(16)));
typedef float mk_f32x4 __attribute__((ext_vector_type(4)));
typedef float mk_f32x1 __attribute__((ext_vector_type(1)));
// Unsigned lanes: int32 accumulators wrap, and unsigned overflow is defined.
typedef uint32_t mk_u32x16 __attribute__((ext_vector_type(16)));
typedef uint32_t mk_u32x4 __attribute__((ext_vector_type(4)));
typedef uint32_t mk_u32x1 __attribute__((ext_vector_type(1)));

#define MK_FMA(w, x, acc) __builtin_elementwise_fma(w, x, acc)
#define MK_MAC(w, x, acc) ((acc) + (w) * (x))

// Outputs `at` to `at + REGISTERS * lanes`: REGISTERS independent chains, so that the latency of one step is hidden.
#define MK_BLOCK(VECTOR, ELEMENT, REGISTERS, STEP)                                                                     \
    {                                                                                                                  \
        enum { lanes = sizeof(VECTOR) / sizeof(ELEMENT) };                                                             \
        VECTOR acc[REGISTERS];                                                                                         \
        for (int r = 0; r < REGISTERS; r++) {                                                                          \
            if (start_stride == 0)                                                                                     \
                acc[r] = (VECTOR)(ELEMENT)start[0];                                                                    \
            else                                                                                                       \
                memcpy(&acc[r], start + at + r * lanes, sizeof(VECTOR));                                               \
        }                                                                                                              \
        for (size_t t = 0; t < taps; t++) {                                                                            \
            const VECTOR w = (VECTOR)(ELEMENT)weights[t];                                                              \
            for (int r = 0; r < REGISTERS; r++) {                                                                      \
                VECTOR v;                                                                                              \
                memcpy(&v, x + offsets[t] + at + r * lanes, sizeof v);                                                 \
                acc[r] = STEP(w, v, acc[r]);                                                                           \
            }                                                                                                          \
        }                                                                                                              \
        for (int r = 0; r < REGISTERS; r++)                                                                            \
            memcpy(out + at + r * lanes, &acc[r], sizeof(VECTOR));                                                     \
        at += REGISTERS * lanes;                                                                                       \
    }

// The rest of a row that does not fill a block is computed as a block that overlaps the one before: an output depends on
// nothing but its own chain, so computing it twice gives the same bits.
#define MK_TAPS(NAME, TYPE, ELEMENT, V16, V4, V1, STEP)                                                                \
    MK_CLONES void NAME(TYPE *restrict out, const TYPE *restrict start, size_t start_stride, const TYPE *restrict x,   \
                        const ptrdiff_t *restrict offsets, const TYPE *restrict weights, size_t taps, size_t n) {      \
        size_t at = 0;                                                                                                 \
        while (n - at >= 64) MK_BLOCK(V16, ELEMENT, 4, STEP)                                                           \
        if (n - at >= 32) MK_BLOCK(V16, ELEMENT, 2, STEP)                                                              \
        if (n >= 32 && n - at > 16) {                                                                                  \
            at = n - 32;                                                                                               \
            MK_BLOCK(V16, ELEMENT, 2, STEP)                                                                            \
        }                                                                                                              \
        if (n - at >= 16) MK_BLOCK(V16, ELEMENT, 1, STEP)                                                              \
        if (n >= 16 && at < n) {                                                                                       \
            at = n - 16;                                                                                               \
            MK_BLOCK(V16, ELEMENT, 1, STEP)                                                                            \
        }                                                                                                              \
        if (n - at >= 8) MK_BLOCK(V4, ELEMENT, 2, STEP)                                                                \
        if (n >= 8 && at < n) {                                                                                        \
            at = n - 8;                                                                                                \
            MK_BLOCK(V4, ELEMENT, 2, STEP)                                                                             \
        }                                                                                                              \
        if (n - at >= 4) MK_BLOCK(V4, ELEMENT, 1, STEP)                                                                \
        while (at < n) MK_BLOCK(V1, ELEMENT, 1, STEP)                                                                  \
    }

MK_TAPS(mk_taps_fma_f32, float, float, mk_f32x16, mk_f32x4, mk_f32x1, MK_FMA)
MK_TAPS(mk_taps_mac_s32, int32_t, uint32_t, mk_u32x16, mk_u32x4, mk_u32x1, MK_MAC)

// Not a header of the module: the inner loop of the float kernels, for one instruction set at a time. A file that
// includes this opens its target attribute first, and may define MK_INTEGER_LOADS as 1: see mk_single16.
#pragma once
#include <stdint.h>
#include <string.h>

#include "mk_conv_f32_block.h"

// Vectors wider than a register are passed between functions of this file only, all of which are inlined.
#pragma clang diagnostic ignored "-Wpsabi"

#if !defined(MK_INTEGER_LOADS)
#define MK_INTEGER_LOADS 0
#endif
#define MK_UNROLL _Pragma("clang loop unroll(full)")
// Keeps an address in one register: else the compiler makes one register of each multiple of the stride, more than
// there are.
#define MK_KEEP(address) __asm__("" : "+r"(address))

/// Into the second-level cache. An address that is not mapped does no harm.
#define MK_PREFETCH(address) __builtin_prefetch((const void *)(address), 0, 2)

typedef float mk_v16 __attribute__((ext_vector_type(16)));
typedef int32_t mk_m16 __attribute__((ext_vector_type(16)));

static inline __attribute__((always_inline)) mk_v16 mk_load16(const void *address) {
    mk_v16 value;
    memcpy(&value, address, sizeof value);
    return value;
}

/// What an entry multiplies its weights by: one input for all 16 lanes, or, depthwise, an input for each.
static inline __attribute__((always_inline)) mk_v16 mk_inputs16(const uint8_t *address, int depthwise) {
    if (depthwise) return mk_load16(address);
    float value;
    memcpy(&value, address, sizeof value);
    return (mk_v16)value;
}

static inline __attribute__((always_inline)) mk_v16 mk_choose16(mk_m16 mask, mk_v16 yes, mk_v16 no) {
    mk_m16 a, b;
    memcpy(&a, &yes, sizeof a);
    memcpy(&b, &no, sizeof b);
    a = (mask & a) | (~mask & b);
    memcpy(&yes, &a, sizeof a);
    return yes;
}

/// Applies an activation to `count` results. The branch is outside of the loops.
static inline __attribute__((always_inline)) void mk_activate16(mk_v16 *results, int count,
                                                                const mk_f32_activation *activation) {
    if (activation->kind == MK_F32_RELU) {
        const mk_v16 zero = 0;
        MK_UNROLL for (int i = 0; i < count; i++) results[i] = mk_choose16(results[i] > zero, results[i], zero);
    } else if (activation->kind == MK_F32_CLIP) {
        const mk_v16 low = (mk_v16)activation->low, high = (mk_v16)activation->high;
        MK_UNROLL for (int i = 0; i < count; i++) {
            mk_v16 raised = mk_choose16(low > results[i], low, results[i]);
            results[i] = mk_choose16(high < raised, high, raised);
        }
    } else if (activation->kind == MK_F32_LEAKY) {
        const mk_v16 slope = (mk_v16)activation->low, zero = 0;
        MK_UNROLL for (int i = 0; i < count; i++) results[i] =
            mk_choose16(results[i] < zero, slope * results[i], results[i]);
    }
}

/// What the next list begins with, and how many bytes of it to ask for with each entry, so that its weights stream from
/// memory all the while that the present list is used again and again, and not only while it is used first.
typedef struct {
    uintptr_t weights, step;
} mk_ahead;

/// The input of output number `index` of a tile of one group, for all 16 lanes, where each fma needs one of its own.
///
/// Vector loads, two a cycle, would then be the limit: with the weights there are more of them than fma. Every third
/// input (MK_INTEGER_LOADS) passes an integer register, whose loads have ports to themselves: 97 % of the peak instead
/// of 83 % (Zen 5).
static inline __attribute__((always_inline)) mk_v16 mk_single16(const uint8_t *address, int index) {
    if (MK_INTEGER_LOADS && index % 3 == 2) {
        int32_t bits;
        memcpy(&bits, address, sizeof bits);
        __asm__("" : "+r"(bits));
        const mk_m16 lanes = bits;
        mk_v16 value;
        memcpy(&value, &lanes, sizeof value);
        return value;
    }
    return mk_inputs16(address, 0);
}

/// Walks a list for `groups` x `rows` x `pixels` outputs, which stay in registers: `sums[(g * rows + r) * pixels + q]`.
///
/// - weights: entry i of group g is at `weights + i * step + g * apart` floats.
/// - x: where the first pixel's taps begin; `pixel` bytes to the next one, `row` bytes to the next row's.
static inline __attribute__((always_inline)) void mk_walk16(mk_v16 *sums, int groups, int rows, int pixels,
                                                            const float *weights, ptrdiff_t step, ptrdiff_t apart,
                                                            const int32_t *offsets, size_t count, const uint8_t *x,
                                                            ptrdiff_t pixel, ptrdiff_t row, int depthwise,
                                                            mk_ahead ahead) {
    const ptrdiff_t three = 3 * pixel;
    for (size_t i = 0; i < count; i++, weights += step) {
        MK_PREFETCH(ahead.weights);
        ahead.weights += ahead.step;
        mk_v16 w[8];
        MK_UNROLL for (int g = 0; g < groups; g++) w[g] = mk_load16(weights + g * apart);
        const uint8_t *line = x + (ptrdiff_t)offsets[i] * 4;
        MK_UNROLL for (int r = 0; r < rows; r++) {
            const uint8_t *at = line;
            MK_UNROLL for (int q = 0; q < pixels; q++) {
                const uint8_t *address = at + (q % 3) * pixel;
                const mk_v16 v = groups == 1 && !depthwise ? mk_single16(address, r * pixels + q)
                                                           : mk_inputs16(address, depthwise);
                MK_UNROLL for (int g = 0; g < groups; g++) {
                    mk_v16 *sum = &sums[(g * rows + r) * pixels + q];
                    *sum = __builtin_elementwise_fma(v, w[g], *sum);
                }
                if (q % 3 == 2) {
                    at += three;
                    MK_KEEP(at);
                }
            }
            if (r + 1 < rows) {
                line += row;
                MK_KEEP(line);
            }
        }
    }
}

// Not a header of the module: the inner loop of the float kernels, for one instruction set at a time. A file that
// includes this opens its target attribute first.
#pragma once
#include <stdint.h>
#include <string.h>

#include "mk_conv_f32_block.h"

// Vectors wider than a register are passed between functions of this file only, all of which are inlined.
#pragma clang diagnostic ignored "-Wpsabi"

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

/// Walks a list for `groups` x `pixels` outputs, which stay in registers: `sums[g * pixels + q]`.
///
/// - weights: entry i of group g is at `weights + i * step + g * apart` floats.
/// - x: where the first pixel's taps begin; `pixel` bytes to the next one.
static inline __attribute__((always_inline)) void mk_walk16(mk_v16 *sums, int groups, int pixels, const float *weights,
                                                            ptrdiff_t step, ptrdiff_t apart, const int32_t *offsets,
                                                            size_t count, const uint8_t *x, ptrdiff_t pixel,
                                                            int depthwise, mk_ahead ahead) {
    const ptrdiff_t three = 3 * pixel;
    for (size_t i = 0; i < count; i++, weights += step) {
        MK_PREFETCH(ahead.weights);
        ahead.weights += ahead.step;
        mk_v16 w[8];
        MK_UNROLL for (int g = 0; g < groups; g++) w[g] = mk_load16(weights + g * apart);
        const uint8_t *at = x + (ptrdiff_t)offsets[i] * 4;
        MK_UNROLL for (int q = 0; q < pixels; q++) {
            mk_v16 v = mk_inputs16(at + (q % 3) * pixel, depthwise);
            MK_UNROLL for (int g = 0; g < groups; g++) sums[g * pixels + q] =
                __builtin_elementwise_fma(v, w[g], sums[g * pixels + q]);
            if (q % 3 == 2) {
                at += three;
                MK_KEEP(at);
            }
        }
    }
}

/// The same for one group, two entries at a time: the second half of the pixels is one entry behind the first, so that
/// neighbouring loads lie in different lines. Faster by 3 to 5 % where each fma has a load of its own (Zen 5).
static inline __attribute__((always_inline)) void mk_walk16_by_two(mk_v16 *sums, int pixels, const float *weights,
                                                                   const int32_t *offsets, size_t count,
                                                                   const uint8_t *x, ptrdiff_t pixel, mk_ahead next) {
    const ptrdiff_t three = 3 * pixel;
    const int half = pixels / 2;
    size_t i = 0;
    for (; i + 1 < count; i += 2, weights += 32) {
        MK_PREFETCH(next.weights);
        next.weights += 2 * next.step;
        const mk_v16 w0 = mk_load16(weights), w1 = mk_load16(weights + 16);
        const uint8_t *ahead = x + (ptrdiff_t)offsets[i] * 4, *behind = x + (ptrdiff_t)offsets[i + 1] * 4;
        MK_UNROLL for (int q = 0; q < pixels + half; q++) {
            if (q >= half) {
                const int p = q - half;
                sums[p] = __builtin_elementwise_fma(mk_inputs16(behind + (p % 3) * pixel, 0), w1, sums[p]);
                if (p % 3 == 2) {
                    behind += three;
                    MK_KEEP(behind);
                }
            }
            if (q < pixels) {
                sums[q] = __builtin_elementwise_fma(mk_inputs16(ahead + (q % 3) * pixel, 0), w0, sums[q]);
                if (q % 3 == 2) {
                    ahead += three;
                    MK_KEEP(ahead);
                }
            }
        }
    }
    mk_walk16(sums, 1, pixels, weights, 16, 0, offsets + i, count - i, x, pixel, 0, next);
}

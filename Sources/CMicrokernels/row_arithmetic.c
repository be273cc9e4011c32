// Rows of multiply-adds for the reference backend: plain loops, compiled also for wider vectors where the processor has
// them. No path rounds or wraps differently from another.
#include "CMicrokernels.h"
#include <math.h>

#pragma STDC FP_CONTRACT OFF

#if defined(__x86_64__) && defined(__linux__)
#define MK_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define MK_CLONES
#endif

MK_CLONES void mk_row_fma_f32(float *restrict acc, const float *restrict x, ptrdiff_t stride, float w, size_t n) {
    if (stride == 1) {
        for (size_t i = 0; i < n; i++) acc[i] = __builtin_fmaf(w, x[i], acc[i]);
    } else {
        for (size_t i = 0; i < n; i++) acc[i] = __builtin_fmaf(w, x[(ptrdiff_t)i * stride], acc[i]);
    }
}

// Unsigned arithmetic: int32 accumulators wrap (NUMERICS.md), and unsigned overflow is defined.
#define MK_ROW_MAC(NAME, TYPE)                                                                                            \
    MK_CLONES void NAME(int32_t *restrict acc, const TYPE *restrict x, ptrdiff_t stride, int32_t zero_point, int32_t w,   \
                        size_t n) {                                                                                       \
        if (stride == 1) {                                                                                                \
            for (size_t i = 0; i < n; i++)                                                                                \
                acc[i] = (int32_t)((uint32_t)acc[i] + (uint32_t)w * (uint32_t)((int32_t)x[i] - zero_point));              \
        } else {                                                                                                          \
            for (size_t i = 0; i < n; i++)                                                                                \
                acc[i] = (int32_t)((uint32_t)acc[i] +                                                                     \
                                   (uint32_t)w * (uint32_t)((int32_t)x[(ptrdiff_t)i * stride] - zero_point));             \
        }                                                                                                                 \
    }

MK_ROW_MAC(mk_row_mac_u8, uint8_t)
MK_ROW_MAC(mk_row_mac_s8, int8_t)

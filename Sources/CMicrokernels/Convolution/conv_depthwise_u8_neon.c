#if defined(__aarch64__)
#pragma STDC FP_CONTRACT OFF
#include "conv_depthwise_u8_taps.h"

// NEON multiplies u8 by s16 widened to 32 bits by itself; its dot products take no u8 x s8 without i8mm.
void mk_conv_depthwise_u8_neon(const mk_conv_depthwise_u8 *problem, int32_t first_group, int32_t groups,
                               int32_t first_row, int32_t rows) {
    mk_taps_rows(problem, first_group, groups, first_row, rows);
}
#endif

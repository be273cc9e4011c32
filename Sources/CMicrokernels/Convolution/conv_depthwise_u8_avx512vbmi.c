#if defined(__x86_64__)
#pragma STDC FP_CONTRACT OFF
#include "mk_conv_depthwise_u8.h"

#define MK_BYTE_PERMUTATION 1
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx512vbmi"))),      \
                             apply_to = function)
#include "conv_depthwise_u8_512.h"

#include "conv_depthwise_u8_tiles.h"

void mk_conv_depthwise_u8_avx512vbmi(const mk_conv_depthwise_u8 *problem, int32_t first_group, int32_t groups,
                                     int32_t first_row, int32_t rows) {
    mk_tiles(problem, first_group, groups, first_row, rows);
}
#pragma clang attribute pop
#endif

#if defined(__x86_64__)
#pragma STDC FP_CONTRACT OFF
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni"))),                 \
                             apply_to = function)

// 28 sums, the weights of two groups and one activation: 31 of 32 registers.
#define MK_INTEGER_LOADS 1
#define MK_TILES(X)                                                                                                    \
    X(2, 1, 14) X(2, 2, 7) X(2, 1, 12) X(2, 1, 10) X(2, 1, 8) X(2, 1, 7) X(2, 1, 6) X(2, 1, 4) X(2, 1, 2) X(2, 1, 1)   \
    X(1, 1, 28) X(1, 1, 20) X(1, 1, 16) X(1, 2, 14) X(1, 1, 14) X(1, 2, 10) X(1, 1, 10) X(1, 3, 8) X(1, 1, 8)          \
    X(1, 4, 7) X(1, 3, 7) X(1, 2, 7) X(1, 1, 7) X(1, 1, 6) X(1, 4, 4) X(1, 1, 4) X(1, 1, 2) X(1, 1, 1)
#define MK_DEPTHWISE_TILES(X)                                                                                          \
    X(1, 1, 28) X(1, 1, 20) X(1, 1, 16) X(1, 1, 14) X(1, 1, 10) X(1, 1, 8) X(1, 1, 7) X(1, 1, 6) X(1, 1, 4) X(1, 1, 2) \
    X(1, 1, 1)
#define MK_DEPTHWISE_NAME mk_conv_depthwise_f32_avx512vnni
#define MK_NAME mk_conv_f32_block_avx512vnni
#include "conv_f32_block_body.h"

#pragma clang attribute pop
#endif

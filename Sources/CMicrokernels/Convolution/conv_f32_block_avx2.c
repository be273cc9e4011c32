#if defined(__x86_64__)
#pragma STDC FP_CONTRACT OFF
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)

// A vector of 16 is two registers: 12 sums, 2 of weights and one activation of 16 registers.
#define MK_TILES(X) X(1, 1, 6) X(1, 1, 5) X(1, 1, 4) X(1, 1, 3) X(1, 1, 2) X(1, 1, 1) X(2, 1, 3) X(2, 1, 2) X(2, 1, 1)
#define MK_DEPTHWISE_TILES(X) X(1, 1, 6) X(1, 1, 5) X(1, 1, 4) X(1, 1, 3) X(1, 1, 2) X(1, 1, 1)
#define MK_DEPTHWISE_NAME mk_conv_depthwise_f32_avx2
#define MK_NAME mk_conv_f32_block_avx2
#include "conv_f32_block_body.h"

#pragma clang attribute pop
#endif

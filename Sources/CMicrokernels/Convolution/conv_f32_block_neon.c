#if defined(__aarch64__)
#pragma STDC FP_CONTRACT OFF

// A vector of 16 is four registers: 24 sums, 4 of weights and one activation of 32 registers.
#define MK_TILES(X) X(1, 1, 6) X(1, 1, 5) X(1, 1, 4) X(1, 1, 3) X(1, 1, 2) X(1, 1, 1) X(2, 1, 3) X(2, 1, 2) X(2, 1, 1)
#define MK_DEPTHWISE_TILES(X) X(1, 1, 6) X(1, 1, 5) X(1, 1, 4) X(1, 1, 3) X(1, 1, 2) X(1, 1, 1)
#define MK_DEPTHWISE_NAME mk_conv_depthwise_f32_neon
#define MK_NAME mk_conv_f32_block_neon
#include "conv_f32_block_body.h"
#endif

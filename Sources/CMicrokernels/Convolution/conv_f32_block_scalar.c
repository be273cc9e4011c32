#pragma STDC FP_CONTRACT OFF

// What every processor has. Where that is no fma, each one is a call of the C library.
#define MK_TILES(X) X(1, 1, 1) X(2, 1, 1)
#define MK_DEPTHWISE_TILES(X) X(1, 1, 1)
#define MK_DEPTHWISE_NAME mk_conv_depthwise_f32_scalar
#define MK_NAME mk_conv_f32_block_scalar
#include "conv_f32_block_body.h"

#pragma STDC FP_CONTRACT OFF

// What every processor has. Where that is no fma, each one is a call of the C library.
#define MK_TILES(X) X(1, 1)
#define MK_NAME mk_gemm_f32_scalar
#include "gemm_f32_body.h"

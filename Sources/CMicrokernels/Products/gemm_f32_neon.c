#if defined(__aarch64__)
#pragma STDC FP_CONTRACT OFF

#define MK_TILES(X) X(1, 6) X(1, 5) X(1, 4) X(2, 3) X(2, 2) X(4, 1) X(1, 3) X(1, 2) X(1, 1)
#define MK_NAME mk_gemm_f32_neon
#include "gemm_f32_body.h"
#endif

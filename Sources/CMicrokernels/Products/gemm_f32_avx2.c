#if defined(__x86_64__)
#pragma STDC FP_CONTRACT OFF
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)

#define MK_TILES(X) X(1, 6) X(1, 5) X(1, 4) X(2, 3) X(2, 2) X(4, 1) X(1, 3) X(1, 2) X(1, 1)
#define MK_NAME mk_gemm_f32_avx2
#include "gemm_f32_body.h"

#pragma clang attribute pop
#endif

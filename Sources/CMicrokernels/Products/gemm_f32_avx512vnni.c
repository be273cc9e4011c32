#if defined(__x86_64__)
#pragma STDC FP_CONTRACT OFF
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni"))), \
                             apply_to = function)

#define MK_TILES(X) X(2, 14) X(2, 10) X(2, 8) X(2, 6) X(4, 4) X(4, 2) X(8, 1) X(4, 1) X(1, 14) X(1, 8) X(1, 4) X(1, 1)
#define MK_NAME mk_gemm_f32_avx512vnni
#include "gemm_f32_body.h"

#pragma clang attribute pop
#endif

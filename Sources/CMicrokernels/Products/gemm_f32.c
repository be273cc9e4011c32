#include "mk_gemm_f32.h"

mk_gemm_f32_function mk_gemm_f32_for(mk_isa isa) {
    switch (isa) {
#if defined(__x86_64__)
    case MK_ISA_AVX2:
    case MK_ISA_AVXVNNI: return mk_gemm_f32_avx2;
    case MK_ISA_AVX512VNNI: return mk_gemm_f32_avx512vnni;
#elif defined(__aarch64__)
    case MK_ISA_NEON: return mk_gemm_f32_neon;
#endif
    default: return mk_gemm_f32_scalar;
    }
}

#include "mk_isa.h"

#if defined(__aarch64__) && defined(__linux__)
#include <sys/auxv.h>
/// HWCAP_ASIMDDP: the dot product instructions (Linux, asm/hwcap.h).
#define MK_HWCAP_DOT_PRODUCT (1ul << 20)
#endif

int mk_isa_is_available(mk_isa isa) {
    if (isa == MK_ISA_SCALAR) return 1;
#if defined(__x86_64__)
    __builtin_cpu_init();
    int avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    if (isa == MK_ISA_AVX2) return avx2;
    if (isa == MK_ISA_AVXVNNI) return avx2 && __builtin_cpu_supports("avxvnni");
    if (isa == MK_ISA_AVX512VNNI)
        return avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
               __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
               __builtin_cpu_supports("avx512vnni");
#elif defined(__aarch64__) && defined(__APPLE__)
    if (isa == MK_ISA_NEON) return 1;
#elif defined(__aarch64__)
    if (isa == MK_ISA_NEON) return (getauxval(AT_HWCAP) & MK_HWCAP_DOT_PRODUCT) != 0;
#endif
    return 0;
}

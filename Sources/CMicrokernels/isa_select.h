#pragma once
#include "mk_isa.h"

/// The instance of a kernel for an instruction set. NEON is what every aarch64 compiler uses by itself: the scalar
/// instance.
#if defined(__x86_64__)
#define MK_SELECT(isa, name)                                                 \
    ((isa) == MK_ISA_AVX512VNNI                          ? name##_avx512vnni \
     : ((isa) == MK_ISA_AVX2 || (isa) == MK_ISA_AVXVNNI) ? name##_avx2       \
                                                         : name##_scalar)
#else
#define MK_SELECT(isa, name) ((void)(isa), name##_scalar)
#endif

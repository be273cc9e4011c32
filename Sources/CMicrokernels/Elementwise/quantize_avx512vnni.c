#if defined(__x86_64__)
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni"))), \
                             apply_to = function)
#define MK_ISA(name) name##_avx512vnni
#include "quantize_body.h"
#pragma clang attribute pop
#endif

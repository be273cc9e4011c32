// The one body of the quantization kernels, compiled for each instruction set. Compilers vectorise the loops.
#include "mk_quantize.h"
#include "../quantize_byte.h"
#include "quantize_functions.h"

#pragma STDC FP_CONTRACT OFF

void MK_ISA(mk_quantize_run)(uint8_t *restrict to, const float *restrict from, size_t count, const mk_u8_store *store) {
    const mk_u8_store s = *store;
#pragma clang loop vectorize_width(16) interleave_count(2)
    for (size_t index = 0; index < count; index++)
        to[index] = (uint8_t)(mk_rint_plus(mk_clamp(from[index] / s.scale, s.low, s.high), s.zero_point) ^ s.flip);
}

void MK_ISA(mk_dequantize_run)(float *restrict to, const uint8_t *restrict from, size_t count, const mk_u8_load *load) {
    const mk_u8_load l = *load;
#pragma clang loop vectorize_width(16) interleave_count(2)
    for (size_t index = 0; index < count; index++) to[index] = ((float)(from[index] ^ l.flip) - l.zero_point) * l.scale;
}

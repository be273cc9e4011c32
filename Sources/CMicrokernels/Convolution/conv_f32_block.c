#include "mk_conv_f32_block.h"

#include <string.h>

mk_conv_f32_block_function mk_conv_f32_block_for(mk_isa isa) {
    switch (isa) {
#if defined(__x86_64__)
    case MK_ISA_AVX2:
    case MK_ISA_AVXVNNI: return mk_conv_f32_block_avx2;
    case MK_ISA_AVX512VNNI: return mk_conv_f32_block_avx512vnni;
#elif defined(__aarch64__)
    case MK_ISA_NEON: return mk_conv_f32_block_neon;
#endif
    default: return mk_conv_f32_block_scalar;
    }
}

mk_conv_f32_block_function mk_conv_depthwise_f32_for(mk_isa isa) {
    switch (isa) {
#if defined(__x86_64__)
    case MK_ISA_AVX2:
    case MK_ISA_AVXVNNI: return mk_conv_depthwise_f32_avx2;
    case MK_ISA_AVX512VNNI: return mk_conv_depthwise_f32_avx512vnni;
#elif defined(__aarch64__)
    case MK_ISA_NEON: return mk_conv_depthwise_f32_neon;
#endif
    default: return mk_conv_depthwise_f32_scalar;
    }
}

void mk_clear_lanes_f32(uint8_t *pixel, int32_t first_lane, int32_t rows, ptrdiff_t row_bytes, int32_t pixels) {
    for (int32_t row = 0; row < rows; row++)
        for (int32_t column = 0; column < pixels; column++)
            memset(pixel + row * row_bytes + (ptrdiff_t)column * 64 + first_lane * 4, 0, (size_t)(16 - first_lane) * 4);
}

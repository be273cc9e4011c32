#include "conv_depthwise_u8_quads.h"

int32_t mk_conv_depthwise_u8_quad_vectors(const mk_conv_depthwise_u8 *problem) {
    const int32_t vectors = mk_quads_vectors(mk_quads_form_of(problem));
    return vectors == 0 || problem->kernel_height > MK_QUADS_LIMIT / vectors ? 0 : vectors;
}

/// The kernel column whose weight stands at `byte` of a quad vector; -1 where a 0 does.
static int32_t column_at(mk_quads_form form, int32_t vector, int32_t byte) {
    switch (form) {
    case MK_QUADS_3:
        return byte - vector;
    // The second window begins 4 pixels behind the first.
    case MK_QUADS_5:
        return vector < 4 ? byte - vector : byte + 4 - (vector - 4);
    case MK_QUADS_4_STRIDE_2:
        return byte;
    // The window of the next output begins 2 pixels behind; its bytes 0 and 1 were taken from the output's own.
    case MK_QUADS_5_STRIDE_2:
        return vector == 0 ? byte : byte == 2 ? 4 : -1;
    default:
        return -1;
    }
}

void mk_conv_depthwise_u8_pack_quads(const mk_conv_depthwise_u8 *problem, int32_t groups, int8_t *quads) {
    const mk_quads_form form = mk_quads_form_of(problem);
    const int32_t vectors = mk_quads_vectors(form), columns = problem->kernel_width;
    const size_t rows = (size_t)groups * (size_t)problem->kernel_height;
    for (size_t row = 0; row < rows; row++)
        for (int32_t vector = 0; vector < vectors; vector++)
            for (int32_t channel = 0; channel < 16; channel++)
                for (int32_t byte = 0; byte < 4; byte++) {
                    const int32_t column = column_at(form, vector, byte);
                    const int taken = column >= 0 && column < columns;
                    *quads++ =
                        taken ? (int8_t)problem->taps[(row * (size_t)columns + (size_t)column) * 16 + (size_t)channel]
                              : 0;
                }
}

#if defined(__x86_64__)
int mk_conv_depthwise_u8_has_vbmi(void) {
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx512vbmi") != 0;
}
#endif

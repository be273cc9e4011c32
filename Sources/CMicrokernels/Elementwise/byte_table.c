#include "byte_table_functions.h"

#include <string.h>

void mk_byte_table_scalar(const mk_byte_rows *rows, const uint8_t table[256]) {
    const size_t bytes = rows->row_bytes, lanes = rows->lanes;
    for (size_t row = 0; row < rows->rows; row++) {
        uint8_t *restrict out = rows->out + (ptrdiff_t)row * rows->out_row;
        const uint8_t *in = rows->in + (ptrdiff_t)row * rows->in_row;
        for (size_t i = 0; i < bytes; i++) out[i] = table[in[i]];
        if (lanes == 16) continue;
        for (size_t i = lanes; i < bytes; i += 16)
            memset(out + i, rows->rest, bytes - i < 16 - lanes ? bytes - i : 16 - lanes);
    }
}

void mk_byte_table(mk_isa isa, const mk_byte_rows *rows, const uint8_t table[256]) {
#if defined(__x86_64__)
    // VBMI came a generation after AVX-512, and is no instruction set of its own: what it computes are the same bytes.
    if (isa == MK_ISA_AVX512VNNI && __builtin_cpu_supports("avx512vbmi")) {
        mk_byte_table_avx512vbmi(rows, table);
        return;
    }
#else
    (void)isa;
#endif
    mk_byte_table_scalar(rows, table);
}

#include "byte_table_functions.h"

#if defined(__x86_64__)
#include <immintrin.h>

#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512vl,avx512vbmi"))), apply_to = function)

typedef struct {
    __m512i quarters[4];
    __m512i rest;
    __mmask64 fills;
} byte_table;

/// vpermi2b takes seven bits of an index and chooses among 128 bytes; the eighth bit says which half of the table.
static inline __m512i look_up(const byte_table *table, __m512i x) {
    __m512i low = _mm512_permutex2var_epi8(table->quarters[0], x, table->quarters[1]);
    __m512i high = _mm512_permutex2var_epi8(table->quarters[2], x, table->quarters[3]);
    __m512i found = _mm512_mask_blend_epi8(_mm512_movepi8_mask(x), low, high);
    return _mm512_mask_blend_epi8(table->fills, found, table->rest);
}

void mk_byte_table_avx512vbmi(const mk_byte_rows *rows, const uint8_t elements[256]) {
    byte_table table;
    for (int quarter = 0; quarter < 4; quarter++) table.quarters[quarter] = _mm512_loadu_si512(elements + quarter * 64);
    table.rest = _mm512_set1_epi8((char)rows->rest);
    uint64_t lanes = rows->lanes < 16 ? 0xFFFFu & (0xFFFFu << rows->lanes) : 0;
    table.fills = lanes * 0x0001000100010001u;
    // The rows' bytes may be this structure, for all the compiler knows.
    const size_t bytes = rows->row_bytes;
    for (size_t row = 0; row < rows->rows; row++) {
        uint8_t *out = rows->out + (ptrdiff_t)row * rows->out_row;
        const uint8_t *in = rows->in + (ptrdiff_t)row * rows->in_row;
        size_t i = 0;
        for (; bytes - i >= 64; i += 64)
            _mm512_storeu_si512(out + i, look_up(&table, _mm512_loadu_si512(in + i)));
        if (i < bytes) {
            __mmask64 mask = ((__mmask64)1 << (bytes - i)) - 1;
            _mm512_mask_storeu_epi8(out + i, mask, look_up(&table, _mm512_maskz_loadu_epi8(mask, in + i)));
        }
    }
}

#pragma clang attribute pop
#endif

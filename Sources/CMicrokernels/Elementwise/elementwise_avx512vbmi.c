#if defined(__x86_64__)
#include <immintrin.h>

#include "mk_elementwise.h"

#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512vl,avx512vbmi"))), apply_to = function)

void mk_table_u8_avx512vbmi(const mk_elementwise *rows, const uint8_t table[256]) {
    const __m512i first = _mm512_loadu_si512(table), second = _mm512_loadu_si512(table + 64);
    const __m512i third = _mm512_loadu_si512(table + 128), fourth = _mm512_loadu_si512(table + 192);
    for (size_t row = 0; row < rows->rows; row++) {
        uint8_t *out = (uint8_t *)rows->out + (ptrdiff_t)row * rows->out_row;
        const uint8_t *a = (const uint8_t *)rows->a + (ptrdiff_t)row * rows->a_row;
        for (size_t i = 0; i < rows->elements; i += 64) {
            size_t left = rows->elements - i;
            __mmask64 mask = left >= 64 ? ~(__mmask64)0 : ((__mmask64)1 << left) - 1;
            __m512i x = _mm512_maskz_loadu_epi8(mask, a + i);
            // Seven bits choose among 128 bytes; the eighth says of which half.
            __m512i low = _mm512_permutex2var_epi8(first, x, second);
            __m512i high = _mm512_permutex2var_epi8(third, x, fourth);
            _mm512_mask_storeu_epi8(out + i, mask, _mm512_mask_blend_epi8(_mm512_movepi8_mask(x), low, high));
        }
    }
}

#pragma clang attribute pop
#endif

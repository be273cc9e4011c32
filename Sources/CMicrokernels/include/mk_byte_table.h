#pragma once
#include <stddef.h>
#include <stdint.h>

#include "mk_isa.h"

/// Rows of bytes that are looked up one by one. Rows of `out` and `in` are `out_row` and `in_row` bytes apart.
typedef struct {
    uint8_t *out;
    const uint8_t *in;
    ptrdiff_t out_row, in_row;
    size_t rows, row_bytes;
    /// Of each 16 bytes of a row the first `lanes` are looked up; the others become `rest`, whatever they were.
    uint32_t lanes;
    uint8_t rest;
} mk_byte_rows;

/// out = table[in]. Writes nothing beside the rows.
void mk_byte_table(mk_isa isa, const mk_byte_rows *rows, const uint8_t table[256]);

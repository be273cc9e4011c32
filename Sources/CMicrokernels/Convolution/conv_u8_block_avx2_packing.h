// The AVX2 form of the lists of conv_u8_block: a table of groups, then for each group its offsets, then its blocks.
#pragma once
#include <stdint.h>

/// Where the lists of a group begin, in bytes from the beginning of the form, and their lengths: first the safe blocks,
/// [16 outputs][4 inputs] of int8, then the rest, [2 halves][even, odd inputs][8 outputs][2 inputs] of int16. One
/// offset each.
typedef struct {
    uint64_t first_block, first_offset;
    uint32_t safe, rest;
} mk_avx2_list;

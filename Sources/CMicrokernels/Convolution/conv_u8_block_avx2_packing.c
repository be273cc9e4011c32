// Makes the AVX2 form of the block lists of conv_u8_block; see conv_u8_block_avx2.c for why there is one.
#include "mk_conv_u8_block_isa.h"

#if defined(__x86_64__)
#include "conv_u8_block_avx2_packing.h"
#include "conv_u8_block_tiles.h"
#include <string.h>

/// Whether 255 times the positive weights, or the negative ones, of each pair of neighbours stays within 16 bits.
static int is_safe(const int8_t block[64]) {
    for (int pair = 0; pair < 32; pair++) {
        int first = block[pair * 2], second = block[pair * 2 + 1];
        int above = (first > 0 ? first : 0) + (second > 0 ? second : 0);
        int below = (first < 0 ? first : 0) + (second < 0 ? second : 0);
        if (above > 128 || below < -128) return 0;
    }
    return 1;
}

/// A block as 16-bit weights: inputs 0 and 2, then 1 and 3, of outputs 0 ..< 8, then of the others.
static void widen(int16_t out[64], const int8_t block[64]) {
    for (int half = 0; half < 2; half++)
        for (int odd = 0; odd < 2; odd++)
            for (int output = 0; output < 8; output++)
                for (int input = 0; input < 2; input++)
                    *out++ = block[(half * 8 + output) * 4 + input * 2 + odd];
}

static size_t next64(size_t bytes) { return (bytes + 63) & ~(size_t)63; }

/// Bytes of a group's offsets and of its blocks, and how many of these are safe.
typedef struct {
    size_t offsets, blocks;
    uint32_t safe, rest;
} group_size;

static group_size measure(const mk_u8_group_lists *lists) {
    group_size size = {0, 0, 0, 0};
    for (int part = 0; part < 2; part++)
        for (uint32_t entry = 0; entry < lists->count[part]; entry++)
            if (is_safe(lists->blocks[part] + entry * lists->stride[part]))
                size.safe++;
            else
                size.rest++;
    size.offsets = next64(((size_t)size.safe + size.rest) * sizeof(int32_t));
    size.blocks = (size_t)size.safe * 64 + (size_t)size.rest * 128;
    return size;
}

size_t mk_conv_u8_block_avx2_size(const mk_conv_u8_block *problem) {
    size_t bytes = next64((size_t)problem->groups * sizeof(mk_avx2_list));
    for (int32_t group = 0; group < problem->groups; group++) {
        mk_u8_group_lists lists = mk_group_lists(problem, group);
        group_size size = measure(&lists);
        if (__builtin_add_overflow(bytes, size.offsets + size.blocks, &bytes)) return SIZE_MAX;
    }
    return bytes;
}

uint64_t mk_pack_conv_u8_block_avx2(const mk_conv_u8_block *problem, void *packed) {
    uint8_t *base = packed;
    mk_avx2_list *table = packed;
    size_t at = next64((size_t)problem->groups * sizeof(mk_avx2_list));
    uint64_t all_safe = 0;
    for (int32_t group = 0; group < problem->groups; group++) {
        mk_u8_group_lists lists = mk_group_lists(problem, group);
        group_size size = measure(&lists);
        table[group] = (mk_avx2_list){at + size.offsets, at, size.safe, size.rest};
        int32_t *safe_offset = (int32_t *)(base + at), *rest_offset = safe_offset + size.safe;
        uint8_t *safe = base + at + size.offsets, *rest = safe + (size_t)size.safe * 64;
        for (int part = 0; part < 2; part++)
            for (uint32_t entry = 0; entry < lists.count[part]; entry++) {
                const int8_t *block = lists.blocks[part] + entry * lists.stride[part];
                if (is_safe(block)) {
                    memcpy(safe, block, 64);
                    safe += 64;
                    *safe_offset++ = lists.offsets[part][entry];
                } else {
                    widen((int16_t *)rest, block);
                    rest += 128;
                    *rest_offset++ = lists.offsets[part][entry];
                }
            }
        at += size.offsets + size.blocks;
        all_safe += size.safe;
    }
    return all_safe;
}
#endif

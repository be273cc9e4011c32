#pragma once
#include "mk_conv_u8_block.h"

#if defined(__x86_64__)
/// `mk_conv_u8_block_function` for AVX-VNNI.
void mk_conv_u8_block_avxvnni(const mk_conv_u8_block *, int32_t, int32_t, int32_t, int32_t);

/// `mk_conv_u8_block_function` for AVX2. `blocks` is what `mk_pack_conv_u8_block_avx2` made; `offsets` and `lists` are
/// not read.
void mk_conv_u8_block_avx2(const mk_conv_u8_block *, int32_t, int32_t, int32_t, int32_t);

/// Bytes that the AVX2 form of the lists takes; reads `blocks`, `offsets`, `lists` and `groups`. SIZE_MAX if no memory
/// holds it.
size_t mk_conv_u8_block_avx2_size(const mk_conv_u8_block *);

/// Writes the AVX2 form of the lists, for all groups, to `packed`: that many bytes, on a boundary of 64. Each group
/// gets two lists into the same sums: blocks on which the 16-bit sums of `vpmaddubsw` saturate for no activations, and
/// the rest as 16-bit weights, twice as long. Returns the number of blocks in the first kind of list.
uint64_t mk_pack_conv_u8_block_avx2(const mk_conv_u8_block *, void *packed);
#endif

#if defined(__aarch64__)
/// `mk_conv_u8_block_function` for NEON with 8-bit dot products; takes those of mixed signs (i8mm) where the processor
/// has them.
void mk_conv_u8_block_neon(const mk_conv_u8_block *, int32_t, int32_t, int32_t, int32_t);

/// Its two bodies: the dot products of equal signs that every processor of `MK_ISA_NEON` has, and those of mixed signs.
void mk_conv_u8_block_neon_sdot(const mk_conv_u8_block *, int32_t, int32_t, int32_t, int32_t);
void mk_conv_u8_block_neon_usdot(const mk_conv_u8_block *, int32_t, int32_t, int32_t, int32_t);

/// Whether this processor runs the latter.
int mk_neon_has_usdot(void);
#endif

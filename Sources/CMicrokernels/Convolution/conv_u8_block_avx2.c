// conv_u8_block for AVX2, exact. `vpmaddubsw` adds two neighbouring products in 16 bits and saturates; a block is safe
// if no activations make it do so: the positive weights of no pair sum to more than 128 and the negative ones to no
// less than -128 (255 * 128 < 32768). 38 (MobileNetV2) to 77 % (VGG-16, ResNet-50: 64 %) of the blocks of quantized
// networks are.
//
// Per half block (8 outputs x 4 inputs) and pixel a safe block takes vpmaddubsw, vpmaddwd by ones, vpaddd: 3
// operations. Any other takes two vpmaddwd of 16-bit weights with the even and the odd activations and two vpaddd: 4,
// and 1 for splitting the activations. Measured on Zen 5, two halves x six pixels: 238 GOP/s (register-only: 236)
// against 184 (200 without splits). So every block that is safe goes the first way, and the two lists add to the same
// sums. Also considered: sums of two blocks in 16 bits (2.5 operations; 2 % of random pairs of blocks of ResNet-50
// allow it); clipping the weights of an unsafe block to a safe one with the rest as 16-bit weights (5.5); vpabsb and
// vpsignb (5, and -128 needs another way); nibbles summed in 16 bits (4.75).
#include "mk_conv_u8_block_isa.h"

#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>

#pragma STDC FP_CONTRACT OFF
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#include "conv_u8_block_avx2_packing.h"
#include "conv_u8_block_store256.h"

MK_INLINE __m256i load(const void *address) { return _mm256_loadu_si256((const __m256i *)address); }

MK_INLINE __m256i broadcast(const uint8_t *address) {
    return _mm256_castps_si256(_mm256_broadcast_ss((const float *)address));
}

MK_INLINE void compute_tile(const mk_conv_u8_block *problem, const mk_avx2_list *list, int32_t group,
                            const mk_u8_tile *tile, const int pixels) {
    __m256i sums[2][MK_U8_TILE_PIXELS];
    const uint8_t *origins[MK_U8_TILE_PIXELS];
#pragma clang loop unroll(full)
    for (int p = 0; p < pixels; p++) {
        sums[0][p] = load(problem->bias + group * 16);
        sums[1][p] = load(problem->bias + group * 16 + 8);
        origins[p] = tile->input[p];
    }
    const int8_t *w = problem->blocks + list->first_block;
    const int32_t *offsets = (const int32_t *)(problem->blocks + list->first_offset), *end = offsets + list->safe;
    __m256i ones = _mm256_set1_epi16(1), low_bytes = _mm256_set1_epi16(255);
    // Otherwise the compiler takes the constants for what they are and rewrites the products.
    __asm__("" : "+x"(ones));
    __asm__("" : "+x"(low_bytes));
    for (; offsets < end; offsets++, w += 64) {
        __m256i w0 = load(w), w1 = load(w + 32);
        ptrdiff_t offset = *offsets;
#pragma clang loop unroll(full)
        for (int p = 0; p < pixels; p++) {
            __m256i x = broadcast(origins[p] + offset);
            sums[0][p] = _mm256_add_epi32(sums[0][p], _mm256_madd_epi16(_mm256_maddubs_epi16(x, w0), ones));
            sums[1][p] = _mm256_add_epi32(sums[1][p], _mm256_madd_epi16(_mm256_maddubs_epi16(x, w1), ones));
        }
    }
    end += list->rest;
    for (; offsets < end; offsets++, w += 128) {
        ptrdiff_t offset = *offsets;
#pragma clang loop unroll(full)
        for (int p = 0; p < pixels; p++) {
            __m256i x = broadcast(origins[p] + offset);
            __m256i even = _mm256_and_si256(x, low_bytes), odd = _mm256_srli_epi16(x, 8);
            sums[0][p] = _mm256_add_epi32(sums[0][p], _mm256_madd_epi16(even, load(w)));
            sums[0][p] = _mm256_add_epi32(sums[0][p], _mm256_madd_epi16(odd, load(w + 32)));
            sums[1][p] = _mm256_add_epi32(sums[1][p], _mm256_madd_epi16(even, load(w + 64)));
            sums[1][p] = _mm256_add_epi32(sums[1][p], _mm256_madd_epi16(odd, load(w + 96)));
        }
    }
    MK_STORE256(problem, group, tile, sums, pixels);
}

#define TILE(PIXELS)                                                                                                   \
    static void tile##PIXELS(const mk_conv_u8_block *problem, const void *list, int32_t group,                         \
                             const mk_u8_tile *tile) {                                                                 \
        compute_tile(problem, list, group, tile, PIXELS);                                                              \
    }
TILE(1) TILE(2) TILE(3) TILE(4) TILE(5) TILE(6)

void mk_conv_u8_block_avx2(const mk_conv_u8_block *problem, int32_t first_pair, int32_t pairs, int32_t first_row,
                           int32_t rows) {
    static const mk_u8_tile_function functions[] = {tile1, tile2, tile3, tile4, tile5, tile6};
    const mk_avx2_list *lists = (const mk_avx2_list *)problem->blocks;
    for (int32_t group = first_pair * 2; group < (first_pair + pairs) * 2 && group < problem->groups; group++)
        mk_for_each_tile(problem, &lists[group], group, first_row, rows, 6, functions);
}
#pragma clang attribute pop
#endif

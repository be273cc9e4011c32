// Tiles of up to 14 rows x 32 columns: 28 accumulators, two registers of weights, and one broadcast for two products,
// so that the loads stay below the rate of the multiplications. Few rows unroll the list instead, to hide the latency
// of a product.
#include "mk_gemm_u8_block.h"

#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>

#pragma STDC FP_CONTRACT OFF
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni"))), apply_to = function)

#define TILE_ROWS 14
#define UNROLL _Pragma("clang loop unroll(full)")
#define INLINE static inline __attribute__((always_inline))
/// Keeps the loads of the next row behind the products of this one: hoisted together they would not leave 28 registers.
#define IN_ORDER(A, B) __asm__ volatile("" : "+v"(A), "+v"(B)::"memory")
/// Weights of many inputs lie in the second cache or beyond, and a tile of many rows leaves the time to fetch them; few
/// rows run at the speed of memory, where the processor's own prefetching does better. Bytes ahead: measured.
#define PREFETCH_WEIGHTS(W)                                                                                            \
    _mm_prefetch((const char *)(W) + 2048, _MM_HINT_T0), _mm_prefetch((const char *)(W) + 2112, _MM_HINT_T0)
/// The next 64 bytes of one row, each row's once in 64 bytes: rows lie in the second cache, and are too short for the
/// processor to see 14 streams in them.
#define PREFETCH_ROW(AT, OFFSET, STRIDE)                                                                               \
    _mm_prefetch((const char *)(AT) + 64 + (uint32_t)(OFFSET) / 4 % 16 * (STRIDE), _MM_HINT_T0)

/// Four neighbouring inputs of a row in every lane.
INLINE __m512i inputs(const uint8_t *x) {
    int32_t four;
    memcpy(&four, x, sizeof four);
    return _mm512_set1_epi32(four);
}

/// Stores the sums of one row and 16 columns; bits of `lanes` say which columns exist.
INLINE void store(const mk_gemm_u8_block *p, __m512i sums, uint8_t *row, int32_t column, __mmask16 lanes, int result) {
    if (result == MK_GEMM_S32) {
        _mm512_mask_storeu_epi32(row + (ptrdiff_t)column * 4, lanes, sums);
        return;
    }
    __m512 v = _mm512_mul_ps(_mm512_cvtepi32_ps(sums), _mm512_loadu_ps(p->multiplier + column));
    if (result == MK_GEMM_F32) {
        _mm512_mask_storeu_ps(row + (ptrdiff_t)column * 4, lanes, v);
        return;
    }
    // The second operand is the result for a NaN, as in `v > low ? v : low`.
    v = _mm512_min_ps(_mm512_max_ps(v, _mm512_set1_ps(p->low)), _mm512_set1_ps(p->high));
    __m512i q = _mm512_add_epi32(_mm512_cvtps_epi32(v), _mm512_set1_epi32(p->zero_point));
    _mm_mask_storeu_epi8(row + column, lanes, _mm512_cvtepi32_epi8(q));
}

/// How MK_GEMM_U8 stores whole rows of 32 columns, two at a time, as `store` does.
///
/// Rounding and the lower bound change places, since both are monotone and the bound is an integer: the lower bound is
/// then one of 64 bytes. What is no int32 behind the upper bound, a NaN or a sum far below, becomes the lowest integer.
typedef struct {
    /// Of bytes as u8: `flip` makes them s8 where the bounds are.
    __m512i zero_point, low, flip;
    /// Dword `lane * 4 + quarter` to dword `quarter * 4 + lane`.
    __m512i transposition;
    __m512 high;
} requantization;

INLINE requantization requantization_of(const mk_gemm_u8_block *p) {
    const int low = (int)p->low + p->zero_point, flip = low < 0 ? 0x80 : 0;
    return (requantization){
        .zero_point = _mm512_set1_epi16((short)(p->zero_point + flip)),
        .low = _mm512_set1_epi8((char)(low + flip)),
        .flip = _mm512_set1_epi8((char)flip),
        .transposition = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15),
        .high = _mm512_set1_ps(p->high),
    };
}

INLINE __m512i rounded(const requantization *q, __m512i sums, __m512 multiplier) {
    // The second operand is the result for a NaN.
    return _mm512_cvtps_epi32(_mm512_min_ps(q->high, _mm512_mul_ps(_mm512_cvtepi32_ps(sums), multiplier)));
}

/// Stores two rows of 32 columns, or where `rows` is 1, the first.
INLINE void store_rows(const requantization *q, const float *multiplier, __m512i a0, __m512i a1, __m512i b0, __m512i b1,
                       uint8_t *out, ptrdiff_t row, int rows) {
    const __m512 m0 = _mm512_loadu_ps(multiplier), m1 = _mm512_loadu_ps(multiplier + 16);
    const __m512i first = _mm512_packs_epi32(rounded(q, a0, m0), rounded(q, a1, m1));
    const __m512i second = _mm512_packs_epi32(rounded(q, b0, m0), rounded(q, b1, m1));
    const __m512i both =
        _mm512_packus_epi16(_mm512_adds_epi16(first, q->zero_point), _mm512_adds_epi16(second, q->zero_point));
    const __m512i bytes =
        _mm512_permutexvar_epi32(q->transposition, _mm512_xor_si512(_mm512_max_epu8(both, q->low), q->flip));
    _mm256_storeu_si256((__m256i *)out, _mm512_castsi512_si256(bytes));
    if (rows > 1) _mm256_storeu_si256((__m256i *)(out + row), _mm512_extracti64x4_epi64(bytes, 1));
}

/// One tile. `DEPTH` list entries at a time go into accumulators of their own, added at the end: sums wrap, so their
/// order is free.
#define TILE(ROWS, DEPTH)                                                                                              \
    INLINE void tile_##ROWS(const mk_gemm_u8_block *p, int32_t pair, const uint8_t *x, uint8_t *out, int result) {     \
        const struct mk_block_list *list = &p->lists[pair];                                                            \
        const ptrdiff_t stride = p->input_row;                                                                         \
        const int8_t *w = p->blocks + list->first_block;                                                               \
        const int32_t *offset = p->offsets + list->first_offset;                                                       \
        const int32_t column = pair * 32;                                                                              \
        __m512i sum[DEPTH][2][ROWS];                                                                                   \
        UNROLL for (int d = 0; d < DEPTH; d++) UNROLL for (int g = 0; g < 2; g++) UNROLL for (int r = 0; r < ROWS; r++)\
            sum[d][g][r] = d == 0 ? _mm512_loadu_si512(p->bias + column + g * 16) : _mm512_setzero_si512();            \
        uint32_t left = list->both;                                                                                    \
        for (; left >= DEPTH; left -= DEPTH, w += 128 * DEPTH, offset += DEPTH) {                                      \
            UNROLL for (int d = 0; d < DEPTH; d++) {                                                                   \
                const __m512i first = _mm512_loadu_si512(w + d * 128), second = _mm512_loadu_si512(w + d * 128 + 64);  \
                const uint8_t *at = x + offset[d];                                                                     \
                UNROLL for (int r = 0; r < ROWS; r++) {                                                                \
                    const __m512i v = inputs(at + r * stride);                                                         \
                    sum[d][0][r] = _mm512_dpbusd_epi32(sum[d][0][r], v, first);                                        \
                    sum[d][1][r] = _mm512_dpbusd_epi32(sum[d][1][r], v, second);                                       \
                    IN_ORDER(sum[d][0][r], sum[d][1][r]);                                                              \
                }                                                                                                      \
                if (ROWS >= 7) PREFETCH_WEIGHTS(w), PREFETCH_ROW(at, offset[d], stride);                               \
            }                                                                                                          \
        }                                                                                                              \
        for (; DEPTH > 1 && left > 0; left--, w += 128, offset++)                                                      \
            UNROLL for (int r = 0; r < ROWS; r++) {                                                                    \
                const __m512i v = inputs(x + offset[0] + r * stride);                                                  \
                sum[0][0][r] = _mm512_dpbusd_epi32(sum[0][0][r], v, _mm512_loadu_si512(w));                            \
                sum[0][1][r] = _mm512_dpbusd_epi32(sum[0][1][r], v, _mm512_loadu_si512(w + 64));                       \
            }                                                                                                          \
        UNROLL for (int g = 0; g < 2; g++) {                                                                           \
            left = g == 0 ? list->first : list->second;                                                                \
            for (; left >= DEPTH; left -= DEPTH, w += 64 * DEPTH, offset += DEPTH)                                     \
                UNROLL for (int d = 0; d < DEPTH; d++) {                                                               \
                    const __m512i weights = _mm512_loadu_si512(w + d * 64);                                            \
                    UNROLL for (int r = 0; r < ROWS; r++) {                                                            \
                        sum[d][g][r] = _mm512_dpbusd_epi32(sum[d][g][r], inputs(x + offset[d] + r * stride), weights); \
                        IN_ORDER(sum[d][0][r], sum[d][1][r]);                                                          \
                    }                                                                                                  \
                }                                                                                                      \
            for (; DEPTH > 1 && left > 0; left--, w += 64, offset++)                                                   \
                UNROLL for (int r = 0; r < ROWS; r++)                                                                  \
                    sum[0][g][r] =                                                                                     \
                        _mm512_dpbusd_epi32(sum[0][g][r], inputs(x + offset[0] + r * stride), _mm512_loadu_si512(w));  \
        }                                                                                                              \
        UNROLL for (int g = 0; g < 2; g++) UNROLL for (int r = 0; r < ROWS; r++) UNROLL for (int d = 1; d < DEPTH; d++)\
            sum[0][g][r] = _mm512_add_epi32(sum[0][g][r], sum[d][g][r]);                                               \
        if (result == MK_GEMM_U8 && p->columns - column >= 32) {                                                       \
            const requantization q = requantization_of(p);                                                             \
            UNROLL for (int r = 0; r < ROWS; r += 2) {                                                                 \
                const int s = r + 1 < ROWS ? r + 1 : r;                                                                \
                store_rows(&q, p->multiplier + column, sum[0][0][r], sum[0][1][r], sum[0][0][s], sum[0][1][s],         \
                           out + r * p->output_row + column, p->output_row, 1 + s - r);                                \
            }                                                                                                          \
            return;                                                                                                    \
        }                                                                                                              \
        UNROLL for (int g = 0; g < 2; g++) {                                                                           \
            const int32_t there = p->columns - column - g * 16;                                                        \
            if (there <= 0) continue;                                                                                  \
            const __mmask16 lanes = there >= 16 ? 0xFFFF : (__mmask16)((1u << there) - 1);                             \
            UNROLL for (int r = 0; r < ROWS; r++)                                                                      \
                store(p, sum[0][g][r], out + r * p->output_row, column + g * 16, lanes, result);                       \
        }                                                                                                              \
    }                                                                                                                  \
    static __attribute__((noinline)) void tiles_##ROWS(const mk_gemm_u8_block *p, int32_t pair, const uint8_t *x,      \
                                                       uint8_t *out) {                                                 \
        switch (p->result) {                                                                                           \
        case MK_GEMM_U8: tile_##ROWS(p, pair, x, out, MK_GEMM_U8); break;                                              \
        case MK_GEMM_F32: tile_##ROWS(p, pair, x, out, MK_GEMM_F32); break;                                            \
        default: tile_##ROWS(p, pair, x, out, MK_GEMM_S32); break;                                                     \
        }                                                                                                              \
    }

TILE(1, 8)
TILE(2, 4)
TILE(3, 4)
TILE(4, 2)
TILE(5, 2)
TILE(6, 2)
TILE(7, 1)
TILE(8, 1)
TILE(9, 1)
TILE(10, 1)
TILE(11, 1)
TILE(12, 1)
TILE(13, 1)
TILE(14, 1)

void mk_gemm_u8_block_avx512vnni(const mk_gemm_u8_block *problem, int32_t first_pair, int32_t pairs, int32_t first_row,
                                 int32_t rows) {
    static void (*const tiles[TILE_ROWS])(const mk_gemm_u8_block *, int32_t, const uint8_t *, uint8_t *) = {
        tiles_1, tiles_2, tiles_3, tiles_4,  tiles_5,  tiles_6,  tiles_7,
        tiles_8, tiles_9, tiles_10, tiles_11, tiles_12, tiles_13, tiles_14,
    };
    if (rows <= 0) return;
    // Tiles of nearly equal height: a low last one would run far below the rate of the others.
    const int32_t count = (rows + TILE_ROWS - 1) / TILE_ROWS;
    for (int32_t pair = first_pair; pair < first_pair + pairs; pair++)
        for (int32_t tile = 0; tile < count; tile++) {
            const int32_t from = first_row + (int32_t)((int64_t)rows * tile / count);
            const int32_t to = first_row + (int32_t)((int64_t)rows * (tile + 1) / count);
            tiles[to - from - 1](problem, pair, problem->input + from * problem->input_row,
                                 (uint8_t *)problem->output + from * problem->output_row);
        }
}

#pragma clang attribute pop
#endif

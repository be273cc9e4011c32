// The tiles of gemm_u8_block for registers of up to 256 bits, one group of 16 columns at a time. Included once in a file,
// which first defines, for one block and one row:
//   mk_sums                    16 int32 sums; mk_start(bias), mk_add_sums(&to, from), mk_values(sums, int32_t[16])
//   mk_weights, mk_inputs      a block and 4 inputs as the products want them; mk_load_weights(w), mk_load_inputs(x)
//   mk_accumulate(&sums, inputs, weights)
//   mk_shared                  what the rows of a tile have in common; mk_no_shared(), mk_share(&shared, weights),
//                              mk_finish(&sums, shared)
// and MK_TILE_ROWS, the most rows whose sums stay in registers: 4 to 6.
#include "mk_gemm_u8_block.h"

#include <math.h>
#include <string.h>

#pragma STDC FP_CONTRACT OFF

#define MK_UNROLL _Pragma("clang loop unroll(full)")

/// Stores the sums of one row and up to 16 columns.
static void mk_store(const mk_gemm_u8_block *p, const int32_t sums[16], uint8_t *row, int32_t column) {
    const int32_t count = p->columns - column < 16 ? p->columns - column : 16;
    if (p->result == MK_GEMM_S32) {
        memcpy(row + (ptrdiff_t)column * 4, sums, (size_t)count * 4);
        return;
    }
    float products[16];
    for (int32_t i = 0; i < 16; i++) products[i] = (float)sums[i] * p->multiplier[column + i];
    if (p->result == MK_GEMM_F32) {
        memcpy(row + (ptrdiff_t)column * 4, products, (size_t)count * 4);
        return;
    }
    uint8_t bytes[16];
    for (int32_t i = 0; i < 16; i++) {
        // False for a NaN, which therefore becomes `low`.
        float clamped = products[i] > p->low ? products[i] : p->low;
        clamped = clamped < p->high ? clamped : p->high;
        bytes[i] = (uint8_t)((int32_t)rintf(clamped) + p->zero_point);
    }
    memcpy(row + column, bytes, (size_t)count);
}

/// Adds `count` blocks that lie `step` bytes apart. `DEPTH` of them at a time go into sums of their own.
#define MK_LIST(ROWS, DEPTH, COUNT, STEP)                                                                              \
    for (left = (COUNT); left >= DEPTH; left -= DEPTH, w += DEPTH * (STEP), offset += DEPTH)                           \
        MK_UNROLL for (int d = 0; d < DEPTH; d++) MK_BLOCK(ROWS, d, w + d * (STEP), x + offset[d]);                    \
    for (; left > 0; left--, w += (STEP), offset++) MK_BLOCK(ROWS, 0, w, x + offset[0])

#define MK_BLOCK(ROWS, D, W, X)                                                                                        \
    {                                                                                                                  \
        const mk_weights weights = mk_load_weights(W);                                                                 \
        const uint8_t *at = (X);                                                                                       \
        mk_share(&shared, weights);                                                                                    \
        MK_UNROLL for (int r = 0; r < ROWS; r++)                                                                       \
            mk_accumulate(&sums[D][r], mk_load_inputs(at + r * stride), weights);                                      \
    }

#define MK_TILE(ROWS, DEPTH)                                                                                           \
    static void mk_tile_##ROWS(const mk_gemm_u8_block *p, int32_t pair, int32_t half, const uint8_t *x, uint8_t *out) {\
        const struct mk_block_list *list = &p->lists[pair];                                                            \
        const ptrdiff_t stride = p->input_row;                                                                         \
        const int32_t column = pair * 32 + half * 16;                                                                  \
        mk_sums sums[DEPTH][ROWS];                                                                                     \
        mk_shared shared = mk_no_shared();                                                                             \
        MK_UNROLL for (int d = 0; d < DEPTH; d++) MK_UNROLL for (int r = 0; r < ROWS; r++)                             \
            sums[d][r] = mk_start(d == 0 ? p->bias + column : NULL);                                                   \
        const int8_t *w = p->blocks + list->first_block + half * 64;                                                   \
        const int32_t *offset = p->offsets + list->first_offset;                                                       \
        uint32_t left;                                                                                                 \
        MK_LIST(ROWS, DEPTH, list->both, 128);                                                                         \
        w += half == 0 ? 0 : (ptrdiff_t)list->first * 64 - 64;                                                         \
        offset += half == 0 ? 0 : list->first;                                                                         \
        MK_LIST(ROWS, DEPTH, half == 0 ? list->first : list->second, 64);                                              \
        MK_UNROLL for (int r = 0; r < ROWS; r++) {                                                                     \
            int32_t values[16];                                                                                        \
            MK_UNROLL for (int d = 1; d < DEPTH; d++) mk_add_sums(&sums[0][r], sums[d][r]);                            \
            mk_finish(&sums[0][r], shared);                                                                            \
            mk_values(sums[0][r], values);                                                                             \
            mk_store(p, values, out + r * p->output_row, column);                                                      \
        }                                                                                                              \
    }

MK_TILE(1, 4)
MK_TILE(2, 2)
MK_TILE(3, 1)
MK_TILE(4, 1)
#if MK_TILE_ROWS > 4
MK_TILE(5, 1)
MK_TILE(6, 1)
#endif

/// All tiles of some pairs and rows.
static void mk_run(const mk_gemm_u8_block *problem, int32_t first_pair, int32_t pairs, int32_t first_row,
                   int32_t rows) {
    static void (*const tiles[])(const mk_gemm_u8_block *, int32_t, int32_t, const uint8_t *, uint8_t *) = {
        mk_tile_1, mk_tile_2, mk_tile_3, mk_tile_4,
#if MK_TILE_ROWS > 4
        mk_tile_5, mk_tile_6,
#endif
    };
    if (rows <= 0) return;
    const int32_t count = (rows + MK_TILE_ROWS - 1) / MK_TILE_ROWS;
    for (int32_t pair = first_pair; pair < first_pair + pairs; pair++)
        for (int32_t half = 0; half < 2 && pair * 32 + half * 16 < problem->columns; half++)
            for (int32_t tile = 0; tile < count; tile++) {
                const int32_t from = first_row + (int32_t)((int64_t)rows * tile / count);
                const int32_t to = first_row + (int32_t)((int64_t)rows * (tile + 1) / count);
                tiles[to - from - 1](problem, pair, half, problem->input + from * problem->input_row,
                                     (uint8_t *)problem->output + from * problem->output_row);
            }
}

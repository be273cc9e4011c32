// Tiles of up to 14 rows x 32 columns: 28 accumulators, two registers of weights, and one broadcast for two products,
// so that the loads stay below the rate of the multiplications. Few rows unroll the list instead, to hide the latency
// of a product.
#include "mk_gemm_u8_block.h"

#if defined(__x86_64__)
#include <string.h>

#pragma STDC FP_CONTRACT OFF
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni"))), apply_to = function)
#include "gemm_u8_block_avx512vnni_store.h"

#define TILE_ROWS 14
/// Keeps the loads of the next row behind the products of this one: hoisted together they would not leave 28 registers.
#define IN_ORDER(A, B) __asm__ volatile("" : "+v"(A), "+v"(B)::"memory")
/// Four neighbouring inputs of a row in every lane.
INLINE __m512i inputs(const uint8_t *x) {
    int32_t four;
    memcpy(&four, x, sizeof four);
    return _mm512_set1_epi32(four);
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

/// Memory that is read soon, which tiles bring into the second cache: from beyond it, it would come too late.
typedef struct {
    const uint8_t *next, *end;
    /// Bytes that each tile asks for.
    ptrdiff_t share;
} ahead;

/// - Returns: the first line of a tile's share, which asks for one with each entry; NULL at the end.
INLINE const uint8_t *take_share(ahead *a) {
    const uint8_t *first = a->next;
    if (first >= a->end) return NULL;
    a->next = first + a->share;
    return first;
}

/// Tiles of one height, one below the other.
typedef struct {
    int32_t pair, row, tiles;
} tile_run;

/// How many entries of the next tile are taken while a tile is stored: they take about as long.
enum { EARLY = 6 };

/// What storing rows of a tile, and starting on the next, needs.
typedef struct {
    requantization q;
    const float *multiplier;
    const int32_t *bias;
    const int32_t *offsets;
    const int8_t *blocks;
    ptrdiff_t input_row, output_row;
    /// How many entries of the next tile are taken at once; 0 where there is no next one.
    int32_t early;
} exchange;

/// Adds one entry's products of rows from `at` on to the sums of both groups.
INLINE void add_entry(__m512i *a, __m512i *b, int rows, const uint8_t *at, ptrdiff_t stride, const int8_t *w) {
    const __m512i first = _mm512_loadu_si512(w), second = _mm512_loadu_si512(w + 64);
    UNROLL for (int r = 0; r < rows; r++) {
        const __m512i v = inputs(at + r * stride);
        a[r] = _mm512_dpbusd_epi32(a[r], v, first);
        b[r] = _mm512_dpbusd_epi32(b[r], v, second);
        IN_ORDER(a[r], b[r]);
    }
}

/// Stores up to four rows, then starts on the next tile's from `x` on. The two run in different units, and side by side
/// the processor sees both: it looks ahead by less than storing a tile takes.
INLINE void store_and_start(const exchange *e, __m512i *a, __m512i *b, int rows, uint8_t *out, const uint8_t *x) {
    UNROLL for (int r = 0; r < rows; r += 2) {
        const int s = r + 1 < rows ? r + 1 : r;
        store_rows(&e->q, e->multiplier, a[r], b[r], a[s], b[s], out + r * e->output_row, e->output_row, 1 + s - r);
    }
    UNROLL for (int r = 0; r < rows; r++) {
        a[r] = _mm512_loadu_si512(e->bias);
        b[r] = _mm512_loadu_si512(e->bias + 16);
    }
    const int8_t *w = e->blocks;
    for (const int32_t *offset = e->offsets, *end = offset + e->early; offset != end; offset++, w += 128)
        add_entry(a, b, rows, x + *offset, e->input_row, w);
}

/// Tiles that `overlaps` says: each is stored while the next one starts.
#define RUN(ROWS)                                                                                                      \
    static void run_##ROWS(const mk_gemm_u8_block *p, tile_run run, ahead *stream) {                                   \
        const struct mk_block_list *list = &p->lists[run.pair];                                                        \
        const int32_t column = run.pair * 32;                                                                          \
        const uint8_t *x = p->input + run.row * p->input_row;                                                          \
        uint8_t *out = (uint8_t *)p->output + run.row * p->output_row;                                                 \
        exchange e = {.q = requantization_of(p), .multiplier = p->multiplier + column, .bias = p->bias + column,       \
                      .offsets = p->offsets + list->first_offset, .blocks = p->blocks + list->first_block,             \
                      .input_row = p->input_row, .output_row = p->output_row};                                         \
        __m512i a[ROWS], b[ROWS];                                                                                      \
        UNROLL for (int r = 0; r < ROWS; r++) {                                                                        \
            a[r] = _mm512_loadu_si512(e.bias);                                                                         \
            b[r] = _mm512_loadu_si512(e.bias + 16);                                                                    \
        }                                                                                                              \
        for (int32_t t = 0; t < run.tiles; t++, out += ROWS * e.output_row) {                                          \
            const uint8_t *line = take_share(stream);                                                                  \
            const int32_t *offset = e.offsets + e.early, *end = e.offsets + list->both;                                \
            const int8_t *w = e.blocks + (ptrdiff_t)e.early * 128;                                                     \
            if (line)                                                                                                  \
                for (; offset != end; offset++, w += 128, line += 64) {                                                \
                    _mm_prefetch((const char *)line, _MM_HINT_T1);                                                     \
                    add_entry(a, b, ROWS, x + *offset, e.input_row, w);                                                \
                }                                                                                                      \
            else                                                                                                       \
                for (; offset != end; offset++, w += 128) add_entry(a, b, ROWS, x + *offset, e.input_row, w);          \
            x += ROWS * e.input_row;                                                                                   \
            e.early = t + 1 < run.tiles ? EARLY : 0;                                                                   \
            UNROLL for (int r = 0; r < ROWS; r += 4)                                                                   \
                store_and_start(&e, a + r, b + r, ROWS - r < 4 ? ROWS - r : 4, out + r * e.output_row + column,        \
                                x + r * e.input_row);                                                                  \
        }                                                                                                              \
    }

RUN(7)
RUN(8)
RUN(9)
RUN(10)
RUN(11)
RUN(12)
RUN(13)
RUN(14)

/// Whether a pair's tiles are whole, and requantized from a list of both groups that is long enough.
static int overlaps(const mk_gemm_u8_block *p, int32_t pair) {
    const struct mk_block_list *list = &p->lists[pair];
    return p->result == MK_GEMM_U8 && p->columns - pair * 32 >= 32 && list->both >= 2 * EARLY &&
           list->first + list->second == 0;
}

static void run_tiles(const mk_gemm_u8_block *p, tile_run run, int32_t height, ahead *stream) {
    static void (*const runs[TILE_ROWS + 1])(const mk_gemm_u8_block *, tile_run, ahead *) = {
        [7] = run_7, run_8, run_9, run_10, run_11, run_12, run_13, run_14,
    };
    static void (*const tiles[TILE_ROWS + 1])(const mk_gemm_u8_block *, int32_t, const uint8_t *, uint8_t *) = {
        NULL,    tiles_1, tiles_2, tiles_3,  tiles_4,  tiles_5,  tiles_6,  tiles_7,
        tiles_8, tiles_9, tiles_10, tiles_11, tiles_12, tiles_13, tiles_14,
    };
    if (runs[height] && overlaps(p, run.pair)) return runs[height](p, run, stream);
    for (int32_t row = run.row; row < run.row + run.tiles * height; row += height)
        tiles[height](p, run.pair, p->input + row * p->input_row, (uint8_t *)p->output + row * p->output_row);
}

/// What to ask for while a pair runs: the next pair's blocks, or with the first pair, the rows below a tile.
static ahead read_next(const mk_gemm_u8_block *p, int32_t pair, int is_first, const uint8_t *input, int32_t rows,
                       int32_t tiles) {
    const ptrdiff_t panel = rows * p->input_row, tile = panel / tiles + 1;
    if (is_first) return (ahead){input + tile, input + panel, tile};
    const struct mk_block_list *list = &p->lists[pair + 1];
    const uint8_t *next = (const uint8_t *)p->blocks + list->first_block;
    return (ahead){next, next + (ptrdiff_t)list->both * 128, ((ptrdiff_t)list->both * 2 / tiles + 1) * 64};
}

void mk_gemm_u8_block_avx512vnni(const mk_gemm_u8_block *problem, int32_t first_pair, int32_t pairs, int32_t first_row,
                                 int32_t rows) {
    if (rows <= 0) return;
    // Tiles of two neighbouring heights: a low last one would run far below the rate of the others.
    const int32_t tiles = (rows + TILE_ROWS - 1) / TILE_ROWS, height = rows / tiles, taller = rows % tiles;
    for (int32_t pair = first_pair; pair < first_pair + pairs; pair++) {
        ahead stream = {NULL, NULL, 0};
        if (pair + 1 < first_pair + pairs)
            stream = read_next(problem, pair, pair == first_pair, problem->input + first_row * problem->input_row, rows,
                               tiles);
        if (taller > 0) run_tiles(problem, (tile_run){pair, first_row, taller}, height + 1, &stream);
        run_tiles(problem, (tile_run){pair, first_row + taller * (height + 1), tiles - taller}, height, &stream);
    }
}

#pragma clang attribute pop
#endif

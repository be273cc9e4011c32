#include "mk_conv_u8_block.h"

#if defined(__x86_64__)
#pragma STDC FP_CONTRACT OFF
#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni"))), \
                             apply_to = function)
#include "conv_u8_block_avx512vnni_store.h"

/// A rectangle of tiles of one shape.
typedef struct {
    int32_t row, row_tiles, column, column_tiles;
} mk_tile_run;

/// Blocks of the next pair, which tiles of this one bring into the second-level cache: in a network each weight is read
/// from memory once an image, and the first tile of a pair would wait for it.
typedef struct {
    const int8_t *next, *end;
    /// Bytes that each tile asks for.
    ptrdiff_t share;
} mk_stream;

/// Asks for a tile's share at once where that is a few lines; an instruction more with each entry would cost a hundredth.
///
/// - Returns: the first line of a larger share, of which the caller asks for one with each entry; else NULL.
static inline __attribute__((always_inline)) const int8_t *mk_ask(mk_stream *stream) {
    enum { FEW = 8 };
    const int8_t *next = stream->next;
    if (next >= stream->end) return NULL;
    stream->next = next + stream->share;
    if (stream->share > FEW * 64) return next;
    // Lines beyond the share do no harm, and a loop would take longer.
    for (int line = 0; line < FEW; line++) _mm_prefetch(next + line * 64, _MM_HINT_T1);
    return NULL;
}

typedef void (*mk_tile_function)(const mk_conv_u8_block *, const mk_tile_epilogue *, int32_t pair, mk_tile_run,
                                 mk_stream *);

/// Multiples of the distance between columns.
typedef struct {
    ptrdiff_t one, three, five, seven;
} mk_steps;

/// How many entries of the next tile are taken while a tile is stored: they take about as long. More would only add
/// loads of their weights, one for each four pixels.
enum { MK_EARLY = 6 };

/// What storing one tile, and starting on the next of the same run, needs.
typedef struct {
    const mk_tile_epilogue *epilogue;
    uint8_t *out;
    ptrdiff_t output_row, output_group;
    const float *multiplier;
    const int32_t *bias;
    /// Of the pair's list.
    const int32_t *offsets;
    const int8_t *blocks;
    /// How many entries of the next tile are taken at once; 0 where there is no next one.
    int32_t early;
} mk_exchange;

/// Four activation bytes, at any address.
typedef struct {
    uint8_t bytes[4];
} mk_quad;

// These are written as assembly since the compiler, given intrinsics, moves all broadcasts of an entry to its front:
// more registers than there are, and most of the time goes into spills.

/// Adds the dot products of a pixel's quad with the blocks of two output groups.
static inline __attribute__((always_inline)) void mk_dot_two(__m512i *a, __m512i *b, const mk_quad *quad, __m512i w0,
                                                             __m512i w1) {
    __m512i broadcast;
    __asm__ volatile("vpbroadcastd %3, %2\n\tvpdpbusd %4, %2, %0\n\tvpdpbusd %5, %2, %1"
                     : "+v"(*a), "+v"(*b), "=&v"(broadcast)
                     : "m"(*quad), "v"(w0), "v"(w1));
}

/// Adds the dot products of a pixel's quad with the block of one output group.
static inline __attribute__((always_inline)) void mk_dot_one(__m512i *a, const mk_quad *quad, __m512i w) {
    __m512i broadcast;
    __asm__ volatile("vpbroadcastd %2, %1\n\tvpdpbusd %3, %1, %0" : "+v"(*a), "=&v"(broadcast) : "m"(*quad), "v"(w));
}

/// The same, with the quad on its way through an integer register: vector loads are two a cycle, as many as dot products,
/// and integer loads have ports of their own (Zen 5).
static inline __attribute__((always_inline)) void mk_dot_one_scalar(__m512i *a, const mk_quad *quad, __m512i w) {
    __m512i broadcast;
    uint32_t bytes;
    __asm__ volatile("movl %3, %2\n\tvpbroadcastd %2, %1\n\tvpdpbusd %4, %1, %0"
                     : "+v"(*a), "=&v"(broadcast), "=&r"(bytes)
                     : "m"(*quad), "v"(w));
}

/// The address of column q, `later` being that of column 7, from three multiples of the distance between columns: what
/// the address of a load can add and scale by itself.
static inline __attribute__((always_inline)) const uint8_t *
mk_tile_pixel(const uint8_t *pixel, const uint8_t *later, int q, ptrdiff_t one, ptrdiff_t three, ptrdiff_t five) {
    switch (q) {
    case 0: return pixel;
    case 1: return pixel + one;
    case 2: return pixel + one * 2;
    case 3: return pixel + three;
    case 4: return pixel + one * 4;
    case 5: return pixel + five;
    case 6: return pixel + three * 2;
    case 7: return later;
    case 8: return pixel + one * 8;
    case 9: return later + one * 2;
    case 10: return pixel + five * 2;
    case 11: return later + one * 4;
    case 12: return pixel + three * 4;
    default: return later + three * 2;
    }
}

/// Stores a tile's sums, as [group][row][column], by the definition: for huge multipliers, and additions without
/// constants.
static __attribute__((noinline)) void mk_tile_store_general(const mk_conv_u8_block *problem, const __m512i *sums,
                                                            int32_t group, int32_t row, int32_t column, int32_t rows,
                                                            int32_t columns) {
    const __m512 low = _mm512_set1_ps(problem->low), high = _mm512_set1_ps(problem->high);
    const __m512i zero = _mm512_setzero_si512();
    const mk_u8_addition *add = problem->addition;
    for (int32_t g = group; g < group + 2 && g < problem->groups; g++) {
        const __m512 multiplier = _mm512_loadu_ps(problem->multiplier + (size_t)g * 16);
        for (int32_t p = 0; p < rows * columns; p++) {
            const int32_t r = row + p / columns, c = column + p % columns;
            const __m512 product =
                _mm512_mul_ps(_mm512_cvtepi32_ps(sums[(g - group) * rows * columns + p]), multiplier);
            // The second operand is the result where the first is a NaN: 0 times an infinite multiplier gives the
            // lowest.
            __m512 v = _mm512_roundscale_ps(_mm512_min_ps(_mm512_max_ps(product, low), high), 0);
            int32_t zero_point = problem->zero_point;
            if (add) {
                const uint8_t *other = add->other + g * add->other_group + r * add->other_row + c * 16;
                const __m512i bytes = _mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)other));
                const __m512 residual =
                    _mm512_mul_ps(_mm512_sub_ps(_mm512_cvtepi32_ps(bytes), _mm512_set1_ps(add->other_zero_point)),
                                  _mm512_set1_ps(add->other_scale));
                const __m512 sum = _mm512_add_ps(_mm512_mul_ps(v, _mm512_set1_ps(add->conv_scale)), residual);
                v = _mm512_max_ps(_mm512_div_ps(sum, _mm512_set1_ps(add->scale)), _mm512_set1_ps(add->low));
                v = _mm512_min_ps(v, _mm512_set1_ps(add->high));
                zero_point = add->zero_point;
            }
            const __m512i q = _mm512_add_epi32(_mm512_cvtps_epi32(v), _mm512_set1_epi32(zero_point));
            uint8_t *out = problem->output + g * problem->output_group + r * problem->output_row + c * 16;
            _mm_storeu_si128((__m128i *)out, _mm512_cvtusepi32_epi8(_mm512_max_epi32(q, zero)));
        }
    }
}

#define MK_ROWS 1
#define MK_COLUMNS 1
#include "conv_u8_block_avx512vnni_tile.h"
#define MK_ROWS 1
#define MK_COLUMNS 2
#include "conv_u8_block_avx512vnni_tile.h"
#define MK_ROWS 1
#define MK_COLUMNS 3
#include "conv_u8_block_avx512vnni_tile.h"
#define MK_ROWS 1
#define MK_COLUMNS 4
#include "conv_u8_block_avx512vnni_tile.h"
#define MK_ROWS 1
#define MK_COLUMNS 5
#include "conv_u8_block_avx512vnni_tile.h"
#define MK_ROWS 1
#define MK_COLUMNS 6
#include "conv_u8_block_avx512vnni_tile.h"
#define MK_ROWS 1
#define MK_COLUMNS 7
#include "conv_u8_block_avx512vnni_tile.h"
#define MK_ROWS 1
#define MK_COLUMNS 8
#include "conv_u8_block_avx512vnni_tile.h"
#define MK_ROWS 1
#define MK_COLUMNS 9
#include "conv_u8_block_avx512vnni_tile.h"
#define MK_ROWS 1
#define MK_COLUMNS 10
#include "conv_u8_block_avx512vnni_tile.h"
#define MK_ROWS 1
#define MK_COLUMNS 11
#include "conv_u8_block_avx512vnni_tile.h"
#define MK_ROWS 1
#define MK_COLUMNS 12
#include "conv_u8_block_avx512vnni_tile.h"
#define MK_ROWS 1
#define MK_COLUMNS 13
#include "conv_u8_block_avx512vnni_tile.h"
#define MK_ROWS 1
#define MK_COLUMNS 14
#include "conv_u8_block_avx512vnni_tile.h"
#define MK_ROWS 2
#define MK_COLUMNS 1
#include "conv_u8_block_avx512vnni_tile.h"
#define MK_ROWS 2
#define MK_COLUMNS 2
#include "conv_u8_block_avx512vnni_tile.h"
#define MK_ROWS 2
#define MK_COLUMNS 3
#include "conv_u8_block_avx512vnni_tile.h"
#define MK_ROWS 2
#define MK_COLUMNS 4
#include "conv_u8_block_avx512vnni_tile.h"
#define MK_ROWS 2
#define MK_COLUMNS 5
#include "conv_u8_block_avx512vnni_tile.h"
#define MK_ROWS 2
#define MK_COLUMNS 6
#include "conv_u8_block_avx512vnni_tile.h"
#define MK_ROWS 2
#define MK_COLUMNS 7
#include "conv_u8_block_avx512vnni_tile.h"
#define MK_ROWS 3
#define MK_COLUMNS 1
#include "conv_u8_block_avx512vnni_tile.h"
#define MK_ROWS 3
#define MK_COLUMNS 2
#include "conv_u8_block_avx512vnni_tile.h"
#define MK_ROWS 3
#define MK_COLUMNS 3
#include "conv_u8_block_avx512vnni_tile.h"
#define MK_ROWS 3
#define MK_COLUMNS 4
#include "conv_u8_block_avx512vnni_tile.h"
#define MK_ROWS 4
#define MK_COLUMNS 1
#include "conv_u8_block_avx512vnni_tile.h"
#define MK_ROWS 4
#define MK_COLUMNS 2
#include "conv_u8_block_avx512vnni_tile.h"
#define MK_ROWS 4
#define MK_COLUMNS 3
#include "conv_u8_block_avx512vnni_tile.h"

/// The tallest tile of each width: at most 14 pixels, which are 28 registers of sums.
static const int32_t mk_tile_rows[15] = {0, 4, 4, 4, 3, 2, 2, 2, 1, 1, 1, 1, 1, 1, 1};

/// By rows and columns.
static const mk_tile_function mk_tiles[5][15] = {
    [1] = {0, tile_1x1, tile_1x2, tile_1x3, tile_1x4, tile_1x5, tile_1x6, tile_1x7, tile_1x8, tile_1x9, tile_1x10,
           tile_1x11, tile_1x12, tile_1x13, tile_1x14},
    [2] = {0, tile_2x1, tile_2x2, tile_2x3, tile_2x4, tile_2x5, tile_2x6, tile_2x7},
    [3] = {0, tile_3x1, tile_3x2, tile_3x3, tile_3x4},
    [4] = {0, tile_4x1, tile_4x2, tile_4x3},
};

/// Runs tiles of `columns` columns, `column_tiles` of them from `column` on, over all rows.
static void mk_run_columns(const mk_conv_u8_block *problem, const mk_tile_epilogue *epilogue, int32_t pair,
                           int32_t first_row, int32_t rows, int32_t column, int32_t columns, int32_t column_tiles,
                           mk_stream *stream) {
    if (column_tiles == 0) return;
    const int32_t tallest = mk_tile_rows[columns];
    const int32_t row_tiles = (rows + tallest - 1) / tallest, height = rows / row_tiles, taller = rows % row_tiles;
    if (taller > 0)
        mk_tiles[height + 1][columns](problem, epilogue, pair, (mk_tile_run){first_row, taller, column, column_tiles},
                                      stream);
    mk_tiles[height][columns](
        problem, epilogue, pair,
        (mk_tile_run){first_row + taller * (height + 1), row_tiles - taller, column, column_tiles}, stream);
}

static mk_tile_epilogue mk_prepare_epilogue(const mk_conv_u8_block *problem) {
    const mk_u8_addition *add = problem->addition;
    const float low = add ? add->low : problem->low, high = add ? add->high : problem->high;
    const int32_t zero_point = add ? add->zero_point : problem->zero_point;
    mk_tile_epilogue e = {
        .zero_point = _mm512_set1_epi16((int16_t)zero_point),
        .low = _mm512_set1_epi8((int8_t)((int32_t)low + zero_point)),
        .high = _mm512_set1_epi8((int8_t)((int32_t)high + zero_point)),
        .transposition = _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15),
    };
    if (!add) {
        e.kind = problem->products_fit ? MK_EPILOGUE_PLAIN : MK_EPILOGUE_GENERAL;
    } else if (!add->has_factors) {
        e.kind = MK_EPILOGUE_GENERAL;
    } else {
        e.kind = MK_EPILOGUE_ADD;
        e.conv_low = _mm512_set1_ps(problem->low);
        e.conv_high = _mm512_set1_ps(problem->high);
        e.conv_factor = _mm512_set1_ps(add->conv_factor);
        e.other_factor = _mm512_set1_ps(add->other_factor);
        e.offset = _mm512_set1_ps(add->offset);
    }
    return e;
}

/// What to ask for while `pair` runs on `rows` rows.
static mk_stream mk_next_blocks(const mk_conv_u8_block *problem, int32_t pair, int32_t rows) {
    const int32_t next = pair + 1 < (problem->groups + 1) / 2 ? pair + 1 : pair;
    const struct mk_block_list *list = &problem->lists[next];
    const int8_t *first = problem->blocks + list->first_block;
    const ptrdiff_t bytes = (ptrdiff_t)list->both * 128 + ((ptrdiff_t)list->first + list->second) * 64;
    if (next == pair) return (mk_stream){first, first, 0};
    return (mk_stream){first, first + bytes, bytes / ((ptrdiff_t)problem->width * rows / 14 + 1) + 64};
}

void mk_conv_u8_block_avx512vnni(const mk_conv_u8_block *given, int32_t first_pair, int32_t pairs, int32_t first_row,
                                 int32_t rows) {
    mk_conv_u8_block problem = *given;
    if (problem.width <= 0 || rows <= 0) return;
    const ptrdiff_t row_bytes = (ptrdiff_t)problem.width * 16;
    mk_u8_addition addition;
    // Rows without a gap between them are one long row.
    if (rows > 1 && problem.input_row == problem.width * problem.input_pixel && problem.output_row == row_bytes &&
        (!problem.addition || problem.addition->other_row == row_bytes)) {
        problem.input += first_row * problem.input_row;
        problem.output += first_row * problem.output_row;
        if (problem.addition) {
            addition = *problem.addition;
            addition.other += first_row * addition.other_row;
            problem.addition = &addition;
        }
        problem.width *= rows;
        first_row = 0;
        rows = 1;
    }
    const mk_tile_epilogue epilogue = mk_prepare_epilogue(&problem);
    // As few tiles as possible, of two neighbouring widths.
    const int32_t tiles = (problem.width + 13) / 14, width = problem.width / tiles, wider = problem.width % tiles;
    for (int32_t pair = first_pair; pair < first_pair + pairs; pair++) {
        mk_stream stream = mk_next_blocks(&problem, pair, rows);
        mk_run_columns(&problem, &epilogue, pair, first_row, rows, 0, width + 1, wider, &stream);
        mk_run_columns(&problem, &epilogue, pair, first_row, rows, wider * (width + 1), width, tiles - wider, &stream);
    }
}

#pragma clang attribute pop
#endif

// gemm_f32 on matrix units, whose operands are rounded to tf32 or float16 (mma_f32.clh).
//
// A work-group of ROW_WARPS x COLUMN_WARPS warps computes a tile of TILE_ROWS x TILE_COLUMNS outputs. It copies the
// operands to local memory, rounded, TILE_WORDS words of depth at a time, and fetches the next copy while it works on
// the present one.
#pragma OPENCL FP_CONTRACT OFF
// Tiles of a warp: 16 rows each (1, 2, 4), and 8 columns each (1, 2, 4).
#ifndef ROW_TILES
#define ROW_TILES 2
#endif
#ifndef COLUMN_TILES
#define COLUMN_TILES 4
#endif
// Warps: 1, 2, 4.
#ifndef ROW_WARPS
#define ROW_WARPS 2
#endif
#ifndef COLUMN_WARPS
#define COLUMN_WARPS 2
#endif
// 1 where the left matrix lies as [depth, rows], the right one as [columns, depth].
#ifndef TRANSPOSES_LEFT
#define TRANSPOSES_LEFT 0
#endif
#ifndef TRANSPOSES_RIGHT
#define TRANSPOSES_RIGHT 0
#endif
// 1 where there is an addend.
#ifndef ADDEND
#define ADDEND 0
#endif
// 1 where alpha is not 1.
#ifndef SCALED
#define SCALED 0
#endif
// What results pass: 0 to 3, as in activation_f32.clh.
#ifndef ACTIVATION
#define ACTIVATION 0
#endif
#include "activation_f32.clh"
#include "mma_f32.clh"

#define ITEMS (32 * ROW_WARPS * COLUMN_WARPS)
#define TILE_ROWS (16 * ROW_TILES * ROW_WARPS)
#define TILE_COLUMNS (8 * COLUMN_TILES * COLUMN_WARPS)
#define TILE_WORDS 16
#define TILE_DEPTH (TILE_WORDS * WORD_DEPTH)
#define LEFT_LOADS ((TILE_ROWS * TILE_WORDS + ITEMS - 1) / ITEMS)
#define RIGHT_LOADS ((TILE_COLUMNS * TILE_WORDS + ITEMS - 1) / ITEMS)
// A copy lies as its matrix does, so that neighbouring items write neighbours; its pitch lets the four words of eight
// lines, which a warp reads at once, lie in different banks.
#define COPY_SIZE(TILE, LINES_ARE_ROWS) (LINES_ARE_ROWS ? (TILE) * (TILE_WORDS + 4) : TILE_WORDS * ((TILE) + 8))
#define COPY_AT(TILE, LINES_ARE_ROWS, line, word) \
    (LINES_ARE_ROWS ? (line) * (TILE_WORDS + 4) + (word) : (word) * ((TILE) + 8) + (line))

DEFINE_ACTIVATE(float, activate1)

/// Fetches an item's share of a copy: elements (line, step) of a matrix of `lines` lines x `depth` steps from
/// `first_line` and `first_step` on; zeros beyond. Neighbouring items fetch neighbours in memory.
#define DEFINE_FETCH(NAME, LOADS, TILE, LINES_ARE_ROWS)                                                                \
    static inline void NAME(float *fetched, __global const float *matrix, const int item, const int first_line,        \
                            const int first_step, const int lines, const int depth) {                                  \
        _Pragma("unroll") for (int i = 0; i < LOADS * WORD_DEPTH; i++) {                                               \
            const int place = i / WORD_DEPTH * ITEMS + item;                                                           \
            const int line = first_line + (LINES_ARE_ROWS ? place / TILE_WORDS : place % (TILE));                      \
            const int word = LINES_ARE_ROWS ? place % TILE_WORDS : place / (TILE);                                     \
            const int step = first_step + word * WORD_DEPTH + i % WORD_DEPTH;                                          \
            const size_t at = LINES_ARE_ROWS ? (size_t)line * depth + step : (size_t)step * lines + line;              \
            fetched[i] = place < (TILE) * TILE_WORDS && line < lines && step < depth ? matrix[at] : 0.0f;              \
        }                                                                                                              \
    }                                                                                                                  \
    static inline void NAME##_store(__local uint *copy, const float *fetched, const int item) {                        \
        _Pragma("unroll") for (int i = 0; i < LOADS; i++) {                                                            \
            const int place = i * ITEMS + item;                                                                        \
            const int line = LINES_ARE_ROWS ? place / TILE_WORDS : place % (TILE);                                     \
            const int word = LINES_ARE_ROWS ? place % TILE_WORDS : place / (TILE);                                     \
            if (place < (TILE) * TILE_WORDS)                                                                           \
                copy[COPY_AT(TILE, LINES_ARE_ROWS, line, word)] = MMA_WORD(fetched + i * WORD_DEPTH);                  \
        }                                                                                                              \
    }
DEFINE_FETCH(left_tile, LEFT_LOADS, TILE_ROWS, !TRANSPOSES_LEFT)
DEFINE_FETCH(right_tile, RIGHT_LOADS, TILE_COLUMNS, TRANSPOSES_RIGHT)

#define LEFT(line, word) left_copy[COPY_AT(TILE_ROWS, !TRANSPOSES_LEFT, line, word)]
#define RIGHT(line, word) right_copy[COPY_AT(TILE_COLUMNS, TRANSPOSES_RIGHT, line, word)]

/// Arguments as of gemm_f32. Without SCALED a result is its sum plus beta * addend, which is rounded; otherwise
/// fma(alpha, sum, beta * addend), or alpha * sum without an addend.
/// Global size: work-groups of ITEMS for the tiles across and down, then products.
__kernel __attribute__((reqd_work_group_size(ITEMS, 1, 1))) void gemm_f32_mma(
    __global const float *left, __global const float *right, __global float *output, __global const int2 *matrices,
    const int rows, const int depth, const int columns, const float low, const float high
#if ADDEND
    ,
    __global const float *addend, const int addend_row, const int addend_column, const float beta
#endif
#if SCALED
    ,
    const float alpha
#endif
) {
    MMA_MEMORY(ROW_WARPS * COLUMN_WARPS)
    __local uint left_copy[COPY_SIZE(TILE_ROWS, !TRANSPOSES_LEFT)];
    __local uint right_copy[COPY_SIZE(TILE_COLUMNS, TRANSPOSES_RIGHT)];
    const int item = (int)get_local_id(0), lane = item & 31, g = lane >> 2, t = lane & 3;
    const int warp_row = (item >> 5) % ROW_WARPS * (16 * ROW_TILES) + g;
    const int warp_column = (item >> 5) / ROW_WARPS * (8 * COLUMN_TILES);
    const int product = (int)get_group_id(2);
    const int first_column = (int)get_group_id(0) * TILE_COLUMNS, first_row = (int)get_group_id(1) * TILE_ROWS;
    left += (long)matrices[product].x * rows * depth;
    right += (long)matrices[product].y * depth * columns;
    output += (long)product * rows * columns;

    float4 sums[ROW_TILES][COLUMN_TILES];
#pragma unroll
    for (int i = 0; i < ROW_TILES; i++)
#pragma unroll
        for (int o = 0; o < COLUMN_TILES; o++) sums[i][o] = (float4)(0.0f);
    float left_fetched[LEFT_LOADS * WORD_DEPTH], right_fetched[RIGHT_LOADS * WORD_DEPTH];
    left_tile(left_fetched, left, item, first_row, 0, rows, depth);
    right_tile(right_fetched, right, item, first_column, 0, columns, depth);
    for (int first = 0; first < depth; first += TILE_DEPTH) {
        barrier(CLK_LOCAL_MEM_FENCE);
        left_tile_store(left_copy, left_fetched, item);
        right_tile_store(right_copy, right_fetched, item);
        barrier(CLK_LOCAL_MEM_FENCE);
        left_tile(left_fetched, left, item, first_row, first + TILE_DEPTH, rows, depth);
        right_tile(right_fetched, right, item, first_column, first + TILE_DEPTH, columns, depth);
#pragma unroll
        for (int first_word = 0; first_word < TILE_WORDS; first_word += 8) {
            const int word = first_word + t;
            uint4 a[ROW_TILES];
            uint2 b[COLUMN_TILES];
#pragma unroll
            for (int i = 0; i < ROW_TILES; i++) {
                const int line = warp_row + i * 16;
                a[i] = (uint4)(LEFT(line, word), LEFT(line + 8, word), LEFT(line, word + 4), LEFT(line + 8, word + 4));
            }
#pragma unroll
            for (int o = 0; o < COLUMN_TILES; o++) {
                const int line = warp_column + o * 8 + g;
                b[o] = (uint2)(RIGHT(line, word), RIGHT(line, word + 4));
            }
#pragma unroll
            for (int i = 0; i < ROW_TILES; i++)
#pragma unroll
                for (int o = 0; o < COLUMN_TILES; o++) sums[i][o] = mma_f32(a[i], b[o], sums[i][o] MMA_ARGUMENTS);
        }
    }

#pragma unroll
    for (int i = 0; i < ROW_TILES; i++)
#pragma unroll
        for (int o = 0; o < COLUMN_TILES; o++) {
            const float results[4] = {sums[i][o].x, sums[i][o].y, sums[i][o].z, sums[i][o].w};
#pragma unroll
            for (int k = 0; k < 4; k++) {
                const int row = first_row + warp_row + i * 16 + k / 2 * 8;
                const int column = first_column + warp_column + o * 8 + t * 2 + k % 2;
                if (row < rows && column < columns) {
                    float result = results[k];
#if SCALED && ADDEND
                    result = fma(alpha, result, beta * addend[row * addend_row + column * addend_column]);
#elif SCALED
                    result = alpha * result;
#elif ADDEND
                    result = result + beta * addend[row * addend_row + column * addend_column];
#endif
                    output[(size_t)row * columns + column] = activate1(result, ACTIVATION, low, high);
                }
            }
        }
}

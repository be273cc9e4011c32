// Products of float matrices, row-major: each output is one chain of fma over ascending depth.
//
// A work-group computes a tile of TILE_ROWS x TILE_COLUMNS outputs. It copies the operands to local memory,
// TILE_DEPTH steps of the chains at a time, and fetches the next copy while it works on the present one.
#pragma OPENCL FP_CONTRACT OFF
#include "activation_f32.clh"

// Outputs of a work-group: multiples of what an item computes. 128 x 128 with items of 8 x 8 for large products, 64 x
// 64 with 4 x 4 for smaller ones, 4 x 32 with 1 x 1 and a TILE_DEPTH of 128 for few rows.
#ifndef TILE_ROWS
#define TILE_ROWS 64
#endif
#ifndef TILE_COLUMNS
#define TILE_COLUMNS 64
#endif
// Steps of a copy: 4 to 128. TILE_DEPTH * (TILE_ROWS + TILE_COLUMNS + 8) floats must fit local memory.
#ifndef TILE_DEPTH
#define TILE_DEPTH 16
#endif
// Outputs of an item: 1, or multiples of 4, up to 8.
#ifndef ITEM_ROWS
#define ITEM_ROWS 4
#endif
#ifndef ITEM_COLUMNS
#define ITEM_COLUMNS 4
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
// 1 where alpha is not 1: chains start from 0 and end as fma(alpha, chain, beta * addend), or alpha * chain without
// one.
#ifndef SCALED
#define SCALED 0
#endif
// What results pass: 0 to 3, as in activation_f32.clh.
#ifndef ACTIVATION
#define ACTIVATION 0
#endif

#define ITEMS_DOWN (TILE_ROWS / ITEM_ROWS)
#define ITEMS_ACROSS (TILE_COLUMNS / ITEM_COLUMNS)
#define ITEMS (ITEMS_DOWN * ITEMS_ACROSS)
#define LEFT_LOADS ((TILE_ROWS * TILE_DEPTH + ITEMS - 1) / ITEMS)
#define RIGHT_LOADS ((TILE_COLUMNS * TILE_DEPTH + ITEMS - 1) / ITEMS)
// An item's rows are runs of RUN_ROWS neighbours, read at once: its share of each of ITEM_ROWS / RUN_ROWS parts of
// the tile.
#define RUN_ROWS (ITEM_ROWS % 4 == 0 ? 4 : 1)
#define RUN_COLUMNS (ITEM_COLUMNS % 4 == 0 ? 4 : 1)
// Local rows are longer than the tile, so that neighbours down a column lie in different banks.
#define LEFT_PITCH (TILE_ROWS + 4)
#define RIGHT_PITCH (TILE_COLUMNS + 4)

DEFINE_ACTIVATE(float, activate1)

/// Fetches an item's share of a copy: element (line, step) of a matrix of `lines` lines x `depth` steps from
/// `first_line` and `first_step` on; zeros beyond. Neighbouring items fetch neighbours in memory.
#define DEFINE_FETCH(NAME, LOADS, TILE, LINES_ARE_ROWS)                                                                \
    static inline void NAME(float *fetched, __global const float *matrix, const int item, const int first_line,        \
                            const int first_step, const int lines, const int depth) {                                  \
        _Pragma("unroll") for (int i = 0; i < LOADS; i++) {                                                            \
            const int place = i * ITEMS + item;                                                                        \
            const int line = first_line + (LINES_ARE_ROWS ? place / TILE_DEPTH : place % TILE);                        \
            const int step = first_step + (LINES_ARE_ROWS ? place % TILE_DEPTH : place / TILE);                        \
            const size_t at = LINES_ARE_ROWS ? (size_t)line * depth + step : (size_t)step * lines + line;              \
            fetched[i] = place < TILE * TILE_DEPTH && line < lines && step < depth ? matrix[at] : 0.0f;                \
        }                                                                                                              \
    }                                                                                                                  \
    static inline void NAME##_store(__local float *copy, const float *fetched, const int item) {                       \
        _Pragma("unroll") for (int i = 0; i < LOADS; i++) {                                                            \
            const int place = i * ITEMS + item;                                                                        \
            const int line = LINES_ARE_ROWS ? place / TILE_DEPTH : place % TILE;                                       \
            const int step = LINES_ARE_ROWS ? place % TILE_DEPTH : place / TILE;                                       \
            if (place < TILE * TILE_DEPTH) copy[step * (TILE + 4) + line] = fetched[i];                                \
        }                                                                                                              \
    }
DEFINE_FETCH(left_tile, LEFT_LOADS, TILE_ROWS, !TRANSPOSES_LEFT)
DEFINE_FETCH(right_tile, RIGHT_LOADS, TILE_COLUMNS, TRANSPOSES_RIGHT)

/// Reads `count` of an item's elements of a step, runs of `run`, `apart` from each other.
static inline void read_runs(float *values, __local const float *from, const int count, const int run,
                             const int apart) {
#pragma unroll
    for (int i = 0; i < count; i += run) {
        if (run == 4) {
            const float4 four = *(__local const float4 *)(from + i / 4 * apart);
            values[i] = four.x;
            values[i + 1] = four.y;
            values[i + 2] = four.z;
            values[i + 3] = four.w;
        } else {
            values[i] = from[i * apart];
        }
    }
}

/// One more term of each of an item's chains.
static inline void take_step(float *sums, __local const float *left_row, __local const float *right_row) {
    float a[ITEM_ROWS], b[ITEM_COLUMNS];
    read_runs(a, left_row, ITEM_ROWS, RUN_ROWS, ITEMS_DOWN * RUN_ROWS);
    read_runs(b, right_row, ITEM_COLUMNS, RUN_COLUMNS, ITEMS_ACROSS * RUN_COLUMNS);
#pragma unroll
    for (int i = 0; i < ITEM_ROWS * ITEM_COLUMNS; i++) sums[i] = fma(a[i / ITEM_COLUMNS], b[i % ITEM_COLUMNS], sums[i]);
}

/// - matrices: for each product, which matrix of `left` and which of `right` it multiplies.
/// - addend: element (row, column) is at row * addend_row + column * addend_column; beta * addend is rounded.
/// Global size: columns / ITEM_COLUMNS and rows / ITEM_ROWS, each rounded up to whole tiles, then products.
__kernel __attribute__((reqd_work_group_size(ITEMS_ACROSS, ITEMS_DOWN, 1))) void gemm_f32(
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
    __local float left_copy[TILE_DEPTH * LEFT_PITCH] __attribute__((aligned(16)));
    __local float right_copy[TILE_DEPTH * RIGHT_PITCH] __attribute__((aligned(16)));
    const int across = (int)get_local_id(0), down = (int)get_local_id(1), item = down * ITEMS_ACROSS + across;
    const int product = (int)get_group_id(2);
    const int first_column = (int)get_group_id(0) * TILE_COLUMNS, first_row = (int)get_group_id(1) * TILE_ROWS;
    left += (long)matrices[product].x * rows * depth;
    right += (long)matrices[product].y * depth * columns;
    output += (long)product * rows * columns;

    float sums[ITEM_ROWS * ITEM_COLUMNS];
#pragma unroll
    for (int i = 0; i < ITEM_ROWS * ITEM_COLUMNS; i++) {
        sums[i] = 0.0f;
#if ADDEND && !SCALED
        const int r = i / ITEM_COLUMNS, c = i % ITEM_COLUMNS;
        const int row = first_row + r / RUN_ROWS * ITEMS_DOWN * RUN_ROWS + down * RUN_ROWS + r % RUN_ROWS;
        const int column =
            first_column + c / RUN_COLUMNS * ITEMS_ACROSS * RUN_COLUMNS + across * RUN_COLUMNS + c % RUN_COLUMNS;
        if (row < rows && column < columns) sums[i] = beta * addend[row * addend_row + column * addend_column];
#endif
    }

    float left_fetched[LEFT_LOADS], right_fetched[RIGHT_LOADS];
    left_tile(left_fetched, left, item, first_row, 0, rows, depth);
    right_tile(right_fetched, right, item, first_column, 0, columns, depth);
    for (int first = 0; first < depth; first += TILE_DEPTH) {
        barrier(CLK_LOCAL_MEM_FENCE);
        left_tile_store(left_copy, left_fetched, item);
        right_tile_store(right_copy, right_fetched, item);
        barrier(CLK_LOCAL_MEM_FENCE);
        left_tile(left_fetched, left, item, first_row, first + TILE_DEPTH, rows, depth);
        right_tile(right_fetched, right, item, first_column, first + TILE_DEPTH, columns, depth);
        // No more than there are: a step of zeros could still change a NaN, or the sign of a zero.
        const int steps = min(TILE_DEPTH, depth - first);
        __local const float *a = left_copy + down * RUN_ROWS, *b = right_copy + across * RUN_COLUMNS;
        if (steps == TILE_DEPTH) {
#pragma unroll 4
            for (int step = 0; step < TILE_DEPTH; step++)
                take_step(sums, a + step * LEFT_PITCH, b + step * RIGHT_PITCH);
        } else {
            for (int step = 0; step < steps; step++)
                take_step(sums, a + step * LEFT_PITCH, b + step * RIGHT_PITCH);
        }
    }

#pragma unroll
    for (int i = 0; i < ITEM_ROWS * ITEM_COLUMNS; i++) {
        const int r = i / ITEM_COLUMNS, c = i % ITEM_COLUMNS;
        const int row = first_row + r / RUN_ROWS * ITEMS_DOWN * RUN_ROWS + down * RUN_ROWS + r % RUN_ROWS;
        const int column =
            first_column + c / RUN_COLUMNS * ITEMS_ACROSS * RUN_COLUMNS + across * RUN_COLUMNS + c % RUN_COLUMNS;
        if (row < rows && column < columns) {
            float result = sums[i];
#if SCALED && ADDEND
            result = fma(alpha, result, beta * addend[row * addend_row + column * addend_column]);
#elif SCALED
            result = alpha * result;
#endif
            output[(size_t)row * columns + column] = activate1(result, ACTIVATION, low, high);
        }
    }
}

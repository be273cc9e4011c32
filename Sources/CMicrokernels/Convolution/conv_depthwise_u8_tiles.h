// Tiles of four output columns and up to three rows by windows of four pixels (conv_depthwise_u8_quads.h), for vectors
// of MK_LANES channels. The file that includes this defines, with functions always inlined:
//   mk_lanes, mk_window, mk_weights   a vector of sums; a window of four pixels; a quad vector
//   mk_window_load(pixel), mk_weights_load(quads), mk_lanes_load(int32), mk_dot(sums, window, weights)
//   mk_epilogue, mk_epilogue_load(problem, channel), mk_store(output, four sums, epilogue)
#include "conv_depthwise_u8_quads.h"
#include "conv_depthwise_u8_taps.h"

#define MK_INLINE static inline __attribute__((always_inline))
#define MK_UNROLL _Pragma("clang loop unroll(full)")

/// Adds what one input row gives to the sums of `rows` output rows: its kernel row for output row r is `row - r *
/// stride`. Constants but for the pointers where it is inlined, or `rows` is 1.
MK_INLINE void mk_tile_add(mk_lanes sums[3][4], const uint8_t *x, const mk_weights *weights, int row, int rows,
                           int stride, int kernel_height, mk_quads_form form) {
    mk_window windows[5];
    const int step = form == MK_QUADS_5 ? 64 : 32;
    const int count = form <= MK_QUADS_5 ? 2 : form == MK_QUADS_4_STRIDE_2 ? 4 : 5;
    MK_UNROLL for (int k = 0; k < count; k++) windows[k] = mk_window_load(x + k * step);
    MK_UNROLL for (int r = 0; r < rows; r++) {
        const int kernel_row = row - r * stride;
        if (kernel_row < 0 || kernel_row >= kernel_height)
            continue;
        const mk_weights *w = weights + kernel_row * mk_quads_vectors(form);
        MK_UNROLL for (int j = 0; j < 4; j++) {
            if (form == MK_QUADS_3)
                sums[r][j] = mk_dot(sums[r][j], windows[j / 2], w[j % 2]);
            if (form == MK_QUADS_5) {
                sums[r][j] = mk_dot(sums[r][j], windows[0], w[j]);
                sums[r][j] = mk_dot(sums[r][j], windows[1], w[4 + j]);
            }
            if (form >= MK_QUADS_4_STRIDE_2)
                sums[r][j] = mk_dot(sums[r][j], windows[j], w[0]);
            if (form == MK_QUADS_5_STRIDE_2)
                sums[r][j] = mk_dot(sums[r][j], windows[j + 1], w[1]);
        }
    }
}

/// All columns of `rows` output rows, for MK_LANES channels. `input` and `output` are at column 0 of the first.
MK_INLINE void mk_tile_rows(const mk_conv_depthwise_u8 *problem, const uint8_t *input, uint8_t *output, mk_lanes bias,
                            const mk_weights *weights, const mk_epilogue *epilogue, int rows, int stride,
                            int kernel_height, mk_quads_form form) {
    const ptrdiff_t row_step = problem->input_row * problem->dilation_height, output_row = problem->output_row;
    const int pixel = form >= MK_QUADS_4_STRIDE_2 ? 32 : 16, width = problem->width;
    for (int column = 0;;) {
        const uint8_t *x = input + (ptrdiff_t)column * pixel;
        mk_lanes sums[3][4];
        MK_UNROLL for (int r = 0; r < rows; r++) { MK_UNROLL for (int j = 0; j < 4; j++) sums[r][j] = bias; }
        if (rows == 1) {
            for (int i = 0; i < kernel_height; i++)
                mk_tile_add(sums, x + i * row_step, weights, i, 1, 1, kernel_height, form);
        } else {
            MK_UNROLL for (int i = 0; i < kernel_height + stride * (rows - 1); i++)
                mk_tile_add(sums, x + i * row_step, weights, i, rows, stride, kernel_height, form);
        }
        MK_UNROLL for (int r = 0; r < rows; r++)
            mk_store(output + r * output_row + (ptrdiff_t)column * 16, sums[r], epilogue);
        // The last tile overlaps the one before where four does not divide the width.
        if (column + 4 >= width)
            break;
        column = column + 8 <= width ? column + 4 : width - 4;
    }
}

/// Rows in blocks of at most `most` (1, 2 or 3) that share their windows. With more than 3 the gain was below 1 %.
MK_INLINE void mk_tile_blocks(const mk_conv_depthwise_u8 *problem, const uint8_t *input, uint8_t *output, mk_lanes bias,
                              const mk_weights *weights, const mk_epilogue *epilogue, int32_t rows, int most,
                              int stride, int kernel_height, mk_quads_form form) {
    const ptrdiff_t input_step = problem->input_row * problem->stride_height, output_step = problem->output_row;
    while (rows > 0) {
        // 4 is 2 and 2 rows, not 3 and 1.
        const int block = rows < most ? rows : most == 3 && rows == 4 ? 2 : most;
        if (most == 3 && block == 3)
            mk_tile_rows(problem, input, output, bias, weights, epilogue, 3, stride, kernel_height, form);
        else if (most >= 2 && block == 2)
            mk_tile_rows(problem, input, output, bias, weights, epilogue, 2, stride, kernel_height, form);
        else
            mk_tile_rows(problem, input, output, bias, weights, epilogue, 1, 1, kernel_height, form);
        input += block * input_step;
        output += block * output_step;
        rows -= block;
    }
}

/// MK_LANES channels of a group, of which `part` is the index of the vector.
MK_INLINE void mk_tile_channels(const mk_conv_depthwise_u8 *problem, int32_t group, int32_t part, int32_t first_row,
                                int32_t rows, int most, int stride, int kernel_height, mk_quads_form form) {
    const size_t channel = (size_t)group * 16 + (size_t)part * MK_LANES;
    const int vectors = kernel_height * mk_quads_vectors(form);
    const int8_t *quads = problem->quads + (size_t)group * (size_t)vectors * 64 + part * MK_LANES * 4;
    mk_weights weights[MK_QUADS_LIMIT];
    for (int i = 0; i < vectors; i++)
        weights[i] = mk_weights_load(quads + i * 64);
    const mk_epilogue epilogue = mk_epilogue_load(problem, channel);
    const uint8_t *input = problem->input + group * problem->input_group +
                           (ptrdiff_t)first_row * problem->stride_height * problem->input_row + part * MK_LANES;
    uint8_t *output =
        problem->output + group * problem->output_group + first_row * problem->output_row + part * MK_LANES;
    mk_tile_blocks(problem, input, output, mk_lanes_load(problem->bias + channel), weights, &epilogue, rows, most,
                   stride, kernel_height, form);
}

#define MK_TILES(name, most, stride, kernel_height, form)                                                              \
    static __attribute__((noinline)) void name(const mk_conv_depthwise_u8 *problem, int32_t group, int32_t part,       \
                                               int32_t first_row, int32_t rows) {                                      \
        mk_tile_channels(problem, group, part, first_row, rows, most, stride, kernel_height, form);                    \
    }

MK_TILES(mk_tiles_3x3, MK_ROWS_3X3, 1, 3, MK_QUADS_3)
MK_TILES(mk_tiles_3x3_stride_2, MK_ROWS_3X3, 2, 3, MK_QUADS_4_STRIDE_2)
MK_TILES(mk_tiles_5x5, 2, 1, 5, MK_QUADS_5)
MK_TILES(mk_tiles_5x5_stride_2, 2, 2, 5, MK_QUADS_5_STRIDE_2)
MK_TILES(mk_tiles_any_3, 1, 1, problem->kernel_height, MK_QUADS_3)
MK_TILES(mk_tiles_any_5, 1, 1, problem->kernel_height, MK_QUADS_5)
MK_TILES(mk_tiles_any_4_stride_2, 1, 1, problem->kernel_height, MK_QUADS_4_STRIDE_2)
MK_TILES(mk_tiles_any_5_stride_2, 1, 1, problem->kernel_height, MK_QUADS_5_STRIDE_2)

/// The kernel: by windows where the problem has quads, else tap by tap.
MK_INLINE void mk_tiles(const mk_conv_depthwise_u8 *problem, int32_t first_group, int32_t groups, int32_t first_row,
                        int32_t rows) {
    if (!problem->quads || !problem->products_fit) {
        mk_taps_rows(problem, first_group, groups, first_row, rows);
        return;
    }
    const mk_quads_form form = mk_quads_form_of(problem);
    // Output rows that share input rows go together where rows are as far apart as columns, and taps are next to each
    // other.
    const int square = problem->stride_height == problem->stride_width && problem->dilation_height == 1;
    const int three = square && problem->kernel_height == 3, five = square && problem->kernel_height == 5;
    void (*tiles)(const mk_conv_depthwise_u8 *, int32_t, int32_t, int32_t, int32_t) =
        form == MK_QUADS_3            ? (three ? mk_tiles_3x3 : mk_tiles_any_3)
        : form == MK_QUADS_5          ? (five ? mk_tiles_5x5 : mk_tiles_any_5)
        : form == MK_QUADS_4_STRIDE_2 ? (three ? mk_tiles_3x3_stride_2 : mk_tiles_any_4_stride_2)
                                      : (five ? mk_tiles_5x5_stride_2 : mk_tiles_any_5_stride_2);
    for (int32_t group = first_group; group < first_group + groups; group++)
        for (int32_t part = 0; part < 16 / MK_LANES; part++)
            tiles(problem, group, part, first_row, rows);
}

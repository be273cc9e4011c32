// Not a header of the module: conv_f32_block and conv_depthwise_f32 for one instruction set at a time. The including
// file defines MK_TILES(X), the tiles as X(groups, pixels), MK_DEPTHWISE_TILES(X), those with one group, MK_BY_TWO,
// whether a list of one group goes two entries at a time, and MK_NAME and MK_DEPTHWISE_NAME, its functions.
#include "f32_tile.h"

/// Computes `pixels` neighbours of a row for the groups of a list.
static inline __attribute__((always_inline)) void mk_conv_tile(const mk_conv_f32_block *problem,
                                                               const mk_f32_list *list, int groups, int pixels,
                                                               int depthwise, int32_t row, int32_t column,
                                                               mk_ahead ahead) {
    const float *weights = problem->weights + list->first_weight;
    const int32_t *offsets = problem->offsets + list->first_offset;
    const uint8_t *x = problem->input + row * problem->input_row + column * problem->input_pixel;
    const mk_f32_addition *add = problem->addition;
    const uint8_t *other = 0;
    if (add) {
        other = add->other + list->group * add->other_group + row * add->other_row + (ptrdiff_t)column * 64;
        for (int g = 0; g < groups; g++)
            MK_UNROLL for (int q = 0; q < pixels; q++) __builtin_prefetch(other + g * add->other_group + q * 64, 0, 3);
    }
    mk_v16 sums[28];
    MK_UNROLL for (int g = 0; g < groups; g++) {
        mk_v16 bias = mk_load16(problem->bias + (list->group + g) * 16);
        MK_UNROLL for (int q = 0; q < pixels; q++) sums[g * pixels + q] = bias;
    }
    if (groups == 1 && pixels > 1 && MK_BY_TWO && !depthwise)
        mk_walk16_by_two(sums, pixels, weights, offsets, list->count, x, problem->input_pixel, ahead);
    else
        mk_walk16(sums, groups, pixels, weights, 16 * groups, 16, offsets, list->count, x, problem->input_pixel,
                  depthwise, ahead);

    mk_activate16(sums, groups * pixels, &problem->activation);
    if (add) {
        MK_UNROLL for (int g = 0; g < groups; g++) MK_UNROLL for (int q = 0; q < pixels; q++) sums[g * pixels + q] +=
            mk_load16(other + g * add->other_group + q * 64);
        mk_activate16(sums, groups * pixels, &add->activation);
    }
    uint8_t *out =
        problem->output + list->group * problem->output_group + row * problem->output_row + (ptrdiff_t)column * 64;
    MK_UNROLL for (int g = 0; g < groups; g++) MK_UNROLL for (int q = 0; q < pixels; q++)
        memcpy(out + g * problem->output_group + q * 64, &sums[g * pixels + q], 64);
}

typedef void (*mk_conv_tile_function)(const mk_conv_f32_block *, const mk_f32_list *, int32_t, int32_t, mk_ahead);
typedef struct {
    int32_t groups, pixels;
    mk_conv_tile_function run;
} mk_conv_tile_entry;

#define MK_TILE_FUNCTION(G, Q)                                                                                         \
    static void mk_conv_tile_##G##x##Q(const mk_conv_f32_block *problem, const mk_f32_list *list, int32_t row,         \
                                       int32_t column, mk_ahead ahead) {                                               \
        mk_conv_tile(problem, list, G, Q, 0, row, column, ahead);                                                      \
    }
MK_TILES(MK_TILE_FUNCTION)
#define MK_DEPTHWISE_FUNCTION(G, Q)                                                                                    \
    static void mk_depthwise_tile_##G##x##Q(const mk_conv_f32_block *problem, const mk_f32_list *list, int32_t row,    \
                                            int32_t column, mk_ahead ahead) {                                          \
        mk_conv_tile(problem, list, G, Q, 1, row, column, ahead);                                                      \
    }
MK_DEPTHWISE_TILES(MK_DEPTHWISE_FUNCTION)

#define MK_TILE_ENTRY(G, Q) {G, Q, mk_conv_tile_##G##x##Q},
#define MK_DEPTHWISE_ENTRY(G, Q) {G, Q, mk_depthwise_tile_##G##x##Q},
static const mk_conv_tile_entry mk_conv_tiles[] = {MK_TILES(MK_TILE_ENTRY)};
static const mk_conv_tile_entry mk_depthwise_tiles[] = {MK_DEPTHWISE_TILES(MK_DEPTHWISE_ENTRY)};

static void mk_conv_rows(const mk_conv_f32_block *problem, const mk_conv_tile_entry *tiles, size_t tile_count,
                         int32_t first_list, int32_t lists, int32_t first_row, int32_t rows) {
    const int32_t width = problem->width;
    if (width <= 0 || rows <= 0) return;
    for (const mk_f32_list *list = problem->lists + first_list; list < problem->lists + first_list + lists; list++) {
        // The tile that covers a row in the least time: its pixels, and about two more for its start and end.
        int64_t pixels = 1, cost = INT64_MAX;
        mk_conv_tile_function run = 0;
        for (const mk_conv_tile_entry *tile = tiles; tile < tiles + tile_count; tile++) {
            if (tile->groups != list->groups || tile->pixels > width) continue;
            int64_t time = ((int64_t)width + tile->pixels - 1) / tile->pixels * (tile->pixels + 2);
            if (time >= cost) continue;
            cost = time;
            pixels = tile->pixels;
            run = tile->run;
        }
        // The next list's bytes, spread over the entries of all tiles of this one.
        mk_ahead ahead = {(uintptr_t)(problem->weights + list->first_weight), 0};
        if (list->count > 0 && list - problem->lists + 1 < problem->list_count) {
            const uint64_t steps = (uint64_t)list->count * (uint64_t)((width + pixels - 1) / pixels) * (uint64_t)rows;
            ahead.weights = (uintptr_t)(problem->weights + list[1].first_weight);
            ahead.step = (uintptr_t)(64 * (uint64_t)list[1].count * (uint64_t)list[1].groups / steps + 1);
        }
        for (int32_t row = first_row; row < first_row + rows; row++)
            // The last tile of a row may overlap the one before: a result depends on nothing but its own chain.
            for (int64_t column = 0; column < width; column += pixels) {
                run(problem, list, row, (int32_t)(column <= width - pixels ? column : width - pixels), ahead);
                ahead.weights += ahead.step * list->count;
            }
    }
}

void MK_NAME(const mk_conv_f32_block *problem, int32_t first_list, int32_t lists, int32_t first_row, int32_t rows) {
    mk_conv_rows(problem, mk_conv_tiles, sizeof mk_conv_tiles / sizeof *mk_conv_tiles, first_list, lists, first_row,
                 rows);
}

void MK_DEPTHWISE_NAME(const mk_conv_f32_block *problem, int32_t first_list, int32_t lists, int32_t first_row,
                       int32_t rows) {
    mk_conv_rows(problem, mk_depthwise_tiles, sizeof mk_depthwise_tiles / sizeof *mk_depthwise_tiles, first_list, lists,
                 first_row, rows);
}

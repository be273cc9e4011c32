// Not a header of the module: conv_f32_block and conv_depthwise_f32 for one instruction set at a time. The including
// file defines MK_TILES(X), the tiles as X(groups, rows, pixels), MK_DEPTHWISE_TILES(X), those with one group, and
// MK_NAME and MK_DEPTHWISE_NAME, its functions. Tiles of one row and one pixel are among them.
#include "../f32_tile.h"

/// Computes `pixels` neighbours in each of `rows` rows for the groups of a list.
static inline __attribute__((always_inline)) void mk_conv_tile(const mk_conv_f32_block *problem,
                                                               const mk_f32_list *list, int groups, int rows,
                                                               int pixels, int depthwise, int32_t row, int32_t column,
                                                               mk_ahead ahead) {
    const uint8_t *x = problem->input + row * problem->input_row + column * problem->input_pixel;
    const mk_f32_addition *add = problem->addition;
    const uint8_t *other = 0;
    if (add) {
        other = add->other + list->group * add->other_group + row * add->other_row + (ptrdiff_t)column * 64;
        for (int g = 0; g < groups; g++)
            for (int r = 0; r < rows; r++) {
                const uint8_t *line = other + g * add->other_group + r * add->other_row;
                MK_UNROLL for (int q = 0; q < pixels; q++) __builtin_prefetch(line + q * 64, 0, 3);
            }
    }
    mk_v16 sums[28];
    MK_UNROLL for (int g = 0; g < groups; g++) {
        mk_v16 bias = mk_load16(problem->bias + (list->group + g) * 16);
        MK_UNROLL for (int i = 0; i < rows * pixels; i++) sums[g * rows * pixels + i] = bias;
    }
    mk_walk16(sums, groups, rows, pixels, problem->weights + list->first_weight, 16 * groups, 16,
              problem->offsets + list->first_offset, list->count, x, problem->input_pixel, problem->input_row,
              depthwise, ahead);

    const int count = groups * rows * pixels;
    mk_activate16(sums, count, &problem->activation);
    if (add) {
        MK_UNROLL for (int i = 0; i < count; i++) {
            const int g = i / (rows * pixels), r = i / pixels % rows, q = i % pixels;
            sums[i] += mk_load16(other + g * add->other_group + r * add->other_row + q * 64);
        }
        mk_activate16(sums, count, &add->activation);
    }
    uint8_t *out =
        problem->output + list->group * problem->output_group + row * problem->output_row + (ptrdiff_t)column * 64;
    MK_UNROLL for (int i = 0; i < count; i++) {
        const int g = i / (rows * pixels), r = i / pixels % rows, q = i % pixels;
        memcpy(out + g * problem->output_group + r * problem->output_row + q * 64, &sums[i], 64);
    }
}

typedef void (*mk_conv_tile_function)(const mk_conv_f32_block *, const mk_f32_list *, int32_t, int32_t, mk_ahead);
typedef struct {
    int32_t groups, rows, pixels;
    mk_conv_tile_function run;
} mk_conv_tile_entry;

#define MK_TILE_FUNCTION(G, R, Q)                                                                                      \
    static void mk_conv_tile_##G##x##R##x##Q(const mk_conv_f32_block *problem, const mk_f32_list *list, int32_t row,   \
                                             int32_t column, mk_ahead ahead) {                                         \
        mk_conv_tile(problem, list, G, R, Q, 0, row, column, ahead);                                                   \
    }
MK_TILES(MK_TILE_FUNCTION)
#define MK_DEPTHWISE_FUNCTION(G, R, Q)                                                                                 \
    static void mk_depthwise_tile_##G##x##R##x##Q(const mk_conv_f32_block *problem, const mk_f32_list *list,           \
                                                  int32_t row, int32_t column, mk_ahead ahead) {                       \
        mk_conv_tile(problem, list, G, R, Q, 1, row, column, ahead);                                                   \
    }
MK_DEPTHWISE_TILES(MK_DEPTHWISE_FUNCTION)

#define MK_TILE_ENTRY(G, R, Q) {G, R, Q, mk_conv_tile_##G##x##R##x##Q},
#define MK_DEPTHWISE_ENTRY(G, R, Q) {G, R, Q, mk_depthwise_tile_##G##x##R##x##Q},
static const mk_conv_tile_entry mk_conv_tiles[] = {MK_TILES(MK_TILE_ENTRY)};
static const mk_conv_tile_entry mk_depthwise_tiles[] = {MK_DEPTHWISE_TILES(MK_DEPTHWISE_ENTRY)};

/// The tile that covers rows in the least time for each: its pixels, and about two more for its start and end. Of tiles
/// that take as long, the first.
static const mk_conv_tile_entry *mk_best_tile(const mk_conv_tile_entry *tiles, size_t tile_count, int32_t groups,
                                              int32_t width, int32_t rows) {
    const mk_conv_tile_entry *best = 0;
    double best_time = 0;
    for (const mk_conv_tile_entry *tile = tiles; tile < tiles + tile_count; tile++) {
        if (tile->groups != groups || tile->pixels > width || tile->rows > rows) continue;
        const int64_t columns = ((int64_t)width + tile->pixels - 1) / tile->pixels;
        const double time = (double)(columns * (tile->rows * tile->pixels + 2)) / tile->rows;
        if (best && time >= best_time) continue;
        best_time = time;
        best = tile;
    }
    return best;
}

/// The lists that take turns at each tile, from `list` on: one list of two groups, or so many of one group as fit
/// `bytes`.
static const mk_f32_list *mk_block_end(const mk_f32_list *list, const mk_f32_list *end, uint64_t bytes) {
    uint64_t taken = 0;
    const mk_f32_list *next = list;
    do {
        taken += (uint64_t)next->count * 64;
        next++;
    } while (next < end && list->groups == 1 && next->groups == 1 && taken + (uint64_t)next->count * 64 <= bytes);
    return next;
}

static void mk_conv_rows(const mk_conv_f32_block *problem, const mk_conv_tile_entry *tiles, size_t tile_count,
                         int32_t first_list, int32_t lists, int32_t first_row, int32_t rows) {
    const int32_t width = problem->width;
    if (width <= 0 || rows <= 0) return;
    const mk_f32_list *const end = problem->lists + first_list + lists;
    const mk_f32_list *const all = problem->lists + problem->list_count;
    const mk_f32_list *next = 0;
    for (const mk_f32_list *block = problem->lists + first_list; block < end; block = next) {
        next = mk_block_end(block, end, problem->block_bytes);
        const mk_conv_tile_entry *tile = mk_best_tile(tiles, tile_count, block->groups, width, rows);
        uint64_t entries = 0, next_bytes = 0;
        for (const mk_f32_list *list = block; list < next; list++) entries += list->count;
        // The next lists' bytes, spread over the entries of all tiles of these.
        mk_ahead ahead = {(uintptr_t)(problem->weights + block->first_weight), 0};
        if (entries > 0 && next < all) {
            const mk_f32_list *const after = mk_block_end(next, all, problem->block_bytes);
            for (const mk_f32_list *list = next; list < after; list++)
                next_bytes += (uint64_t)list->count * (uint64_t)list->groups * 64;
            ahead.weights = (uintptr_t)(problem->weights + next->first_weight);
            const uint64_t columns = (uint64_t)((width + tile->pixels - 1) / tile->pixels);
            const uint64_t turns = columns * (uint64_t)((rows + tile->rows - 1) / tile->rows);
            ahead.step = (uintptr_t)(next_bytes / (entries * turns) + 1);
        }
        const int32_t end_row = first_row + rows;
        for (int32_t row = first_row; row < end_row; row += tile->rows) {
            if (tile->rows > end_row - row)
                tile = mk_best_tile(tiles, tile_count, block->groups, width, end_row - row);
            // The last tile of a row may overlap the one before: a result depends on nothing but its own chain.
            for (int64_t column = 0; column < width; column += tile->pixels) {
                const int64_t start = column <= width - tile->pixels ? column : width - tile->pixels;
                for (const mk_f32_list *list = block; list < next; list++) {
                    tile->run(problem, list, row, (int32_t)start, ahead);
                    ahead.weights += ahead.step * list->count;
                }
            }
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

// Not a header of the module: gemm_f32 for one instruction set at a time. The including file defines MK_TILES(X), the
// tiles as X(groups, rows), with X(1, 1) among them, and MK_NAME, its function.
#include "../f32_tile.h"
#include "mk_gemm_f32.h"

/// Computes `rows` neighbouring rows of `groups` neighbouring groups of columns.
static inline __attribute__((always_inline)) void mk_gemm_tile(const mk_gemm_f32 *problem, int groups, int rows,
                                                               int64_t group, int64_t row) {
    mk_v16 sums[28];
    const float *start = problem->start;
    if (start) start = (const float *)((const uint8_t *)start + row * problem->start_row) + group * 16;
    const int scales = problem->alpha != 1;
    MK_UNROLL for (int g = 0; g < groups; g++) MK_UNROLL for (int q = 0; q < rows; q++) {
        mk_v16 first = 0;
        if (start && !scales) first = mk_load16((const uint8_t *)(start + g * 16) + q * problem->start_row);
        sums[g * rows + q] = first;
    }
    const ptrdiff_t apart = problem->depth * 16;
    const float *weights = problem->weights + group * apart;
    const mk_ahead ahead = {(uintptr_t)weights, 0};
    mk_walk16(sums, groups, 1, rows, weights, 16, apart, problem->offsets, (size_t)problem->depth,
              problem->left + row * problem->left_row, problem->left_row, 0, 0, ahead);
    if (scales) {
        const mk_v16 alpha = (mk_v16)problem->alpha;
        MK_UNROLL for (int g = 0; g < groups; g++) MK_UNROLL for (int q = 0; q < rows; q++) {
            mk_v16 *sum = &sums[g * rows + q];
            *sum = start ? __builtin_elementwise_fma(
                               alpha, *sum, mk_load16((const uint8_t *)(start + g * 16) + q * problem->start_row))
                         : alpha * *sum;
        }
    }
    mk_activate16(sums, groups * rows, &problem->activation);
    uint8_t *out = problem->output + row * problem->output_row + group * 64;
    // Unrolled as every loop over the sums: an index that varies would put them into memory.
    MK_UNROLL for (int g = 0; g < groups; g++) {
        const int64_t left = problem->columns - (group + g) * 16;
        if (left >= 16) {
            MK_UNROLL for (int q = 0; q < rows; q++)
                memcpy(out + q * problem->output_row + g * 64, &sums[g * rows + q], 64);
        } else {
            MK_UNROLL for (int q = 0; q < rows; q++) {
                float lanes[16];
                memcpy(lanes, &sums[g * rows + q], 64);
                memcpy(out + q * problem->output_row + g * 64, lanes, (size_t)left * 4);
            }
        }
    }
}

#define MK_TILE_FUNCTION(G, Q)                                                                                         \
    static void mk_gemm_tile_##G##x##Q(const mk_gemm_f32 *problem, int64_t group, int64_t row) {                       \
        mk_gemm_tile(problem, G, Q, group, row);                                                                       \
    }
MK_TILES(MK_TILE_FUNCTION)

#define MK_TILE_ENTRY(G, Q) {G, Q, mk_gemm_tile_##G##x##Q},
static const struct {
    int64_t groups, rows;
    void (*run)(const mk_gemm_f32 *, int64_t, int64_t);
} mk_gemm_tiles[] = {MK_TILES(MK_TILE_ENTRY)};

void MK_NAME(const mk_gemm_f32 *problem, int64_t first_group, int64_t groups, int64_t first_row, int64_t rows) {
    const size_t tiles = sizeof mk_gemm_tiles / sizeof *mk_gemm_tiles;
    if (rows <= 0) return;
    for (int64_t group = first_group; group < first_group + groups;) {
        const int64_t left = first_group + groups - group;
        // The tile with the least time for a group and row; loads of weights and activations count half of an fma each.
        size_t best = tiles;
        double cost = 0;
        for (size_t i = 0; i < tiles; i++) {
            const int64_t g = mk_gemm_tiles[i].groups, q = mk_gemm_tiles[i].rows;
            if (g > left || q > rows) continue;
            // Fewer than 8 chains wait for each other.
            const double steps = (double)(g * q > 8 ? g * q : 8) + 0.5 * (double)(g + q);
            const double time = steps * (double)((rows + q - 1) / q) / (double)g;
            if (best < tiles && time >= cost) continue;
            best = i;
            cost = time;
        }
        const int64_t q = mk_gemm_tiles[best].rows;
        // The last tile may overlap the one before: a result depends on nothing but its own chain.
        for (int64_t row = 0; row < rows; row += q)
            mk_gemm_tiles[best].run(problem, group, first_row + (row <= rows - q ? row : rows - q));
        group += mk_gemm_tiles[best].groups;
    }
}

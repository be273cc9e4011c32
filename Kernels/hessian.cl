// H += X^T X for X [rows][width] and symmetric H [width][width], all float32, row-major.
//
// Each entry is one fma chain over the rows in ascending order, starting from what it was: the result does not
// depend on
// the tiling, nor on how many calls the rows come in. Tiles on and above the diagonal are computed, and mirrored:
// fma(a, b, c)
// is fma(b, a, c).
#pragma OPENCL FP_CONTRACT OFF
#ifndef SIDE
#define SIDE 16  // work-items along each side of a tile: 8, 16
#endif
#ifndef EACH
#define EACH 4  // entries of a work-item along each side: 1, 2, 4, 8
#endif
#ifndef DEPTH
#define DEPTH 16  // rows in local memory at a time: 8, 16, 32
#endif

#define TILE (SIDE * EACH)

// `distance`: elements from a row of X to the next. Global size: (tiles along H, tiles along H) groups of (SIDE, SIDE).
__kernel __attribute__((reqd_work_group_size(SIDE, SIDE, 1))) void hessian(
    __global const float *restrict x, __global float *restrict h, int rows, int width, int distance) {
    __local float left[DEPTH][TILE], right[DEPTH][TILE];
    const int column0 = get_group_id(0) * TILE, row0 = get_group_id(1) * TILE;
    // The same for a whole group, so that its barriers stay together.
    if (column0 < row0) return;
    const int i0 = get_local_id(0), j0 = get_local_id(1), lane = j0 * SIDE + i0;
    float sums[EACH][EACH];
#pragma unroll
    for (int j = 0; j < EACH; ++j) {
#pragma unroll
        for (int i = 0; i < EACH; ++i) {
            const int row = row0 + j * SIDE + j0, column = column0 + i * SIDE + i0;
            sums[j][i] = row <= column && column < width ? h[(long)row * width + column] : 0.0f;
        }
    }
    for (int start = 0; start < rows; start += DEPTH) {
        for (int k = lane; k < DEPTH * TILE; k += SIDE * SIDE) {
            const int depth = k / TILE, place = k % TILE;
            const bool inside = start + depth < rows;
            __global const float *line = x + (long)(start + depth) * distance;
            left[depth][place] = inside && row0 + place < width ? line[row0 + place] : 0.0f;
            right[depth][place] = inside && column0 + place < width ? line[column0 + place] : 0.0f;
        }
        barrier(CLK_LOCAL_MEM_FENCE);
        // Rows that do not exist take no part: a product of zeros would turn a sum of -0 into +0.
        const int depths = min(DEPTH, rows - start);
        for (int depth = 0; depth < depths; ++depth) {
            float a[EACH], b[EACH];
#pragma unroll
            for (int k = 0; k < EACH; ++k) {
                a[k] = left[depth][k * SIDE + j0];
                b[k] = right[depth][k * SIDE + i0];
            }
#pragma unroll
            for (int j = 0; j < EACH; ++j) {
#pragma unroll
                for (int i = 0; i < EACH; ++i) sums[j][i] = fma(a[j], b[i], sums[j][i]);
            }
        }
        barrier(CLK_LOCAL_MEM_FENCE);
    }
#pragma unroll
    for (int j = 0; j < EACH; ++j) {
#pragma unroll
        for (int i = 0; i < EACH; ++i) {
            const int row = row0 + j * SIDE + j0, column = column0 + i * SIDE + i0;
            if (row > column || column >= width) continue;
            h[(long)row * width + column] = sums[j][i];
            if (row < column) h[(long)column * width + row] = sums[j][i];
        }
    }
}

// Tiles of sums of products, four rows of one vector in registers: what Hessians and their factors are made of. Plain vector
// arithmetic, compiled also for wider vectors where the processor has them; every element is one chain, in the same order
// everywhere, and nothing is fused, so that no path rounds differently from another.
#include "mk_add_products.h"
#include "../clones.h"

#include <string.h>

#pragma STDC FP_CONTRACT OFF

typedef float mk_f32x16 __attribute__((ext_vector_type(16)));
typedef double mk_f64x8 __attribute__((ext_vector_type(8)));

MK_CLONES void mk_add_products_f32(float *sums, ptrdiff_t sums_row, const float *left, ptrdiff_t left_step,
                                   const float *right, ptrdiff_t right_step, size_t count, size_t rows) {
    for (size_t row = 0; row < rows; row += 4) {
        mk_f32x16 a = 0, b = 0, c = 0, d = 0;
        const float *x = left + row, *y = right;
        for (size_t k = 0; k < count; k++, x += left_step, y += right_step) {
            mk_f32x16 v;
            memcpy(&v, y, sizeof v);
            a += (mk_f32x16)x[0] * v;
            b += (mk_f32x16)x[1] * v;
            c += (mk_f32x16)x[2] * v;
            d += (mk_f32x16)x[3] * v;
        }
        const mk_f32x16 made[4] = {a, b, c, d};
        for (int r = 0; r < 4; r++) {
            float *place = sums + (ptrdiff_t)(row + (size_t)r) * sums_row;
            mk_f32x16 old;
            memcpy(&old, place, sizeof old);
            old += made[r];
            memcpy(place, &old, sizeof old);
        }
    }
}

MK_CLONES void mk_subtract_products_f64(double *sums, ptrdiff_t sums_row, const double *left, ptrdiff_t left_step,
                                        const double *right, ptrdiff_t right_step, size_t count, size_t rows) {
    for (size_t row = 0; row < rows; row += 4) {
        double *place = sums + (ptrdiff_t)row * sums_row;
        mk_f64x8 a, b, c, d;
        memcpy(&a, place, sizeof a);
        memcpy(&b, place + sums_row, sizeof b);
        memcpy(&c, place + 2 * sums_row, sizeof c);
        memcpy(&d, place + 3 * sums_row, sizeof d);
        const double *x = left + row, *y = right;
        for (size_t k = 0; k < count; k++, x += left_step, y += right_step) {
            mk_f64x8 v;
            memcpy(&v, y, sizeof v);
            a -= (mk_f64x8)x[0] * v;
            b -= (mk_f64x8)x[1] * v;
            c -= (mk_f64x8)x[2] * v;
            d -= (mk_f64x8)x[3] * v;
        }
        memcpy(place, &a, sizeof a);
        memcpy(place + sums_row, &b, sizeof b);
        memcpy(place + 2 * sums_row, &c, sizeof c);
        memcpy(place + 3 * sums_row, &d, sizeof d);
    }
}

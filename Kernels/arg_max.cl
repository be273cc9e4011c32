// The index of the greatest element of each line of a row-major tensor: of equals the first, or the last.
#pragma OPENCL FP_CONTRACT OFF

// float, char, uchar, short, ushort, int, uint, long or ulong.
#ifndef ELEMENT
#define ELEMENT float
#endif
#ifndef IS_FLOAT
#define IS_FLOAT 1
#endif
// 1 where of equals the last counts.
#ifndef SELECTS_LAST
#define SELECTS_LAST 0
#endif
#include "number_order.clh"

/// Lines of `length` elements that lie `inner` apart. Global size: inner, outer.
__kernel void arg_max(__global const ELEMENT *x, __global long *y, const int length, const int inner) {
    const int line = (int)get_global_id(0);
    if (line >= inner) return;
    x += (size_t)get_global_id(1) * length * inner + line;
    ELEMENT best = x[0];
    int best_index = 0;
    for (int i = 1; i < length; i++) {
        const ELEMENT candidate = x[(size_t)i * inner];
#if SELECTS_LAST
        const int is_better = !EXCEEDS(best, candidate);
#else
        const int is_better = EXCEEDS(candidate, best);
#endif
        best = is_better ? candidate : best;
        best_index = is_better ? i : best_index;
    }
    y[get_global_id(1) * inner + line] = best_index;
}

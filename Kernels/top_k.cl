// The greatest or the least `count` elements of each line of a row-major tensor, in order; of equals the first comes
// first.
//
// An item counts how many elements of its line come before its own: that is its rank.
#pragma OPENCL FP_CONTRACT OFF

// float, char, uchar, short, ushort, int, uint, long or ulong.
#ifndef ELEMENT
#define ELEMENT float
#endif
#ifndef IS_FLOAT
#define IS_FLOAT 1
#endif
// 0 for the least.
#ifndef TAKES_LARGEST
#define TAKES_LARGEST 1
#endif
// 1 for each result that is asked for.
#ifndef HAS_VALUES
#define HAS_VALUES 1
#endif
#ifndef HAS_INDICES
#define HAS_INDICES 1
#endif
#include "number_order.clh"

#if TAKES_LARGEST
#define PRECEDES(a, b) EXCEEDS(a, b)
#else
#define PRECEDES(a, b) EXCEEDS(b, a)
#endif

/// Lines of `length` elements that lie `inner` apart. Global size: length * inner, outer.
__kernel void top_k(__global const ELEMENT *x,
#if HAS_VALUES
                    __global ELEMENT *values,
#endif
#if HAS_INDICES
                    __global long *indices,
#endif
                    const int length, const int inner, const int count) {
    const int place = (int)get_global_id(0), index = place / inner, line = place - index * inner;
    if (index >= length) return;
    x += (size_t)get_global_id(1) * length * inner + line;
    const ELEMENT own = x[(size_t)index * inner];
    int rank = 0;
    for (int i = 0; i < length && rank < count; i++) {
        const ELEMENT other = x[(size_t)i * inner];
        rank += PRECEDES(other, own) || (i < index && !PRECEDES(own, other));
    }
    if (rank >= count) return;
    const size_t target = ((size_t)get_global_id(1) * count + rank) * inner + line;
#if HAS_VALUES
    values[target] = own;
#endif
#if HAS_INDICES
    indices[target] = index;
#endif
}

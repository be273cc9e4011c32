// Sums, means, greatest and least numbers over dimensions of a row-major tensor, taken in ascending index.
#pragma OPENCL FP_CONTRACT OFF

// float, char, uchar, short, ushort, int, uint, long or ulong; a bool is a uchar.
#ifndef ELEMENT
#define ELEMENT float
#endif
#ifndef IS_FLOAT
#define IS_FLOAT 1
#endif
// 1 where results other than 0 become 1.
#ifndef IS_BOOL
#define IS_BOOL 0
#endif
// 0: sum, 1: mean, 2: greatest, 3: least.
#ifndef OPERATION
#define OPERATION 0
#endif
#include "divide.clh"
#include "number_order.clh"

// Integers wrap: in C only unsigned ones do.
#if IS_FLOAT
#define SUM float
#else
#define SUM ulong
#endif

/// - kept: size and stride in `x` of each dimension that stays, the last fastest.
/// - reduced: the same of each dimension that goes, but for the last of them: that has size `run`, `run_stride` apart.
/// - rows: the product of the sizes of `reduced`.
/// - count: what means of integers divide by, 0 where the type does not hold it: then they are 0.
/// Global size: results.
__kernel void reduce(__global const ELEMENT *x, __global ELEMENT *y, __global const int2 *kept, const int kept_count,
                     __global const int2 *reduced, const int reduced_count, const int rows, const int run,
                     const int run_stride, const int results, const long count, const float real_count) {
    const int result = (int)get_global_id(0);
    if (result >= results) return;
    int rest = result;
    for (int dimension = kept_count - 1; dimension >= 0; dimension--) {
        const int2 place = kept[dimension];
        x += (long)(rest % place.x) * place.y;
        rest /= place.x;
    }
#if OPERATION < 2
    SUM accumulator = 0;
#else
    ELEMENT accumulator = x[0];
#endif
    for (int row = 0; row < rows; row++) {
        __global const ELEMENT *line = x;
        rest = row;
        for (int dimension = reduced_count - 1; dimension >= 0; dimension--) {
            const int2 place = reduced[dimension];
            line += (long)(rest % place.x) * place.y;
            rest /= place.x;
        }
        for (int i = 0; i < run; i++) {
            const ELEMENT element = line[(long)i * run_stride];
#if OPERATION < 2
            accumulator += (SUM)element;
#elif OPERATION == 2
            accumulator = EXCEEDS(element, accumulator) ? element : accumulator;
#else
            accumulator = UNDERCUTS(element, accumulator) ? element : accumulator;
#endif
        }
    }
#if OPERATION == 1 && IS_FLOAT
    accumulator = DIVIDE(accumulator, real_count);
#elif OPERATION == 1
    accumulator = count == 0 ? 0 : (SUM)((ELEMENT)accumulator / (ELEMENT)count);
#endif
    y[result] = IS_BOOL ? accumulator != 0 : (ELEMENT)accumulator;
}

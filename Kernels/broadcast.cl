// y = OPERATION(a, b, c) on packed operands that broadcast to y's shape as in numpy.

#pragma OPENCL FP_CONTRACT OFF

#include "elements.clh"

#ifndef OPERANDS
#define OPERANDS 2  // 1, 2, 3
#endif
#ifndef RANK
#define RANK 4  // 1 to 8
#endif
#ifndef A_TYPE
#define A_TYPE float  // uchar, char, ushort, short, uint, int, ulong, long, float
#endif
#ifndef B_TYPE
#define B_TYPE A_TYPE  // as A_TYPE
#endif
#ifndef C_TYPE
#define C_TYPE B_TYPE  // as A_TYPE
#endif
#ifndef Y_TYPE
#define Y_TYPE A_TYPE  // as A_TYPE
#endif

#include "elementwise_operations.clh"

// Global size: `count`, the elements of y, or more.
// `walk`: RANK sizes of y, then for each operand RANK strides in elements, 0 where it stretches.
__kernel void broadcast(__global Y_TYPE *y, __constant float *parameters, const int count, __constant int *walk,
                        __global const A_TYPE *a
#if OPERANDS > 1
                        ,
                        __global const B_TYPE *b
#endif
#if OPERANDS > 2
                        ,
                        __global const C_TYPE *c
#endif
) {
    const uint index = (uint)get_global_id(0);
    if (index >= (uint)count) return;
    int offset[OPERANDS];
    for (int operand = 0; operand < OPERANDS; operand++) offset[operand] = 0;
    uint rest = index;
#pragma unroll
    for (int dimension = RANK - 1; dimension >= 0; dimension--) {
        const uint size = (uint)walk[dimension];
        const int position = (int)(rest % size);
        rest /= size;
#pragma unroll
        for (int operand = 0; operand < OPERANDS; operand++)
            offset[operand] += position * walk[(operand + 1) * RANK + dimension];
    }
    y[index] = APPLY(a[offset[0]], b[offset[1]], c[offset[2]]);
}

// y = OPERATION(a, b, c) on packed operands that broadcast to y's shape as in numpy.

#pragma OPENCL FP_CONTRACT OFF

#include "elementwise_operands.clh"
#include "elements.clh"

#ifndef RANK
#define RANK 4  // 1 to 8
#endif

#include "elementwise_operations.clh"

// Global size: `count`, the elements of y, or more.
// `walk`: RANK sizes of y, then for each operand RANK strides in elements, 0 where it stretches.
__kernel void broadcast(__global Y_TYPE *y, __constant float *parameters, const int count, __constant int *walk,
                        OPERAND_PARAMETERS(PACKED_OPERAND)) {
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

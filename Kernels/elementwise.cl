// y = OPERATION(a, b, c) on packed operands of y's shape, or of one element.
//
// A work-item computes COUNT neighbouring elements. What it loads beyond the last one lies in the value's slack.

#pragma OPENCL FP_CONTRACT OFF

#include "elements.clh"

#ifndef OPERANDS
#define OPERANDS 2  // 1, 2, 3
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
#ifndef Y_LOWEST
#define Y_LOWEST 0  // the lowest of the type
#endif
#ifndef Y_HIGHEST
#define Y_HIGHEST 0  // the highest of the type
#endif
// Whether an operand has y's shape.
#ifndef A_FULL
#define A_FULL 1  // 0, 1
#endif
#ifndef B_FULL
#define B_FULL 1  // 0, 1
#endif
#ifndef C_FULL
#define C_FULL 1  // 0, 1
#endif
#ifndef COUNT
#define COUNT 4  // 4; 16 where all types have 8 bits
#endif

#include "elementwise_operations.clh"

#define LOAD(type, full, array, address)                                                        \
    type array[COUNT];                                                                          \
    if (full) {                                                                                 \
        LOAD_VECTOR(type, COUNT, array, (address) + first);                                     \
    } else {                                                                                    \
        for (int number = 0; number < COUNT; number++) array[number] = (address)[0];            \
    }

// Global size: `count` elements divided by COUNT, or more. y may be the memory of an operand of its shape.
__kernel void elementwise(__global Y_TYPE *y, __constant float *parameters, const long count, __global const A_TYPE *a
#if OPERANDS > 1
                          ,
                          __global const B_TYPE *b
#endif
#if OPERANDS > 2
                          ,
                          __global const C_TYPE *c
#endif
) {
    const long first = (long)get_global_id(0) * COUNT;
    if (first >= count) return;
    LOAD(A_TYPE, A_FULL, of_a, a)
#if OPERANDS > 1
    LOAD(B_TYPE, B_FULL, of_b, b)
#endif
#if OPERANDS > 2
    LOAD(C_TYPE, C_FULL, of_c, c)
#endif
    Y_TYPE result[COUNT];
#pragma unroll
    for (int number = 0; number < COUNT; number++)
        result[number] = APPLY(of_a[number], of_b[number], of_c[number]);
    if (first + COUNT <= count) {
        STORE_VECTOR(Y_TYPE, COUNT, y + first, result);
    } else {
        for (int number = 0; number < COUNT; number++)
            if (first + number < count) y[first + number] = result[number];
    }
}

// y = OPERATION(a, b, c) on packed operands of y's shape, or of one element.
//
// A work-item computes COUNT neighbouring elements. What it loads beyond the last one lies in the value's slack.

#pragma OPENCL FP_CONTRACT OFF

#include "elementwise_operands.clh"
#include "elements.clh"

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

#define LOAD(type, name, NAME)                                                         \
    type of_##name[COUNT];                                                             \
    if (NAME##_FULL) {                                                                 \
        LOAD_VECTOR(type, COUNT, of_##name, name + first);                             \
    } else {                                                                           \
        for (int number = 0; number < COUNT; number++) of_##name[number] = name[0];    \
    }

// Global size: `count` elements divided by COUNT, or more. y may be the memory of an operand of its shape.
__kernel void elementwise(__global Y_TYPE *y, __constant float *parameters, const long count,
                          OPERAND_PARAMETERS(PACKED_OPERAND)) {
    const long first = (long)get_global_id(0) * COUNT;
    if (first >= count) return;
    FOR_OPERANDS(LOAD)
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

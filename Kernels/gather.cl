// Copies elements by a table for each dimension: where in the source each position of the target comes from.

#pragma OPENCL FP_CONTRACT OFF

#ifndef ELEMENT
#define ELEMENT uint  // uchar, ushort, uint, uint2
#endif
#ifndef RANK
#define RANK 4  // 1 to 8
#endif

// Global size: `count`, the elements of the target, or more.
// `sizes`: the target's. `positions`: behind one another for each dimension, for each of its indices the offset in
// elements that the source gets, or -1 where the target gets `fill`, of which only the first element is read.
__kernel void gather(__global const ELEMENT *restrict from, __global ELEMENT *restrict to, const int count,
                     __constant int *sizes, __global const int *restrict positions,
                     __global const ELEMENT *restrict fill) {
    const uint index = (uint)get_global_id(0);
    if (index >= (uint)count) return;
    long source = 0;
    bool is_inside = true;
    uint rest = index;
    int table = 0;
    for (int dimension = 0; dimension < RANK; dimension++) table += sizes[dimension];
#pragma unroll
    for (int dimension = RANK - 1; dimension >= 0; dimension--) {
        const uint size = (uint)sizes[dimension];
        table -= (int)size;
        const int offset = positions[table + (int)(rest % size)];
        rest /= size;
        is_inside = is_inside && offset >= 0;
        source += offset;
    }
    to[index] = is_inside ? from[source] : fill[0];
}

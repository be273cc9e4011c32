// Copies elements of any size from one walk over memory to another: transpositions, slices, joins, repetitions.

#pragma OPENCL FP_CONTRACT OFF

#ifndef ELEMENT
#define ELEMENT uint  // uchar, ushort, uint, uint2, uint4
#endif
#ifndef RANK
#define RANK 4  // 1 to 8
#endif
#ifndef TABLE
#define TABLE 0  // 0; 1: bytes change through a table
#endif

#if TABLE
#define CHANGED(element) table[element]
#else
#define CHANGED(element) (element)
#endif

// Global size: `count`, the elements copied, or more.
// `walk`: RANK sizes, RANK strides of the source, RANK strides of the target; these and the offsets in elements.
__kernel void copy_strided(__global const ELEMENT *restrict from, __global ELEMENT *restrict to, const long from_offset,
                           const long to_offset, const int count, __constant int *walk
#if TABLE
                           ,
                           __global const uchar *restrict table
#endif
) {
    const uint index = (uint)get_global_id(0);
    if (index >= (uint)count) return;
    long source = from_offset, target = to_offset;
    uint rest = index;
#pragma unroll
    for (int dimension = RANK - 1; dimension >= 0; dimension--) {
        const uint size = (uint)walk[dimension];
        const int position = (int)(rest % size);
        rest /= size;
        source += (long)position * walk[RANK + dimension];
        target += (long)position * walk[2 * RANK + dimension];
    }
    to[target] = CHANGED(from[source]);
}

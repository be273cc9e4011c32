// Looks every byte of a value up in a table of 256: rows of packed bytes, of blocked pixels or of packed ones.
//
// A work-item looks BYTES neighbouring bytes up. In blocked values those past the last channel become `zero`.

#pragma OPENCL FP_CONTRACT OFF

#include "elements.clh"

#ifndef BYTES
#define BYTES 16  // 16; 1 where rows do not start at multiples of 16
#endif

// Global size: `count` or more; `count` is images * groups * height * chunks, `chunks` the runs of BYTES bytes in the
// `row_bytes` of a row.
// `lanes`: channels of the last group, or 16 where all bytes count.
__kernel void byte_table(__global const uchar *from, __global uchar *to, __global const uchar *restrict table,
                         DISTANCES(from), DISTANCES(to), const int count, const int groups, const int height,
                         const int chunks, const int row_bytes, const int lanes, const int zero) {
    const uint index = (uint)get_global_id(0);
    if (index >= (uint)count) return;
    const uint line = index / (uint)chunks;
    const int first = (int)(index - line * (uint)chunks) * BYTES;
    const uint plane = line / (uint)height;
    const uint row = line - plane * (uint)height;
    const uint image = plane / (uint)groups;
    const uint group = plane - image * (uint)groups;
    __global const uchar *source = from + ROW_START(from, image, group, row) + first;
    __global uchar *target = to + ROW_START(to, image, group, row) + first;
#if BYTES == 1
    target[0] = table[source[0]];
#else
    const int used = group + 1 == (uint)groups ? lanes : BYTES;
    uchar bytes[BYTES];
    LOAD_VECTOR(uchar, BYTES, bytes, source);
#pragma unroll
    for (int number = 0; number < BYTES; number++)
        bytes[number] = number < used ? table[bytes[number]] : (uchar)zero;
    if (first + BYTES <= row_bytes) {
        STORE_VECTOR(uchar, BYTES, target, bytes);
    } else {
        for (int number = 0; number < BYTES; number++)
            if (first + number < row_bytes) target[number] = bytes[number];
    }
#endif
}

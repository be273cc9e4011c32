// QLinearSoftmax: softmax along lines of bytes, with exponentials from a table and one fixed order of the sum.
//
// A work-group does one line. Its work-items find the greatest byte and look exponentials up, CHUNK at a time, in local
// memory, from where the first work-item adds them in ascending order: the sum of the definition, bit for bit.

#include "divide.clh"
#include "quantize.clh"

#ifndef GROUP
#define GROUP 64  // work-items of a work-group: a power of two
#endif
#ifndef CHUNK
#define CHUNK 1024  // elements that are added at a time
#endif

// Global size: `lines` * GROUP. Line `n` starts at `n / inner * length * inner + n % inner`; its elements lie `inner`
// apart.
// `exponentials[256 * m + b]`: of the real number of byte `b` less that of `m`, bytes being flipped by `flip` to the
// order of their integers. The rest quantizes the result.
__kernel __attribute__((reqd_work_group_size(GROUP, 1, 1))) void softmax_u8(
    __global const uchar *restrict x, __global uchar *restrict y, __global const float *restrict exponentials,
    const int length, const int inner, const int flip, const float scale, const float reciprocal, const float low,
    const float high, const int zero_point) {
    __local float terms[CHUNK];
    __local int greatest[GROUP];
    __local float total[1];
    const uint item = (uint)get_local_id(0);
    const uint line = (uint)get_group_id(0);
    const size_t start = (size_t)(line / (uint)inner) * length * inner + line % (uint)inner;
    int high_byte = 0;
    for (int index = (int)item; index < length; index += GROUP)
        high_byte = max(high_byte, (int)(x[start + (size_t)index * inner] ^ flip));
    greatest[item] = high_byte;
    for (uint half_size = GROUP / 2; half_size > 0; half_size /= 2) {
        barrier(CLK_LOCAL_MEM_FENCE);
        if (item < half_size) greatest[item] = max(greatest[item], greatest[item + half_size]);
    }
    barrier(CLK_LOCAL_MEM_FENCE);
    __global const float *table = exponentials + 256 * greatest[0];
    float sum = 0.0f;
    for (int first = 0; first < length; first += CHUNK) {
        const int count = min(length - first, CHUNK);
        for (int index = (int)item; index < count; index += GROUP)
            terms[index] = table[x[start + (size_t)(first + index) * inner] ^ flip];
        barrier(CLK_LOCAL_MEM_FENCE);
        if (item == 0)
            for (int index = 0; index < count; index++) sum += terms[index];
        barrier(CLK_LOCAL_MEM_FENCE);
    }
    if (item == 0) total[0] = sum;
    barrier(CLK_LOCAL_MEM_FENCE);
    for (int index = (int)item; index < length; index += GROUP) {
        const size_t place = start + (size_t)index * inner;
        const float share = DIVIDE(table[x[place] ^ flip], total[0]);
        y[place] = (uchar)(quantized(share, scale, reciprocal, low, high, zero_point) ^ flip);
    }
}

// 12,288 words are the 48 KB of a work-group; the compiler keeps some bytes of them.
#pragma OPENCL FP_CONTRACT OFF
#ifndef WORDS
#define WORDS 16  // any number
#endif

__kernel void shared_memory(__global int *y) {
    __local int words[WORDS];
    const int i = get_local_id(0);
    words[i] = y[i];
    barrier(CLK_LOCAL_MEM_FENCE);
    y[i] = words[WORDS - 1 - i];
}

// probe_local: whether a work-group gets as much local memory as it asks for, in its text or as an argument.
//
//   dynamic, words   words of local memory given as an argument; 1 at least
//   result           one word of each kind of memory, written by one work-item and read by another: 64 sums
// Global size: (64), work-groups of (64).
#pragma OPENCL FP_CONTRACT OFF

#ifndef STATIC_WORDS
#define STATIC_WORDS 12284  // of 4 bytes: what the text asks for
#endif

__kernel __attribute__((reqd_work_group_size(64, 1, 1))) void probe_local(__global int *result, __local int *dynamic,
                                                                          int words) {
    __local int fixed[STATIC_WORDS];
    const int lane = (int)get_local_id(0);
    for (int i = lane; i < STATIC_WORDS; i += 64) fixed[i] = i;
    for (int i = lane; i < words; i += 64) dynamic[i] = i;
    barrier(CLK_LOCAL_MEM_FENCE);
    const int other = 63 - lane;
    int sum = 0;
    for (int i = other; i < STATIC_WORDS; i += 64) sum += fixed[i];
    for (int i = other; i < words; i += 64) sum += dynamic[i];
    result[lane] = sum;
}

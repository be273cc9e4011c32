// Counts of float elements in 2048 equal bins over [-2^e, 2^e), zeros apart, elements that are not finite left out.
//
// The bin is floor(x * 2^(10 - e)) + 1024, computed exactly from the float's bits. A histogram is 2050 ints: e, the
// count of
// zeros, then the bins. `histogram_range` finds the smallest e that holds the extremes that min_max.cl left, so that
// host
// and device need not meet between the two.
#pragma OPENCL FP_CONTRACT OFF
#ifndef GROUP
#define GROUP 256  // work-items in a group: 32, 64, 128, 256, 512
#endif
#ifndef COPIES
#define COPIES 1  // histograms in local memory, 8 KB each, between which the work-items of a group are spread: 1, 2, 4
#endif

#define BINS 2048
#define RESULT 5
#define INFINITY_BITS 0x7f800000
#define MINIMUM_EXPONENT -126

// The smallest e such that a finite x lies in [-2^e, 2^e), from x's key (min_max.cl).
inline int exponent_holding(int key) {
    const int magnitude = key < 0 ? key ^ -1 : key, biased = magnitude >> 23;
    // -2^e itself belongs to the range, 2^e does not.
    const bool edge = key < 0 && (magnitude & 0x7fffff) == 0;
    return max(biased - 126 - (edge ? 1 : 0), MINIMUM_EXPONENT);
}

// Makes an empty histogram whose range holds what `count` results of min_max.cl say. Global size: one group.
__kernel __attribute__((reqd_work_group_size(GROUP, 1, 1))) void histogram_range(
    __global const int *restrict results, __global int *restrict histogram, int count) {
    __local int exponent;
    const int lane = get_local_id(0);
    if (lane == 0) exponent = MINIMUM_EXPONENT;
    barrier(CLK_LOCAL_MEM_FENCE);
    int highest = MINIMUM_EXPONENT;
    for (int i = lane; i < count; i += GROUP) {
        const int low = results[i * RESULT], high = results[i * RESULT + 1];
        if (low <= high) highest = max(highest, max(exponent_holding(low), exponent_holding(high)));
    }
    atomic_max(&exponent, highest);
    barrier(CLK_LOCAL_MEM_FENCE);
    if (lane == 0) histogram[0] = exponent;
    for (int i = lane; i <= BINS; i += GROUP) histogram[1 + i] = 0;
}

// The bin of a finite element that is not zero. The significand is an integer m < 2^24, x = m * 2^(biased - 150).
inline int bin_of(int bits, int exponent) {
    const int field = (bits >> 23) & 0xff, biased = max(field, 1);
    const int significand = (bits & 0x7fffff) | (field > 0 ? 0x800000 : 0);
    const int shift = min(exponent + 140 - biased, 31);
    return BINS / 2 + (bits < 0 ? -1 - ((significand - 1) >> shift) : significand >> shift);
}

// Counts the elements of all samples into a histogram that `histogram_range` made. A sample is groups x rows lines of
// `width` elements, as in min_max.cl. Global size: (groups along a line, groups that share the lines, samples).
__kernel __attribute__((reqd_work_group_size(GROUP, 1, 1))) void histogram(
    __global const int *restrict x, __global int *restrict histogram, int channels, int groups, int rows, int width,
    int origin, int row, int group, long image) {
    __local int bins[COPIES * BINS];
    __local int all_zeros;
    const int lane = get_local_id(0);
    for (int i = lane; i < COPIES * BINS; i += GROUP) bins[i] = 0;
    if (lane == 0) all_zeros = 0;
    barrier(CLK_LOCAL_MEM_FENCE);
    __local int *own = bins + lane % COPIES * BINS;
    __global const int *elements = x + image * get_global_id(2) + origin;
    const int exponent = histogram[0];
    int zeros = 0;
    for (int line = get_global_id(1); line < groups * rows; line += get_global_size(1)) {
        const int first = line / rows;
        __global const int *here = elements + (long)first * group + (long)(line - first * rows) * row;
        const int lanes = channels - first * 16;
        for (int i = get_global_id(0); i < width; i += get_global_size(0)) {
            if ((i & 15) >= lanes) continue;
            const int bits = here[i], magnitude = bits & 0x7fffffff;
            if (magnitude == 0) {
                ++zeros;
            } else if (magnitude < INFINITY_BITS) {
                atomic_inc(own + bin_of(bits, exponent));
            }
        }
    }
    if (zeros > 0) atomic_add(&all_zeros, zeros);
    barrier(CLK_LOCAL_MEM_FENCE);
    if (lane == 0 && all_zeros > 0) atomic_add(histogram + 1, all_zeros);
    for (int i = lane; i < BINS; i += GROUP) {
        int count = 0;
        for (int copy = 0; copy < COPIES; ++copy) count += bins[copy * BINS + i];
        if (count > 0) atomic_add(histogram + 2 + i, count);
    }
}

// The smallest and the largest finite element of each sample or channel, and how many elements are not finite.
//
// All arithmetic is on the bits of the floats, as integers: no device flushes or reorders anything here. A float's
// key is
// an integer that compares as the float does; -0 comes just below +0. A result is five ints: lowest key (INT_MAX
// where no
// element is finite), highest key (INT_MIN), and the counts of NaN, +inf and -inf.
#pragma OPENCL FP_CONTRACT OFF
#ifndef GROUP
#define GROUP 128  // work-items in a group: 32, 64, 128, 256, 512
#endif

#define RESULT 5
#define INFINITY_BITS 0x7f800000

// Sets `count` results to those of nothing.
__kernel void min_max_clear(__global int *restrict results, int count) {
    const int i = get_global_id(0);
    if (i >= count) return;
    results[i * RESULT] = INT_MAX;
    results[i * RESULT + 1] = INT_MIN;
    for (int k = 2; k < RESULT; ++k) results[i * RESULT + k] = 0;
}

// What one work-item has seen: keys in x and y. Counts go straight to the result: there are hardly ever any.
inline int2 with_element(int2 range, int bits, __global int *restrict result) {
    const int magnitude = bits & 0x7fffffff;
    if (magnitude >= INFINITY_BITS) {
        atomic_inc(result + (magnitude > INFINITY_BITS ? 2 : bits > 0 ? 3 : 4));
        return range;
    }
    const int key = bits ^ ((bits >> 31) & 0x7fffffff);
    return (int2)(min(range.x, key), max(range.y, key));
}

// Joins what the work-items of a group have seen, and adds it to a result.
__attribute__((always_inline))
inline void join(int2 range, __local int2 *ranges, __global int *result) {
    const int lane = get_local_id(0);
    ranges[lane] = range;
    barrier(CLK_LOCAL_MEM_FENCE);
    for (int step = GROUP / 2; step > 0; step /= 2) {
        if (lane < step) {
            const int2 other = ranges[lane + step];
            range = (int2)(min(range.x, other.x), max(range.y, other.y));
            ranges[lane] = range;
        }
        barrier(CLK_LOCAL_MEM_FENCE);
    }
    if (lane == 0 && range.x <= range.y) {
        atomic_min(result, range.x);
        atomic_max(result + 1, range.y);
    }
}

// One result for each sample. A sample is groups x rows lines of `width` elements; distances are in elements.
// Blocked (nChw16c): groups of 16 channels, lanes from `channels` on are left out, width = 16 pixels' worth each.
// Row-major: one group, one row, width = elements of the sample, channels = INT_MAX.
// Global size: (any number of groups along a line, any number that share the lines, samples).
__kernel __attribute__((reqd_work_group_size(GROUP, 1, 1))) void min_max(
    __global const int *restrict x, __global int *restrict results, int channels, int groups, int rows, int width,
    int origin, int row, int group, long image) {
    __local int2 ranges[GROUP];
    const int sample = get_global_id(2);
    __global int *result = results + sample * RESULT;
    __global const int *elements = x + image * sample + origin;
    int2 range = (int2)(INT_MAX, INT_MIN);
    for (int line = get_global_id(1); line < groups * rows; line += get_global_size(1)) {
        const int first = line / rows;
        __global const int *here = elements + (long)first * group + (long)(line - first * rows) * row;
        const int lanes = channels - first * 16;
        for (int i = get_global_id(0); i < width; i += get_global_size(0)) {
            if ((i & 15) < lanes) range = with_element(range, here[i], result);
        }
    }
    join(range, ranges, result);
}

// One result for each channel of [outer][channels][inner]. Global size: (groups that share a channel, channels).
__kernel __attribute__((reqd_work_group_size(GROUP, 1, 1))) void min_max_channel(
    __global const int *restrict x, __global int *restrict results, int outer, int channels, int inner) {
    __local int2 ranges[GROUP];
    const int channel = get_global_id(1);
    __global int *result = results + channel * RESULT;
    int2 range = (int2)(INT_MAX, INT_MIN);
    for (int o = 0; o < outer; ++o) {
        __global const int *here = x + ((long)o * channels + channel) * inner;
        for (int i = get_global_id(0); i < inner; i += get_global_size(0)) {
            range = with_element(range, here[i], result);
        }
    }
    join(range, ranges, result);
}

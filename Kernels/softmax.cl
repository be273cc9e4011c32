// Softmax or log-softmax of lines of floats: subtract the greatest, exponentials, their sum in ascending order, one
// division.
//
// `softmax` has a work-group for each line, whose elements are neighbours: the greatest and the exponentials are
// found side by side, the sum by one item. `softmax_across` has an item for each line, for lines whose neighbours in
// memory are other lines.
#pragma OPENCL FP_CONTRACT OFF

// Items of a work-group: a power of two up to 256.
#ifndef ITEMS
#define ITEMS 128
#endif
// Exponentials that wait in local memory to be added: a multiple of ITEMS up to 4096.
#ifndef CHUNK
#define CHUNK 1024
#endif
// 1 for the logarithm, as `x - greatest - log(sum)`.
#ifndef IS_LOG
#define IS_LOG 0
#endif

/// A NaN is passed over.
static inline float greater(float x, float best) { return x > best ? x : best; }

/// Global size: ITEMS, lines of `length` elements.
__kernel __attribute__((reqd_work_group_size(ITEMS, 1, 1))) void softmax(__global const float *x, __global float *y,
                                                                        const int length) {
    __local float shared[CHUNK];
    const int item = (int)get_local_id(0);
    x += (size_t)get_group_id(1) * length;
    y += (size_t)get_group_id(1) * length;
    float greatest = -INFINITY;
    for (int i = item; i < length; i += ITEMS) greatest = greater(x[i], greatest);
    shared[item] = greatest;
    barrier(CLK_LOCAL_MEM_FENCE);
    for (int half_way = ITEMS / 2; half_way > 0; half_way /= 2) {
        if (item < half_way) shared[item] = greater(shared[item + half_way], shared[item]);
        barrier(CLK_LOCAL_MEM_FENCE);
    }
    greatest = shared[0];
    float sum = 0.0f;
    for (int first = 0; first < length; first += CHUNK) {
        const int count = min(CHUNK, length - first);
        barrier(CLK_LOCAL_MEM_FENCE);
        for (int i = item; i < count; i += ITEMS) {
            const float power = exp(x[first + i] - greatest);
            shared[i] = power;
            if (!IS_LOG) y[first + i] = power;
        }
        barrier(CLK_LOCAL_MEM_FENCE);
        if (item == 0) {
#pragma unroll 8
            for (int i = 0; i < count; i++) sum += shared[i];
        }
    }
    barrier(CLK_LOCAL_MEM_FENCE);
    if (item == 0) shared[0] = IS_LOG ? log(sum) : sum;
    barrier(CLK_LOCAL_MEM_FENCE);
    sum = shared[0];
    // Each item divides what it wrote itself.
    for (int first = 0; first < length; first += CHUNK)
        for (int i = first + item; i < min(first + CHUNK, length); i += ITEMS)
            y[i] = IS_LOG ? x[i] - greatest - sum : y[i] / sum;
}

/// Lines of `length` elements that lie `inner` apart. Global size: inner, outer.
__kernel void softmax_across(__global const float *x, __global float *y, const int length, const int inner) {
    const int line = (int)get_global_id(0);
    if (line >= inner) return;
    const size_t start = (size_t)get_global_id(1) * length * inner + line;
    x += start;
    y += start;
    float greatest = -INFINITY, sum = 0.0f;
    for (int i = 0; i < length; i++) greatest = greater(x[(size_t)i * inner], greatest);
    for (int i = 0; i < length; i++) {
        const float power = exp(x[(size_t)i * inner] - greatest);
        if (!IS_LOG) y[(size_t)i * inner] = power;
        sum += power;
    }
    if (IS_LOG) sum = log(sum);
    for (int i = 0; i < length; i++)
        y[(size_t)i * inner] = IS_LOG ? x[(size_t)i * inner] - greatest - sum : y[(size_t)i * inner] / sum;
}

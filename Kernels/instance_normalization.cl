// Instance normalization of the planes of a row-major tensor: statistics in double, in the plane's order, then
// `(x - mean) * (scale / sqrt(variance + epsilon)) + bias` in double and one rounding.
//
// A work-group has a plane. All its items copy it to local memory, a piece at a time, where one of them adds.
#pragma OPENCL EXTENSION cl_khr_fp64 : enable
#pragma OPENCL FP_CONTRACT OFF

// Items of a work-group: up to 256.
#ifndef ITEMS
#define ITEMS 128
#endif
// Floats of a copy: up to 8192.
#ifndef CHUNK
#define CHUNK 1024
#endif

/// The sum in order of a plane's elements, or of the squares of their distances from `mean`; item 0 has it.
__attribute__((always_inline))
static inline double plane_sum(__global const float *x, const int elements, __local float *copy, const int squares,
                               const double mean) {
    const int item = (int)get_local_id(0);
    double sum = 0;
    for (int first = 0; first < elements; first += CHUNK) {
        const int count = min(CHUNK, elements - first);
        barrier(CLK_LOCAL_MEM_FENCE);
        for (int i = item; i < count; i += ITEMS) copy[i] = x[first + i];
        barrier(CLK_LOCAL_MEM_FENCE);
        if (item == 0) {
#pragma unroll 8
            for (int i = 0; i < count; i++) {
                const double difference = squares ? (double)copy[i] - mean : 0;
                sum += squares ? difference * difference : (double)copy[i];
            }
        }
    }
    return sum;
}

/// - scale, bias: one for each channel. Global size: ITEMS, planes of `elements` elements.
__kernel __attribute__((reqd_work_group_size(ITEMS, 1, 1))) void instance_normalization(
    __global const float *input, __global float *output, __global const float *scale, __global const float *bias,
    const int elements, const int channels, const float epsilon) {
    __local float copy[CHUNK];
    __local double shared[1];
    const int item = (int)get_local_id(0), plane = (int)get_group_id(1), channel = plane % channels;
    input += (size_t)plane * elements;
    output += (size_t)plane * elements;
    double sum = plane_sum(input, elements, copy, 0, 0);
    if (item == 0) shared[0] = sum / elements;
    barrier(CLK_LOCAL_MEM_FENCE);
    const double mean = shared[0];
    sum = plane_sum(input, elements, copy, 1, mean);
    if (item == 0) shared[0] = (double)scale[channel] / sqrt(sum / elements + (double)epsilon);
    barrier(CLK_LOCAL_MEM_FENCE);
    const double factor = shared[0], addend = bias[channel];
    for (int i = item; i < elements; i += ITEMS)
        output[i] = (float)(((double)input[i] - mean) * factor + addend);
}

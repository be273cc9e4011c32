// probe_dot4: what a body of dot4 computes, for the host to compare.
//
//   activations, weights, sums   `count` operands of each kind
//   result                       `count` sums
// Global size: (count), rounded up.
#pragma OPENCL FP_CONTRACT OFF

#include "dot4.clh"

__kernel void probe_dot4(__global const uint *activations, __global const uint *weights, __global const int *sums,
                         __global int *result, int count) {
    const int index = (int)get_global_id(0);
    if (index < count) result[index] = dot4(activations[index], weights[index], sums[index]);
}

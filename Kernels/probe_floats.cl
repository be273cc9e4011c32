// probe_floats: what a device makes of float32, for the host to compare bit by bit.
//
//   x, y, z   `count` operands of each kind
//   result    7 planes of `count`: x / y, sqrt(x), fma(x, y, z), x * y, x * y + z in two roundings, rint(x), and x
//             rounded to an int and back
// Global size: (count), rounded up.
#pragma OPENCL FP_CONTRACT OFF

__kernel void probe_floats(__global const float *x, __global const float *y, __global const float *z,
                           __global float *result, int count) {
    const int index = (int)get_global_id(0);
    if (index >= count) return;
    const float a = x[index], b = y[index], c = z[index];
    result[index] = a / b;
    result[index + count] = sqrt(a);
    result[index + count * 2] = fma(a, b, c);
    result[index + count * 3] = a * b;
    result[index + count * 4] = a * b + c;
    result[index + count * 5] = rint(a);
    result[index + count * 6] = (float)convert_int_rte(clamp(a, -1.0e6f, 1.0e6f));
}

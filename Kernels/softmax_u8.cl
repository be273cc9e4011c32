// Softmax of lines of bytes: of the dequantized line, quantized once. The exponential of every pair of a byte and its
// line's greatest is in a table that the host made, so that the integers are the same everywhere.
#pragma OPENCL FP_CONTRACT OFF
#include "divide.clh"
#include "quantize.clh"

/// - powers: at `greatest * 256 + byte`, exp(real(byte) - real(greatest)); bytes as unsigned ones, an int8 with its
///   top bit flipped, which `flip` (0x80, or 0) does.
/// - scale, reciprocal, low, high, zero_point: of the result; the bounds are less the zero point.
/// Lines of `length` bytes that lie `inner` apart. Global size: inner, outer.
__kernel void softmax_u8(__global const uchar *x, __global uchar *y, __global const float *powers, const int length,
                         const int inner, const int flip, const float scale, const float reciprocal, const float low,
                         const float high, const int zero_point) {
    const int line = (int)get_global_id(0);
    if (line >= inner) return;
    const size_t start = (size_t)get_global_id(1) * length * inner + line;
    int greatest = 0;
    for (int i = 0; i < length; i++) greatest = max(greatest, x[start + (size_t)i * inner] ^ flip);
    powers += greatest * 256;
    float sum = 0.0f;
    for (int i = 0; i < length; i++) sum += powers[x[start + (size_t)i * inner] ^ flip];
    for (int i = 0; i < length; i++) {
        const float power = powers[x[start + (size_t)i * inner] ^ flip];
        const float share = DIVIDE(power, sum);
        y[start + (size_t)i * inner] = (uchar)(quantized(share, scale, reciprocal, low, high, zero_point) ^ flip);
    }
}

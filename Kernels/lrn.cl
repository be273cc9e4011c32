// Local response normalization of a blocked value (nChw16c): `x / pow(bias + factor * sum, beta)`, the sum of squares
// of the channels nearby in ascending order.
#pragma OPENCL FP_CONTRACT OFF

/// - down, up: how many channels below and above take part; factor: alpha / size.
/// Distances are in floats. Global size: 16 * width * height, then images * groups.
__kernel void lrn(__global const float *input, __global float *output, const int input_origin, const int input_row,
                  const int input_group, const long input_image, const int output_origin, const int output_row,
                  const int output_group, const long output_image, const int width, const int height, const int groups,
                  const int channels, const int down, const int up, const float factor, const float bias,
                  const float beta) {
    const int lane = (int)get_global_id(0) % 16;
    const int pixel = (int)get_global_id(0) / 16, row = pixel / width, column = pixel - row * width;
    const int image = (int)get_global_id(1) / groups, group = (int)get_global_id(1) % groups;
    if (row >= height) return;
    const int channel = group * 16 + lane;
    __global const float *x = input + image * input_image + input_origin + (long)row * input_row + column * 16;
    float result = 0.0f;
    if (channel < channels) {
        float sum = 0.0f;
        for (int near = max(0, channel - down); near <= min(channels - 1, channel + up); near++) {
            const float element = x[(long)(near / 16) * input_group + near % 16];
            const float square = element * element;
            sum += square;
        }
        const float scaled = factor * sum;
        result = x[(long)group * input_group + lane] / pow(bias + scaled, beta);
    }
    output[image * output_image + output_origin + (long)group * output_group + (long)row * output_row + column * 16 +
           lane] = result;
}

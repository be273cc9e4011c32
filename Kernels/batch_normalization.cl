// Batch normalization of floats: `fma(x - mean, factor, bias)`, with the host's `factor = scale / sqrt(variance +
// epsilon)`.
#pragma OPENCL FP_CONTRACT OFF

/// Of a blocked value (nChw16c), four channels of a pixel an item. Distances are in floats.
/// - constants: for each group 16 means, 16 factors and 16 biases, 0 past the last channel.
/// Global size: 4 * width * height, then images * groups.
__kernel void batch_normalization(__global const float *input, __global float *output,
                                  __global const float *constants, const int input_origin, const int input_row,
                                  const int input_group, const long input_image, const int output_origin,
                                  const int output_row, const int output_group, const long output_image,
                                  const int width, const int height, const int groups) {
    const int lane = (int)get_global_id(0) % 4 * 4;
    const int pixel = (int)get_global_id(0) / 4, row = pixel / width, column = pixel - row * width;
    const int image = (int)get_global_id(1) / groups, group = (int)get_global_id(1) % groups;
    if (row >= height) return;
    __global const float *numbers = constants + group * 48 + lane;
    const float4 x = *(__global const float4 *)(input + image * input_image + input_origin +
                                                (long)group * input_group + (long)row * input_row + column * 16 + lane);
    const float4 mean = *(__global const float4 *)numbers, factor = *(__global const float4 *)(numbers + 16);
    *(__global float4 *)(output + image * output_image + output_origin + (long)group * output_group +
                         (long)row * output_row + column * 16 + lane) =
        fma(x - mean, factor, *(__global const float4 *)(numbers + 32));
}

/// Of planes of a row-major tensor.
/// - constants: for each channel its mean, factor and bias.
/// Global size: elements of a plane, planes.
__kernel void batch_normalization_planes(__global const float *input, __global float *output,
                                         __global const float *constants, const int elements, const int channels) {
    const int element = (int)get_global_id(0), plane = (int)get_global_id(1);
    if (element >= elements) return;
    __global const float *numbers = constants + plane % channels * 3;
    const size_t place = (size_t)plane * elements + element;
    output[place] = fma(input[place] - numbers[0], numbers[1], numbers[2]);
}

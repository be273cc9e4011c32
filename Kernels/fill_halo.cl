// fill_halo: writes the halo of a blocked value and leaves its image alone.
//
//   value        the value's first byte: planes of `rows` x `columns` pixels, halo included
//   pixel_bytes  bytes of a pixel: 16 times the element's size, or the channels where pixels are packed
//   plane        bytes from a plane to the next: a plane is one group of channels of one image
//   planes       how many
//   rows, columns            size of a plane in pixels, halo included
//   top, left, height, width where the image lies in it
//   byte         what every byte of the halo becomes
// Global size: (columns, rows, planes), rounded up.
#pragma OPENCL FP_CONTRACT OFF

__kernel void fill_halo(__global uchar *value, int pixel_bytes, long plane, int planes, int rows, int columns, int top,
                        int left, int height, int width, int byte) {
    const int x = (int)get_global_id(0);
    const int y = (int)get_global_id(1);
    const int p = (int)get_global_id(2);
    if (x >= columns || y >= rows || p >= planes) return;
    if (y >= top && y < top + height && x >= left && x < left + width) return;
    __global uchar *pixel = value + plane * p + ((long)y * columns + x) * pixel_bytes;
    for (int i = 0; i < pixel_bytes; ++i) pixel[i] = (uchar)byte;
}

// Rows of bytes as the cores of conv_u8_block read them: u8, starting at multiples of 16 bytes. For rows that lie
// otherwise: int8 (`flip` 0x80808080 makes them u8), of a length that is no multiple of 16, or transposed.
//
// from   byte (row, k) is from[row * row_stride + k * depth_stride]
// to     [rows][row_words * 4] bytes; those behind `depth` get the flip's, which meet no weight but 0
//
// Global size: words of a row, rows.
#pragma OPENCL FP_CONTRACT OFF

__kernel void gemm_u8_block_rows(__global const uchar *restrict from, __global uint *restrict to, int rows, int depth,
                                 int row_words, long row_stride, long depth_stride, uint flip) {
    const int word = get_global_id(0), row = get_global_id(1);
    if (word >= row_words || row >= rows) return;
    uint bytes = 0;
    for (int i = 0; i < 4; ++i) {
        const int k = word * 4 + i;
        if (k < depth) bytes |= (uint)from[row * row_stride + k * depth_stride] << (8 * i);
    }
    to[(size_t)row * row_words + word] = bytes ^ flip;
}

// fill: sets every 4-byte word of a buffer. clEnqueueFillBuffer would do it, but drivers have got it wrong for large
// buffers.
//
//   to     the buffer, `count` words or more
//   word   what each one becomes
//   count  how many words
// Global size: (count), rounded up.
#pragma OPENCL FP_CONTRACT OFF

__kernel void fill(__global uint *to, uint word, long count) {
    const long index = (long)get_global_id(0);
    if (index < count) to[index] = word;
}

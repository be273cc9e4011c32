// The largest magnitude of each channel of finite floats [outer][channels][inner], as weights are quantized per
// channel.
//
// Magnitudes are compared as the integers that their bits are, so that no device flushes them.
#pragma OPENCL FP_CONTRACT OFF
#ifndef GROUP
#define GROUP 128  // work-items in a group: 32, 64, 128, 256, 512
#endif

// Global size: (GROUP, channels).
__kernel __attribute__((reqd_work_group_size(GROUP, 1, 1))) void channel_absmax(
    __global const int *restrict x, __global int *restrict magnitudes, int outer, int channels, int inner) {
    __local int largest[GROUP];
    const int lane = get_local_id(0), channel = get_global_id(1);
    int own = 0;
    for (int o = 0; o < outer; ++o) {
        __global const int *here = x + ((long)o * channels + channel) * inner;
        for (int i = lane; i < inner; i += GROUP) own = max(own, here[i] & 0x7fffffff);
    }
    largest[lane] = own;
    barrier(CLK_LOCAL_MEM_FENCE);
    for (int step = GROUP / 2; step > 0; step /= 2) {
        if (lane < step) {
            own = max(own, largest[lane + step]);
            largest[lane] = own;
        }
        barrier(CLK_LOCAL_MEM_FENCE);
    }
    if (lane == 0) magnitudes[channel] = own;
}

// Copies a value of 8-bit or 32-bit elements into another layout; on the way it may quantize or dequantize.
//
// A work-item moves LANES neighbouring channels of one pixel. Neighbouring work-items take the parts of a pixel, then
// pixels: what is blocked is read and written in whole lines of memory, what is row-major in runs of 32 bytes or more.
// Channels past the last become `zero` in a blocked target. The halo is left as it is.

#pragma OPENCL FP_CONTRACT OFF

#include "elements.clh"
#include "quantize.clh"

#ifndef FROM
#define FROM ROW_MAJOR  // ROW_MAJOR, BLOCKED, PACKED_PIXELS
#endif
#ifndef TO
#define TO BLOCKED  // ROW_MAJOR, BLOCKED, PACKED_PIXELS
#endif
#ifndef SOURCE
#define SOURCE uchar  // uchar, uint; float where CONVERT is QUANTIZE
#endif
#ifndef TARGET
#define TARGET SOURCE  // as SOURCE; uchar where it quantizes, float where it dequantizes
#endif
#ifndef LANES
#define LANES 16  // 4, 16
#endif

// What becomes of an element.
#define COPY 0
#define QUANTIZE 1
#define DEQUANTIZE 2
#ifndef CONVERT
#define CONVERT COPY  // COPY, QUANTIZE, DEQUANTIZE
#endif

#if CONVERT == COPY
#define ELEMENT(x) ((TARGET)((x) ^ flip))
#elif CONVERT == QUANTIZE
#define ELEMENT(x) ((TARGET)(quantized(x, scale, reciprocal, low, high, zero_point) ^ flip))
#else
#define ELEMENT(x) dequantized((float)((x) ^ flip), low, scale)
#endif

// The first of the LANES channels from `channel` on.
#if FROM == BLOCKED
#define SOURCE_START(pixel)                                                                  \
    (ROW_START(from, image, channel / GROUP_CHANNELS, row) + (size_t)(pixel) * GROUP_CHANNELS + \
     channel % GROUP_CHANNELS)
#elif FROM == PACKED_PIXELS
#define SOURCE_START(pixel) (ROW_START(from, image, 0, row) + (size_t)((pixel) * channels + channel))
#else
#define SOURCE_START(pixel) (ROW_START(from, image, channel, row) + (size_t)(pixel))
#endif
#if TO == BLOCKED
#define TARGET_START(pixel)                                                                \
    (ROW_START(to, image, channel / GROUP_CHANNELS, row) + (size_t)(pixel) * GROUP_CHANNELS + \
     channel % GROUP_CHANNELS)
#elif TO == PACKED_PIXELS
#define TARGET_START(pixel) (ROW_START(to, image, 0, row) + (size_t)((pixel) * channels + channel))
#else
#define TARGET_START(pixel) (ROW_START(to, image, channel, row) + (size_t)(pixel))
#endif
#define SOURCE_LANE ((size_t)(FROM == ROW_MAJOR ? from_group : 1))
#define TARGET_LANE ((size_t)(TO == ROW_MAJOR ? to_group : 1))

// Global size: `count` or more, the work-items that have work: images * groups * pixels * 16 / LANES where a side is
// blocked, else images * pixels * groups with groups of LANES channels. `pixels` is height * width.
// `zero`: lanes past the last channel. `flip`: 0x80 where bytes change between int8 and blocked bytes.
// Quantizing: `low` and `high` are less the zero point. Dequantizing: `low` is the zero point.
__kernel void layout(__global const SOURCE *restrict from, __global TARGET *restrict to, DISTANCES(from), DISTANCES(to),
                     const int count, const int channels, const int groups, const int pixels, const int width,
                     const int zero, const int flip
#if CONVERT != COPY
                     ,
                     const float scale, const float reciprocal, const float low, const float high, const int zero_point
#endif
) {
    const uint index = (uint)get_global_id(0);
    if (index >= (uint)count) return;
#if TO == BLOCKED || FROM == BLOCKED
    FIND_LANES(index);
    const int channel = (int)group * GROUP_CHANNELS + lane;
#else
    const uint rest = index / (uint)groups;
    const int channel = (int)(index - rest * (uint)groups) * LANES;
    const uint image = rest / (uint)pixels;
    const uint pixel = rest - image * (uint)pixels;
    const uint row = pixel / (uint)width;
    const uint column = pixel - row * (uint)width;
#endif
    const int lanes = min(channels - channel, LANES);

    SOURCE source[LANES];
#if FROM == BLOCKED
    LOAD_VECTOR(SOURCE, LANES, source, from + SOURCE_START(column));
#else
    __global const SOURCE *first = from + SOURCE_START(column);
#pragma unroll
    for (int number = 0; number < LANES; number++)
        source[number] = number < lanes ? first[(size_t)number * SOURCE_LANE] : (SOURCE)0;
#endif

    TARGET target[LANES];
#pragma unroll
    for (int number = 0; number < LANES; number++) target[number] = ELEMENT(source[number]);

#if TO == BLOCKED
#pragma unroll
    for (int number = 0; number < LANES; number++)
        if (number >= lanes) target[number] = (TARGET)zero;
    STORE_VECTOR(TARGET, LANES, to + TARGET_START(column), target);
#else
    __global TARGET *place = to + TARGET_START(column);
#pragma unroll
    for (int number = 0; number < LANES; number++)
        if (number < lanes) place[(size_t)number * TARGET_LANE] = target[number];
#endif
}

// Copies some channels of a blocked value into channels of another, whose other channels stay: joins and splits.
//
// A work-item writes LANES channels of one pixel of the target, or those of them that it has. Lanes past the target's
// last channel become `zero`. The halo is left as it is.

#pragma OPENCL FP_CONTRACT OFF

#include "elements.clh"

#ifndef ELEMENT
#define ELEMENT uchar  // uchar, uint
#endif
#ifndef LANES
#define LANES 16  // 4, 16: 16 bytes are best
#endif
#ifndef ALIGNED
#define ALIGNED 0  // 1 where both first channels are multiples of LANES
#endif
#ifndef TABLE
#define TABLE 0  // 0; 1: bytes change through a table
#endif

#if TABLE
#define CHANGED(element) table[element]
#else
#define CHANGED(element) (element)
#endif

// Global size: `count` or more; `count` is images * groups * pixels * 16 / LANES, `pixels` height * width, `groups`
// those of the target that are written, from `first_group` on.
// Channels `from_first` and on become `to_first ..< to_end`. `channels`: the target's.
__kernel void copy_channels(__global const ELEMENT *restrict from, __global ELEMENT *restrict to, DISTANCES(from),
                            DISTANCES(to), const int count, const int first_group, const int groups, const int pixels,
                            const int width, const int from_first, const int to_first, const int to_end,
                            const int channels, const int zero
#if TABLE
                            ,
                            __global const uchar *restrict table
#endif
) {
    const uint index = (uint)get_global_id(0);
    if (index >= (uint)count) return;
    FIND_LANES(index);
    const int channel = ((int)group + first_group) * GROUP_CHANNELS + lane;
    const int source = channel - to_first + from_first;
    __global const ELEMENT *first = from + ROW_START(from, image, 0, row) + (size_t)column * GROUP_CHANNELS;
    __global ELEMENT *target =
        to + ROW_START(to, image, group + first_group, row) + (size_t)column * GROUP_CHANNELS + lane;
#if ALIGNED
    ELEMENT elements[LANES];
    if (channel < to_first || (channel >= to_end && to_end < channels)) return;
    if (channel < to_end) {
        LOAD_VECTOR(ELEMENT, LANES, elements,
                    first + (size_t)(source / GROUP_CHANNELS) * (size_t)from_group + source % GROUP_CHANNELS);
    }
    if (channel + LANES <= to_end || to_end == channels) {
#pragma unroll
        for (int number = 0; number < LANES; number++)
            elements[number] = channel + number < to_end ? (ELEMENT)CHANGED(elements[number]) : (ELEMENT)zero;
        STORE_VECTOR(ELEMENT, LANES, target, elements);
        return;
    }
#pragma unroll
    for (int number = 0; number < LANES; number++)
        if (channel + number < to_end) target[number] = CHANGED(elements[number]);
#else
#pragma unroll
    for (int number = 0; number < LANES; number++) {
        const int own = source + number;
        if (channel + number >= to_first && channel + number < to_end) {
            const ELEMENT element =
                first[(size_t)(own / GROUP_CHANNELS) * (size_t)from_group + own % GROUP_CHANNELS];
            target[number] = CHANGED(element);
        } else if (channel + number >= channels) {
            target[number] = (ELEMENT)zero;
        }
    }
#endif
}

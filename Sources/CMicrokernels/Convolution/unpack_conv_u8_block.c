#include "mk_pack_conv_u8_block.h"

#include <string.h>

/// Adds one block's values to the weights of its outputs. Bytes wrap, so that the parts of a split weight add up.
static void add(const mk_conv_weights *w, uint8_t *weights, int64_t first_output, const int64_t sources[4],
                const int8_t *block) {
    const int64_t left = w->outputs - first_output, outputs = left < 16 ? left : 16;
    for (int64_t o = 0; o < outputs; o++) {
        const int64_t output = first_output + o;
        const int64_t base = output / w->outputs_per_group * w->per_output;
        for (int input = 0; input < 4; input++) {
            const int64_t index = sources[input] - base;
            if (sources[input] < 0 || index < 0 || index >= w->per_output) continue;
            weights[output * w->per_output + index] += (uint8_t)block[o * 4 + input];
        }
    }
}

void mk_unpack_conv_u8_pair(const mk_conv_weights *w, uint8_t *weights, int64_t pair, const int8_t *blocks,
                            const uint32_t *entries, const uint32_t counts[3]) {
    for (int64_t output = pair * 32; output < pair * 32 + 32 && output < w->outputs; output++)
        memset(weights + output * w->per_output, (uint8_t)w->zero_points[output], (size_t)w->per_output);
    for (int part = 0; part < 3; part++)
        for (uint32_t entry = 0; entry < counts[part]; entry++, entries++)
            for (int half = part == 2; half < (part == 1 ? 1 : 2); half++, blocks += 64)
                add(w, weights, pair * 32 + half * 16, w->sources + (size_t)*entries * 4, blocks);
}

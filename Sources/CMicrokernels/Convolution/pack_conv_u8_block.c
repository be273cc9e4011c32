#include "mk_pack_conv_u8_block.h"

#include <string.h>

/// What one output group has at one entry, less zero points.
typedef struct {
    int16_t values[64];
} block_values;

/// Gathers 16 outputs x 4 inputs. Returns whether one is not 0.
static int gather(const mk_conv_weights *w, int64_t first_output, const int64_t sources[4], block_values *block,
                  int32_t *sums) {
    int any = 0;
    const int64_t left = w->outputs - first_output, outputs = left < 16 ? left : 16;
    memset(block, 0, sizeof *block);
    for (int64_t o = 0; o < outputs; o++) {
        const int64_t output = first_output + o;
        const int64_t base = output / w->outputs_per_group * w->per_output, own = output * w->per_output;
        for (int input = 0; input < 4; input++) {
            const int64_t index = sources[input] - base;
            if (sources[input] < 0 || index < 0 || index >= w->per_output) continue;
            const int32_t weight =
                w->is_unsigned ? ((const uint8_t *)w->weights)[own + index] : ((const int8_t *)w->weights)[own + index];
            const int32_t value = weight - w->zero_points[output];
            block->values[o * 4 + input] = (int16_t)value;
            sums[o] = (int32_t)((uint32_t)sums[o] + (uint32_t)value);
            any |= value;
        }
    }
    return any != 0;
}

/// Moves what int8 can hold from the values to a block. Returns whether something is left.
static int take(block_values *block, int8_t out[64]) {
    int left = 0;
    for (int i = 0; i < 64; i++) {
        const int32_t value = block->values[i];
        const int32_t part = value < -128 ? -128 : value > 127 ? 127 : value;
        out[i] = (int8_t)part;
        block->values[i] = (int16_t)(value - part);
        left |= value - part;
    }
    return left != 0;
}

void mk_pack_conv_u8_pair(const mk_conv_weights *weights, int64_t pair, uint32_t first_entry, uint32_t entries,
                          mk_packed_pair *packed, int32_t *sums) {
    for (uint32_t entry = first_entry; entry < first_entry + entries; entry++) {
        block_values values[2];
        int left[2];
        for (int half = 0; half < 2; half++)
            left[half] = gather(weights, pair * 32 + half * 16, weights->sources + (size_t)entry * 4, &values[half],
                                sums + half * 16);
        while (left[0] || left[1]) {
            const int part = left[0] && left[1] ? 0 : left[0] ? 1 : 2;
            const uint32_t count = packed->counts[part]++;
            packed->entries[part][count] = entry;
            int8_t *out = packed->blocks[part] + (size_t)count * (part == 0 ? 128 : 64);
            for (int half = 0; half < 2; half++) {
                if (!left[half]) continue;
                left[half] = take(&values[half], out);
                out += 64;
            }
        }
    }
}

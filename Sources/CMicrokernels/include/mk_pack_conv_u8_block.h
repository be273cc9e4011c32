#pragma once
#include <stddef.h>
#include <stdint.h>

/// The weights of a convolution, and which of them each entry of its lists holds.
typedef struct {
    /// [outputs][per_output], int8 or uint8.
    const void *weights;
    int32_t is_unsigned;
    int64_t outputs, per_output;
    /// Each output's zero point.
    const int32_t *zero_points;
    /// Outputs of a convolution group; output m owns the sources from (m / outputs_per_group) * per_output on.
    int64_t outputs_per_group;
    /// For each entry: four sources, `channel * taps + tap` with channels counted over all convolution groups, -1 for
    /// none.
    const int64_t *sources;
} mk_conv_weights;

/// One pair's list while it is made. Each part has room for three blocks of each entry: a weight less its zero point
/// lies in -255...255, and is a sum of at most three int8.
typedef struct {
    /// Blocks of both groups (128 bytes an entry), of the first, of the second (64 bytes an entry).
    int8_t *blocks[3];
    /// Which entry each one is.
    uint32_t *entries[3];
    uint32_t counts[3];
} mk_packed_pair;

/// Packs entries first_entry ..< first_entry + entries of output groups 2 * pair and 2 * pair + 1, leaving out blocks
/// of zeros. Adds the weights less their zero points to `sums`, one for each of the 32 outputs, wrapping.
void mk_pack_conv_u8_pair(const mk_conv_weights *weights, int64_t pair, uint32_t first_entry, uint32_t entries,
                          mk_packed_pair *packed, int32_t *sums);

/// Writes the weights of a pair's outputs again from its list: what packing read. `description->weights` is not used.
///
/// `blocks` and `entries` are those of the whole list, its three parts one after the other.
void mk_unpack_conv_u8_pair(const mk_conv_weights *description, uint8_t *weights, int64_t pair, const int8_t *blocks,
                            const uint32_t *entries, const uint32_t counts[3]);

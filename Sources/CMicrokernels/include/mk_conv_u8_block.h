#pragma once
#include <stddef.h>
#include <stdint.h>

/// What a convolution's stored integers are added to before they are stored: QLinearAdd with the convolution as one
/// operand. `q = rint(clamp(((v * conv_scale) + ((r - other_zero_point) * other_scale)) / scale, low, high)) +
/// zero_point`, where `v` is the convolution's own integer less its zero point and r the other operand's byte; each
/// operation rounds once.
typedef struct {
    /// The other operand's pixel (0, 0) in group 0, 16 bytes a pixel; distances in bytes.
    const uint8_t *other;
    ptrdiff_t other_row, other_group;
    float conv_scale, other_scale, scale;
    float other_zero_point;
    /// Bounds of the result less its zero point.
    float low, high;
    int32_t zero_point;
    /// Where 1: `rint(fma(v, conv_factor, fma(r, other_factor, offset)))`, clamped, is the same integer as the
    /// definition above for every v and r. Set by mk_u8_addition_find_factors; kernels may do without.
    int32_t has_factors;
    float conv_factor, other_factor, offset;
} mk_u8_addition;

/// Looks for factors that spare the division, and proves them by trying all of v from conv_low to conv_high and all
/// bytes r. Sets has_factors and, where it is 1, the three constants.
void mk_u8_addition_find_factors(mk_u8_addition *addition, int32_t conv_low, int32_t conv_high);

/// A convolution of one image of u8 activations in groups of 16 channels, as lists of blocks of 16 outputs x 4 inputs.
///
/// Output groups go in pairs (2p, 2p + 1). The list of a pair has three parts, one after the other in `blocks` and
/// `offsets`: entries of both groups (128 bytes: 64 of group 2p, 64 of 2p + 1; one offset), entries of group 2p alone,
/// entries of 2p + 1 alone (64 bytes; one offset each). A block is [16 outputs][4 inputs] of int8. Sums are int32 and
/// wrap. Two groups share the load of their activations where both have a block; this is why they go in pairs.
typedef struct {
    const int8_t *blocks;
    /// Bytes from an output pixel's origin in the input to the 4 inputs of the block.
    const int32_t *offsets;
    /// For pair p: first byte in `blocks`, first index in `offsets`, and the lengths of the three parts.
    const struct mk_block_list {
        uint64_t first_block;
        uint32_t first_offset;
        uint32_t both, first, second;
    } * lists;

    /// Origin of output pixel (0, 0): where its tap (0, 0) of channel group 0 lies, halo included. Distances in bytes.
    const uint8_t *input;
    ptrdiff_t input_pixel, input_row;

    /// Output pixel (0, 0) of group 0, 16 bytes a pixel. Distances in bytes.
    uint8_t *output;
    ptrdiff_t output_row, output_group;
    int32_t width;
    int32_t groups;

    /// For each output channel, lanes past C included: `bias - zx * sum(w)`, and `(sx * sw[c]) / sy`.
    const int32_t *bias;
    const float *multiplier;
    /// `q = rint(clamp(float(acc) * multiplier, low, high)) + zero_point`: bounds less the zero point.
    float low, high;
    int32_t zero_point;
    /// 1 where every product `float(acc) * multiplier` lies within +-2^30, so that it may be converted before it is
    /// clamped; 0 where not, or not known.
    int32_t products_fit;
    /// NULL where nothing is added.
    const mk_u8_addition *addition;
} mk_conv_u8_block;

/// Computes output rows first_row ..< first_row + rows of the groups of pairs first_pair ..< first_pair + pairs.
typedef void (*mk_conv_u8_block_function)(const mk_conv_u8_block *problem, int32_t first_pair, int32_t pairs,
                                          int32_t first_row, int32_t rows);

void mk_conv_u8_block_scalar(const mk_conv_u8_block *, int32_t, int32_t, int32_t, int32_t);
#if defined(__x86_64__)
void mk_conv_u8_block_avx512vnni(const mk_conv_u8_block *, int32_t, int32_t, int32_t, int32_t);
#endif

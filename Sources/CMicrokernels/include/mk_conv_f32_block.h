#pragma once
#include <stddef.h>
#include <stdint.h>

#include "mk_isa.h"

/// What a float kernel does to each result, with the bits of Hone's reference backend, NaN included.
typedef enum {
    MK_F32_NONE = 0,
    /// `x > 0 ? x : 0`.
    MK_F32_RELU = 1,
    /// `r = x < low ? low : x`, then `r > high ? high : r`.
    MK_F32_CLIP = 2,
    /// `x < 0 ? low * x : x`.
    MK_F32_LEAKY = 3,
} mk_f32_activation_kind;

typedef struct {
    mk_f32_activation_kind kind;
    /// The lower bound of a clip, or the slope of a leaky one.
    float low;
    float high;
} mk_f32_activation;

/// What is added to a convolution's activated results before they are stored: a blocked value of the output's shape.
typedef struct {
    /// The other operand's pixel (0, 0) of group 0, 64 bytes a pixel; distances in bytes.
    const uint8_t *other;
    ptrdiff_t other_row, other_group;
    /// What the sum passes.
    mk_f32_activation activation;
} mk_f32_addition;

/// The blocks of one group of 16 outputs, or of two neighbouring ones whose blocks stand at the same taps.
typedef struct {
    /// Index of the first float in `weights`.
    uint64_t first_weight;
    /// Index of the first entry in `offsets`.
    uint64_t first_offset;
    uint32_t count;
    /// The first output group, and how many: 1 or 2.
    int32_t group, groups;
} mk_f32_list;

/// A convolution of one image of blocked floats, as lists of blocks of 16 outputs x 1 input.
///
/// An entry of a list is one offset and, for each of its groups, 16 weights. Each output is one chain of fma that
/// starts from its bias and takes the entries of its group in list order, so that order is part of the result. Two
/// groups that share a list share the load of their activations: one load feeds two fma.
typedef struct {
    const float *weights;
    /// Floats from an output pixel's origin in the input to the input of the block.
    const int32_t *offsets;
    const mk_f32_list *lists;
    int32_t list_count;
    /// Lists of one group take turns at each tile of pixels while their weights are no more bytes than this. A sparse
    /// list uses little of each line of input that it reads: the next list then finds the line in the first-level
    /// cache.
    uint64_t block_bytes;

    /// Origin of output pixel (0, 0): where its tap (0, 0) of channel 0 lies, halo included. Distances in bytes.
    const uint8_t *input;
    ptrdiff_t input_pixel, input_row;

    /// Output pixel (0, 0) of group 0, 64 bytes a pixel. Distances in bytes.
    uint8_t *output;
    ptrdiff_t output_row, output_group;
    int32_t width;

    /// For each output channel, lanes past C included.
    const float *bias;
    mk_f32_activation activation;
    /// NULL where nothing is added.
    const mk_f32_addition *addition;
} mk_conv_f32_block;

/// Computes output rows first_row ..< first_row + rows of the groups of lists first_list ..< first_list + lists.
typedef void (*mk_conv_f32_block_function)(const mk_conv_f32_block *problem, int32_t first_list, int32_t lists,
                                           int32_t first_row, int32_t rows);

void mk_conv_f32_block_scalar(const mk_conv_f32_block *, int32_t, int32_t, int32_t, int32_t);
#if defined(__x86_64__)
void mk_conv_f32_block_avx2(const mk_conv_f32_block *, int32_t, int32_t, int32_t, int32_t);
void mk_conv_f32_block_avx512vnni(const mk_conv_f32_block *, int32_t, int32_t, int32_t, int32_t);
#endif
#if defined(__aarch64__)
void mk_conv_f32_block_neon(const mk_conv_f32_block *, int32_t, int32_t, int32_t, int32_t);
#endif

/// The same with inputs lane by lane: an entry multiplies its 16 weights by 16 neighbouring inputs. Lists are of one
/// group.
void mk_conv_depthwise_f32_scalar(const mk_conv_f32_block *, int32_t, int32_t, int32_t, int32_t);
#if defined(__x86_64__)
void mk_conv_depthwise_f32_avx2(const mk_conv_f32_block *, int32_t, int32_t, int32_t, int32_t);
void mk_conv_depthwise_f32_avx512vnni(const mk_conv_f32_block *, int32_t, int32_t, int32_t, int32_t);
#endif
#if defined(__aarch64__)
void mk_conv_depthwise_f32_neon(const mk_conv_f32_block *, int32_t, int32_t, int32_t, int32_t);
#endif

/// Functions by instruction set: convolution and depthwise convolution; a set without one of its own takes the next
/// below.
mk_conv_f32_block_function mk_conv_f32_block_for(mk_isa isa);
mk_conv_f32_block_function mk_conv_depthwise_f32_for(mk_isa isa);

/// Sets lanes first_lane ..< 16 of `pixels` pixels of 64 bytes to 0, in each of `rows` rows `row_bytes` apart.
void mk_clear_lanes_f32(uint8_t *pixel, int32_t first_lane, int32_t rows, ptrdiff_t row_bytes, int32_t pixels);

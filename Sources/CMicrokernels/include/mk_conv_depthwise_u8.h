#pragma once
#include <stddef.h>
#include <stdint.h>

/// A depthwise convolution of one image of u8 activations in groups of 16 channels: every channel with a kernel of its
/// own.
///
/// Sums are int32 and wrap. Padding is the halo of the input.
typedef struct {
    /// Tap (0, 0) of output pixel (0, 0) in channel group 0, 16 bytes a pixel, halo included. Distances in bytes.
    const uint8_t *input;
    ptrdiff_t input_row, input_group;
    /// Output pixel (0, 0) of group 0, 16 bytes a pixel. Distances in bytes.
    uint8_t *output;
    ptrdiff_t output_row, output_group;
    /// Columns of the output.
    int32_t width;
    int32_t kernel_height, kernel_width, stride_height, stride_width, dilation_height, dilation_width;

    /// Weights less their zero point as [group][kernel row][kernel column][16 channels], 0 past the last channel.
    const int16_t *taps;
    /// The same as mk_conv_depthwise_u8_pack_quads lays them out, or NULL where mk_conv_depthwise_u8_quad_vectors gives
    /// 0 or one of them does not fit int8.
    const int8_t *quads;

    /// For each channel, lanes past C included: `bias - zx * sum(w)`, and `(sx * sw[c]) / sy` (0 past C).
    const int32_t *bias;
    const float *multiplier;
    /// The lowest and the highest byte that a channel stores: the zero point for lanes past C.
    const uint8_t *lowest, *highest;
    /// `q = rint(clamp(float(acc) * multiplier, lowest - zero_point, highest - zero_point)) + zero_point`.
    int32_t zero_point;
    /// 1 where every product `float(acc) * multiplier` lies within +-2^30, so that it may be converted before it is
    /// clamped; 0 where not, or not known.
    int32_t products_fit;
} mk_conv_depthwise_u8;

/// Computes output rows first_row ..< first_row + rows of the channel groups first_group ..< first_group + groups.
///
/// May read, and ignore, up to 64 bytes behind the last tap of a group's last row: a value has slack for it.
typedef void (*mk_conv_depthwise_u8_function)(const mk_conv_depthwise_u8 *problem, int32_t first_group, int32_t groups,
                                              int32_t first_row, int32_t rows);

/// Vectors of quads, of 16 channels x 4 taps = 64 bytes, for one row of the kernel; 0 where kernels go by taps alone.
/// Depends on width and on what is said of the kernel.
int32_t mk_conv_depthwise_u8_quad_vectors(const mk_conv_depthwise_u8 *problem);

/// Packs `taps` of `groups` channel groups as [group][kernel row][quad vector][16 channels][4 taps].
void mk_conv_depthwise_u8_pack_quads(const mk_conv_depthwise_u8 *problem, int32_t groups, int8_t *quads);

void mk_conv_depthwise_u8_scalar(const mk_conv_depthwise_u8 *, int32_t, int32_t, int32_t, int32_t);
#if defined(__x86_64__)
void mk_conv_depthwise_u8_avx2(const mk_conv_depthwise_u8 *, int32_t, int32_t, int32_t, int32_t);
void mk_conv_depthwise_u8_avxvnni(const mk_conv_depthwise_u8 *, int32_t, int32_t, int32_t, int32_t);
void mk_conv_depthwise_u8_avx512vnni(const mk_conv_depthwise_u8 *, int32_t, int32_t, int32_t, int32_t);
/// The same with byte permutations (Ice Lake, Zen 4 and later); ask mk_conv_depthwise_u8_has_vbmi.
void mk_conv_depthwise_u8_avx512vbmi(const mk_conv_depthwise_u8 *, int32_t, int32_t, int32_t, int32_t);
int mk_conv_depthwise_u8_has_vbmi(void);
#endif
#if defined(__aarch64__)
void mk_conv_depthwise_u8_neon(const mk_conv_depthwise_u8 *, int32_t, int32_t, int32_t, int32_t);
#endif

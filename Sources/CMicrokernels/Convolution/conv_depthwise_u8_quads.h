#pragma once
#include "mk_conv_depthwise_u8.h"

/// How four neighbouring output pixels take their taps from windows.
///
/// A window is 4 neighbouring input pixels of 16 channels, transposed so that a channel's 4 bytes are one lane: one dot
/// product adds up to 4 taps of a row. A window serves several outputs, each with the row's weights shifted to where
/// its taps lie in the window; so nothing slides, and a tile of four outputs needs two to five windows a row.
typedef enum {
    MK_QUADS_NONE = 0,
    /// Stride 1, up to 3 columns: windows at pixels 0 and 2 serve two outputs each. Shifts 0, 1.
    MK_QUADS_3 = 1,
    /// Stride 1, up to 5 columns: windows at 0 and 4, both for all outputs. Shifts 0, 1, 2, 3 in the first, then in the
    /// second.
    MK_QUADS_5 = 2,
    /// Stride 2, up to 4 columns: a window for each output, at 0, 2, 4, 6. No shift.
    MK_QUADS_4_STRIDE_2 = 3,
    /// Stride 2, 5 columns: windows at 0, 2, 4, 6, 8; each output takes 4 taps of its own and the fifth from the next.
    MK_QUADS_5_STRIDE_2 = 4,
} mk_quads_form;

/// More quad vectors than this a group go by taps.
#define MK_QUADS_LIMIT 56

static inline mk_quads_form mk_quads_form_of(const mk_conv_depthwise_u8 *problem) {
    const int32_t columns = problem->kernel_width, stride = problem->stride_width;
    if (problem->width < 4 || problem->dilation_width != 1 || columns > 5 || columns < 1)
        return MK_QUADS_NONE;
    if (stride == 1)
        return columns <= 3 ? MK_QUADS_3 : MK_QUADS_5;
    if (stride == 2)
        return columns <= 4 ? MK_QUADS_4_STRIDE_2 : MK_QUADS_5_STRIDE_2;
    return MK_QUADS_NONE;
}

/// Quad vectors of a kernel row.
static inline __attribute__((always_inline)) int32_t mk_quads_vectors(mk_quads_form form) {
    switch (form) {
    case MK_QUADS_3:
        return 2;
    case MK_QUADS_5:
        return 8;
    case MK_QUADS_4_STRIDE_2:
        return 1;
    case MK_QUADS_5_STRIDE_2:
        return 2;
    default:
        return 0;
    }
}

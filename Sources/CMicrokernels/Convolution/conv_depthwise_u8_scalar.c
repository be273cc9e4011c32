#pragma STDC FP_CONTRACT OFF
#include "conv_depthwise_u8_taps.h"

void mk_conv_depthwise_u8_scalar(const mk_conv_depthwise_u8 *problem, int32_t first_group, int32_t groups,
                                 int32_t first_row, int32_t rows) {
    mk_taps_rows(problem, first_group, groups, first_row, rows);
}

/* What both image decoders share. */
#pragma once
#include <stddef.h>
#include <stdint.h>

/* Turns a row of RGB pixels into luma, possibly in place. */
void hone_row_rgb_to_gray(const uint8_t *rgb, uint8_t *gray, size_t width);

#include "pixels.h"

void hone_row_rgb_to_gray(const uint8_t *rgb, uint8_t *gray, size_t width) {
    for (size_t x = 0; x < width; x++) {
        uint32_t luma = 19595u * rgb[3 * x] + 38470u * rgb[3 * x + 1] + 7471u * rgb[3 * x + 2];
        gray[x] = (uint8_t)((luma + 32768u) >> 16);
    }
}

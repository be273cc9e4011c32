#include "mk_halo.h"

#include <string.h>

void mk_fill_halo(void *value, size_t groups, size_t group_bytes, size_t height, size_t row_bytes, size_t top,
                  size_t bottom, size_t left_bytes, size_t right_bytes, uint8_t byte) {
    for (size_t group = 0; group < groups; group++) {
        uint8_t *first = (uint8_t *)value + group * group_bytes;
        uint8_t *image = first + top * row_bytes;
        // The right edge of a row and the left edge of the next are neighbours, and so are the corners and the rows
        // beside.
        memset(first, byte, top * row_bytes + left_bytes);
        for (size_t row = 1; row < height; row++)
            memset(image + row * row_bytes - right_bytes, byte, right_bytes + left_bytes);
        if (height > 0) memset(image + height * row_bytes - right_bytes, byte, right_bytes + bottom * row_bytes);
    }
}

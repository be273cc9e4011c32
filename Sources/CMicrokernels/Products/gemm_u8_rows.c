// Rows of bytes as gemm_u8_block reads them: u8, a whole number of four inputs.
#include "mk_gemm_u8_block.h"

#include <string.h>

void mk_gemm_u8_rows(uint8_t *to, size_t to_row, const uint8_t *from, size_t from_row, size_t rows, size_t depth,
                     uint8_t flip) {
    for (size_t row = 0; row < rows; row++, to += to_row, from += from_row) {
        if (flip == 0)
            memcpy(to, from, depth);
        else
            for (size_t k = 0; k < depth; k++) to[k] = from[k] ^ flip;
        memset(to + depth, flip, to_row - depth);
    }
}

/// Elements on a side of the squares that are transposed one after the other: their lines stay in the first cache.
#define SQUARE 64

void mk_gemm_u8_rows_transposed(uint8_t *to, size_t to_row, const uint8_t *from, size_t from_row, size_t rows,
                                size_t depth, uint8_t flip) {
    for (size_t first = 0; first < rows; first += SQUARE) {
        const size_t last = rows - first < SQUARE ? rows : first + SQUARE;
        for (size_t top = 0; top < depth; top += SQUARE) {
            const size_t bottom = depth - top < SQUARE ? depth : top + SQUARE;
            for (size_t row = first; row < last; row++)
                for (size_t k = top; k < bottom; k++) to[row * to_row + k] = from[k * from_row + row] ^ flip;
        }
        for (size_t row = first; row < last; row++) memset(to + row * to_row + depth, flip, to_row - depth);
    }
}

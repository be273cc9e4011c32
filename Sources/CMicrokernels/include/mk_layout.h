#pragma once
#include <stddef.h>
#include <stdint.h>

/// Where elements of an image lie: the distances in bytes from a row, a pixel and a lane to the next.
/// Row-major: pixels are neighbours, and lanes are planes apart. Blocked: lanes are neighbours.
typedef struct {
    ptrdiff_t row, pixel, lane;
} mk_strides;

/// Copies rows x columns x lanes elements of one byte from one order into another, each xor `flip`. From planes into
/// pixels of 16 bytes the first lane is the pixel's first byte, and all 16 are written; those behind `lanes` hold
/// anything.
void mk_copy_elements_u8(uint8_t *to, mk_strides to_strides, const uint8_t *from, mk_strides from_strides, size_t rows,
                         size_t columns, size_t lanes, uint8_t flip);

/// The same for elements of four bytes, unchanged.
void mk_copy_elements_u32(uint32_t *to, mk_strides to_strides, const uint32_t *from, mk_strides from_strides,
                          size_t rows, size_t columns, size_t lanes);

/// Sets bytes first_byte ..< pixel_bytes of every pixel: the lanes behind the last channel.
void mk_fill_lanes(void *pixels, ptrdiff_t row_bytes, size_t rows, size_t columns, size_t pixel_bytes,
                   size_t first_byte, uint8_t byte);

/// Copies the first `bytes` bytes of every pixel of one blocked image into another of the same width, each byte through
/// `table` if there is one. The lanes that are copied need not be the first of either: the addresses say where they
/// begin.
void mk_copy_lanes(void *to, ptrdiff_t to_row, const void *from, ptrdiff_t from_row, size_t rows, size_t columns,
                   size_t pixel_bytes, size_t bytes, const uint8_t *table);

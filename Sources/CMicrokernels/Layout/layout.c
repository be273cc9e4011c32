#include "mk_layout.h"

#include <string.h>

typedef uint8_t bytes16 __attribute__((vector_size(16)));
typedef uint32_t words4 __attribute__((vector_size(16)));

static bytes16 load16(const uint8_t *from) {
    bytes16 value;
    memcpy(&value, from, 16);
    return value;
}

static bytes16 interleave_low(bytes16 a, bytes16 b) {
    return __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}

static bytes16 interleave_high(bytes16 a, bytes16 b) {
    return __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
}

/// Four rounds of interleaving line i with line i + 8 transpose 16 lines of 16 bytes.
static void transpose(bytes16 lines[16]) {
    for (int round = 0; round < 4; round++) {
        bytes16 next[16];
        for (int line = 0; line < 8; line++) {
            next[2 * line] = interleave_low(lines[line], lines[line + 8]);
            next[2 * line + 1] = interleave_high(lines[line], lines[line + 8]);
        }
        memcpy(lines, next, sizeof next);
    }
}

/// 16 columns of up to 16 planes as 16 pixels. A pixel of 16 bytes is stored whole, lanes that are no channel being
/// anything.
static void planes_to_pixels(uint8_t *to, ptrdiff_t pixel, const uint8_t *from, ptrdiff_t plane, size_t lanes,
                             uint8_t flip) {
    bytes16 lines[16];
    for (size_t lane = 0; lane < 16; lane++)
        lines[lane] = lane < lanes ? load16(from + (ptrdiff_t)lane * plane) ^ flip : (bytes16){0};
    transpose(lines);
    if (pixel == 16)
        memcpy(to, lines, sizeof lines);
    else
        for (ptrdiff_t column = 0; column < 16; column++) memcpy(to + column * pixel, &lines[column], lanes);
}

/// 16 pixels of at least 16 lanes as 16 columns of up to 16 planes.
static void pixels_to_planes(uint8_t *to, ptrdiff_t plane, const uint8_t *from, ptrdiff_t pixel, size_t lanes,
                             uint8_t flip) {
    bytes16 lines[16];
    for (ptrdiff_t column = 0; column < 16; column++) lines[column] = load16(from + column * pixel) ^ flip;
    transpose(lines);
    for (size_t lane = 0; lane < lanes; lane++) memcpy(to + (ptrdiff_t)lane * plane, &lines[lane], 16);
}

static void copy_any_u8(uint8_t *to, mk_strides t, const uint8_t *from, mk_strides f, size_t columns, size_t lanes,
                        uint8_t flip) {
    for (size_t lane = 0; lane < lanes; lane++) {
        uint8_t *target = to + (ptrdiff_t)lane * t.lane;
        const uint8_t *source = from + (ptrdiff_t)lane * f.lane;
        for (size_t column = 0; column < columns; column++)
            target[(ptrdiff_t)column * t.pixel] = source[(ptrdiff_t)column * f.pixel] ^ flip;
    }
}

/// Three planes as packed pixels: the usual image. 16 columns are 48 bytes, each third of which takes bytes of all
/// three.
static inline __attribute__((always_inline)) void pack3(uint8_t *to, const uint8_t *from, ptrdiff_t plane,
                                                        size_t columns, uint8_t flip) {
    const uint8_t *red = from, *green = from + plane, *blue = from + 2 * plane;
    size_t column = 0;
    for (; column + 16 <= columns; column += 16, to += 48) {
        bytes16 r = load16(red + column) ^ flip, g = load16(green + column) ^ flip, b = load16(blue + column) ^ flip;
        bytes16 rg = __builtin_shufflevector(r, g, 0, 16, -1, 1, 17, -1, 2, 18, -1, 3, 19, -1, 4, 20, -1, 5);
        bytes16 first = __builtin_shufflevector(rg, b, 0, 1, 16, 3, 4, 17, 6, 7, 18, 9, 10, 19, 12, 13, 20, 15);
        bytes16 gb = __builtin_shufflevector(g, r, 5, -1, 22, 6, -1, 23, 7, -1, 24, 8, -1, 25, 9, -1, 26, 10);
        bytes16 second = __builtin_shufflevector(gb, b, 0, 21, 2, 3, 22, 5, 6, 23, 8, 9, 24, 11, 12, 25, 14, 15);
        bytes16 br = __builtin_shufflevector(r, g, -1, 11, 27, -1, 12, 28, -1, 13, 29, -1, 14, 30, -1, 15, 31, -1);
        bytes16 third = __builtin_shufflevector(br, b, 26, 1, 2, 27, 4, 5, 28, 7, 8, 29, 10, 11, 30, 13, 14, 31);
        memcpy(to, &first, 16);
        memcpy(to + 16, &second, 16);
        memcpy(to + 32, &third, 16);
    }
    for (; column < columns; column++, to += 3) {
        to[0] = red[column] ^ flip;
        to[1] = green[column] ^ flip;
        to[2] = blue[column] ^ flip;
    }
}

#if defined(__x86_64__)
/// Every byte of a register is chosen by one instruction here, by many in the oldest processors' set.
__attribute__((target("ssse3"))) static void pack3_ssse3(uint8_t *to, const uint8_t *from, ptrdiff_t plane,
                                                         size_t columns, uint8_t flip) {
    pack3(to, from, plane, columns, flip);
}
#endif

static void pack3_u8(uint8_t *to, const uint8_t *from, ptrdiff_t plane, size_t columns, uint8_t flip) {
#if defined(__x86_64__)
    if (__builtin_cpu_supports("ssse3")) {
        pack3_ssse3(to, from, plane, columns, flip);
        return;
    }
#endif
    pack3(to, from, plane, columns, flip);
}

void mk_copy_elements_u8(uint8_t *to, mk_strides t, const uint8_t *from, mk_strides f, size_t rows, size_t columns,
                         size_t lanes, uint8_t flip) {
    // Whole pixels of both have the same order: a row is one run.
    int runs = t.lane == 1 && f.lane == 1 && t.pixel == f.pixel && (size_t)t.pixel == lanes && flip == 0;
    int packs = t.lane == 1 && f.pixel == 1 && columns >= 16 && lanes <= 16;
    int unpacks = f.lane == 1 && t.pixel == 1 && f.pixel >= 16 && columns >= 16 && lanes <= 16;
    for (size_t row = 0; row < rows; row++, to += t.row, from += f.row) {
        if (runs) {
            memcpy(to, from, columns * lanes);
        } else if (t.lane == 1 && t.pixel == 3 && f.pixel == 1 && lanes == 3) {
            pack3_u8(to, from, f.lane, columns, flip);
        } else if (packs || unpacks) {
            // The last 16 columns overlap those before where 16 do not divide.
            for (size_t done = 0; done < columns; done += 16) {
                ptrdiff_t column = (ptrdiff_t)(done + 16 <= columns ? done : columns - 16);
                if (packs)
                    planes_to_pixels(to + column * t.pixel, t.pixel, from + column, f.lane, lanes, flip);
                else
                    pixels_to_planes(to + column, t.lane, from + column * f.pixel, f.pixel, lanes, flip);
            }
        } else {
            copy_any_u8(to, t, from, f, columns, lanes, flip);
        }
    }
}

static void copy_any_u32(uint8_t *to, mk_strides t, const uint8_t *from, mk_strides f, size_t columns, size_t lanes) {
    for (size_t lane = 0; lane < lanes; lane++)
        for (size_t column = 0; column < columns; column++)
            memcpy(to + (ptrdiff_t)lane * t.lane + (ptrdiff_t)column * t.pixel,
                   from + (ptrdiff_t)lane * f.lane + (ptrdiff_t)column * f.pixel, 4);
}

/// A 4 x 4 block: 4 lines `from_line` bytes apart become 4 columns, each a line `to_line` bytes apart.
static void transpose4(uint8_t *to, ptrdiff_t to_line, const uint8_t *from, ptrdiff_t from_line) {
    words4 line[4];
    for (int index = 0; index < 4; index++) memcpy(&line[index], from + index * from_line, 16);
    words4 a = __builtin_shufflevector(line[0], line[2], 0, 4, 1, 5);
    words4 b = __builtin_shufflevector(line[0], line[2], 2, 6, 3, 7);
    words4 c = __builtin_shufflevector(line[1], line[3], 0, 4, 1, 5);
    words4 d = __builtin_shufflevector(line[1], line[3], 2, 6, 3, 7);
    words4 out[4] = {__builtin_shufflevector(a, c, 0, 4, 1, 5), __builtin_shufflevector(a, c, 2, 6, 3, 7),
                     __builtin_shufflevector(b, d, 0, 4, 1, 5), __builtin_shufflevector(b, d, 2, 6, 3, 7)};
    for (int index = 0; index < 4; index++) memcpy(to + index * to_line, &out[index], 16);
}

void mk_copy_elements_u32(uint32_t *to_words, mk_strides t, const uint32_t *from_words, mk_strides f, size_t rows,
                          size_t columns, size_t lanes) {
    uint8_t *to = (uint8_t *)to_words;
    const uint8_t *from = (const uint8_t *)from_words;
    int runs = t.lane == 4 && f.lane == 4 && t.pixel == f.pixel && (size_t)t.pixel == lanes * 4;
    int packs = t.lane == 4 && f.pixel == 4, unpacks = f.lane == 4 && t.pixel == 4;
    size_t block_columns = columns / 4 * 4, block_lanes = lanes / 4 * 4;
    for (size_t row = 0; row < rows; row++, to += t.row, from += f.row) {
        if (runs) {
            memcpy(to, from, columns * lanes * 4);
        } else if (packs || unpacks) {
            for (ptrdiff_t lane = 0; lane < (ptrdiff_t)block_lanes; lane += 4)
                for (ptrdiff_t column = 0; column < (ptrdiff_t)block_columns; column += 4)
                    transpose4(to + column * t.pixel + lane * t.lane, packs ? t.pixel : t.lane,
                               from + column * f.pixel + lane * f.lane, packs ? f.lane : f.pixel);
            ptrdiff_t lane = (ptrdiff_t)block_lanes, column = (ptrdiff_t)block_columns;
            copy_any_u32(to + lane * t.lane, t, from + lane * f.lane, f, columns, lanes - block_lanes);
            copy_any_u32(to + column * t.pixel, t, from + column * f.pixel, f, columns - block_columns, block_lanes);
        } else {
            copy_any_u32(to, t, from, f, columns, lanes);
        }
    }
}

void mk_fill_lanes(void *pixels, ptrdiff_t row_bytes, size_t rows, size_t columns, size_t pixel_bytes,
                   size_t first_byte, uint8_t byte) {
    uint8_t *row_start = pixels;
    for (size_t row = 0; row < rows; row++, row_start += row_bytes) {
        // Pixels of groups are registers: what stays and what is filled are two masks.
        size_t part = first_byte / 16 * 16;
        if (pixel_bytes % 16 == 0) {
            bytes16 keep, fill;
            for (size_t index = 0; index < 16; index++) {
                keep[index] = part + index < first_byte ? 0xFF : 0;
                fill[index] = byte & (uint8_t)~keep[index];
            }
            for (size_t column = 0; column < columns; column++) {
                uint8_t *pixel = row_start + column * pixel_bytes;
                bytes16 value = (load16(pixel + part) & keep) | fill;
                memcpy(pixel + part, &value, 16);
                for (size_t next = part + 16; next < pixel_bytes; next += 16) memset(pixel + next, byte, 16);
            }
        } else {
            for (size_t column = 0; column < columns; column++)
                memset(row_start + column * pixel_bytes + first_byte, byte, pixel_bytes - first_byte);
        }
    }
}

void mk_copy_lanes(void *to, ptrdiff_t to_row, const void *from, ptrdiff_t from_row, size_t rows, size_t columns,
                   size_t pixel_bytes, size_t bytes, const uint8_t *table) {
    uint8_t *target = to;
    const uint8_t *source = from;
    for (size_t row = 0; row < rows; row++, target += to_row, source += from_row) {
        if (table) {
            for (size_t column = 0; column < columns; column++)
                for (size_t byte = 0; byte < bytes; byte++)
                    target[column * pixel_bytes + byte] = table[source[column * pixel_bytes + byte]];
        } else if (bytes == pixel_bytes) {
            memcpy(target, source, columns * bytes);
        } else {
            for (size_t column = 0; column < columns; column++)
                memcpy(target + column * pixel_bytes, source + column * pixel_bytes, bytes);
        }
    }
}

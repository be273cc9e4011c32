// What the bodies of conv_u8_block with few registers share: tiles of up to six pixels of one output group, wherever in
// the rows they lie, so that narrow images (7 pixels a row) fill tiles as well as wide ones.
#pragma once
#include "mk_conv_u8_block.h"

enum { MK_U8_TILE_PIXELS = 6 };

/// The pixels of a tile: the origin of each in the input, and its 16 bytes in the output and in the other operand.
typedef struct {
    const uint8_t *input[MK_U8_TILE_PIXELS];
    uint8_t *output[MK_U8_TILE_PIXELS];
    /// Not set where nothing is added.
    const uint8_t *other[MK_U8_TILE_PIXELS];
} mk_u8_tile;

/// The blocks of one output group: those in common with the pair's other group, 128 bytes apart, and those of its own.
typedef struct {
    const int8_t *blocks[2];
    const int32_t *offsets[2];
    uint32_t count[2];
    size_t stride[2];
} mk_u8_group_lists;

/// The lists of a group of the common form.
static inline mk_u8_group_lists mk_group_lists(const mk_conv_u8_block *problem, int32_t group) {
    const struct mk_block_list *list = &problem->lists[group / 2];
    const int8_t *both = problem->blocks + list->first_block;
    const int8_t *alone = both + (size_t)list->both * 128;
    const int32_t *offsets = problem->offsets + list->first_offset;
    if (group % 2 == 0)
        return (mk_u8_group_lists){
            {both, alone}, {offsets, offsets + list->both}, {list->both, list->first}, {128, 64}};
    return (mk_u8_group_lists){{both + 64, alone + (size_t)list->first * 64},
                               {offsets, offsets + list->both + list->first},
                               {list->both, list->second},
                               {128, 64}};
}

/// Computes the first `n` pixels of a tile, `n` being the function's place in a table that begins with `n = 1`.
/// `lists` is the group's: `mk_u8_group_lists`, or what a body made of them.
typedef void (*mk_u8_tile_function)(const mk_conv_u8_block *problem, const void *lists, int32_t group,
                                    const mk_u8_tile *tile);

/// Cuts the pixels of rows first_row ..< first_row + rows into tiles of at most `limit` pixels, as equal as can be.
static inline void mk_for_each_tile(const mk_conv_u8_block *problem, const void *lists, int32_t group,
                                    int32_t first_row, int32_t rows, int32_t limit,
                                    const mk_u8_tile_function *functions) {
    int64_t total = (int64_t)rows * problem->width;
    if (total <= 0) return;
    int64_t tiles = (total + limit - 1) / limit, larger = total % tiles;
    int32_t size = (int32_t)(total / tiles);
    const mk_u8_addition *add = problem->addition;
    const uint8_t *input = problem->input + first_row * problem->input_row;
    uint8_t *output = problem->output + group * problem->output_group + first_row * problem->output_row;
    const uint8_t *other = add ? add->other + group * add->other_group + first_row * add->other_row : output;
    ptrdiff_t other_row = add ? add->other_row : problem->output_row, column = 0;
    for (int64_t index = 0; index < tiles; index++) {
        mk_u8_tile tile;
        int32_t pixels = size + (index < larger);
        for (int32_t pixel = 0; pixel < pixels; pixel++) {
            tile.input[pixel] = input + column * problem->input_pixel;
            tile.output[pixel] = output + column * 16;
            tile.other[pixel] = other + column * 16;
            if (++column == problem->width) {
                column = 0;
                input += problem->input_row;
                output += problem->output_row;
                other += other_row;
            }
        }
        functions[pixels - 1](problem, lists, group, &tile);
    }
}

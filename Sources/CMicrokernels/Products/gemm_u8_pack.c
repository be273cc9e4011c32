#include "mk_gemm_u8_pack.h"

#include <string.h>

/// The weights of 4 inputs and two groups of 16 columns, less their zero points: [2 groups][16 columns][4 inputs].
typedef struct { int16_t of[2][64]; } mk_quad;

/// - Returns: bit g is set where group g has a weight that is not 0.
static int gather(const mk_gemm_u8_weights *weights, int32_t pair, int32_t quad, mk_quad *rest) {
    const int32_t columns = weights->columns - pair * 32 < 32 ? weights->columns - pair * 32 : 32;
    const int32_t inputs = weights->depth - quad * 4 < 4 ? weights->depth - quad * 4 : 4;
    const uint8_t *from =
        weights->values + quad * 4 * weights->depth_stride + pair * 32 * weights->column_stride;
    int any[2] = {0, 0};
    memset(rest, 0, sizeof *rest);
    for (int32_t column = 0; column < columns; column++) {
        const int16_t zero = weights->zero_points[pair * 32 + column];
        const uint8_t *value = from + column * weights->column_stride;
        int16_t *to = &rest->of[column / 16][column % 16 * 4];
        for (int32_t input = 0; input < inputs; input++) {
            to[input] = (int16_t)((int8_t)(value[input * weights->depth_stride] ^ weights->flip) - zero);
            any[column / 16] |= to[input];
        }
    }
    return (any[0] != 0) | (any[1] != 0) << 1;
}

/// Moves as much of a group's weights into a block as int8 holds.
///
/// - Returns: whether something is left.
static int take(int16_t rest[64], int8_t block[64]) {
    int left = 0;
    for (int i = 0; i < 64; i++) {
        const int16_t part = rest[i] < -128 ? -128 : rest[i] > 127 ? 127 : rest[i];
        block[i] = (int8_t)part;
        rest[i] = (int16_t)(rest[i] - part);
        left |= rest[i];
    }
    return left != 0;
}

void mk_gemm_u8_count(const mk_gemm_u8_weights *weights, int32_t pair, struct mk_block_list *list) {
    const int32_t quads = weights->depth / 4 + (weights->depth % 4 != 0);
    list->both = list->first = list->second = 0;
    for (int32_t quad = 0; quad < quads; quad++) {
        mk_quad rest;
        int8_t block[64];
        int groups = gather(weights, pair, quad, &rest);
        while (groups != 0) {
            if (groups == 3) list->both++;
            if (groups == 1) list->first++;
            if (groups == 2) list->second++;
            const int first = groups & 1 && take(rest.of[0], block), second = groups & 2 && take(rest.of[1], block);
            groups = first | second << 1;
        }
    }
}

void mk_gemm_u8_pack(const mk_gemm_u8_weights *weights, int32_t pair, const struct mk_block_list *list, int8_t *blocks,
                     int32_t *offsets, int32_t *sums) {
    const int32_t quads = weights->depth / 4 + (weights->depth % 4 != 0);
    // By groups that an entry is for: 1, 2, or both.
    int8_t *both = blocks + list->first_block;
    int8_t *block[4] = {NULL, both + (size_t)list->both * 128, NULL, both};
    block[2] = block[1] + (size_t)list->first * 64;
    int32_t *offset[4] = {NULL, offsets + list->first_offset + list->both, NULL, offsets + list->first_offset};
    offset[2] = offset[1] + list->first;
    uint32_t total[32] = {0};
    for (int32_t quad = 0; quad < quads; quad++) {
        mk_quad rest;
        int groups = gather(weights, pair, quad, &rest);
        for (int i = 0; groups != 0 && i < 128; i++) total[i / 4] += (uint32_t)(int32_t)rest.of[i / 64][i % 64];
        while (groups != 0) {
            int left = 0;
            *offset[groups]++ = quad * 4;
            int8_t *to = block[groups];
            for (int group = 0; group < 2; group++) {
                if ((groups & 1 << group) == 0) continue;
                left |= take(rest.of[group], to) << group;
                to += 64;
            }
            block[groups] = to;
            groups = left;
        }
    }
    memcpy(sums, total, sizeof total);
}

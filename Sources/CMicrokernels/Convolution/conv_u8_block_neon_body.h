// conv_u8_block for NEON: one group by five pixels, 20 of the 32 registers for sums. A block is four registers of 4
// outputs x 4 inputs. Included once for each kind of dot product, with:
//   MK_NEON(name)                    the name of a function of this body
//   MK_NEON_ACTIVATIONS(bytes)       the operand that a register of u8 activations becomes
//   MK_NEON_DOT(sums, weights, x)    sums + the dot products with x, whose inputs are the same for all outputs
//   MK_NEON_LANE(sums, weights, x, q)  the same with inputs 4q ..< 4q + 4 of x
//   MK_NEON_OFFSET                   what was subtracted from every activation

typedef struct {
    mk_u8_group_lists lists;
    /// The sums' first value: the bias, and what the subtraction took.
    int32_t start[16];
} MK_NEON(group);

/// `bias + MK_NEON_OFFSET * sum(w)`, wrapping.
static void MK_NEON(start)(MK_NEON(group) * group, const int32_t *bias) {
    uint32x4_t sums[4];
    const int8x16_t offset = vdupq_n_s8(MK_NEON_OFFSET / 2);
    for (int o = 0; o < 4; o++) sums[o] = vreinterpretq_u32_s32(vld1q_s32(bias + o * 4));
    for (int part = 0; part < 2 && MK_NEON_OFFSET != 0; part++)
        for (uint32_t entry = 0; entry < group->lists.count[part]; entry++)
            for (int o = 0; o < 4; o++) {
                int8x16_t w = vld1q_s8(group->lists.blocks[part] + entry * group->lists.stride[part] + o * 16);
                uint32x4_t half = vreinterpretq_u32_s32(vdotq_s32(vdupq_n_s32(0), w, offset));
                sums[o] = vaddq_u32(sums[o], vaddq_u32(half, half));
            }
    for (int o = 0; o < 4; o++) vst1q_s32(group->start + o * 4, vreinterpretq_s32_u32(sums[o]));
}

/// Four blocks whose offsets are those of a pixel's four quads: one load of the pixel.
#define MK_NEON_QUAD(Q)                                                                                                \
    do {                                                                                                               \
        int8x16_t w0 = vld1q_s8(w + (Q) * stride), w1 = vld1q_s8(w + (Q) * stride + 16);                               \
        int8x16_t w2 = vld1q_s8(w + (Q) * stride + 32), w3 = vld1q_s8(w + (Q) * stride + 48);                          \
        _Pragma("clang loop unroll(full)") for (int p = 0; p < pixels; p++) {                                          \
            sums[p][0] = MK_NEON_LANE(sums[p][0], w0, x[p], Q);                                                        \
            sums[p][1] = MK_NEON_LANE(sums[p][1], w1, x[p], Q);                                                        \
            sums[p][2] = MK_NEON_LANE(sums[p][2], w2, x[p], Q);                                                        \
            sums[p][3] = MK_NEON_LANE(sums[p][3], w3, x[p], Q);                                                        \
        }                                                                                                              \
    } while (0)

MK_INLINE void MK_NEON(compute_tile)(const mk_conv_u8_block *problem, const MK_NEON(group) * lists, int32_t group,
                                     const mk_u8_tile *tile, const int pixels) {
    int32x4_t sums[MK_NEON_PIXELS][4];
    const uint8_t *origins[MK_NEON_PIXELS];
#pragma clang loop unroll(full)
    for (int p = 0; p < pixels; p++) {
        for (int o = 0; o < 4; o++) sums[p][o] = vld1q_s32(lists->start + o * 4);
        origins[p] = tile->input[p];
    }
    for (int part = 0; part < 2; part++) {
        const int8_t *w = lists->lists.blocks[part];
        const int32_t *offsets = lists->lists.offsets[part], *end = offsets + lists->lists.count[part];
        const size_t stride = lists->lists.stride[part];
        while (offsets < end) {
            ptrdiff_t offset = *offsets;
            if (end - offsets >= 4 && offsets[1] == offset + 4 && offsets[2] == offset + 8 &&
                offsets[3] == offset + 12) {
                MK_NEON_OPERAND x[MK_NEON_PIXELS];
#pragma clang loop unroll(full)
                for (int p = 0; p < pixels; p++) x[p] = MK_NEON_ACTIVATIONS(vld1q_u8(origins[p] + offset));
                MK_NEON_QUAD(0);
                MK_NEON_QUAD(1);
                MK_NEON_QUAD(2);
                MK_NEON_QUAD(3);
                offsets += 4;
                w += 4 * stride;
                continue;
            }
            int8x16_t weights[4];
            for (int o = 0; o < 4; o++) weights[o] = vld1q_s8(w + o * 16);
#pragma clang loop unroll(full)
            for (int p = 0; p < pixels; p++) {
                uint32_t quad;
                memcpy(&quad, origins[p] + offset, 4);
                MK_NEON_OPERAND x = MK_NEON_ACTIVATIONS(vreinterpretq_u8_u32(vdupq_n_u32(quad)));
                for (int o = 0; o < 4; o++) sums[p][o] = MK_NEON_DOT(sums[p][o], weights[o], x);
            }
            offsets++;
            w += stride;
        }
    }
#pragma clang loop unroll(full)
    for (int p = 0; p < pixels; p++) mk_store_neon(problem, group, sums[p], tile->output[p], tile->other[p]);
}

#define MK_NEON_TILE(PIXELS)                                                                                           \
    static void MK_NEON(tile##PIXELS)(const mk_conv_u8_block *problem, const void *lists, int32_t group,               \
                                      const mk_u8_tile *tile) {                                                        \
        MK_NEON(compute_tile)(problem, lists, group, tile, PIXELS);                                                    \
    }
MK_NEON_TILE(1)
MK_NEON_TILE(2)
MK_NEON_TILE(3)
MK_NEON_TILE(4)
MK_NEON_TILE(5)
#undef MK_NEON_TILE
#undef MK_NEON_QUAD

void MK_NEON(mk_conv_u8_block)(const mk_conv_u8_block *problem, int32_t first_pair, int32_t pairs, int32_t first_row,
                               int32_t rows) {
    static const mk_u8_tile_function functions[] = {MK_NEON(tile1), MK_NEON(tile2), MK_NEON(tile3), MK_NEON(tile4),
                                                    MK_NEON(tile5)};
    for (int32_t group = first_pair * 2; group < (first_pair + pairs) * 2 && group < problem->groups; group++) {
        MK_NEON(group) lists = {.lists = mk_group_lists(problem, group)};
        MK_NEON(start)(&lists, problem->bias + group * 16);
        mk_for_each_tile(problem, &lists, group, first_row, rows, MK_NEON_PIXELS, functions);
    }
}

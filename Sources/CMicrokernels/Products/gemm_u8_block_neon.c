// Dot products of s8 with s8: inputs are taken less 128, and the rows of a tile share the sums of the weights that make
// up for it.
#if defined(__aarch64__)
#include <arm_neon.h>
#include <stdint.h>
#include <string.h>

#pragma clang attribute push(__attribute__((target("dotprod"))), apply_to = function)

#define INLINE static inline __attribute__((always_inline))
#define MK_TILE_ROWS 4

typedef int32x4x4_t mk_sums;
typedef int8x16x4_t mk_weights;
typedef int8x16_t mk_inputs;
/// -128 times the sum of the weights of each output.
typedef int32x4x4_t mk_shared;

INLINE mk_sums mk_start(const int32_t *bias) {
    if (bias) return vld1q_s32_x4(bias);
    return (mk_sums){{vdupq_n_s32(0), vdupq_n_s32(0), vdupq_n_s32(0), vdupq_n_s32(0)}};
}
INLINE void mk_add_sums(mk_sums *to, mk_sums from) {
    for (int i = 0; i < 4; i++) to->val[i] = vaddq_s32(to->val[i], from.val[i]);
}
INLINE void mk_values(mk_sums sums, int32_t values[16]) { vst1q_s32_x4(values, sums); }
INLINE mk_weights mk_load_weights(const int8_t *w) { return vld1q_s8_x4(w); }
INLINE mk_inputs mk_load_inputs(const uint8_t *x) {
    uint32_t four;
    memcpy(&four, x, sizeof four);
    return vreinterpretq_s8_u32(vdupq_n_u32(four ^ 0x80808080u));
}
INLINE void mk_accumulate(mk_sums *sums, mk_inputs x, mk_weights w) {
    for (int i = 0; i < 4; i++) sums->val[i] = vdotq_s32(sums->val[i], x, w.val[i]);
}
INLINE mk_shared mk_no_shared(void) { return mk_start(0); }
INLINE void mk_share(mk_shared *shared, mk_weights w) {
    for (int i = 0; i < 4; i++) shared->val[i] = vdotq_s32(shared->val[i], vdupq_n_s8(-128), w.val[i]);
}
INLINE void mk_finish(mk_sums *sums, mk_shared shared) {
    for (int i = 0; i < 4; i++) sums->val[i] = vsubq_s32(sums->val[i], shared.val[i]);
}

#include "gemm_u8_block_body.h"

void mk_gemm_u8_block_neon(const mk_gemm_u8_block *problem, int32_t first_pair, int32_t pairs, int32_t first_row,
                           int32_t rows) {
    mk_run(problem, first_pair, pairs, first_row, rows);
}

#pragma clang attribute pop
#endif

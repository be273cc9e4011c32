// conv_u8_block for NEON. Activations are unsigned and weights signed; `sdot` takes equal signs only, so activations
// become signed, less 128, by flipping their highest bit, and the sums start 128 * sum(w) higher. `usdot` (i8mm) takes
// them as they are.
#include "mk_conv_u8_block_isa.h"

#if defined(__aarch64__)
#include <arm_neon.h>
#include <string.h>
#if defined(__linux__)
#include <sys/auxv.h>
/// HWCAP2_I8MM: dot products of mixed signs (Linux, asm/hwcap.h).
#define MK_HWCAP2_I8MM (1ul << 13)
#elif defined(__APPLE__)
#include <sys/sysctl.h>
#endif

#pragma STDC FP_CONTRACT OFF
#include "conv_u8_block_tiles.h"

#define MK_INLINE static inline __attribute__((always_inline))
enum { MK_NEON_PIXELS = 5 };

/// As in the definition: of a NaN and a number, `fmaxnm` and `fminnm` give the number.
MK_INLINE float32x4_t clamp(float32x4_t value, float low, float high) {
    return vminnmq_f32(vmaxnmq_f32(value, vdupq_n_f32(low)), vdupq_n_f32(high));
}

/// `q` of QLinearAdd less its zero point, for 4 outputs: `v` is the convolution's own integer less its zero point.
MK_INLINE int32x4_t added(const mk_u8_addition *add, float32x4_t v, uint16x4_t other) {
    float32x4_t r = vsubq_f32(vcvtq_f32_u32(vmovl_u16(other)), vdupq_n_f32(add->other_zero_point));
    float32x4_t sum = vaddq_f32(vmulq_n_f32(v, add->conv_scale), vmulq_n_f32(r, add->other_scale));
    return vcvtnq_s32_f32(clamp(vdivq_f32(sum, vdupq_n_f32(add->scale)), add->low, add->high));
}

/// The 16 outputs of a pixel as bytes.
MK_INLINE void mk_store_neon(const mk_conv_u8_block *problem, int32_t group, const int32x4_t sums[4], uint8_t *output,
                             const uint8_t *other) {
    const mk_u8_addition *add = problem->addition;
    const float *multiplier = problem->multiplier + group * 16;
    int32x4_t zero = vdupq_n_s32(add ? add->zero_point : problem->zero_point), q[4];
    uint8x16_t r = add ? vld1q_u8(other) : vdupq_n_u8(0);
    uint16x8_t low = vmovl_u8(vget_low_u8(r)), high = vmovl_u8(vget_high_u8(r));
    uint16x4_t others[4] = {vget_low_u16(low), vget_high_u16(low), vget_low_u16(high), vget_high_u16(high)};
    for (int o = 0; o < 4; o++) {
        float32x4_t product = vmulq_f32(vcvtq_f32_s32(sums[o]), vld1q_f32(multiplier + o * 4));
        float32x4_t v = clamp(product, problem->low, problem->high);
        q[o] = vaddq_s32(add ? added(add, vrndnq_f32(v), others[o]) : vcvtnq_s32_f32(v), zero);
    }
    int16x8_t first = vcombine_s16(vqmovn_s32(q[0]), vqmovn_s32(q[1]));
    int16x8_t second = vcombine_s16(vqmovn_s32(q[2]), vqmovn_s32(q[3]));
    vst1q_u8(output, vcombine_u8(vqmovun_s16(first), vqmovun_s16(second)));
}

#pragma clang attribute push(__attribute__((target("dotprod"))), apply_to = function)
#define MK_NEON(NAME) NAME##_neon_sdot
#define MK_NEON_OPERAND int8x16_t
#define MK_NEON_OFFSET 128
#define MK_NEON_ACTIVATIONS(BYTES) vreinterpretq_s8_u8(veorq_u8(BYTES, vdupq_n_u8(0x80)))
#define MK_NEON_DOT(SUMS, W, X) vdotq_s32(SUMS, W, X)
#define MK_NEON_LANE(SUMS, W, X, Q) vdotq_laneq_s32(SUMS, W, X, Q)
#include "conv_u8_block_neon_body.h"
#pragma clang attribute pop
#undef MK_NEON
#undef MK_NEON_OPERAND
#undef MK_NEON_OFFSET
#undef MK_NEON_ACTIVATIONS
#undef MK_NEON_DOT
#undef MK_NEON_LANE

#pragma clang attribute push(__attribute__((target("dotprod,i8mm"))), apply_to = function)
#define MK_NEON(NAME) NAME##_neon_usdot
#define MK_NEON_OPERAND uint8x16_t
#define MK_NEON_OFFSET 0
#define MK_NEON_ACTIVATIONS(BYTES) (BYTES)
#define MK_NEON_DOT(SUMS, W, X) vusdotq_s32(SUMS, X, W)
#define MK_NEON_LANE(SUMS, W, X, Q) vsudotq_laneq_s32(SUMS, W, X, Q)
#include "conv_u8_block_neon_body.h"
#pragma clang attribute pop

int mk_neon_has_usdot(void) {
#if defined(__linux__)
    return (getauxval(AT_HWCAP2) & MK_HWCAP2_I8MM) != 0;
#elif defined(__APPLE__)
    int has = 0;
    size_t size = sizeof has;
    return sysctlbyname("hw.optional.arm.FEAT_I8MM", &has, &size, NULL, 0) == 0 && has != 0;
#else
    return 0;
#endif
}

void mk_conv_u8_block_neon(const mk_conv_u8_block *problem, int32_t first_pair, int32_t pairs, int32_t first_row,
                           int32_t rows) {
    if (mk_neon_has_usdot())
        mk_conv_u8_block_neon_usdot(problem, first_pair, pairs, first_row, rows);
    else
        mk_conv_u8_block_neon_sdot(problem, first_pair, pairs, first_row, rows);
}
#endif

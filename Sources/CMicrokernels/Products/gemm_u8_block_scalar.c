// Portable arithmetic on vectors of 128 bits, which every processor has or the compiler takes apart. A product of u8
// and s8 fits 16 bits; sums of two do not, and are made in 32. Shifts take bytes apart, which assumes a little-endian
// processor.
#include <stdint.h>
#include <string.h>

#define INLINE static inline __attribute__((always_inline))
#define MK_TILE_ROWS 4

typedef int16_t mk_s16x8 __attribute__((ext_vector_type(8)));
typedef uint16_t mk_u16x8 __attribute__((ext_vector_type(8)));
typedef int32_t mk_s32x4 __attribute__((ext_vector_type(4)));
// Unsigned: int32 sums wrap, and unsigned overflow is defined.
typedef uint32_t mk_u32x4 __attribute__((ext_vector_type(4)));

typedef struct { mk_u32x4 of[4]; } mk_sums;
/// Inputs 0 and 2, and inputs 1 and 3, of each output.
typedef struct { mk_s16x8 even[4], odd[4]; } mk_weights;
typedef uint32_t mk_inputs;
typedef struct { char unused; } mk_shared;

INLINE mk_sums mk_start(const int32_t *bias) {
    mk_sums sums;
    memset(&sums, 0, sizeof sums);
    if (bias) memcpy(&sums, bias, sizeof sums);
    return sums;
}
INLINE void mk_add_sums(mk_sums *to, mk_sums from) {
    for (int i = 0; i < 4; i++) to->of[i] += from.of[i];
}
INLINE void mk_values(mk_sums sums, int32_t values[16]) { memcpy(values, &sums, sizeof sums); }
INLINE mk_weights mk_load_weights(const int8_t *w) {
    mk_weights weights;
    for (int i = 0; i < 4; i++) {
        mk_u16x8 bytes;
        memcpy(&bytes, w + i * 16, sizeof bytes);
        weights.even[i] = (mk_s16x8)(bytes << 8) >> 8;
        weights.odd[i] = (mk_s16x8)bytes >> 8;
    }
    return weights;
}
INLINE mk_inputs mk_load_inputs(const uint8_t *x) {
    uint32_t four;
    memcpy(&four, x, sizeof four);
    return four;
}
/// The sums of the two products in each lane of 32 bits.
INLINE mk_u32x4 products(mk_s16x8 weights, uint32_t inputs) {
    const mk_s16x8 both = weights * (mk_s16x8)(mk_u32x4)inputs;
    return (mk_u32x4)((mk_s32x4)((mk_u32x4)both << 16) >> 16) + (mk_u32x4)((mk_s32x4)both >> 16);
}
INLINE void mk_accumulate(mk_sums *sums, mk_inputs x, mk_weights w) {
    for (int i = 0; i < 4; i++)
        sums->of[i] += products(w.even[i], x & 0x00FF00FFu) + products(w.odd[i], x >> 8 & 0x00FF00FFu);
}
INLINE mk_shared mk_no_shared(void) { return (mk_shared){0}; }
INLINE void mk_share(mk_shared *shared, mk_weights w) { (void)shared, (void)w; }
INLINE void mk_finish(mk_sums *sums, mk_shared shared) { (void)sums, (void)shared; }

#include "gemm_u8_block_body.h"

void mk_gemm_u8_block_scalar(const mk_gemm_u8_block *problem, int32_t first_pair, int32_t pairs, int32_t first_row,
                             int32_t rows) {
    mk_run(problem, first_pair, pairs, first_row, rows);
}

mk_gemm_u8_block_function mk_gemm_u8_block_for(mk_isa isa) {
    switch (isa) {
#if defined(__x86_64__)
    case MK_ISA_AVX2: return mk_gemm_u8_block_avx2;
    case MK_ISA_AVXVNNI: return mk_gemm_u8_block_avxvnni;
    case MK_ISA_AVX512VNNI: return mk_gemm_u8_block_avx512vnni;
#endif
#if defined(__aarch64__)
    case MK_ISA_NEON: return mk_gemm_u8_block_neon;
#endif
    default: return mk_gemm_u8_block_scalar;
    }
}

// Portable vector arithmetic, as wide as the compiler's target has it. A product of u8 and s8 fits 16 bits; sums of two do not,
// and are made in 32. Bytes are taken apart by shifts, which assumes a little-endian processor, as all of Hone does.
#include <stdint.h>
#include <string.h>

#define INLINE static inline __attribute__((always_inline))
#define MK_TILE_ROWS 4

typedef int16_t mk_s16x32 __attribute__((ext_vector_type(32)));
typedef uint16_t mk_u16x32 __attribute__((ext_vector_type(32)));
typedef int32_t mk_s32x16 __attribute__((ext_vector_type(16)));
// Unsigned: int32 sums wrap, and unsigned overflow is defined.
typedef uint32_t mk_u32x16 __attribute__((ext_vector_type(16)));

typedef mk_u32x16 mk_sums;
/// Inputs 0 and 2, and inputs 1 and 3, of each output.
typedef struct { mk_s16x32 even, odd; } mk_weights;
typedef uint32_t mk_inputs;
typedef struct { char unused; } mk_shared;

INLINE mk_sums mk_start(const int32_t *bias) {
    mk_sums sums = 0;
    if (bias) memcpy(&sums, bias, sizeof sums);
    return sums;
}
INLINE void mk_add_sums(mk_sums *to, mk_sums from) { *to += from; }
INLINE void mk_values(mk_sums sums, int32_t values[16]) { memcpy(values, &sums, sizeof sums); }
INLINE mk_weights mk_load_weights(const int8_t *w) {
    mk_u16x32 bytes;
    memcpy(&bytes, w, sizeof bytes);
    return (mk_weights){(mk_s16x32)(bytes << 8) >> 8, (mk_s16x32)bytes >> 8};
}
INLINE mk_inputs mk_load_inputs(const uint8_t *x) {
    uint32_t four;
    memcpy(&four, x, sizeof four);
    return four;
}
/// The sums of the two products in each lane of 32 bits.
INLINE mk_u32x16 products(mk_s16x32 weights, uint32_t inputs) {
    const mk_s16x32 both = weights * (mk_s16x32)(mk_u32x16)inputs;
    return (mk_u32x16)((mk_s32x16)((mk_u32x16)both << 16) >> 16) + (mk_u32x16)((mk_s32x16)both >> 16);
}
INLINE void mk_accumulate(mk_sums *sums, mk_inputs x, mk_weights w) {
    *sums += products(w.even, x & 0x00FF00FFu) + products(w.odd, x >> 8 & 0x00FF00FFu);
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

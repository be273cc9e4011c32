#include "mk_elementwise.h"

#include "../isa_select.h"

#define MK_ISA(name) name##_scalar
#include "elementwise_functions.h"
#undef MK_ISA
#if defined(__x86_64__)
#define MK_ISA(name) name##_avx2
#include "elementwise_functions.h"
#undef MK_ISA
#define MK_ISA(name) name##_avx512vnni
#include "elementwise_functions.h"
#undef MK_ISA

/// The table in four registers, for processors that look up bytes in two of them.
void mk_table_u8_avx512vbmi(const mk_elementwise *rows, const uint8_t table[256]);
#endif

void mk_binary_u8(mk_isa isa, mk_binary op, const mk_elementwise *rows, const mk_u8_load *load_a,
                  const mk_u8_load *load_b, const mk_u8_store *store) {
    MK_SELECT(isa, mk_binary_u8)(op, rows, load_a, load_b, store);
}

void mk_clamp_u8(mk_isa isa, const mk_elementwise *rows, uint8_t low, uint8_t high, uint8_t flip) {
    MK_SELECT(isa, mk_clamp_u8)(rows, low, high, flip);
}

void mk_table_u8(mk_isa isa, const mk_elementwise *rows, const uint8_t table[256]) {
#if defined(__x86_64__)
    if (isa == MK_ISA_AVX512VNNI && __builtin_cpu_supports("avx512vbmi")) {
        mk_table_u8_avx512vbmi(rows, table);
        return;
    }
#endif
    MK_SELECT(isa, mk_table_u8)(rows, table);
}

void mk_binary_f32(mk_isa isa, mk_binary op, const mk_elementwise *rows) { MK_SELECT(isa, mk_binary_f32)(op, rows); }

void mk_unary_f32(mk_isa isa, mk_unary op, const mk_elementwise *rows, float p, float q) {
    MK_SELECT(isa, mk_unary_f32)(op, rows, p, q);
}

void mk_affine_f32(mk_isa isa, const mk_elementwise *rows) { MK_SELECT(isa, mk_affine_f32)(rows); }

#include "mk_pool.h"

#include "../isa_select.h"

#define MK_ISA(name) name##_scalar
#include "pool_functions.h"
#undef MK_ISA
#if defined(__x86_64__)
#define MK_ISA(name) name##_avx2
#include "pool_functions.h"
#undef MK_ISA
#define MK_ISA(name) name##_avx512vnni
#include "pool_functions.h"
#undef MK_ISA
#endif

void mk_pool_rows(mk_isa isa, mk_pool_operator op, const mk_pool *pool, int64_t first_row, int64_t rows) {
    MK_SELECT(isa, mk_pool_rows)(op, pool, first_row, rows);
}

void mk_pool_planes(mk_isa isa, mk_pool_operator op, const mk_plane_pool *planes, void *out) {
    MK_SELECT(isa, mk_pool_planes)(op, planes, out);
}

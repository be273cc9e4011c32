// The one body of the pools over whole planes, compiled for each instruction set; behind pool_body.h.

/// Groups whose chains of additions are interleaved: one chain would wait for every sum.
#define MK_CHAINS 4

/// What a pixel adds to the result of its channels.
MK_INLINE mk_floats16 MK_ISA(joined)(mk_pool_operator op, const mk_plane_pool *planes, const char *pixel,
                                     mk_floats16 result) {
    if (op == MK_MAX_F32) return MK_ISA(greater)(MK_ISA(floats_at)(pixel), result);
    if (op == MK_AVERAGE_F32) return result + MK_ISA(floats_at)(pixel);
    return result + MK_ISA(real)(MK_ISA(bytes_at)(pixel), planes->load.scale, planes->load.zero_point);
}

/// The planes of `count` neighbouring groups, count being known to the compiler.
MK_INLINE void MK_ISA(pool_groups)(mk_pool_operator op, const mk_plane_pool *planes, size_t group, const size_t count,
                                   void *out) {
    ptrdiff_t pixel_bytes = op == MK_AVERAGE_U8 ? 16 : 64;
    mk_floats16 results[MK_CHAINS];
    for (size_t chain = 0; chain < count; chain++) {
        results[chain] = (mk_floats16){0};
        if (op == MK_MAX_F32) results[chain] -= __builtin_inff();
    }
    const char *first = (const char *)planes->input + (ptrdiff_t)group * planes->group_bytes;
    for (size_t row = 0; row < planes->rows; row++, first += planes->row_bytes)
        for (size_t column = 0; column < planes->columns; column++)
#pragma clang loop unroll(full)
            for (size_t chain = 0; chain < count; chain++)
                results[chain] = MK_ISA(joined)(
                    op, planes, first + (ptrdiff_t)chain * planes->group_bytes + (ptrdiff_t)column * pixel_bytes,
                    results[chain]);
    for (size_t chain = 0; chain < count; chain++) {
        mk_floats16 result = results[chain];
        if (op != MK_MAX_F32) result /= (float)(planes->rows * planes->columns);
        if (op == MK_AVERAGE_U8)
            MK_ISA(store_quantized)((uint8_t *)out + (group + chain) * 16, result, &planes->store);
        else
            memcpy((float *)out + (group + chain) * 16, &result, sizeof result);
    }
}

MK_INLINE void MK_ISA(pool_all)(mk_pool_operator op, const mk_plane_pool *planes, void *out) {
    size_t group = 0;
    for (; group + MK_CHAINS <= planes->groups; group += MK_CHAINS)
        MK_ISA(pool_groups)(op, planes, group, MK_CHAINS, out);
    for (; group < planes->groups; group++) MK_ISA(pool_groups)(op, planes, group, 1, out);
}

void MK_ISA(mk_pool_planes)(mk_pool_operator op, const mk_plane_pool *planes, void *out) {
    switch (op) {
        case MK_MAX_F32:
            MK_ISA(pool_all)(MK_MAX_F32, planes, out);
            break;
        case MK_AVERAGE_F32:
            MK_ISA(pool_all)(MK_AVERAGE_F32, planes, out);
            break;
        case MK_AVERAGE_U8:
            MK_ISA(pool_all)(MK_AVERAGE_U8, planes, out);
            break;
        // The plane of a byte pool over a maximum is a window: no operator asks for it.
        case MK_MAX_U8:
            break;
    }
}

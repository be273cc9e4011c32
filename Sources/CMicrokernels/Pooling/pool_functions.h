// Declares one instance: MK_ISA(name) adds the instruction set's suffix.
void MK_ISA(mk_pool_rows)(mk_pool_operator op, const mk_pool *pool, int64_t first_row, int64_t rows);
void MK_ISA(mk_pool_planes)(mk_pool_operator op, const mk_plane_pool *planes, void *out);

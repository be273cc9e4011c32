// Declares one instance: MK_ISA(name) adds the instruction set's suffix.
void MK_ISA(mk_binary_u8)(mk_binary op, const mk_elementwise *rows, const mk_u8_load *load_a, const mk_u8_load *load_b,
                          const mk_u8_store *store);
void MK_ISA(mk_clamp_u8)(const mk_elementwise *rows, uint8_t low, uint8_t high, uint8_t flip);
void MK_ISA(mk_table_u8)(const mk_elementwise *rows, const uint8_t table[256]);
void MK_ISA(mk_binary_f32)(mk_binary op, const mk_elementwise *rows);
void MK_ISA(mk_unary_f32)(mk_unary op, const mk_elementwise *rows, float p, float q);
void MK_ISA(mk_affine_f32)(const mk_elementwise *rows);

// Declares one instance: MK_ISA(name) adds the instruction set's suffix.
void MK_ISA(mk_quantize_run)(uint8_t *to, const float *from, size_t count, const mk_u8_store *store);
void MK_ISA(mk_dequantize_run)(float *to, const uint8_t *from, size_t count, const mk_u8_load *load);

#pragma once
#include "mk_byte_table.h"

void mk_byte_table_scalar(const mk_byte_rows *rows, const uint8_t table[256]);
#if defined(__x86_64__)
void mk_byte_table_avx512vbmi(const mk_byte_rows *rows, const uint8_t table[256]);
#endif

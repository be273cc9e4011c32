// The 16 channels of a pixel as vectors, which the compiler splits into the registers there are.
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef uint8_t mk_bytes16 __attribute__((vector_size(16)));
typedef float mk_floats16 __attribute__((vector_size(64)));
typedef int32_t mk_words16 __attribute__((vector_size(64)));

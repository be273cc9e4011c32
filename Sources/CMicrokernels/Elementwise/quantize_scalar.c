#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define MK_ISA(name) name##_scalar
#include "quantize_body.h"

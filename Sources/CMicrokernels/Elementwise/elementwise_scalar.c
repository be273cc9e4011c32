#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define MK_ISA(name) name##_scalar
#include "elementwise_u8_body.h"
#include "elementwise_f32_body.h"

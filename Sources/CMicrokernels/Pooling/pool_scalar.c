#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define MK_ISA(name) name##_scalar
#include "pool_body.h"
#include "pool_planes_body.h"

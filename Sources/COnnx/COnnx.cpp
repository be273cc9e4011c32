#include "COnnx.h"
int honeonnx_version(void) { return 1; }

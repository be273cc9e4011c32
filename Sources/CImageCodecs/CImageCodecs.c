#include "CImageCodecs.h"
int honeimage_version(void) { return 1; }

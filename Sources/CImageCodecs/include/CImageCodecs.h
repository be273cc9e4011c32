#pragma once
int honeimage_version(void);

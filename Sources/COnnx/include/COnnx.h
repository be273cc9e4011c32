#pragma once
int honeonnx_version(void);

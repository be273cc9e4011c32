#pragma once
#include <stddef.h>
#include <stdint.h>

/// Fills the halo around the image in each of `groups` channel groups with one byte: a zero point, or 0 for float 0.
///
/// `value` is the first byte of the first group, halo included; a group has `top + height + bottom` rows of
/// `row_bytes`, each with `left_bytes` before and `right_bytes` behind the image.
void mk_fill_halo(void *value, size_t groups, size_t group_bytes, size_t height, size_t row_bytes, size_t top,
                  size_t bottom, size_t left_bytes, size_t right_bytes, uint8_t byte);

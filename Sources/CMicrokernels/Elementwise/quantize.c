#include "mk_quantize.h"

#include <string.h>

#include "../isa_select.h"

#define MK_ISA(name) name##_scalar
#include "quantize_functions.h"
#undef MK_ISA
#if defined(__x86_64__)
#define MK_ISA(name) name##_avx2
#include "quantize_functions.h"
#undef MK_ISA
#define MK_ISA(name) name##_avx512vnni
#include "quantize_functions.h"
#undef MK_ISA
#endif

/// Bytes on the stack between the arithmetic and the change of order.
#define PIECE 4096

static size_t min(size_t a, size_t b) { return a < b ? a : b; }

void mk_quantize_f32(mk_isa isa, uint8_t *to, const float *from, size_t count, const mk_u8_store *store) {
    MK_SELECT(isa, mk_quantize_run)(to, from, count, store);
}

void mk_dequantize_u8(mk_isa isa, float *to, const uint8_t *from, size_t count, const mk_u8_load *load) {
    MK_SELECT(isa, mk_dequantize_run)(to, from, count, load);
}

void mk_quantize_elements(mk_isa isa, uint8_t *to, mk_strides t, const float *from, mk_strides f, size_t rows,
                          size_t columns, size_t lanes, const mk_u8_store *store) {
    void (*run)(uint8_t *, const float *, size_t, const mk_u8_store *) = MK_SELECT(isa, mk_quantize_run);
    uint8_t piece[PIECE];
    const char *source = (const char *)from;
    // Planes are quantized lane by lane, pixels as they are; then the bytes change their order.
    int planes = f.pixel == 4;
    size_t wide = planes ? lanes : (size_t)f.pixel / 4;
    int direct = !planes && t.lane == 1 && (size_t)t.pixel == wide;
    for (size_t row = 0; row < rows; row++, to += t.row, source += f.row) {
        if (direct) {
            run(to, (const float *)source, columns * wide, store);
            continue;
        }
        size_t step = PIECE / wide;
        for (size_t column = 0; column < columns; column += step) {
            size_t count = min(step, columns - column);
            mk_strides order;
            if (planes) {
                order = (mk_strides){0, 1, (ptrdiff_t)count};
                for (size_t lane = 0; lane < lanes; lane++)
                    run(piece + lane * count, (const float *)(source + (ptrdiff_t)lane * f.lane) + column, count,
                        store);
            } else {
                order = (mk_strides){0, (ptrdiff_t)wide, 1};
                run(piece, (const float *)source + column * wide, count * wide, store);
            }
            mk_copy_elements_u8(to + (ptrdiff_t)column * t.pixel, t, piece, order, 1, count, lanes, 0);
        }
    }
}

void mk_dequantize_elements(mk_isa isa, float *to, mk_strides t, const uint8_t *from, mk_strides f, size_t rows,
                            size_t columns, size_t lanes, const mk_u8_load *load) {
    void (*run)(float *, const uint8_t *, size_t, const mk_u8_load *) = MK_SELECT(isa, mk_dequantize_run);
    uint8_t piece[PIECE];
    memset(piece, 0, sizeof piece);
    char *target = (char *)to;
    int planes = t.pixel == 4;
    size_t wide = planes ? lanes : (size_t)t.pixel / 4;
    int direct = !planes && f.lane == 1 && (size_t)f.pixel == wide;
    for (size_t row = 0; row < rows; row++, target += t.row, from += f.row) {
        if (direct) {
            run((float *)target, from, columns * wide, load);
            continue;
        }
        size_t step = PIECE / wide;
        for (size_t column = 0; column < columns; column += step) {
            size_t count = min(step, columns - column);
            mk_strides order = planes ? (mk_strides){0, 1, (ptrdiff_t)count} : (mk_strides){0, (ptrdiff_t)wide, 1};
            mk_copy_elements_u8(piece, order, from + (ptrdiff_t)column * f.pixel, f, 1, count, lanes, 0);
            if (planes)
                for (size_t lane = 0; lane < lanes; lane++)
                    run((float *)(target + (ptrdiff_t)lane * t.lane) + column, piece + lane * count, count, load);
            else
                run((float *)target + column * wide, piece, count * wide, load);
        }
    }
}

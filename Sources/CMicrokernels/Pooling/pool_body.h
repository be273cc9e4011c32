// The one body of the pools over windows, compiled for each instruction set.
#include "mk_pool.h"
#include "pool_functions.h"
#include "../lanes.h"
#include "../quantize_byte.h"

#pragma STDC FP_CONTRACT OFF
// Vectors wider than a register have no calling convention; every function that takes one is inlined.
#pragma clang diagnostic ignored "-Wpsabi"
#define MK_INLINE static inline __attribute__((always_inline))

MK_INLINE mk_floats16 MK_ISA(floats_at)(const void *at) {
    mk_floats16 value;
    memcpy(&value, at, sizeof value);
    return value;
}

MK_INLINE mk_bytes16 MK_ISA(bytes_at)(const void *at) {
    mk_bytes16 value;
    memcpy(&value, at, sizeof value);
    return value;
}

/// `x > best ? x : best`: a NaN is passed over, and of equals the first stays.
MK_INLINE mk_floats16 MK_ISA(greater)(mk_floats16 x, mk_floats16 best) {
    mk_words16 mask = x > best, xs, bests;
    memcpy(&xs, &x, sizeof xs);
    memcpy(&bests, &best, sizeof bests);
    mk_words16 chosen = (mask & xs) | (~mask & bests);
    memcpy(&best, &chosen, sizeof best);
    return best;
}

MK_INLINE mk_floats16 MK_ISA(real)(mk_bytes16 bytes, float scale, float zero_point) {
    return (__builtin_convertvector(bytes, mk_floats16) - zero_point) * scale;
}

MK_INLINE void MK_ISA(store_quantized)(uint8_t *to, mk_floats16 real, const mk_u8_store *store) {
    const mk_u8_store s = *store;
    float values[16];
    memcpy(values, &real, sizeof values);
    uint8_t bytes[16];
    for (int lane = 0; lane < 16; lane++)
        bytes[lane] = (uint8_t)(mk_rint_plus(mk_clamp(values[lane] / s.scale, s.low, s.high), s.zero_point) ^ s.flip);
    memcpy(to, bytes, 16);
}

/// Pixels of the rows of a window that are reduced to one row before its columns are.
#define MK_SPAN 256

/// The greatest of `taps` rows, for `count` neighbouring pixels.
static void MK_ISA(max_of_rows)(uint8_t *restrict out, const uint8_t *in, ptrdiff_t row, int64_t taps, int64_t count) {
    size_t bytes = (size_t)count * 16;
    if (taps == 3) {
        // The usual window: no row is read again.
        const uint8_t *a = in, *b = in + row, *c = in + 2 * row;
        for (size_t i = 0; i < bytes; i++) {
            uint8_t best = a[i] > b[i] ? a[i] : b[i];
            out[i] = best > c[i] ? best : c[i];
        }
        return;
    }
    memcpy(out, in, bytes);
    for (int64_t tap = 1; tap < taps; tap++) {
        const uint8_t *a = in + tap * row;
        for (size_t i = 0; i < bytes; i++) out[i] = a[i] > out[i] ? a[i] : out[i];
    }
}

/// The greatest of windows of `taps` neighbouring pixels, `stride` bytes apart.
MK_INLINE void MK_ISA(max_of_columns)(uint8_t *out, const uint8_t *pixel, ptrdiff_t stride, ptrdiff_t step,
                                      int64_t taps, int64_t count) {
    for (int64_t column = 0; column < count; column++, pixel += stride, out += 16) {
        mk_bytes16 best = MK_ISA(bytes_at)(pixel);
        for (int64_t x = 1; x < taps; x++) best = __builtin_elementwise_max(best, MK_ISA(bytes_at)(pixel + x * step));
        memcpy(out, &best, 16);
    }
}

/// The greatest of one window, however wide, row by row.
static void MK_ISA(max_of_window)(const mk_pool *pool, mk_pool_span row_span, mk_pool_span span, uint8_t *out) {
    const uint8_t *first = (const uint8_t *)pool->input + row_span.first * pool->input_row + span.first * 16;
    mk_bytes16 best = {0};
    for (int64_t y = 0; y < row_span.taps; y++)
        for (int64_t x = 0; x < span.taps; x++)
            best = __builtin_elementwise_max(best, MK_ISA(bytes_at)(first + y * pool->row_dilation * pool->input_row +
                                                                    x * pool->column_dilation * 16));
    memcpy(out, &best, 16);
}

/// Columns of outputs that read one piece of a row: `first ..< end` of its pixels.
typedef struct {
    int64_t column, next, first, end;
} MK_ISA(mk_piece);

static MK_ISA(mk_piece) MK_ISA(piece_from)(const mk_pool *pool, int64_t column) {
    const mk_pool_span *spans = pool->column_spans;
    MK_ISA(mk_piece) piece = {column, column, spans[column].first, spans[column].first};
    for (; piece.next < pool->columns; piece.next++) {
        // With a dilation, the first tap inside the image of a later window may lie before that of an earlier one.
        int64_t last = spans[piece.next].first + (spans[piece.next].taps - 1) * pool->column_dilation + 1;
        int64_t low = spans[piece.next].first < piece.first ? spans[piece.next].first : piece.first;
        int64_t high = last > piece.end ? last : piece.end;
        if (high - low > MK_SPAN) break;
        piece.first = low;
        piece.end = high;
    }
    return piece;
}

/// Rows of the greatest of each window: first down the columns of a piece, then along it.
static void MK_ISA(max_rows_u8)(const mk_pool *pool, int64_t first_row, int64_t rows) {
    uint8_t reduced[MK_SPAN * 16];
    const mk_pool_span *spans = pool->column_spans;
    ptrdiff_t step = pool->column_dilation * 16, dilated_row = pool->row_dilation * pool->input_row;
    for (int64_t start = 0; start < pool->columns;) {
        MK_ISA(mk_piece) piece = MK_ISA(piece_from)(pool, start);
        // Where windows are whole they have equal taps and distances.
        int64_t whole = piece.column;
        while (whole < piece.next && spans[whole].taps != spans[(piece.column + piece.next) / 2].taps) whole++;
        int64_t past = whole, stride = whole + 1 < piece.next ? spans[whole + 1].first - spans[whole].first : 1;
        while (past < piece.next && spans[past].taps == spans[whole].taps &&
               spans[past].first == spans[whole].first + (past - whole) * stride)
            past++;
        for (int64_t row = first_row; row < first_row + rows; row++) {
            uint8_t *out = (uint8_t *)pool->output + row * pool->output_row;
            mk_pool_span row_span = pool->row_spans[row];
            if (piece.next == piece.column) {
                MK_ISA(max_of_window)(pool, row_span, spans[start], out + start * 16);
                continue;
            }
            const uint8_t *source = (const uint8_t *)pool->input + row_span.first * pool->input_row + piece.first * 16;
            if (row_span.taps > 1) {
                MK_ISA(max_of_rows)(reduced, source, dilated_row, row_span.taps, piece.end - piece.first);
                source = reduced;
            }
            source -= piece.first * 16;
            for (int64_t column = piece.column; column < piece.next; column++) {
                if (column == whole && past > whole) {
                    const uint8_t *pixel = source + spans[whole].first * 16;
                    if (spans[whole].taps == 3)
                        MK_ISA(max_of_columns)(out + whole * 16, pixel, stride * 16, step, 3, past - whole);
                    else
                        MK_ISA(max_of_columns)
                        (out + whole * 16, pixel, stride * 16, step, spans[whole].taps, past - whole);
                    column = past - 1;
                } else {
                    MK_ISA(max_of_columns)
                    (out + column * 16, source + spans[column].first * 16, 0, step, spans[column].taps, 1);
                }
            }
        }
        start = piece.next == piece.column ? start + 1 : piece.next;
    }
}

/// Windows of one row, each from its first tap to its last, row by row.
static void MK_ISA(float_row)(mk_pool_operator op, const mk_pool *pool, mk_pool_span row_span, float *out) {
    ptrdiff_t row = pool->row_dilation * pool->input_row, step = pool->column_dilation * 64;
    const char *rows = (const char *)pool->input + row_span.first * pool->input_row;
    for (int64_t column = 0; column < pool->columns; column++, out += 16) {
        mk_pool_span span = pool->column_spans[column];
        const char *window = rows + span.first * 64;
        if (op == MK_MAX_F32) {
            mk_floats16 best = (mk_floats16){0} - __builtin_inff();
            for (int64_t y = 0; y < row_span.taps; y++)
                for (int64_t x = 0; x < span.taps; x++)
                    best = MK_ISA(greater)(MK_ISA(floats_at)(window + y * row + x * step), best);
            memcpy(out, &best, sizeof best);
        } else {
            mk_floats16 sum = {0};
            for (int64_t y = 0; y < row_span.taps; y++)
                for (int64_t x = 0; x < span.taps; x++) sum += MK_ISA(floats_at)(window + y * row + x * step);
            sum /= (float)(row_span.divisor * span.divisor);
            memcpy(out, &sum, sizeof sum);
        }
    }
}

static void MK_ISA(average_row_u8)(const mk_pool *pool, mk_pool_span row_span, uint8_t *out) {
    ptrdiff_t row = pool->row_dilation * pool->input_row, step = pool->column_dilation * 16;
    const uint8_t *rows = (const uint8_t *)pool->input + row_span.first * pool->input_row;
    float scale = pool->load.scale, zero_point = pool->load.zero_point;
    for (int64_t column = 0; column < pool->columns; column++) {
        mk_pool_span span = pool->column_spans[column];
        const uint8_t *window = rows + span.first * 16;
        mk_floats16 sum = {0};
        for (int64_t y = 0; y < row_span.taps; y++)
            for (int64_t x = 0; x < span.taps; x++)
                sum += MK_ISA(real)(MK_ISA(bytes_at)(window + y * row + x * step), scale, zero_point);
        sum /= (float)(row_span.divisor * span.divisor);
        MK_ISA(store_quantized)(out + column * 16, sum, &pool->store);
    }
}

void MK_ISA(mk_pool_rows)(mk_pool_operator op, const mk_pool *pool, int64_t first_row, int64_t rows) {
    if (op == MK_MAX_U8) {
        MK_ISA(max_rows_u8)(pool, first_row, rows);
        return;
    }
    for (int64_t row = first_row; row < first_row + rows; row++) {
        char *out = (char *)pool->output + row * pool->output_row;
        mk_pool_span span = pool->row_spans[row];
        if (op == MK_AVERAGE_U8)
            MK_ISA(average_row_u8)(pool, span, (uint8_t *)out);
        else
            MK_ISA(float_row)(op, pool, span, (float *)out);
    }
}

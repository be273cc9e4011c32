// One tile of mk_conv_u8_block_avx512vnni: 2 output groups x MK_ROWS x MK_COLUMNS pixels in registers. Included once
// for each shape, with MK_ROWS and MK_COLUMNS defined; no include guard.

#define MK_PASTE(name, rows, columns) name##_##rows##x##columns
#define MK_NAME(name, rows, columns) MK_PASTE(name, rows, columns)
#define MK_PIXELS (MK_ROWS * MK_COLUMNS)
#define MK_UNROLL _Pragma("clang loop unroll(full)")

/// Adds the products of one entry to the sums of one group, or of both where `groups` is 2.
static inline __attribute__((always_inline)) void MK_NAME(entry, MK_ROWS, MK_COLUMNS)(__m512i *first, __m512i *second,
                                                                                      int groups, const uint8_t *x,
                                                                                      const int8_t *weights,
                                                                                      ptrdiff_t row, mk_steps *steps) {
    const __m512i w0 = _mm512_loadu_si512(weights);
    const __m512i w1 = groups == 2 ? _mm512_loadu_si512(weights + 64) : w0;
    // Opaque in each iteration, so that the compiler scales them in the address of each load and keeps no register for
    // each multiple.
    __asm__ volatile("" : "+r"(steps->one), "+r"(steps->three), "+r"(steps->five));
    MK_UNROLL for (int r = 0; r < MK_ROWS; r++) {
        const uint8_t *pixel = x + r * row;
        const uint8_t *later = pixel + steps->seven;
        MK_UNROLL for (int q = 0; q < MK_COLUMNS; q++) {
            const int p = r * MK_COLUMNS + q;
            const mk_quad *quad =
                (const mk_quad *)mk_tile_pixel(pixel, later, q, steps->one, steps->three, steps->five);
            if (groups == 2)
                mk_dot_two(&first[p], &second[p], quad, w0, w1);
            else if (p % 3 == 2)
                mk_dot_one_scalar(&first[p], quad, w0);
            else
                mk_dot_one(&first[p], quad, w0);
        }
    }
}

/// Takes COUNT entries of GROUPS groups, and asks for a line of what is read next with each if `ahead` says so.
#define MK_ENTRIES(A, B, GROUPS, COUNT)                                                                                \
    do {                                                                                                               \
        const int32_t *end = offset + (COUNT);                                                                         \
        if (ahead)                                                                                                     \
            for (; offset != end; offset++, w += 64 * GROUPS, ahead += 64) {                                           \
                _mm_prefetch(ahead, _MM_HINT_T1);                                                                      \
                MK_NAME(entry, MK_ROWS, MK_COLUMNS)(A, B, GROUPS, x + *offset, w, row, &steps);                        \
            }                                                                                                          \
        else                                                                                                           \
            for (; offset != end; offset++, w += 64 * GROUPS)                                                          \
                MK_NAME(entry, MK_ROWS, MK_COLUMNS)(A, B, GROUPS, x + *offset, w, row, &steps);                        \
    } while (0)

/// Stores up to four pixels of both groups, then starts on the next tile's: bias, and `early` entries of both groups.
/// They run in different units, and side by side the processor sees both: it looks ahead by less than storing a tile
/// takes.
static inline __attribute__((always_inline)) void
MK_NAME(exchange, MK_ROWS, MK_COLUMNS)(const mk_exchange *e, __m512i *first, __m512i *second, int r, int q,
                                       const uint8_t *x, ptrdiff_t row, mk_steps *steps) {
    const int count = MK_COLUMNS - q < 4 ? MK_COLUMNS - q : 4;
    __m512i *a = first + r * MK_COLUMNS + q, *b = second + r * MK_COLUMNS + q;
    uint8_t *out = e->out + r * e->output_row + q * 16;
    mk_store_plain(e->epilogue, e->multiplier, a, count, out);
    mk_store_plain(e->epilogue, e->multiplier + 16, b, count, out + e->output_group);
    const __m512i bias0 = _mm512_loadu_si512(e->bias), bias1 = _mm512_loadu_si512(e->bias + 16);
    MK_UNROLL for (int p = 0; p < count; p++) {
        a[p] = bias0;
        b[p] = bias1;
    }
    const int8_t *w = e->blocks;
    for (const int32_t *offset = e->offsets, *end = offset + e->early; offset != end; offset++, w += 128) {
        const __m512i w0 = _mm512_loadu_si512(w), w1 = _mm512_loadu_si512(w + 64);
        const uint8_t *pixel = x + *offset + r * row, *later = pixel + steps->seven;
        __asm__ volatile("" : "+r"(steps->one), "+r"(steps->three), "+r"(steps->five));
        MK_UNROLL for (int p = 0; p < count; p++) mk_dot_two(
            &a[p], &b[p],
            (const mk_quad *)mk_tile_pixel(pixel, later, q + p, steps->one, steps->three, steps->five), w0, w1);
    }
}

/// Tiles of both groups that are requantized: each is stored while the next one starts.
static void MK_NAME(exchanging, MK_ROWS, MK_COLUMNS)(const mk_conv_u8_block *problem, const mk_tile_epilogue *epilogue,
                                                     int32_t pair, mk_tile_run run, mk_stream *stream) {
    const struct mk_block_list list = problem->lists[pair];
    const int32_t group = pair * 2;
    const ptrdiff_t row = problem->input_row, one = problem->input_pixel;
    mk_steps steps = {one, one * 3, one * 5, one * 7};
    const int32_t *bias = problem->bias + (size_t)group * 16;
    mk_exchange exchange = {
        .epilogue = epilogue,
        .output_row = problem->output_row,
        .output_group = problem->output_group,
        .multiplier = problem->multiplier + (size_t)group * 16,
        .bias = bias,
        .offsets = problem->offsets + list.first_offset,
        .blocks = problem->blocks + list.first_block,
    };
    if (run.column_tiles <= 0) return;
    int32_t done = 0, down = 0, across = 0;
    const uint8_t *x = problem->input + (ptrdiff_t)run.row * row + (ptrdiff_t)run.column * one;
    __m512i first[MK_PIXELS], second[MK_PIXELS];
    const __m512i bias0 = _mm512_loadu_si512(bias), bias1 = _mm512_loadu_si512(bias + 16);
    MK_UNROLL for (int p = 0; p < MK_PIXELS; p++) {
        first[p] = bias0;
        second[p] = bias1;
    }
    while (down < run.row_tiles) {
        const ptrdiff_t at_row = run.row + down * MK_ROWS, at_column = run.column + across * MK_COLUMNS;
        const int8_t *w = exchange.blocks + (ptrdiff_t)done * 128;
        const int8_t *ahead = mk_ask(stream);
        const int32_t *offset = exchange.offsets + done;
        MK_ENTRIES(first, second, 2, list.both - done);
        MK_ENTRIES(first, first, 1, list.first);
        MK_ENTRIES(second, second, 1, list.second);

        if (++across == run.column_tiles) {
            across = 0;
            down++;
        }
        exchange.early = done = down < run.row_tiles ? MK_EARLY : 0;
        exchange.out =
            problem->output + group * problem->output_group + at_row * problem->output_row + at_column * 16;
        x = problem->input + (run.row + (ptrdiff_t)down * MK_ROWS) * row +
            (run.column + (ptrdiff_t)across * MK_COLUMNS) * one;
        MK_UNROLL for (int r = 0; r < MK_ROWS; r++) MK_UNROLL for (int q = 0; q < MK_COLUMNS; q += 4)
            MK_NAME(exchange, MK_ROWS, MK_COLUMNS)(&exchange, first, second, r, q, x, row, &steps);
    }
}

static void MK_NAME(tile, MK_ROWS, MK_COLUMNS)(const mk_conv_u8_block *problem, const mk_tile_epilogue *epilogue,
                                               int32_t pair, mk_tile_run run, mk_stream *stream) {
    const struct mk_block_list list = problem->lists[pair];
    const int32_t group = pair * 2;
    const int has_second = group + 1 < problem->groups;
    // Lists that are short, or mostly of one group, have too few entries to go on with.
    if (epilogue->kind == MK_EPILOGUE_PLAIN && has_second && list.both >= 8 && list.both > list.first + list.second) {
        MK_NAME(exchanging, MK_ROWS, MK_COLUMNS)(problem, epilogue, pair, run, stream);
        return;
    }
    const ptrdiff_t row = problem->input_row, one = problem->input_pixel;
    mk_steps steps = {one, one * 3, one * 5, one * 7};
    const int32_t *offsets = problem->offsets + list.first_offset;
    const int8_t *blocks = problem->blocks + list.first_block;
    const int32_t *bias = problem->bias + (size_t)group * 16;
    for (int32_t down = 0; down < run.row_tiles; down++)
        for (int32_t across = 0; across < run.column_tiles; across++) {
            const ptrdiff_t at_row = run.row + down * MK_ROWS, at_column = run.column + across * MK_COLUMNS;
            const uint8_t *x = problem->input + at_row * row + at_column * one;
            __m512i first[MK_PIXELS], second[MK_PIXELS];
            const __m512i bias0 = _mm512_loadu_si512(bias);
            const __m512i bias1 = has_second ? _mm512_loadu_si512(bias + 16) : bias0;
            MK_UNROLL for (int p = 0; p < MK_PIXELS; p++) {
                first[p] = bias0;
                second[p] = bias1;
            }
            const int8_t *w = blocks;
            const int8_t *ahead = mk_ask(stream);
            const int32_t *offset = offsets;
            MK_ENTRIES(first, second, 2, list.both);
            MK_ENTRIES(first, first, 1, list.first);
            MK_ENTRIES(second, second, 1, list.second);

            const mk_u8_addition *add = problem->addition;
            uint8_t *out =
                problem->output + group * problem->output_group + at_row * problem->output_row + at_column * 16;
            if (epilogue->kind == MK_EPILOGUE_PLAIN) {
                const float *multiplier = problem->multiplier + (size_t)group * 16;
                MK_UNROLL for (int r = 0; r < MK_ROWS; r++) mk_store_plain(epilogue, multiplier, first + r * MK_COLUMNS,
                                                                           MK_COLUMNS, out + r * problem->output_row);
                if (!has_second) continue;
                MK_UNROLL for (int r = 0; r < MK_ROWS; r++)
                    mk_store_plain(epilogue, multiplier + 16, second + r * MK_COLUMNS, MK_COLUMNS,
                                   out + problem->output_group + r * problem->output_row);
            } else if (epilogue->kind == MK_EPILOGUE_ADD) {
                const float *multiplier = problem->multiplier + (size_t)group * 16;
                const uint8_t *other = add->other + group * add->other_group + at_row * add->other_row + at_column * 16;
                MK_UNROLL for (int r = 0; r < MK_ROWS; r++)
                    mk_store_added(epilogue, multiplier, first + r * MK_COLUMNS, MK_COLUMNS, other + r * add->other_row,
                                   out + r * problem->output_row);
                if (!has_second) continue;
                MK_UNROLL for (int r = 0; r < MK_ROWS; r++)
                    mk_store_added(epilogue, multiplier + 16, second + r * MK_COLUMNS, MK_COLUMNS,
                                   other + add->other_group + r * add->other_row,
                                   out + problem->output_group + r * problem->output_row);
            } else {
                __m512i sums[2 * MK_PIXELS];
                MK_UNROLL for (int p = 0; p < MK_PIXELS; p++) {
                    _mm512_storeu_si512(sums + p, first[p]);
                    _mm512_storeu_si512(sums + MK_PIXELS + p, second[p]);
                }
                mk_tile_store_general(problem, sums, group, (int32_t)at_row, (int32_t)at_column, MK_ROWS, MK_COLUMNS);
            }
        }
}

#undef MK_ENTRIES
#undef MK_UNROLL
#undef MK_PIXELS
#undef MK_NAME
#undef MK_PASTE
#undef MK_ROWS
#undef MK_COLUMNS

// Compares bodies of conv_u8_block with the definition, byte for byte, on random problems; a problem that differs is
// named by its seed, and `conv_u8_block_test SEED` repeats it. Built for Arm by `Tests/Neon/run`, and for x86 as it
// stands.
#include "CMicrokernels.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PROBLEMS = 400, MAX_GROUPS = 5, MAX_ROWS = 5, MAX_WIDTH = 33, MAX_ENTRIES = 40, INPUT_BYTES = 1 << 16 };

static uint64_t state;

/// SplitMix64 (Steele, Lea and Flood 2014).
static uint64_t next(void) {
    uint64_t z = state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

static int32_t below(int32_t bound) { return (int32_t)(next() % (uint64_t)bound); }

/// A random problem and the memory it points to.
typedef struct {
    mk_conv_u8_block problem;
    mk_u8_addition addition;
    int32_t rows;
    int32_t bias[MAX_GROUPS * 16];
    float multiplier[MAX_GROUPS * 16];
    struct mk_block_list lists[(MAX_GROUPS + 1) / 2];
    int32_t offsets[MAX_GROUPS * 3 * MAX_ENTRIES];
    int8_t blocks[MAX_GROUPS * 4 * MAX_ENTRIES * 64];
    uint8_t input[INPUT_BYTES];
    uint8_t other[MAX_GROUPS * MAX_ROWS * MAX_WIDTH * 16];
} random_problem;

/// Offsets of `count` blocks: dense channel groups of four quads in order, or quads anywhere.
static void random_offsets(int32_t *offsets, uint32_t count, int dense, int32_t limit) {
    int32_t pixel = below(limit / 16) * 16;
    for (uint32_t entry = 0; entry < count; entry++) {
        if (dense && entry % 4 == 0) pixel = below(limit / 16) * 16;
        offsets[entry] = dense ? pixel + (int32_t)(entry % 4) * 4 : below(limit - 16);
    }
}

static void make(random_problem *r, uint64_t seed) {
    static const int32_t steps[] = {3, 6, 16, 32, 48};
    state = seed;
    int extreme = below(4) == 0, adds = below(2), dense = below(2);
    mk_conv_u8_block *p = &r->problem;
    *p = (mk_conv_u8_block){.blocks = r->blocks, .offsets = r->offsets, .lists = r->lists, .input = r->input};
    r->rows = 1 + below(MAX_ROWS);
    p->groups = 1 + below(MAX_GROUPS);
    p->width = 1 + below(MAX_WIDTH);
    p->input_pixel = steps[below(5)];
    p->input_row = (ptrdiff_t)p->width * p->input_pixel + below(64);
    p->output_row = p->width * 16;
    p->output_group = p->output_row * r->rows;
    p->bias = r->bias;
    p->multiplier = r->multiplier;
    int32_t limit = INPUT_BYTES - (int32_t)p->input_row * r->rows - 64;
    uint32_t block = 0, offset = 0;
    for (int32_t pair = 0; pair * 2 < p->groups; pair++) {
        int two = pair * 2 + 1 < p->groups;
        struct mk_block_list *list = &r->lists[pair];
        *list = (struct mk_block_list){block * 64, offset, two ? (uint32_t)below(MAX_ENTRIES) : 0,
                                       (uint32_t)below(MAX_ENTRIES), two ? (uint32_t)below(MAX_ENTRIES) : 0};
        uint32_t parts[] = {list->both, list->first, list->second};
        for (int part = 0; part < 3; part++) {
            random_offsets(r->offsets + offset, parts[part], dense, limit);
            offset += parts[part];
        }
        block += list->both * 2 + list->first + list->second;
    }
    int32_t magnitude = 1 + below(127);
    for (uint32_t i = 0; i < block * 64; i++)
        r->blocks[i] = (int8_t)(extreme ? (below(2) ? 127 : -128) : below(2 * magnitude + 1) - magnitude);
    for (int i = 0; i < INPUT_BYTES; i++) r->input[i] = (uint8_t)(extreme && below(8) ? 255 : below(256));
    for (size_t i = 0; i < sizeof r->other; i++) r->other[i] = (uint8_t)below(256);
    float scale = 1.0f / (float)(1 + below(extreme ? 40000 : 4000));
    for (int i = 0; i < p->groups * 16; i++) {
        r->bias[i] = below(40001) - 20000;
        r->multiplier[i] = scale * (0.5f + (float)below(1000) / 1000);
    }
    p->zero_point = below(256);
    p->low = (float)(below(2) ? 0 : -p->zero_point);
    p->high = (float)(255 - p->zero_point);
    r->addition = (mk_u8_addition){.other = r->other, .other_row = p->output_row, .other_group = p->output_group,
                                   .conv_scale = 0.01f + (float)below(1000) / 1000, .other_scale = 0.5f, .scale = 0.75f,
                                   .other_zero_point = (float)below(256), .low = -100, .high = 155, .zero_point = 100};
    p->addition = adds ? &r->addition : NULL;
}

/// Whether the body gives the definition's bytes: all rows at once, or each pair and row on its own.
static int agrees(const random_problem *r, mk_conv_u8_block_function body, int apart) {
    static uint8_t expected[MAX_GROUPS * MAX_ROWS * MAX_WIDTH * 16 + 64], found[sizeof expected];
    mk_conv_u8_block problem = r->problem;
    int32_t pairs = (problem.groups + 1) / 2;
    memset(expected, 0xA5, sizeof expected);
    memset(found, 0xA5, sizeof found);
    problem.output = expected + 32;
    mk_conv_u8_block_scalar(&problem, 0, pairs, 0, r->rows);
    problem.output = found + 32;
#if defined(__x86_64__)
    void *packed = NULL;
    if (body == mk_conv_u8_block_avx2) {
        packed = aligned_alloc(64, (mk_conv_u8_block_avx2_size(&problem) + 63) / 64 * 64);
        if (!packed) abort();
        mk_pack_conv_u8_block_avx2(&problem, packed);
        problem.blocks = packed;
    }
#endif
    for (int32_t pair = 0; apart && pair < pairs; pair++)
        for (int32_t row = 0; row < r->rows; row++) body(&problem, pair, 1, row, 1);
    if (!apart) body(&problem, 0, pairs, 0, r->rows);
#if defined(__x86_64__)
    free(packed);
#endif
    return memcmp(expected, found, sizeof expected) == 0;
}

int main(int count, char **arguments) {
    struct {
        const char *name;
        mk_conv_u8_block_function body;
        int runs;
    } bodies[] = {
#if defined(__aarch64__)
        {"neon", mk_conv_u8_block_neon, mk_isa_is_available(MK_ISA_NEON)},
        {"neon_sdot", mk_conv_u8_block_neon_sdot, mk_isa_is_available(MK_ISA_NEON)},
        {"neon_usdot", mk_conv_u8_block_neon_usdot, mk_neon_has_usdot()},
#elif defined(__x86_64__)
        {"avx2", mk_conv_u8_block_avx2, mk_isa_is_available(MK_ISA_AVX2)},
        {"avxvnni", mk_conv_u8_block_avxvnni, mk_isa_is_available(MK_ISA_AVXVNNI)},
#endif
    };
    static random_problem problem;
    int passed = 0, failed = 0;
    uint64_t first = count > 1 ? strtoull(arguments[1], NULL, 0) : 1, end = first + (count > 1 ? 1 : PROBLEMS);
    for (size_t index = 0; index < sizeof bodies / sizeof *bodies; index++) {
        if (!bodies[index].runs) {
            printf("conv_u8_block_%s: not on this processor\n", bodies[index].name);
            continue;
        }
        int different = 0;
        for (uint64_t seed = first; seed < end; seed++) {
            make(&problem, seed);
            if (agrees(&problem, bodies[index].body, below(2))) continue;
            different++;
            printf("conv_u8_block_%s differs from the definition: seed %" PRIu64 "\n", bodies[index].name, seed);
        }
        printf("conv_u8_block_%s: %d of %" PRIu64 " problems differ\n", bodies[index].name, different, end - first);
        different ? failed++ : passed++;
    }
    printf("%d passed, %d failed\n", passed, failed);
    return failed != 0 || passed == 0;
}

// Plain loops, compiled also for wider vectors where the processor has them: what calibration sees of a value.
#include "mk_value_counts.h"
#include "../clones.h"

#include <string.h>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#pragma STDC FP_CONTRACT OFF

enum {
    /// Tables that take turns, so that neighbours of one bin need not wait for each other's addition.
    TABLES = 4,
    /// Bins for what is not counted, zeros above all: they take turns for the same reason.
    ASIDE = 8,
    HALF = MK_VALUE_BINS / 2,
    SMALLEST = -126,
    /// Below it the factor to bins, 2^(10 - exponent), is no float32.
    SMALLEST_SINGLE = -100,
    LANES = 64,
    /// Values of a cache line.
    LINE = 16,
    /// Elements at a time: their bins stay in the first cache.
    CHUNK = 1024,
};

struct mk_value_counts {
    _Alignas(64) uint64_t counts[MK_VALUE_BINS];
    uint64_t zeros;
    int32_t exponent;
    /// Bins from 2048 on take what is not counted.
    uint32_t tables[TABLES][MK_VALUE_BINS + ASIDE];
};

size_t mk_value_counts_size(void) { return sizeof(mk_value_counts); }
int32_t mk_value_counts_exponent(const mk_value_counts *counts) { return counts->exponent; }
uint64_t mk_value_counts_zeros(const mk_value_counts *counts) { return counts->zeros; }

void mk_value_counts_start(mk_value_counts *counts) {
    memset(counts, 0, sizeof *counts);
    counts->exponent = SMALLEST;
}

void mk_value_extremes_start(mk_value_extremes *extremes) {
    memset(extremes, 0, sizeof *extremes);
    extremes->lowest = __builtin_inff();
    extremes->highest = -__builtin_inff();
}

void mk_value_counts_flush(mk_value_counts *counts) {
    for (int bin = 0; bin < MK_VALUE_BINS; bin++) {
        uint64_t sum = 0;
        for (int table = 0; table < TABLES; table++) sum += counts->tables[table][bin];
        counts->counts[bin] += sum;
    }
    memset(counts->tables, 0, sizeof counts->tables);
}

void mk_value_counts_add_to(const mk_value_counts *counts, int32_t exponent, uint64_t bins[2048]) {
    const int32_t doublings = exponent - counts->exponent;
    const int shift = doublings < 31 ? doublings : 31;
    // An arithmetic shift is the floor of a division by a power of two.
    for (int bin = 0; bin < MK_VALUE_BINS; bin++) bins[((bin - HALF) >> shift) + HALF] += counts->counts[bin];
}

/// Doubles the range until it is that of `exponent`.
static void coarsen(mk_value_counts *counts, int32_t exponent) {
    if (exponent <= counts->exponent) return;
    mk_value_counts_flush(counts);
    uint64_t merged[MK_VALUE_BINS] = {0};
    mk_value_counts_add_to(counts, exponent, merged);
    memcpy(counts->counts, merged, sizeof merged);
    counts->exponent = exponent;
}

/// The smallest exponent whose half-open range holds `value`: -2^e belongs to the range of e, 2^e does not.
static int32_t exponent_holding(float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    const int32_t biased = (int32_t)(bits >> 23 & 0xff);
    if (biased == 0) return SMALLEST;
    const int32_t magnitude = biased - 127;
    const int32_t needed = value < 0 && (bits & 0x7fffff) == 0 ? magnitude : magnitude + 1;
    return needed > SMALLEST ? needed : SMALLEST;
}

/// The least and the greatest, and whether every value is finite: comparisons are exact, so lanes may go in any order.
MK_CLONES static int32_t extremes_of(const float *x, size_t count, float *lowest, float *highest) {
    float low[LANES], high[LANES];
    uint32_t largest[LANES] = {0};
    for (int lane = 0; lane < LANES; lane++) low[lane] = __builtin_inff(), high[lane] = -__builtin_inff();
    size_t i = 0;
    for (; count - i >= LANES; i += LANES)
        for (int lane = 0; lane < LANES; lane++) {
            const float value = x[i + lane];
            uint32_t bits;
            memcpy(&bits, &x[i + lane], sizeof bits);
            bits &= 0x7fffffff;
            largest[lane] = bits > largest[lane] ? bits : largest[lane];
            low[lane] = value < low[lane] ? value : low[lane];
            high[lane] = value > high[lane] ? value : high[lane];
        }
    for (; i < count; i++) {
        uint32_t bits;
        memcpy(&bits, &x[i], sizeof bits);
        bits &= 0x7fffffff;
        largest[0] = bits > largest[0] ? bits : largest[0];
        low[0] = x[i] < low[0] ? x[i] : low[0];
        high[0] = x[i] > high[0] ? x[i] : high[0];
    }
    // By halves: one lane after the other would take longer than the loop above does for a chunk.
#pragma clang loop unroll(full)
    for (int half = LANES / 2; half > 0; half /= 2)
        for (int lane = 0; lane < half; lane++) {
            largest[lane] = largest[lane + half] > largest[lane] ? largest[lane + half] : largest[lane];
            low[lane] = low[lane + half] < low[lane] ? low[lane + half] : low[lane];
            high[lane] = high[lane + half] > high[lane] ? high[lane + half] : high[lane];
        }
    *lowest = low[0];
    *highest = high[0];
    return largest[0] < 0x7f800000;
}

/// The same where some are not finite: these are counted, and left out.
static void finite_extremes_of(const float *x, size_t count, float *lowest, float *highest,
                               mk_value_extremes *extremes) {
    *lowest = __builtin_inff();
    *highest = -__builtin_inff();
    for (size_t i = 0; i < count; i++) {
        if (x[i] != x[i]) {
            extremes->nans++;
        } else if (x[i] == __builtin_inff()) {
            extremes->positive_infinities++;
        } else if (x[i] == -__builtin_inff()) {
            extremes->negative_infinities++;
        } else {
            *lowest = x[i] < *lowest ? x[i] : *lowest;
            *highest = x[i] > *highest ? x[i] : *highest;
        }
    }
}

/// Bins by a product with a power of two, which is exact unless the result is subnormal: that one is between -1 and 1, where
/// the sign alone decides. Bins from 2048 on for zeros; returns how many.
MK_CLONES static uint64_t find_bins(const float *x, size_t count, float factor, int32_t *bins) {
    uint32_t zeros = 0;
    for (size_t i = 0; i < count; i++) {
        const float position = x[i] * factor;
        const int32_t truncated = (int32_t)position;
        const int32_t below = ((float)truncated > position) | ((truncated == 0) & (x[i] < 0));
        const int32_t bin = truncated - below + HALF;
        zeros += x[i] == 0;
        bins[i] = x[i] == 0 ? MK_VALUE_BINS + (int32_t)(i / TABLES % ASIDE) : bin;
    }
    return zeros;
}

#if defined(__x86_64__)
/// The same, without the zeros: half of what comes out of a ReLU. Bins are written whole vectors at a time.
__attribute__((target("avx512f"))) static uint64_t pack_bins_avx512(const float *x, size_t count, float factor,
                                                                    int32_t *bins, const float *next) {
    const __m512 zero = _mm512_setzero_ps();
    size_t kept = 0;
    for (size_t i = 0; i < count; i += LINE) {
        __builtin_prefetch(next + i);
        const __mmask16 inside = (__mmask16)(count - i >= LINE ? 0xffff : (1u << (count - i)) - 1);
        const __m512 value = _mm512_maskz_loadu_ps(inside, x + i);
        const __m512 position = _mm512_mul_ps(value, _mm512_set1_ps(factor));
        __m512i bin = _mm512_cvt_roundps_epi32(position, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC);
        const __mmask16 below = _mm512_mask_cmpeq_epi32_mask(_mm512_cmp_ps_mask(value, zero, _CMP_LT_OQ), bin,
                                                             _mm512_setzero_si512());
        bin = _mm512_add_epi32(bin, _mm512_set1_epi32(HALF));
        bin = _mm512_mask_sub_epi32(bin, below, bin, _mm512_set1_epi32(1));
        const __mmask16 counted = _mm512_cmp_ps_mask(value, zero, _CMP_NEQ_UQ);
        _mm512_storeu_si512(bins + kept, _mm512_maskz_compress_epi32(counted, bin));
        kept += (size_t)__builtin_popcount(counted);
    }
    return count - kept;
}
#endif

/// The same with products in double precision, for ranges that need a factor beyond float32, and for values that are not
/// finite, which go to bin 2048 as well.
static uint64_t find_bins_slowly(const float *x, size_t count, int32_t exponent, int32_t *bins) {
    const double factor = __builtin_ldexp(1, 10 - exponent);
    uint64_t zeros = 0;
    for (size_t i = 0; i < count; i++) {
        bins[i] = MK_VALUE_BINS;
        if (x[i] == 0) zeros++;
        if (x[i] == 0 || x[i] != x[i] || x[i] - x[i] != 0) continue;
        const double position = (double)x[i] * factor;
        const int32_t truncated = (int32_t)position;
        const int32_t below = ((double)truncated > position) | ((truncated == 0) & (x[i] < 0));
        bins[i] = truncated - below + HALF;
    }
    return zeros;
}

/// `next`: what will be looked at next. No prefetcher of the processor's crosses pages, and a chunk is one.
static void count_chunk(mk_value_counts *counts, mk_value_extremes *extremes, const float *x, size_t count,
                        const float *next) {
    float lowest, highest;
    const int32_t all_finite = extremes_of(x, count, &lowest, &highest);
    if (!all_finite) finite_extremes_of(x, count, &lowest, &highest, extremes);
    // None is finite.
    if (lowest > highest) return;
    // Adding +0 turns -0 into +0, which would otherwise depend on the order.
    lowest += 0.0f;
    highest += 0.0f;
    extremes->lowest = lowest < extremes->lowest ? lowest : extremes->lowest;
    extremes->highest = highest > extremes->highest ? highest : extremes->highest;
    const int32_t low = exponent_holding(lowest), high = exponent_holding(highest);
    coarsen(counts, low > high ? low : high);

    int32_t bins[CHUNK + LINE];
    size_t kept = count;
    if (all_finite && counts->exponent >= SMALLEST_SINGLE) {
        const float factor = __builtin_ldexpf(1, 10 - counts->exponent);
#if defined(__x86_64__)
        if (__builtin_cpu_supports("avx512f")) {
            const uint64_t zeros = pack_bins_avx512(x, count, factor, bins, next);
            counts->zeros += zeros;
            kept -= zeros;
        } else
#endif
            counts->zeros += find_bins(x, count, factor, bins);
    } else {
        counts->zeros += find_bins_slowly(x, count, counts->exponent, bins);
    }
    uint32_t(*tables)[MK_VALUE_BINS + ASIDE] = counts->tables;
    size_t i = 0;
    for (; kept - i >= LINE; i += LINE) {
        __builtin_prefetch(next + i);
        for (size_t j = i; j < i + LINE; j += TABLES) {
            tables[0][bins[j]]++;
            tables[1][bins[j + 1]]++;
            tables[2][bins[j + 2]]++;
            tables[3][bins[j + 3]]++;
        }
    }
    for (; i < kept; i++) tables[0][bins[i]]++;
}

void mk_count_values(mk_value_counts *counts, mk_value_extremes *extremes, const float *x, size_t rows,
                     ptrdiff_t row_bytes, size_t elements) {
    for (size_t row = 0; row < rows; row++) {
        const float *begin = (const float *)((const char *)x + (ptrdiff_t)row * row_bytes);
        const float *following = (const float *)((const char *)begin + (row + 1 < rows ? row_bytes : 0));
        for (size_t i = 0; i < elements; i += CHUNK)
            count_chunk(counts, extremes, begin + i, elements - i < CHUNK ? elements - i : CHUNK,
                        elements - i > CHUNK ? begin + i + CHUNK : following);
    }
}

void mk_count_lanes(mk_value_counts *counts, mk_value_extremes *extremes, const float *x, size_t rows,
                    ptrdiff_t row_bytes, size_t pixels, size_t lanes) {
    float packed[CHUNK];
    size_t count = 0;
    for (size_t row = 0; row < rows; row++) {
        const float *begin = (const float *)((const char *)x + (ptrdiff_t)row * row_bytes);
        for (size_t pixel = 0; pixel < pixels; pixel++) {
            if (count + lanes > CHUNK) {
                count_chunk(counts, extremes, packed, count, packed);
                count = 0;
            }
            memcpy(packed + count, begin + pixel * 16, lanes * sizeof(float));
            count += lanes;
        }
    }
    if (count > 0) count_chunk(counts, extremes, packed, count, packed);
}

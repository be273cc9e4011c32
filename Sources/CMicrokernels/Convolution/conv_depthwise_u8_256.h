// conv_depthwise_u8 by vectors of 8 channels, all but the dot product.
#include <immintrin.h>

#define MK_LANES 8
#define MK_ROWS_3X3 2

typedef __m256i mk_lanes;

typedef struct {
    __m256 multiplier;
    __m256i zero_point, lowest, highest;
} mk_epilogue;

static inline __attribute__((always_inline)) __m256i mk_lanes_load(const int32_t *lanes) {
    return _mm256_loadu_si256((const __m256i *)lanes);
}

/// Channel c's bytes of 4 pixels, 16 bytes apart, become lane c of 8.
static inline __attribute__((always_inline)) __m256i mk_window_bytes(const uint8_t *pixel) {
    // Of each half of a load only the first 8 bytes are wanted. Pixels 0, 2 | 1, 3, of two 32-bit elements each; then
    // elements 0 of all four pixels | elements 1.
    const __m256i pixels = _mm256_unpacklo_epi64(_mm256_loadu_si256((const __m256i *)pixel),
                                                 _mm256_loadu_si256((const __m256i *)(pixel + 32)));
    __m256i quads = _mm256_permutevar8x32_epi32(pixels, _mm256_setr_epi32(0, 4, 2, 6, 1, 5, 3, 7));
    // Without this the compiler makes other, and more, instructions of the two.
    __asm__("" : "+x"(quads));
    return _mm256_shuffle_epi8(
        quads, _mm256_broadcastsi128_si256(_mm_setr_epi8(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15)));
}

static inline __attribute__((always_inline)) mk_epilogue mk_epilogue_load(const mk_conv_depthwise_u8 *problem,
                                                                          size_t channel) {
    mk_epilogue e;
    e.multiplier = _mm256_loadu_ps(problem->multiplier + channel);
    e.zero_point = _mm256_set1_epi16((int16_t)problem->zero_point);
    e.lowest = _mm256_broadcastq_epi64(_mm_loadl_epi64((const __m128i *)(problem->lowest + channel)));
    e.highest = _mm256_broadcastq_epi64(_mm_loadl_epi64((const __m128i *)(problem->highest + channel)));
    return e;
}

static inline __attribute__((always_inline)) __m256i mk_requantized(__m256i sums, const mk_epilogue *e) {
    return _mm256_cvtps_epi32(_mm256_mul_ps(_mm256_cvtepi32_ps(sums), e->multiplier));
}

/// Products fit, so that clamping integers gives what clamping products gives: rounding keeps order, bounds are
/// integers, and saturation to 16 bits, before and after the zero point is added, only moves what lies outside of a
/// byte.
static inline __attribute__((always_inline)) void mk_store(uint8_t *output, const __m256i sums[4],
                                                           const mk_epilogue *e) {
    const __m256i first = _mm256_packs_epi32(mk_requantized(sums[0], e), mk_requantized(sums[1], e));
    const __m256i last = _mm256_packs_epi32(mk_requantized(sums[2], e), mk_requantized(sums[3], e));
    const __m256i bytes =
        _mm256_packus_epi16(_mm256_adds_epi16(first, e->zero_point), _mm256_adds_epi16(last, e->zero_point));
    // Channels 0-3 of four pixels | channels 4-7; then pixels of 8 bytes, for every other 8 bytes of the output.
    __m256i pixels = _mm256_permutevar8x32_epi32(bytes, _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7));
    pixels = _mm256_min_epu8(_mm256_max_epu8(pixels, e->lowest), e->highest);
    const __m128i low = _mm256_castsi256_si128(pixels), high = _mm256_extracti128_si256(pixels, 1);
    _mm_storel_epi64((__m128i *)output, low);
    _mm_storeh_pd((double *)(output + 16), _mm_castsi128_pd(low));
    _mm_storel_epi64((__m128i *)(output + 32), high);
    _mm_storeh_pd((double *)(output + 48), _mm_castsi128_pd(high));
}

// conv_depthwise_u8 by vectors of 16 channels. MK_BYTE_PERMUTATION says whether AVX-512 VBMI may be used.
#include <immintrin.h>

#define MK_LANES 16
#define MK_ROWS_3X3 3

typedef __m512i mk_lanes;
typedef __m512i mk_window;
typedef __m512i mk_weights;

typedef struct {
    __m512 multiplier;
    __m512i zero_point, lowest, highest;
    /// 0 where a channel may store any byte, so that saturation is clamp enough.
    int clamps;
} mk_epilogue;

/// The 4 x 4 transposition of the 32-bit elements of a vector.
#define MK_TRANSPOSED _mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15)

/// Channel c's bytes of 4 pixels become lane c.
static inline __attribute__((always_inline)) __m512i mk_window_load(const uint8_t *pixel) {
    const __m512i bytes = _mm512_loadu_si512(pixel);
#if MK_BYTE_PERMUTATION
    // 16 * pixel + channel for byte 4 * channel + pixel.
    const __m512i lanes = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    const __m512i from =
        _mm512_add_epi32(_mm512_mullo_epi32(lanes, _mm512_set1_epi32(0x01010101)), _mm512_set1_epi32(0x30201000));
    return _mm512_permutexvar_epi8(from, bytes);
#else
    __m512i quads = _mm512_permutexvar_epi32(MK_TRANSPOSED, bytes);
    // Without this the compiler makes one byte permutation of both, and six instructions of that.
    __asm__("" : "+v"(quads));
    return _mm512_shuffle_epi8(
        quads, _mm512_broadcast_i32x4(_mm_setr_epi8(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15)));
#endif
}

static inline __attribute__((always_inline)) __m512i mk_weights_load(const int8_t *quads) {
    return _mm512_loadu_si512(quads);
}

static inline __attribute__((always_inline)) __m512i mk_lanes_load(const int32_t *lanes) {
    return _mm512_loadu_si512(lanes);
}

static inline __attribute__((always_inline)) __m512i mk_dot(__m512i sums, __m512i window, __m512i weights) {
    return _mm512_dpbusd_epi32(sums, window, weights);
}

static inline __attribute__((always_inline)) mk_epilogue mk_epilogue_load(const mk_conv_depthwise_u8 *problem,
                                                                          size_t channel) {
    mk_epilogue e;
    e.multiplier = _mm512_loadu_ps(problem->multiplier + channel);
    e.zero_point = _mm512_set1_epi16((int16_t)problem->zero_point);
    e.lowest = _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)(problem->lowest + channel)));
    e.highest = _mm512_broadcast_i32x4(_mm_loadu_si128((const __m128i *)(problem->highest + channel)));
    const __m512i all = _mm512_set1_epi8(-1);
    e.clamps = (_mm512_test_epi8_mask(e.lowest, e.lowest) | _mm512_cmpneq_epu8_mask(e.highest, all)) != 0;
    return e;
}

static inline __attribute__((always_inline)) __m512i mk_requantized(__m512i sums, const mk_epilogue *e) {
    return _mm512_cvtps_epi32(_mm512_mul_ps(_mm512_cvtepi32_ps(sums), e->multiplier));
}

/// Products fit, so that clamping integers gives what clamping products gives: rounding keeps order, bounds are
/// integers, and saturation to 16 bits, before and after the zero point is added, only moves what lies outside of a
/// byte.
static inline __attribute__((always_inline)) void mk_store(uint8_t *output, const __m512i sums[4],
                                                           const mk_epilogue *e) {
    const __m512i first = _mm512_packs_epi32(mk_requantized(sums[0], e), mk_requantized(sums[1], e));
    const __m512i last = _mm512_packs_epi32(mk_requantized(sums[2], e), mk_requantized(sums[3], e));
    const __m512i bytes =
        _mm512_packus_epi16(_mm512_adds_epi16(first, e->zero_point), _mm512_adds_epi16(last, e->zero_point));
    // 32-bit element 4 * quarter + pixel goes to 4 * pixel + quarter.
    __m512i pixels = _mm512_permutexvar_epi32(MK_TRANSPOSED, bytes);
    if (e->clamps)
        pixels = _mm512_min_epu8(_mm512_max_epu8(pixels, e->lowest), e->highest);
    _mm512_storeu_si512(output, pixels);
}

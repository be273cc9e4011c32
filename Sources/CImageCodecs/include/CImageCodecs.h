/* Decoders behind flat functions: JPEG through libjpeg, PNG through libpng, deflate (and its size) through zlib.
 *
 * No function prints, exits or keeps a pointer after it returns. Pixels go into memory that the caller has sized from
 * the header, so that a caller can refuse dimensions before any memory is taken for them. */
#pragma once
#include <stddef.h>
#include <stdint.h>

enum hone_codec_status {
    HONE_CODEC_OK = 0,
    /* The bytes are no valid file of their kind, or end early. */
    HONE_CODEC_CORRUPT = 1,
    /* A valid file of a kind that is not decoded, as of CMYK. */
    HONE_CODEC_UNSUPPORTED = 2,
    HONE_CODEC_NO_MEMORY = 3,
};

struct hone_image {
    uint32_t width;
    uint32_t height;
    /* Channels that the file holds, alpha apart: 1 for gray, 3 for colour. */
    uint32_t channels;
    /* What is wrong, when a function returns anything but HONE_CODEC_OK. */
    char message[256];
};

/* Reads the header only. */
int hone_jpeg_header(const uint8_t *bytes, size_t count, struct hone_image *image);
int hone_png_header(const uint8_t *bytes, size_t count, struct hone_image *image);

/* Decodes 8-bit interleaved pixels: 1 or 3 channels per pixel, rows without padding.
 * `capacity` must be width * height * channels of the header, else the call fails.
 * Colour becomes gray as ITU-R 601 luma, (19595 R + 38470 G + 7471 B + 32768) >> 16. */
int hone_jpeg_decode(const uint8_t *bytes, size_t count, int channels, uint8_t *pixels, size_t capacity,
                     struct hone_image *image);
int hone_png_decode(const uint8_t *bytes, size_t count, int channels, uint8_t *pixels, size_t capacity,
                    struct hone_image *image);

/* A raw deflate stream (RFC 1951) that is read piece by piece. */
struct hone_inflater;
struct hone_inflater *hone_inflater_create(void);
void hone_inflater_destroy(struct hone_inflater *inflater);

enum hone_inflate_status {
    HONE_INFLATE_MORE = 0,
    HONE_INFLATE_END = 1,
    HONE_INFLATE_CORRUPT = 2,
    HONE_INFLATE_NO_MEMORY = 3,
};

/* Takes some of the input and writes some of the output; both counts are at most 2^30. */
int hone_inflate(struct hone_inflater *inflater, const uint8_t *input, size_t input_count, size_t *consumed,
                 uint8_t *output, size_t output_count, size_t *produced);
/* The CRC-32 of everything that the inflater has put out. */
uint32_t hone_inflater_crc32(const struct hone_inflater *inflater);

/* A zlib stream (RFC 1950) of which only the size is kept. */
struct hone_deflater;
/* NULL without memory, or for a level that is not 0 to 9. */
struct hone_deflater *hone_deflater_create(int level);
void hone_deflater_destroy(struct hone_deflater *deflater);
/* Takes all of the input, at most 2^30 bytes; nothing may follow the last. */
void hone_deflater_add(struct hone_deflater *deflater, const uint8_t *input, size_t input_count, int is_last);
/* Bytes that came out so far; all of them after the last input. */
uint64_t hone_deflater_produced(const struct hone_deflater *deflater);

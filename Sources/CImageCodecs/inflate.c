#include <stdlib.h>

#include <zlib.h>

#include "CImageCodecs.h"

struct hone_inflater {
    z_stream stream;
    uLong crc;
};

struct hone_inflater *hone_inflater_create(void) {
    struct hone_inflater *inflater = calloc(1, sizeof *inflater);
    if (!inflater) return NULL;
    /* Negative window bits: a raw stream, as zip members are, without zlib's own header. */
    if (inflateInit2(&inflater->stream, -MAX_WBITS) != Z_OK) {
        free(inflater);
        return NULL;
    }
    inflater->crc = crc32(0, Z_NULL, 0);
    return inflater;
}

void hone_inflater_destroy(struct hone_inflater *inflater) {
    if (!inflater) return;
    inflateEnd(&inflater->stream);
    free(inflater);
}

int hone_inflate(struct hone_inflater *inflater, const uint8_t *input, size_t input_count, size_t *consumed,
                 uint8_t *output, size_t output_count, size_t *produced) {
    z_stream *stream = &inflater->stream;
    /* zlib's declaration lacks const; it does not write there. */
    stream->next_in = (Bytef *)(uintptr_t)input;
    stream->avail_in = (uInt)input_count;
    stream->next_out = output;
    stream->avail_out = (uInt)output_count;
    int result = inflate(stream, Z_NO_FLUSH);
    *consumed = input_count - stream->avail_in;
    *produced = output_count - stream->avail_out;
    inflater->crc = crc32(inflater->crc, output, (uInt)*produced);
    stream->next_in = NULL;
    stream->next_out = NULL;
    switch (result) {
    case Z_OK:
    case Z_BUF_ERROR:
        return HONE_INFLATE_MORE;
    case Z_STREAM_END:
        return HONE_INFLATE_END;
    case Z_MEM_ERROR:
        return HONE_INFLATE_NO_MEMORY;
    default:
        return HONE_INFLATE_CORRUPT;
    }
}

uint32_t hone_inflater_crc32(const struct hone_inflater *inflater) { return (uint32_t)inflater->crc; }

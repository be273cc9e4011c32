#include <stdlib.h>

#include <zlib.h>

#include "CImageCodecs.h"

enum { PIECE = 1 << 15 };

struct hone_deflater {
    z_stream stream;
    uint64_t produced;
    Bytef piece[PIECE];
};

struct hone_deflater *hone_deflater_create(int level) {
    struct hone_deflater *deflater = calloc(1, sizeof *deflater);
    if (!deflater) return NULL;
    if (deflateInit(&deflater->stream, level) != Z_OK) {
        free(deflater);
        return NULL;
    }
    return deflater;
}

void hone_deflater_destroy(struct hone_deflater *deflater) {
    if (!deflater) return;
    deflateEnd(&deflater->stream);
    free(deflater);
}

void hone_deflater_add(struct hone_deflater *deflater, const uint8_t *input, size_t input_count, int is_last) {
    z_stream *stream = &deflater->stream;
    /* zlib's declaration lacks const; it does not write there. */
    stream->next_in = (Bytef *)(uintptr_t)input;
    stream->avail_in = (uInt)input_count;
    do {
        stream->next_out = deflater->piece;
        stream->avail_out = PIECE;
        /* Neither flush can fail on a stream that is in order: what is left to say is how much came out. */
        deflate(stream, is_last ? Z_FINISH : Z_NO_FLUSH);
        deflater->produced += PIECE - stream->avail_out;
    } while (stream->avail_out == 0);
    stream->next_in = NULL;
}

uint64_t hone_deflater_produced(const struct hone_deflater *deflater) { return deflater->produced; }

/* PNG through libpng's row interface: the simplified one would convert gamma, which no training pipeline does. */
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <png.h>

#include "CImageCodecs.h"
#include "pixels.h"

enum { MAXIMUM_SIDE = 65535, MAXIMUM_CHUNK = 8 << 20, MAXIMUM_CACHED_CHUNKS = 128 };

struct reader {
    png_structp png;
    png_infop info;
    jmp_buf escape;
    const uint8_t *bytes;
    size_t count;
    size_t position;
    int status;
    struct hone_image *image;
    uint8_t *colour;
    png_bytep *rows;
};

static void on_error(png_structp png, png_const_charp message) {
    struct reader *reader = png_get_error_ptr(png);
    snprintf(reader->image->message, sizeof reader->image->message, "%s", message);
    reader->status = HONE_CODEC_CORRUPT;
    longjmp(reader->escape, 1);
}

static void on_warning(png_structp png, png_const_charp message) {
    (void)png;
    (void)message;
}

static void on_read(png_structp png, png_bytep target, size_t count) {
    struct reader *reader = png_get_io_ptr(png);
    if (count > reader->count - reader->position) png_error(png, "ends early");
    memcpy(target, reader->bytes + reader->position, count);
    reader->position += count;
}

static int refuse(struct reader *reader, int status, const char *message) {
    snprintf(reader->image->message, sizeof reader->image->message, "%s", message);
    return status;
}

static int read_header(struct reader *reader) {
    reader->png = png_create_read_struct(PNG_LIBPNG_VER_STRING, reader, on_error, on_warning);
    if (!reader->png || !(reader->info = png_create_info_struct(reader->png))) {
        return refuse(reader, HONE_CODEC_NO_MEMORY, "memory for the decoder is not to be had");
    }
    png_set_user_limits(reader->png, MAXIMUM_SIDE, MAXIMUM_SIDE);
    png_set_chunk_malloc_max(reader->png, MAXIMUM_CHUNK);
    png_set_chunk_cache_max(reader->png, MAXIMUM_CACHED_CHUNKS);
    png_set_read_fn(reader->png, reader, on_read);
    png_read_info(reader->png, reader->info);
    reader->image->width = png_get_image_width(reader->png, reader->info);
    reader->image->height = png_get_image_height(reader->png, reader->info);
    reader->image->channels = png_get_color_type(reader->png, reader->info) & PNG_COLOR_MASK_COLOR ? 3 : 1;
    return HONE_CODEC_OK;
}

static int read_pixels(struct reader *reader, int channels, uint8_t *pixels, size_t capacity) {
    png_structp png = reader->png;
    size_t width = reader->image->width, height = reader->image->height;
    if (capacity != width * height * (size_t)channels) {
        return refuse(reader, HONE_CODEC_CORRUPT, "changed while it was read");
    }
    int from_colour = channels == 1 && reader->image->channels == 3;
    /* Palettes and 1, 2, 4 bit gray become 8 bit; 16 bit is scaled and rounded; transparency is dropped. */
    png_set_expand(png);
    png_set_scale_16(png);
    png_set_strip_alpha(png);
    if (channels == 3) png_set_gray_to_rgb(png);
    png_set_interlace_handling(png);
    png_read_update_info(png, reader->info);
    size_t row_bytes = png_get_rowbytes(png, reader->info);
    if (row_bytes != width * (from_colour ? 3 : (size_t)channels)) {
        return refuse(reader, HONE_CODEC_UNSUPPORTED, "has a pixel format that is not decoded");
    }
    reader->rows = malloc(height * sizeof *reader->rows);
    if (from_colour) reader->colour = malloc(height * row_bytes);
    if (!reader->rows || (from_colour && !reader->colour)) {
        return refuse(reader, HONE_CODEC_NO_MEMORY, "memory for the pixels is not to be had");
    }
    uint8_t *target = from_colour ? reader->colour : pixels;
    for (size_t y = 0; y < height; y++) reader->rows[y] = target + y * row_bytes;
    png_read_image(png, reader->rows);
    /* Up to the end, so that damage after the last row shows. */
    png_read_end(png, NULL);
    if (from_colour) hone_row_rgb_to_gray(reader->colour, pixels, width * height);
    return HONE_CODEC_OK;
}

static int decode(const uint8_t *bytes, size_t count, int channels, uint8_t *pixels, size_t capacity,
                  struct hone_image *image) {
    memset(image, 0, sizeof *image);
    /* On the heap, since longjmp leaves changed locals of this function undefined. */
    struct reader *reader = calloc(1, sizeof *reader);
    if (!reader) return HONE_CODEC_NO_MEMORY;
    reader->image = image;
    reader->bytes = bytes;
    reader->count = count;
    if (setjmp(reader->escape) == 0) {
        reader->status = read_header(reader);
        if (reader->status == HONE_CODEC_OK && pixels) {
            reader->status = read_pixels(reader, channels, pixels, capacity);
        }
    }
    int status = reader->status;
    png_destroy_read_struct(&reader->png, &reader->info, NULL);
    free(reader->rows);
    free(reader->colour);
    free(reader);
    return status;
}

int hone_png_header(const uint8_t *bytes, size_t count, struct hone_image *image) {
    return decode(bytes, count, 0, NULL, 0, image);
}

int hone_png_decode(const uint8_t *bytes, size_t count, int channels, uint8_t *pixels, size_t capacity,
                    struct hone_image *image) {
    return decode(bytes, count, channels, pixels, capacity, image);
}

/* JPEG through libjpeg. Its default error handler ends the process; here every error is a longjmp to the caller. */
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jpeglib.h>

#include <jerror.h>

#include "CImageCodecs.h"
#include "pixels.h"

/* A progressive file of a few bytes can ask for any number of passes over a huge image. */
enum { MAXIMUM_SCANS = 500 };

struct reader {
    struct jpeg_decompress_struct decoder;
    struct jpeg_error_mgr errors;
    struct jpeg_progress_mgr progress;
    jmp_buf escape;
    int status;
    struct hone_image *image;
    uint8_t *row;
};

static _Noreturn void fail(j_common_ptr common, int status) {
    struct reader *reader = common->client_data;
    char text[JMSG_LENGTH_MAX];
    reader->errors.format_message(common, text);
    snprintf(reader->image->message, sizeof reader->image->message, "%s", text);
    reader->status = status;
    longjmp(reader->escape, 1);
}

static void on_error(j_common_ptr common) {
    fail(common, common->err->msg_code == JERR_OUT_OF_MEMORY ? HONE_CODEC_NO_MEMORY : HONE_CODEC_CORRUPT);
}

/* libjpeg goes on after damage and paints the rest gray; a data set must not hold such images unnoticed. */
static void on_message(j_common_ptr common, int level) {
    if (level >= 0) return;
    switch (common->err->msg_code) {
    case JWRN_EXTRANEOUS_DATA:
    case JWRN_ADOBE_XFORM:
    case JWRN_JFIF_MAJOR:
        return;
    default:
        fail(common, HONE_CODEC_CORRUPT);
    }
}

static void on_print(j_common_ptr common) { (void)common; }

static void on_progress(j_common_ptr common) {
    struct reader *reader = common->client_data;
    if (reader->decoder.input_scan_number <= MAXIMUM_SCANS) return;
    snprintf(reader->image->message, sizeof reader->image->message, "has more than %d scans", MAXIMUM_SCANS);
    reader->status = HONE_CODEC_UNSUPPORTED;
    longjmp(reader->escape, 1);
}

static int refuse(struct reader *reader, int status, const char *message) {
    snprintf(reader->image->message, sizeof reader->image->message, "%s", message);
    return status;
}

static int read_header(struct reader *reader, const uint8_t *bytes, size_t count) {
    struct jpeg_decompress_struct *decoder = &reader->decoder;
    jpeg_create_decompress(decoder);
    decoder->client_data = reader;
    decoder->progress = &reader->progress;
    jpeg_mem_src(decoder, bytes, count);
    jpeg_read_header(decoder, TRUE);
    reader->image->width = decoder->image_width;
    reader->image->height = decoder->image_height;
    reader->image->channels = decoder->jpeg_color_space == JCS_GRAYSCALE ? 1 : 3;
    switch (decoder->jpeg_color_space) {
    case JCS_GRAYSCALE:
    case JCS_YCbCr:
    case JCS_RGB:
        return HONE_CODEC_OK;
    case JCS_CMYK:
    case JCS_YCCK:
        return refuse(reader, HONE_CODEC_UNSUPPORTED, "is a CMYK JPEG");
    default:
        return refuse(reader, HONE_CODEC_UNSUPPORTED, "is a JPEG of an unknown colour space");
    }
}

static int read_pixels(struct reader *reader, int channels, uint8_t *pixels, size_t capacity) {
    struct jpeg_decompress_struct *decoder = &reader->decoder;
    size_t width = decoder->image_width, height = decoder->image_height;
    if (capacity != width * height * (size_t)channels) {
        return refuse(reader, HONE_CODEC_CORRUPT, "changed while it was read");
    }
    int from_colour = channels == 1 && decoder->jpeg_color_space != JCS_GRAYSCALE;
    decoder->out_color_space = channels == 1 && !from_colour ? JCS_GRAYSCALE : JCS_RGB;
    jpeg_start_decompress(decoder);
    if (from_colour && !(reader->row = malloc(width * 3))) {
        return refuse(reader, HONE_CODEC_NO_MEMORY, "memory for a row is not to be had");
    }
    while (decoder->output_scanline < height) {
        uint8_t *target = pixels + decoder->output_scanline * width * (size_t)channels;
        JSAMPROW row = from_colour ? reader->row : target;
        if (jpeg_read_scanlines(decoder, &row, 1) != 1) {
            return refuse(reader, HONE_CODEC_CORRUPT, "ends early");
        }
        if (from_colour) hone_row_rgb_to_gray(reader->row, target, width);
    }
    jpeg_finish_decompress(decoder);
    return HONE_CODEC_OK;
}

static int decode(const uint8_t *bytes, size_t count, int channels, uint8_t *pixels, size_t capacity,
                  struct hone_image *image) {
    memset(image, 0, sizeof *image);
    /* On the heap, since longjmp leaves changed locals of this function undefined. */
    struct reader *reader = calloc(1, sizeof *reader);
    if (!reader) return HONE_CODEC_NO_MEMORY;
    reader->image = image;
    reader->decoder.err = jpeg_std_error(&reader->errors);
    reader->decoder.client_data = reader;
    reader->errors.error_exit = on_error;
    reader->errors.emit_message = on_message;
    reader->errors.output_message = on_print;
    reader->progress.progress_monitor = on_progress;
    if (setjmp(reader->escape) == 0) {
        reader->status = read_header(reader, bytes, count);
        if (reader->status == HONE_CODEC_OK && pixels) {
            reader->status = read_pixels(reader, channels, pixels, capacity);
        }
    }
    int status = reader->status;
    jpeg_destroy_decompress(&reader->decoder);
    free(reader->row);
    free(reader);
    return status;
}

int hone_jpeg_header(const uint8_t *bytes, size_t count, struct hone_image *image) {
    return decode(bytes, count, 0, NULL, 0, image);
}

int hone_jpeg_decode(const uint8_t *bytes, size_t count, int channels, uint8_t *pixels, size_t capacity,
                     struct hone_image *image) {
    return decode(bytes, count, channels, pixels, capacity, image);
}

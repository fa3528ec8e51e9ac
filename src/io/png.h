/* png: pictures with the state that made them. Pixels and texts go through libpng; reading looks for the state alone
 * and never decodes a pixel.
 * May be included by io and everything above. */
#ifndef IO_PNG_H
#define IO_PNG_H
#include "base/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Writes 0xAARRGGBB pixels (alpha not multiplied in), rows `stride` pixels apart, as RGB, or as RGBA when a pixel is
 * not opaque. dpi ≤ 0 leaves the resolution out. `state` becomes the text chunk "unroll", `caption` "Description" (NULL
 * or
 * "": none). Atomic; the same input gives the same bytes. */
bool png_write(const char *path, const uint32_t *argb, int w, int h, int stride, double dpi, const char *state,
        const char *caption, err *e);

/* The pixels as 0xAARRGGBB rows without gaps, alpha not multiplied in; at most PNG_READ_SIDE wide and high. The caller
 * frees *argb. */
enum { PNG_READ_SIDE = 4096 };
bool png_read_pixels(const char *path, uint32_t **argb, int *w, int *h, err *e);

/* The text chunk "unroll" of a picture (tEXt, zTXt or iTXt; UTF-8, one line, at most 64 KiB). */
bool png_read_state(const char *path, char *state, size_t size, err *e);

#endif

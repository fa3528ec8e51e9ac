/* pixels: mixing colours into rows of opaque 0xFFRRGGBB, `stride` pixels apart. Alpha runs from 0 to 256. Private to
 * draw. */
#ifndef DRAW_PIXELS_H
#define DRAW_PIXELS_H
#include <stddef.h>
#include <stdint.h>

static inline uint32_t pixel_mix(uint32_t under, uint32_t over, uint32_t alpha)
{
	uint32_t rest = 256 - alpha;
	uint32_t rb = (over & 0xFF00FF) * alpha + (under & 0xFF00FF) * rest + 0x800080;
	uint32_t g = (over & 0x00FF00) * alpha + (under & 0x00FF00) * rest + 0x008000;
	return 0xFF000000u | (rb >> 8 & 0xFF00FF) | (g >> 8 & 0x00FF00);
}

/* 0 … 255 → 0 … 256 */
static inline uint32_t pixel_alpha(uint32_t coverage)
{
	return coverage + (coverage >> 7);
}

/* A block of w × h pixels; nothing when w or h is not positive. */
void pixels_mix(uint32_t *at, ptrdiff_t stride, int w, int h, uint32_t color, uint32_t alpha);
/* Mixes one row of coverage, most of it usually 0, and clears it. */
void pixels_spend(uint32_t *row, uint8_t *mask, int n, uint32_t color, uint32_t alpha);
/* Mixes one row of a letter. */
void pixels_letter(uint32_t *row, const uint8_t *coverage, int n, uint32_t color);
/* One row of a polygon: adds the differences `cover` to the winding numbers and clears them; mixes the pixels that are
 * inside by the even-odd rule. */
void pixels_odd(uint32_t *row, float *cover, float *winding, int n, uint32_t color, float alpha);
/* One row of an image 0xAARRGGBB drawn pixel for pixel. */
void pixels_over(uint32_t *row, const uint32_t *argb, int n);
/* One row of an image drawn at half its size: the means of 2 × 2 pixels 0xAARRGGBB from two of its rows. */
void pixels_halve(uint32_t *row, const uint32_t *above, const uint32_t *below, int n);

#endif

#include "draw/pixels.h"

#include "base/wide.h"

#include <math.h>
#include <string.h>

enum { GROUP = 16 }; /* pixels that are skipped together */

WIDE_LOOPS static void fill(uint32_t *at, ptrdiff_t stride, int w, int h, uint32_t color)
{
	for (int y = 0; y < h; y++, at += stride)
		for (int x = 0; x < w; x++)
			at[x] = color;
}

WIDE_LOOPS static void mix(uint32_t *at, ptrdiff_t stride, int w, int h, uint32_t color, uint32_t alpha)
{
	for (int y = 0; y < h; y++, at += stride)
		for (int x = 0; x < w; x++)
			at[x] = pixel_mix(at[x], color, alpha);
}

/* One column, or part of it. */
static void mix_narrow(uint32_t *at, ptrdiff_t stride, int w, int h, uint32_t color, uint32_t alpha)
{
	for (int y = 0; y < h; y++, at += stride)
		for (int x = 0; x < w; x++)
			at[x] = pixel_mix(at[x], color, alpha);
}

void pixels_mix(uint32_t *at, ptrdiff_t stride, int w, int h, uint32_t color, uint32_t alpha)
{
	if (alpha >= 256)
		fill(at, stride, w, h, color);
	else if (alpha > 0 && w < 4)
		mix_narrow(at, stride, w, h, color, alpha);
	else if (alpha > 0)
		mix(at, stride, w, h, color, alpha);
}

static inline void spend(uint32_t *restrict row, uint8_t *restrict mask, int n, uint32_t color, uint32_t alpha)
{
	for (int i = 0; i < n; i++) {
		row[i] = pixel_mix(row[i], color, pixel_alpha(mask[i]) * alpha >> 8);
		mask[i] = 0;
	}
}

WIDE_LOOPS void pixels_spend(uint32_t *restrict row, uint8_t *restrict mask, int n, uint32_t color, uint32_t alpha)
{
	int i = 0;
	for (; i + GROUP <= n; i += GROUP) {
		uint64_t part[GROUP / 8];
		memcpy(part, mask + i, sizeof part);
		if (part[0] | part[1])
			spend(row + i, mask + i, GROUP, color, alpha);
	}
	spend(row + i, mask + i, n - i, color, alpha);
}

void pixels_letter(uint32_t *restrict row, const uint8_t *restrict coverage, int n, uint32_t color)
{
	for (int i = 0; i < n; i++)
		if (coverage[i])
			row[i] = pixel_mix(row[i], color, pixel_alpha(coverage[i]));
}

WIDE_LOOPS void pixels_odd(
        uint32_t *restrict row, float *restrict cover, float *restrict winding, int n, uint32_t color, float alpha)
{
	for (int i = 0; i < n; i++) {
		float v = winding[i] + cover[i];
		winding[i] = v;
		cover[i] = 0;
		/* distance to the nearest even number */
		float odd = fabsf(v - 2 * (float)(int)(0.5f * v + (v < 0 ? -0.5f : 0.5f)));
		row[i] = pixel_mix(row[i], color, (uint32_t)(int)(odd * alpha + 0.5f));
	}
}

static inline void over(uint32_t *restrict row, const uint32_t *restrict argb, int n)
{
	for (int i = 0; i < n; i++)
		row[i] = pixel_mix(row[i], argb[i], pixel_alpha(argb[i] >> 24));
}

/* Most of an image is either opaque or nothing. */
WIDE_LOOPS void pixels_over(uint32_t *restrict row, const uint32_t *restrict argb, int n)
{
	int i = 0;
	for (; i + GROUP <= n; i += GROUP) {
		uint32_t any = 0, all = UINT32_MAX;
		for (int k = 0; k < GROUP; k++) {
			any |= argb[i + k];
			all &= argb[i + k];
		}
		if (all >> 24 == 255)
			memcpy(row + i, argb + i, GROUP * sizeof *row);
		else if (any >> 24 != 0)
			over(row + i, argb + i, GROUP);
	}
	over(row + i, argb + i, n - i);
}

WIDE_LOOPS void pixels_halve(
        uint32_t *restrict row, const uint32_t *restrict above, const uint32_t *restrict below, int n)
{
	for (int i = 0; i < n; i++) {
		uint32_t a = above[2 * i], b = above[2 * i + 1], c = below[2 * i], d = below[2 * i + 1];
		uint32_t rb = (a & 0xFF00FF) + (b & 0xFF00FF) + (c & 0xFF00FF) + (d & 0xFF00FF) + 0x020002;
		uint32_t ag = (a >> 8 & 0xFF00FF) + (b >> 8 & 0xFF00FF) + (c >> 8 & 0xFF00FF) + (d >> 8 & 0xFF00FF) +
		              0x020002;
		uint32_t mean = (rb >> 2 & 0xFF00FF) | (ag >> 2 & 0xFF00FF) << 8;
		row[i] = pixel_mix(row[i], mean, pixel_alpha(mean >> 24));
	}
}

/* pixels: mixing colours into rows of opaque 0xFFRRGGBB. Alpha runs from 0 to 256. Private to draw. */
#ifndef DRAW_PIXELS_H
#define DRAW_PIXELS_H
#include <stdint.h>
#include <string.h>

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

static inline void pixels_fill(uint32_t *row, int n, uint32_t color)
{
	for (int i = 0; i < n; i++)
		row[i] = color;
}

static inline void pixels_mix(uint32_t *row, int n, uint32_t color, uint32_t alpha)
{
	if (alpha >= 256) {
		pixels_fill(row, n, color);
		return;
	}
	for (int i = 0; i < n; i++)
		row[i] = pixel_mix(row[i], color, alpha);
}

/* Coverage of one row, most of it usually 0: eight pixels are skipped at a time. */
static inline void pixels_mask(uint32_t *row, const uint8_t *mask, int n, uint32_t color, uint32_t alpha)
{
	for (int i = 0; i < n;) {
		uint64_t eight;
		if (i + 8 <= n && (memcpy(&eight, mask + i, 8), eight == 0)) {
			i += 8;
			continue;
		}
		int end = i + 8 < n ? i + 8 : n;
		for (; i < end; i++)
			if (mask[i])
				row[i] = pixel_mix(row[i], color, pixel_alpha(mask[i]) * alpha >> 8);
	}
}

#endif

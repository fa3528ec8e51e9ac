/* canvas_raster: pixels, drawn on the processor into 0xAARRGGBB rows that are always opaque. The same pixels go to the
 * screen, with and without a GPU, and into PNG files at any scale. No allocation once the size has settled.
 * Main thread only (text).
 *
 *     raster *r = raster_new(&themes[THEME_LIGHT], 960, 540, 2);   1920 × 1080 pixels
 *     canvas_box(&r->canvas, …);
 *     uint32_t *p = raster_pixels(r, &w, &h, &stride);
 */
#ifndef DRAW_CANVAS_RASTER_H
#define DRAW_CANVAS_RASTER_H
#include "draw/canvas.h"

#include <stddef.h>

typedef struct pixel_box {
	int x0, y0, x1, y1; /* pixels, x1 and y1 not included */
} pixel_box;

/* Pixels that belong to somebody else, for example a window's surface. */
typedef struct pixel_target {
	uint32_t *pixels;
	int w, h;
	int stride; /* pixels from row to row */
} pixel_target;

enum { RASTER_CLIPS = 32, RASTER_SPARED = 16 };

/* To others: the canvas, and the functions below. */
typedef struct raster {
	canvas canvas; /* first, so that a canvas * of this device is a raster * */
	float scale;   /* pixels per point */
	pixel_target target;
	uint32_t *own; /* the target, unless one was given */
	size_t own_room;

	pixel_box clip[RASTER_CLIPS + 1]; /* [0] is the frame or its dirty part */
	int clips;                        /* may exceed RASTER_CLIPS: the deeper ones are counted, not applied */

	rect spared[RASTER_SPARED]; /* of the next frame: not cleared, points */
	int spares;

	/* Coverage of the path being drawn; 0 everywhere between two verbs. */
	uint8_t *mask; /* h rows of mask_w bytes, and three more */
	int mask_w;
	int tile;          /* log2 of the pixels of a tile; a row has at most 64 tiles */
	uint64_t *touched; /* h: which tiles of each row may hold coverage */
	int touched_y0, touched_y1;

	/* Scratch */
	point *path;  /* a path in pixels */
	float *cover; /* of a polygon: differences of coverage, see raster_fill */
	int *column;  /* w: source column of each pixel of an image */
	int path_room;
	size_t mask_room, touched_room, cover_room, column_room;
} raster;

raster *raster_new(const theme *t, float width, float height, float scale); /* NULL when there is no memory */
void raster_free(raster *r);

/* Starts a frame of width × height points, ceil(width · scale) pixels wide, cleared to INK_WINDOW. Grows when needed;
 * when there is no memory, raster_pixels gives NULL and everything drawn is dropped. */
void raster_begin(raster *r, const theme *t, float width, float height, float scale);
/* The same into `target` (NULL: the own pixels), restricted to the rectangle `dirty` in points (NULL: everything):
 * outside it the pixels stay as they were in the frame before. */
void raster_begin_on(raster *r, const theme *t, float width, float height, float scale, const pixel_target *target,
        const rect *dirty);
/* Before raster_begin_on: rectangles that the frame will draw over with opaque boxes, so that clearing them would be
 * lost work. They count for one frame. */
void raster_spare(raster *r, const rect *opaque, int n);
uint32_t *raster_pixels(raster *r, int *w, int *h, int *stride);

#endif

/* raster_path: strokes and polygons as coverage in the raster's mask. Private to draw. */
#ifndef DRAW_RASTER_PATH_H
#define DRAW_RASTER_PATH_H
#include "draw/canvas_raster.h"

typedef struct raster_edge {
	double x, slope; /* at the next sub-scanline; pixels per sub-scanline */
	int next;        /* another edge that starts on the same row; −1 */
	int start, end;  /* sub-scanlines, end not included */
} raster_edge;

/* All in pixels; `length` are the strokes and gaps of a dash pattern (0 lengths: solid). NaN breaks the line. May move
 * points of p. */
void raster_stroke(raster *r, point *p, int n, bool closed, double width, const float *length, int lengths);
/* False when there is no memory. */
bool raster_fill(raster *r, const point *p, int n);

#endif

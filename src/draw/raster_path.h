/* raster_path: strokes and polygons as coverage in the raster's mask. Private to draw. */
#ifndef DRAW_RASTER_PATH_H
#define DRAW_RASTER_PATH_H
#include "draw/canvas_raster.h"

/* All in pixels; `length` are the strokes and gaps of a dash pattern (0 lengths: solid). NaN breaks the line. May move
 * points of p. */
void raster_stroke(raster *r, point *p, int n, bool closed, double width, const float *length, int lengths);
/* Mixes the polygon into the pixels; alpha 0 … 1. */
void raster_fill(raster *r, const point *p, int n, uint32_t color, float alpha);
/* Length that r->cover must have for h rows. */
size_t raster_fill_room(int h);

#endif

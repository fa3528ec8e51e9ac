/* canvas: the one way to draw. A drawing is a list of verbs sent to a device: pixels (canvas_raster), SVG or PDF
 * (canvas_cairo), readable text for tests (canvas_trace), or nothing (canvas_null).
 * Coordinates are float points, y downwards, one unit = one pixel at scale 1; colours are palette indices.
 * May be included by plot, ui, view and app. Knows nothing of SDL windows, trials or threads. */
#ifndef DRAW_CANVAS_H
#define DRAW_CANVAS_H
#include "draw/palette.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct point {
	float x, y;
} point;

typedef struct rect {
	float x, y, w, h;
} rect;

/* Corner is where (x, y) of a text lies: baseline left, middle, right. */
typedef enum align { ALIGN_LEFT, ALIGN_CENTER, ALIGN_RIGHT } align;

/* Slanted is regular, sheared: the same advances, and no file of its own, which many machines would lack. */
typedef enum weight { WEIGHT_REGULAR, WEIGHT_BOLD, WEIGHT_MONO, WEIGHT_SLANTED, WEIGHT_COUNT } weight;

typedef struct text_style {
	float size; /* em in points, final: the caller has multiplied by theme->type, since canvas_measure must agree */
	weight weight;
	ink ink;
	align align;
	float angle; /* degrees, counter-clockwise around (x, y): 0 or 90 */
} text_style;

typedef enum dash { DASH_SOLID, DASH_DASHED, DASH_DOTTED, DASH_DASHDOT } dash;

typedef struct stroke {
	float width; /* points before theme->line: the verb functions multiply, so that the caller need not */
	ink ink;
	float alpha; /* 0 … 1 */
	dash dash;
} stroke;

typedef struct text_extent {
	float width, ascent, descent; /* points; the same answer for every device */
} text_extent;

typedef struct canvas canvas;

/* The verbs. Every device fills all of them. */
typedef struct canvas_ops {
	void (*group)(canvas *c, const char *name); /* "series:h"; NULL name closes the group */
	void (*clip)(canvas *c, const rect *r);     /* intersects with the clip in force; NULL restores */
	void (*polyline)(canvas *c, const point *p, int n, bool closed, stroke s); /* NaN points break the line */
	void (*polygon)(canvas *c, const point *p, int n, ink fill, float alpha);  /* even-odd */
	void (*box)(canvas *c, rect r, float radius, ink fill, float alpha);       /* filled, rounded corners */
	void (*text)(canvas *c, float x, float y, const char *utf8, text_style s); /* y is the baseline */
	void (*image)(canvas *c, rect r, const uint32_t *argb, int w, int h, bool smooth); /* 0xAARRGGBB rows */
} canvas_ops;

struct canvas {
	const canvas_ops *ops;
	const theme *theme;       /* ink → colour, type and line scale */
	float width, height;      /* points */
	struct plot_notes *notes; /* plots that are laid out are noted here (plot/plot.h); NULL: nobody asks */
};

/* ---- the verbs as functions (thin: they clean their input, then call the device) ---- */
void canvas_group(canvas *c, const char *name);
void canvas_group_end(canvas *c);
void canvas_clip(canvas *c, rect r);
void canvas_clip_end(canvas *c);
void canvas_polyline(canvas *c, const point *p, int n, stroke s);
void canvas_outline(canvas *c, const point *p, int n, stroke s); /* closed polyline */
void canvas_polygon(canvas *c, const point *p, int n, ink fill, float alpha);
void canvas_box(canvas *c, rect r, float radius, ink fill, float alpha);
void canvas_text(canvas *c, float x, float y, const char *utf8, text_style s);
void canvas_image(canvas *c, rect r, const uint32_t *argb, int w, int h, bool smooth);

/* ---- composed from the verbs ---- */
void canvas_line(canvas *c, float x0, float y0, float x1, float y1, stroke s);
void canvas_frame(canvas *c, rect r, float radius, stroke s); /* outline just inside the edge of a rounded box */
void canvas_disc(canvas *c, float x, float y, float radius, ink fill, float alpha);
void canvas_ring(canvas *c, float x, float y, float radius, stroke s);

/* Width and height of a text, from the font's unhinted metrics: one answer for every device and scale. */
text_extent canvas_measure(const char *utf8, float size, weight w);
/* Cuts `utf8` with "…" so that it is at most `width` wide; returns buf. */
const char *canvas_fit(char *buf, int size, const char *utf8, float width, float em, weight w);

/* Bytes of the longest beginning of `utf8`, cut at a space, that is at most `width` wide; at least one word. */
size_t canvas_break(const char *utf8, float width, float em, weight w);

/* ---- rect helpers ---- */
rect rect_inset(rect r, float dx, float dy);
bool rect_has(rect r, float x, float y);
/* Cuts a strip of `size` from a side of *r and returns it. */
rect rect_cut_top(rect *r, float size);
rect rect_cut_bottom(rect *r, float size);
rect rect_cut_left(rect *r, float size);
rect rect_cut_right(rect *r, float size);

#endif

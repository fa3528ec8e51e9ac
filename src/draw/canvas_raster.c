#include "draw/canvas_raster.h"

#include "draw/device.h"
#include "draw/glyphs.h"
#include "draw/pixels.h"
#include "draw/raster_path.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LARGEST_SIDE = 16384 };
static const size_t MOST_PIXELS = (size_t)1 << 26; /* 256 MiB of colour */

static raster *raster_of(canvas *c)
{
	return (raster *)c;
}

static int least(int a, int b)
{
	return a < b ? a : b;
}

static int most(int a, int b)
{
	return a > b ? a : b;
}

static pixel_box current_clip(const raster *r)
{
	return r->clip[least(r->clips, RASTER_CLIPS)];
}

static bool is_empty(pixel_box b)
{
	return b.x0 >= b.x1 || b.y0 >= b.y1;
}

static pixel_box intersect(pixel_box a, pixel_box b)
{
	return (pixel_box){most(a.x0, b.x0), most(a.y0, b.y0), least(a.x1, b.x1), least(a.y1, b.y1)};
}

static uint32_t *row_at(const raster *r, int y)
{
	return r->target.pixels + (ptrdiff_t)y * r->target.stride;
}

static uint32_t color_of(const raster *r, ink i)
{
	return r->canvas.theme->argb[i];
}

static uint32_t alpha_of(float alpha)
{
	return (uint32_t)(alpha * 256.0f + 0.5f);
}

/* ---- frames ---- */

static int pixels_of(float points, float scale)
{
	double n = ceil((double)points * (double)scale - 1e-3); /* 1000 · 1.1f is 1100 pixels, not 1101 */
	return n >= 1 ? n < LARGEST_SIDE ? (int)n : LARGEST_SIDE : 0;
}

static bool grow(void **block, size_t *room, size_t count, size_t size)
{
	if (count <= *room)
		return true;
	free(*block);
	*block = calloc(count, size);
	*room = *block ? count : 0;
	return *block != NULL;
}

/* The scratch of a frame of w × h pixels. */
static bool make_room(raster *r, int w, int h)
{
	size_t across = (size_t)w, down = (size_t)h;
	void *mask = r->mask, *touched = r->touched, *cover = r->cover, *column = r->column;
	bool ok = grow(&mask, &r->mask_room, across * down + 3, 1) &&
	          grow(&touched, &r->touched_room, down, sizeof(uint64_t)) &&
	          grow(&cover, &r->cover_room, raster_fill_room(h), sizeof(float)) &&
	          grow(&column, &r->column_room, across, sizeof(int));
	r->mask = mask;
	r->touched = touched;
	r->cover = cover;
	r->column = column;
	r->mask_w = w;
	r->touched_y0 = h;
	r->touched_y1 = 0;
	r->tile = 4;
	while ((w - 1) >> r->tile > 63)
		r->tile++;
	return ok;
}

static bool make_pixels(raster *r, int w, int h)
{
	size_t need = (size_t)w * (size_t)h;
	if (need > r->own_room) {
		free(r->own);
		r->own = malloc(need * sizeof *r->own);
		r->own_room = r->own ? need : 0;
	}
	r->target = (pixel_target){r->own, w, h, w};
	return r->own != NULL;
}

static int edge_of(float points, float scale)
{
	float v = points * scale;
	return v < -1e8f ? -100000000 : v > 1e8f ? 100000000 : (int)lroundf(v);
}

static pixel_box box_of(const raster *r, const rect *a)
{
	return (pixel_box){edge_of(a->x, r->scale), edge_of(a->y, r->scale), edge_of(a->x + a->w, r->scale),
	        edge_of(a->y + a->h, r->scale)};
}

/* The pixels that `dirty` touches. */
static pixel_box dirty_box(const raster *r, const rect *dirty)
{
	pixel_box b = box_of(r, dirty);
	b.x0 -= b.x0 > (int)floorf(dirty->x * r->scale);
	b.y0 -= b.y0 > (int)floorf(dirty->y * r->scale);
	b.x1 += b.x1 < (int)ceilf((dirty->x + dirty->w) * r->scale);
	b.y1 += b.y1 < (int)ceilf((dirty->y + dirty->h) * r->scale);
	return b;
}

/* What the spared rectangles from the one at `from` on leave of a box: strips above, below and beside them. */
static void clear_rest(raster *r, pixel_box b, int from)
{
	if (is_empty(b))
		return;
	for (int i = from; i < r->spares; i++) {
		pixel_box s = intersect(b, box_of(r, &r->spared[i]));
		if (is_empty(s))
			continue;
		clear_rest(r, (pixel_box){b.x0, b.y0, b.x1, s.y0}, i + 1);
		clear_rest(r, (pixel_box){b.x0, s.y1, b.x1, b.y1}, i + 1);
		clear_rest(r, (pixel_box){b.x0, s.y0, s.x0, s.y1}, i + 1);
		clear_rest(r, (pixel_box){s.x1, s.y0, b.x1, s.y1}, i + 1);
		return;
	}
	pixels_mix(row_at(r, b.y0) + b.x0, r->target.stride, b.x1 - b.x0, b.y1 - b.y0, color_of(r, INK_WINDOW), 256);
}

static void clear(raster *r)
{
	clear_rest(r, current_clip(r), 0);
	r->spares = 0;
}

void raster_spare(raster *r, const rect *opaque, int n)
{
	r->spares = n < RASTER_SPARED ? n : RASTER_SPARED;
	memcpy(r->spared, opaque, (size_t)r->spares * sizeof *opaque);
}

void raster_begin_on(raster *r, const theme *t, float width, float height, float scale, const pixel_target *target,
        const rect *dirty)
{
	r->canvas.theme = t;
	r->canvas.width = width;
	r->canvas.height = height;
	r->scale = scale > 0 && scale < 100 ? scale : 1;
	r->clips = 0;
	int w = pixels_of(width, r->scale), h = pixels_of(height, r->scale);
	if (target) {
		w = most(target->w, 0);
		h = most(target->h, 0);
	}
	bool ok = (size_t)w * (size_t)h <= MOST_PIXELS && w > 0 && h > 0 && make_room(r, w, h);
	if (ok && target) {
		r->target = *target;
		ok = target->pixels != NULL;
	} else if (ok) {
		ok = make_pixels(r, w, h);
	}
	if (!ok)
		r->target = (pixel_target){0};
	r->clip[0] = (pixel_box){0, 0, r->target.w, r->target.h};
	if (dirty)
		r->clip[0] = intersect(r->clip[0], dirty_box(r, dirty));
	clear(r);
}

void raster_begin(raster *r, const theme *t, float width, float height, float scale)
{
	raster_begin_on(r, t, width, height, scale, NULL, NULL);
}

uint32_t *raster_pixels(raster *r, int *w, int *h, int *stride)
{
	*w = r->target.w;
	*h = r->target.h;
	*stride = r->target.stride;
	return r->target.pixels;
}

void raster_free(raster *r)
{
	if (!r)
		return;
	free(r->own);
	free(r->mask);
	free(r->touched);
	free(r->path);
	free(r->cover);
	free(r->column);
	free(r);
}

/* ---- groups and clips ---- */

static void draw_group(canvas *c, const char *name)
{
	(void)c, (void)name;
}

static void draw_clip(canvas *c, const rect *a)
{
	raster *r = raster_of(c);
	if (!a) {
		r->clips -= r->clips > 0;
		return;
	}
	if (r->clips < RASTER_CLIPS) {
		pixel_box inner = intersect(r->clip[r->clips], box_of(r, a));
		r->clip[r->clips + 1] = inner;
	}
	r->clips++;
}

/* ---- paths ---- */

/* Points → pixels, in the scratch. */
static point *to_pixels(raster *r, const point *p, int n)
{
	if (n > r->path_room) {
		point *more = realloc(r->path, (size_t)n * sizeof *more);
		if (!more)
			return NULL;
		r->path = more;
		r->path_room = n;
	}
	for (int i = 0; i < n; i++)
		r->path[i] = (point){p[i].x * r->scale, p[i].y * r->scale};
	return r->path;
}

/* Mixes the touched tiles of the mask into the pixels and clears them. */
static void apply_mask(raster *r, ink i, float alpha)
{
	uint32_t color = color_of(r, i), a = alpha_of(alpha);
	pixel_box clip = current_clip(r);
	for (int y = r->touched_y0; y < r->touched_y1; y++) {
		uint8_t *mask = r->mask + (size_t)y * (size_t)r->mask_w;
		uint32_t *row = row_at(r, y);
		for (uint64_t left = r->touched[y]; left;) {
			int first = __builtin_ctzll(left), end = first;
			while (end < 64 && left >> end & 1)
				end++;
			left = end < 64 ? left >> end << end : 0;
			int from = most(first << r->tile, clip.x0), to = least(end << r->tile, clip.x1);
			pixels_spend(row + from, mask + from, to - from, color, a);
		}
		r->touched[y] = 0;
	}
	r->touched_y0 = r->target.h;
	r->touched_y1 = 0;
}

static void fill_plain(raster *r, double x0, double y0, double x1, double y1, uint32_t color, float alpha);

/* Upright lines of up to THIN pixels get whole pixels: width a whole number, its edges between pixels. */
static const float THIN = 4.0f;
static const float LEVEL = 0.02f; /* pixels that an upright segment may lean */
static const float LONG_SIDE = 16.0f;
static const float SHORTEST = 3.0f; /* pixels; shorter segments of outlines are parts of curves */

enum { CORNERS = 40, OUTLINE = 4 * CORNERS + 1 }; /* points of an outline with few corners, and of its pieces */

static float snap(float v, int width)
{
	return width % 2 ? floorf(v) + 0.5f : floorf(v + 0.5f);
}

/* Moves upright segments onto the grid; outlines keep their corners joined. Returns how many it moved. */
static int snap_path(point *p, int n, bool closed, int width)
{
	int moved = 0;
	for (int i = 0; i < n - !closed; i++) {
		point *a = &p[i], *b = &p[(i + 1) % n];
		float dx = fabsf(a->x - b->x), dy = fabsf(a->y - b->y);
		if (dy < LEVEL && dx >= SHORTEST)
			a->y = b->y = snap(a->y, width);
		else if (dx < LEVEL && dy >= SHORTEST)
			a->x = b->x = snap(a->x, width);
		else
			continue;
		moved++;
	}
	return moved;
}

static bool all_upright(const point *p, int n)
{
	for (int i = 1; i < n; i++)
		if (!(fabsf(p[i].x - p[i - 1].x) < LEVEL) && !(fabsf(p[i].y - p[i - 1].y) < LEVEL))
			return false;
	return true;
}

/* A single upright line: square ends, no mask. */
static void draw_upright(raster *r, const point *p, int width, stroke s)
{
	double half = width / 2.0;
	double x0 = (double)fminf(p[0].x, p[1].x), x1 = (double)fmaxf(p[0].x, p[1].x);
	double y0 = (double)fminf(p[0].y, p[1].y), y1 = (double)fmaxf(p[0].y, p[1].y);
	if (y1 - y0 < (double)LEVEL)
		fill_plain(r, x0, y0 - half, x1, y0 + half, color_of(r, s.ink), s.alpha);
	else
		fill_plain(r, x0 - half, y0, x0 + half, y1, color_of(r, s.ink), s.alpha);
}

/* An opaque outline on the grid: the long sides are filled at once; what is left, the corners, comes as a path with
 * breaks. Returns its length, 0 when there is nothing to gain. */
static int fill_sides(raster *r, const point *p, int n, int width, uint32_t color, point left[OUTLINE])
{
	int k = 0, sides = 0;
	for (int i = 0; i < n; i++) {
		point a = p[i], b = p[i + 1 < n ? i + 1 : 0];
		bool down = a.x == b.x, back = down ? a.y > b.y : a.x > b.x;
		float from = down ? fminf(a.y, b.y) : fminf(a.x, b.x), to = down ? fmaxf(a.y, b.y) : fmaxf(a.x, b.x);
		float first = ceilf(from) + 1, last = floorf(to) - 1; /* whole pixels, clear of the corners */
		left[k++] = a;
		if ((!down && a.y != b.y) || last - first < LONG_SIDE)
			continue;
		double half = width / 2.0;
		if (down)
			fill_plain(r, (double)a.x - half, (double)first, (double)a.x + half, (double)last, color, 1);
		else
			fill_plain(r, (double)first, (double)a.y - half, (double)last, (double)a.y + half, color, 1);
		float stop = back ? last : first, go = back ? first : last;
		left[k++] = down ? (point){a.x, stop} : (point){stop, a.y};
		left[k++] = (point){NAN, NAN};
		left[k++] = down ? (point){a.x, go} : (point){go, a.y};
		sides++;
	}
	left[k++] = p[0];
	return sides ? k : 0;
}

static bool is_opaque(float alpha)
{
	return alpha_of(alpha) >= 256;
}

static void draw_polyline(canvas *c, const point *points, int n, bool closed, stroke s)
{
	raster *r = raster_of(c);
	point *p = is_empty(current_clip(r)) ? NULL : to_pixels(r, points, n);
	if (!p)
		return;
	point corners[OUTLINE];
	float length[DEVICE_DASHES], width = s.width * r->scale;
	int dashes = device_dashes(s, length), whole = most((int)lroundf(width), 1);
	for (int i = 0; i < dashes; i++)
		length[i] *= r->scale;
	if (width <= THIN && n >= 2 && (closed || all_upright(p, n)) && snap_path(p, n, closed, whole) > 0) {
		s.alpha *= fminf(1, width / (float)whole);
		width = (float)whole;
		if (n == 2 && !dashes) {
			draw_upright(r, p, whole, s);
			return;
		}
		if (closed && !dashes && n <= CORNERS && is_opaque(s.alpha)) {
			int k = fill_sides(r, p, n, whole, color_of(r, s.ink), corners);
			p = k ? corners : p;
			n = k ? k : n;
			closed = !k;
		}
	}
	if (width < 1) { /* as much ink as the thin line would have */
		s.alpha *= width;
		width = 1;
	}
	raster_stroke(r, p, n, closed, (double)width, length, dashes);
	apply_mask(r, s.ink, s.alpha);
}

static void draw_polygon(canvas *c, const point *points, int n, ink fill, float alpha)
{
	raster *r = raster_of(c);
	point *p = is_empty(current_clip(r)) ? NULL : to_pixels(r, points, n);
	if (p)
		raster_fill(r, p, n, color_of(r, fill), alpha);
}

/* ---- boxes ---- */

/* Length of [i, i + 1] inside [from, to]. */
static float overlap(int i, double from, double to)
{
	double a = from > i ? from : i, b = to < i + 1 ? to : i + 1;
	return b > a ? (float)(b - a) : 0;
}

/* Columns of a box: one that it covers partly, whole ones, one that it covers partly. */
typedef struct across {
	int from, full, rest, to; /* full … rest − 1 are whole */
	float first, last;        /* parts of the pixels `from` and `rest` */
} across;

static across across_of(double x0, double x1, pixel_box c)
{
	across a = {c.x0, least(most((int)ceil(x0), c.x0), c.x1), 0, c.x1, 0, 0};
	a.rest = most(least((int)floor(x1), c.x1), a.full);
	a.first = overlap(a.from, x0, x1);
	a.last = overlap(a.rest, x0, x1);
	return a;
}

static void fill_rows(raster *r, const across *a, int y0, int y1, uint32_t color, float alpha)
{
	uint32_t *at = row_at(r, y0);
	ptrdiff_t stride = r->target.stride;
	pixels_mix(at + a->from, stride, a->full - a->from, y1 - y0, color, alpha_of(alpha * a->first));
	pixels_mix(at + a->full, stride, a->rest - a->full, y1 - y0, color, alpha_of(alpha));
	pixels_mix(at + a->rest, stride, a->to - a->rest, y1 - y0, color, alpha_of(alpha * a->last));
}

/* A box without rounding; coverage of each pixel exact. */
static void fill_plain(raster *r, double x0, double y0, double x1, double y1, uint32_t color, float alpha)
{
	pixel_box c = current_clip(r);
	c = intersect(c, (pixel_box){(int)floor(x0), (int)floor(y0), (int)ceil(x1), (int)ceil(y1)});
	if (is_empty(c))
		return;
	across a = across_of(x0, x1, c);
	int full = least(most((int)ceil(y0), c.y0), c.y1), rest = most(least((int)floor(y1), c.y1), full);
	if (c.y0 < full)
		fill_rows(r, &a, c.y0, full, color, alpha * overlap(c.y0, y0, y1));
	if (full < rest)
		fill_rows(r, &a, full, rest, color, alpha);
	if (rest < c.y1)
		fill_rows(r, &a, rest, c.y1, color, alpha * overlap(rest, y0, y1));
}

typedef struct round_box {
	float x0, y0, x1, y1, radius; /* pixels */
} round_box;

/* How far v lies outside [low, high]. */
static float beyond(float v, float low, float high)
{
	return v < low ? low - v : v > high ? v - high : 0;
}

/* Coverage from the distance to the edge, be it a corner's arc or a straight side. */
static float round_cover(const round_box *b, float px, float py)
{
	float dx = beyond(px, b->x0 + b->radius, b->x1 - b->radius);
	float dy = beyond(py, b->y0 + b->radius, b->y1 - b->radius);
	float c = b->radius + 0.5f - (dx > 0 && dy > 0 ? sqrtf(dx * dx + dy * dy) : dx + dy);
	return c < 0 ? 0 : c > 1 ? 1 : c;
}

static void round_corner(uint32_t *row, const round_box *b, int y, int from, int to, uint32_t color, float alpha)
{
	for (int x = from; x < to; x++)
		row[x] = pixel_mix(row[x], color, alpha_of(alpha * round_cover(b, (float)x + 0.5f, (float)y + 0.5f)));
}

/* Rows y0 … y1 − 1, which hold corners. */
static void fill_round(raster *r, const round_box *b, int y0, int y1, uint32_t color, float alpha)
{
	pixel_box c = intersect(current_clip(r), (pixel_box){(int)floorf(b->x0), y0, (int)ceilf(b->x1), y1});
	if (is_empty(c))
		return;
	int left = least(most((int)ceilf(b->x0 + b->radius + 0.5f), c.x0), c.x1);
	int right = most(least((int)floorf(b->x1 - b->radius - 0.5f), c.x1), left);
	for (int y = c.y0; y < c.y1; y++) {
		uint32_t *row = row_at(r, y);
		float middle = round_cover(b, (b->x0 + b->x1) / 2, (float)y + 0.5f);
		round_corner(row, b, y, c.x0, left, color, alpha);
		pixels_mix(row + left, 0, right - left, 1, color, alpha_of(alpha * middle));
		round_corner(row, b, y, right, c.x1, color, alpha);
	}
}

static void draw_box(canvas *c, rect a, float radius, ink fill, float alpha)
{
	raster *r = raster_of(c);
	double s = (double)r->scale;
	double x0 = (double)a.x * s, y0 = (double)a.y * s;
	double x1 = ((double)a.x + (double)a.w) * s, y1 = ((double)a.y + (double)a.h) * s;
	if (radius * r->scale < 0.5f) {
		fill_plain(r, x0, y0, x1, y1, color_of(r, fill), alpha);
		return;
	}
	round_box b = {(float)x0, (float)y0, (float)x1, (float)y1, radius * r->scale};
	uint32_t color = color_of(r, fill);
	int top = (int)ceilf(b.y0 + b.radius), bottom = most((int)floorf(b.y1 - b.radius), top);
	fill_round(r, &b, (int)floorf(b.y0), top, color, alpha);
	fill_plain(r, x0, top, x1, bottom, color, alpha);
	fill_round(r, &b, bottom, (int)ceilf(b.y1), color, alpha);
}

/* ---- text ---- */

static void draw_glyph(raster *r, const glyph_image *g, int x, int y, uint32_t color)
{
	pixel_box c = intersect(current_clip(r), (pixel_box){x, y, x + g->w, y + g->h});
	for (int row = c.y0; row < c.y1 && c.x0 < c.x1; row++)
		pixels_letter(row_at(r, row) + c.x0, g->coverage + (ptrdiff_t)(row - y) * g->stride + (c.x0 - x),
		        c.x1 - c.x0, color);
}

/* Turned by 90° counter-clockwise: its columns become rows, the rightmost on top. */
static void draw_glyph_turned(raster *r, const glyph_image *g, int x, int y, uint32_t color)
{
	pixel_box c = intersect(current_clip(r), (pixel_box){x, y, x + g->h, y + g->w});
	for (int row = c.y0; row < c.y1; row++) {
		uint32_t *out = row_at(r, row);
		const uint8_t *column = g->coverage + (g->w - 1 - (row - y));
		for (int i = c.x0; i < c.x1; i++) {
			uint32_t v = column[(ptrdiff_t)(i - x) * g->stride];
			if (v)
				out[i] = pixel_mix(out[i], color, pixel_alpha(v));
		}
	}
}

static void draw_text(canvas *c, float x, float y, const char *utf8, text_style s)
{
	raster *r = raster_of(c);
	if (is_empty(current_clip(r)))
		return;
	bool turned = s.angle > 0;
	float shift = device_text_shift(utf8, s), size = s.size * r->scale;
	x = (turned ? x : x - shift) * r->scale;
	y = (turned ? y + shift : y) * r->scale;
	uint32_t color = color_of(r, s.ink);
	int pixels = (int)lroundf(size);
	glyph_walk walk = glyph_start(utf8, s.weight);
	glyph_step step;
	while (glyph_next(&walk, &step)) {
		glyph_image g = glyphs_image(step.face, pixels, step.code);
		if (!g.coverage)
			continue;
		float along = (float)step.x * size;
		if (turned)
			draw_glyph_turned(
			        r, &g, (int)lroundf(x) - g.top, (int)lroundf(y - along) - g.left - g.w, color);
		else
			draw_glyph(r, &g, (int)lroundf(x + along) + g.left, (int)lroundf(y) - g.top, color);
	}
}

/* ---- images ---- */

typedef struct picture {
	const uint32_t *argb;
	int w, h;
	double x, y;         /* its left upper corner, pixels */
	double across, down; /* source pixels per pixel */
} picture;

static int inside(double v, int n)
{
	return v < 0 ? 0 : v >= n ? n - 1 : (int)v;
}

static void put_pixel(uint32_t *out, uint32_t argb)
{
	uint32_t alpha = argb >> 24;
	*out = alpha == 255 ? argb : pixel_mix(*out, argb, pixel_alpha(alpha));
}

/* Rows that show the same source row are copied while it is opaque. */
static void draw_nearest(raster *r, const picture *p, pixel_box c)
{
	int last = -1, n = c.x1 - c.x0;
	bool opaque = true;
	for (int x = c.x0; x < c.x1; x++)
		r->column[x] = inside((x + 0.5 - p->x) * p->across, p->w);
	bool as_it_is = p->across == 1 && r->column[c.x1 - 1] - r->column[c.x0] == n - 1;
	for (int y = c.y0; y < c.y1; y++) {
		uint32_t *out = row_at(r, y);
		int row = inside((y + 0.5 - p->y) * p->down, p->h);
		if (row == last && opaque) {
			memcpy(out + c.x0, row_at(r, y - 1) + c.x0, (size_t)n * sizeof *out);
			continue;
		}
		const uint32_t *in = p->argb + (size_t)row * (size_t)p->w;
		opaque = !as_it_is;
		if (as_it_is) {
			pixels_over(out + c.x0, in + r->column[c.x0], n);
			continue;
		}
		for (int x = c.x0; x < c.x1; x++) {
			uint32_t v = in[r->column[x]];
			opaque &= v >> 24 == 255;
			put_pixel(out + x, v);
		}
		last = row;
	}
}

/* As pixel_mix, with the alpha channel too. */
static uint32_t blend(uint32_t a, uint32_t b, uint32_t t)
{
	uint32_t rb = (a & 0xFF00FF) * (256 - t) + (b & 0xFF00FF) * t;
	uint32_t ag = (a >> 8 & 0xFF00FF) * (256 - t) + (b >> 8 & 0xFF00FF) * t;
	return (rb >> 8 & 0xFF00FF) | (ag & 0xFF00FF00);
}

static uint32_t bilinear(const picture *p, double u, double v)
{
	u = u < 0 ? 0 : u > p->w - 1 ? p->w - 1 : u;
	v = v < 0 ? 0 : v > p->h - 1 ? p->h - 1 : v;
	int x = (int)u, y = (int)v, right = x + 1 < p->w, down = y + 1 < p->h ? p->w : 0;
	uint32_t tx = (uint32_t)((u - x) * 256), ty = (uint32_t)((v - y) * 256);
	const uint32_t *at = p->argb + (size_t)y * (size_t)p->w + x;
	return blend(blend(at[0], at[right], tx), blend(at[down], at[down + right], tx), ty);
}

/* Source pixels under a pixel whose first one is at u. */
static void under(double u, double size, int n, int *first, int *end)
{
	*first = inside(u, n);
	*end = most(inside(u + size, n), *first + 1);
}

/* The mean of a block of source pixels, for images drawn smaller than they are. Two channels are summed at a time, in
 * halves of a word. */
static uint32_t mean(const picture *p, int x0, int x1, int y0, int y1)
{
	uint64_t even = 0, odd = 0, channel = UINT32_MAX;
	for (int y = y0; y < y1; y++)
		for (int x = x0; x < x1; x++) {
			uint64_t v = p->argb[(size_t)y * (size_t)p->w + (size_t)x];
			even += (v & 0xFF) | (v & 0xFF0000) << 16;
			odd += (v >> 8 & 0xFF) | (v & 0xFF000000) << 8;
		}
	uint64_t n = (uint64_t)(x1 - x0) * (uint64_t)(y1 - y0), half = n / 2;
	uint64_t b = ((even & channel) + half) / n, r = ((even >> 32) + half) / n;
	uint64_t g = ((odd & channel) + half) / n, a = ((odd >> 32) + half) / n;
	return (uint32_t)(a << 24 | r << 16 | g << 8 | b);
}

/* A row of pixels over two rows of the source. Where two source columns lie under each pixel, they advance together. */
static void shrink_row(const picture *p, uint32_t *out, int x0, int x1, int y0, int y1)
{
	int first, end, x = x0;
	bool halved = p->across == 2 && y1 - y0 == 2;
	for (; x < x1; x++) {
		under((x - p->x) * p->across, p->across, p->w, &first, &end);
		int n = halved && x > p->x && end - first == 2 ? least(x1 - x, (p->w - 1 - first) / 2) : 0;
		if (n > 0) {
			const uint32_t *in = p->argb + (size_t)y0 * (size_t)p->w + first;
			pixels_halve(out + x, in, in + p->w, n);
			x += n - 1;
			halved = false; /* what is left hangs over the edge */
		} else {
			put_pixel(out + x, mean(p, first, end, y0, y1));
		}
	}
}

static void draw_smooth(raster *r, const picture *p, pixel_box c)
{
	bool shrunk = p->across > 1.5 || p->down > 1.5;
	for (int y = c.y0; y < c.y1; y++) {
		uint32_t *out = row_at(r, y);
		double v = (y - p->y) * p->down;
		if (shrunk) {
			int first, end;
			under(v, p->down, p->h, &first, &end);
			shrink_row(p, out, c.x0, c.x1, first, end);
			continue;
		}
		for (int x = c.x0; x < c.x1; x++)
			put_pixel(out + x,
			        bilinear(p, (x - p->x) * p->across + p->across / 2 - 0.5, v + p->down / 2 - 0.5));
	}
}

static void draw_image(canvas *c, rect a, const uint32_t *argb, int w, int h, bool smooth)
{
	raster *r = raster_of(c);
	pixel_box b = intersect(current_clip(r), box_of(r, &a));
	if (is_empty(b))
		return;
	double s = (double)r->scale;
	picture p = {argb, w, h, (double)a.x * s, (double)a.y * s, w / ((double)a.w * s), h / ((double)a.h * s)};
	if (smooth)
		draw_smooth(r, &p, b);
	else
		draw_nearest(r, &p, b);
}

static const canvas_ops ops = {
        .group = draw_group,
        .clip = draw_clip,
        .polyline = draw_polyline,
        .polygon = draw_polygon,
        .box = draw_box,
        .text = draw_text,
        .image = draw_image,
};

raster *raster_new(const theme *t, float width, float height, float scale)
{
	raster *r = calloc(1, sizeof *r);
	if (!r)
		return NULL;
	r->canvas.ops = &ops;
	raster_begin(r, t, width, height, scale);
	return r;
}

#include "draw/raster_path.h"

#include <math.h>
#include <stdlib.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

static int least(int a, int b)
{
	return a < b ? a : b;
}

static int most(int a, int b)
{
	return a > b ? a : b;
}

static float lower(float a, float b)
{
	return a < b ? a : b;
}

static float higher(float a, float b)
{
	return a > b ? a : b;
}

/* Marks the pixels from … to − 1 of a row. */
static void touch(raster *r, int y, int from, int to)
{
	int first = from >> r->tile, last = (to - 1) >> r->tile;
	r->touched[y] |= (~(uint64_t)0 >> (63 - (last - first))) << first;
	r->touched_y0 = least(r->touched_y0, y);
	r->touched_y1 = most(r->touched_y1, y + 1);
}

/* ---- strokes: the distance to each segment; where they overlap the greater coverage stays, so joints are no darker
 * ---- */

typedef float four __attribute__((vector_size(16)));
typedef int32_t four_int __attribute__((vector_size(16)));

static inline four four_root(four v)
{
#ifdef __SSE2__
	return (four)_mm_sqrt_ps((__m128)v);
#else
	return (four){sqrtf(v[0]), sqrtf(v[1]), sqrtf(v[2]), sqrtf(v[3])};
#endif
}

/* The lanes of v where `keep` is set, else 0. */
static inline four four_where(four_int keep, four v)
{
	return (four)(keep & (four_int)v);
}

typedef struct segment {
	float ax, ay, dx, dy; /* from a in the unit direction d */
	float length, reach;  /* reach: half the width and half a pixel */
} segment;

/* Coverage, 0 … 255, of the four pixels from (x, y) on. */
static inline four_int cover_four(float x, float y, const segment *s)
{
	const four centers = {0.5f, 1.5f, 2.5f, 3.5f};
	four rx = centers + (x - s->ax);
	float ry = y + 0.5f - s->ay;
	four across = ry * s->dx - rx * s->dy, along = rx * s->dx + ry * s->dy;
	four after = along - s->length;
	four over = four_where(along < 0, along) + four_where(after > 0, after);
	four c = s->reach - four_root(across * across + over * over);
	c = four_where(c > 0, c);
	c = four_where(c < 1, c - 1.0f) + 1.0f;
	return __builtin_convertvector(c * 255.0f + 0.5f, four_int);
}

static void cover_row(uint8_t *mask, int from, int to, int y, const segment *s)
{
	for (int x = from; x < to; x += 4) {
		four_int c = cover_four((float)x, (float)y, s);
		int n = least(to - x, 4);
		for (int k = 0; k < n; k++)
			mask[x + k] = (uint8_t)most(c[k], mask[x + k]);
	}
}

/* A segment within a few thousand pixels of the frame. */
static void cover_segment(raster *r, point a, point b, float half)
{
	const pixel_box clip = r->clip[least(r->clips, RASTER_CLIPS)];
	float vx = b.x - a.x, vy = b.y - a.y;
	segment s = {a.x, a.y, 1, 0, sqrtf(vx * vx + vy * vy), half + 0.5f};
	if (s.length > 1e-6f) {
		s.dx = vx / s.length;
		s.dy = vy / s.length;
	}
	float left = lower(a.x, b.x) - s.reach, right = higher(a.x, b.x) + s.reach;
	int y0 = most(clip.y0, (int)floorf(lower(a.y, b.y) - s.reach));
	int y1 = least(clip.y1, (int)ceilf(higher(a.y, b.y) + s.reach));
	bool flat = fabsf(s.dy) < 1e-3f;
	float spread = flat ? 0 : s.reach / fabsf(s.dy), lean = flat ? 0 : s.dx / s.dy;
	for (int y = y0; y < y1; y++) {
		float from = left, to = right;
		if (!flat) {
			float middle = a.x + ((float)y + 0.5f - a.y) * lean;
			from = higher(from, middle - spread);
			to = lower(to, middle + spread);
		}
		/* Truncation is the floor here, except left of 0, where the clip begins anyway. */
		int x0 = most(clip.x0, (int)from), x1 = least(clip.x1, (int)to + 1);
		if (x0 >= x1)
			continue;
		cover_row(r->mask + (size_t)y * (size_t)r->mask_w, x0, x1, y, &s);
		touch(r, y, x0, x1);
	}
}

/* The part of a + t (b − a), 0 ≤ t ≤ 1, inside the clip widened by `margin` (Liang, Barsky 1984). */
static bool inside(const raster *r, point a, point b, double margin, double *t0, double *t1)
{
	const pixel_box c = r->clip[least(r->clips, RASTER_CLIPS)];
	*t0 = 0;
	*t1 = 1;
	if (lower(a.x, b.x) >= (float)c.x0 && higher(a.x, b.x) <= (float)c.x1 && lower(a.y, b.y) >= (float)c.y0 &&
	        higher(a.y, b.y) <= (float)c.y1)
		return true;
	double d[2] = {(double)b.x - (double)a.x, (double)b.y - (double)a.y};
	double low[2] = {c.x0 - margin - (double)a.x, c.y0 - margin - (double)a.y};
	double high[2] = {c.x1 + margin - (double)a.x, c.y1 + margin - (double)a.y};
	for (int i = 0; i < 2; i++) {
		if (d[i] == 0) {
			if (low[i] > 0 || high[i] < 0)
				return false;
			continue;
		}
		double enter = (d[i] > 0 ? low[i] : high[i]) / d[i], leave = (d[i] > 0 ? high[i] : low[i]) / d[i];
		*t0 = enter > *t0 ? enter : *t0;
		*t1 = leave < *t1 ? leave : *t1;
	}
	return *t0 <= *t1;
}

static point between(point a, point b, double t)
{
	return (point){(float)((double)a.x + ((double)b.x - (double)a.x) * t),
	        (float)((double)a.y + ((double)b.y - (double)a.y) * t)};
}

typedef struct pen {
	float half;
	const float *length; /* strokes and gaps in turn, pixels */
	int lengths;
	double period, phase; /* phase: length of path behind the pen, modulo the period */
} pen;

/* Strokes of the dash pattern between the lengths `from` and `to` of the segment a b. */
static void cover_dashes(raster *r, point a, point b, double length, double from, double to, const pen *p)
{
	double at = from, into = fmod(p->phase + from, p->period);
	int i = 0;
	while (into >= (double)p->length[i] && i + 1 < p->lengths)
		into -= (double)p->length[i++];
	while (at <= to) {
		double end = at + (double)p->length[i] - into;
		if (i % 2 == 0) {
			double stop = end < to ? end : to;
			cover_segment(r, between(a, b, length > 0 ? at / length : 0),
			        between(a, b, length > 0 ? stop / length : 0), p->half);
		}
		at = end;
		into = 0;
		i = (i + 1) % p->lengths;
	}
}

static void draw_segment(raster *r, point a, point b, pen *p)
{
	double t0, t1, margin = (double)p->half + 2;
	bool seen = inside(r, a, b, margin, &t0, &t1);
	if (!p->lengths) {
		if (seen)
			cover_segment(r, between(a, b, t0), between(a, b, t1), p->half);
		return;
	}
	double length = hypot((double)b.x - (double)a.x, (double)b.y - (double)a.y);
	if (seen)
		cover_dashes(r, a, b, length, t0 * length, t1 * length, p);
	p->phase = fmod(p->phase + length, p->period);
}

static bool ascending(const point *p, int n)
{
	for (int i = 1; i < n; i++)
		if (p[i].x < p[i - 1].x)
			return false;
	return true;
}

/* First, lowest, highest and last point of every pixel column, in their order, in place. Returns how many are left. */
static int decimate(point *p, int n)
{
	int kept = 0;
	for (int i = 0; i < n;) {
		float column = floorf(p[i].x);
		int low = i, high = i, j = i;
		for (; j < n && floorf(p[j].x) == column; j++) {
			low = p[j].y < p[low].y ? j : low;
			high = p[j].y > p[high].y ? j : high;
		}
		int pick[4] = {i, least(low, high), most(low, high), j - 1};
		for (int k = 0; k < 4; k++)
			if (k == 0 || pick[k] != pick[k - 1])
				p[kept++] = p[pick[k]];
		i = j;
	}
	return kept;
}

static void draw_run(raster *r, point *p, int n, bool closed, pen *at)
{
	if (n > 64 && !closed && (float)n > 4 * (p[n - 1].x - p[0].x) && ascending(p, n))
		n = decimate(p, n);
	at->phase = 0;
	if (n == 1)
		draw_segment(r, p[0], p[0], at);
	for (int i = 1; i < n; i++)
		draw_segment(r, p[i - 1], p[i], at);
	if (closed && n > 2)
		draw_segment(r, p[n - 1], p[0], at);
}

void raster_stroke(raster *r, point *p, int n, bool closed, double width, const float *length, int lengths)
{
	pen at = {.half = (float)width / 2, .length = length, .lengths = lengths};
	for (int i = 0; i < lengths; i++)
		at.period += (double)length[i];
	if (at.period < 1)
		at.lengths = 0; /* finer than the pixels */
	bool broken = false;
	for (int i = 0; i < n; i++)
		broken |= isnan(p[i].x) || isnan(p[i].y);
	for (int i = 0; i < n;) {
		int j = i;
		while (j < n && !isnan(p[j].x) && !isnan(p[j].y))
			j++;
		if (j > i)
			draw_run(r, p + i, j - i, closed && !broken, &at);
		i = j + 1;
	}
}

/* ---- polygons: SUB sub-scanlines a row, each with exact coverage along x; even-odd ---- */

enum { SUB = 8 };

static void add_edge(raster *r, const pixel_box *clip, point a, point b, int *n)
{
	if (a.y > b.y) {
		point swap = a;
		a = b;
		b = swap;
	}
	/* Sub-scanline k lies at y = (k + 1/2) / SUB. */
	double top = fmax((double)a.y * SUB - 0.5, clip->y0 * SUB - 1.0);
	double bottom = fmin((double)b.y * SUB - 0.5, clip->y1 * SUB + 1.0);
	int start = most((int)ceil(top), clip->y0 * SUB), end = least((int)ceil(bottom), clip->y1 * SUB);
	if (start >= end)
		return;
	double slope = ((double)b.x - (double)a.x) / ((double)b.y - (double)a.y);
	double x = (double)a.x + ((start + 0.5) / SUB - (double)a.y) * slope;
	int row = start / SUB - clip->y0;
	r->edge[*n] = (raster_edge){x, slope / SUB, r->first[row], start, end};
	r->first[row] = (*n)++;
}

static bool make_room(raster *r, int edges)
{
	if (edges <= r->edge_room)
		return true;
	size_t n = (size_t)edges;
	raster_edge *edge = realloc(r->edge, n * sizeof *edge);
	r->edge = edge ? edge : r->edge;
	int *active = realloc(r->active, n * sizeof *active);
	r->active = active ? active : r->active;
	double *cross = realloc(r->cross, n * sizeof *cross);
	r->cross = cross ? cross : r->cross;
	if (!edge || !active || !cross)
		return false;
	r->edge_room = edges;
	return true;
}

/* Adds the part of a row right of x with weight w, as differences. Positions are relative to the clip, 0 … width. */
static void add_right_of(float *cover, double x, int width, float w)
{
	double inside = x < 0 ? 0 : x > width ? width : x;
	int i = (int)inside;
	float part = (float)(inside - i);
	cover[i] += w * (1 - part);
	cover[i + 1] += w * part;
}

static void sort(double *v, int n)
{
	for (int i = 1; i < n; i++) {
		double x = v[i];
		int j = i;
		for (; j > 0 && v[j - 1] > x; j--)
			v[j] = v[j - 1];
		v[j] = x;
	}
}

/* One sub-scanline: crossings of the active edges, filled in pairs. Edges that end here leave. Returns those that stay.
 */
static int scan(raster *r, const pixel_box *clip, int line, int active)
{
	int n = 0, stay = 0;
	for (int i = 0; i < active; i++) {
		raster_edge *e = &r->edge[r->active[i]];
		if (e->start <= line) {
			r->cross[n++] = e->x;
			e->x += e->slope;
		}
		if (line + 1 < e->end)
			r->active[stay++] = r->active[i];
	}
	sort(r->cross, n);
	int width = clip->x1 - clip->x0;
	for (int i = 0; i + 1 < n; i += 2) {
		add_right_of(r->cover, r->cross[i] - clip->x0, width, 1.0f / SUB);
		add_right_of(r->cover, r->cross[i + 1] - clip->x0, width, -1.0f / SUB);
	}
	return stay;
}

/* Differences → coverage in the mask; clears the differences. */
static void settle(raster *r, const pixel_box *clip, int y)
{
	int width = clip->x1 - clip->x0, from = width, to = 0;
	uint8_t *mask = r->mask + (size_t)y * (size_t)r->mask_w + clip->x0;
	float sum = 0;
	for (int x = 0; x < width; x++) {
		sum += r->cover[x];
		r->cover[x] = 0;
		int v = (int)(sum * 255.0f + 0.5f);
		if (v <= 0)
			continue;
		mask[x] = (uint8_t)least(v, 255);
		from = least(from, x);
		to = x + 1;
	}
	r->cover[width] = r->cover[width + 1] = 0;
	if (from < to)
		touch(r, y, clip->x0 + from, clip->x0 + to);
}

/* The part of the clip that the polygon can reach. */
static pixel_box reach(const raster *r, const point *p, int n)
{
	pixel_box c = r->clip[least(r->clips, RASTER_CLIPS)];
	float x0 = p[0].x, x1 = x0, y0 = p[0].y, y1 = y0;
	for (int i = 1; i < n; i++) {
		x0 = lower(x0, p[i].x);
		x1 = higher(x1, p[i].x);
		y0 = lower(y0, p[i].y);
		y1 = higher(y1, p[i].y);
	}
	c.x0 = most(c.x0, (int)floorf(x0));
	c.y0 = most(c.y0, (int)floorf(y0));
	c.x1 = least(c.x1, (int)ceilf(x1));
	c.y1 = least(c.y1, (int)ceilf(y1));
	return c;
}

bool raster_fill(raster *r, const point *p, int n)
{
	const pixel_box clip = reach(r, p, n);
	if (clip.x0 >= clip.x1 || clip.y0 >= clip.y1)
		return true;
	if (!make_room(r, n))
		return false;
	for (int y = 0; y < clip.y1 - clip.y0; y++)
		r->first[y] = -1;
	int edges = 0, active = 0;
	for (int i = 0; i < n; i++)
		add_edge(r, &clip, p[i], p[(i + 1) % n], &edges);
	for (int y = clip.y0; y < clip.y1; y++) {
		for (int e = r->first[y - clip.y0]; e >= 0; e = r->edge[e].next)
			r->active[active++] = e;
		if (!active)
			continue;
		for (int k = 0; k < SUB; k++)
			active = scan(r, &clip, y * SUB + k, active);
		settle(r, &clip, y);
	}
	return true;
}

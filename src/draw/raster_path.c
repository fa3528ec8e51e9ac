#include "draw/raster_path.h"

#include "base/wide.h"
#include "draw/pixels.h"

#include <math.h>
#include <string.h>
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

/* The tiles that hold the pixels from … to − 1 of a row. */
static uint64_t tiles(const raster *r, int from, int to)
{
	int first = from >> r->tile, last = (to - 1) >> r->tile;
	return (~(uint64_t)0 >> (63 - (last - first))) << first;
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

/* Raises four bytes of the mask to at least c, 0 … 255. */
static inline void raise_four(uint8_t *mask, four_int c)
{
#ifdef __SSE2__
	int32_t four_bytes;
	memcpy(&four_bytes, mask, sizeof four_bytes);
	__m128i v = _mm_packs_epi32((__m128i)c, (__m128i)c);
	v = _mm_max_epu8(_mm_packus_epi16(v, v), _mm_cvtsi32_si128(four_bytes));
	four_bytes = _mm_cvtsi128_si32(v);
	memcpy(mask, &four_bytes, sizeof four_bytes);
#else
	for (int k = 0; k < 4; k++)
		mask[k] = (uint8_t)most(c[k], mask[k]);
#endif
}

/* reach − distance → coverage, 0 … 255 */
static inline four_int shade(four c)
{
	c = four_where(c > 0, c);
	c = four_where(c < 1, c - 1.0f) + 1.0f;
	return __builtin_convertvector(c * 255.0f + 0.5f, four_int);
}

static const four centers = {0.5f, 1.5f, 2.5f, 3.5f};
static const four_int lane = {0, 1, 2, 3};

/* Near the ends, where the nearest point of the segment may be an end. May write, unchanged, up to three bytes more. */
static inline void cover_round(uint8_t *mask, int from, int to, float ry, const segment *s)
{
	for (int x = from; x < to; x += 4) {
		four rx = centers + ((float)x - s->ax);
		four across = ry * s->dx - rx * s->dy, along = rx * s->dx + ry * s->dy;
		four after = along - s->length;
		four over = four_where(along < 0, along) + four_where(after > 0, after);
		four c = s->reach - four_root(across * across + over * over);
		raise_four(mask + x, shade(c) & (lane < to - x));
	}
}

/* Between them. */
static inline void cover_straight(uint8_t *mask, int from, int to, float ry, const segment *s)
{
	for (int x = from; x < to; x += 4) {
		four across = ry * s->dx - (centers + ((float)x - s->ax)) * s->dy;
		four c = s->reach - (four)((four_int)across & 0x7FFFFFFF);
		raise_four(mask + x, shade(c) & (lane < to - x));
	}
}

static segment segment_of(point a, point b, float half)
{
	float vx = b.x - a.x, vy = b.y - a.y;
	segment s = {a.x, a.y, 1, 0, sqrtf(vx * vx + vy * vy), half + 0.5f};
	if (s.length > 1e-6f) {
		s.dx = vx / s.length;
		s.dy = vy / s.length;
	}
	return s;
}

/* A segment within a few thousand pixels of the frame. */
WIDE_LOOPS static void cover_segment(raster *r, point a, point b, float half)
{
	const pixel_box clip = r->clip[least(r->clips, RASTER_CLIPS)];
	const segment s = segment_of(a, b, half);
	float left = lower(a.x, b.x) - s.reach, right = higher(a.x, b.x) + s.reach;
	float top = lower(a.y, b.y), bottom = higher(a.y, b.y);
	int y0 = most(clip.y0, (int)floorf(top - s.reach)), y1 = least(clip.y1, (int)ceilf(bottom + s.reach));
	int x0 = most(clip.x0, (int)left), x1 = least(clip.x1, (int)right + 1);
	if (x0 >= x1 || y0 >= y1)
		return;
	bool flat = fabsf(s.dy) < 1e-3f;
	float spread = flat ? 0 : s.reach / fabsf(s.dy), lean = flat ? 0 : s.dx / s.dy;
	float ends = flat ? INFINITY : s.reach * fabsf(s.dx); /* rows that near an end are partly beyond it */
	uint64_t touched = tiles(r, x0, x1);
	for (int y = y0; y < y1; y++) {
		float ry = (float)y + 0.5f - a.y, middle = a.x + ry * lean;
		/* Truncation is the floor here, except left of 0, where the clip begins anyway. */
		int from = flat ? x0 : most(x0, (int)(middle - spread));
		int to = flat ? x1 : least(x1, (int)(middle + spread) + 1);
		uint8_t *mask = r->mask + (size_t)y * (size_t)r->mask_w;
		bool straight = ry + a.y - ends > top && ry + a.y + ends < bottom;
		if (straight)
			cover_straight(mask, from, to, ry, &s);
		else
			cover_round(mask, from, to, ry, &s);
		if (from < to)
			r->touched[y] |= x1 - x0 > 64 ? tiles(r, from, to) : touched;
	}
	r->touched_y0 = least(r->touched_y0, y0);
	r->touched_y1 = most(r->touched_y1, y1);
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
		if (seen && t0 <= 0 && t1 >= 1)
			cover_segment(r, a, b, p->half);
		else if (seen)
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

/* ---- polygons: exact areas, even-odd. Each edge leaves in every pixel that it crosses how much of the pixel's column
 * lies below it, positive where it runs to the right, as differences; summed down a column they are the winding number,
 * with exact parts at the edges (along rows: font-rs, R. Levien 2016; down columns here, since a row of columns is one
 * vector loop, and the edges of plots mostly run to the right). No edge needs to be sorted. Only a pixel in which the
 * number jumps by two, where a polygon touches or crosses itself, may come out wrong, as in FreeType. ---- */

/* A strip of the clip; coordinates are relative to its corner. */
typedef struct strip {
	float *cover; /* (h + 1) rows of `stride`: differences, all 0 before and after */
	int x0, y0;   /* corner, pixels */
	int w, h, stride;
} strip;

/* The part of an edge inside one column, from row coordinate a down to b in 0 … h; `dx` is its signed width. */
static void cover_column(float *column, int stride, float a, float b, float dx)
{
	int first = (int)a, last = (int)ceilf(b);
	float *at = column + (size_t)first * (size_t)stride;
	if (last <= first + 1) {
		float below = dx * (1 - (0.5f * (a + b) - (float)first));
		at[0] += below;
		at[stride] += dx - below;
		return;
	}
	/* area under the edge in the first row, whole rows in between, area above the edge in the last row */
	float per_row = dx / (b - a), head = (float)(first + 1) - a, tail = b - (float)(last - 1);
	float in_first = 0.5f * per_row * head * head, above_last = 0.5f * per_row * tail * tail;
	at[0] += in_first;
	float sum = in_first;
	at += stride;
	if (last > first + 2) {
		float second = per_row * (head + 0.5f) - in_first;
		at[0] += second;
		sum += second;
		at += stride;
		for (int row = first + 2; row < last - 1; row++, at += stride)
			at[0] += per_row;
		sum += per_row * (float)(last - first - 3);
	}
	at[0] += dx - sum - above_last;
	at[stride] += above_last;
}

static float within(float v, float high)
{
	return v < 0 ? 0 : v > high ? high : v;
}

/* An edge inside the strip, x0 < x1, column by column. */
static void cover_edge(const strip *s, float x0, float y0, float x1, float y1, float sign)
{
	float slope = (y1 - y0) / (x1 - x0), height = (float)s->h;
	for (int i = (int)x0; i < s->w && x0 < x1; i++) {
		float x = lower((float)(i + 1), x1), y = x < x1 ? within(y0 + (x - x0) * slope, height) : y1;
		cover_column(s->cover + i, s->stride, lower(y0, y), higher(y0, y), sign * (x - x0));
		x0 = x;
		y0 = y;
	}
}

/* Cuts an edge at the borders of the strip. What passes over it counts along its top, what passes below not at all. */
static void add_edge(const strip *s, point a, point b)
{
	float sign = a.x < b.x ? 1 : -1;
	point left = a.x < b.x ? a : b, right = a.x < b.x ? b : a;
	double ax = (double)left.x - s->x0, ay = (double)left.y - s->y0, bx = (double)right.x - s->x0;
	double x0 = ax > 0 ? ax : 0, x1 = bx < s->w ? bx : s->w, height = s->h;
	if (!(x0 < x1))
		return;
	double slope = ((double)right.y - (double)left.y) / (bx - ax);
	double cut[4] = {x0, x0, x1, x1}; /* pieces between them lie above, inside, below in turn */
	double over = slope != 0 ? ax - ay / slope : 0, under = slope != 0 ? ax + (height - ay) / slope : 0;
	if (slope != 0) {
		cut[1] = fmin(fmax(fmin(over, under), x0), x1);
		cut[2] = fmin(fmax(fmax(over, under), x0), x1);
	}
	for (int i = 0; i < 3; i++) {
		if (!(cut[i] < cut[i + 1]))
			continue;
		double y0 = ay + (cut[i] - ax) * slope, y1 = ay + (cut[i + 1] - ax) * slope;
		if (y0 + y1 >= 2 * height)
			continue;
		bool above = y0 + y1 <= 0;
		cover_edge(s, (float)cut[i], above ? 0 : within((float)y0, (float)height), (float)cut[i + 1],
		        above ? 0 : within((float)y1, (float)height), sign);
	}
}

static void fill_strip(const raster *r, const strip *s, const point *p, int n, uint32_t color, float alpha)
{
	float *winding = s->cover + (size_t)(s->h + 1) * (size_t)s->stride;
	for (int i = 0; i < n; i++)
		add_edge(s, p[i], p[i + 1 < n ? i + 1 : 0]);
	for (int y = 0; y < s->h; y++)
		pixels_odd(r->target.pixels + (ptrdiff_t)(s->y0 + y) * r->target.stride + s->x0,
		        s->cover + (size_t)y * (size_t)s->stride, winding, s->w, color, alpha);
	memset(winding - s->stride, 0, 2 * (size_t)s->stride * sizeof *winding);
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

size_t raster_fill_room(int h)
{
	enum { CACHED = 1 << 16, NARROWEST = 16 };
	size_t need = (size_t)NARROWEST * ((size_t)h + 2);
	return need > CACHED ? need : CACHED;
}

void raster_fill(raster *r, const point *p, int n, uint32_t color, float alpha)
{
	const pixel_box clip = reach(r, p, n);
	if (clip.x0 >= clip.x1 || clip.y0 >= clip.y1)
		return;
	strip s = {.cover = r->cover, .y0 = clip.y0, .h = clip.y1 - clip.y0};
	int widest = (int)(r->cover_room / ((size_t)s.h + 2)) & ~15;
	for (s.x0 = clip.x0; s.x0 < clip.x1; s.x0 += s.w) {
		s.w = least(clip.x1 - s.x0, widest);
		s.stride = s.w;
		fill_strip(r, &s, p, n, color, alpha * 256);
	}
}

#include "draw/canvas.h"

#include "draw/glyphs.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Points; every device computes with room to spare up to here. */
static const float FAR = 1e6f;

/* ---- cleaning ---- */

static float near(float v)
{
	return v < -FAR ? -FAR : v > FAR ? FAR : v;
}

static bool is_point(point p)
{
	return isfinite(p.x) && isfinite(p.y);
}

static bool is_clean(point p)
{
	return fabsf(p.x) <= FAR && fabsf(p.y) <= FAR;
}

static bool clean_rect(rect *r)
{
	if (!isfinite(r->x) || !isfinite(r->y) || !isfinite(r->w) || !isfinite(r->h))
		return false;
	float x0 = near(r->x), y0 = near(r->y), x1 = near(r->x + r->w), y1 = near(r->y + r->h);
	*r = (rect){x0, y0, x1 - x0, y1 - y0};
	return r->w > 0 && r->h > 0;
}

static bool visible(ink fill, float *alpha)
{
	if (!(*alpha > 0) || (int)fill <= INK_NONE || fill >= INK_COUNT)
		return false;
	*alpha = *alpha < 1 ? *alpha : 1;
	return true;
}

/* The points, or a copy in which bad ones are NaN and far ones near. The copy lives until the next call. */
static const point *clean(const point *p, int n)
{
	static point *copy;
	static int room;
	int i = 0;
	while (i < n && is_clean(p[i]))
		i++;
	if (i == n)
		return p;
	if (n > room) {
		point *more = realloc(copy, (size_t)n * sizeof *more);
		if (!more)
			return NULL;
		copy = more;
		room = n;
	}
	for (i = 0; i < n; i++)
		copy[i] = is_point(p[i]) ? (point){near(p[i].x), near(p[i].y)} : (point){NAN, NAN};
	return copy;
}

/* ---- verbs ---- */

void canvas_group(canvas *c, const char *name)
{
	c->ops->group(c, name && *name ? name : "group");
}

void canvas_group_end(canvas *c)
{
	c->ops->group(c, NULL);
}

void canvas_clip(canvas *c, rect r)
{
	if (!clean_rect(&r))
		r = (rect){0, 0, 0, 0};
	c->ops->clip(c, &r);
}

void canvas_clip_end(canvas *c)
{
	c->ops->clip(c, NULL);
}

static void stroke_path(canvas *c, const point *p, int n, bool closed, stroke s)
{
	if (!p || n < 1 || !(s.width > 0) || !visible(s.ink, &s.alpha))
		return;
	s.width = near(s.width * c->theme->line);
	if ((unsigned)s.dash > DASH_DASHDOT)
		s.dash = DASH_SOLID;
	p = clean(p, n);
	if (p)
		c->ops->polyline(c, p, n, closed, s);
}

void canvas_polyline(canvas *c, const point *p, int n, stroke s)
{
	stroke_path(c, p, n, false, s);
}

void canvas_outline(canvas *c, const point *p, int n, stroke s)
{
	stroke_path(c, p, n, true, s);
}

void canvas_polygon(canvas *c, const point *p, int n, ink fill, float alpha)
{
	if (!p || n < 3 || !visible(fill, &alpha))
		return;
	for (int i = 0; i < n; i++)
		if (!is_point(p[i]))
			return;
	p = clean(p, n);
	if (p)
		c->ops->polygon(c, p, n, fill, alpha);
}

void canvas_box(canvas *c, rect r, float radius, ink fill, float alpha)
{
	if (!clean_rect(&r) || !visible(fill, &alpha))
		return;
	float most = (r.w < r.h ? r.w : r.h) / 2;
	radius = radius > 0 ? radius < most ? radius : most : 0;
	c->ops->box(c, r, radius, fill, alpha);
}

void canvas_text(canvas *c, float x, float y, const char *utf8, text_style s)
{
	float alpha = 1;
	if (!utf8 || !*utf8 || !isfinite(x) || !isfinite(y) || !(s.size > 0) || !visible(s.ink, &alpha))
		return;
	s.size = s.size < 1000 ? s.size : 1000;
	s.angle = s.angle > 45 && s.angle < 135 ? 90 : 0;
	if ((unsigned)s.weight >= WEIGHT_COUNT)
		s.weight = WEIGHT_REGULAR;
	if ((unsigned)s.align > ALIGN_RIGHT)
		s.align = ALIGN_LEFT;
	c->ops->text(c, near(x), near(y), utf8, s);
}

void canvas_image(canvas *c, rect r, const uint32_t *argb, int w, int h, bool smooth)
{
	if (argb && w > 0 && h > 0 && clean_rect(&r))
		c->ops->image(c, r, argb, w, h, smooth);
}

/* ---- composed ---- */

void canvas_line(canvas *c, float x0, float y0, float x1, float y1, stroke s)
{
	point p[2] = {{x0, y0}, {x1, y1}};
	if (is_point(p[0]) && is_point(p[1]))
		canvas_polyline(c, p, 2, s);
}

enum { QUARTER = 8, ROUND = 4 * (QUARTER + 1) };

/* Clockwise from the top of the right upper corner; within 0.1 points of the arc up to a radius of 20. The cosines are
 * written out so that traces are the same with every maths library. */
static int rounded_path(rect r, float radius, point p[ROUND])
{
	static const float cosine[QUARTER + 1] = {
	        1, 0.98078528f, 0.92387953f, 0.83146961f, 0.70710678f, 0.55557023f, 0.38268343f, 0.19509032f, 0};
	float most = (r.w < r.h ? r.w : r.h) / 2;
	radius = radius < 0.25f ? 0 : radius < most ? radius : most;
	const point center[4] = {
	        {r.x + r.w - radius, r.y + radius},
	        {r.x + r.w - radius, r.y + r.h - radius},
	        {r.x + radius, r.y + r.h - radius},
	        {r.x + radius, r.y + radius},
	};
	int n = 0;
	for (int corner = 0; corner < 4; corner++)
		for (int i = 0; i <= (radius > 0 ? QUARTER : 0); i++) {
			float dx = cosine[QUARTER - i], dy = -cosine[i];
			for (int turn = 0; turn < corner; turn++) {
				float old = dx;
				dx = -dy;
				dy = old;
			}
			p[n++] = (point){center[corner].x + radius * dx, center[corner].y + radius * dy};
		}
	return n;
}

void canvas_frame(canvas *c, rect r, float radius, stroke s)
{
	float half = s.width * c->theme->line / 2;
	rect in = rect_inset(r, half, half);
	if (!clean_rect(&r) || !clean_rect(&in))
		return;
	point p[ROUND];
	canvas_outline(c, p, rounded_path(in, radius - half, p), s);
}

void canvas_disc(canvas *c, float x, float y, float radius, ink fill, float alpha)
{
	canvas_box(c, (rect){x - radius, y - radius, 2 * radius, 2 * radius}, radius, fill, alpha);
}

void canvas_ring(canvas *c, float x, float y, float radius, stroke s)
{
	point p[256];
	if (!(radius > 0) || !isfinite(radius))
		return;
	int n = (int)(12 + 4 * sqrtf(radius < 3000 ? radius : 3000)); /* sagitta < 0.15 points */
	for (int i = 0; i < n; i++) {
		float t = (float)i * 6.28318531f / (float)n;
		p[i] = (point){x + radius * cosf(t), y + radius * sinf(t)};
	}
	canvas_outline(c, p, n, s);
}

/* ---- text ---- */

text_extent canvas_measure(const char *utf8, float size, weight w)
{
	if (!(size > 0))
		return (text_extent){0, 0, 0};
	return (text_extent){
	        (float)(glyphs_width(utf8, w) * (double)size),
	        (float)(glyphs_ascent(w) * (double)size),
	        (float)(glyphs_descent(w) * (double)size),
	};
}

const char *canvas_fit(char *buf, int size, const char *utf8, float width, float em, weight w)
{
	static const char dots[] = "…";
	if (!buf || size < 1)
		return "";
	buf[0] = 0;
	if (!utf8 || !(em > 0))
		return buf;
	double limit = (double)width / (double)em, cut = limit - glyphs_width(dots, w);
	int keep = 0, used = 0;
	glyph_walk g = glyph_start(utf8, w);
	glyph_step step;
	while (glyph_next(&g, &step)) {
		used += step.n;
		if (g.x <= cut && used + (int)sizeof dots <= size)
			keep = used;
	}
	if (g.x <= limit && used < size)
		return memcpy(buf, utf8, (size_t)used + 1);
	if (cut < 0 || (int)sizeof dots > size)
		return buf;
	while (keep > 0 && utf8[keep - 1] == ' ')
		keep--;
	memcpy(buf, utf8, (size_t)keep);
	memcpy(buf + keep, dots, sizeof dots);
	return buf;
}

size_t canvas_break(const char *utf8, float width, float em, weight w)
{
	enum { LONGEST = 511 };
	size_t fits = 0, n = 0;
	glyph_walk g = glyph_start(utf8, w);
	glyph_step step;
	for (; n < LONGEST; n += (size_t)step.n) {
		float here = (float)(g.x * (double)em); /* of what stands before */
		bool more = glyph_next(&g, &step);
		if (more && utf8[n] != ' ')
			continue;
		if (fits > 0 && here > width)
			return fits;
		fits = n;
		if (!more)
			return fits;
	}
	return fits > 0 ? fits : strlen(utf8);
}

/* ---- rectangles ---- */

rect rect_inset(rect r, float dx, float dy)
{
	r.x += dx;
	r.y += dy;
	r.w = r.w > 2 * dx ? r.w - 2 * dx : 0;
	r.h = r.h > 2 * dy ? r.h - 2 * dy : 0;
	return r;
}

bool rect_has(rect r, float x, float y)
{
	return x >= r.x && x < r.x + r.w && y >= r.y && y < r.y + r.h;
}

static float at_most(float size, float room)
{
	float most = room > 0 ? room : 0;
	return size > 0 ? size < most ? size : most : 0;
}

rect rect_cut_top(rect *r, float size)
{
	rect cut = *r;
	cut.h = at_most(size, r->h);
	r->y += cut.h;
	r->h -= cut.h;
	return cut;
}

rect rect_cut_bottom(rect *r, float size)
{
	rect cut = *r;
	cut.h = at_most(size, r->h);
	cut.y = r->y + r->h - cut.h;
	r->h -= cut.h;
	return cut;
}

rect rect_cut_left(rect *r, float size)
{
	rect cut = *r;
	cut.w = at_most(size, r->w);
	r->x += cut.w;
	r->w -= cut.w;
	return cut;
}

rect rect_cut_right(rect *r, float size)
{
	rect cut = *r;
	cut.w = at_most(size, r->w);
	cut.x = r->x + r->w - cut.w;
	r->w -= cut.w;
	return cut;
}

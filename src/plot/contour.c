#include "plot/contour.h"

#include "base/text.h"

#include <math.h>
#include <string.h>

static contour_set found;

/* ---- levels ---- */

static double round_step(double rough)
{
	double decade = pow(10, floor(log10(rough))), m = rough / decade;
	return (m <= 1 + 1e-9 ? 1 : m <= 2 + 1e-9 ? 2 : m <= 5 + 1e-9 ? 5 : 10) * decade;
}

int contour_levels(const axis *scale, int most, double level[CONTOUR_LEVELS], double *step)
{
	static const double fine[] = {0, 0.301029995663981, 0.698970004336019};
	int n = 0;
	double wide = scale->high - scale->low;
	most = most > CONTOUR_LEVELS ? CONTOUR_LEVELS : most;
	*step = 1;
	if (!(wide > 0) || !isfinite(wide) || most < 1)
		return 0;
	if (scale->kind == AXIS_LOG && 3 * wide <= most) { /* 1, 2, 5 in each decade */
		for (double decade = floor(scale->low); decade <= scale->high; decade++)
			for (int i = 0; i < 3; i++)
				if (decade + fine[i] > scale->low + 1e-9 && decade + fine[i] < scale->high - 1e-9 &&
				        n < most)
					level[n++] = decade + fine[i];
		return n;
	}
	*step = round_step(wide / most);
	if (scale->kind == AXIS_LOG && *step < 1)
		*step = 1;
	for (double k = ceil(scale->low / *step - 1e-9); k * *step <= scale->high + 1e-9 && n < most; k++)
		level[n++] = k * *step;
	return n;
}

/* ---- tracing ---- */

/* Edges are numbered: h(i, j) from (i, j) to the right, v(i, j) from (i, j) to the next row. */
typedef struct tracer {
	const field *f;
	double level;
	unsigned char used[2 * CONTOUR_SIDE * CONTOUR_SIDE];
	unsigned char point[CONTOUR_SIDE * CONTOUR_SIDE];
} tracer;

typedef struct place {
	int i, j; /* cell */
	int side; /* 0 its first row, 1 right, 2 its last row, 3 left */
} place;

static tracer work;

static double value(const tracer *t, int i, int j)
{
	float z = t->f->z[(size_t)j * (size_t)t->f->nx + (size_t)i];
	return z == -INFINITY ? t->level - 1e3 : z == INFINITY ? NAN : (double)z;
}

static bool above(const tracer *t, int i, int j)
{
	return value(t, i, j) >= t->level;
}

static bool whole_cell(const tracer *t, int i, int j)
{
	return i >= 0 && j >= 0 && i + 1 < t->f->nx && j + 1 < t->f->ny &&
	       !isnan(value(t, i, j) + value(t, i + 1, j) + value(t, i, j + 1) + value(t, i + 1, j + 1));
}

/* Ends of a side of a cell. */
static void ends(place p, int a[2], int b[2])
{
	a[0] = p.i + (p.side == 1);
	a[1] = p.j + (p.side == 2);
	b[0] = p.i + (p.side != 3);
	b[1] = p.j + (p.side != 0);
}

static bool crossed(const tracer *t, place p)
{
	int a[2], b[2];
	ends(p, a, b);
	return above(t, a[0], a[1]) != above(t, b[0], b[1]);
}

static unsigned char *mark_of(tracer *t, place p)
{
	int a[2], b[2];
	ends(p, a, b);
	size_t at = (size_t)a[1] * CONTOUR_SIDE + (size_t)a[0];
	return &t->used[p.side % 2 ? CONTOUR_SIDE * CONTOUR_SIDE + at : at];
}

static point crossing(const tracer *t, place p)
{
	int a[2], b[2];
	ends(p, a, b);
	double za = value(t, a[0], a[1]), zb = value(t, b[0], b[1]), s = (t->level - za) / (zb - za);
	s = s < 0 ? 0 : s > 1 ? 1 : s;
	return (point){(float)(a[0] + s * (b[0] - a[0])), (float)(a[1] + s * (b[1] - a[1]))};
}

/* The side by which a line that came in by p.side leaves the cell. In a saddle the mean of the corners decides which
 * two are joined. */
static int exit_side(const tracer *t, place p)
{
	static const int with_first[] = {1, 0, 3, 2}, with_last[] = {3, 2, 1, 0};
	bool all = true;
	for (int s = 0; s < 4; s++)
		all = all && crossed(t, (place){p.i, p.j, s});
	if (!all) {
		for (int s = 0; s < 4; s++)
			if (s != p.side && crossed(t, (place){p.i, p.j, s}))
				return s;
		return p.side;
	}
	double mean = 0.25 * (value(t, p.i, p.j) + value(t, p.i + 1, p.j) + value(t, p.i, p.j + 1) +
	                             value(t, p.i + 1, p.j + 1));
	return above(t, p.i, p.j) == (mean >= t->level) ? with_first[p.side] : with_last[p.side];
}

static place across(place p)
{
	static const int di[] = {0, 1, 0, -1}, dj[] = {-1, 0, 1, 0};
	return (place){p.i + di[p.side], p.j + dj[p.side], (p.side + 2) % 4};
}

static bool put(point q)
{
	if (found.points == CONTOUR_POINTS)
		return false;
	found.at[found.points++] = q;
	return true;
}

/* Appends the points of the line that enters the cell at p; true when it comes back to where it began. */
static bool follow(tracer *t, place p)
{
	while (whole_cell(t, p.i, p.j)) {
		p.side = exit_side(t, p);
		if (*mark_of(t, p))
			return true;
		*mark_of(t, p) = 1;
		if (!put(crossing(t, p)))
			return false;
		p = across(p);
	}
	return false;
}

static void reverse(point *p, int n)
{
	for (int i = 0; 2 * i < n - 1; i++) {
		point swap = p[i];
		p[i] = p[n - 1 - i];
		p[n - 1 - i] = swap;
	}
}

/* The line through a side of a cell, both ways unless it is closed. */
static void trace_line(tracer *t, place start, int level)
{
	contour_line *l = &found.line[found.lines];
	*l = (contour_line){level, found.points, 0, false};
	*mark_of(t, start) = 1;
	if (!put(crossing(t, start)))
		return;
	l->closed = follow(t, start);
	if (!l->closed) {
		reverse(found.at + l->first, found.points - l->first);
		follow(t, across(start));
	}
	l->n = found.points - l->first;
	if (l->n > 1)
		found.lines++;
	else
		found.points = l->first;
}

/* One byte for each point: 1 above the level, 2 a hole. Most cells are done with when their corners are alike. */
static void mark_points(const field *f, float level)
{
	for (int i = 0; i < f->nx * f->ny; i++)
		work.point[i] = (unsigned char)((f->z[i] >= level) | (f->z[i] < INFINITY ? 0 : 2));
}

static bool may_cross(int nx, int i, int j)
{
	const unsigned char *p = work.point + (size_t)j * (size_t)nx + (size_t)i;
	int any = p[0] | p[1] | p[nx] | p[nx + 1], all = p[0] & p[1] & p[nx] & p[nx + 1];
	return any == 1 && all == 0;
}

const contour_set *contour_trace(const field *f, const double *level, int n)
{
	found.lines = found.points = 0;
	if (f->nx < 2 || f->ny < 2 || f->nx > CONTOUR_SIDE || f->ny > CONTOUR_SIDE)
		return &found;
	work.f = f;
	for (int k = 0; k < n; k++) {
		work.level = (double)(float)level[k];
		memset(work.used, 0, sizeof work.used);
		mark_points(f, (float)level[k]);
		for (int j = 0; j + 1 < f->ny; j++)
			for (int i = 0; i + 1 < f->nx; i++)
				for (int side = 0; side < 4 && may_cross(f->nx, i, j); side++) {
					place p = {i, j, side};
					if (crossed(&work, p) && !*mark_of(&work, p) && found.lines < CONTOUR_LINES)
						trace_line(&work, p, k);
				}
	}
	return &found;
}

/* ---- drawing ---- */

enum { LABELS_MOST = 48 };

typedef struct placed {
	int n;
	rect box[LABELS_MOST];
} placed;

static float gap_between(rect a, rect b)
{
	float dx = fmaxf(0, fmaxf(a.x - (b.x + b.w), b.x - (a.x + a.w)));
	float dy = fmaxf(0, fmaxf(a.y - (b.y + b.h), b.y - (a.y + a.h)));
	return hypotf(dx, dy);
}

/* How good a place for the middle of a label is: far from other labels, on a flat stretch; negative: none. */
static float worth(const placed *all, rect area, rect box, point before, point after)
{
	float room = fminf(fminf(box.x - area.x, area.x + area.w - box.x - box.w),
	        fminf(box.y - area.y, area.y + area.h - box.y - box.h));
	float nearest = 12 * box.h, dx = fabsf(after.x - before.x), dy = fabsf(after.y - before.y);
	if (room < 0.3F * box.h)
		return -1;
	for (int i = 0; i < all->n; i++)
		nearest = fminf(nearest, gap_between(all->box[i], box));
	if (nearest < 2.5F * box.h)
		return -1;
	return nearest + fminf(room, 3 * box.h) + 3 * box.h * dx / (dx + dy + 1e-6F);
}

static void label_line(const plot *p, const point *at, int n, const char *text, placed *all)
{
	text_style s = plot_type(p->c, TYPE_TICK - 1, INK_TEXT, ALIGN_CENTER);
	float w = canvas_measure(text, s.size, s.weight).width + 0.5F * s.size, h = 1.2F * s.size, length = 0, best = 0;
	int where = -1;
	for (int i = 1; i < n; i++)
		length += hypotf(at[i].x - at[i - 1].x, at[i].y - at[i - 1].y);
	if (length < 4 * w || all->n == LABELS_MOST)
		return;
	for (int i = 2; i + 2 < n; i++) {
		rect box = {at[i].x - 0.5F * w, at[i].y - 0.5F * h, w, h};
		float value_here = worth(all, p->area, box, at[i - 2], at[i + 2]);
		if (value_here > best) {
			best = value_here;
			where = i;
		}
	}
	if (where < 0)
		return;
	rect box = {at[where].x - 0.5F * w, at[where].y - 0.5F * h, w, h};
	canvas_box(p->c, box, 0.3F * h, INK_PANEL, 0.82F);
	canvas_text(p->c, at[where].x, at[where].y + 0.36F * s.size, text, s);
	all->box[all->n++] = box;
}

static point on_canvas(const plot *p, const field *f, point q)
{
	double x = f->x0 + (f->x1 - f->x0) * (double)q.x / (f->nx - 1),
	       y = f->y0 + (f->y1 - f->y0) * (double)q.y / (f->ny - 1);
	return (point){plot_x(p, x), plot_y(p, y)};
}

void contour_draw(const plot *p, const field *f, const axis *scale, const double *level, int n, double step, stroke s,
        bool labelled)
{
	static point at[CONTOUR_POINTS];
	placed all = {0};
	if (!plot_has_room(p))
		return;
	const contour_set *set = contour_trace(f, level, n);
	for (int i = 0; i < set->points; i++)
		at[i] = on_canvas(p, f, set->at[i]);
	canvas_group(p->c, "contours");
	canvas_clip(p->c, p->area);
	for (int i = 0; i < set->lines; i++) {
		const contour_line *l = &set->line[i];
		if (l->closed)
			canvas_outline(p->c, at + l->first, l->n, s);
		else
			canvas_polyline(p->c, at + l->first, l->n, s);
	}
	for (int i = 0; i < set->lines && labelled; i++) {
		char text[48];
		const contour_line *l = &set->line[i];
		double whole = round(level[l->level]);
		if (scale->kind == AXIS_LOG && fabs(level[l->level] - whole) < 1e-9)
			text_power(text, sizeof text, (int)whole);
		else if (scale->kind == AXIS_LOG)
			axis_power(text, sizeof text, level[l->level]);
		else
			axis_number(text, sizeof text, level[l->level], step);
		label_line(p, at + l->first, l->n, text, &all);
	}
	canvas_clip_end(p->c);
	canvas_group_end(p->c);
}

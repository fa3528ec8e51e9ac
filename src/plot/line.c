#include "plot/line.h"

#include <math.h>

enum { RUN = 4096 };

/* A stretch of a curve without gaps, on its way to the canvas. */
typedef struct run {
	const plot *p;
	stroke s;
	int n;
	point at[RUN];
	/* lowest and highest point of the column that is being filled */
	int column, lowest, highest, count;
	point first, low, high;
} run;

static run scratch;

static void run_flush(run *r)
{
	if (r->n == 1)
		canvas_disc(r->p->c, r->at[0].x, r->at[0].y, fmaxf(1.6F, 0.9F * r->s.width), r->s.ink, r->s.alpha);
	else if (r->n > 1)
		canvas_polyline(r->p->c, r->at, r->n, r->s);
	r->n = 0;
}

static void run_put(run *r, point q)
{
	if (r->n == RUN) {
		run_flush(r);
		r->at[r->n++] = r->at[RUN - 1]; /* go on without a gap */
	}
	r->at[r->n++] = q;
}

/* The column's extremes in the order in which they came. */
static void run_close_column(run *r)
{
	if (r->count == 1) {
		run_put(r, r->first);
	} else if (r->count > 1) {
		bool low_first = r->lowest < r->highest;
		run_put(r, low_first ? r->low : r->high);
		run_put(r, low_first ? r->high : r->low);
	}
	r->count = 0;
}

static void run_add(run *r, int i, point q)
{
	int column = (int)floorf(q.x);
	if (r->count == 0 || column != r->column) {
		run_close_column(r);
		r->column = column;
		r->first = r->low = r->high = q;
		r->lowest = r->highest = i;
	} else if (q.y > r->low.y) {
		r->low = q;
		r->lowest = i;
	} else if (q.y < r->high.y) {
		r->high = q;
		r->highest = i;
	}
	r->count++;
}

static void run_end(run *r)
{
	run_close_column(r);
	run_flush(r);
}

static double curve_x(curve l, int i)
{
	return l.x0 + i * l.dx;
}

/* Exact zeros i … j − 1: a pale bar on the floor. */
static void draw_zeros(const plot *p, curve l, int i, int j, stroke s)
{
	float y = plot_y(p, -INFINITY);
	float x0 = plot_x(p, curve_x(l, i) - 0.5 * l.dx), x1 = plot_x(p, curve_x(l, j - 1) + 0.5 * l.dx);
	s.width *= 1.5F;
	s.alpha *= 0.55F;
	s.dash = DASH_DOTTED;
	canvas_line(p->c, x0, y, x1, y, s);
}

static void draw_run(const plot *p, curve l, int i, int j, stroke s)
{
	scratch.p = p;
	scratch.s = s;
	scratch.n = scratch.count = 0;
	for (; i < j; i++)
		run_add(&scratch, i, (point){plot_x(p, curve_x(l, i)), plot_y(p, (double)l.y[i])});
	run_end(&scratch);
}

/* The first index at or after i where the kind of value (number, zero, gap) changes. */
static int same_kind(curve l, int i)
{
	bool zero = l.y[i] == -INFINITY, finite = isfinite(l.y[i]);
	int j = i + 1;
	while (j < l.n && (l.y[j] == -INFINITY) == zero && (bool)isfinite(l.y[j]) == finite)
		j++;
	return j;
}

void line_draw(const plot *p, curve line, stroke s)
{
	if (!plot_has_room(p) || line.n < 1)
		return;
	canvas_clip(p->c, rect_inset(p->area, -1, -1));
	for (int i = 0, j; i < line.n; i = j) {
		j = same_kind(line, i);
		if (isfinite(line.y[i]))
			draw_run(p, line, i, j, s);
		else if (line.y[i] == -INFINITY && p->y.kind == AXIS_LOG)
			draw_zeros(p, line, i, j, s);
	}
	canvas_clip_end(p->c);
}

/* ---- band ---- */

/* Folds the values of every column of width 1 into their extreme (sign +1: largest, −1: smallest). Returns the
 * points written; at most `room`. */
static int fold(const plot *p, curve l, int i, int j, float sign, point *out, int room)
{
	int n = 0, column = 0;
	float floor_y = p->area.y + p->area.h;
	for (; i < j; i++) {
		float y = plot_y(p, (double)l.y[i]);
		point q = {plot_x(p, curve_x(l, i)), y < floor_y ? y : floor_y};
		int here = (int)floorf(q.x);
		if (n > 0 && here == column) {
			if (sign * (q.y - out[n - 1].y) < 0)
				out[n - 1].y = q.y;
		} else if (n < room) {
			out[n++] = q;
			column = here;
		}
	}
	return n;
}

static bool in_band(curve low, curve high, int i)
{
	return !isnan(low.y[i]) && !isnan(high.y[i]);
}

/* Stretches of this many columns per polygon: filling costs the square of the edges that a row crosses, and the
 * seams between translucent stretches do not show. */
enum { STRETCH = 32 };

static void fill_band(const plot *p, const point *upper, const point *lower, int n, ink fill, float alpha)
{
	point ring[2 * (STRETCH + 1)];
	for (int from = 0; from + 1 < n; from += STRETCH) {
		int m = n - from < STRETCH + 1 ? n - from : STRETCH + 1;
		for (int i = 0; i < m; i++) {
			ring[i] = upper[from + i];
			ring[2 * m - 1 - i] = lower[from + i];
		}
		canvas_polygon(p->c, ring, 2 * m, fill, alpha);
	}
}

void line_band(const plot *p, curve low, curve high, ink fill, float alpha)
{
	point *out = scratch.at;
	int count = low.n < high.n ? low.n : high.n;
	if (!plot_has_room(p))
		return;
	canvas_clip(p->c, p->area);
	for (int i = 0, j; i < count; i = j) {
		for (j = i; j < count && in_band(low, high, j); j++)
			;
		int n = fold(p, high, i, j, 1, out, RUN / 2);
		fold(p, low, i, j, -1, out + n, RUN / 2); /* the same x: as many points */
		fill_band(p, out, out + n, n, fill, alpha);
		j = j > i ? j : i + 1;
	}
	canvas_clip_end(p->c);
}

/* ---- questions ---- */

int line_last(curve line)
{
	int i = line.n - 1;
	while (i >= 0 && !(line.y[i] < INFINITY))
		i--;
	return i;
}

int line_nearest(curve line, double x)
{
	double i = round((x - line.x0) / line.dx);
	if (line.n < 1 || !isfinite(i))
		return -1;
	return (int)fmax(0, fmin(line.n - 1, i));
}

float line_top(const plot *p, curve line, double x0, double x1)
{
	float top = INFINITY;
	int from = line_nearest(line, x0), to = line_nearest(line, x1);
	for (int i = from; i >= 0 && i <= to; i++)
		if (isfinite(line.y[i]))
			top = fminf(top, plot_y(p, (double)line.y[i]));
	return top;
}

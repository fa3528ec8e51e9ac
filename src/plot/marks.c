#include "plot/marks.h"

#include <math.h>

static void draw_cross(canvas *c, float x, float y, float r, stroke s)
{
	canvas_line(c, x - r, y - r, x + r, y + r, s);
	canvas_line(c, x - r, y + r, x + r, y - r, s);
}

static void draw_mark(canvas *c, float x, float y, mark m, float r, ink i, float alpha)
{
	stroke s = plot_stroke(1.5F, i, alpha, DASH_SOLID);
	switch (m) {
	case MARK_RING:
		canvas_ring(c, x, y, r, s);
		break;
	case MARK_CROSS:
		draw_cross(c, x, y, 0.8F * r, s);
		break;
	case MARK_SQUARE:
		canvas_box(c, (rect){x - 0.85F * r, y - 0.85F * r, 1.7F * r, 1.7F * r}, 0, i, alpha);
		break;
	default:
		canvas_disc(c, x, y, r, i, alpha);
	}
}

void marks_one(const plot *p, double x, double y, mark m, float radius, ink i, float alpha)
{
	float px = plot_x(p, x), py = plot_y(p, y);
	if (plot_has_room(p) && isfinite(px) && isfinite(py))
		draw_mark(p->c, px, py, m, radius * p->c->theme->line, i, alpha);
}

void marks_draw(const plot *p, const float *x, const float *y, int n, mark m, float radius, ink i, float alpha)
{
	if (!plot_has_room(p))
		return;
	canvas_clip(p->c, rect_inset(p->area, -radius, -radius));
	for (int k = 0; k < n; k++)
		marks_one(p, (double)x[k], (double)y[k], m, radius, i, alpha);
	canvas_clip_end(p->c);
}

void marks_circle(const plot *p, double radius, stroke s)
{
	enum { SIDES = 128 };
	point at[SIDES];
	if (!plot_has_room(p) || !(radius > 0))
		return;
	for (int k = 0; k < SIDES; k++) {
		double angle = 2 * 3.14159265358979323846 * k / SIDES;
		at[k] = (point){plot_x(p, radius * cos(angle)), plot_y(p, radius * sin(angle))};
	}
	canvas_clip(p->c, p->area);
	canvas_outline(p->c, at, SIDES, s);
	canvas_clip_end(p->c);
}

void marks_stems(const plot *p, const float *y, int n, double x0, double dx, ink i, float alpha)
{
	if (!plot_has_room(p))
		return;
	float pitch = fabsf(plot_x(p, x0 + dx) - plot_x(p, x0));
	float width = fmaxf(1, fminf(3, 0.4F * pitch)), base = p->area.y + p->area.h;
	canvas_clip(p->c, rect_inset(p->area, -3, -3));
	for (int k = 0; k < n; k++) {
		float x = plot_x(p, x0 + k * dx), top = plot_y(p, (double)y[k]);
		if (!isfinite(top))
			continue;
		canvas_line(p->c, x, base, x, top, plot_stroke(width, i, 0.35F * alpha, DASH_SOLID));
		canvas_disc(p->c, x, top, fmaxf(1.5F, fminf(3, 0.45F * pitch)), i, alpha);
	}
	canvas_clip_end(p->c);
}

static float most_of(const float *count, int n)
{
	float most = 0;
	for (int k = 0; k < n; k++)
		most = isfinite(count[k]) ? fmaxf(most, count[k]) : most;
	return most;
}

void marks_stairs(const plot *p, rect r, const float *count, int n, double low, double high, stroke s)
{
	enum { BINS = 256 };
	point line[2 * BINS + 2];
	int from = 0, to = n - 1, used = 0;
	float most = most_of(count, n);
	if (!(most > 0) || !(high > low) || !(r.w > 0) || n > BINS)
		return;
	while (!(count[from] > 0))
		from++;
	while (!(count[to] > 0))
		to--;
	line[used++] = (point){r.x, plot_y(p, low + from * (high - low) / n)};
	for (int k = from; k <= to; k++) {
		float x = r.x + r.w * (count[k] > 0 ? count[k] / most : 0);
		line[used++] = (point){x, plot_y(p, low + k * (high - low) / n)};
		line[used++] = (point){x, plot_y(p, low + (k + 1) * (high - low) / n)};
	}
	line[used++] = (point){r.x, plot_y(p, low + (to + 1) * (high - low) / n)};
	canvas_clip(p->c, rect_inset(r, -1, -1));
	canvas_polyline(p->c, line, used, s);
	canvas_clip_end(p->c);
}

void marks_histogram(const plot *p, rect r, const float *count, int n, double low, double high, ink i, float alpha)
{
	float most = most_of(count, n);
	if (!(most > 0) || !(high > low) || !(r.w > 0))
		return;
	canvas_clip(p->c, r);
	for (int k = 0; k < n; k++) {
		float bottom = plot_y(p, low + k * (high - low) / n), top = plot_y(p, low + (k + 1) * (high - low) / n);
		float gap = bottom - top > 4 ? 1 : 0;
		if (count[k] > 0 && isfinite(top) && isfinite(bottom))
			canvas_box(p->c, (rect){r.x, top + gap, fmaxf(1, r.w * count[k] / most), bottom - top - gap}, 0,
			        i, alpha);
	}
	canvas_clip_end(p->c);
}

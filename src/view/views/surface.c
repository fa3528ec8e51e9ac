/* surface: the error surface around the run, shaded and as contours, with the ways of the arms and the next step of
 * each. */
#include "view/surface.h"

#include "base/text.h"
#include "plot/heat.h"
#include "plot/marks.h"
#include "plot/vector.h"
#include "run/unit.h"
#include "view/parts.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static surface3d_pose chosen;
static bool is_chosen, turning;
static surface_places places;
static double cross[2] = {NAN, NAN};

void surface_look(const surface3d_pose *p, bool moving)
{
	is_chosen = p != NULL;
	chosen = p ? *p : chosen;
	turning = moving;
}

surface3d_pose surface_pose(const config *look)
{
	return (surface3d_pose){(float)look->v[KNOB_turn], (float)look->v[KNOB_tilt], (float)look->v[KNOB_zoom]};
}

const surface_places *surface_where(void)
{
	return &places;
}

void surface_cross(double a, double b)
{
	cross[0] = a;
	cross[1] = b;
}

/* ---- heights ---- */

typedef struct heights {
	field f;
	axis scale;
	bool any, flat;
	double lowest; /* that is subtracted; 0 */
} heights;

static bool is_log(const slice_picture *p, const char *height, span all)
{
	if (strcmp(height, "auto") != 0)
		return strcmp(height, "log") == 0;
	return p->kind == SLICE_UNIT || (all.low >= 0 && all.high > 20 * all.low);
}

enum { SMOOTH = 160, FINE = SMOOTH + SLICE_SIDE };

/* Few points, as the computed ones of a coarse grid, are joined by straight lines both ways: `stride` of them stand for
 * one. Beside a hole there is a hole. */
static void refine(const slice_picture *p, const float *z, int nx, int ny, float *out)
{
	int stride = p->stride > 1 ? p->stride : 1, last_i = (p->na - 1) / stride * stride,
	    last_j = (p->nb - 1) / stride * stride;
	for (int j = 0; j < ny; j++) {
		float v = (float)j * (float)(p->nb - 1) / (float)(ny - 1);
		int j0 = (int)v / stride * stride, j1;
		j0 = j0 > last_j ? last_j : j0;
		j1 = j0 + stride > last_j ? j0 : j0 + stride;
		float t = fminf(1, (v - (float)j0) / (float)stride);
		for (int i = 0; i < nx; i++) {
			float u = (float)i * (float)(p->na - 1) / (float)(nx - 1);
			int i0 = (int)u / stride * stride, i1;
			i0 = i0 > last_i ? last_i : i0;
			i1 = i0 + stride > last_i ? i0 : i0 + stride;
			float s = fminf(1, (u - (float)i0) / (float)stride);
			const float *a = z + j0 * p->na, *b = z + j1 * p->na;
			float low = s > 0 ? a[i0] + s * (a[i1] - a[i0]) : a[i0],
			      high = s > 0 ? b[i0] + s * (b[i1] - b[i0]) : b[i0];
			out[j * nx + i] = t > 0 ? low + t * (high - low) : low;
		}
	}
}

/* Points of the fine grid along n points: the same ones and some between them. */
static int fine_points(int n)
{
	return n >= SMOOTH ? n : (n - 1) * ((SMOOTH + n - 2) / (n - 1)) + 1;
}

static heights make_heights(const slice_picture *p, const char *height)
{
	static float z[SLICE_SIDE * SLICE_SIDE];
	heights h = {
	        .f = {z, p->na, p->nb, p->low[0], p->high[0], p->low[1], p->high[1]}, .scale = axis_linear(span_none)};
	span all = span_none;
	int n = p->na * p->nb;
	span_add_all(&all, p->loss, n);
	if (p->na < 2 || p->nb < 2 || span_empty(all))
		return h;
	h.any = true;
	h.flat = !(all.high > all.low);
	if (!is_log(p, height, all)) {
		memcpy(z, p->loss, (size_t)n * sizeof *z);
		h.scale = axis_linear(all);
		return h;
	}
	/* a surface that reaches below 0 is shown above its lowest point */
	h.lowest = all.low < 0 ? p->has_minimum && p->minimum_value <= all.low ? p->minimum_value : all.low : 0;
	for (int i = 0; i < n; i++)
		z[i] = log10f(p->loss[i] - (float)h.lowest);
	all = span_none;
	span_add_all(&all, z, n);
	all.low = fmax(all.low, all.high - (p->kind == SLICE_FUNCTION ? 6 : 3.6));
	h.scale = axis_log(all);
	for (int i = 0; i < n; i++) /* an exact zero is at the floor */
		z[i] = z[i] < (float)all.low ? (float)all.low : z[i];
	return h;
}

static heights smooth(const slice_picture *p, heights h)
{
	static float fine[FINE * FINE];
	int nx = fine_points(p->na), ny = fine_points(p->nb);
	if (!h.any || (nx == p->na && ny == p->nb && p->stride <= 1))
		return h;
	refine(p, h.f.z, nx, ny, fine);
	h.f.z = fine;
	h.f.nx = nx;
	h.f.ny = ny;
	return h;
}

/* Losses as axis values: log10 when they span more than a factor of twenty; then about four decades are shown. Kept
 * while the losses stay. */
static heights heights_of(const slice_picture *p, const char *height)
{
	static float made_of[SLICE_SIDE * SLICE_SIDE];
	static heights made;
	static slice_kind kind;
	static const char *how;
	static int na, nb;
	size_t bytes = (size_t)(p->na * p->nb) * sizeof *p->loss;
	if (na != p->na || nb != p->nb || kind != p->kind || how != height || !made.any ||
	        memcmp(made_of, p->loss, bytes) != 0) {
		made = smooth(p, make_heights(p, height));
		na = p->na;
		nb = p->nb;
		kind = p->kind;
		how = height;
		memcpy(made_of, p->loss, bytes);
	}
	made.f.x0 = p->low[0], made.f.x1 = p->high[0];
	made.f.y0 = p->low[1], made.f.y1 = p->high[1];
	return made;
}

/* ---- three dimensions ---- */

static uint32_t color(const canvas *c, ink i)
{
	return c->theme->argb[i];
}

static void step_3d(const slice_way *w, const float step[2], float width, uint32_t argb)
{
	const float *from = w->at[w->steps - 1];
	const double at[2][2] = {{(double)from[0], (double)from[1]},
	        {(double)from[0] + (double)step[0], (double)from[1] + (double)step[1]}};
	surface3d_way(at, 2, width, argb, 0);
}

static void draw_ways_3d(const slice_picture *p, canvas *c)
{
	static double at[SLICE_WAY][2];
	for (int a = 0; a < p->ways; a++) {
		const slice_way *w = &p->way[a];
		int n = w->steps;
		uint32_t own = color(c, part_place_ink(w->arm));
		for (int i = 0; i < n; i++)
			for (int k = 0; k < 2; k++)
				at[i][k] = (double)w->at[i][k];
		surface3d_way((const double(*)[2])at, n, 3.5F, color(c, INK_PANEL), 0);
		surface3d_way((const double(*)[2])at, n, 2, own, w->clipped ? 6 : 0);
		if (n > 0 && w->has_step) {
			if (w->step_clipped)
				step_3d(w, w->unclipped, 1.5F, color(c, INK_BAD));
			step_3d(w, w->step, 3, own);
		}
		if (n > 0)
			surface3d_ball(at[n - 1][0], at[n - 1][1], 6, own);
	}
}

static void axis_over(axis *a, double low, double high)
{
	*a = (axis){.kind = AXIS_LINEAR, .low = low, .high = high, .zero = NAN};
}

static const char *value_title(const slice_picture *p, const heights *h)
{
	if (h->lowest < 0)
		return "above the lowest";
	return p->kind == SLICE_UNIT ? "error E" : p->kind == SLICE_FUNCTION ? "value" : "loss";
}

static void draw_3d(const slice_picture *p, const heights *h, const config *look, canvas *c, rect area)
{
	surface3d_scene s = {.f = h->f,
	        .z = h->scale,
	        .pose = is_chosen ? chosen : surface_pose(look),
	        .samples = turning ? 1 : 2,
	        .x_title = p->name[0],
	        .y_title = p->name[1],
	        .z_title = value_title(p, h)};
	axis_over(&s.x, p->low[0], p->high[0]);
	axis_over(&s.y, p->low[1], p->high[1]);
	bool near = s.pose.zoom > 1; /* its frame goes beyond its place */
	if (near)
		canvas_clip(c, area);
	if (surface3d_begin(c, area, &s)) {
		places.solid = area;
		draw_ways_3d(p, c);
		surface3d_end();
	}
	if (near)
		canvas_clip_end(c);
}

/* ---- contours ---- */

static void draw_straight(const plot *p, double at_low, double at_high, double low, double high, stroke s)
{
	canvas_line(p->c, plot_x(p, low), plot_y(p, at_low), plot_x(p, high), plot_y(p, at_high), s);
}

/* The wall exists above w σ'(x₀) = 1; the valley is reached below its end. */
static void draw_theory(const slice_picture *p, const plot *at)
{
	const unit_task t = {p->x0, p->target, p->T};
	double slope = unit_sigmoid(t.x0) * unit_sigmoid(-t.x0), first = fmax(p->low[0], 1 / slope);
	double end = fmin(p->high[0], unit_valley_end(&t));
	text_style s = plot_type(at->c, TYPE_TICK, INK_TEXT, ALIGN_RIGHT);
	if (first < p->high[0] && isfinite(first))
		draw_straight(at, unit_wall(&t, first), unit_wall(&t, p->high[0]), first, p->high[0],
		        plot_stroke(1.5F, INK_TEXT, 0.9F, DASH_DASHED));
	if (end > p->low[0] && isfinite(end) && t.target > 0 && t.target < 1)
		draw_straight(at, unit_valley(&t, p->low[0]), unit_valley(&t, end), p->low[0], end,
		        plot_stroke(1.5F, INK_TEXT, 0.9F, DASH_DOTTED));
	double w = p->high[0] - 0.12 * (p->high[0] - p->low[0]);
	float x = plot_x(at, w), y = plot_y(at, unit_wall(&t, w)),
	      wide = canvas_measure("wall", s.size, s.weight).width;
	if (w > first && y > at->area.y + s.size && y < at->area.y + at->area.h - 3 * s.size) {
		canvas_box(at->c,
		        (rect){x - wide - 0.9F * s.size, y + 0.35F * s.size, wide + 0.5F * s.size, 1.3F * s.size}, 3,
		        INK_PANEL, 0.85F);
		canvas_text(at->c, x - 0.65F * s.size, y + 1.35F * s.size, "wall", s);
	}
}

static void draw_ways(const slice_picture *p, const plot *at)
{
	static point q[SLICE_WAY];
	for (int a = 0; a < p->ways; a++) {
		char name[32];
		const slice_way *w = &p->way[a];
		int n = w->steps;
		ink own = part_place_ink(w->arm);
		for (int i = 0; i < n; i++)
			q[i] = (point){plot_x(at, (double)w->at[i][0]), plot_y(at, (double)w->at[i][1])};
		snprintf(name, sizeof name, "way:%d", a);
		canvas_group(at->c, name);
		canvas_polyline(at->c, q, n, plot_stroke(4, INK_PANEL, 0.85F, DASH_SOLID));
		canvas_polyline(at->c, q, n, plot_stroke(2, own, 1, w->clipped ? DASH_DASHED : DASH_SOLID));
		for (int end = 0; end < 2 && n > 0; end++) {
			const float *r = w->at[end ? n - 1 : 0];
			marks_one(at, (double)r[0], (double)r[1], MARK_DISC, 6, INK_PANEL, 1);
			marks_one(at, (double)r[0], (double)r[1], end ? MARK_DISC : MARK_RING, 4, own, 1);
		}
		canvas_group_end(at->c);
	}
}

/* ---- the next step ---- */

static point on_map(const plot *at, double x, double y)
{
	return (point){plot_x(at, x), plot_y(at, y)};
}

/* How far beyond the rim a place lies, in words of the axis that it leaves by: "→ 8.3 to the right", brief "→ 8.3". */
static bool beyond(const slice_picture *p, double x, double y, bool brief, char *text, size_t size)
{
	static const char *const arrow[] = {"←", "→", "↓", "↑"}, *const where[] = {"to the left", "to the right",
	                                                                 "below", "above"};
	const double out[] = {p->low[0] - x, x - p->high[0], p->low[1] - y, y - p->high[1]};
	char number[32];
	int most = -1;
	double best = 0;
	for (int i = 0; i < 4; i++) {
		double share = out[i] / (p->high[i / 2] - p->low[i / 2]);
		if (share > best) {
			best = share;
			most = i;
		}
	}
	if (most < 0)
		return false;
	snprintf(text, size, "%s %s%s%s", arrow[most], text_short(number, sizeof number, out[most], 2),
	        brief ? "" : " ", brief ? "" : where[most]);
	return true;
}

/* The last place inside on the way from a place inside to one outside. */
static point rim(const rect r, point from, point to)
{
	float t = 1;
	const float low[] = {r.x, r.y}, high[] = {r.x + r.w, r.y + r.h}, a[] = {from.x, from.y}, b[] = {to.x, to.y};
	for (int k = 0; k < 2; k++) {
		if (b[k] > high[k])
			t = fminf(t, (high[k] - a[k]) / (b[k] - a[k]));
		if (b[k] < low[k])
			t = fminf(t, (low[k] - a[k]) / (b[k] - a[k]));
	}
	t = fmaxf(0, t);
	return (point){from.x + t * (to.x - from.x), from.y + t * (to.y - from.y)};
}

typedef struct notes {
	int n;
	rect box[16];
	char text[16][128];
	ink ink[16];
} notes;

/* Over all arrows. */
static void draw_notes(const notes *all, canvas *c)
{
	text_style s = plot_type(c, TYPE_TICK, INK_TEXT, ALIGN_LEFT);
	for (int i = 0; i < all->n; i++) {
		s.ink = all->ink[i];
		canvas_box(c, all->box[i], 3, INK_PANEL, 0.92F);
		canvas_text(c, all->box[i].x + 0.4F * s.size, all->box[i].y + 1.1F * s.size, all->text[i], s);
	}
}

/* Words beside a place, inside the map and over none of the words that are there. */
static void note(notes *all, const plot *at, point place, const char *text, ink i)
{
	text_style s = plot_type(at->c, TYPE_TICK, i, ALIGN_LEFT);
	float wide = canvas_measure(text, s.size, s.weight).width + 0.8F * s.size, high = 1.5F * s.size;
	rect r = rect_inset(at->area, 2, 2);
	if (wide > r.w || high > r.h || all->n == 16)
		return;
	for (int turn = 0; turn < 12; turn++) {
		float side = turn % 2 ? -1 : 1, row = (float)(turn / 2);
		rect box = {
		        place.x - 0.5F * wide, place.y + side * (0.9F + 1.1F * row) * high - 0.5F * high, wide, high};
		box.x = fmaxf(r.x, fminf(box.x, r.x + r.w - wide));
		box.y = fmaxf(r.y, fminf(box.y, r.y + r.h - high));
		bool free_here = true;
		for (int k = 0; k < all->n; k++)
			free_here = free_here &&
			            (box.x > all->box[k].x + all->box[k].w || all->box[k].x > box.x + wide ||
			                    box.y > all->box[k].y + all->box[k].h || all->box[k].y > box.y + high);
		if (!free_here)
			continue;
		snprintf(all->text[all->n], sizeof all->text[0], "%s", text);
		all->ink[all->n] = i;
		all->box[all->n++] = box;
		return;
	}
}

static void draw_arrow(const slice_picture *p, const plot *at, const slice_way *w, const float step[2], stroke s,
        notes *all, const char *what)
{
	double x = (double)w->at[w->steps - 1][0], y = (double)w->at[w->steps - 1][1], dx = (double)step[0],
	       dy = (double)step[1];
	char far[64], text[128];
	if (!isfinite(dx + dy) || !rect_has(at->area, plot_x(at, x), plot_y(at, y)))
		return;
	point from = on_map(at, x, y), to = on_map(at, x + dx, y + dy);
	vector_draw(at, x, y, dx, dy, s);
	bool several = p->ways > 1; /* their colours say whose step it is */
	if (beyond(p, x + dx, y + dy, several, far, sizeof far)) {
		snprintf(text, sizeof text, "%s%s%s", several ? "" : what, several ? "" : ": ", far);
		note(all, at, rim(at->area, from, to), text, several ? s.ink : INK_TEXT);
	} else if (!several && hypotf(to.x - from.x, to.y - from.y) > 40) {
		note(all, at, to, what, INK_TEXT);
	}
}

/* The next step of each arm as it will be taken, as it would be without the clip, and straight downhill; and where an
 * arm stands that has left the map. */
static void draw_steps(const slice_picture *p, const plot *at)
{
	notes all = {0};
	float reach = 0.07F * fminf(at->area.w, at->area.h);
	for (int a = 0; a < p->ways; a++) {
		const slice_way *w = &p->way[a];
		ink own = part_place_ink(w->arm);
		char far[64], text[128];
		if (w->steps < 1)
			continue;
		double x = (double)w->at[w->steps - 1][0], y = (double)w->at[w->steps - 1][1];
		point here = on_map(at, x, y);
		if (isfinite(x + y) && beyond(p, x, y, p->ways > 1, far, sizeof far)) {
			snprintf(text, sizeof text, "now %s", far);
			point middle = {at->area.x + 0.5F * at->area.w, at->area.y + 0.5F * at->area.h};
			note(&all, at, rim(at->area, middle, here), text, own);
		}
		if (!w->has_step)
			continue;
		if (w->step_clipped)
			draw_arrow(p, at, w, w->unclipped, plot_stroke(1.5F, INK_BAD, 0.9F, DASH_SOLID), &all,
			        "without the clip");
		draw_arrow(p, at, w, w->step, plot_stroke(2.75F, own, 1, DASH_SOLID), &all,
		        w->step_clipped ? "with it" : "next step");
		/* the direction of the gradient, of one length on the screen */
		float gx = plot_x(at, x + (double)w->downhill[0]) - here.x,
		      gy = plot_y(at, y + (double)w->downhill[1]) - here.y, length = hypotf(gx, gy);
		if (isfinite(length) && length > 0 && rect_has(at->area, here.x, here.y))
			vector_arrow(at->c, here, (point){here.x + reach * gx / length, here.y + reach * gy / length},
			        plot_stroke(1.25F, INK_TEXT, 0.85F, DASH_SOLID));
	}
	draw_notes(&all, at->c);
}

static void read_out(const slice_picture *p, const heights *h, const plot *at, const view_focus *focus)
{
	char text[48], slope[48];
	readout r = {0};
	if (!focus || !focus->has_pointer || !rect_has(at->area, focus->pointer.x, focus->pointer.y))
		return;
	double x = axis_value(&at->x, focus->pointer.x), y = axis_value(&at->y, focus->pointer.y);
	int i = (int)lround((x - p->low[0]) / (p->high[0] - p->low[0]) * (p->na - 1));
	int j = (int)lround((y - p->low[1]) / (p->high[1] - p->low[1]) * (p->nb - 1));
	if (i < 0 || j < 0 || i >= p->na || j >= p->nb)
		return;
	float loss = p->loss[j * p->na + i], norm = p->norm[j * p->na + i];
	for (int k = 0; k < 2; k++)
		readout_add(&r, INK_NONE, "%.40s %s", p->name[k], text_short(text, sizeof text, k ? y : x, 4));
	readout_add(&r, INK_NONE, "%s %s", h->lowest < 0 ? "value" : value_title(p, h),
	        isfinite(loss) ? text_short(text, sizeof text, (double)loss, 4) : "not finite");
	if (isfinite(norm))
		readout_add(&r, INK_NONE, "‖∇‖ %s", text_short(slope, sizeof slope, (double)norm, 3));
	readout_draw(&r, at->c, at->area, focus->pointer);
}

/* Places without a finite value are hatched, and a line under the map says so. */
static bool draw_holes(const slice_picture *p, const plot *at)
{
	float w = at->area.w / (float)(p->na - 1), h = at->area.h / (float)(p->nb - 1);
	int holes = 0;
	canvas_group(at->c, "not finite");
	for (int j = 0; j < p->nb; j++)
		for (int i = 0; i < p->na; i++) {
			if (isfinite(p->loss[j * p->na + i]))
				continue;
			int run = 1;
			while (i + run < p->na && !isfinite(p->loss[j * p->na + i + run]))
				run++;
			float x = at->area.x + ((float)i - 0.5F) * w,
			      y = at->area.y + at->area.h - ((float)j + 0.5F) * h;
			canvas_box(at->c, (rect){x, y, (float)run * w, h}, 0, INK_BAD, j % 4 < 2 ? 0.28F : 0.16F);
			holes += run;
			i += run - 1;
		}
	canvas_group_end(at->c);
	return holes > 0;
}

static void draw_cross(const plot *at)
{
	if (!isfinite(cross[0] + cross[1]))
		return;
	point q = on_map(at, cross[0], cross[1]);
	for (int pass = 0; pass < 2; pass++) {
		stroke s = plot_stroke(pass ? 1.5F : 4, pass ? INK_ACCENT : INK_PANEL, 1, DASH_SOLID);
		canvas_line(at->c, q.x - 12, q.y, q.x + 12, q.y, s);
		canvas_line(at->c, q.x, q.y - 12, q.x, q.y + 12, s);
	}
}

static void draw_contours(const slice_picture *p, const heights *h, canvas *c, rect area, const view_focus *focus)
{
	double level[CONTOUR_LEVELS], step;
	float em = plot_em(c, TYPE_TICK), bar = heat_bar_width(c, area.h, h->scale);
	plot_spec spec = {.x_title = p->name[0], .y_title = p->name[1]};
	axis_over(&spec.x, p->low[0], p->high[0]);
	axis_over(&spec.y, p->low[1], p->high[1]);
	spec.right = area.w > 24 * em ? bar + em : 0;
	plot at = plot_begin(c, area, &spec);
	if (!plot_has_room(&at))
		return;
	places.map = at.area;
	/* a cell around each point: half of the outer ones lies outside */
	float cell_w = at.area.w / (float)(h->f.nx - 1), cell_h = at.area.h / (float)(h->f.ny - 1);
	heat map = {.value = h->f.z,
	        .rows = h->f.ny,
	        .cols = h->f.nx,
	        .pitch = h->f.nx,
	        .scale = h->scale,
	        .last_on_top = true};
	canvas_group(c, "map");
	canvas_clip(c, at.area);
	heat_draw(c, rect_inset(at.area, -0.5F * cell_w, -0.5F * cell_h), map);
	bool holes = draw_holes(p, &at);
	canvas_clip_end(c);
	canvas_group_end(c);
	int n = h->flat ? 0 : contour_levels(&h->scale, 9, level, &step);
	if (n > 0)
		contour_draw(&at, &h->f, &h->scale, level, n, step, plot_stroke(1, INK_PANEL, 0.7F, DASH_SOLID),
		        at.area.w > 22 * em && at.area.h > 14 * em);
	canvas_clip(c, at.area);
	if (p->kind == SLICE_UNIT)
		draw_theory(p, &at);
	if (p->has_minimum)
		marks_one(&at, p->minimum[0], p->minimum[1], MARK_CROSS, 6, INK_TEXT, 1);
	draw_ways(p, &at);
	draw_steps(p, &at);
	draw_cross(&at);
	if (holes || h->flat) {
		notes none = {0};
		note(&none, &at, (point){at.area.x + 0.5F * at.area.w, at.area.y + 0.6F * em},
		        h->flat ? "the same everywhere" : "red: not finite", INK_TEXT);
	}
	canvas_clip_end(c);
	if (spec.right > 0)
		heat_bar(c, (rect){at.gutter.x + 0.8F * em, at.area.y, bar, at.area.h}, h->scale);
	read_out(p, h, &at, focus);
}

/* ---- all of it ---- */

static void draw_empty(const slice_picture *p, canvas *c, rect area)
{
	bool named = p->name[0][0] != '\0';
	plot_spec spec = {.x_title = named ? p->name[0] : NULL, .y_title = named ? p->name[1] : NULL};
	axis_over(&spec.x, 0, 1);
	axis_over(&spec.y, 0, 1);
	plot empty = plot_begin(c, area, &spec);
	plot_message(&empty, p->problem[0] ? p->problem : p->na > 0 ? "no finite values" : "nothing computed yet");
}

void surface_draw(const slice_picture *p, const config *look, canvas *c, rect area, view_focus *focus)
{
	float em = plot_em(c, TYPE_TICK);
	heights h = heights_of(p, config_choice(look, KNOB_height));
	rect solid = area, flat = area;
	places = (surface_places){.low = {p->low[0], p->low[1]}, .high = {p->high[0], p->high[1]}};
	if (!h.any) {
		draw_empty(p, c, area);
		return;
	}
	if (area.w > 1.25F * area.h && area.w > 44 * em) {
		flat = rect_cut_right(&solid, 0.46F * area.w);
		rect_cut_left(&flat, em);
	} else if (area.h > 36 * em) {
		flat = rect_cut_bottom(&solid, 0.5F * area.h);
		rect_cut_top(&flat, em);
	} else {
		solid.w = 0;
	}
	if (solid.w > 0)
		draw_3d(p, &h, look, c, solid);
	draw_contours(p, &h, c, flat, focus);
}

/* "batch of update 41" */
static void append_where(const slice_picture *p, char *buf, int size)
{
	char a[32], b[32];
	part_append(buf, size, " (batch of update %s, weights of update %s%s)",
	        text_short(a, sizeof a, (double)p->batch, 9), text_short(b, sizeof b, (double)p->update, 9),
	        p->present ? "" : ", not the present");
}

const char *surface_caption(const slice_picture *p, char *buf, int size)
{
	char a[32], b[32];
	buf[0] = '\0';
	if (p->problem[0]) {
		part_append(buf, size, "No surface: %s", p->problem);
		return buf;
	}
	switch (p->kind) {
	case SLICE_UNIT:
		part_append(buf, size,
		        "Error E = (σ(x_T) − %s)² of x ← w σ(x) + b from x₀\u00A0=\u00A0%s, T\u00A0=\u00A0%d",
		        text_short(a, sizeof a, p->target, 3), text_short(b, sizeof b, p->x0, 3), p->T);
		return buf;
	case SLICE_POWER:
		return buf;
	case SLICE_FUNCTION:
		part_append(buf, size, "%s%s", p->title, p->has_minimum ? " (cross: its minimum)" : "");
		return buf;
	case SLICE_NAMED:
		part_append(buf, size, "Loss over %s and %s, the other %s parameters held fixed", p->name[0],
		        p->name[1], text_short(a, sizeof a, (double)(p->parameters - 2), 9));
		break;
	case SLICE_RANDOM:
		part_append(buf, size, "Loss over two random directions of all %s parameters, filter-normalised",
		        text_short(a, sizeof a, (double)p->parameters, 9));
		break;
	case SLICE_PCA:
		part_append(buf, size, "Loss over the principal directions of the run, %s and ",
		        part_percent(a, sizeof a, p->share[0]));
		part_append(buf, size, "%s of its variance", part_percent(b, sizeof b, p->share[1]));
		break;
	case SLICE_GRADIENT:
		part_append(buf, size, "Loss along its gradient and along the rest of the last step");
		break;
	}
	if (p->batch > 0)
		append_where(p, buf, size);
	if (p->stride > 1)
		part_append(buf, size, ", every %d. point so far", p->stride);
	return buf;
}

static void draw(const snap *s, canvas *c, rect area, view_focus *focus)
{
	surface_draw(&s->surface, &s->arm[0].config, c, area, focus);
}

static const char *caption(const snap *s, bool run, char *buf, int size)
{
	const slice_picture *p = &s->surface;
	bool clipped = false, steps = false;
	surface_caption(p, buf, size);
	for (int a = 0; a < p->ways; a++) {
		clipped = clipped || p->way[a].clipped;
		steps = steps || p->way[a].has_step;
	}
	part_append(buf, size, ".%s",
	        p->kind == SLICE_UNIT && p->na > 0 ? " Dashed line: the wall, dotted: the valley." : "");
	if (p->ways > 0)
		part_append(buf, size, " Rings: the start%s%s.", clipped ? "; dashed ways are clipped" : "",
		        steps ? "; thin arrow: downhill, thick: the next step" : "");
	if (p->strangers > 0)
		part_append(buf, size, " %d arm%s another shape of net and no way here.", p->strangers,
		        p->strangers > 1 ? "s have" : " has");
	if (run && p->kind != SLICE_UNIT && p->kind != SLICE_FUNCTION)
		part_append_run(buf, size, " ", s);
	return buf;
}

static double longest_step(const slice_way *w)
{
	double most = 0;
	for (int i = 1; i < w->steps; i++)
		most = fmax(
		        most, hypot((double)(w->at[i][0] - w->at[i - 1][0]), (double)(w->at[i][1] - w->at[i - 1][1])));
	return most;
}

static const char *key(const snap *s, char *buf, int size)
{
	char value[48];
	const slice_picture *p = &s->surface;
	buf[0] = '\0';
	if (p->ways != 1 || p->na < 1)
		return buf;
	bool own = p->kind == SLICE_UNIT || p->kind == SLICE_FUNCTION;
	double now = s->arm[0].now[SNAP_LOSS], longest = longest_step(&p->way[0]);
	if (isfinite(now))
		part_append(buf, size, "%s now %s", own ? "E" : "loss", text_short(value, sizeof value, now, 3));
	if (own && longest > 0)
		part_append(buf, size, "%slongest step %s", buf[0] ? ", " : "",
		        text_short(value, sizeof value, longest, 3));
	return buf;
}

/* ---- as numbers ---- */

static int shown_place(const snap *s, int arm)
{
	for (int i = 0; i < s->arms; i++)
		if (s->arm[i].index == arm)
			return i;
	return DATA_SHARED;
}

static void numbers(const snap *s, view_data *d)
{
	const slice_picture *p = &s->surface;
	data_matrix(d, "surface", DATA_SHARED, p->nb, p->na);
	for (int k = 1; k >= 0; k--) {
		int n = k ? p->nb : p->na;
		double step = n > 1 ? (p->high[k] - p->low[k]) / (n - 1) : 0;
		data_range(d, k ? DATA_ROWS : DATA_COLS, k ? "b" : "a", p->name[k], p->low[k], step);
	}
	data_cells(d, "loss",
	        p->kind == SLICE_UNIT       ? "error E"
	        : p->kind == SLICE_FUNCTION ? "value of the function"
	                                    : "loss of the batch",
	        p->loss, p->na);
	data_cells(d, "grad_norm", "norm of the gradient; nan where it was not computed", p->norm, p->na);
	for (int i = 0; i < p->ways; i++) {
		const slice_way *way = &p->way[i];
		data_table(d, "way", shown_place(s, way->arm), way->steps);
		for (int k = 0; k < 2; k++) {
			data_add(d, DATA_REAL, DATA_ROWS, k ? "b" : "a", p->name[k]);
			for (int step = 0; step < way->steps; step++)
				data_set(d, step, (double)way->at[step][k]);
		}
	}
}

const view view_surface = {
        .name = "surface",
        .title = "Error surface",
        .summary = "the error surface around the run, shaded and as contours, with the ways of the arms",
        .wants = WANT_SURFACE,
        .draw = draw,
        .data = numbers,
        .caption = caption,
        .key = key,
};

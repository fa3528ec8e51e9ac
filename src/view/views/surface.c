/* surface: an error surface, shaded and as contours. Without a slice of a net: that of the one-unit net (Pascanu et al.
 * 2013), with the descents from the knobs w and b. */
#include "view/surface.h"

#include "base/text.h"
#include "plot/heat.h"
#include "plot/marks.h"
#include "plot/vector.h"
#include "run/plane.h"
#include "view/parts.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { UNIT_SIDE = 256, PREVIEW = 300, MOST_ROWS = 4001 };

static surface3d_pose pose = {.turn = 208, .tilt = 40, .zoom = 1};
static bool turning;

void surface_look(surface3d_pose p, bool moving)
{
	pose = p;
	turning = moving;
}

surface3d_pose surface_looked(void)
{
	return pose;
}

/* ---- the one-unit net ---- */

/* What the last picture was made of. */
typedef struct unit_key {
	int arms;
	config c[SNAP_ARMS];
	long update[SNAP_ARMS];
} unit_key;

/* The last step of each way, for the arrows and the key. */
static plane_step last_step[SNAP_ARMS];
static double longest_step[SNAP_ARMS];

static bool is_unit_task(const config *c)
{
	return strcmp(config_choice(c, KNOB_task), "fixed_point") == 0;
}

/* As many updates as the run has made; on other tasks a preview. */
static int rows_of(const snap_arm *a)
{
	long n = is_unit_task(&a->config) ? a->update : PREVIEW;
	return n < MOST_ROWS - 1 ? (int)n + 1 : MOST_ROWS;
}

static void add_way(const snap_arm *a, int arm, slice_picture *out)
{
	static plane_step rows[MOST_ROWS];
	plane p;
	plane_make(&p, PLANE_UNIT, &a->config);
	descent d = plane_descent(&a->config);
	int n = plane_descend(&p, &d, p.start[0], p.start[1], rows_of(a), rows), longest = 0;
	out->steps[arm] = 0;
	out->clipped[arm] = d.clip != CLIP_NONE;
	for (int i = 0; i < n; i++)
		slice_way_add(out, arm, rows[i].a, rows[i].b);
	last_step[arm] = n > 0 ? rows[n - 1] : (plane_step){.value = NAN};
	longest_step[arm] = plane_longest(rows, n - 1, &longest);
}

/* The usual window, moved to hold the start. */
static void window_of(const plane *p, double low[2], double high[2])
{
	for (int k = 0; k < 2; k++) {
		double wide = p->high[k] - p->low[k], room = 0.08 * wide;
		low[k] = fmin(p->low[k], p->start[k] - room);
		high[k] = fmax(p->high[k], p->start[k] + room);
	}
}

const slice_picture *surface_of_unit(const snap *s)
{
	static slice_picture picture;
	static unit_key made, wanted;
	plane p;
	double low[2], high[2];
	memset(&wanted, 0, sizeof wanted);
	wanted.arms = part_arms(s);
	for (int a = 0; a < wanted.arms; a++) {
		wanted.c[a] = s->arm[a].config;
		wanted.update[a] = rows_of(&s->arm[a]);
	}
	if (picture.na > 0 && memcmp(&made, &wanted, sizeof made) == 0)
		return &picture;
	made = wanted;
	plane_make(&p, PLANE_UNIT, &s->arm[0].config);
	window_of(&p, low, high);
	slice_show_unit(&p.unit, low, high, UNIT_SIDE, NULL, &picture);
	picture.update = s->arm[0].update;
	picture.ways = wanted.arms;
	for (int a = 0; a < wanted.arms; a++)
		add_way(&s->arm[a], a, &picture);
	return &picture;
}

/* ---- heights ---- */

typedef struct heights {
	field f;
	axis scale;
	bool any;
} heights;

static heights make_heights(const slice_picture *p)
{
	static float z[SLICE_SIDE * SLICE_SIDE];
	heights h = {{z, p->na, p->nb, p->low[0], p->high[0], p->low[1], p->high[1]}, axis_linear(span_none), false};
	span all = span_none;
	int n = p->na * p->nb;
	span_add_all(&all, p->loss, n);
	if (p->na < 2 || p->nb < 2 || span_empty(all))
		return h;
	h.any = true;
	bool log = p->kind == SLICE_UNIT || (all.low >= 0 && all.high > 20 * all.low);
	if (!log) {
		memcpy(z, p->loss, (size_t)n * sizeof *z);
		h.scale = axis_linear(all);
		return h;
	}
	for (int i = 0; i < n; i++)
		z[i] = log10f(p->loss[i]);
	all = span_none;
	span_add_all(&all, z, n);
	all.low = fmax(all.low, all.high - 3.6);
	h.scale = axis_log(all);
	return h;
}

/* Losses as axis values: log10 when they span more than a factor of twenty; then about four decades are shown. Kept
 * while the losses stay. */
static heights heights_of(const slice_picture *p)
{
	static float made_of[SLICE_SIDE * SLICE_SIDE];
	static heights made;
	static slice_kind kind;
	size_t bytes = (size_t)(p->na * p->nb) * sizeof *p->loss;
	if (made.f.nx != p->na || made.f.ny != p->nb || kind != p->kind || !made.any ||
	        memcmp(made_of, p->loss, bytes) != 0) {
		made = make_heights(p);
		kind = p->kind;
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

static void draw_ways_3d(const slice_picture *p, canvas *c)
{
	static double at[SLICE_WAY][2];
	for (int a = 0; a < p->ways; a++) {
		int n = p->steps[a];
		for (int i = 0; i < n; i++)
			for (int k = 0; k < 2; k++)
				at[i][k] = (double)p->way[a][i][k];
		surface3d_way((const double(*)[2])at, n, 3.5F, color(c, INK_PANEL), 0);
		surface3d_way((const double(*)[2])at, n, 2, color(c, part_place_ink(a)), p->clipped[a] ? 6 : 0);
		if (n > 0)
			surface3d_ball(at[n - 1][0], at[n - 1][1], 6, color(c, part_place_ink(a)));
	}
}

static void axis_over(axis *a, double low, double high)
{
	*a = (axis){.kind = AXIS_LINEAR, .low = low, .high = high, .zero = NAN};
}

static const char *value_title(const slice_picture *p)
{
	return p->kind == SLICE_UNIT ? "error E" : "loss";
}

static void draw_3d(const slice_picture *p, const heights *h, canvas *c, rect area)
{
	surface3d_scene s = {.f = h->f,
	        .z = h->scale,
	        .pose = pose,
	        .samples = turning ? 1 : 2,
	        .x_title = p->name[0],
	        .y_title = p->name[1],
	        .z_title = value_title(p)};
	axis_over(&s.x, p->low[0], p->high[0]);
	axis_over(&s.y, p->low[1], p->high[1]);
	if (!surface3d_begin(c, area, &s))
		return;
	draw_ways_3d(p, c);
	surface3d_end();
}

/* ---- contours ---- */

static void draw_straight(const plot *p, double at_low, double at_high, double low, double high, stroke s)
{
	canvas_line(p->c, plot_x(p, low), plot_y(p, at_low), plot_x(p, high), plot_y(p, at_high), s);
}

/* The wall exists above w σ'(x₀) = 1; the valley is reached below its end. */
static void draw_theory(const slice_picture *p, const plot *at)
{
	const unit_task *t = &p->unit;
	double slope = unit_sigmoid(t->x0) * unit_sigmoid(-t->x0), first = fmax(p->low[0], 1 / slope);
	double end = fmin(p->high[0], unit_valley_end(t));
	text_style s = plot_type(at->c, TYPE_TICK, INK_TEXT, ALIGN_RIGHT);
	if (first < p->high[0] && isfinite(first))
		draw_straight(at, unit_wall(t, first), unit_wall(t, p->high[0]), first, p->high[0],
		        plot_stroke(1.5F, INK_TEXT, 0.9F, DASH_DASHED));
	if (end > p->low[0] && isfinite(end) && t->target > 0 && t->target < 1)
		draw_straight(at, unit_valley(t, p->low[0]), unit_valley(t, end), p->low[0], end,
		        plot_stroke(1.5F, INK_TEXT, 0.9F, DASH_DOTTED));
	double w = p->high[0] - 0.12 * (p->high[0] - p->low[0]);
	float x = plot_x(at, w), y = plot_y(at, unit_wall(t, w)), wide = canvas_measure("wall", s.size, s.weight).width;
	if (w > first && y > at->area.y + s.size && y < at->area.y + at->area.h - s.size) {
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
		int n = p->steps[a];
		for (int i = 0; i < n; i++)
			q[i] = (point){plot_x(at, (double)p->way[a][i][0]), plot_y(at, (double)p->way[a][i][1])};
		snprintf(name, sizeof name, "way:%d", a);
		canvas_group(at->c, name);
		canvas_polyline(at->c, q, n, plot_stroke(4, INK_PANEL, 0.85F, DASH_SOLID));
		canvas_polyline(
		        at->c, q, n, plot_stroke(2, part_place_ink(a), 1, p->clipped[a] ? DASH_DASHED : DASH_SOLID));
		for (int end = 0; end < 2 && n > 0; end++) {
			const float *w = p->way[a][end ? n - 1 : 0];
			marks_one(at, (double)w[0], (double)w[1], MARK_DISC, 6, INK_PANEL, 1);
			marks_one(at, (double)w[0], (double)w[1], end ? MARK_DISC : MARK_RING, 4, part_place_ink(a), 1);
		}
		canvas_group_end(at->c);
	}
}

/* The next step of each arm as the gradient asks for it, and as it is after clipping. */
static void draw_steps(const slice_picture *p, const plot *at)
{
	for (int a = 0; a < p->ways && p->kind == SLICE_UNIT; a++) {
		const plane_step *s = &last_step[a];
		if (!s->was_clipped || isnan(s->value))
			continue;
		double share = hypot(s->clipped[0], s->clipped[1]) / hypot(s->g[0], s->g[1]);
		vector_draw(at, s->a, s->b, s->step[0] / share, s->step[1] / share,
		        plot_stroke(1.5F, INK_BAD, 0.9F, DASH_SOLID));
		vector_draw(
		        at, s->a, s->b, s->step[0], s->step[1], plot_stroke(2.5F, part_place_ink(a), 1, DASH_SOLID));
	}
}

static void read_out(const slice_picture *p, const plot *at, const view_focus *focus)
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
	readout_add(&r, INK_NONE, "%s %s", value_title(p), text_short(text, sizeof text, (double)loss, 4));
	if (!isnan(norm))
		readout_add(&r, INK_NONE, "‖∇‖ %s", text_short(slope, sizeof slope, (double)norm, 3));
	readout_draw(&r, at->c, at->area, focus->pointer);
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
	canvas_clip_end(c);
	canvas_group_end(c);
	int n = contour_levels(&h->scale, 9, level, &step);
	contour_draw(&at, &h->f, &h->scale, level, n, step, plot_stroke(1, INK_PANEL, 0.7F, DASH_SOLID),
	        at.area.w > 22 * em && at.area.h > 14 * em);
	canvas_clip(c, at.area);
	if (p->kind == SLICE_UNIT)
		draw_theory(p, &at);
	draw_ways(p, &at);
	draw_steps(p, &at);
	canvas_clip_end(c);
	if (spec.right > 0)
		heat_bar(c, (rect){at.gutter.x + 0.8F * em, at.area.y, bar, at.area.h}, h->scale);
	read_out(p, &at, focus);
}

/* ---- all of it ---- */

void surface_draw(const slice_picture *p, canvas *c, rect area, view_focus *focus)
{
	float em = plot_em(c, TYPE_TICK);
	heights h = heights_of(p);
	rect solid = area, flat = area;
	if (!h.any) {
		plot_spec spec = {.x_title = p->name[0], .y_title = p->name[1]};
		axis_over(&spec.x, 0, 1);
		axis_over(&spec.y, 0, 1);
		plot empty = plot_begin(c, area, &spec);
		plot_message(&empty, p->na > 0 ? "no finite values" : "nothing computed yet");
		return;
	}
	if (area.w > 1.25F * area.h && area.w > 44 * em) {
		flat = rect_cut_right(&solid, 0.46F * area.w);
		rect_cut_left(&flat, em);
	} else if (area.h > 40 * em) {
		flat = rect_cut_bottom(&solid, 0.5F * area.h);
		rect_cut_top(&flat, em);
	} else {
		solid.w = 0;
	}
	if (solid.w > 0)
		draw_3d(p, &h, c, solid);
	draw_contours(p, &h, c, flat, focus);
}

const char *surface_caption(const slice_picture *p, char *buf, int size)
{
	char a[32], b[32];
	buf[0] = '\0';
	switch (p->kind) {
	case SLICE_UNIT:
		part_append(buf, size, "Error E = (σ(x_T) − %s)² of x ← w σ(x) + b from x₀ = %s, T = %d",
		        text_short(a, sizeof a, p->unit.target, 3), text_short(b, sizeof b, p->unit.x0, 3), p->unit.T);
		break;
	case SLICE_NAMED:
		part_append(buf, size, "Loss of one batch over the parameters %s and %s, all others as they are",
		        p->name[0], p->name[1]);
		break;
	case SLICE_RANDOM:
		part_append(buf, size, "Loss of one batch over two random directions, filter-normalised");
		break;
	case SLICE_PCA:
		part_append(buf, size, "Loss of one batch over the principal directions of the run (%s and ",
		        part_percent(a, sizeof a, p->share[0]));
		part_append(buf, size, "%s of its variance)", part_percent(b, sizeof b, p->share[1]));
		break;
	case SLICE_GRADIENT:
		part_append(buf, size, "Loss of one batch along its gradient and along the rest of the last step");
		break;
	}
	if (p->stride > 1)
		part_append(buf, size, ", every %d. point so far", p->stride);
	return buf;
}

static void draw(const snap *s, canvas *c, rect area, view_focus *focus)
{
	surface_draw(surface_of_unit(s), c, area, focus);
}

static const char *caption(const snap *s, bool run, char *buf, int size)
{
	char value[32];
	const config *c = &s->arm[0].config;
	(void)run;
	surface_caption(surface_of_unit(s), buf, size);
	part_append(buf, size, ". Dashed line: the wall, dotted: the valley. Ways: %d updates of %s, lr %s",
	        rows_of(&s->arm[0]) - 1, config_choice(c, KNOB_optimizer),
	        text_short(value, sizeof value, c->v[KNOB_lr], 3));
	part_append(buf, size, strcmp(config_choice(c, KNOB_clip), "none") == 0 ? "." : ", clipped (dashed).");
	return buf;
}

static const char *key(const snap *s, char *buf, int size)
{
	char value[48];
	buf[0] = '\0';
	surface_of_unit(s);
	if (part_arms(s) > 1 || isnan(last_step[0].value))
		return buf;
	part_append(buf, size, "E now %s", text_short(value, sizeof value, last_step[0].value, 3));
	if (longest_step[0] > 0)
		part_append(buf, size, ", longest step %s", text_short(value, sizeof value, longest_step[0], 3));
	return buf;
}

/* ---- as numbers ---- */

void surface_data(const slice_picture *p, view_data *d)
{
	data_matrix(d, "surface", DATA_SHARED, p->nb, p->na);
	for (int k = 1; k >= 0; k--) {
		int n = k ? p->nb : p->na;
		double step = n > 1 ? (p->high[k] - p->low[k]) / (n - 1) : 0;
		data_range(d, k ? DATA_ROWS : DATA_COLS, k ? "b" : "a", p->name[k], p->low[k], step);
	}
	data_cells(d, "loss", value_title(p), p->loss, p->na);
	data_cells(d, "grad_norm", "norm of the gradient; nan where it was not computed", p->norm, p->na);
	for (int arm = 0; arm < p->ways; arm++) {
		data_table(d, "way", arm, p->steps[arm]);
		for (int k = 0; k < 2; k++) {
			data_add(d, DATA_REAL, DATA_ROWS, k ? "b" : "a", p->name[k]);
			for (int i = 0; i < p->steps[arm]; i++)
				data_set(d, i, (double)p->way[arm][i][k]);
		}
	}
}

static void numbers(const snap *s, view_data *d)
{
	surface_data(surface_of_unit(s), d);
}

const view view_surface = {
        .name = "surface",
        .title = "Error surface",
        .summary = "an error surface, shaded and as contours, with the ways of the arms",
        .draw = draw,
        .data = numbers,
        .caption = caption,
        .key = key,
};

/* map: the one-unit net as a map of its state, x ← w σ(x) + b or x ← tanh(w x + b): cobweb, bifurcation diagram over b
 * (Doya 1993; Pascanu, Mikolov, Bengio 2013), and the map composed with itself. Made from the knobs w, b, x0 and T
 * alone. */
#include "base/text.h"
#include "plot/marks.h"
#include "run/unit.h"
#include "view/parts.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { ACROSS = 601, COLUMNS = 561, SETTLE = 300, MOST_WEB = 400 };

static unit unit_of(const config *c)
{
	return (unit){
	        strcmp(config_choice(c, KNOB_map), "tanh") == 0 ? UNIT_TANH : UNIT_SIGMOID, c->v[KNOB_w], c->v[KNOB_b]};
}

static int steps_of(const config *c)
{
	return c->v[KNOB_T] > MOST_WEB ? MOST_WEB : (int)c->v[KNOB_T];
}

/* States that matter: everything between the ends of the map, x₀, the fixed points; some room. */
static void states_of(const unit *u, double x0, double *low, double *high)
{
	unit_fixed f[UNIT_FIXED];
	int n = unit_fixed_points(u, f);
	bool tangent = u->kind == UNIT_TANH;
	*low = fmin(x0, tangent ? -1 : u->b + fmin(0, u->w));
	*high = fmax(x0, tangent ? 1 : u->b + fmax(0, u->w));
	for (int i = 0; i < n; i++) {
		*low = fmin(*low, f[i].x);
		*high = fmax(*high, f[i].x);
	}
	double room = fmax(0.06 * (*high - *low), 0.1);
	*low -= room;
	*high += room;
}

static axis over(double low, double high)
{
	return (axis){.kind = AXIS_LINEAR, .low = low, .high = high, .zero = NAN};
}

static ink ink_of(const unit_fixed *f)
{
	return f->stable ? INK_GOOD : INK_BAD;
}

static void mark_fixed(const plot *p, const unit_fixed *f, double x, double y)
{
	marks_one(p, x, y, MARK_DISC, 5.5F, INK_PANEL, 1);
	marks_one(p, x, y, f->stable ? MARK_DISC : MARK_RING, 4.5F, ink_of(f), 1);
}

/* ---- cobweb ---- */

/* Basins as tints of the x axis: from which states the map goes to which fixed point. */
static void draw_basins(const plot *p, const unit *u)
{
	unit_fixed f[UNIT_FIXED];
	int n = unit_fixed_points(u, f);
	if (n < 3)
		return;
	float at = plot_x(p, f[1].x), h = 5;
	canvas_group(p->c, "basins");
	canvas_box(p->c, (rect){p->area.x, p->area.y + p->area.h - h, at - p->area.x, h}, 0, INK_SERIES_3, 0.8F);
	canvas_box(p->c, (rect){at, p->area.y + p->area.h - h, p->area.x + p->area.w - at, h}, 0, INK_SERIES_2, 0.8F);
	canvas_group_end(p->c);
}

static void draw_web(const plot *p, const unit *u, double x0, int steps)
{
	static double x[MOST_WEB + 1];
	static point at[2 * MOST_WEB + 2];
	int n = 0;
	unit_trajectory(u, x0, steps, x);
	at[n++] = (point){plot_x(p, x0), plot_y(p, p->y.low)};
	for (int t = 0; t < steps; t++) {
		at[n++] = (point){plot_x(p, x[t]), plot_y(p, x[t + 1])};
		if (t + 1 < steps)
			at[n++] = (point){plot_x(p, x[t + 1]), plot_y(p, x[t + 1])};
	}
	canvas_group(p->c, "web");
	canvas_clip(p->c, p->area);
	canvas_polyline(p->c, at, n, plot_stroke(1.25F, INK_ARM_1, 0.9F, DASH_SOLID));
	canvas_clip_end(p->c);
	marks_one(p, x0, p->y.low, MARK_SQUARE, 4, INK_ARM_1, 1);
	canvas_group_end(p->c);
}

static void draw_cobweb(const config *c, canvas *cv, rect area, const view_focus *focus)
{
	static float y[ACROSS];
	unit u = unit_of(c);
	unit_fixed f[UNIT_FIXED];
	double low, high, x0 = c->v[KNOB_x0];
	int n = unit_fixed_points(&u, f);
	states_of(&u, x0, &low, &high);
	plot_spec spec = {.x = over(low, high),
	        .y = over(low, high),
	        .x_title = "state xₜ",
	        .y_title = "next state",
	        .square = area.w > 1.3F * area.h || area.h > 1.3F * area.w};
	plot p = plot_begin(cv, area, &spec);
	if (!plot_has_room(&p))
		return;
	draw_basins(&p, &u);
	double dx = (high - low) / (ACROSS - 1);
	for (int i = 0; i < ACROSS; i++)
		y[i] = (float)unit_step(&u, low + i * dx);
	canvas_line(cv, plot_x(&p, low), plot_y(&p, low), plot_x(&p, high), plot_y(&p, high),
	        plot_stroke(1, INK_BOUND, 1, DASH_SOLID));
	draw_web(&p, &u, x0, steps_of(c));
	canvas_group(cv, "series:map");
	line_draw(&p, (curve){y, ACROSS, low, dx}, plot_stroke(2.5F, INK_ARM_0, 1, DASH_SOLID));
	canvas_group_end(cv);
	for (int i = 0; i < n; i++)
		mark_fixed(&p, &f[i], f[i].x, f[i].x);
	if (!focus || !focus->has_pointer || !rect_has(p.area, focus->pointer.x, focus->pointer.y))
		return;
	readout r = {0};
	char value[48];
	double x = axis_value(&p.x, focus->pointer.x);
	readout_add(&r, INK_NONE, "x = %s", text_short(value, sizeof value, x, 4));
	readout_add(&r, INK_ARM_0, "next %s", text_short(value, sizeof value, unit_step(&u, x), 4));
	readout_add(&r, INK_NONE, "slope %s", text_short(value, sizeof value, unit_slope(&u, x), 3));
	for (int i = 0; i < n; i++)
		readout_add(&r, ink_of(&f[i]), "fixed %s", text_short(value, sizeof value, f[i].x, 5));
	readout_draw(&r, cv, p.area, focus->pointer);
}

/* ---- bifurcation diagram ---- */

/* The window shows the folds and the knob. */
static void biases_of(const unit *u, double *low, double *high)
{
	double fold[2], x[2];
	bool folds = unit_folds(u->kind, u->w, fold, x);
	double middle = folds                  ? 0.5 * (fold[0] + fold[1])
	                : u->kind == UNIT_TANH ? 0
	                                       : -0.5 * u->w,
	       half = folds ? fmax(0.7, fold[1] - fold[0]) : 1.5;
	*low = fmin(middle - half, u->b - 0.2);
	*high = fmax(middle + half, u->b + 0.2);
}

typedef struct sweeps {
	unit_kind kind;
	double w, low, high;
	double up[COLUMNS], down[COLUMNS];
	float shown_up[COLUMNS], shown_down[COLUMNS];
	bool made;
} sweeps;

static const sweeps *sweeps_of(const unit *u, double low, double high)
{
	static sweeps s;
	if (s.made && s.kind == u->kind && s.w == u->w && s.low == low && s.high == high)
		return &s;
	s.kind = u->kind, s.w = u->w, s.low = low, s.high = high, s.made = true;
	unit_sweep(u->kind, u->w, low, (high - low) / (COLUMNS - 1), COLUMNS,
	        u->kind == UNIT_TANH ? -1 : low + fmin(0, u->w), SETTLE, s.up, s.down);
	for (int i = 0; i < COLUMNS; i++) {
		s.shown_up[i] = (float)s.up[i];
		s.shown_down[i] = (float)s.down[i];
	}
	return &s;
}

/* The bias that makes x a fixed point: b = x − w σ(x), or artanh x − w x. */
static double bias_of(const unit *u, double x)
{
	return u->kind == UNIT_TANH ? atanh(x) - u->w * x : x - u->w * unit_sigmoid(x);
}

/* Every fixed point, the unstable branch dashed. */
static void draw_branches(const plot *p, const unit *u)
{
	static point at[ACROSS];
	double low = p->y.low, high = p->y.high;
	int n = 0;
	bool stable = true;
	canvas_group(p->c, "fixed points");
	for (int i = 0; i < ACROSS; i++) {
		double x = low + (high - low) * i / (ACROSS - 1);
		if (u->kind == UNIT_TANH && fabs(x) >= 1)
			continue;
		unit here = {u->kind, u->w, bias_of(u, x)};
		bool now = fabs(unit_slope(&here, x)) < 1;
		point q = {plot_x(p, here.b), plot_y(p, x)};
		if (n > 0 && now != stable) {
			at[n++] = q;
			canvas_polyline(p->c, at, n,
			        plot_stroke(stable ? 2.5F : 1.75F, stable ? INK_ARM_0 : INK_BAD, 1,
			                stable ? DASH_SOLID : DASH_DASHED));
			n = 0;
		}
		stable = now;
		at[n++] = q;
	}
	canvas_polyline(p->c, at, n,
	        plot_stroke(stable ? 2.5F : 1.75F, stable ? INK_ARM_0 : INK_BAD, 1, stable ? DASH_SOLID : DASH_DASHED));
	canvas_group_end(p->c);
}

static void name_fold(const plot *p, double b, double x, bool left)
{
	char value[48], text[64];
	text_style s = plot_type(p->c, TYPE_TICK, INK_TEXT, left ? ALIGN_RIGHT : ALIGN_LEFT);
	snprintf(text, sizeof text, "fold %s", text_short(value, sizeof value, b, 5));
	float px = plot_x(p, b), wide = canvas_measure(text, s.size, s.weight).width + s.size;
	marks_one(p, b, x, MARK_SQUARE, 4, INK_TEXT, 1);
	if (left ? px - wide > p->area.x : px + wide < p->area.x + p->area.w)
		canvas_text(p->c, px + (left ? -0.7F : 0.7F) * s.size, plot_y(p, x) + 0.36F * s.size, text, s);
}

static void draw_bifurcation(const config *c, canvas *cv, rect area, const view_focus *focus)
{
	unit u = unit_of(c);
	double low, high, fold[2], x[2];
	biases_of(&u, &low, &high);
	const sweeps *s = sweeps_of(&u, low, high);
	span states = span_none;
	for (int i = 0; i < COLUMNS; i++) {
		span_add(&states, s->up[i]);
		span_add(&states, s->down[i]);
	}
	plot_spec spec = {
	        .x = over(low, high), .y = axis_linear(states), .x_title = "bias b", .y_title = "asymptotic state"};
	labels l = {0};
	labels_add(&l, 0, INK_ARM_0, "stable");
	labels_add(&l, 0, INK_BAD, "unstable")->dash = DASH_DASHED;
	labels_add(&l, 0, INK_SERIES_1, "b rising");
	labels_add(&l, 0, INK_SERIES_0, "b falling");
	labels_above(&l, cv, &area);
	plot p = plot_begin(cv, area, &spec);
	if (!plot_has_room(&p))
		return;
	canvas_clip(cv, p.area);
	draw_branches(&p, &u);
	canvas_clip_end(cv);
	double db = (high - low) / (COLUMNS - 1);
	canvas_group(cv, "series:sweeps");
	line_draw(&p, (curve){s->shown_up, COLUMNS, low, db}, plot_stroke(1.5F, INK_SERIES_1, 1, DASH_SOLID));
	line_draw(&p, (curve){s->shown_down, COLUMNS, low, db}, plot_stroke(1.5F, INK_SERIES_0, 1, DASH_SOLID));
	canvas_group_end(cv);
	if (unit_folds(u.kind, u.w, fold, x)) {
		name_fold(&p, fold[0], x[0], true);
		name_fold(&p, fold[1], x[1], false);
	}
	plot_vertical(&p, u.b, plot_stroke(1, INK_TEXT, 0.6F, DASH_DASHED));
	if (!focus || !focus->has_pointer || !rect_has(p.area, focus->pointer.x, focus->pointer.y))
		return;
	readout r = {0};
	char value[48];
	unit there = {u.kind, u.w, axis_value(&p.x, focus->pointer.x)};
	unit_fixed f[UNIT_FIXED];
	int n = unit_fixed_points(&there, f);
	readout_add(&r, INK_NONE, "b = %s", text_short(value, sizeof value, there.b, 4));
	for (int i = 0; i < n; i++) {
		char slope[48];
		readout_add(&r, ink_of(&f[i]), "x* = %s, slope %s", text_short(value, sizeof value, f[i].x, 4),
		        text_short(slope, sizeof slope, f[i].multiplier, 3));
	}
	readout_draw(&r, cv, p.area, focus->pointer);
}

/* ---- compositions ---- */

/* After how many steps; the last is T. */
static int compositions(int T, int out[4])
{
	static const int usual[] = {1, 3, 10};
	int n = 0;
	for (int i = 0; i < 3; i++)
		if (usual[i] < T)
			out[n++] = usual[i];
	out[n++] = T;
	return n;
}

/* log10 |∂xₜ/∂x₀| over x₀, kept while nothing changes. */
typedef struct composed {
	unit u;
	double x0, low, high;
	int T, n, steps[4];
	float y[4][ACROSS];
} composed;

static const composed *composed_of(const config *c)
{
	static composed k;
	unit u = unit_of(c);
	int T = steps_of(c);
	if (k.n > 0 && k.u.kind == u.kind && k.u.w == u.w && k.u.b == u.b && k.x0 == c->v[KNOB_x0] && k.T == T)
		return &k;
	k.u = u, k.x0 = c->v[KNOB_x0], k.T = T;
	k.n = compositions(T, k.steps);
	states_of(&u, k.x0, &k.low, &k.high);
	for (int i = 0; i < ACROSS; i++) {
		double x = k.low + (k.high - k.low) / (ACROSS - 1) * i, size = 0;
		for (int t = 0, s = 0; s < k.n; s++) {
			for (; t < k.steps[s]; t++) {
				size += log10(fabs(unit_slope(&u, x)));
				x = unit_step(&u, x);
			}
			k.y[s][i] = (float)size;
		}
	}
	return &k;
}

static void draw_composed(const config *c, canvas *cv, rect area, const view_focus *focus)
{
	static const ink inks[] = {INK_SERIES_3, INK_SERIES_1, INK_SERIES_2, INK_SERIES_0};
	const composed *k = composed_of(c);
	span all = span_none;
	labels l = {0};
	double dx = (k->high - k->low) / (ACROSS - 1);
	for (int i = 0; i < k->n; i++) {
		span_add_all(&all, k->y[i], ACROSS);
		labels_add(&l, (double)k->y[i][ACROSS - 1], inks[i], k->steps[i] == 1 ? "%d step" : "%d steps",
		        k->steps[i]);
	}
	span_add(&all, 0);
	all.low = fmax(all.low, -30);
	plot_spec spec = {.x = over(k->low, k->high),
	        .y = axis_log(all),
	        .x_title = "start x₀",
	        .y_title = "|∂xₜ/∂x₀|",
	        .right = labels_width(&l, cv, 0.3F * area.w)};
	plot p = plot_begin(cv, area, &spec);
	if (!plot_has_room(&p))
		return;
	plot_horizontal(&p, 0, plot_stroke(1.25F, INK_BOUND, 1, DASH_SOLID));
	canvas_group(cv, "series:composed");
	for (int i = 0; i < k->n; i++)
		line_draw(&p, (curve){k->y[i], ACROSS, k->low, dx},
		        plot_stroke(i == k->n - 1 ? 2.5F : 1.5F, inks[i], 1, DASH_SOLID));
	canvas_group_end(cv);
	plot_vertical(&p, c->v[KNOB_x0], plot_stroke(1, INK_ARM_1, 0.8F, DASH_DASHED));
	if (spec.right > 0)
		labels_draw(&l, &p);
	if (!focus || !focus->has_pointer || !rect_has(p.area, focus->pointer.x, focus->pointer.y))
		return;
	readout r = {0};
	char value[48];
	double x = axis_value(&p.x, focus->pointer.x);
	readout_add(&r, INK_NONE, "x₀ = %s", text_short(value, sizeof value, x, 4));
	unit u = unit_of(c);
	for (int i = 0; i < k->n; i++)
		readout_add(&r, inks[i], "%s",
		        axis_power(value, sizeof value, log10(fabs(unit_run(&u, x, k->steps[i]).dx0))));
	readout_draw(&r, cv, p.area, focus->pointer);
}

/* ---- all of it ---- */

static void draw(const snap *s, canvas *c, rect area, view_focus *focus)
{
	const config *cf = &s->arm[0].config;
	float em = plot_em(c, TYPE_TICK);
	rect rest = area;
	if (area.w > 44 * em) {
		/* the cobweb is square: in a tall picture there is room below it, else beside it */
		float wide = 0.46F * area.w, below = area.h - wide - 2 * em;
		if (below < 13 * em)
			wide = fminf(fmaxf(wide, area.h - 3 * em), 0.52F * area.w);
		rect left = rect_cut_left(&rest, wide);
		rect_cut_left(&rest, 1.5F * em);
		if (area.h > 26 * em) {
			rect low = below > 13 * em ? rect_cut_bottom(&left, below)
			                           : rect_cut_bottom(&rest, 0.42F * area.h);
			rect_cut_top(&low, em);
			draw_composed(cf, c, low, focus);
		}
		draw_cobweb(cf, c, left, focus);
		draw_bifurcation(cf, c, rest, focus);
	} else if (area.h > 34 * em) {
		draw_cobweb(cf, c, rect_cut_top(&rest, 0.5F * area.h), focus);
		rect_cut_top(&rest, em);
		draw_bifurcation(cf, c, rest, focus);
	} else {
		draw_bifurcation(cf, c, area, focus);
	}
}

static const char *caption(const snap *s, bool run, char *buf, int size)
{
	char w[32], b[32], x0[32];
	const config *c = &s->arm[0].config;
	(void)run;
	buf[0] = '\0';
	part_append(buf, size, "x ← %s with w = %s, b = %s, from x₀ = %s, %d steps. ",
	        unit_of(c).kind == UNIT_TANH ? "tanh(w x + b)" : "w σ(x) + b", text_short(w, sizeof w, c->v[KNOB_w], 4),
	        text_short(b, sizeof b, c->v[KNOB_b], 4), text_short(x0, sizeof x0, c->v[KNOB_x0], 4), steps_of(c));
	part_append(buf, size,
	        "Discs: stable fixed points, rings: unstable; strip: their basins. Sweeps of b: %d steps in each "
	        "column.",
	        SETTLE);
	return buf;
}

static const char *key(const snap *s, char *buf, int size)
{
	char value[48];
	const config *c = &s->arm[0].config;
	unit u = unit_of(c);
	unit_fixed f[UNIT_FIXED];
	int n = unit_fixed_points(&u, f);
	unit_end e = unit_run(&u, c->v[KNOB_x0], steps_of(c));
	buf[0] = '\0';
	part_append(buf, size, n == 1 ? "one fixed point" : "%d fixed points", n);
	part_append(buf, size, ", x_T = %s", text_short(value, sizeof value, e.x, 4));
	part_append(buf, size, ", ∂x_T/∂x₀ = %s", text_short(value, sizeof value, e.dx0, 3));
	return buf;
}

/* ---- as numbers ---- */

static void add_states(const config *c, const unit *u, view_data *d)
{
	static double x[MOST_WEB + 1];
	double low, high;
	states_of(u, c->v[KNOB_x0], &low, &high);
	data_table(d, "map", DATA_SHARED, ACROSS);
	data_range(d, DATA_ROWS, "x", "state", low, (high - low) / (ACROSS - 1));
	data_add(d, DATA_REAL, DATA_ROWS, "next", "next state");
	for (int i = 0; i < ACROSS; i++)
		data_set(d, i, unit_step(u, low + i * (high - low) / (ACROSS - 1)));
	int n = steps_of(c) + 1;
	unit_trajectory(u, c->v[KNOB_x0], n - 1, x);
	data_table(d, "trajectory", DATA_SHARED, n);
	data_range(d, DATA_ROWS, "step", "steps made", 0, 1);
	data_add(d, DATA_REAL, DATA_ROWS, "x", "state");
	for (int i = 0; i < n; i++)
		data_set(d, i, x[i]);
}

static void add_fixed(const unit *u, view_data *d)
{
	unit_fixed f[UNIT_FIXED];
	double fold[2], x[2];
	int n = unit_fixed_points(u, f);
	data_table(d, "fixed", DATA_SHARED, n);
	data_add(d, DATA_REAL, DATA_ROWS, "x", "fixed point");
	for (int i = 0; i < n; i++)
		data_set(d, i, f[i].x);
	data_add(d, DATA_REAL, DATA_ROWS, "slope", "slope of the map there: stable between -1 and 1");
	for (int i = 0; i < n; i++)
		data_set(d, i, f[i].multiplier);
	int folds = unit_folds(u->kind, u->w, fold, x) ? 2 : 0;
	data_table(d, "folds", DATA_SHARED, folds);
	data_add(d, DATA_REAL, DATA_ROWS, "b", "bias at which two fixed points meet");
	for (int i = 0; i < folds; i++)
		data_set(d, i, fold[i]);
	data_add(d, DATA_REAL, DATA_ROWS, "x", "state in which they meet");
	for (int i = 0; i < folds; i++)
		data_set(d, i, x[i]);
}

static void add_sweeps(const unit *u, view_data *d)
{
	double low, high;
	biases_of(u, &low, &high);
	const sweeps *s = sweeps_of(u, low, high);
	data_table(d, "sweeps", DATA_SHARED, COLUMNS);
	data_range(d, DATA_ROWS, "b", "bias", low, (high - low) / (COLUMNS - 1));
	data_add(d, DATA_REAL, DATA_ROWS, "x_rising", "asymptotic state, b rising");
	for (int i = 0; i < COLUMNS; i++)
		data_set(d, i, s->up[i]);
	data_add(d, DATA_REAL, DATA_ROWS, "x_falling", "asymptotic state, b falling");
	for (int i = 0; i < COLUMNS; i++)
		data_set(d, i, s->down[i]);
}

static void numbers(const snap *s, view_data *d)
{
	const config *c = &s->arm[0].config;
	const composed *k = composed_of(c);
	unit u = unit_of(c);
	add_states(c, &u, d);
	add_fixed(&u, d);
	add_sweeps(&u, d);
	data_matrix(d, "composed", DATA_SHARED, k->n, ACROSS);
	data_ints(d, "steps", "steps t that are composed", k->steps);
	data_range(d, DATA_COLS, "x0", "start", k->low, (k->high - k->low) / (ACROSS - 1));
	data_cells(d, "log10_slope", "log10 of |dx_t/dx_0|", &k->y[0][0], ACROSS);
}

const view view_map = {
        .name = "map",
        .title = "The map of one unit",
        .summary = "cobweb, fixed points, basins and bifurcation diagram of the one-unit net",
        .draw = draw,
        .data = numbers,
        .caption = caption,
        .key = key,
};

/* optimizer: of a run with two parameters the descents of the arms' optimizers: their ways on the contours of the
 * error, the parts of one step, the errors, and the effective step sizes, made from the settings, changes under way
 * included. Of larger nets the effective step sizes (view/steps). */
#include "base/text.h"
#include "plot/contour.h"
#include "plot/heat.h"
#include "plot/marks.h"
#include "plot/vector.h"
#include "run/plane.h"
#include "view/parts.h"
#include "view/steps.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* RIVALS: as many ways as there are optimizers, at most. TRIED: the learning rates 1, 2, 5 · 10ᵏ from 10⁻⁵ to 100, and
 * the updates that one is judged by, the last ones most. */
enum { SIDE = 161, ROWS = 301, RIVALS = 12, TRIED = 22, JUDGED = 101, LAST = 10 };

typedef enum shown { SHOWN_ARMS, SHOWN_ALL, SHOWN_TUNED } shown; /* as the choices of the knob */

typedef struct descents {
	int arms; /* that it was made from … */
	config of[SNAP_ARMS];
	char of_name[SNAP_ARMS][64];
	ink of_ink[SNAP_ARMS];
	int ways; /* … and what is shown */
	shown shown;
	config c[RIVALS];
	char name[RIVALS][64];
	ink ink[RIVALS];
	dash dash[RIVALS];
	int edits;
	state_edit edit[STATE_EDITS];
	plane p;
	bool readable;
	char message[200];
	int rows[RIVALS];
	plane_step step[RIVALS][ROWS];
	plane drawn;          /* what the contours are of */
	config tuned;         /* what the best learning rates belong to, whatever its own is … */
	double rate[RIVALS];  /* … and they */
	float z[SIDE * SIDE]; /* log10 of the value above the lowest */
	axis scale;
	bool finite; /* the function has values in view */
} descents;

static bool has_task(const snap *s, const char *name)
{
	return strcmp(config_choice(&s->arm[0].config, KNOB_task), name) == 0;
}

/* The run has two parameters, whose error can be had without a net. */
static bool on_plane(const snap *s)
{
	return has_task(s, "function") || has_task(s, "fixed_point");
}

/* What is descended on, as the knobs of task=function would say it. */
static config plane_config(const snap *s, int arm)
{
	config c = s->arm[arm].config;
	if (has_task(s, "fixed_point"))
		c.v[KNOB_function] = PLANE_UNIT;
	return c;
}

/* One row per update of the run. What all optimizers do does not end with a run that has stopped. */
static int rows_of(const snap *s)
{
	if (s->arm[0].diverged && s->arm[0].update < JUDGED && s->arm[0].config.v[KNOB_optimizers] != SHOWN_ARMS)
		return JUDGED;
	return s->arm[0].update < ROWS - 1 ? (int)s->arm[0].update + 1 : ROWS;
}

static void make_field(descents *d)
{
	double value[SIDE],
	        lowest = d->p.has_minimum ? plane_at(&d->p, d->p.minimum[0], d->p.minimum[1]).value : INFINITY;
	for (int pass = d->p.has_minimum; pass < 2; pass++) {
		span all = span_none;
		for (int j = 0; j < SIDE; j++) {
			double b = d->p.low[1] + (d->p.high[1] - d->p.low[1]) * j / (SIDE - 1);
			for (int i = 0; i < SIDE; i++) {
				value[i] =
				        plane_at(&d->p, d->p.low[0] + (d->p.high[0] - d->p.low[0]) * i / (SIDE - 1), b)
				                .value;
				if (pass == 0 && value[i] < lowest)
					lowest = value[i];
				d->z[j * SIDE + i] = (float)log10(fmax(0, value[i] - lowest));
				if (isnan(value[i]))
					d->z[j * SIDE + i] = NAN;
			}
		}
		span_add_all(&all, d->z, SIDE * SIDE);
		d->finite = isfinite(lowest);
		all.low = fmax(all.low, all.high - 5);
		d->scale = axis_log(all);
	}
}

static bool is_made(const descents *d, const snap *s, int arms)
{
	bool same = d->arms == arms && d->edits == s->state.edits &&
	            memcmp(d->edit, s->state.edit, (size_t)d->edits * sizeof *d->edit) == 0;
	for (int a = 0; same && a < arms; a++) {
		config c = plane_config(s, a);
		same = memcmp(&d->of[a], &c, sizeof c) == 0 && strcmp(d->of_name[a], part_arm_name(s, a)) == 0 &&
		       d->of_ink[a] == part_arm_ink(s, a);
	}
	return same;
}

static int descend(descents *d, const snap *s, int way, int rows)
{
	descent how = config_descent(&d->c[way]);
	plane_arm k = {&s->state, d->shown == SHOWN_ARMS ? part_arm_index(s, way) : s->state.arms};
	if (s->state.edits > 0 && k.arm < s->state.arms)
		return plane_follow(&d->p, plane_arm_rule, &k, d->p.start[0], d->p.start[1], rows, d->step[way]);
	return plane_descend(&d->p, &how, d->p.start[0], d->p.start[1], rows, d->step[way]);
}

/* The greatest error of the last updates that a learning rate is judged by. */
static double worst_error(const descents *d, config c, double lr)
{
	static plane_step step[JUDGED];
	c.v[KNOB_lr] = lr;
	descent how = config_descent(&c);
	int n = plane_descend(&d->p, &how, d->p.start[0], d->p.start[1], JUDGED, step);
	double most = n < JUDGED ? INFINITY : -INFINITY;
	for (int i = JUDGED - LAST; i < n; i++)
		most = isfinite(step[i].value) ? fmax(most, step[i].value) : INFINITY;
	return most;
}

/* The one that leads lowest; as it is when none keeps to finite values. */
static double best_rate(const descents *d, const config *c)
{
	static const double digit[] = {1, 2, 5};
	double best = INFINITY, rate = c->v[KNOB_lr];
	for (int i = 0; i < TRIED; i++) {
		double lr = digit[i % 3] * pow(10, i / 3 - 5), error = worst_error(d, *c, lr);
		if (error < best) {
			best = error;
			rate = lr;
		}
	}
	return rate;
}

static void take_arms(descents *d, const snap *s)
{
	d->ways = d->arms;
	for (int a = 0; a < d->arms; a++) {
		d->c[a] = d->of[a];
		snprintf(d->name[a], sizeof d->name[a], "%s", d->of_name[a]);
		d->ink[a] = d->of_ink[a];
		d->dash[a] = part_arm_dash(s, a);
	}
}

/* Every optimizer of the registry, with the first arm's settings. */
static void take_all(descents *d)
{
	const char *name, *summary;
	d->ways = 0;
	for (int i = 0; i < RIVALS && model_f64.optimizers(i, &name, &summary); i++) {
		d->c[i] = d->of[0];
		d->c[i].v[KNOB_optimizer] = i;
		snprintf(d->name[i], sizeof d->name[i], "%s", name);
		d->ink[i] = (ink)(INK_SERIES_0 + i % 8);
		d->dash[i] = part_place_dash(i);
		d->ways++;
	}
}

/* Each with its best learning rate, which does not depend on that of the run. */
static void tune_all(descents *d)
{
	char value[48];
	config like = d->of[0];
	like.v[KNOB_lr] = 1;
	bool anew = memcmp(&d->tuned, &like, sizeof like) != 0;
	d->tuned = like;
	for (int i = 0; i < d->ways; i++) {
		size_t named = strlen(d->name[i]);
		d->rate[i] = anew ? best_rate(d, &d->c[i]) : d->rate[i];
		d->c[i].v[KNOB_lr] = d->rate[i];
		snprintf(d->name[i] + named, sizeof d->name[i] - named, " %s",
		        text_short(value, sizeof value, d->rate[i], 3));
	}
}

static void take(descents *d, const snap *s, int arms)
{
	err e = {0};
	d->arms = arms;
	d->edits = s->state.edits;
	memcpy(d->edit, s->state.edit, sizeof d->edit);
	for (int a = 0; a < arms; a++) {
		d->of[a] = plane_config(s, a);
		snprintf(d->of_name[a], sizeof d->of_name[a], "%s", part_arm_name(s, a));
		d->of_ink[a] = part_arm_ink(s, a);
	}
	d->shown = (shown)d->of[0].v[KNOB_optimizers];
	d->readable = plane_of(&d->of[0], &d->p, &e);
	snprintf(d->message, sizeof d->message, "%.190s", e.text);
	if (d->shown == SHOWN_ARMS)
		take_arms(d, s);
	else
		take_all(d);
	if (!d->readable)
		return;
	if (memcmp(&d->drawn, &d->p, sizeof d->p) != 0) /* a drag of a learning rate leaves it as it is */
		make_field(d);
	d->drawn = d->p;
	if (d->shown == SHOWN_TUNED)
		tune_all(d);
}

static const descents *descents_of(const snap *s)
{
	static descents d;
	static int made_rows;
	int arms = part_arms(s), rows = rows_of(s);
	bool made = is_made(&d, s, arms);
	if (made && made_rows == rows)
		return &d;
	if (!made)
		take(&d, s, arms);
	made_rows = rows;
	for (int a = 0; a < d.ways && d.readable; a++)
		d.rows[a] = descend(&d, s, a, rows);
	return &d;
}

static const char *first_name(const descents *d)
{
	return d->p.id == PLANE_UNIT ? "w" : "a";
}

/* ---- the plane ---- */

/* step = −lr g + what is left of earlier steps. The scales of adaptive rules have no such parts. */
static bool has_parts(const config *c)
{
	const char *name = config_choice(c, KNOB_optimizer);
	return strcmp(name, "momentum") == 0 || strcmp(name, "nesterov") == 0;
}

/* Of the first dozen rows the one whose parts are longest, each for itself. */
static int telling_row(const descents *d, int arm)
{
	int best = 0;
	double most = -1, lr = d->c[arm].v[KNOB_lr];
	for (int i = 1; i < d->rows[arm] && i < 12; i++) { /* the first has no steps behind it */
		const plane_step *s = &d->step[arm][i];
		double g = lr * hypot(s->clipped[0], s->clipped[1]);
		double rest = hypot(s->step[0] + lr * s->clipped[0], s->step[1] + lr * s->clipped[1]);
		double size = has_parts(&d->c[arm]) ? fmin(g, rest) : hypot(s->step[0], s->step[1]);
		if (size > most) {
			most = size;
			best = i;
		}
	}
	return best;
}

/* The row whose step is taken apart: under the pointer, or a telling one. */
static int row_shown(const descents *d, int arm, const view_focus *focus)
{
	int row = focus && focus->update > 0 ? (int)(focus->update < ROWS ? focus->update - 1 : ROWS)
	                                     : telling_row(d, arm);
	return row < d->rows[arm] ? row : d->rows[arm] - 1;
}

/* At the tip of the arrow from (x0, y0), when that is long enough to be told apart. */
static void name_arrow(const plot *p, double x0, double y0, double x, double y, const char *text, ink i)
{
	text_style s = plot_type(p->c, TYPE_TICK, i, ALIGN_LEFT);
	float px = plot_x(p, x), py = plot_y(p, y), wide = canvas_measure(text, s.size, s.weight).width;
	if (hypotf(px - plot_x(p, x0), py - plot_y(p, y0)) < 2 * s.size)
		return;
	if (!rect_has(rect_inset(p->area, s.size, s.size), px, py) || px + wide + s.size > p->area.x + p->area.w)
		return;
	canvas_box(p->c, (rect){px + 0.35F * s.size, py - 1.35F * s.size, wide + 0.4F * s.size, 1.3F * s.size}, 3,
	        INK_PANEL, 0.8F);
	canvas_text(p->c, px + 0.55F * s.size, py - 0.35F * s.size, text, s);
}

/* Where the lecture's nesterov looks at the gradient: the last step's momentum further on. */
static void draw_look_ahead(const descents *d, int arm, int row, const plot *p)
{
	const config *c = &d->c[arm];
	if (row < 1 || strcmp(config_choice(c, KNOB_optimizer), "nesterov") != 0 ||
	        strcmp(config_choice(c, KNOB_form), "lecture") != 0)
		return;
	const plane_step *s = &d->step[arm][row], *before = &d->step[arm][row - 1];
	double mu = c->v[KNOB_momentum], a = s->a + mu * before->step[0], b = s->b + mu * before->step[1];
	ink own = d->ink[arm];
	canvas_line(p->c, plot_x(p, s->a), plot_y(p, s->b), plot_x(p, a), plot_y(p, b),
	        plot_stroke(1.5F, own, 1, DASH_DOTTED));
	marks_one(p, a, b, MARK_RING, 4, own, 1);
	if (d->ways == 1)
		name_arrow(p, s->a, s->b, a, b, "look ahead", own);
}

/* The step of one arm and what it is made of: alone in the colours of its parts, among others in its own. */
static void draw_parts_of(const descents *d, int arm, const plot *p, const view_focus *focus)
{
	int row = row_shown(d, arm, focus);
	bool alone = d->ways == 1;
	if (row < 0)
		return;
	const plane_step *s = &d->step[arm][row];
	const config *c = &d->c[arm];
	double lr = c->v[KNOB_lr], g[2] = {-lr * s->clipped[0], -lr * s->clipped[1]},
	       rest[2] = {s->step[0] - g[0], s->step[1] - g[1]};
	ink momentum = alone ? INK_SERIES_1 : d->ink[arm], gradient = alone ? INK_SERIES_0 : d->ink[arm],
	    step = alone ? INK_TEXT : d->ink[arm];
	draw_look_ahead(d, arm, row, p);
	if (has_parts(c)) {
		vector_draw(p, s->a, s->b, rest[0], rest[1], plot_stroke(alone ? 2 : 1.25F, momentum, 1, DASH_SOLID));
		vector_draw(p, s->a + rest[0], s->b + rest[1], g[0], g[1],
		        plot_stroke(alone ? 2 : 1.25F, gradient, 1, DASH_SOLID));
		if (alone)
			name_arrow(p, s->a, s->b, s->a + rest[0], s->b + rest[1], "momentum", momentum);
	}
	vector_draw(p, s->a, s->b, s->step[0], s->step[1], plot_stroke(3, step, 1, DASH_SOLID));
	if (alone)
		name_arrow(p, s->a, s->b, s->a + s->step[0], s->b + s->step[1], "step", step);
	marks_one(p, s->a, s->b, MARK_DISC, 3.5F, step, 1);
}

static void draw_parts(const descents *d, const plot *p, const view_focus *focus)
{
	canvas_group(p->c, "parts");
	for (int a = d->ways - 1; a >= 0; a--)
		draw_parts_of(d, a, p, focus);
	canvas_group_end(p->c);
}

static void draw_way(const descents *d, int arm, const plot *p)
{
	static point at[ROWS];
	char name[32];
	int n = d->rows[arm];
	for (int i = 0; i < n; i++)
		at[i] = (point){plot_x(p, d->step[arm][i].a), plot_y(p, d->step[arm][i].b)};
	snprintf(name, sizeof name, "way:%d", arm);
	canvas_group(p->c, name);
	canvas_polyline(p->c, at, n, plot_stroke(3.5F, INK_PANEL, 0.8F, DASH_SOLID));
	canvas_polyline(p->c, at, n, plot_stroke(1.75F, d->ink[arm], 1, d->dash[arm]));
	for (int i = 0; i < n && i < 60 && d->shown == SHOWN_ARMS; i++)
		canvas_disc(p->c, at[i].x, at[i].y, 2.4F, d->ink[arm], 1);
	if (d->shown != SHOWN_ARMS && n > 0)
		canvas_disc(p->c, at[n - 1].x, at[n - 1].y, 4, d->ink[arm], 1);
	canvas_group_end(p->c);
}

static axis over(double low, double high)
{
	return (axis){.kind = AXIS_LINEAR, .low = low, .high = high, .zero = NAN};
}

static void draw_plane(const descents *d, canvas *c, rect area, const view_focus *focus)
{
	double level[CONTOUR_LEVELS], step;
	float em = plot_em(c, TYPE_TICK);
	plot_spec spec = {.x = over(d->p.low[0], d->p.high[0]),
	        .y = over(d->p.low[1], d->p.high[1]),
	        .x_title = first_name(d),
	        .y_title = "b"};
	plot p = plot_begin(c, area, &spec);
	if (!plot_has_room(&p))
		return;
	field f = {d->z, SIDE, SIDE, d->p.low[0], d->p.high[0], d->p.low[1], d->p.high[1]};
	int n = contour_levels(&d->scale, 18, level, &step);
	contour_draw(&p, &f, &d->scale, level, n, step, plot_stroke(1, INK_AXIS, 0.75F, DASH_SOLID),
	        p.area.w > 20 * em && p.area.h > 14 * em);
	canvas_clip(c, p.area);
	if (d->p.has_minimum)
		marks_one(&p, d->p.minimum[0], d->p.minimum[1], MARK_CROSS, 6, INK_TEXT, 1);
	for (int a = d->ways - 1; a >= 0; a--)
		draw_way(d, a, &p);
	if (d->shown == SHOWN_ARMS)
		draw_parts(d, &p, focus);
	else
		marks_one(&p, d->p.start[0], d->p.start[1], MARK_RING, 6, INK_TEXT, 1);
	canvas_clip_end(c);
	if (!d->finite)
		plot_message(&p, "no finite values here");
	if (!focus || !focus->has_pointer || !rect_has(p.area, focus->pointer.x, focus->pointer.y))
		return;
	readout r = {0};
	char value[48];
	double a = axis_value(&p.x, focus->pointer.x), b = axis_value(&p.y, focus->pointer.y);
	plane_point at = plane_at(&d->p, a, b);
	readout_add(&r, INK_NONE, "%s = %s", spec.x_title, text_short(value, sizeof value, a, 4));
	readout_add(&r, INK_NONE, "b = %s", text_short(value, sizeof value, b, 4));
	readout_add(&r, INK_NONE, "E = %s", text_short(value, sizeof value, at.value, 4));
	readout_add(&r, INK_NONE, "‖∇E‖ = %s", text_short(value, sizeof value, hypot(at.da, at.db), 3));
	readout_draw(&r, c, p.area, focus->pointer);
}

/* ---- over the updates ---- */

/* A function without a known minimum may go below zero, where there is no logarithm. */
static bool goes_below(const descents *d)
{
	for (int a = 0; a < d->ways && !d->p.has_minimum; a++)
		for (int i = 0; i < d->rows[a]; i++)
			if (d->step[a][i].value < 0)
				return true;
	return false;
}

/* log10 of the error above the minimum, or of the size of the step beside that of the gradient. */
static double traced(const descents *d, int arm, int row, int what)
{
	const plane_step *s = &d->step[arm][row];
	double lowest = d->p.has_minimum ? plane_at(&d->p, d->p.minimum[0], d->p.minimum[1]).value : 0;
	if (what == 0)
		return log10(fmax(0, s->value - lowest));
	return log10(fabs(s->step[what - 1]) / fabs(s->g[what - 1]));
}

/* Where the gradient is often 0 the steps themselves say more. */
static bool shows_steps(const descents *d)
{
	return d->p.sparse > 1;
}

/* log10; NAN: no step */
static double step_size(const plane_step *s, int k)
{
	return s->step[k] != 0 ? log10(fabs(s->step[k])) : NAN;
}

/* Of one plot over the updates: the errors, or how each step compares with its gradient along both parameters. */
typedef struct traces {
	float y[RIVALS][2][ROWS];
	int lines;
	labels l;
	plot_spec spec;
} traces;

static void collect_traces(const descents *d, const canvas *c, float width, bool errors, traces *t)
{
	span all = span_none;
	int most = 2;
	bool linear = errors && goes_below(d);
	t->lines = errors ? 1 : 2;
	t->l.n = 0;
	for (int a = 0; a < d->ways; a++) {
		int n = d->rows[a];
		most = n > most ? n : most;
		for (int k = 0; k < t->lines; k++) {
			float *y = t->y[a][k];
			for (int i = 0; i < n; i++)
				y[i] = (float)(linear                      ? d->step[a][i].value
				               : !errors && shows_steps(d) ? step_size(&d->step[a][i], k)
				                                           : traced(d, a, i, errors ? 0 : k + 1));
			span_add_all(&all, y, n);
			int last = line_last((curve){y, n, 0, 1});
			if (last < 0)
				continue;
			label *name =
			        errors ? labels_add(&t->l, (double)y[last], d->ink[a], "%s",
			                         d->ways > 1 ? d->name[a] : config_choice(&d->c[a], KNOB_optimizer))
			               : labels_add(&t->l, (double)y[last], d->ink[a], "along %s",
			                         k ? "b" : first_name(d));
			name->dash = d->shown != SHOWN_ARMS ? d->dash[a] : k ? DASH_DASHED : DASH_SOLID;
		}
	}
	if (d->shown != SHOWN_ARMS && linear)
		all.high = fmin(all.high, fmax((double)t->y[0][0][0], all.low + 0.1 * (all.high - all.low)));
	else if (d->shown != SHOWN_ARMS) /* one that runs away does not flatten the others */
		all.high = fmin(all.high, fmax((double)t->y[0][0][0], all.low) + 1);
	if (!linear)
		all.low = fmax(all.low, fmin(all.high - 16, -16));
	t->spec = (plot_spec){.x = axis_count(0, most - 1),
	        .y = linear ? axis_linear(all) : axis_log(all),
	        .x_title = "update",
	        .y_title = !errors            ? (shows_steps(d) ? "step" : "step / gradient")
	                   : d->p.has_minimum ? "error above the minimum"
	                                      : "error",
	        .right = labels_width(&t->l, c, (d->shown == SHOWN_TUNED ? 0.36F : 0.3F) * width)};
}

static void draw_traces(const descents *d, traces *t, canvas *c, rect area, view_focus *focus)
{
	plot p = plot_begin(c, area, &t->spec);
	if (!plot_has_room(&p))
		return;
	canvas_group(c, t->lines == 1 ? "series:error" : "series:effective");
	for (int a = 0; a < d->ways; a++)
		for (int k = 0; k < t->lines; k++)
			line_draw(&p, (curve){t->y[a][k], d->rows[a], 0, 1},
			        plot_stroke(2, d->ink[a], 1,
			                d->shown != SHOWN_ARMS ? d->dash[a]
			                : k                    ? DASH_DASHED
			                                       : DASH_SOLID));
	canvas_group_end(c);
	if (t->spec.right > 0)
		labels_draw(&t->l, &p);
	if (part_point_update(&p, focus))
		part_mark_update(&p, focus);
	else if (d->shown == SHOWN_ARMS)
		plot_vertical(&p, row_shown(d, 0, focus), plot_stroke(1, INK_TEXT, 0.3F, DASH_DASHED));
}

/* The errors, and in `low`, when there is one, the sizes of the steps between the same margins. */
static void draw_all_traces(const descents *d, canvas *c, rect area, rect low, view_focus *focus)
{
	static traces error, size;
	collect_traces(d, c, area.w, true, &error);
	if (low.h > 0) {
		collect_traces(d, c, area.w, false, &size);
		float left = fmaxf(plot_left(c, area, &error.spec), plot_left(c, low, &size.spec));
		error.spec.left = size.spec.left = left;
		error.spec.right = size.spec.right = fmaxf(error.spec.right, size.spec.right);
	}
	draw_traces(d, &error, c, area, focus);
	if (low.h > 0)
		draw_traces(d, &size, c, low, focus);
}

static void draw_descents(const snap *s, canvas *c, rect area, view_focus *focus)
{
	const descents *d = descents_of(s);
	float em = plot_em(c, TYPE_TICK);
	rect rest = area;
	if (!d->readable) {
		plot_spec spec = {.x = over(0, 1), .y = over(0, 1)};
		plot p = plot_begin(c, area, &spec);
		plot_message(&p, d->message);
	} else if (area.w > (d->shown == SHOWN_ARMS ? 44 : 64) * em) {
		rect left = rect_cut_left(&rest, 0.56F * area.w);
		rect_cut_left(&rest, 1.5F * em);
		rect low = rect_cut_bottom(&rest, d->shown == SHOWN_ARMS ? 0.5F * rest.h : 0);
		draw_all_traces(d, c, rest, low.h > 8 * em ? rect_inset(low, 0, 0.4F * em) : (rect){0, 0, 0, 0}, focus);
		draw_plane(d, c, left, focus);
	} else if (area.h > 34 * em) {
		rect low = rect_cut_bottom(&rest, 0.36F * area.h);
		draw_all_traces(d, c, rect_inset(low, 0, 0.4F * em), (rect){0, 0, 0, 0}, focus);
		draw_plane(d, c, rest, focus);
	} else {
		labels l = {0};
		for (int i = 0; i < d->ways && d->shown != SHOWN_ARMS; i++)
			labels_add(&l, 0, d->ink[i], "%s", d->name[i])->dash = d->dash[i];
		if (l.n > 0 && area.h > 11 * em)
			labels_above(&l, c, &area);
		draw_plane(d, c, area, focus);
	}
}

static void draw(const snap *s, canvas *c, rect area, view_focus *focus)
{
	if (on_plane(s))
		draw_descents(s, c, area, focus);
	else
		steps_draw(s, c, area, focus);
}

static const char *caption(const snap *s, bool run, char *buf, int size)
{
	buf[0] = '\0';
	if (!on_plane(s)) {
		steps_caption(s, run, buf, size);
		return buf;
	}
	const descents *d = descents_of(s);
	char value[48];
	part_append(buf, size, "%.60s", d->p.name);
	if (d->p.id == PLANE_QUADRATIC)
		part_append(buf, size, " ½(a² + κb²) with κ = %s", text_short(value, sizeof value, d->p.condition, 4));
	if (d->p.id == PLANE_EXPRESSION)
		part_append(buf, size, " %.80s", d->c[0].expression);
	part_append(buf, size, ", %d updates from (%s, ", rows_of(s) - 1,
	        text_short(value, sizeof value, d->p.start[0], 4));
	part_append(buf, size, "%s). Contours: log of the error%s. ", text_short(value, sizeof value, d->p.start[1], 4),
	        d->p.has_minimum ? " above the minimum (cross)" : " above the lowest in view");
	if (d->shown == SHOWN_ARMS)
		part_append(buf, size, "Arrows: the parts of one step. Below: %s",
		        shows_steps(d) ? "the size of each step." : "each step's size beside its gradient's.");
	else
		part_append(buf, size, "All optimizers, %s%s.",
		        d->shown == SHOWN_TUNED ? "each with the learning rate that is lowest after 100 updates"
		                                : "lr ",
		        d->shown == SHOWN_TUNED ? "" : text_short(value, sizeof value, d->c[0].v[KNOB_lr], 3));
	return buf;
}

static const char *key(const snap *s, char *buf, int size)
{
	buf[0] = '\0';
	if (!on_plane(s)) {
		steps_key(s, buf, size);
		return buf;
	}
	const descents *d = descents_of(s);
	char value[48];
	if (d->ways > 1 || !d->readable || d->rows[0] < 1)
		return buf;
	part_append(buf, size, "%s, lr %s", config_choice(&d->c[0], KNOB_optimizer),
	        text_short(value, sizeof value, d->c[0].v[KNOB_lr], 3));
	part_append(buf, size, ", E %s", text_short(value, sizeof value, d->step[0][d->rows[0] - 1].value, 3));
	return buf;
}

/* ---- as numbers ---- */

static void add_pair(view_data *d, const char *name, const char *about, const double *pair, int rows)
{
	char column[DATA_NAME];
	for (int k = 0; k < 2; k++) {
		snprintf(column, sizeof column, "%s_%s", name, k ? "b" : "a");
		data_add(d, DATA_REAL, DATA_ROWS, column, about);
		for (int i = 0; i < rows; i++)
			data_set(d, i, *(const double *)((const char *)(pair + k) + (size_t)i * sizeof(plane_step)));
	}
}

static void add_place(view_data *d, const plane_step *s, int rows)
{
	data_range(d, DATA_ROWS, "update", "updates made", 0, 1);
	data_add(d, DATA_REAL, DATA_ROWS, "a", "first parameter");
	for (int i = 0; i < rows; i++)
		data_set(d, i, s[i].a);
	data_add(d, DATA_REAL, DATA_ROWS, "b", "second parameter");
	for (int i = 0; i < rows; i++)
		data_set(d, i, s[i].b);
	data_add(d, DATA_REAL, DATA_ROWS, "error", "value of the function there");
	for (int i = 0; i < rows; i++)
		data_set(d, i, s[i].value);
}

static void numbers(const snap *s, view_data *d)
{
	static const char *const column[] = {"log10_error", "log10_effective_a", "log10_effective_b"};
	static const char *const said[] = {"log10 of the error above the minimum, where there is one",
	        "log10 of the size of the step over that of the gradient, along a", "the same along b"};
	if (!on_plane(s)) {
		steps_data(s, d);
		return;
	}
	const descents *o = descents_of(s);
	if (!o->readable)
		return;
	data_matrix(d, "field", DATA_SHARED, SIDE, SIDE);
	data_range(d, DATA_ROWS, "b", "second parameter", o->p.low[1], (o->p.high[1] - o->p.low[1]) / (SIDE - 1));
	data_range(d, DATA_COLS, "a", "first parameter", o->p.low[0], (o->p.high[0] - o->p.low[0]) / (SIDE - 1));
	data_cells(d, "log10_error", "log10 of the function above its minimum, or above the lowest value in view", o->z,
	        SIDE);
	for (int a = 0; a < o->ways; a++) {
		char part[DATA_NAME] = "way";
		const plane_step *step = o->step[a];
		bool arms = o->shown == SHOWN_ARMS;
		if (!arms)
			snprintf(part, sizeof part, "way_%s", config_choice(&o->c[a], KNOB_optimizer));
		data_table(d, part, arms ? a : DATA_SHARED, o->rows[a]);
		if (!arms) {
			data_add(d, DATA_REAL, DATA_ROWS, "lr", "learning rate of the whole way");
			for (int i = 0; i < o->rows[a]; i++)
				data_set(d, i, o->c[a].v[KNOB_lr]);
		}
		add_place(d, step, o->rows[a]);
		add_pair(d, "grad", "gradient there", step->g, o->rows[a]);
		add_pair(d, "clipped", "gradient after clipping", step->clipped, o->rows[a]);
		add_pair(d, "step", "what the update adds", step->step, o->rows[a]);
		for (int k = 0; k < 3; k++) {
			data_add(d, DATA_REAL, DATA_ROWS, column[k], said[k]);
			for (int i = 0; i < o->rows[a]; i++)
				data_set(d, i, traced(o, a, i, k));
		}
	}
}

const view view_optimizer = {
        .name = "optimizer",
        .title = "Optimizer",
        .summary =
                "what the optimizer makes of the gradient: ways and parts of a step on two parameters, effective step "
                "sizes of nets",
        .wants = WANT_STEPS,
        .draw = draw,
        .data = numbers,
        .caption = caption,
        .key = key,
};

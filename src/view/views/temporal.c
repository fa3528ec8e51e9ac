/* temporal: the norm of the gradient with respect to each time step's copy of the weights. Above, the last
 * measurement as curves; below, on the same x axis, the measurements so far as a waterfall. */
#include "base/text.h"
#include "plot/heat.h"
#include "view/parts.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- what the snap holds, made safe ---- */

static int between(int low, int v, int high)
{
	return v < low ? low : v > high ? high : v;
}

static int blocks_of(const snap_arm *a)
{
	return between(0, a->blocks, SNAP_BLOCKS);
}

static int rows_of(const snap_arm *a)
{
	return a->fall_cols < 1 ? 0 : between(0, a->fall_rows, SNAP_FALL_ROWS);
}

static curve total_curve(const snap_arm *a)
{
	return part_steps(a->total.norm, a->total.T);
}

static curve block_curve(const snap_arm *a, int block)
{
	return part_steps(a->temporal[block], a->total.T);
}

static curve state_curve(const snap_arm *a)
{
	return part_steps(a->dh_norm, a->total.T);
}

/* Longest sequence in the picture. With jitter the longest possible one, so that the axis holds still. */
static double longest(const snap *s)
{
	double T = 1;
	for (int i = 0; i < part_arms(s); i++) {
		const snap_arm *a = &s->arm[i];
		const config *c = &a->config;
		T = fmax(T, fmax(a->T, a->total.T));
		for (int g = 0; g < between(0, a->ghosts, SNAP_GHOSTS); g++)
			T = fmax(T, a->ghost[g].T);
		if (config_uses(c, KNOB_T) && (c->v[KNOB_T_jitter] > 0 || a->update == 0))
			T = fmax(T, floor(c->v[KNOB_T] * (1 + c->v[KNOB_T_jitter])));
	}
	return T;
}

/* ---- the bound ---- */

/* It stands on the total at the last loss step, k = T, and changes by a factor for every step back. */
typedef struct bound {
	bool drawn;
	double T, at_end, at_start; /* log10 at k = T and k = 1 */
} bound;

static bound bound_of(const snap *s)
{
	const snap_arm *a = &s->arm[0];
	curve total = total_curve(a);
	bound b = {false, a->total.T, 0, 0};
	if (part_arms(s) > 1 || !a->has_bound || total.n < 2 || !isfinite(a->bound_per_step))
		return b;
	b.at_end = (double)total.y[total.n - 1];
	b.at_start = b.at_end + (double)a->bound_per_step * (b.T - 1);
	b.drawn = isfinite(b.at_end) && isfinite(b.at_start);
	return b;
}

static double bound_at(const bound *b, double k)
{
	return b->at_end + (b->at_start - b->at_end) * (b->T - k) / (b->T - 1);
}

/* Step at which the bound has the value y. */
static double bound_step(const bound *b, double y)
{
	return b->T - (y - b->at_end) / (b->at_start - b->at_end) * (b->T - 1);
}

/* Canvas position of the highest point of the curves, old and new, between two steps. */
static float highest_curve(const plot *p, const snap_arm *a, double k0, double k1)
{
	float top = line_top(p, total_curve(a), k0, k1);
	for (int g = 0; g < between(0, a->ghosts, SNAP_GHOSTS); g++)
		top = fminf(top, line_top(p, part_steps(a->ghost[g].norm, a->ghost[g].T), k0, k1));
	return top;
}

/* Beside the place where the bound leaves the picture at the top, or over its left end; never on a curve. */
static void label_bound(const plot *p, const bound *b, const snap_arm *a)
{
	char text[96], value[48];
	float em = plot_em(p->c, TYPE_TICK), x = p->area.x + 0.5F * em, y;
	text_style s = plot_type(p->c, TYPE_TICK, INK_BOUND, ALIGN_LEFT);
	bool leaves = b->at_start > p->y.high;
	if (leaves)
		snprintf(text, sizeof text, "bound, %s at k = 1",
		        text_power(value, sizeof value, (int)lround(b->at_start)));
	else
		snprintf(text, sizeof text, "bound");
	float w = canvas_measure(text, em, WEIGHT_REGULAR).width;
	if (leaves) {
		y = p->area.y + 1.1F * em;
		x = fmaxf(x, plot_x(p, bound_step(b, axis_value(&p->y, y + 0.2F * em))) + 0.6F * em);
		if (x + w > p->area.x + p->area.w)
			x = plot_x(p, bound_step(b, p->y.high)) - w - 0.6F * em;
	} else {
		y = fminf(plot_y(p, b->at_start), plot_y(p, bound_at(b, axis_value(&p->x, x + w)))) - 0.5F * em;
	}
	float top = highest_curve(p, a, axis_value(&p->x, x - em), axis_value(&p->x, x + w + em));
	bool clear = top > y + 0.4F * em && x >= p->area.x && x + w <= p->area.x + p->area.w;
	if (clear && y - 0.7F * em >= p->area.y)
		canvas_text(p->c, x, y, text, s);
}

static void draw_bound(const plot *p, const bound *b)
{
	point line[] = {{plot_x(p, 1), plot_y(p, b->at_start)}, {plot_x(p, b->T), plot_y(p, b->at_end)}};
	canvas_group(p->c, "bound");
	canvas_clip(p->c, p->area);
	canvas_polyline(p->c, line, 2, plot_stroke(1.5F, INK_BOUND, 1, DASH_DASHED));
	canvas_clip_end(p->c);
	canvas_group_end(p->c);
}

/* ---- curves ---- */

static span values_span(const snap *s, const bound *b)
{
	span all = span_none;
	for (int i = 0; i < part_arms(s); i++) {
		const snap_arm *a = &s->arm[i];
		curve total = total_curve(a);
		span_add_all(&all, total.y, total.n);
		for (int k = 0; part_arms(s) == 1 && total.n > 0 && k < blocks_of(a); k++)
			span_add_all(&all, a->temporal[k], block_curve(a, k).n);
		if (part_arms(s) == 1)
			span_add_all(&all, a->dh_norm, state_curve(a).n);
		for (int g = 0; g < between(0, a->ghosts, SNAP_GHOSTS); g++)
			span_add_all(&all, a->ghost[g].norm, part_steps(a->ghost[g].norm, a->ghost[g].T).n);
	}
	/* the bound is inside when that costs the data at most a fifth of the height; otherwise there is room for its
	 * label over the curves */
	double room = 0.25 * (all.high - all.low);
	if (b->drawn && !span_empty(all))
		span_add(&all, b->at_start - all.high < room ? b->at_start : all.high + 0.5 * room);
	return all;
}

/* The newest `most` of the earlier curves, fading with age. */
static void draw_ghosts(const plot *p, const snap_arm *a, int most, ink i)
{
	int n = between(0, a->ghosts, most);
	canvas_group(p->c, "ghosts");
	for (int g = n - 1; g >= 0; g--) {
		float alpha = 0.40F - 0.32F * (float)g / SNAP_GHOSTS;
		line_draw(p, part_steps(a->ghost[g].norm, a->ghost[g].T), plot_stroke(1, i, alpha, DASH_SOLID));
	}
	canvas_group_end(p->c);
}

static void draw_named(const plot *p, const char *name, curve line, stroke s)
{
	char group[64];
	snprintf(group, sizeof group, "series:%s", name);
	canvas_group(p->c, group);
	line_draw(p, line, s);
	canvas_group_end(p->c);
}

static void draw_curves(const snap *s, const plot *p)
{
	const snap_arm *a = &s->arm[0];
	bool several = part_arms(s) > 1;
	for (int i = 0; i < part_arms(s); i++)
		draw_ghosts(p, &s->arm[i], several ? 2 : SNAP_GHOSTS, part_arm_ink(s, i));
	if (!several)
		draw_named(p, "dh", state_curve(a), plot_stroke(1.25F, INK_MUTED, 0.9F, DASH_DOTTED));
	for (int k = 0; !several && k < blocks_of(a); k++)
		draw_named(
		        p, a->block[k], block_curve(a, k), plot_stroke(1.4F, (ink)(INK_SERIES_0 + k), 1, DASH_SOLID));
	for (int i = 0; i < part_arms(s); i++)
		draw_named(p, several ? part_arm_name(s, i) : "total", total_curve(&s->arm[i]),
		        part_arm_stroke(s, i, several ? 2 : 2.5F));
}

static void label_curve(labels *l, curve line, int rank, ink i, weight w, const char *text)
{
	int last = line_last(line);
	if (last < 0)
		return;
	label *k = labels_add(l, (double)line.y[last], i, "%s", text);
	k->rank = rank;
	k->weight = w;
}

static void collect_labels(const snap *s, labels *l)
{
	const snap_arm *a = &s->arm[0];
	if (part_arms(s) > 1) {
		for (int i = 0; i < part_arms(s); i++) {
			label_curve(
			        l, total_curve(&s->arm[i]), i, part_arm_ink(s, i), WEIGHT_BOLD, part_arm_name(s, i));
			if (l->n > 0)
				l->item[l->n - 1].dash = part_arm_dash(s, i);
		}
		return;
	}
	label_curve(l, total_curve(a), 0, INK_ARM_0, WEIGHT_BOLD, "total");
	for (int k = 0; k < blocks_of(a); k++)
		label_curve(l, block_curve(a, k), 1 + k, (ink)(INK_SERIES_0 + k), WEIGHT_REGULAR, a->block[k]);
	label_curve(l, state_curve(a), 20, INK_MUTED, WEIGHT_REGULAR, "‖∂L/∂hₖ‖");
}

/* The steps that carry a loss, as a bar on the x axis. */
static void mark_losses(const plot *p, const snap_arm *a)
{
	int first = between(1, a->first_loss_step, a->T > 0 ? a->T : 1);
	float x0 = plot_x(p, first - 0.5), x1 = plot_x(p, a->T + 0.5);
	if (a->T < 1)
		return;
	if (x1 - x0 < 3)
		x0 = x1 - 3;
	canvas_group(p->c, "loss steps");
	canvas_box(p->c, (rect){x0, p->area.y + p->area.h - 1.5F, x1 - x0, 3}, 0, INK_ACCENT, 1);
	canvas_group_end(p->c);
}

/* In narrow plots the arrow alone. */
static const char *axis_note(const snap_arm *a, bool narrow, char *buf, int size)
{
	buf[0] = '\0';
	part_append(buf, size, "← backprop");
	if (narrow)
		return buf;
	if (a->T > 0 && a->first_loss_step >= a->T)
		part_append(buf, size, " from the loss at k = %d", a->T);
	else if (a->T > 0 && a->first_loss_step > 0)
		part_append(buf, size, " from the losses at k = %d … %d", a->first_loss_step, a->T);
	return buf;
}

/* ---- waterfall ---- */

/* Row whose measurement is nearest to `update`. */
static int row_of(const snap_arm *a, long update)
{
	int best = 0;
	for (int i = 1; i < rows_of(a); i++)
		if (labs(a->fall_update[i] - update) < labs(a->fall_update[best] - update))
			best = i;
	return best;
}

/* Middle of a row; the newest row is on top. */
static float row_y(rect area, const snap_arm *a, int row)
{
	int rows = rows_of(a);
	return area.y + area.h * ((float)(rows - 1 - row) + 0.5F) / (float)rows;
}

static span fall_span(const snap *s)
{
	span all = span_none;
	for (int i = 0; i < part_arms(s); i++)
		for (int row = 0; row < rows_of(&s->arm[i]); row++)
			span_add_all(&all, s->arm[i].fall[row], between(0, s->arm[i].fall_cols, SNAP_FALL_COLS));
	return all;
}

/* Update numbers at round values: a row's place is that of its measurement. */
static void label_rows(const plot *p, const snap_arm *a)
{
	axis_ticks t;
	float em = plot_em(p->c, TYPE_TICK), last = INFINITY;
	text_style s = plot_type(p->c, TYPE_TICK, INK_MUTED, ALIGN_RIGHT);
	int rows = rows_of(a);
	axis updates = axis_count((double)a->fall_update[0], (double)a->fall_update[rows - 1]);
	axis_make_ticks(&updates, p->area.h, em, true, &t);
	canvas_group(p->c, "axis:update");
	for (int i = 0; i < t.n; i++) {
		float y = row_y(p->area, a, row_of(a, lround(t.tick[i].at))) + 0.36F * em;
		y = fmaxf(y, p->area.y + 0.75F * em);
		if (last - y < 1.4F * em || (rows < 2 && i > 0))
			continue;
		canvas_text(p->c, p->area.x - 0.5F * em, y, t.tick[i].label, s);
		last = y;
	}
	canvas_group_end(p->c);
}

/* The rows beyond the present, on top, become pale. */
static void veil_future(const plot *p, const snap_arm *a)
{
	int rows = rows_of(a), past = rows;
	while (past > 0 && a->fall_update[past - 1] > a->update)
		past--;
	if (past == rows)
		return;
	float height = p->area.h * (float)(rows - past) / (float)rows;
	canvas_group(p->c, "future");
	canvas_box(p->c, (rect){p->area.x, p->area.y, p->area.w, height}, 0, INK_PANEL, 0.65F);
	canvas_line(p->c, p->area.x, p->area.y + height, p->area.x + p->area.w, p->area.y + height,
	        plot_stroke(1.25F, INK_ACCENT, 0.9F, DASH_SOLID));
	canvas_group_end(p->c);
}

static void draw_fall(const snap *s, int arm, const plot *p, const axis *scale, const view_focus *focus)
{
	const snap_arm *a = &s->arm[arm];
	float x0 = plot_x(p, 0.5), x1 = plot_x(p, fmax(1, a->T) + 0.5);
	heat h = {.value = &a->fall[0][0], .rows = rows_of(a), .pitch = SNAP_FALL_COLS, .scale = *scale};
	h.cols = between(0, a->fall_cols, SNAP_FALL_COLS);
	h.last_on_top = true;
	if (!plot_has_room(p) || h.rows < 1)
		return;
	canvas_group(p->c, "waterfall");
	heat_draw(p->c, (rect){x0, p->area.y, x1 - x0, p->area.h}, h);
	canvas_group_end(p->c);
	veil_future(p, a);
	if (part_arms(s) > 1)
		canvas_box(p->c, (rect){p->area.x - 3, p->area.y, 3, p->area.h}, 0, part_arm_ink(s, arm), 1);
	label_rows(p, a);
	if (focus && focus->update > 0) {
		float y = row_y(p->area, a, row_of(a, focus->update));
		canvas_line(p->c, p->area.x, y, p->area.x + p->area.w, y, plot_stroke(1, INK_PANEL, 0.7F, DASH_SOLID));
	}
}

/* ---- pointer ---- */

static double value_at(curve line, int step)
{
	int i = step > line.x0 + (line.n - 0.5) * line.dx ? -1 : line_nearest(line, step);
	return i < 0 ? NAN : (double)line.y[i];
}

static void read_curves(const snap *s, const plot *p, const view_focus *focus)
{
	const snap_arm *a = &s->arm[0];
	char value[48];
	readout r = {0};
	if (!part_inside(p, focus) || total_curve(a).n < 1)
		return;
	readout_add(&r, INK_NONE, "step k = %d", focus->step);
	for (int i = 0; i < part_arms(s); i++)
		readout_add(&r, part_arm_ink(s, i), "%s %s", part_arms(s) > 1 ? part_arm_name(s, i) : "total",
		        axis_power(value, sizeof value, value_at(total_curve(&s->arm[i]), focus->step)));
	for (int k = 0; part_arms(s) == 1 && k < blocks_of(a); k++)
		readout_add(&r, (ink)(INK_SERIES_0 + k), "%s %s", a->block[k],
		        axis_power(value, sizeof value, value_at(block_curve(a, k), focus->step)));
	if (part_arms(s) == 1)
		readout_add(&r, INK_MUTED, "‖∂L/∂hₖ‖ %s",
		        axis_power(value, sizeof value, value_at(state_curve(a), focus->step)));
	readout_draw(&r, p->c, p->area, focus->pointer);
}

static void point_row(const snap_arm *a, const plot *p, view_focus *focus)
{
	if (!part_inside(p, focus) || rows_of(a) < 1)
		return;
	int row = (int)((p->area.y + p->area.h - focus->pointer.y) / p->area.h * (float)rows_of(a));
	focus->update = a->fall_update[between(0, row, rows_of(a) - 1)];
}

static void read_fall(const snap_arm *a, const plot *p, rect bounds, const view_focus *focus)
{
	char value[48];
	readout r = {0};
	int cols = between(1, a->fall_cols, SNAP_FALL_COLS);
	if (!part_inside(p, focus) || rows_of(a) < 1 || a->T < 1)
		return;
	int col = between(0, (int)((focus->step - 0.5) * cols / a->T), cols - 1);
	readout_add(&r, INK_NONE, "update %s", axis_count_text(value, sizeof value, (double)focus->update));
	readout_add(&r, INK_NONE, "step k = %d: %s", focus->step,
	        axis_power(value, sizeof value, (double)a->fall[row_of(a, focus->update)][col]));
	readout_draw(&r, p->c, bounds, focus->pointer);
}

/* ---- the whole ---- */

typedef struct layout {
	plot_spec upper, fall;
	rect top, strip[SNAP_ARMS];
	int strips;
	axis scale;  /* of the waterfall's colours */
	bool scaled; /* it holds a finite value */
} layout;

/* Upper plot 62 %; the rest is divided among the arms. Nothing below when it would be too low to read. */
static void divide(layout *o, const snap *s, const canvas *c, rect area)
{
	float em = plot_em(c, TYPE_TICK);
	o->top = area;
	o->strips = 0;
	if (area.h < 16 * em || area.w < 18 * em)
		return;
	float below = plot_foot(c);
	rect rest = rect_cut_bottom(&o->top, 0.38F * (area.h - below) + below);
	float height = (rest.h - below) / (float)part_arms(s);
	if (height < 3 * em) {
		o->top = area;
		return;
	}
	o->strips = part_arms(s);
	for (int i = 0; i < o->strips; i++)
		o->strip[i] = rect_cut_top(&rest, height + (i == o->strips - 1 ? below : 0));
}

static void specify(layout *o, const snap *s, const canvas *c, rect area, const labels *l, const char *note)
{
	bound b = bound_of(s);
	span values = values_span(s, &b), fall = fall_span(s);
	double T = longest(s);
	o->upper = (plot_spec){.x = axis_count(0.5, T + 0.5), .y = axis_log(values), .y_zero = values.zero};
	o->upper.x_title = "time step k";
	o->upper.x_note = note;
	o->upper.y_title = "‖∂L/∂θₖ‖";
	o->upper.x_bare = o->strips > 0;
	o->upper.right = labels_width(l, c, 0.3F * area.w);
	o->fall = o->upper;
	o->scale = axis_log(fall);
	o->scaled = !span_empty(fall);
	if (o->strips == 0)
		return;
	long newest = 0;
	for (int i = 0; i < o->strips; i++)
		newest = rows_of(&s->arm[i]) ? lround(fmax((double)newest, (double)s->arm[i].update)) : newest;
	o->fall.y = axis_count(0, newest > 0 ? (double)newest : 1);
	o->fall.x_keep = true;
	o->fall.y_zero = false;
	o->fall.y_bare = true;
	o->fall.y_title = "update";
	o->upper.left = fmaxf(plot_left(c, o->top, &o->upper), plot_left(c, o->strip[o->strips - 1], &o->fall));
	o->upper.right = fmaxf(o->upper.right, heat_bar_width(c, o->strip[0].h, o->scale) + PLOT_UNIT);
	o->fall.left = o->upper.left;
	o->fall.right = o->upper.right;
}

static void draw_upper(const snap *s, const plot *p, labels *l)
{
	bound b = bound_of(s);
	if (!plot_has_room(p))
		return;
	if (b.drawn)
		draw_bound(p, &b);
	draw_curves(s, p);
	mark_losses(p, &s->arm[0]);
	if (b.drawn)
		label_bound(p, &b, &s->arm[0]);
	if (p->gutter.w > 0)
		labels_draw(l, p);
	else if (part_arms(s) > 1)
		labels_legend(l, p);
	if (line_last(total_curve(&s->arm[0])) < 0)
		plot_message(p, part_nothing(s));
}

/* Beside all strips, from the top of the first to the foot of the last. */
static void draw_scale(canvas *c, const plot *first, const plot *last, axis scale)
{
	rect r = first->gutter;
	r.y = first->area.y;
	r.h = last->area.y + last->area.h - r.y;
	rect_cut_left(&r, PLOT_UNIT);
	heat_bar(c, r, scale);
}

static void draw(const snap *s, canvas *c, rect area, view_focus *focus)
{
	layout o;
	labels l = {0};
	char note[96];
	plot fall[SNAP_ARMS];
	collect_labels(s, &l);
	divide(&o, s, c, area);
	specify(&o, s, c, area, &l, axis_note(&s->arm[0], area.w < 40 * plot_em(c, TYPE_TICK), note, sizeof note));
	plot upper = plot_begin(c, o.top, &o.upper);
	part_point_step(&upper, focus, longest(s));
	for (int i = 0; i < o.strips; i++) {
		plot_spec spec = o.fall;
		spec.x_bare = i < o.strips - 1;
		spec.y_title = o.strips == 1 ? spec.y_title : NULL;
		fall[i] = plot_begin(c, o.strip[i], &spec);
		part_point_step(&fall[i], focus, longest(s));
		point_row(&s->arm[i], &fall[i], focus);
		draw_fall(s, i, &fall[i], &o.scale, focus);
		part_mark_step(&fall[i], focus, INK_PANEL);
	}
	if (o.strips > 0 && o.scaled && plot_has_room(&fall[0]))
		draw_scale(c, &fall[0], &fall[o.strips - 1], o.scale);
	draw_upper(s, &upper, &l);
	part_truncation(s, &upper, focus, "temporal");
	part_mark_step(&upper, focus, INK_TEXT);
	read_curves(s, &upper, focus);
	for (int i = 0; i < o.strips; i++)
		read_fall(&s->arm[i], &fall[i], area, focus);
}

static const char *caption(const snap *s, bool run, char *buf, int size)
{
	bound b = bound_of(s);
	span values = values_span(s, &b);
	buf[0] = '\0';
	part_append(
	        buf, size, "Gradient of the loss, a mean over the batch, with respect to the weights used at step k");
	part_append_run(buf, size, run ? ": " : NULL, s);
	bool bound_shown = s->arm[0].has_bound && part_arms(s) == 1;
	part_append(buf, size, ".%s%s%s%s",
	        rows_of(&s->arm[0]) > 0 ? " Thin lines, rows below: earlier updates, newest on top." : "",
	        bound_shown ? " Dashed: bound, slope × σₘₐₓ per step." : "",
	        values.zero ? " On the floor: exact zeros." : "",
	        values.broken ? " Gaps: not finite or not measured." : "");
	return buf;
}

static const char *key(const snap *s, char *buf, int size)
{
	curve total = total_curve(&s->arm[0]);
	char first[48], last[48];
	buf[0] = '\0';
	if (part_arms(s) > 1 || total.n < 2 || line_last(total) < 0)
		return buf;
	part_append(buf, size, "k = 1: %s, k = %d: %s", axis_power(first, sizeof first, (double)total.y[0]),
	        s->arm[0].total.T, axis_power(last, sizeof last, (double)total.y[total.n - 1]));
	return buf;
}

/* ---- as numbers ---- */

static void add_curves(const snap *s, int arm, view_data *d)
{
	const snap_arm *a = &s->arm[arm];
	curve total = total_curve(a);
	bound b = bound_of(s);
	char name[DATA_NAME], about[128];
	data_table(d, "curves", arm, total.n);
	data_range(d, DATA_ROWS, "step", "time step k, from 1", total.x0, total.dx);
	data_add(d, DATA_WHOLE, DATA_ROWS, "loss", "1 where a step carries a loss");
	for (int i = 0; i < total.n; i++)
		data_set(d, i, total.x0 + i * total.dx >= a->first_loss_step);
	data_floats(d, "log10_total", "log10 of the norm of the gradient with respect to all weights used at step k",
	        total.y);
	for (int k = 0; k < blocks_of(a); k++) {
		snprintf(name, sizeof name, "log10_%s", a->block[k]);
		snprintf(about, sizeof about, "the same for %s alone", a->block[k]);
		data_floats(d, name, about, a->temporal[k]);
	}
	data_floats(d, "log10_dh", "log10 of the norm of the gradient with respect to the hidden state of step k",
	        a->dh_norm);
	if (!b.drawn)
		return;
	data_add(d, DATA_REAL, DATA_ROWS, "log10_bound", "log10 of the bound on log10_total");
	for (int i = 0; i < total.n; i++)
		data_set(d, i, bound_at(&b, total.x0 + i * total.dx));
}

static void add_ghosts(const snap_arm *a, int arm, view_data *d)
{
	long all = 0, at = 0;
	int n = between(0, a->ghosts, SNAP_GHOSTS);
	for (int g = 0; g < n; g++)
		all += part_steps(a->ghost[g].norm, a->ghost[g].T).n;
	data_table(d, "earlier", arm, all);
	for (int column = 0; column < 3; column++) {
		data_add(d, column < 2 ? DATA_WHOLE : DATA_REAL, DATA_ROWS,
		        column == 0   ? "update"
		        : column == 1 ? "step"
		                      : "log10_total",
		        column == 0   ? "update at which this was measured"
		        : column == 1 ? "time step k, from 1"
		                      : "log10 of the norm of the gradient with respect to all weights used at step k");
		at = 0;
		for (int g = 0; g < n; g++) {
			curve line = part_steps(a->ghost[g].norm, a->ghost[g].T);
			for (int i = 0; i < line.n; i++, at++)
				data_set(d, at,
				        column == 0   ? (double)a->ghost[g].update
				        : column == 1 ? line.x0 + i * line.dx
				                      : (double)line.y[i]);
		}
	}
}

static void add_fall(const snap_arm *a, int arm, view_data *d)
{
	int rows = rows_of(a), cols = between(0, a->fall_cols, SNAP_FALL_COLS);
	data_matrix(d, "waterfall", arm, rows, rows > 0 ? cols : 0);
	data_add(d, DATA_WHOLE, DATA_ROWS, "update", "update at which this was measured");
	for (int i = 0; i < rows; i++)
		data_set(d, i, (double)a->fall_update[i]);
	double dx = cols > 0 ? fmax(1, a->T) / cols : 1;
	data_range(d, DATA_COLS, "step", "time step k, from 1", 0.5 + 0.5 * dx, dx);
	data_cells(d, "log10_total", "log10 of the norm of the gradient with respect to all weights used at step k",
	        &a->fall[0][0], SNAP_FALL_COLS);
}

static void numbers(const snap *s, view_data *d)
{
	for (int i = 0; i < part_arms(s); i++) {
		add_curves(s, i, d);
		add_ghosts(&s->arm[i], i, d);
		add_fall(&s->arm[i], i, d);
	}
}

const view view_temporal = {
        .name = "temporal",
        .title = "Gradient through time",
        .summary = "norm of the gradient at every time step, per parameter block, and how it changed over the updates",
        .draw = draw,
        .data = numbers,
        .caption = caption,
        .key = key,
};

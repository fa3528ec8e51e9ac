#include "view/steps.h"

#include "base/text.h"
#include "plot/marks.h"
#include "view/parts.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- what the snap holds, made safe ---- */

static const snap_steps *steps_of(const snap *s, int arm)
{
	return &s->arm[arm].steps;
}

static bool any_known(const snap *s)
{
	for (int a = 0; a < part_arms(s); a++)
		if (steps_of(s, a)->update > 0)
			return true;
	return false;
}

static int blocks_of(const snap_arm *a)
{
	return a->steps.update < 1 || a->blocks < 0 ? 0 : a->blocks < SNAP_BLOCKS ? a->blocks : SNAP_BLOCKS;
}

static double learning_rate(const snap *s, int arm)
{
	return log10(s->arm[arm].config.v[KNOB_lr]);
}

static double counted(const snap_steps *t)
{
	double all = 0;
	for (int i = 0; i < SNAP_STEP_BINS; i++)
		all += (double)t->count[i];
	return all;
}

static double bin_edge(const snap_steps *t, int i)
{
	return (double)t->low + ((double)t->high - (double)t->low) * i / SNAP_STEP_BINS;
}

/* ---- rows: all weights as one, then the blocks of the arms ---- */

enum { ROWS = 14, ALL = -1 };

typedef struct row {
	const char *name;
	int block[SNAP_ARMS]; /* ALL, or of each arm; −2: the arm has no such block */
} row;

typedef struct rows {
	int n;
	row row[ROWS]; /* blocks beyond the last are left out */
} rows;

static int block_named(const snap_arm *a, const char *name)
{
	for (int i = 0; i < blocks_of(a); i++)
		if (strncmp(a->block[i], name, sizeof a->block[i]) == 0)
			return i;
	return -2;
}

static bool has_row(const rows *r, const char *name)
{
	for (int i = 1; i < r->n; i++)
		if (strcmp(r->row[i].name, name) == 0)
			return true;
	return false;
}

static bool is_learned(const snap_block_step *b)
{
	return !isnan(b->ratio) || !isnan(b->relative);
}

static void rows_make(const snap *s, rows *r)
{
	*r = (rows){.n = 1, .row = {{.name = "all"}}};
	for (int a = 0; a < part_arms(s); a++)
		r->row[0].block[a] = ALL;
	for (int a = 0; a < part_arms(s); a++)
		for (int i = 0; i < blocks_of(&s->arm[a]); i++) {
			const char *name = s->arm[a].block[i];
			if (r->n == ROWS || has_row(r, name) || !is_learned(&s->arm[a].steps.block[i]))
				continue;
			row *next = &r->row[r->n++];
			next->name = name;
			for (int k = 0; k < part_arms(s); k++)
				next->block[k] = block_named(&s->arm[k], name);
		}
}

/* NULL: the arm has no such block. */
static const snap_block_step *of_row(const snap *s, const row *r, int arm)
{
	const snap_steps *t = steps_of(s, arm);
	if (t->update < 1 || r->block[arm] < ALL)
		return NULL;
	return r->block[arm] == ALL ? &t->all : &t->block[r->block[arm]];
}

typedef enum quantity { RATIO, RELATIVE } quantity;

static double value_of(const snap_block_step *b, quantity q)
{
	return (double)(q == RATIO ? b->ratio : b->relative);
}

/* ---- axes ---- */

static axis ratio_axis(const snap *s)
{
	span all = span_none;
	rows r;
	rows_make(s, &r);
	for (int a = 0; a < part_arms(s); a++) {
		const snap_steps *t = steps_of(s, a);
		double rate = learning_rate(s, a), rest = 0, total = counted(t);
		if (isfinite(rate)) {
			span_add(&all, rate - 0.2);
			span_add(&all, rate + 0.2);
		}
		for (int i = 0; i < SNAP_STEP_BINS && total > 0; i++) { /* all but one in a thousand at each end */
			rest += (double)t->count[i];
			if (rest > 1e-3 * total && rest - (double)t->count[i] < 0.999 * total) {
				span_add(&all, bin_edge(t, i));
				span_add(&all, bin_edge(t, i + 1));
			}
		}
		for (int i = 0; i < r.n; i++) {
			const snap_block_step *b = of_row(s, &r.row[i], a);
			if (b && isfinite(b->ratio))
				span_add(&all, (double)b->ratio);
		}
	}
	if (!span_empty(all) && all.high - all.low < 1) { /* one rate for all: a decade around it */
		all.low -= 0.5;
		all.high += 0.5;
	}
	return axis_log(all);
}

static axis relative_axis(const snap *s, const rows *r)
{
	span all = span_none;
	for (int a = 0; a < part_arms(s); a++)
		for (int i = 0; i < r->n; i++) {
			const snap_block_step *b = of_row(s, &r->row[i], a);
			if (b && isfinite(b->relative))
				span_add(&all, (double)b->relative);
		}
	return axis_log(all);
}

/* ---- the learning rates: upright or level lines ---- */

static bool repeats_rate(const snap *s, int arm)
{
	for (int a = 0; a < arm; a++)
		if (learning_rate(s, a) == learning_rate(s, arm))
			return true;
	return false;
}

/* The arm's own ink when the rate is its alone. */
static ink rate_ink(const snap *s, int arm)
{
	for (int a = 0; a < part_arms(s); a++)
		if (a != arm && learning_rate(s, a) == learning_rate(s, arm))
			return INK_BOUND;
	return part_arms(s) > 1 ? part_arm_ink(s, arm) : INK_BOUND;
}

static const char *rate_text(const snap *s, int arm, char *buf, int size)
{
	char value[48];
	snprintf(buf, (size_t)size, "lr %s", text_short(value, sizeof value, s->arm[arm].config.v[KNOB_lr], 3));
	return buf;
}

/* Beside the upright lines, one below the other. */
static void name_rates(const snap *s, const plot *p)
{
	char text[64];
	float em = plot_em(p->c, TYPE_TICK), y = p->area.y + em, off = 0.4F * em;
	const snap_steps *t = steps_of(s, 0);
	if (t->high > t->low) /* a bin may begin at the line */
		off = fmaxf(off, plot_x(p, bin_edge(t, 1)) - plot_x(p, bin_edge(t, 0)) + 0.2F * em);
	for (int a = 0; a < part_arms(s); a++) {
		float x = plot_x(p, learning_rate(s, a));
		if (repeats_rate(s, a) || !isfinite(x))
			continue;
		rate_text(s, a, text, sizeof text);
		float wide = canvas_measure(text, em, WEIGHT_REGULAR).width;
		bool left = x + off + wide + 0.5F * em > p->area.x + p->area.w;
		canvas_text(p->c, left ? x - off : x + off, y, text,
		        plot_type(p->c, TYPE_TICK, rate_ink(s, a), left ? ALIGN_RIGHT : ALIGN_LEFT));
		y += 1.3F * em;
	}
}

static void draw_rates(const snap *s, const plot *p, bool upright)
{
	canvas_group(p->c, "learning_rate");
	for (int a = 0; a < part_arms(s); a++) {
		double rate = learning_rate(s, a);
		stroke line = plot_stroke(1.25F, rate_ink(s, a), 1, DASH_DASHED);
		if (repeats_rate(s, a) || !isfinite(rate))
			continue;
		if (upright)
			plot_vertical(p, rate, line);
		else
			plot_horizontal(p, rate, line);
	}
	canvas_group_end(p->c);
}

/* ---- weight by weight ---- */

static double share_in(const snap_steps *t, int bin)
{
	double all = counted(t);
	return t->update > 0 && all > 0 ? 100 * (double)t->count[bin] / all : 0;
}

/* Height of one count: of one arm a share in %; several have the same height, since those of one rate for all weights
 * are spikes. 0: nothing is known. */
static double height_of(const snap *s, int arm)
{
	const snap_steps *t = steps_of(s, arm);
	float most = 0;
	double all = counted(t);
	if (part_arms(s) == 1)
		return t->update > 0 && all > 0 ? 100 / all : 0;
	for (int i = 0; i < SNAP_STEP_BINS; i++)
		most = t->count[i] > most ? t->count[i] : most;
	return most > 0 ? 1 / (double)most : 0;
}

static axis share_axis(const snap *s)
{
	span all = span_none;
	span_add(&all, 0);
	for (int a = 0; a < part_arms(s); a++) {
		double height = height_of(s, a);
		for (int i = 0; i < SNAP_STEP_BINS; i++)
			span_add(&all, height * (double)steps_of(s, a)->count[i]);
	}
	if (!(all.high > 0))
		span_add(&all, 10);
	axis x = axis_linear(all);
	if (part_arms(s) > 1) /* outlines without a scale keep clear of the top */
		x.high *= 1.05;
	return x;
}

/* One arm as bars, several as outlines. */
static void draw_bins(const snap *s, int arm, const plot *p)
{
	static point line[2 * SNAP_STEP_BINS];
	const snap_steps *t = steps_of(s, arm);
	double height = height_of(s, arm);
	float floor_y = p->area.y + p->area.h;
	char name[32];
	snprintf(name, sizeof name, "steps:%d", arm);
	canvas_group(p->c, name);
	canvas_clip(p->c, rect_inset(p->area, -1, -1));
	for (int i = 0; i < SNAP_STEP_BINS; i++) {
		float x0 = plot_x(p, bin_edge(t, i)), x1 = plot_x(p, bin_edge(t, i + 1));
		float y = plot_y(p, height * (double)t->count[i]);
		line[2 * i] = (point){x0, y};
		line[2 * i + 1] = (point){x1, y};
		if (part_arms(s) == 1 && y < floor_y)
			canvas_box(p->c, (rect){x0, y, x1 - x0, floor_y - y}, 0, part_arm_ink(s, arm), 0.85F);
	}
	int from = 0, to = SNAP_STEP_BINS - 1;
	while (from < to && t->count[from] == 0)
		from++;
	while (to > from && t->count[to] == 0)
		to--;
	if (part_arms(s) > 1) { /* from the floor to the floor, and not along it */
		point foot[] = {{line[2 * from].x, floor_y}, line[2 * from]};
		point end[] = {line[2 * to + 1], {line[2 * to + 1].x, floor_y}};
		canvas_polyline(p->c, foot, 2, part_arm_stroke(s, arm, 1.75F));
		canvas_polyline(p->c, line + 2 * from, 2 * (to - from + 1), part_arm_stroke(s, arm, 1.75F));
		canvas_polyline(p->c, end, 2, part_arm_stroke(s, arm, 1.75F));
	}
	canvas_clip_end(p->c);
	canvas_group_end(p->c);
}

static void read_bins(const snap *s, const plot *p, const view_focus *focus)
{
	char value[48];
	readout r = {0};
	const snap_steps *t = steps_of(s, 0);
	if (!part_inside(p, focus) || !(t->high > t->low))
		return;
	double at = axis_value(&p->x, focus->pointer.x), low = (double)t->low, high = (double)t->high;
	int bin = (int)floor((at - low) / (high - low) * SNAP_STEP_BINS);
	if (bin < 0 || bin >= SNAP_STEP_BINS)
		return;
	readout_add(&r, INK_NONE, "%s × the gradient",
	        axis_power(value, sizeof value, 0.5 * (bin_edge(t, bin) + bin_edge(t, bin + 1))));
	for (int a = 0; a < part_arms(s); a++)
		readout_add(&r, part_arm_ink(s, a), "%s of the weights",
		        part_percent(value, sizeof value, share_in(steps_of(s, a), bin) / 100));
	readout_draw(&r, p->c, p->area, focus->pointer);
}

static void draw_histogram(const snap *s, canvas *c, rect area, float left, bool bare, const view_focus *focus)
{
	float em = plot_em(c, TYPE_TICK);
	bool several = part_arms(s) > 1;
	plot_spec spec = {.x = ratio_axis(s),
	        .y = share_axis(s),
	        .x_title = "step / gradient",
	        .y_title = several ? "how often" : "% of the weights",
	        .y_bare = several,
	        .left = left,
	        .x_bare = bare,
	        .right = em};
	plot p = plot_begin(c, area, &spec);
	if (!plot_has_room(&p))
		return;
	for (int a = 0; a < part_arms(s); a++)
		if (steps_of(s, a)->update > 0 && counted(steps_of(s, a)) > 0 &&
		        steps_of(s, a)->high > steps_of(s, a)->low)
			draw_bins(s, a, &p);
	draw_rates(s, &p, true);
	int rates = 0;
	for (int a = 0; a < part_arms(s); a++)
		rates += !repeats_rate(s, a);
	if (p.area.h > 5 * em &&
	        (rates == 1 || p.area.w > 24 * em * (float)(rates - 1))) /* else they lie on the curves */
		name_rates(s, &p);
	if (!any_known(s))
		plot_message(&p, part_nothing(s));
	read_bins(s, &p, focus);
}

/* ---- block by block ---- */

static float row_y(const plot *p, const rows *r, int i, int lane, int lanes)
{
	float h = p->area.h / (float)r->n;
	return p->area.y + h * ((float)i + 0.5F) + 0.62F * h * ((float)(lane + 1) / (float)(lanes + 1) - 0.5F);
}

/* The middle nine tenths of the weights as a bar, their median as an upright tick; the whole block as a disc. */
static void draw_row(const snap *s, const plot *p, const rows *r, int i, quantity q)
{
	for (int a = 0; a < part_arms(s); a++) {
		const snap_block_step *b = of_row(s, &r->row[i], a);
		float y = row_y(p, r, i, a, part_arms(s)), low, high, middle;
		ink own = part_arm_ink(s, a);
		if (!b)
			continue;
		low = plot_x(p, (double)b->mark[STEP_LEAST]);
		high = plot_x(p, (double)b->mark[STEP_MOST]);
		middle = plot_x(p, (double)b->mark[STEP_MEDIAN]);
		if (q == RATIO && isfinite(low) && isfinite(high)) {
			canvas_line(p->c, low, y, high, y, plot_stroke(2, own, 0.55F, DASH_SOLID));
			canvas_line(p->c, middle, y - 4, middle, y + 4, plot_stroke(2, own, 1, DASH_SOLID));
		}
		if (isfinite(value_of(b, q)))
			canvas_disc(p->c, plot_x(p, value_of(b, q)), y, 3.5F, own, 1);
	}
}

static float names_width(const canvas *c, const rows *r)
{
	float em = plot_em(c, TYPE_TICK), widest = 0;
	for (int i = 0; i < r->n; i++)
		widest = fmaxf(widest, canvas_measure(r->row[i].name, em, WEIGHT_REGULAR).width);
	return widest + em;
}

static void read_rows(const snap *s, const plot *p, const rows *r, quantity q, const view_focus *focus)
{
	char value[48];
	readout o = {0};
	if (!part_inside(p, focus))
		return;
	int i = (int)((focus->pointer.y - p->area.y) / p->area.h * (float)r->n);
	i = i < 0 ? 0 : i < r->n ? i : r->n - 1;
	readout_add(&o, INK_NONE, "%s", i ? r->row[i].name : "all weights");
	for (int a = 0; a < part_arms(s); a++) {
		const snap_block_step *b = of_row(s, &r->row[i], a);
		if (!b)
			continue;
		readout_add(&o, part_arm_ink(s, a), "%s %s", q == RATIO ? "× the gradient:" : "× the weights:",
		        axis_power(value, sizeof value, value_of(b, q)));
		if (!isnan(b->cosine))
			readout_add(&o, INK_NONE, "%.0f° off downhill",
			        acos(fmax(-1, fmin(1, (double)b->cosine))) * 180 / 3.14159265358979323846);
	}
	readout_draw(&o, p->c, p->area, focus->pointer);
}

/* Margins of plots that stand over each other. */
typedef struct margins {
	float left, right;
} margins;

static void draw_rows(
        const snap *s, canvas *c, rect area, axis x, margins m, quantity q, const char *title, const view_focus *focus)
{
	rows r;
	float em = plot_em(c, TYPE_TICK);
	rows_make(s, &r);
	plot_spec spec = {.x = x,
	        .y = axis_count(0, r.n),
	        .x_title = title,
	        .y_bare = true,
	        .left = fmaxf(m.left, names_width(c, &r)),
	        .right = fmaxf(m.right, em)};
	plot p = plot_begin(c, area, &spec);
	if (!plot_has_room(&p) || p.area.h < 1.1F * em * (float)r.n)
		return;
	canvas_group(c, q == RATIO ? "blocks:ratio" : "blocks:relative");
	for (int i = 0; i < r.n; i++) {
		float y = p.area.y + p.area.h * ((float)i + 0.5F) / (float)r.n;
		canvas_text(c, p.area.x - 0.5F * em, y + 0.36F * em, r.row[i].name,
		        plot_type(c, TYPE_TICK, i ? INK_MUTED : INK_TEXT, ALIGN_RIGHT));
		if (i > 0)
			canvas_line(c, p.area.x, p.area.y + p.area.h * (float)i / (float)r.n, p.area.x + p.area.w,
			        p.area.y + p.area.h * (float)i / (float)r.n, plot_stroke(1, INK_GRID, 1, DASH_SOLID));
	}
	canvas_clip(c, rect_inset(p.area, -1, -1));
	for (int i = 0; i < r.n; i++)
		draw_row(s, &p, &r, i, q);
	canvas_clip_end(c);
	if (q == RATIO)
		draw_rates(s, &p, true);
	canvas_group_end(c);
	read_rows(s, &p, &r, q, focus);
}

/* ---- over the updates ---- */

/* log10 of the mean step over the mean gradient, point by point, in static memory: valid until the next call. */
static curve over_updates(const snap *s, int arm)
{
	static float y[SNAP_BUCKETS];
	const snap_arm *a = &s->arm[arm];
	part_curve step = part_series(part_drawn(&a->series[SNAP_UPDATE_NORM]), true);
	int n = step.mean.n;
	memcpy(y, step.mean.y, (size_t)n * sizeof *y);
	part_curve grad = part_series(part_drawn(&a->series[SNAP_GRAD_NORM]), true);
	bool alike = grad.mean.n == n && grad.mean.x0 == step.mean.x0 && grad.mean.dx == step.mean.dx;
	for (int i = 0; i < n; i++)
		y[i] = alike && isfinite(grad.mean.y[i]) ? y[i] - grad.mean.y[i] : NAN;
	return (curve){y, n, step.mean.x0, step.mean.dx};
}

/* Its labels, and its frame, whose margins are at least `m`. */
static plot_spec updates_spec(const snap *s, const canvas *c, float width, margins m, labels *l)
{
	char value[48];
	span all = span_none;
	for (int a = 0; a < part_arms(s); a++) {
		curve line = over_updates(s, a);
		span_add_all(&all, line.y, line.n);
		if (isfinite(learning_rate(s, a)))
			span_add(&all, learning_rate(s, a));
		int last = line_last(line);
		if (last >= 0) {
			label *k = labels_add(l, (double)line.y[last], part_arm_ink(s, a), "%s",
			        part_arms(s) > 1 ? part_arm_name(s, a)
			                         : axis_power(value, sizeof value, (double)line.y[last]));
			k->dash = part_arm_dash(s, a);
		}
		if (!repeats_rate(s, a)) {
			label *k = labels_add(
			        l, learning_rate(s, a), rate_ink(s, a), "%s", rate_text(s, a, value, sizeof value));
			k->rank = 1;
			k->dash = DASH_DASHED;
		}
	}
	return (plot_spec){.x = part_updates_axis(s),
	        .y = axis_log(all),
	        .x_title = "update",
	        .y_title = "‖step‖ / ‖gradient‖",
	        .left = m.left,
	        .right = fmaxf(m.right, labels_width(l, c, 0.34F * width))};
}

static void draw_updates(const snap *s, canvas *c, rect area, margins m, view_focus *focus)
{
	char value[48];
	labels l = {0};
	plot_spec spec = updates_spec(s, c, area.w, m, &l);
	plot p = plot_begin(c, area, &spec);
	if (!plot_has_room(&p))
		return;
	draw_rates(s, &p, false);
	for (int a = 0; a < part_arms(s); a++) {
		char name[32];
		snprintf(name, sizeof name, "series:effective:%d", a);
		canvas_group(c, name);
		part_draw(&p, over_updates(s, a), s->arm[a].update, part_arm_stroke(s, a, 1.75F));
		canvas_group_end(c);
	}
	part_mark_present(&p, s);
	if (spec.right > 0)
		labels_draw(&l, &p);
	if (!any_known(s) && part_last(&s->arm[0].series[SNAP_UPDATE_NORM], true) < 0)
		plot_message(&p, part_nothing(s));
	bool pointed = part_point_update(&p, focus);
	part_mark_update(&p, focus);
	if (!pointed)
		return;
	readout r = {0};
	readout_add(&r, INK_NONE, "update %s", axis_count_text(value, sizeof value, (double)focus->update));
	for (int a = 0; a < part_arms(s); a++) {
		curve line = over_updates(s, a);
		int i = line_nearest(line, (double)focus->update);
		bool known = i >= 0 && isfinite(line.y[i]);
		readout_add(&r, part_arm_ink(s, a), "%s%s",
		        known ? axis_power(value, sizeof value, (double)line.y[i]) : "–",
		        known ? " × the gradient" : "");
	}
	readout_draw(&r, c, p.area, focus->pointer);
}

/* ---- the whole ---- */

static float shared_left(const snap *s, const canvas *c, rect area)
{
	rows r;
	rows_make(s, &r);
	plot_spec spec = {.x = ratio_axis(s), .y = share_axis(s), .y_title = "% of the weights"};
	return fmaxf(plot_left(c, area, &spec), names_width(c, &r));
}

void steps_draw(const snap *s, canvas *c, rect area, view_focus *focus)
{
	float em = plot_em(c, TYPE_TICK);
	bool wide = area.w > 52 * em, high = area.h > 26 * em;
	rows r;
	rows_make(s, &r);
	part_name_arms(s, c, &area);
	rect left = area, right = {0}, low;
	margins m = {0};
	if (wide) {
		right = rect_cut_right(&left, 0.46F * area.w);
		rect_cut_left(&right, em);
	} else if (high) {
		right = rect_cut_bottom(&left, 0.4F * area.h);
	}
	m.left = shared_left(s, c, left);
	if (left.h > 26 * em) {
		low = rect_cut_bottom(&left, 0.52F * left.h);
		draw_rows(s, c, low, ratio_axis(s), m, RATIO, "step / gradient", focus);
	} else {
		m.left = 0;
	}
	draw_histogram(s, c, left, m.left, m.left > 0, focus);
	m.left = 0;
	if (right.w > 0 && wide && right.h > 26 * em) {
		low = rect_cut_bottom(&right, 0.52F * right.h);
		labels unused = {0};
		plot_spec above = updates_spec(s, c, right.w, m, &unused);
		m = (margins){fmaxf(names_width(c, &r), plot_left(c, right, &above)), above.right};
		draw_rows(s, c, low, relative_axis(s, &r), m, RELATIVE, "step / weights", focus);
	}
	if (right.w > 0)
		draw_updates(s, c, right, m, focus);
}

void steps_caption(const snap *s, bool run, char *buf, int size)
{
	const snap_steps *t = steps_of(s, 0);
	char update[32];
	part_append(buf, size, "What the optimizer made of the gradient");
	if (t->update > 0)
		part_append(buf, size, " at update\u00A0%s", axis_count_text(update, sizeof update, (double)t->update));
	part_append_run(buf, size, run ? ": " : NULL, s);
	part_append(buf, size, ". Every weight's |step| over its |gradient| (before clipping); ");
	if (t->still > 0 && t->weights > 0)
		part_append(buf, size, "%s of the weights stood still; ",
		        part_percent(update, sizeof update, (double)t->still / (double)t->weights));
	part_append(buf, size, "by block: disc the whole, bar 5 to 95\u2009%% of its weights, tick the median.");
	part_append_future(buf, size, s);
}

void steps_key(const snap *s, char *buf, int size)
{
	const snap_steps *t = steps_of(s, 0);
	char value[48];
	if (part_arms(s) > 1 || t->update < 1)
		return;
	part_append(buf, size, "%s, lr %s", config_choice(&s->arm[0].config, KNOB_optimizer),
	        text_short(value, sizeof value, s->arm[0].config.v[KNOB_lr], 3));
	if (isfinite(t->all.ratio))
		part_append(buf, size, ", in effect %s", axis_power(value, sizeof value, (double)t->all.ratio));
}

/* ---- as numbers ---- */

static void add_blocks(const snap *s, int arm, view_data *d)
{
	static const char *const column[] = {"log10_ratio_5", "log10_ratio_50", "log10_ratio_95"};
	static const char *const said[] = {"5 % quantile over the weights of log10 of |step| over |gradient|",
	        "median of the same", "95 % quantile of the same"};
	const snap_arm *a = &s->arm[arm];
	int n = blocks_of(a);
	data_table(d, "blocks", arm, n + 1);
	data_add(d, DATA_TEXT, DATA_ROWS, "block", "block of weights; all: all of them as one");
	data_set_text(d, 0, "all");
	for (int i = 0; i < n; i++)
		data_set_text(d, i + 1, a->block[i]);
	data_add(d, DATA_REAL, DATA_ROWS, "log10_ratio", "log10 of the norm of the step over that of the gradient");
	for (int i = 0; i <= n; i++)
		data_set(d, i, (double)(i ? a->steps.block[i - 1] : a->steps.all).ratio);
	data_add(d, DATA_REAL, DATA_ROWS, "log10_relative", "log10 of the norm of the step over that of the weights");
	for (int i = 0; i <= n; i++)
		data_set(d, i, (double)(i ? a->steps.block[i - 1] : a->steps.all).relative);
	data_add(d, DATA_REAL, DATA_ROWS, "cosine", "cosine of the step with the direction against the gradient");
	for (int i = 0; i <= n; i++)
		data_set(d, i, (double)(i ? a->steps.block[i - 1] : a->steps.all).cosine);
	for (int k = 0; k < STEP_MARKS; k++) {
		data_add(d, DATA_REAL, DATA_ROWS, column[k], said[k]);
		for (int i = 0; i <= n; i++)
			data_set(d, i, i ? (double)a->steps.block[i - 1].mark[k] : NAN);
	}
}

void steps_data(const snap *s, view_data *d)
{
	for (int a = 0; a < part_arms(s); a++) {
		const snap_steps *t = steps_of(s, a);
		double width = ((double)t->high - (double)t->low) / SNAP_STEP_BINS;
		data_series(d, "steps", a, &s->arm[a].series[SNAP_UPDATE_NORM], "norm", "norm of the step");
		if (t->update < 1)
			continue;
		data_table(d, "weights", a, SNAP_STEP_BINS);
		data_range(d, DATA_ROWS, "log10_low", "log10 of the least |step| over |gradient| in this bin",
		        (double)t->low, width);
		data_range(d, DATA_ROWS, "log10_high", "log10 of the greatest", (double)t->low + width, width);
		data_floats(d, "count", "weights in this bin", t->count);
		add_blocks(s, a, d);
	}
}

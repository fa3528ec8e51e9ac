/* activity: the hidden units of one sequence over its steps, and how steep the nonlinearity is where they work. */
#include "base/text.h"
#include "plot/heat.h"
#include "view/parts.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static int rows_of(const snap_tape *t)
{
	return part_tape_steps(t) < 1 || t->rows < 1 ? 0 : t->rows > SNAP_TAPE_UNITS ? SNAP_TAPE_UNITS : t->rows;
}

static int all_units(const snap_tape *t)
{
	long all = (long)t->layers * t->units;
	return all < 1 ? 1 : all > 1000000 ? 1000000 : (int)all;
}

static bool relu_of(const snap_arm *a)
{
	return config_uses(&a->config, KNOB_activation) &&
	       strcmp(config_choice(&a->config, KNOB_activation), "relu") == 0;
}

static double longest(const snap *s)
{
	double T = 1;
	for (int a = 0; a < part_arms(s); a++)
		T = fmax(T, fmin(s->arm[a].tape.T, 1e6));
	return T;
}

/* Symmetric around 0; −1 … 1 while that holds all. */
static axis scale_of(const snap *s)
{
	span all = span_none;
	bool some = false; /* an arm that has stopped does not wash out the others */
	for (int a = 0; a < part_arms(s); a++)
		some = some || !s->arm[a].diverged;
	for (int a = 0; a < part_arms(s); a++)
		for (int r = 0; r < rows_of(&s->arm[a].tape) && (!some || !s->arm[a].diverged); r++)
			span_add_all(&all, s->arm[a].tape.hidden[r], part_tape_steps(&s->arm[a].tape));
	double top = span_empty(all) ? 1 : fmax(fabs(all.low), fabs(all.high));
	span even = span_none;
	span_add(&even, top > 1 ? -top : -1);
	span_add(&even, top > 1 ? top : 1);
	axis x = axis_linear(even);
	x.high = fmax(x.high, -x.low);
	x.low = -x.high;
	return x;
}

/* ---- units over steps ---- */

static void draw_units(const snap *s, int arm, const plot *p, axis scale)
{
	const snap_tape *t = &s->arm[arm].tape;
	heat h = {.value = &t->hidden[0][0], .rows = rows_of(t), .cols = part_tape_steps(t), .pitch = SNAP_STEPS};
	h.scale = scale;
	h.map = HEAT_DIVERGING;
	h.last_on_top = true;
	float x1 = plot_x(p, t->T + 0.5), end = plot_x(p, t->length + 0.5);
	if (h.rows < 1)
		return;
	canvas_group(p->c, "units");
	heat_draw(p->c, (rect){p->area.x, p->area.y, x1 - p->area.x, p->area.h}, h);
	if (end < x1)
		canvas_box(p->c, (rect){end, p->area.y, x1 - end, p->area.h}, 0, INK_PANEL, 0.7F);
	for (int l = 1; l < t->layers && l < 8; l++)
		plot_horizontal(p, (double)l * t->units + 0.5, plot_stroke(1.25F, INK_TEXT, 0.8F, DASH_SOLID));
	canvas_group_end(p->c);
}

static void read_units(const snap *s, int arm, const plot *p, rect bounds, const view_focus *focus)
{
	const snap_tape *t = &s->arm[arm].tape;
	char value[48];
	readout r = {0};
	if (!part_inside(p, focus) || rows_of(t) < 1)
		return;
	int entry = part_tape_entry(t, focus->step);
	int row = (int)((p->area.y + p->area.h - focus->pointer.y) / p->area.h * (float)rows_of(t));
	row = row < 0 ? 0 : row >= rows_of(t) ? rows_of(t) - 1 : row;
	if (entry < 0)
		return;
	readout_add(&r, INK_NONE, "step k = %d", focus->step);
	if (t->layers > 1)
		readout_add(
		        &r, INK_NONE, "layer %d, unit %d", t->unit[row] / t->units + 1, t->unit[row] % t->units + 1);
	else
		readout_add(&r, INK_NONE, "unit %d", t->unit[row] + 1);
	readout_add(&r, part_arms(s) > 1 ? part_arm_ink(s, arm) : INK_NONE, "h = %s",
	        text_short(value, sizeof value, (double)t->hidden[row][entry], 4));
	readout_draw(&r, p->c, bounds, focus->pointer);
}

static plot_spec strip_spec(const snap *s, int arm)
{
	const snap_tape *t = &s->arm[arm].tape;
	plot_spec spec = {.x = axis_count(0.5, longest(s) + 0.5), .y = axis_count(0.5, all_units(t) + 0.5)};
	spec.x_title = "time step k";
	spec.y_title = part_arms(s) == 1 ? "unit" : part_arm_name(s, arm);
	return spec;
}

/* Whether every arm has its name beside its strip. */
static bool names_beside(const snap *s, const canvas *c, rect area)
{
	rect strip = {area.x, area.y, area.w, (area.h - plot_foot(c)) / (float)part_arms(s)};
	bool all = true;
	for (int a = 0; a < part_arms(s); a++) {
		plot_spec spec = strip_spec(s, a);
		all = all && plot_titles_y(c, strip, &spec);
	}
	return all;
}

static void draw_strips(const snap *s, canvas *c, rect area, view_focus *focus)
{
	axis scale = scale_of(s);
	plot p[SNAP_ARMS];
	int n = part_arms(s);
	float em = plot_em(c, TYPE_TICK), below = area.h > 8 * em ? plot_foot(c) : 0;
	float height = (area.h - below) / (float)n;
	for (int a = 0; a < n; a++) {
		plot_spec spec = strip_spec(s, a);
		spec.right = heat_bar_width(c, height, scale) + PLOT_UNIT;
		spec.left = 3.6F * em;
		spec.x_bare = a < n - 1;
		spec.x_keep = a == n - 1 && below > 0;
		rect r = rect_cut_top(&area, height + (a == n - 1 ? below : 0));
		p[a] = plot_begin(c, r, &spec);
		if (!plot_has_room(&p[a]))
			return;
		part_point_step(&p[a], focus, longest(s));
		draw_units(s, a, &p[a], scale);
		if (n > 1)
			canvas_box(c, (rect){p[a].area.x - 3, p[a].area.y, 3, p[a].area.h}, 0, part_arm_ink(s, a), 1);
		part_mark_step(&p[a], focus, INK_TEXT);
	}
	rect bar = p[0].gutter;
	bar.y = p[0].area.y;
	bar.h = p[n - 1].area.y + p[n - 1].area.h - bar.y;
	rect_cut_left(&bar, PLOT_UNIT);
	if (rows_of(&s->arm[0].tape) > 0)
		heat_bar_in(c, bar, scale, HEAT_DIVERGING);
	else
		plot_message(&p[0], part_nothing(s));
	for (int a = 0; a < n; a++)
		read_units(s, a, &p[a], area.h > 0 ? area : p[a].area, focus);
}

/* ---- slopes ---- */

static double share_in(const snap_tape *t, int bin)
{
	return t->has_slopes && t->slopes > 0 ? (double)t->slope[bin] / t->slopes : NAN;
}

static axis share_axis(const snap *s)
{
	span all = span_none;
	span_add(&all, 0);
	for (int a = 0; a < part_arms(s); a++)
		for (int i = 0; i < SNAP_TAPE_BINS; i++)
			span_add(&all, 100 * share_in(&s->arm[a].tape, i));
	return axis_linear(all);
}

/* One arm as bars, several as outlines. */
static void draw_bins(const snap *s, int arm, const plot *p)
{
	const snap_tape *t = &s->arm[arm].tape;
	point line[2 * SNAP_TAPE_BINS];
	float floor_y = p->area.y + p->area.h;
	char name[32];
	snprintf(name, sizeof name, "slopes:%d", arm);
	canvas_group(p->c, name);
	for (int i = 0; i < SNAP_TAPE_BINS; i++) {
		float x0 = plot_x(p, (double)i / SNAP_TAPE_BINS), x1 = plot_x(p, (double)(i + 1) / SNAP_TAPE_BINS);
		float y = plot_y(p, 100 * share_in(t, i));
		line[2 * i] = (point){x0, y};
		line[2 * i + 1] = (point){x1, y};
		if (part_arms(s) == 1 && y < floor_y)
			canvas_box(
			        p->c, (rect){x0 + 0.5F, y, x1 - x0 - 1, floor_y - y}, 0, part_arm_ink(s, arm), 0.85F);
	}
	if (part_arms(s) > 1)
		canvas_polyline(p->c, line, 2 * SNAP_TAPE_BINS, part_arm_stroke(s, arm, 1.75F));
	canvas_group_end(p->c);
}

static void read_slopes(const snap *s, const plot *p, const view_focus *focus)
{
	char value[32], low[16], high[16];
	readout r = {0};
	if (!part_inside(p, focus))
		return;
	int bin = (int)(axis_value(&p->x, focus->pointer.x) * SNAP_TAPE_BINS);
	bin = bin < 0 ? 0 : bin >= SNAP_TAPE_BINS ? SNAP_TAPE_BINS - 1 : bin;
	snprintf(low, sizeof low, "%.2f", (double)bin / SNAP_TAPE_BINS);
	snprintf(high, sizeof high, "%.2f", (double)(bin + 1) / SNAP_TAPE_BINS);
	readout_add(&r, INK_NONE, "slope %s … %s", text_localize(low), text_localize(high));
	for (int a = 0; a < part_arms(s); a++)
		readout_add(&r, part_arm_ink(s, a), "%s",
		        part_percent(value, sizeof value, share_in(&s->arm[a].tape, bin)));
	readout_draw(&r, p->c, p->area, focus->pointer);
}

static void draw_slopes(const snap *s, canvas *c, rect area, const view_focus *focus)
{
	bool any = false;
	axis x = {.kind = AXIS_LINEAR, .low = 0, .high = 1, .zero = NAN};
	plot_spec spec = {.x = x, .y = share_axis(s), .x_title = "slope φ′(a)/φ′max", .y_title = "share in %"};
	spec.right = plot_em(c, TYPE_TICK);
	plot p = plot_begin(c, area, &spec);
	if (!plot_has_room(&p))
		return;
	for (int a = 0; a < part_arms(s); a++) {
		if (!s->arm[a].tape.has_slopes)
			continue;
		draw_bins(s, a, &p);
		any = true;
	}
	plot_vertical(&p, 0.05, plot_stroke(1.25F, INK_BOUND, 1, DASH_DASHED));
	if (!any && s->arm[0].tape.T > 0)
		plot_message(&p, "no slope to speak of in this cell");
	read_slopes(s, &p, focus);
}

/* ---- the whole ---- */

static void draw(const snap *s, canvas *c, rect area, view_focus *focus)
{
	float em = plot_em(c, TYPE_TICK);
	bool beside = area.w > 52 * em && area.h > 10 * em, below = !beside && area.h > 30 * em;
	if (beside || below || !names_beside(s, c, area))
		part_name_arms(s, c, &area);
	rect units = area;
	if (beside) {
		rect slopes = rect_cut_right(&units, fminf(0.3F * area.w, 42 * em));
		rect_cut_left(&slopes, em);
		draw_slopes(s, c, slopes, focus);
	} else if (below) {
		rect slopes = rect_cut_bottom(&units, 0.38F * area.h);
		rect_cut_top(&slopes, 0.5F * em);
		draw_slopes(s, c, slopes, focus);
	}
	draw_strips(s, c, units, focus);
}

static const char *caption(const snap *s, bool run, char *buf, int size)
{
	const snap_tape *t = &s->arm[0].tape;
	buf[0] = '\0';
	part_append(buf, size, "Hidden units ");
	if (rows_of(t) > 0 && rows_of(t) < all_units(t))
		part_append(buf, size, "(%d of %d, evenly chosen) ", rows_of(t), all_units(t));
	part_append(buf, size, "over the steps%s", t->T > 0 ? " of " : "");
	part_append_tape(buf, size, s);
	part_append_run(buf, size, run ? ": " : NULL, s);
	part_append(buf, size, ".");
	if (t->has_slopes)
		part_append(buf, size,
		        " Slopes of all units, steps and sequences; dashed: below 5\u2009%% of the largest "
		        "a unit counts as saturated.");
	return buf;
}

static const char *key(const snap *s, char *buf, int size)
{
	const snap_tape *t = &s->arm[0].tape;
	char share[32];
	buf[0] = '\0';
	if (part_arms(s) > 1 || !t->has_slopes || !(t->slopes > 0))
		return buf;
	part_append(buf, size, "%s %s, %d of %d units %s", part_percent(share, sizeof share, t->flat / t->slopes),
	        relu_of(&s->arm[0]) ? "at zero" : "saturated", t->stuck, t->slope_units,
	        relu_of(&s->arm[0]) ? "dead" : "at every step");
	return buf;
}

static void numbers(const snap *s, view_data *d)
{
	for (int a = 0; a < part_arms(s); a++) {
		const snap_tape *t = &s->arm[a].tape;
		data_tape_hidden(d, a, t);
		if (!t->has_slopes)
			continue;
		data_table(d, "slopes", a, SNAP_TAPE_BINS);
		data_range(d, DATA_ROWS, "slope_low", "least slope in this bin, as a share of the largest possible", 0,
		        1.0 / SNAP_TAPE_BINS);
		data_range(d, DATA_ROWS, "slope_high", "greatest slope in this bin", 1.0 / SNAP_TAPE_BINS,
		        1.0 / SNAP_TAPE_BINS);
		data_floats(d, "count", "slopes of all units, steps and sequences in this bin", t->slope);
		data_add(d, DATA_REAL, DATA_ROWS, "share", "the same as a share, 0 to 1");
		for (int i = 0; i < SNAP_TAPE_BINS; i++)
			data_set(d, i, share_in(t, i));
	}
}

const view view_activity = {
        .name = "activity",
        .title = "Activity",
        .summary = "hidden units over the steps of a sequence; slopes of the nonlinearity, saturated and dead units",
        .wants = WANT_TAPE,
        .draw = draw,
        .data = numbers,
        .caption = caption,
        .key = key,
};

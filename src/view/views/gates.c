/* gates: how open the gates are over the steps of a sequence, and what the ones that keep the state leave of the
 * gradient on its way back. */
#include "base/text.h"
#include "view/parts.h"

#include <math.h>
#include <stdio.h>

static int gates_of(const snap_tape *t)
{
	return part_tape_steps(t) < 1 || t->gates < 1 ? 0 : t->gates > SNAP_TAPE_GATES ? SNAP_TAPE_GATES : t->gates;
}

static ink gate_ink(int g)
{
	return (ink)(INK_SERIES_0 + g);
}

static double longest(const snap *s)
{
	double T = 1;
	for (int a = 0; a < part_arms(s); a++)
		T = fmax(T, fmin(s->arm[a].tape.T, 1e6));
	return T;
}

static bool any_gates(const snap *s)
{
	bool any = false;
	for (int a = 0; a < part_arms(s); a++)
		any = any || gates_of(&s->arm[a].tape) > 0;
	return any;
}

static bool any_path(const snap *s)
{
	bool any = false;
	for (int a = 0; a < part_arms(s); a++)
		any = any || (s->arm[a].tape.has_path && part_tape_steps(&s->arm[a].tape) > 0);
	return any;
}

static float value_at(const float *y, const snap_tape *t, int step)
{
	int i = part_tape_entry(t, step);
	return i < 0 ? NAN : y[i];
}

/* ---- how open they are: a plot for every arm that has gates ---- */

static void label_gates(const snap_tape *t, labels *l)
{
	for (int g = 0; g < gates_of(t); g++) {
		curve mean = part_steps(t->gate_mean[g], t->T);
		int last = line_last(mean);
		if (last >= 0)
			labels_add(l, (double)mean.y[last], gate_ink(g), "gate %s", t->gate[g])->weight = WEIGHT_BOLD;
	}
}

static void draw_gates(const snap_tape *t, const plot *p)
{
	for (int g = 0; g < gates_of(t); g++) {
		char name[32];
		snprintf(name, sizeof name, "gate:%s", t->gate[g]);
		canvas_group(p->c, name);
		line_band(p, part_steps(t->gate_low[g], t->T), part_steps(t->gate_high[g], t->T), gate_ink(g), 0.16F);
		line_draw(p, part_steps(t->gate_mean[g], t->T), plot_stroke(2, gate_ink(g), 1, DASH_SOLID));
		canvas_group_end(p->c);
	}
}

static void read_gates(const snap_tape *t, const plot *p, const view_focus *focus)
{
	char mean[32], low[32], high[32];
	readout r = {0};
	if (!part_inside(p, focus) || gates_of(t) < 1)
		return;
	readout_add(&r, INK_NONE, "step k = %d", focus->step);
	for (int g = 0; g < gates_of(t); g++)
		readout_add(&r, gate_ink(g), "%s %s (%s … %s)", t->gate[g],
		        text_short(mean, sizeof mean, (double)value_at(t->gate_mean[g], t, focus->step), 3),
		        text_short(low, sizeof low, (double)value_at(t->gate_low[g], t, focus->step), 2),
		        text_short(high, sizeof high, (double)value_at(t->gate_high[g], t, focus->step), 2));
	readout_draw(&r, p->c, p->area, focus->pointer);
}

static plot begin_gates(const snap *s, int arm, canvas *c, rect area, float left, float right, bool bare)
{
	axis open = {.kind = AXIS_LINEAR, .low = 0, .high = 1, .zero = NAN};
	plot_spec spec = {.x = axis_count(0.5, longest(s) + 0.5), .y = open, .x_title = "time step k"};
	spec.y_title = part_arms(s) == 1 ? "gate" : part_arm_name(s, arm);
	spec.left = left;
	spec.right = right;
	spec.x_bare = bare;
	spec.x_keep = !bare;
	return plot_begin(c, area, &spec);
}

/* ---- the way back ---- */

/* ‖∂L/∂h_k‖ over its value at the last loss step, in decades. */
static curve all_ways(const snap_arm *a, float *out)
{
	curve dh = part_steps(a->dh_norm, a->total.T);
	int last = line_last(dh);
	float end = last < 0 ? NAN : dh.y[last];
	for (int i = 0; i < dh.n; i++)
		out[i] = dh.y[i] - end;
	dh.y = out;
	return dh;
}

typedef struct ways {
	float dh[SNAP_ARMS][SNAP_STEPS];
	curve all[SNAP_ARMS], kept[SNAP_ARMS];
	span values;
} ways;

static void collect_ways(const snap *s, ways *w)
{
	w->values = span_none;
	for (int a = 0; a < part_arms(s); a++) {
		const snap_tape *t = &s->arm[a].tape;
		w->all[a] = all_ways(&s->arm[a], w->dh[a]);
		w->kept[a] = part_steps(t->path, t->has_path ? t->T : 0);
		span_add_all(&w->values, w->all[a].y, w->all[a].n);
		span_add_all(&w->values, w->kept[a].y, w->kept[a].n);
	}
}

static ink way_ink(const snap *s, int arm)
{
	return part_arms(s) > 1 ? part_arm_ink(s, arm) : INK_ARM_0;
}

/* The lines part at the first step: a legend names them, the arms by their colours. */
static void label_ways(const snap *s, const ways *w, labels *l)
{
	bool several = part_arms(s) > 1, kept = false, all = false;
	for (int a = 0; a < part_arms(s); a++) {
		if (several)
			labels_add(l, 0, way_ink(s, a), "%s", part_arm_name(s, a));
		kept = kept || line_last(w->kept[a]) >= 0;
		all = all || line_last(w->all[a]) >= 0;
	}
	if (kept)
		labels_add(l, 0, several ? INK_MUTED : way_ink(s, 0), "∏ kept");
	if (all)
		labels_add(l, 0, INK_MUTED, "‖∂L/∂hₖ‖")->dash = DASH_DOTTED;
}

static void read_ways(const snap *s, const ways *w, const plot *p, const view_focus *focus)
{
	char value[48];
	readout r = {0};
	if (!part_inside(p, focus))
		return;
	readout_add(&r, INK_NONE, "step k = %d", focus->step);
	for (int a = 0; a < part_arms(s); a++) {
		const snap_tape *t = &s->arm[a].tape;
		int i = line_nearest(w->all[a], focus->step);
		if (t->has_path)
			readout_add(&r, way_ink(s, a), "∏ kept %s",
			        axis_power(value, sizeof value, (double)value_at(t->path, t, focus->step)));
		if (i >= 0)
			readout_add(&r, part_arms(s) > 1 ? way_ink(s, a) : INK_MUTED, "‖∂L/∂hₖ‖ %s of the end's",
			        axis_power(value, sizeof value, (double)w->all[a].y[i]));
	}
	readout_draw(&r, p->c, p->area, focus->pointer);
}

static plot_spec specify_ways(const snap *s, const ways *w, float right)
{
	plot_spec spec = {.x = axis_count(0.5, longest(s) + 0.5), .y = axis_log(w->values), .x_title = "time step k"};
	spec.y_title = "on the way back";
	spec.y_zero = w->values.zero;
	spec.right = right;
	spec.x_keep = true;
	return spec;
}

static void draw_ways(const snap *s, const ways *w, canvas *c, rect area, const plot_spec *spec, view_focus *focus)
{
	plot p = plot_begin(c, area, spec);
	if (!plot_has_room(&p))
		return;
	part_point_step(&p, focus, longest(s));
	for (int a = 0; a < part_arms(s); a++) {
		char name[32];
		snprintf(name, sizeof name, "series:path:%d", a);
		canvas_group(c, name);
		line_draw(&p, w->all[a],
		        plot_stroke(1.5F, part_arms(s) > 1 ? way_ink(s, a) : INK_MUTED, 0.9F, DASH_DOTTED));
		line_draw(&p, w->kept[a], plot_stroke(2.25F, way_ink(s, a), 1, DASH_SOLID));
		canvas_group_end(c);
	}
	part_mark_step(&p, focus, INK_TEXT);
	read_ways(s, w, &p, focus);
}

/* ---- the whole ---- */

static void say_why_not(const snap *s, canvas *c, rect area)
{
	char text[160];
	plot_spec spec = {.x = axis_count(0.5, longest(s) + 0.5), .x_title = "time step k", .y_title = "gate"};
	spec.y = (axis){.kind = AXIS_LINEAR, .low = 0, .high = 1, .zero = NAN};
	plot p = plot_begin(c, area, &spec);
	snprintf(text, sizeof text, "the %s cell has no gates", config_choice(&s->arm[0].config, KNOB_cell));
	if (plot_has_room(&p))
		plot_message(&p, part_tape_steps(&s->arm[0].tape) < 1 ? part_nothing(s) : text);
}

static float gutter_of(const snap *s, const canvas *c, rect area)
{
	float width = 0;
	for (int a = 0; a < part_arms(s); a++) {
		labels l = {0};
		label_gates(&s->arm[a].tape, &l);
		width = fmaxf(width, labels_width(&l, c, 0.2F * area.w));
	}
	return width;
}

static void draw(const snap *s, canvas *c, rect area, view_focus *focus)
{
	static ways w;
	float em = plot_em(c, TYPE_TICK), left = 3.6F * em, right = gutter_of(s, c, area);
	int n = 0, arm[SNAP_ARMS];
	plot p[SNAP_ARMS];
	for (int a = 0; a < part_arms(s); a++)
		if (gates_of(&s->arm[a].tape) > 0)
			arm[n++] = a;
	if (!any_gates(s)) {
		say_why_not(s, c, area);
		return;
	}
	bool both = any_path(s) && area.h > 18 * em;
	labels l = {0};
	if (both) {
		collect_ways(s, &w);
		label_ways(s, &w, &l);
	}
	bool over_all = part_arms(s) > 1 || 0.42F * area.h < 9 * em; /* no room right above what it names */
	if (over_all && both)
		labels_above(&l, c, &area);
	else if (part_arms(s) > 1)
		part_name_arms(s, c, &area);
	if (both) {
		rect low = rect_cut_bottom(&area, 0.42F * area.h);
		if (!over_all)
			labels_above(&l, c, &low);
		plot_spec spec = specify_ways(s, &w, right);
		spec.left = left = fmaxf(left, plot_left(c, low, &spec));
		rect_cut_bottom(&area, 0.6F * em);
		draw_ways(s, &w, c, low, &spec, focus);
	}
	float below = !both && area.h > 10 * em ? plot_foot(c) : 0, height = (area.h - below) / (float)n;
	for (int i = 0; i < n; i++) {
		bool last = i == n - 1, bare = both || !last;
		rect r = rect_cut_top(&area, height + (last ? below : 0));
		p[i] = begin_gates(s, arm[i], c, r, left, right, bare);
		if (!plot_has_room(&p[i]))
			return;
		part_point_step(&p[i], focus, longest(s));
		labels gates = {0};
		const snap_tape *t = &s->arm[arm[i]].tape;
		label_gates(t, &gates);
		draw_gates(t, &p[i]);
		if (part_arms(s) > 1)
			canvas_box(
			        c, (rect){p[i].area.x - 3, p[i].area.y, 3, p[i].area.h}, 0, part_arm_ink(s, arm[i]), 1);
		if (right > 0)
			labels_draw(&gates, &p[i]);
		else
			labels_legend(&gates, &p[i]);
		part_mark_step(&p[i], focus, INK_TEXT);
		read_gates(t, &p[i], focus);
	}
}

static const char *caption(const snap *s, bool run, char *buf, int size)
{
	buf[0] = '\0';
	part_append(buf, size, any_gates(s) ? "Gates, mean and 10 to 90\u2009%% of the units, of " : "Gates of ");
	part_append_tape(buf, size, s);
	if (s->arm[0].tape.T < 1)
		part_append(buf, size, "a sequence");
	part_append_run(buf, size, run ? ": " : NULL, s);
	part_append(buf, size, ".");
	if (any_path(s) && any_gates(s))
		part_append(buf, size,
		        " ∏ kept: product of the shares kept on the direct way from k to the last loss, mean over the "
		        "units. "
		        "Dotted: ‖∂L/∂hₖ‖ over the batch, relative to the end.");
	return buf;
}

static const char *key(const snap *s, char *buf, int size)
{
	const snap_tape *t = &s->arm[0].tape;
	char value[48];
	buf[0] = '\0';
	if (part_arms(s) > 1 || gates_of(t) < 1)
		return buf;
	if (t->has_path && isfinite(t->path[0]))
		part_append(buf, size, "∏ kept over all steps %s", axis_power(value, sizeof value, (double)t->path[0]));
	return buf;
}

/* ---- as numbers ---- */

static void add_gate(const snap_tape *t, int g, view_data *d)
{
	static const char *const ends[] = {"mean", "low", "high"};
	static const char *const said[] = {"mean over the units", "10 % quantile of the units", "90 % quantile"};
	const float *value[] = {t->gate_mean[g], t->gate_low[g], t->gate_high[g]};
	char name[DATA_NAME], about[128];
	for (int i = 0; i < 3; i++) {
		snprintf(name, sizeof name, "%s_%s", t->gate[g], ends[i]);
		snprintf(about, sizeof about, "gate %s, %s", t->gate[g], said[i]);
		data_floats(d, name, about, value[i]);
	}
}

static void numbers(const snap *s, view_data *d)
{
	static ways w;
	collect_ways(s, &w);
	for (int a = 0; a < part_arms(s); a++) {
		const snap_tape *t = &s->arm[a].tape;
		data_table(d, "gates", a, gates_of(t) > 0 ? part_tape_steps(t) : 0);
		data_tape_steps(d, DATA_ROWS, t);
		for (int g = 0; g < gates_of(t); g++)
			add_gate(t, g, d);
		if (t->has_path)
			data_floats(d, "log10_kept",
			        "log10 of the product of the shares kept from step k to the last loss, mean over the "
			        "units",
			        t->path);
		data_table(d, "back", a, w.all[a].n);
		data_range(d, DATA_ROWS, "step", "time step, from 1", w.all[a].x0, w.all[a].dx);
		data_floats(d, "log10_dh", "log10 of the norm of dL/dh_k over that at the end", w.all[a].y);
	}
}

const view view_gates = {
        .name = "gates",
        .title = "Gates",
        .summary = "gate values over the steps of a sequence, and what they leave of the gradient on the direct way",
        .wants = WANT_TAPE,
        .draw = draw,
        .data = numbers,
        .caption = caption,
        .key = key,
};

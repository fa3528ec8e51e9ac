/* horizon: how far back the net remembers, beside how far back the task asks: bars and a band on one axis of steps. */
#include "base/text.h"
#include "view/pairs.h"

#include <math.h>
#include <stdio.h>

enum { ROWS = 8 };

/* How far back something reaches. */
typedef struct reach {
	char name[64];
	double steps; /* +INFINITY: without an end */
	bool beyond;  /* … as far as the sequence goes, at least */
} reach;

typedef struct reaches {
	int n;
	reach row[ROWS];
} reaches;

static reach *add(reaches *r, double steps)
{
	reach *k = &r->row[r->n < ROWS ? r->n++ : ROWS - 1];
	*k = (reach){.steps = steps};
	return k;
}

static void add_norms(reaches *r, const snap_matrices *m)
{
	static const char *const names[] = {"‖∂h_T/∂hₖ‖ ≥ 1/10", "‖∂h_T/∂hₖ‖ ≥ 1/100"};
	if (m->T < 1 || m->steps < 1)
		return;
	for (int i = 0; i < 2; i++) {
		reach *k = add(r, m->reach[i]);
		snprintf(k->name, sizeof k->name, "%s", names[i]);
		k->beyond = m->reach[i] >= m->T - 1;
	}
}

/* What the settings say: a share α that is kept at every step has faded to 1/e after about 1/(1 − α) of them. */
static void add_settings(reaches *r, const config *c)
{
	char value[48];
	if (config_uses(c, KNOB_leak) && c->v[KNOB_leak] > 0)
		snprintf(add(r, 1 / (1 - c->v[KNOB_leak]))->name, 64, "1/(1 − leak), leak = %s",
		        text_short(value, sizeof value, c->v[KNOB_leak], 4));
	if (config_uses(c, KNOB_scrn_alpha))
		snprintf(add(r, 1 / (1 - c->v[KNOB_scrn_alpha]))->name, 64, "1/(1 − α), α = %s%s",
		        text_short(value, sizeof value, c->v[KNOB_scrn_alpha], 4),
		        c->v[KNOB_scrn_learn] != 0 ? " at the start" : "");
	if (config_uses(c, KNOB_chrono) && c->v[KNOB_chrono] > 0)
		snprintf(add(r, c->v[KNOB_chrono])->name, 64, "chrono: longest at the start");
	if (config_uses(c, KNOB_kernel)) /* layer l takes every 2^l-th step */
		snprintf(add(r, (c->v[KNOB_kernel] - 1) * (pow(2, c->v[KNOB_layers]) - 1))->name, 64,
		        "kernels of all layers");
	if (c->v[KNOB_truncate] > 0) /* p replicas: the last of them p − 1 steps back */
		snprintf(add(r, c->v[KNOB_truncate] - 1)->name, 64, "the gradient: truncate = %.0f",
		        c->v[KNOB_truncate]);
}

static reaches reaches_of(const snap_arm *a)
{
	reaches r = {0};
	add_norms(&r, &a->matrices);
	add_settings(&r, &a->config);
	return r;
}

static bool has_lag(const snap_arm *a)
{
	return a->lag_far > 0 && a->lag_near >= 0 && a->lag_near <= a->lag_far;
}

static axis steps_axis(const snap *s)
{
	double most = 10;
	for (int a = 0; a < part_arms(s); a++) {
		const snap_arm *m = &s->arm[a];
		most = fmax(most, m->matrices.T - 1.0);
		most = has_lag(m) ? fmax(most, m->lag_far) : most;
	}
	return axis_count(0, 1.04 * most);
}

/* ---- drawing ---- */

static void lag_text(const snap_arm *a, char *buf, int size)
{
	buf[0] = '\0';
	if (a->lag_near == a->lag_far)
		part_append(buf, size, "the task asks %d steps back", a->lag_far);
	else
		part_append(buf, size, "the task asks %d to %d steps back", a->lag_near, a->lag_far);
}

static void draw_lag(const snap *s, const plot *p, float above)
{
	const snap_arm *a = &s->arm[0];
	char text[96];
	float em = plot_em(p->c, TYPE_TICK);
	if (!has_lag(a))
		return;
	float x0 = plot_x(p, a->lag_near), x1 = plot_x(p, a->lag_far);
	canvas_group(p->c, "lag");
	if (x1 - x0 < 3)
		x0 -= 1.5F, x1 += 1.5F;
	rect band = {x0, p->area.y + 0.8F * above, x1 - x0, p->area.h - 0.8F * above};
	canvas_box(p->c, band, 0, INK_WARN, 0.16F);
	canvas_line(p->c, plot_x(p, a->lag_far), band.y, plot_x(p, a->lag_far), band.y + band.h,
	        plot_stroke(1.5F, INK_WARN, 1, DASH_SOLID));
	lag_text(a, text, sizeof text);
	if (canvas_measure(text, em, WEIGHT_BOLD).width >= p->area.w - em)
		snprintf(text, sizeof text, "asked: %d to %d", a->lag_near, a->lag_far);
	float w = canvas_measure(text, em, WEIGHT_BOLD).width;
	float x = fmaxf(p->area.x + 0.5F * em, fminf(0.5F * (x0 + x1 - w), p->area.x + p->area.w - w - 0.5F * em));
	text_style st = plot_type(p->c, TYPE_TICK, INK_TEXT, ALIGN_LEFT);
	st.weight = WEIGHT_BOLD;
	if (w < p->area.w - em && above > 0)
		canvas_text(p->c, x, p->area.y + 1.2F * em, text, st);
	canvas_group_end(p->c);
}

static void draw_bar(const plot *p, const reach *k, rect row, ink i)
{
	char value[48], text[64];
	float em = plot_em(p->c, TYPE_TICK), edge = p->area.x + p->area.w;
	bool out = k->steps > p->x.high;
	float x = out ? edge : plot_x(p, k->steps), thick = fmaxf(0.6F * row.h, fminf(0.9F * row.h, 1.2F * em));
	thick = fminf(thick, 4 * em);
	rect bar = {p->area.x, row.y + 0.5F * (row.h - thick), fmaxf(2, x - p->area.x), thick};
	canvas_box(p->c, bar, 0, i, 0.85F);
	snprintf(text, sizeof text, "%s%s%s", k->beyond ? "≥ " : "", text_short(value, sizeof value, k->steps, 4),
	        out ? " →" : "");
	float w = canvas_measure(text, em, WEIGHT_BOLD).width;
	float high = fminf(1.5F * em, 0.95F * row.h);
	bool inside = x + w + em > edge;
	text_style st = plot_type(p->c, TYPE_TICK, inside ? INK_PANEL : INK_TEXT, inside ? ALIGN_RIGHT : ALIGN_LEFT);
	st.weight = WEIGHT_BOLD;
	if (row.h <= 1.1F * em)
		return;
	if (!inside) /* off the band behind it */
		canvas_box(p->c, (rect){x + 0.25F * em, row.y + 0.5F * (row.h - high), w + 0.5F * em, high}, 2,
		        INK_PANEL, 0.85F);
	canvas_text(p->c, inside ? x - 0.5F * em : x + 0.5F * em, row.y + 0.5F * row.h + 0.36F * em, text, st);
}

static int all_rows(const snap *s)
{
	int n = 0;
	for (int a = 0; a < part_arms(s); a++)
		n += reaches_of(&s->arm[a]).n;
	return n;
}

/* With the name of the arm in front, or without it. */
static void name_of(const snap *s, int arm, const reach *k, bool full, char *buf, int size)
{
	buf[0] = '\0';
	part_append(buf, size, "%s%s%s", full ? part_arm_name(s, arm) : "", full ? ": " : "", k->name);
}

static float names_width(const snap *s, const canvas *c, bool full)
{
	float widest = 0, em = plot_em(c, TYPE_TICK);
	char text[160];
	for (int a = 0; a < part_arms(s); a++) {
		reaches r = reaches_of(&s->arm[a]);
		for (int i = 0; i < r.n; i++) {
			name_of(s, a, &r.row[i], full, text, sizeof text);
			widest = fmaxf(widest, canvas_measure(text, em, WEIGHT_REGULAR).width);
		}
	}
	return widest + em;
}

static void draw_rows(const snap *s, const plot *p, float left, float above, bool full)
{
	char text[160], fitted[160];
	float em = plot_em(p->c, TYPE_TICK);
	rect rest = p->area;
	rect_cut_top(&rest, above);
	int n = all_rows(s);
	float height = n ? fminf(rest.h / (float)n, 14 * em) : 0;
	rect_cut_top(&rest, 0.5F * (rest.h - height * (float)n));
	for (int a = 0; a < part_arms(s); a++) {
		reaches r = reaches_of(&s->arm[a]);
		for (int i = 0; i < r.n; i++) {
			rect row = rect_cut_top(&rest, height);
			char group[40];
			snprintf(group, sizeof group, "reach:%d:%d", a, i);
			canvas_group(p->c, group);
			draw_bar(p, &r.row[i], row, part_arm_ink(s, a));
			name_of(s, a, &r.row[i], full, text, sizeof text);
			canvas_fit(fitted, sizeof fitted, text, left - em, em, WEIGHT_REGULAR);
			if (left > 4 * em && height > 1.1F * em)
				canvas_text(p->c, p->area.x - 0.5F * em, row.y + 0.5F * row.h + 0.36F * em, fitted,
				        plot_type(p->c, TYPE_TICK, INK_TEXT, ALIGN_RIGHT));
			canvas_group_end(p->c);
		}
	}
}

static void draw(const snap *s, canvas *c, rect area, view_focus *focus)
{
	float em = plot_em(c, TYPE_TICK), most = 0.42F * area.w;
	bool several = part_arms(s) > 1, full = several && names_width(s, c, true) <= most;
	float left = fminf(names_width(s, c, full), most);
	if (several && !full) /* rows of one arm differ in what stands last: it is not cut off */
		part_name_arms(s, c, &area);
	float above = area.h > 12 * em ? 2 * em : 0;
	if (area.h - above - 1.9F * em < 1.1F * em * (float)all_rows(s)) /* rows too low for names */
		left = 0;
	plot_spec spec = {
	        .x = steps_axis(s), .y = axis_count(0, 1), .x_title = "steps back from the last one", .y_bare = true};
	spec.left = left;
	spec.right = PLOT_UNIT;
	plot p = plot_begin(c, area, &spec);
	if (!plot_has_room(&p))
		return;
	draw_lag(s, &p, above);
	draw_rows(s, &p, p.area.x - area.x, above, full);
	if (all_rows(s) == 0)
		plot_message(&p, pairs_problem(s, 0) ? pairs_problem(s, 0) : "nothing measured yet");
	if (focus && focus->has_pointer && rect_has(p.area, focus->pointer.x, focus->pointer.y)) {
		readout r = {0};
		int T = s->arm[0].matrices.T, back = (int)lround(fmax(0, axis_value(&p.x, focus->pointer.x)));
		plot_vertical(&p, back, plot_stroke(1, INK_TEXT, 0.45F, DASH_SOLID));
		readout_add(&r, INK_NONE, "%d steps back", back);
		if (T > back && T - back <= T) {
			focus->step = T - back;
			readout_add(&r, INK_NONE, "step k = %d", T - back);
		}
		readout_draw(&r, c, p.area, focus->pointer);
	} else if (focus && focus->step > 0 && s->arm[0].matrices.T >= focus->step) {
		plot_vertical(&p, s->arm[0].matrices.T - focus->step, plot_stroke(1, INK_TEXT, 0.45F, DASH_SOLID));
	}
}

static const char *caption(const snap *s, bool run, char *buf, int size)
{
	const snap_arm *a = &s->arm[0];
	buf[0] = '\0';
	part_append(buf, size,
	        "How far back the product of Jacobians of the next batch's first sequence stays above a tenth and a "
	        "hundredth");
	part_append_run(buf, size, run ? ": " : NULL, s);
	part_append(buf, size, ".");
	if (a->matrices.no_jacobian[0])
		part_append(buf, size, " No product: %s.", a->matrices.no_jacobian);
	if (has_lag(a) && a->config.v[KNOB_T_jitter] > 0)
		part_append(buf, size, " The task: for sequences of T steps, the shortest.");
	if (!has_lag(a))
		part_append(buf, size, " How far back this task asks is not known.");
	return buf;
}

static const char *key(const snap *s, char *buf, int size)
{
	const snap_arm *a = &s->arm[0];
	buf[0] = '\0';
	if (part_arms(s) > 1 || !has_lag(a) || a->matrices.T < 1 || a->matrices.steps < 1)
		return buf;
	part_append(buf, size, "above 1/100 for %s%d steps, asked for %d",
	        a->matrices.reach[1] >= a->matrices.T - 1 ? "all " : "", a->matrices.reach[1], a->lag_far);
	return buf;
}

static void numbers(const snap *s, view_data *d)
{
	for (int a = 0; a < part_arms(s); a++) {
		reaches r = reaches_of(&s->arm[a]);
		data_table(d, "reach", a, r.n);
		data_add(d, DATA_TEXT, DATA_ROWS, "name", "what reaches back");
		for (int i = 0; i < r.n; i++)
			data_set_text(d, i, r.row[i].name);
		data_add(d, DATA_REAL, DATA_ROWS, "steps", "how far back from the last step");
		for (int i = 0; i < r.n; i++)
			data_set(d, i, r.row[i].steps);
		data_add(d, DATA_WHOLE, DATA_ROWS, "at_least", "1: as far as the sequence goes, and perhaps farther");
		for (int i = 0; i < r.n; i++)
			data_set(d, i, r.row[i].beyond);
	}
	data_table(d, "task", DATA_SHARED, has_lag(&s->arm[0]));
	data_add(d, DATA_WHOLE, DATA_ROWS, "near", "steps back to the nearest input that an answer needs");
	data_set(d, 0, s->arm[0].lag_near);
	data_add(d, DATA_WHOLE, DATA_ROWS, "far", "steps back to the farthest one");
	data_set(d, 0, s->arm[0].lag_far);
}

const view view_horizon = {
        .name = "horizon",
        .title = "Memory horizon",
        .summary = "how far back the net remembers, beside how far back the task asks",
        .wants = WANT_MATRICES,
        .draw = draw,
        .data = numbers,
        .caption = caption,
        .key = key,
};

/* truncation: what is left of the gradient when it goes back over p steps only: its length as a share of the whole
 * gradient's, and the cosine between the two. */
#include "base/text.h"
#include "view/handle.h"
#include "view/pairs.h"

#include <math.h>
#include <stdio.h>

typedef enum part_of { SHARE, COSINE } part_of;

static const snap_matrices *matrices(const snap *s, int arm)
{
	return &s->arm[arm].matrices;
}

static int points(const snap_matrices *m)
{
	return m->T < 1 || m->horizons < 0 ? 0 : m->horizons > SNAP_HORIZONS ? SNAP_HORIZONS : m->horizons;
}

static const float *values(const snap_matrices *m, part_of of)
{
	return of == SHARE ? m->share : m->cosine;
}

static int longest(const snap *s)
{
	int T = 2;
	for (int a = 0; a < part_arms(s); a++)
		T = points(matrices(s, a)) && matrices(s, a)->T > T ? matrices(s, a)->T : T;
	return T;
}

/* The knob, when it cuts anything off; else 0. */
static int cut_of(const snap *s, int arm)
{
	double p = s->arm[arm].config.v[KNOB_truncate];
	return p >= 1 && p < longest(s) ? (int)p : 0;
}

static axis value_axis(const snap *s, part_of of)
{
	span all = span_none;
	span_add(&all, 0);
	span_add(&all, 1);
	for (int a = 0; a < part_arms(s); a++)
		span_add_all(&all, values(matrices(s, a), of), points(matrices(s, a)));
	all.high = all.high < 1.005 ? 1 : all.high; /* rounding does not make room for another tick */
	return axis_linear(all);
}

static void draw_curve(const snap *s, int arm, const plot *p, part_of of)
{
	const snap_matrices *m = matrices(s, arm);
	point at[SNAP_HORIZONS];
	int n = points(m);
	for (int i = 0; i < n; i++) {
		double v = (double)values(m, of)[i];
		bool known = isfinite(v) && m->horizon[i] > 0;
		at[i] = (point){known ? plot_x(p, log10(m->horizon[i])) : NAN, known ? plot_y(p, v) : NAN};
	}
	char name[32];
	snprintf(name, sizeof name, "series:%s:%d", of == SHARE ? "share" : "cosine", arm);
	canvas_group(p->c, name);
	canvas_clip(p->c, rect_inset(p->area, -2, -2));
	canvas_polyline(p->c, at, n, part_arm_stroke(s, arm, 2));
	for (int i = 0; i < n && part_arms(s) == 1; i++)
		if (isfinite(at[i].x) && isfinite(at[i].y))
			canvas_disc(p->c, at[i].x, at[i].y, 2.5F, part_arm_ink(s, arm), 1);
	canvas_clip_end(p->c);
	canvas_group_end(p->c);
}

static void draw_cuts(const snap *s, const plot *p)
{
	float em = plot_em(p->c, TYPE_TICK);
	char text[48];
	canvas_group(p->c, "truncate");
	for (int a = 0; a < part_arms(s); a++) {
		int cut = cut_of(s, a);
		ink i = part_arms(s) > 1 ? part_arm_ink(s, a) : INK_ACCENT;
		if (cut == 0)
			continue;
		plot_vertical(p, log10(cut), plot_stroke(1.5F, i, 0.9F, DASH_DASHED));
		snprintf(text, sizeof text, "truncate = %d", cut);
		float w = canvas_measure(text, em, WEIGHT_REGULAR).width, x = plot_x(p, log10(cut));
		bool left = x + w + em > p->area.x + p->area.w;
		canvas_text(p->c, left ? x - 0.5F * em : x + 0.5F * em,
		        p->area.y + p->area.h - (0.7F + 1.3F * (float)a) * em, text,
		        plot_type(p->c, TYPE_TICK, i, left ? ALIGN_RIGHT : ALIGN_LEFT));
	}
	canvas_group_end(p->c);
}

static void offer_cuts(const snap *s, const plot *p, view_focus *focus)
{
	for (int a = 0; a < part_arms(s); a++) {
		int T = matrices(s, a)->T;
		view_handle *h = part_truncate_handle(focus, s, a, "truncation", cut_of(s, a), T);
		if (!h)
			continue;
		h->map = p->x;
		h->at = (point){0, p->area.y + p->area.h - 14 * (float)a};
	}
}

/* Index of the point nearest to the pointer; −1: it is elsewhere. */
static int pointed(const snap *s, const plot *p, const view_focus *focus)
{
	const snap_matrices *m = matrices(s, 0);
	if (!focus || !focus->has_pointer || !plot_has_room(p) || points(m) < 1 ||
	        !rect_has(p->area, focus->pointer.x, focus->pointer.y))
		return -1;
	return pairs_nearest(m->horizon, points(m), (int)lround(pow(10, axis_value(&p->x, focus->pointer.x))));
}

static void read_out(const snap *s, const plot *p, const view_focus *focus)
{
	char share[48], cosine[48];
	readout r = {0};
	int i = pointed(s, p, focus);
	if (i < 0)
		return;
	int at = matrices(s, 0)->horizon[i];
	plot_vertical(p, log10(at > 0 ? at : 1), plot_stroke(1, INK_TEXT, 0.45F, DASH_SOLID));
	readout_add(&r, INK_NONE, "p = %d", at);
	for (int a = 0; a < part_arms(s); a++) {
		const snap_matrices *m = matrices(s, a);
		if (points(m) < 1)
			continue;
		int k = pairs_nearest(m->horizon, points(m), at);
		readout_add(&r, part_arm_ink(s, a), "%s%sshare %s, cosine %s",
		        part_arms(s) > 1 ? part_arm_name(s, a) : "", part_arms(s) > 1 ? ": " : "",
		        text_short(share, sizeof share, (double)m->share[k], 3),
		        text_short(cosine, sizeof cosine, (double)m->cosine[k], 3));
	}
	readout_draw(&r, p->c, p->area, focus->pointer);
}

/* The gradient that goes back over p steps is the first to reach step T − p + 1: what the pointer marks here, and where
 * a step that is marked elsewhere comes in. */
static void mark_step(const snap *s, const plot *p, view_focus *focus)
{
	int T = matrices(s, 0)->T, i = pointed(s, p, focus);
	if (i >= 0)
		focus->step = T - matrices(s, 0)->horizon[i] + 1;
	else if (focus && focus->step > 0 && focus->step <= T)
		plot_vertical(p, log10(T - focus->step + 1), plot_stroke(1, INK_TEXT, 0.45F, DASH_SOLID));
}

static void draw_plot(const snap *s, canvas *c, rect area, part_of of, view_focus *focus)
{
	axis x = {.kind = AXIS_LOG, .low = 0, .high = log10(longest(s)), .zero = NAN};
	plot_spec spec = {.x = x, .y = value_axis(s, of), .x_title = "steps back p"};
	spec.y_title = of == SHARE ? "length ‖gₚ‖/‖g‖" : "cosine of gₚ and g";
	spec.right = PLOT_UNIT;
	plot p = plot_begin(c, area, &spec);
	if (!plot_has_room(&p))
		return;
	draw_cuts(s, &p);
	for (int a = 0; a < part_arms(s); a++)
		draw_curve(s, a, &p, of);
	if (points(matrices(s, 0)) < 1)
		plot_message(&p, pairs_problem(s, 0) ? pairs_problem(s, 0) : "no gradient");
	mark_step(s, &p, focus);
	if (of == SHARE)
		offer_cuts(s, &p, focus);
	read_out(s, &p, focus);
}

static void draw(const snap *s, canvas *c, rect area, view_focus *focus)
{
	float em = plot_em(c, TYPE_TICK);
	part_name_arms(s, c, &area);
	rect second = area;
	if (area.w > 1.6F * area.h && area.w > 40 * em) {
		rect first = rect_cut_left(&second, 0.5F * (area.w - em));
		rect_cut_left(&second, em);
		draw_plot(s, c, first, SHARE, focus);
		draw_plot(s, c, second, COSINE, focus);
	} else if (area.h > 22 * em) {
		draw_plot(s, c, rect_cut_top(&second, 0.5F * area.h), SHARE, focus);
		draw_plot(s, c, second, COSINE, focus);
	} else {
		draw_plot(s, c, area, SHARE, focus);
	}
}

static const char *caption(const snap *s, bool run, char *buf, int size)
{
	const snap_matrices *m = matrices(s, 0);
	const config *c = &s->arm[0].config;
	int n = points(m);
	buf[0] = '\0';
	part_append(buf, size,
	        "The gradient gₚ that every loss sends back over p steps, against the whole gradient g, means "
	        "over the next batch");
	part_append_run(buf, size, run ? ": " : NULL, s);
	part_append(buf, size, ".");
	if (c->v[KNOB_l1] > 0 || c->v[KNOB_l2] > 0 || c->v[KNOB_omega] > 0)
		part_append(buf, size, " Without penalties.");
	if (n > 0 && !m->all_horizons)
		part_append(buf, size, " Beyond p = %d it would take too long.", m->horizon[n - 1]);
	return buf;
}

static const char *key(const snap *s, char *buf, int size)
{
	char share[48], cosine[48];
	const snap_matrices *m = matrices(s, 0);
	int cut = cut_of(s, 0), n = points(m);
	buf[0] = '\0';
	for (int i = 0; i < n && part_arms(s) == 1; i++)
		if (m->horizon[i] == (cut ? cut : 1) && isfinite(m->share[i]) && isfinite(m->cosine[i]))
			part_append(buf, size, "p = %d: share %s, cosine %s", m->horizon[i],
			        text_short(share, sizeof share, (double)m->share[i], 3),
			        text_short(cosine, sizeof cosine, (double)m->cosine[i], 3));
	return buf;
}

static void numbers(const snap *s, view_data *d)
{
	for (int a = 0; a < part_arms(s); a++) {
		const snap_matrices *m = matrices(s, a);
		data_table(d, "curve", a, points(m));
		data_ints(d, "p", "steps that every loss sends its gradient back", m->horizon);
		data_floats(d, "share", "norm of that gradient over the norm of the whole one", m->share);
		data_floats(d, "cosine", "cosine of the angle between the two", m->cosine);
	}
}

const view view_truncation = {
        .name = "truncation",
        .title = "Truncated gradient",
        .summary = "share and cosine of the gradient that goes back over p steps, against the whole one",
        .wants = WANT_MATRICES,
        .draw = draw,
        .data = numbers,
        .caption = caption,
        .key = key,
};

/* jacobian: how much every hidden state moves every later one: the norms of the products of Jacobians for all pairs of
 * steps; the last row of that matrix as a curve, with its mean growth per step; and the singular values of one of its
 * products. */
#include "base/text.h"
#include "plot/marks.h"
#include "view/pairs.h"

#include <math.h>
#include <stdio.h>

static const snap_matrices *matrices(const snap *s, int arm)
{
	return &s->arm[arm].matrices;
}

/* ∂h_T/∂h_k over k. */
static curve last_curve(const snap_matrices *m)
{
	int n = m->T < 0 || m->steps < 1 ? 0 : m->T > SNAP_STEPS ? SNAP_STEPS : m->T;
	double dx = n > 0 ? (double)m->T / n : 1;
	return (curve){.y = m->last, .n = n, .x0 = n == m->T ? 1 : 0.5 + 0.5 * dx, .dx = dx};
}

/* log10 per step, over the whole sequence; NAN when it is shorter than two steps or not finite. */
static double growth(const snap_matrices *m)
{
	curve last = last_curve(m);
	return last.n < 2 ? NAN : (double)last.y[0] / (m->T - 1);
}

/* A product of T − 1 matrices grows by this factor per step: for T → ∞ its logarithm is the largest Lyapunov exponent.
 */
static void growth_text(const snap_matrices *m, char *buf, int size)
{
	char factor[48], exponent[48];
	double g = growth(m);
	buf[0] = '\0';
	if (!isfinite(g))
		return;
	part_append(buf, size, "× %s per step, Lyapunov exponent %s", text_short(factor, sizeof factor, pow(10, g), 3),
	        text_short(exponent, sizeof exponent, g * log(10), 3));
}

/* ---- the matrix ---- */

static axis colours(const snap *s)
{
	span all = span_none;
	for (int a = 0; a < part_arms(s); a++)
		pairs_span(pairs_jacobian(&s->arm[a]), &all);
	return axis_log(all);
}

static const char *problem(const snap *s, int arm)
{
	const snap_matrices *m = matrices(s, arm);
	const char *why = pairs_problem(s, arm);
	return why ? why : m->no_jacobian[0] ? m->no_jacobian : m->steps < 1 ? "nothing measured yet" : NULL;
}

static void explain(const plot *p, const char *why)
{
	text_style st = plot_type(p->c, TYPE_BASE - 1, INK_MUTED, ALIGN_LEFT);
	rect box = rect_inset(p->area, 1.5F * st.size, 1.5F * st.size);
	if (box.w > 10 * st.size && box.h > st.size)
		label_paragraph(p->c, box, why, st, (int)(box.h / (1.35F * st.size)));
}

static plot draw_matrix(
        const snap *s, int arm, canvas *c, const pairs_cells *k, axis scale, view_focus *focus, readout *r)
{
	char value[48];
	pairs m = pairs_jacobian(&s->arm[arm]);
	int row, col;
	plot_spec spec = {
	        .x = pairs_across(m), .y = pairs_upwards(m), .x_title = "from step k", .y_title = "to step j"};
	spec.right = k->right;
	plot p = plot_begin(c, k->cell[arm], &spec);
	if (!plot_has_room(&p))
		return p;
	pairs_draw(&p, m, scale);
	if (problem(s, arm))
		explain(&p, problem(s, arm));
	pairs_name(s, arm, &p, k);
	if (pairs_point(&p, m, focus, &row, &col)) {
		if (m.col[col] <= m.row[row]) {
			readout_add(r, INK_NONE, "step %d → %d", m.col[col], m.row[row]);
			readout_add(r, part_arm_ink(s, arm), "‖∂hⱼ/∂hₖ‖ %s",
			        axis_power(value, sizeof value, (double)m.value[row * SNAP_MATRIX + col]));
		} else {
			readout_add(r, INK_NONE, "step %d comes after %d", m.col[col], m.row[row]);
		}
	}
	pairs_mark(&p, focus, INK_TEXT);
	return p;
}

static void draw_matrices(const snap *s, canvas *c, rect area, view_focus *focus, readout *r)
{
	axis scale = colours(s);
	pairs_cells k = pairs_divide(s, c, area, scale);
	plot first = {0}, last = {0};
	bool any = false;
	for (int a = 0; a < part_arms(s); a++) {
		last = draw_matrix(s, a, c, &k, scale, focus, r);
		first = a == 0 ? last : first;
		any = any || pairs_jacobian(&s->arm[a]).rows > 0;
	}
	if (any)
		pairs_scale(c, &k, &first, &last, scale);
}

/* ---- the last row ---- */

static void draw_growth(const plot *p, const snap *s, int arm)
{
	const snap_matrices *m = matrices(s, arm);
	curve last = last_curve(m);
	if (last.n < 2 || !isfinite(last.y[0]))
		return;
	point line[] = {{plot_x(p, 1), plot_y(p, (double)last.y[0])}, {plot_x(p, m->T), plot_y(p, 0)}};
	canvas_clip(p->c, p->area);
	canvas_polyline(p->c, line, 2, plot_stroke(1.25F, INK_BOUND, 1, DASH_DASHED));
	canvas_clip_end(p->c);
}

static void read_last(const snap *s, const plot *p, view_focus *focus, readout *r)
{
	char value[48];
	if (!focus || !focus->has_pointer || !rect_has(p->area, focus->pointer.x, focus->pointer.y))
		return;
	focus->step = (int)fmax(1, round(fmin(p->x.high - 0.5, axis_value(&p->x, focus->pointer.x))));
	readout_add(r, INK_NONE, "step k = %d", focus->step);
	for (int a = 0; a < part_arms(s); a++) {
		curve last = last_curve(matrices(s, a));
		int i = line_nearest(last, focus->step);
		if (i >= 0 && focus->step <= matrices(s, a)->T)
			readout_add(r, part_arm_ink(s, a), "%s %s",
			        part_arms(s) > 1 ? part_arm_name(s, a) : "‖∂h_T/∂hₖ‖",
			        axis_power(value, sizeof value, (double)last.y[i]));
	}
}

static void draw_last(const snap *s, canvas *c, rect area, view_focus *focus, readout *r)
{
	span all = span_none;
	labels l = {0};
	int T = 1;
	for (int a = 0; a < part_arms(s); a++) {
		curve last = last_curve(matrices(s, a));
		span_add_all(&all, last.y, last.n);
		T = last.n && matrices(s, a)->T > T ? matrices(s, a)->T : T;
		char factor[48];
		double g = growth(matrices(s, a));
		label *k = labels_add(&l, 0, part_arm_ink(s, a), "%s", part_arm_name(s, a));
		k->dash = part_arm_dash(s, a);
		if (isfinite(g))
			part_append(k->text, sizeof k->text, "  × %s per step",
			        text_short(factor, sizeof factor, pow(10, g), 3));
	}
	if (l.n > 1)
		labels_above(&l, c, &area);
	plot_spec spec = {.x = axis_count(0.5, T + 0.5), .y = axis_log(all), .y_zero = all.zero};
	spec.x_title = "from step k to the last one";
	spec.y_title = "‖∂h_T/∂hₖ‖";
	plot p = plot_begin(c, area, &spec);
	if (!plot_has_room(&p))
		return;
	for (int a = 0; a < part_arms(s); a++) {
		char name[32];
		draw_growth(&p, s, a);
		snprintf(name, sizeof name, "series:last:%d", a);
		canvas_group(c, name);
		line_draw(&p, last_curve(matrices(s, a)), part_arm_stroke(s, a, 2));
		canvas_group_end(c);
	}
	read_last(s, &p, focus, r);
	pairs_mark(&p, focus, INK_TEXT);
}

/* ---- singular values of one product ---- */

static int chosen(const snap_matrices *m, const view_focus *focus)
{
	int n = m->steps < 0 ? 0 : m->steps > SNAP_MATRIX ? SNAP_MATRIX : m->steps;
	return n < 1 ? -1 : focus && focus->step > 0 ? pairs_nearest(m->step, n, focus->step) : 0;
}

static int values_of(const snap_matrices *m)
{
	return m->values < 0 ? 0 : m->values > SNAP_MATRIX_VALUES ? SNAP_MATRIX_VALUES : m->values;
}

static void draw_singular(const snap *s, canvas *c, rect area, const view_focus *focus)
{
	char title[96];
	span all = span_none;
	int most = 1, of = -1;
	for (int a = 0; a < part_arms(s); a++) {
		const snap_matrices *m = matrices(s, a);
		int k = chosen(m, focus);
		for (int i = 0; k >= 0 && i < values_of(m); i++)
			if (!isnan(m->singular[k][i])) {
				span_add(&all, (double)m->singular[k][i]);
				most = i + 1 > most ? i + 1 : most;
			}
		of = k >= 0 && of < 0 ? m->step[k] : of;
	}
	plot_spec spec = {.x = axis_count(0.5, most + 0.5), .y = axis_log(all), .y_zero = all.zero, .x_title = "i"};
	snprintf(title, sizeof title, "σᵢ of ∂h_T/∂hₖ");
	if (of >= 0)
		part_append(title, sizeof title, ", k = %d", of);
	spec.y_title = title;
	plot p = plot_begin(c, area, &spec);
	if (!plot_has_room(&p))
		return;
	canvas_group(c, "singular");
	for (int a = 0; a < part_arms(s); a++) {
		const snap_matrices *m = matrices(s, a);
		int k = chosen(m, focus);
		if (k < 0)
			continue;
		curve sigma = {m->singular[k], values_of(m), 1, 1};
		line_draw(&p, sigma, part_arm_stroke(s, a, 1.25F));
		for (int i = 0; i < sigma.n; i++)
			if (isfinite(sigma.y[i]))
				marks_one(&p, i + 1, (double)sigma.y[i], MARK_DISC, 2.5F, part_arm_ink(s, a), 1);
	}
	canvas_group_end(c);
}

/* ---- the whole ---- */

static void draw(const snap *s, canvas *c, rect area, view_focus *focus)
{
	float em = plot_em(c, TYPE_TICK);
	readout r = {0};
	rect whole = area, rest = area;
	bool wide = part_arms(s) == 1 && area.w > 46 * em && area.w > 1.2F * area.h && area.h > 14 * em;
	bool tall = area.h > 34 * em && area.w > 18 * em;
	if (wide) {
		rect left = rect_cut_left(&rest, fminf(0.58F * area.w, area.h + 8 * em));
		rect_cut_left(&rest, 1.5F * em);
		draw_matrices(s, c, left, focus, &r);
	} else if (tall) {
		rect top = rect_cut_top(&rest, 0.56F * area.h);
		rect_cut_top(&rest, 0.5F * em);
		draw_matrices(s, c, top, focus, &r);
	} else {
		draw_matrices(s, c, area, focus, &r);
	}
	if (wide || tall) {
		rect sigma = rest;
		bool beside = !wide && rest.w > 44 * em, both = beside || rest.h > 24 * em;
		if (beside)
			sigma = rect_cut_right(&rest, 0.36F * rest.w);
		else if (both)
			sigma = rect_cut_bottom(&rest, 0.45F * rest.h);
		draw_last(s, c, rest, focus, &r);
		if (both)
			draw_singular(s, c, beside ? rect_inset(sigma, 0.5F * em, 0) : sigma, focus);
	}
	if (r.n > 0)
		readout_draw(&r, c, whole, focus->pointer);
}

static const char *caption(const snap *s, bool run, char *buf, int size)
{
	const snap_matrices *m = matrices(s, 0);
	bool drowned = false;
	for (int i = 0; m->steps > 0 && i < values_of(m); i++)
		drowned = drowned || isnan(m->singular[0][i]);
	buf[0] = '\0';
	part_append(buf, size, "Spectral norms for the first sequence of the next batch (batch element 0)");
	part_append_run(buf, size, run ? ": " : NULL, s);
	part_append(buf, size, ". Dashed: the same factor at every step.");
	pairs_append_thinning(buf, size, "steps", m->steps, m->T);
	if (drowned)
		part_append(buf, size, " Singular values that rounding has swallowed are left out.");
	return buf;
}

static const char *key(const snap *s, char *buf, int size)
{
	buf[0] = '\0';
	if (part_arms(s) == 1)
		growth_text(matrices(s, 0), buf, size);
	return buf;
}

/* ---- as numbers ---- */

static void add_singular(const snap_matrices *m, int arm, view_data *d)
{
	int n = m->T < 1 || m->steps < 1 ? 0 : m->steps > SNAP_MATRIX ? SNAP_MATRIX : m->steps;
	data_matrix(d, "singular", arm, n, values_of(m));
	data_add(d, DATA_WHOLE, DATA_ROWS, "step_k", "from this step");
	for (int i = 0; i < n; i++)
		data_set(d, i, m->step[i]);
	data_range(d, DATA_COLS, "i", "number of the singular value, from 1", 1, 1);
	data_cells(d, "log10_singular", "log10 of a singular value of the product of Jacobians from step k to the last",
	        &m->singular[0][0], SNAP_MATRIX_VALUES);
}

static void numbers(const snap *s, view_data *d)
{
	for (int a = 0; a < part_arms(s); a++) {
		const snap_matrices *m = matrices(s, a);
		curve last = last_curve(m);
		pairs_data(d, "norms", a, pairs_jacobian(&s->arm[a]), "log10 of the spectral norm of dh_j/dh_k");
		data_table(d, "last", a, last.n);
		data_range(d, DATA_ROWS, "step_k", "from this step", last.x0, last.dx);
		data_floats(
		        d, "log10_norm", "log10 of the spectral norm of the product from step k to the last", last.y);
		data_table(d, "growth", a, isfinite(growth(m)));
		data_add(d, DATA_REAL, DATA_ROWS, "log10_factor", "log10 of the mean growth per step");
		data_set(d, 0, growth(m));
		add_singular(m, a, d);
	}
}

const view view_jacobian = {
        .name = "jacobian",
        .title = "Products of Jacobians",
        .summary = "how much each hidden state moves each later one, its growth per step, and singular values",
        .wants = WANT_MATRICES,
        .draw = draw,
        .data = numbers,
        .caption = caption,
        .key = key,
};

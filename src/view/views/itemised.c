/* itemised: the gradient of every single loss with respect to each time step's copy of the weights, as a matrix, with
 * the sums of its columns above it and those of its rows beside it. */
#include "base/text.h"
#include "view/pairs.h"

#include <math.h>
#include <stdio.h>

static const snap_matrices *matrices(const snap *s, int arm)
{
	return &s->arm[arm].matrices;
}

/* Columns as points over their steps: from one end to the other, evenly. */
static curve over_steps(const float *y, pairs m)
{
	int n = m.cols;
	return (curve){.y = y, .n = n, .x0 = 1, .dx = n > 1 ? (m.T - 1.0) / (n - 1) : 1};
}

static bool single(const snap *s)
{
	for (int a = 0; a < part_arms(s); a++)
		if (pairs_itemised(&s->arm[a]).rows > 1)
			return false;
	return true;
}

/* ---- sums of columns ---- */

static void read_columns(const snap *s, const plot *p, view_focus *focus, readout *r)
{
	char value[48];
	if (!focus || !focus->has_pointer || !rect_has(p->area, focus->pointer.x, focus->pointer.y))
		return;
	focus->step = (int)fmax(1, round(fmin(p->x.high - 0.5, axis_value(&p->x, focus->pointer.x))));
	for (int a = 0; a < part_arms(s); a++) {
		pairs m = pairs_itemised(&s->arm[a]);
		if (m.rows < 1)
			continue;
		int k = pairs_nearest(m.col, m.cols, focus->step);
		if (a == 0)
			readout_add(r, INK_NONE, "step k = %d", m.col[k]);
		readout_add(r, part_arm_ink(s, a), "%s %s", part_arms(s) > 1 ? part_arm_name(s, a) : "sum of norms",
		        axis_power(value, sizeof value, (double)matrices(s, a)->col_sum[k]));
		readout_add(r, part_arm_ink(s, a), "norm of the sum %s",
		        axis_power(value, sizeof value, (double)matrices(s, a)->col_total[k]));
	}
}

static plot_spec columns_spec(const snap *s)
{
	span all = span_none;
	int T = 1;
	for (int a = 0; a < part_arms(s); a++) {
		pairs m = pairs_itemised(&s->arm[a]);
		span_add_all(&all, matrices(s, a)->col_sum, m.cols);
		span_add_all(&all, matrices(s, a)->col_total, m.cols);
		T = m.T > T && m.rows ? m.T : T;
	}
	plot_spec spec = {.x = axis_count(0.5, T + 0.5), .y = axis_log(all), .y_zero = all.zero};
	spec.y_title = single(s) ? "‖∂L/∂θₖ‖" : "Σⱼ‖∂Lⱼ/∂θₖ‖";
	spec.x_title = "time step k";
	return spec;
}

static void draw_columns(const snap *s, const plot *p, view_focus *focus, readout *r)
{
	if (!plot_has_room(p))
		return;
	for (int a = 0; a < part_arms(s); a++) {
		pairs m = pairs_itemised(&s->arm[a]);
		char name[32];
		snprintf(name, sizeof name, "series:columns:%d", a);
		canvas_group(p->c, name);
		if (m.rows > 1) {
			stroke pale = part_arm_stroke(s, a, 1.25F);
			pale.dash = DASH_DOTTED;
			line_draw(p, over_steps(matrices(s, a)->col_total, m), pale);
		}
		line_draw(p, over_steps(matrices(s, a)->col_sum, m), part_arm_stroke(s, a, 2));
		canvas_group_end(p->c);
	}
	read_columns(s, p, focus, r);
	pairs_mark(p, focus, INK_TEXT);
}

/* ---- sums of rows, their axis upwards ---- */

static void draw_rows(const snap *s, int arm, canvas *c, rect area)
{
	pairs m = pairs_itemised(&s->arm[arm]);
	const float *sum = matrices(s, arm)->row_sum;
	point line[SNAP_MATRIX];
	span all = span_none;
	span_add_all(&all, sum, m.rows);
	plot_spec spec = {.x = axis_log(all), .y = pairs_upwards(m), .x_title = "Σₖ‖∂Lⱼ/∂θₖ‖", .y_bare = true};
	plot p = plot_begin(c, area, &spec);
	if (!plot_has_room(&p))
		return;
	for (int i = 0; i < m.rows; i++) {
		bool known = isfinite(sum[i]);
		float y = p.area.y + p.area.h * (1 - ((float)i + 0.5F) / (float)m.rows);
		line[i] = (point){known ? plot_x(&p, (double)sum[i]) : NAN, known ? y : NAN};
	}
	canvas_group(c, "series:rows");
	canvas_polyline(c, line, m.rows, part_arm_stroke(s, arm, 2));
	canvas_group_end(c);
}

/* ---- the matrix ---- */

static void read_cell(const snap *s, int arm, pairs m, int row, int col, readout *r)
{
	char value[48];
	readout_add(r, INK_NONE, "loss at j = %d, step k = %d", m.row[row], m.col[col]);
	if (m.col[col] > m.row[row])
		readout_add(r, INK_NONE, "it comes after the loss");
	else
		readout_add(r, part_arm_ink(s, arm), "‖∂Lⱼ/∂θₖ‖ %s",
		        axis_power(value, sizeof value, (double)m.value[row * SNAP_MATRIX + col]));
	readout_add(r, INK_NONE, "sum of the row %s",
	        axis_power(value, sizeof value, (double)matrices(s, arm)->row_sum[row]));
}

static void draw_matrix(const snap *s, int arm, const plot *p, axis scale, view_focus *focus, readout *r)
{
	pairs m = pairs_itemised(&s->arm[arm]);
	int row, col;
	if (!plot_has_room(p))
		return;
	pairs_draw(p, m, scale);
	if (pairs_problem(s, arm))
		plot_message(p, pairs_problem(s, arm));
	if (pairs_point(p, m, focus, &row, &col))
		read_cell(s, arm, m, row, col, r);
	pairs_mark(p, focus, INK_TEXT);
}

static axis colours(const snap *s)
{
	span all = span_none;
	for (int a = 0; a < part_arms(s); a++)
		pairs_span(pairs_itemised(&s->arm[a]), &all);
	return axis_log(all);
}

static plot_spec matrix_spec(const snap *s, int arm)
{
	pairs m = pairs_itemised(&s->arm[arm]);
	return (plot_spec){.x = pairs_across(m),
	        .y = pairs_upwards(m),
	        .x_title = "time step k",
	        .y_title = part_arms(s) > 1 ? NULL : "loss at step j"};
}

static void draw_bar(const plot *p, axis scale)
{
	rect gutter = p->gutter;
	gutter.y = p->area.y;
	gutter.h = p->area.h;
	rect_cut_left(&gutter, PLOT_UNIT);
	heat_bar(p->c, gutter, scale);
}

/* ---- the whole ---- */

/* A loss at one step: the matrix has one row, which is drawn as a curve. */
static void draw_single(const snap *s, canvas *c, rect area, view_focus *focus, readout *r)
{
	plot_spec spec = columns_spec(s);
	float em = plot_em(c, TYPE_BASE - 1);
	pairs m = pairs_itemised(&s->arm[0]);
	char text[160];
	if (m.rows == 1 && area.h > 12 * em && area.w > 24 * em) {
		snprintf(text, sizeof text,
		        "One loss, at step %d: the matrix has one row. loss_at=all asks for an answer at "
		        "every step, and fills it.",
		        m.row[0]);
		text_style st = plot_type(c, TYPE_BASE - 1, INK_MUTED, ALIGN_LEFT);
		int lines = label_lines(text, area.w, st.size, st.weight);
		rect note = rect_cut_top(&area, 1.35F * st.size * (float)lines + PLOT_UNIT);
		label_paragraph(c, note, text, st, lines);
	}
	part_name_arms(s, c, &area);
	plot p = plot_begin(c, area, &spec);
	draw_columns(s, &p, focus, r);
	if (plot_has_room(&p) && m.rows < 1)
		plot_message(&p, pairs_problem(s, 0) ? pairs_problem(s, 0) : "no losses");
}

static void draw_one(const snap *s, canvas *c, rect area, view_focus *focus, readout *r)
{
	float em = plot_em(c, TYPE_TICK);
	axis scale = colours(s);
	plot_spec upper = columns_spec(s), lower = matrix_spec(s, 0);
	rect top = area, side = area;
	bool above = area.h > 24 * em && area.w > 20 * em, beside = area.w > 40 * em && area.h > 12 * em;
	if (beside)
		side = rect_cut_right(&area, 0.22F * area.w);
	if (above)
		top = rect_cut_top(&area, 0.26F * area.h);
	lower.right = heat_bar_width(c, area.h, scale) + PLOT_UNIT;
	upper.right = lower.right;
	upper.x_bare = true;
	top.w = area.w;
	upper.left = lower.left = above ? fmaxf(plot_left(c, top, &upper), plot_left(c, area, &lower)) : 0;
	plot p = plot_begin(c, area, &lower);
	draw_matrix(s, 0, &p, scale, focus, r);
	if (plot_has_room(&p))
		draw_bar(&p, scale);
	if (above) {
		plot columns = plot_begin(c, top, &upper);
		draw_columns(s, &columns, focus, r);
	}
	if (beside) {
		side.y = area.y;
		side.h = area.h;
		rect_cut_left(&side, 0.5F * em);
		draw_rows(s, 0, c, side);
	}
}

static void draw_several(const snap *s, canvas *c, rect area, view_focus *focus, readout *r)
{
	float em = plot_em(c, TYPE_TICK);
	axis scale = colours(s);
	if (area.h > 30 * em) {
		plot_spec spec = columns_spec(s);
		rect below = rect_cut_bottom(&area, 0.4F * area.h);
		part_name_arms(s, c, &below);
		plot p = plot_begin(c, below, &spec);
		draw_columns(s, &p, focus, r);
	}
	pairs_cells k = pairs_divide(s, c, area, scale);
	plot first = {0}, last = {0};
	for (int a = 0; a < part_arms(s); a++) {
		plot_spec spec = matrix_spec(s, a);
		spec.right = k.right;
		last = plot_begin(c, k.cell[a], &spec);
		first = a == 0 ? last : first;
		draw_matrix(s, a, &last, scale, focus, r);
		pairs_name(s, a, &last, &k);
	}
	pairs_scale(c, &k, &first, &last, scale);
}

static void draw(const snap *s, canvas *c, rect area, view_focus *focus)
{
	readout r = {0};
	if (single(s))
		draw_single(s, c, area, focus, &r);
	else if (part_arms(s) == 1)
		draw_one(s, c, area, focus, &r);
	else
		draw_several(s, c, area, focus, &r);
	if (r.n > 0)
		readout_draw(&r, c, area, focus->pointer);
}

static const char *caption(const snap *s, bool run, char *buf, int size)
{
	const snap_matrices *m = matrices(s, 0);
	buf[0] = '\0';
	part_append(buf, size,
	        "Norms of the gradient of each step's loss with respect to the weights used at step k, means "
	        "over the next batch, without truncation");
	part_append_run(buf, size, run ? ": " : NULL, s);
	part_append(buf, size, ".");
	if (!single(s))
		part_append(buf, size, " Dotted: the norm of the sum, where gradients of several losses cancel.");
	pairs_append_thinning(buf, size, "losses", m->rows, m->losses);
	pairs_append_thinning(buf, size, "steps", m->cols, m->T);
	return buf;
}

static const char *key(const snap *s, char *buf, int size)
{
	const snap_matrices *m = matrices(s, 0);
	buf[0] = '\0';
	if (part_arms(s) == 1 && m->losses > 0)
		part_append(buf, size, "%d loss%s, %d steps", m->losses, m->losses == 1 ? "" : "es", m->T);
	return buf;
}

static void numbers(const snap *s, view_data *d)
{
	for (int a = 0; a < part_arms(s); a++) {
		const snap_matrices *o = matrices(s, a);
		pairs m = pairs_itemised(&s->arm[a]);
		pairs_data(d, "norms", a, m,
		        "log10 of the norm of the gradient of loss j with respect to the weights at step k");
		data_table(d, "losses", a, m.rows);
		data_ints(d, "step_j", "step of the loss", m.row);
		data_floats(d, "log10_sum", "log10 of the sum of these norms over all steps k", o->row_sum);
		data_table(d, "steps", a, m.cols);
		data_ints(d, "step_k", "step at which the weights are used", m.col);
		data_floats(
		        d, "log10_sum", "log10 of the sum of these norms over the losses that are shown", o->col_sum);
		data_floats(
		        d, "log10_total", "log10 of the norm of the sum of the gradients of all losses", o->col_total);
	}
}

const view view_itemised = {
        .name = "itemised",
        .title = "Which loss, which step",
        .summary = "gradient of every single loss with respect to each time step's weights, with sums",
        .wants = WANT_MATRICES,
        .draw = draw,
        .data = numbers,
        .caption = caption,
        .key = key,
};

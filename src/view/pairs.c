#include "view/pairs.h"

#include <math.h>
#include <stdlib.h>

static int between(int low, int v, int high)
{
	return v < low ? low : v > high ? high : v;
}

static pairs checked(pairs m)
{
	m.rows = m.T < 1 ? 0 : between(0, m.rows, SNAP_MATRIX);
	m.cols = m.rows < 1 ? 0 : between(0, m.cols, SNAP_MATRIX);
	m.rows = m.cols < 1 ? 0 : m.rows;
	return m;
}

pairs pairs_jacobian(const snap_arm *a)
{
	const snap_matrices *m = &a->matrices;
	return checked((pairs){&m->jacobian[0][0], m->steps, m->steps, m->step, m->step, m->T});
}

pairs pairs_itemised(const snap_arm *a)
{
	const snap_matrices *m = &a->matrices;
	return checked((pairs){&m->itemised[0][0], m->rows, m->cols, m->row, m->col, m->T});
}

void pairs_span(pairs m, span *out)
{
	for (int i = 0; i < m.rows; i++)
		for (int k = 0; k < m.cols; k++)
			if (m.col[k] <= m.row[i])
				span_add(out, (double)m.value[i * SNAP_MATRIX + k]);
}

axis pairs_across(pairs m)
{
	return axis_count(0.5, (m.T > 0 ? m.T : 1) + 0.5);
}

axis pairs_upwards(pairs m)
{
	return m.rows < 1 ? pairs_across(m) : axis_count(m.row[0] - 0.5, m.row[m.rows - 1] + 0.5);
}

/* Nothing acts on what came before it: stairs below the diagonal. */
static void hide_future(canvas *c, rect a, pairs m)
{
	point stairs[2 * SNAP_MATRIX + 2];
	int n = 0, below = 0;
	for (int k = 0; k < m.cols; k++) {
		while (below < m.rows && m.row[below] < m.col[k])
			below++;
		float y = a.y + a.h - a.h * (float)below / (float)m.rows;
		stairs[n++] = (point){a.x + a.w * (float)k / (float)m.cols, y};
		stairs[n++] = (point){a.x + a.w * (float)(k + 1) / (float)m.cols, y};
	}
	stairs[n++] = (point){a.x + a.w, a.y + a.h};
	stairs[n++] = (point){a.x, a.y + a.h};
	if (below > 0)
		canvas_polygon(c, stairs, n, INK_PANEL, 1);
}

void pairs_draw(const plot *p, pairs m, axis scale)
{
	heat h = {.value = m.value, .rows = m.rows, .cols = m.cols, .pitch = SNAP_MATRIX, .scale = scale};
	rect a = p->area;
	if (!plot_has_room(p) || m.rows < 1)
		return;
	h.last_on_top = true;
	canvas_group(p->c, "matrix");
	heat_draw(p->c, a, h);
	hide_future(p->c, a, m);
	canvas_group_end(p->c);
}

bool pairs_point(const plot *p, pairs m, view_focus *focus, int *row, int *col)
{
	rect a = p->area;
	if (!focus || !focus->has_pointer || !plot_has_room(p) || m.rows < 1 ||
	        !rect_has(a, focus->pointer.x, focus->pointer.y))
		return false;
	*col = between(0, (int)((focus->pointer.x - a.x) / a.w * (float)m.cols), m.cols - 1);
	*row = between(0, (int)((a.y + a.h - focus->pointer.y) / a.h * (float)m.rows), m.rows - 1);
	focus->step = m.col[*col];
	return true;
}

void pairs_mark(const plot *p, const view_focus *focus, ink i)
{
	if (focus && focus->step > 0 && plot_has_room(p))
		plot_vertical(p, focus->step, plot_stroke(1, i, 0.6F, DASH_SOLID));
}

/* ---- several of them ---- */

/* Columns for which the smaller side of a cell is longest. */
static int best_columns(const canvas *c, rect area, int n)
{
	float em = plot_em(c, TYPE_TICK), longest = 0;
	int best = n;
	for (int columns = n; columns >= 1; columns--) {
		int rows = n / columns;
		if (rows * columns < n) /* a row that is not full */
			continue;
		float w = area.w / (float)columns, h = area.h / (float)rows;
		w -= w > 12 * em ? 5 * em : 1.5F * em; /* roughly what the axes take */
		h -= h > 11 * em ? 3.8F * em : h > 6 * em ? 2.4F * em : 0;
		if (fminf(w, h) > longest + 0.5F) {
			longest = fminf(w, h);
			best = columns;
		}
	}
	return best;
}

/* Room for words on the panel under the diagonal, above the foot of a matrix. */
static float under_diagonal(rect area, float em)
{
	return area.h > 3 * em ? area.w * (1 - 2 * em / area.h) - em : 0;
}

static float longest_name(const snap *s, float em)
{
	float widest = 0;
	for (int a = 0; a < part_arms(s); a++)
		widest = fmaxf(widest, canvas_measure(part_arm_name(s, a), em, WEIGHT_REGULAR).width);
	return widest;
}

pairs_cells pairs_divide(const snap *s, const canvas *c, rect area, axis scale)
{
	int n = part_arms(s), columns;
	float em = plot_em(c, TYPE_TICK);
	pairs_cells k = {.right = n > 1 ? 1.4F * em : PLOT_UNIT};
	k.bar = rect_cut_right(&area, fminf(heat_bar_width(c, area.h, scale), 0.3F * area.w));
	columns = best_columns(c, area, n);
	float w = area.w / (float)columns, h = area.h / (float)((n + columns - 1) / columns);
	float left = w > 12 * em ? 3.6F * em : 0, foot = h > 6 * em ? 2 * em : 0;
	rect plotted = {0, 0, w - left - k.right, h - foot};
	bool above = n > 1 && longest_name(s, em) > under_diagonal(plotted, em) && h > 5 * em;
	for (int a = 0; a < n; a++) {
		k.cell[a] = (rect){area.x + w * (float)(a % columns), area.y + h * (float)(a / columns), w, h};
		k.name[a] = rect_cut_top(&k.cell[a], above ? 1.4F * em : 0);
	}
	return k;
}

void pairs_name(const snap *s, int arm, const plot *p, const pairs_cells *k)
{
	char fitted[LABEL_TEXT];
	float em = plot_em(p->c, TYPE_TICK);
	text_style st = plot_type(p->c, TYPE_TICK, part_arm_ink(s, arm), ALIGN_LEFT);
	bool above = k->name[arm].h > 0;
	float room = above ? p->area.w + k->right - 0.5F * em : under_diagonal(p->area, em);
	if (part_arms(s) < 2 || !plot_has_room(p))
		return;
	canvas_fit(fitted, sizeof fitted, part_arm_name(s, arm), room, em, st.weight);
	if (above) {
		canvas_text(p->c, p->area.x, k->name[arm].y + 1.05F * em, fitted, st);
		return;
	}
	st.align = ALIGN_RIGHT;
	canvas_text(p->c, p->area.x + p->area.w - 0.3F * em, p->area.y + p->area.h - 0.6F * em, fitted, st);
}

void pairs_scale(canvas *c, const pairs_cells *k, const plot *first, const plot *last, axis scale)
{
	rect r = k->bar;
	if (!plot_has_room(first) || !plot_has_room(last))
		return;
	r.y = first->area.y;
	r.h = last->area.y + last->area.h - r.y;
	heat_bar(c, r, scale);
}

int pairs_nearest(const int *step, int n, int to)
{
	int best = 0;
	for (int i = 1; i < n; i++)
		if (abs(step[i] - to) < abs(step[best] - to))
			best = i;
	return best;
}

const char *pairs_problem(const snap *s, int arm)
{
	const snap_matrices *m = &s->arm[arm].matrices;
	return m->problem[0] ? m->problem : m->T < 1 ? "nothing measured yet" : NULL;
}

void pairs_append_thinning(char *buf, int size, const char *what, int shown, int of)
{
	if (shown > 0 && shown < of)
		part_append(buf, size, " %d of %d %s are shown.", shown, of, what);
}

void pairs_data(view_data *d, const char *part, int arm, pairs m, const char *about)
{
	data_matrix(d, part, arm, m.rows, m.cols);
	data_ints(d, "step_j", "the later step", m.row);
	data_add(d, DATA_WHOLE, DATA_COLS, "step_k", "the earlier step");
	for (int i = 0; i < m.cols; i++)
		data_set(d, i, m.col[i]);
	data_cells(d, "log10_norm", about, m.value, SNAP_MATRIX);
}

/* unrolled: the network laid out in time, a column for every step: what goes in, the hidden units, what should come
 * out; and the gradient that flows back along the arrows. */
#include "base/text.h"
#include "plot/heat.h"
#include "view/parts.h"
#include "view/sweep.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { COLUMNS = 40, NODES = 24 };

static const snap_tape *tape_of(const snap *s)
{
	return &s->arm[0].tape;
}

static int between(int low, int v, int high)
{
	return v < low ? low : v > high ? high : v;
}

/* ---- which steps are drawn ---- */

typedef struct columns {
	int n, gap; /* gap: the column that comes after steps that are left out; 0 = none */
	int entry[COLUMNS];
} columns;

/* All of them; or the first and the last ones; or those around the step that is marked. */
static columns choose(const snap_tape *t, const view_focus *focus, int most)
{
	columns c = {0};
	int all = part_tape_steps(t), marked = focus ? part_tape_entry(t, focus->step) : -1;
	c.n = all < most ? all : most;
	if (all <= most) {
		for (int i = 0; i < c.n; i++)
			c.entry[i] = i;
		return c;
	}
	int head = c.n / 2, tail = c.n - head;
	bool hidden = marked >= head && marked < all - tail;
	int first = hidden ? between(0, marked - c.n / 2, all - c.n) : 0;
	c.gap = hidden ? 0 : head;
	for (int i = 0; i < c.n; i++)
		c.entry[i] = hidden || i < head ? first + i : all - c.n + i;
	return c;
}

/* ---- where things are ---- */

typedef struct sheet {
	const snap *s;
	canvas *c;
	columns cols;
	float x0, dx; /* middle of the first column; between columns */
	float out_y, top, bottom, in_y,
	        step_y; /* rows: outputs; hidden units, from top to bottom; inputs; step numbers */
	int nodes;
	const view_sweep *sweep; /* the small step that is shown, or NULL: everything at once */
	int value, mark;         /* features: the number that is shown, and the one that makes it bold; −1 = none */
	double low, high;        /* decades of ‖∂L/∂h‖ */
} sheet;

static float column_x(const sheet *h, int i)
{
	return h->x0 + h->dx * ((float)i + (h->cols.gap && i >= h->cols.gap ? 1 : 0));
}

static float node_y(const sheet *h, int node)
{
	return h->bottom - (h->bottom - h->top) * ((float)node + 0.5F) / (float)h->nodes;
}

static int node_row(const sheet *h, int node)
{
	int rows = between(1, tape_of(h->s)->rows, SNAP_TAPE_UNITS);
	return node * rows / h->nodes;
}

/* The first feature that is no mark, and the first that is one. */
static void find_features(sheet *h)
{
	const snap_tape *t = tape_of(h->s);
	h->value = 0;
	h->mark = -1;
	for (int k = between(0, t->inputs, SNAP_TAPE_VALUES) - 1; k >= 0 && t->inputs > 1; k--)
		*(part_is_mark(t->x[k], part_tape_steps(t)) ? &h->mark : &h->value) = k;
}

static double gradient_at(const sheet *h, int entry)
{
	const snap_arm *a = &h->s->arm[0];
	int n = between(0, a->total.T, SNAP_STEPS), all = part_tape_steps(&a->tape);
	if (a->tape.has_dh)
		return entry < all ? (double)a->tape.dh[entry] : NAN;
	return n > 0 && n == all && entry < n ? (double)a->dh_norm[entry] : NAN;
}

static void find_range(sheet *h)
{
	span all = span_none;
	for (int i = 0; i < part_tape_steps(tape_of(h->s)); i++)
		span_add(&all, gradient_at(h, i));
	h->high = span_empty(all) ? 0 : all.high;
	h->low = span_empty(all) ? -1 : fmax(all.low, all.high - 12);
	if (h->high - h->low < 0.5)
		h->low = h->high - 0.5;
}

/* From 0 to 1 over the range; NAN is not known; an exact zero is below everything. */
static float strength(const sheet *h, int entry)
{
	double g = gradient_at(h, entry);
	return isnan(g) ? NAN : (float)fmax(0, fmin(1, (g - h->low) / (h->high - h->low)));
}

/* The hidden value at the ends of the colours: a round number that holds all, so that it does not breathe. */
static double colour_top(const snap_tape *t)
{
	span all = span_none;
	for (int r = 0; r < between(0, t->rows, SNAP_TAPE_UNITS); r++)
		span_add_all(&all, t->hidden[r], part_tape_steps(t));
	double most = span_empty(all) ? 1 : fmax(fabs(all.low), fabs(all.high)), ten = 1;
	if (!(most > 0.1))
		return 0.1;
	ten = pow(10, floor(log10(most)));
	return most <= ten ? ten : most <= 2 * ten ? 2 * ten : most <= 5 * ten ? 5 * ten : 10 * ten;
}

/* ---- what is drawn ---- */

static void draw_nodes(const sheet *h)
{
	const snap_tape *t = tape_of(h->s);
	float top = (float)colour_top(t);
	float r = fminf(0.32F * h->dx, 0.36F * (h->bottom - h->top) / (float)h->nodes);
	canvas_group(h->c, "nodes");
	for (int i = 0; i < h->cols.n; i++)
		for (int k = 0; k < h->nodes; k++) {
			float v = t->hidden[node_row(h, k)][h->cols.entry[i]];
			uint32_t shade = heat_colour(h->c, HEAT_DIVERGING, 0.5F + 0.5F * v / top);
			rect at = {column_x(h, i) - r, node_y(h, k) - r, 2 * r, 2 * r};
			canvas_image(h->c, at, &shade, 1, 1, false);
			canvas_frame(h->c, at, 2, plot_stroke(1, INK_BORDER, 1, DASH_SOLID));
		}
	canvas_group_end(h->c);
}

/* From (x0, y) back to x1 < x0; width and colour by the strength. */
static void draw_arrow(const sheet *h, float x0, float x1, float y, float strong)
{
	float width = 1 + fminf(9, 0.3F * (x0 - x1)) * strong, head = fminf(0.6F * (x0 - x1), 3 + 0.8F * width);
	point tip[] = {{x1, y}, {x1 + head, y - 0.5F * width - 2}, {x1 + head, y + 0.5F * width + 2}};
	canvas_line(h->c, x0, y, x1 + 0.8F * head, y, plot_stroke(width, INK_BAD, 0.25F + 0.65F * strong, DASH_SOLID));
	canvas_polygon(h->c, tip, 3, INK_BAD, 0.25F + 0.65F * strong);
}

/* The gradient that reaches h_k, between the columns of k + 1 and k. */
static void draw_flow(const sheet *h)
{
	float r = fminf(0.32F * h->dx, 0.36F * (h->bottom - h->top) / (float)h->nodes);
	float y = h->bottom + 0.5F * (h->in_y - h->bottom) - 2;
	canvas_group(h->c, "gradient");
	for (int i = 0; i + 1 < h->cols.n; i++) {
		float strong = strength(h, h->cols.entry[i]);
		bool gap = h->cols.gap && i + 1 == h->cols.gap;
		int step = part_tape_step(tape_of(h->s), h->cols.entry[i]);
		bool back = !h->sweep || h->sweep->phase == SWEEP_STEP ||
		            (h->sweep->phase == SWEEP_BACKWARD && step >= h->sweep->step);
		if (isnan(strong))
			continue;
		if (back && gradient_at(h, h->cols.entry[i]) > -INFINITY) /* nothing flows where it is exactly zero */
			draw_arrow(h, column_x(h, i + 1) - (gap ? 0.2F * h->dx : 0), column_x(h, i) + 0.15F * h->dx, y,
			        strong);
		for (int k = 0; k < h->nodes && !gap; k++) /* the way forward, through W */
			canvas_line(h->c, column_x(h, i) + r, node_y(h, k), column_x(h, i + 1) - r, node_y(h, k),
			        plot_stroke(1, INK_AXIS, 0.7F, DASH_SOLID));
	}
	canvas_group_end(h->c);
}

static const char *input_text(const sheet *h, int entry, char *buf, size_t size)
{
	const snap_tape *t = tape_of(h->s);
	int symbol = t->input[entry];
	if (t->symbols)
		snprintf(buf, size, "%s", symbol >= 0 && symbol < SNAP_TAPE_NAMES ? t->name[symbol] : "");
	else if (isfinite(t->x[h->value][entry]))
		axis_number(buf, size, (double)t->x[h->value][entry], 0.01);
	else
		snprintf(buf, size, "–");
	if (buf[0] == ' ' || (buf[0] > 0 && buf[0] < ' '))
		snprintf(buf, size, "%s", buf[0] == ' ' ? "␣" : "↵");
	return buf;
}

static const char *target_text(const snap_tape *t, int entry, char *buf, size_t size)
{
	int target = t->target[entry];
	if (t->classes)
		snprintf(buf, size, "%s", target >= 0 && target < SNAP_TAPE_NAMES ? t->answer[target] : "…");
	else
		text_short(buf, size, (double)t->want[0][entry], 2);
	if (buf[0] == ' ' || (buf[0] > 0 && buf[0] < ' '))
		snprintf(buf, size, "%s", buf[0] == ' ' ? "␣" : "↵");
	return buf;
}

/* In a column when it fits. */
static void put(const sheet *h, float x, float y, const char *text, ink i, weight w, float room)
{
	text_style st = plot_type(h->c, TYPE_TICK, i, ALIGN_CENTER);
	st.weight = w;
	if (canvas_measure(text, st.size, w).width <= room)
		canvas_text(h->c, x, y, text, st);
}

/* A number in a column that is too narrow for its digits: a bar, as high as it is large. */
static void put_bar(const sheet *h, float x, float v, ink i)
{
	float em = plot_em(h->c, TYPE_TICK), high = 1.2F * em * fminf(1, fabsf(v));
	if (isfinite(v))
		canvas_box(h->c, (rect){x - 0.3F * h->dx, h->in_y + 0.6F * em - high, 0.6F * h->dx, high}, 0, i, 0.8F);
}

static void draw_ends(const sheet *h)
{
	const snap_tape *t = tape_of(h->s);
	char text[48];
	float em = plot_em(h->c, TYPE_TICK);
	canvas_group(h->c, "inputs and losses");
	for (int i = 0; i < h->cols.n; i++) {
		int entry = h->cols.entry[i];
		float x = column_x(h, i), room = h->dx - 2;
		bool marked = !t->symbols && h->mark >= 0 && fabsf(t->x[h->mark][entry]) > 0;
		if (!t->symbols && room < 2.5F * em)
			put_bar(h, x, t->x[h->value][entry], marked ? INK_ACCENT : INK_MUTED);
		else
			put(h, x, h->in_y + 0.36F * em, input_text(h, entry, text, sizeof text),
			        marked ? INK_ACCENT : INK_TEXT, marked ? WEIGHT_BOLD : WEIGHT_REGULAR, room);
		if (!t->asked[entry])
			continue;
		ink tint = t->wrong[entry] ? INK_BAD : INK_GOOD;
		canvas_line(h->c, x, h->top, x, h->out_y + 1.4F * em, plot_stroke(1.5F, tint, 0.9F, DASH_SOLID));
		if (t->wrong[entry])
			canvas_ring(h->c, x, h->out_y + 1.2F * em, fminf(4, 0.3F * h->dx),
			        plot_stroke(2, tint, 1, DASH_SOLID));
		else
			canvas_disc(h->c, x, h->out_y + 1.2F * em, fminf(4, 0.3F * h->dx), tint, 1);
		put(h, x, h->out_y + 0.36F * em, target_text(t, entry, text, sizeof text), INK_TEXT, WEIGHT_BOLD,
		        fmaxf(room,
		                i == h->cols.n - 1 && !t->asked[between(0, entry - 1, SNAP_STEPS - 1)] ? 4 * em : 0));
	}
	canvas_group_end(h->c);
}

static void draw_steps(const sheet *h, const view_focus *focus)
{
	const snap_tape *t = tape_of(h->s);
	char text[24];
	snprintf(text, sizeof text, "%d", t->T);
	float widest = canvas_measure(text, plot_em(h->c, TYPE_TICK), WEIGHT_REGULAR).width + 6;
	int every = (int)ceilf(widest / h->dx);
	canvas_group(h->c, "axis:step");
	for (int i = h->cols.n - 1; i >= 0; i -= every) {
		snprintf(text, sizeof text, "%d", part_tape_step(t, h->cols.entry[i]));
		canvas_text(h->c, column_x(h, i), h->step_y, text, plot_type(h->c, TYPE_TICK, INK_MUTED, ALIGN_CENTER));
	}
	for (int i = 0; i < h->cols.n && focus; i++)
		if (part_tape_step(t, h->cols.entry[i]) == focus->step)
			canvas_frame(h->c,
			        (rect){column_x(h, i) - 0.48F * h->dx, h->top - 2, 0.96F * h->dx,
			                h->step_y - h->top + 6},
			        4, plot_stroke(1.5F, INK_ACCENT, 1, DASH_SOLID));
	if (h->cols.gap)
		canvas_text(h->c, column_x(h, h->cols.gap) - h->dx, 0.5F * (h->top + h->bottom), "…",
		        plot_type(h->c, TYPE_TITLE, INK_MUTED, ALIGN_CENTER));
	canvas_group_end(h->c);
}

static void draw_titles(const sheet *h, float x)
{
	float em = plot_em(h->c, TYPE_TICK);
	text_style st = plot_type(h->c, TYPE_TICK, INK_MUTED, ALIGN_RIGHT);
	canvas_text(h->c, x, h->out_y + 0.36F * em, "target", st);
	canvas_text(h->c, x, 0.5F * (h->top + h->bottom) + 0.36F * em, "hidden", st);
	canvas_text(h->c, x, h->bottom + 0.5F * (h->in_y - h->bottom) + 0.2F * em, "gradient", st);
	canvas_text(h->c, x, h->in_y + 0.36F * em, "input", st);
	canvas_text(h->c, x, h->step_y, "step k", st);
}

/* On the way forward what lies ahead is not known yet. */
static void veil_ahead(const sheet *h)
{
	const snap_tape *t = tape_of(h->s);
	if (!h->sweep || h->sweep->phase != SWEEP_FORWARD)
		return;
	canvas_group(h->c, "ahead");
	for (int i = 0; i < h->cols.n; i++)
		if (part_tape_step(t, h->cols.entry[i]) > h->sweep->step)
			canvas_box(h->c,
			        (rect){column_x(h, i) - 0.5F * h->dx, h->out_y - 12, h->dx, h->step_y - h->out_y}, 0,
			        INK_PANEL, 0.85F);
	canvas_group_end(h->c);
}

/* ---- pointer ---- */

static void point_column(const sheet *h, rect area, view_focus *focus)
{
	int best = -1;
	if (!focus || !focus->has_pointer || !rect_has(area, focus->pointer.x, focus->pointer.y))
		return;
	for (int i = 0; i < h->cols.n; i++)
		if (fabsf(column_x(h, i) - focus->pointer.x) <= 0.5F * h->dx)
			best = i;
	if (best >= 0)
		focus->step = part_tape_step(tape_of(h->s), h->cols.entry[best]);
}

/* The losses at and behind step k. */
static int losses_behind(const snap_tape *t, int entry)
{
	int n = 0;
	for (int i = entry; i < part_tape_steps(t); i++)
		n += t->asked[i];
	return n;
}

/* Every replica of W before a loss is the beginning of a way to it; truncation keeps the last few. */
static void read_step(const sheet *h, rect area, const view_focus *focus)
{
	const snap_tape *t = tape_of(h->s);
	int entry = focus ? part_tape_entry(t, focus->step) : -1;
	double cut = h->s->arm[0].config.v[KNOB_truncate];
	int ways = focus && cut > 0 && cut < focus->step ? (int)cut : focus ? focus->step : 0;
	char text[48], value[48];
	readout r = {0};
	if (entry < 0 || !focus->has_pointer || !rect_has(area, focus->pointer.x, focus->pointer.y))
		return;
	readout_add(&r, INK_NONE, "step k = %d, input %s", focus->step, input_text(h, entry, text, sizeof text));
	if (!isnan(gradient_at(h, entry)))
		readout_add(&r, INK_BAD, "‖∂L/∂hₖ‖ = %s", axis_power(value, sizeof value, gradient_at(h, entry)));
	if (t->asked[entry])
		readout_add(&r, t->wrong[entry] ? INK_BAD : INK_GOOD, "target %s: %s",
		        target_text(t, entry, text, sizeof text), t->wrong[entry] ? "wrong" : "right");
	if (t->asked[entry])
		readout_add(&r, INK_NONE, "paths W → L%d: %d%s", focus->step, ways,
		        cut > 0 && cut < focus->step ? " (truncated)" : "");
	readout_add(&r, INK_NONE, "losses that this step's W reaches: %d", losses_behind(t, entry));
	readout_draw(&r, h->c, area, focus->pointer);
}

/* ---- the whole ---- */

static bool lay_out(sheet *h, rect area, const view_focus *focus)
{
	const snap_tape *t = tape_of(h->s);
	float em = plot_em(h->c, TYPE_TICK), left = area.w > 30 * em ? 5 * em : 0;
	float narrow = 14; /* points of a column at least */
	int most = between(2, (int)((area.w - left) / narrow) - 1, COLUMNS);
	h->cols = choose(t, focus, most);
	h->out_y = area.y + em;
	h->step_y = area.y + area.h - 0.4F * em;
	h->in_y = h->step_y - 1.8F * em;
	h->top = h->out_y + 2.8F * em;
	h->bottom = h->in_y - 3.2F * em;
	if (h->cols.n < 1 || h->bottom - h->top < 2 * em || area.w < 8 * em)
		return false;
	int slots = h->cols.n + (h->cols.gap > 0);
	h->dx = (area.w - left) / (float)slots;
	h->x0 = area.x + left + 0.5F * h->dx;
	h->nodes = between(1, t->rows, NODES);
	h->nodes = between(1, (int)((h->bottom - h->top) / fmaxf(14, fminf(64, 0.75F * h->dx))), h->nodes);
	if (left > 0)
		draw_titles(h, area.x + left - em);
	return true;
}

static void draw(const snap *s, canvas *c, rect area, view_focus *focus)
{
	sheet h = {.s = s, .c = c, .sweep = focus ? focus->sweep : NULL};
	if (part_tape_steps(tape_of(s)) < 1) {
		plot p = {.c = c, .area = area};
		plot_message(&p, part_nothing(s));
		return;
	}
	view_focus before = focus ? *focus : (view_focus){0};
	/* under the pointer the columns stay where they are: another choice would move them away from it */
	bool here = focus && focus->has_pointer && rect_has(area, focus->pointer.x, focus->pointer.y);
	if (!lay_out(&h, area, here ? NULL : &before))
		return;
	find_range(&h);
	find_features(&h);
	point_column(&h, area, focus);
	draw_flow(&h);
	draw_nodes(&h);
	draw_ends(&h);
	veil_ahead(&h);
	draw_steps(&h, focus);
	read_step(&h, area, focus);
}

static const char *caption(const snap *s, bool run, char *buf, int size)
{
	const snap_tape *t = tape_of(s);
	char low[32], high[32], top[32];
	sheet h = {.s = s};
	buf[0] = '\0';
	part_append(buf, size, "The net unfolded in time%s", part_arms(s) > 1 ? " (" : "");
	if (part_arms(s) > 1)
		part_append(buf, size, "%s)", part_arm_name(s, 0));
	part_append(buf, size, "%s", t->T > 0 ? ", for " : "");
	part_append_tape(buf, size, s);
	part_append_run(buf, size, run ? ": " : NULL, s);
	part_append(buf, size, ".");
	if (t->T < 1)
		return buf;
	find_range(&h);
	text_short(top, sizeof top, colour_top(t), 2);
	part_append(buf, size, " Squares: hidden units, evenly chosen from %d, from −%s (blue) to %s (orange).",
	        between(1, t->layers, 8) * between(1, t->units, 4096), top, top);
	part_append(buf, size, " Rings: wrong answers. Arrows: ‖∂L/∂hₖ‖ %s, in logarithms, from %s to %s.",
	        t->has_dh ? "of this sequence" : "over the batch", axis_power(low, sizeof low, h.low),
	        axis_power(high, sizeof high, h.high));
	return buf;
}

static const char *key(const snap *s, char *buf, int size)
{
	const snap_tape *t = tape_of(s);
	buf[0] = '\0';
	if (t->T > COLUMNS)
		part_append(buf, size, "at most %d of %d steps", COLUMNS, t->T);
	return buf;
}

static void numbers(const snap *s, view_data *d)
{
	const snap_tape *t = tape_of(s);
	sheet h = {.s = s};
	char text[48];
	int n = part_tape_steps(t);
	find_features(&h);
	data_table(d, "columns", 0, n);
	data_tape_steps(d, DATA_ROWS, t);
	data_add(d, DATA_TEXT, DATA_ROWS, "input", "input symbol, or the value that is shown");
	for (int i = 0; i < n; i++)
		data_set_text(d, i, input_text(&h, i, text, sizeof text));
	data_add(d, DATA_WHOLE, DATA_ROWS, "loss", "1 where an answer is asked for");
	for (int i = 0; i < n; i++)
		data_set(d, i, t->asked[i]);
	data_add(d, DATA_TEXT, DATA_ROWS, "target", "what should be answered");
	for (int i = 0; i < n; i++)
		data_set_text(d, i, t->asked[i] ? target_text(t, i, text, sizeof text) : "");
	data_add(d, DATA_WHOLE, DATA_ROWS, "wrong", "1 where the answer is wrong");
	for (int i = 0; i < n; i++)
		data_set(d, i, t->wrong[i]);
	data_add(d, DATA_REAL, DATA_ROWS, "log10_dh", "log10 of the norm of dL/dh_k over the batch");
	for (int i = 0; i < n; i++)
		data_set(d, i, gradient_at(&h, i));
	data_tape_hidden(d, 0, t);
}

const view view_unrolled = {
        .name = "unrolled",
        .title = "The net in time",
        .summary = "the network unfolded, a column for every step, and the gradient flowing back through it",
        .wants = WANT_TAPE,
        .draw = draw,
        .data = numbers,
        .caption = caption,
        .key = key,
};

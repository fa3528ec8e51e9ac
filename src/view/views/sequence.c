/* sequence: one sequence of the batch, what the net should say to it, what it says, and, for texts, what it says when
 * it is left to itself. */
#include "base/text.h"
#include "plot/marks.h"
#include "view/handle.h"
#include "view/parts.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

typedef char names[SNAP_TAPE_NAMES][12];

static const snap_tape *tape_of(const snap *s, int arm)
{
	return &s->arm[arm].tape;
}

static double steps_of(const snap *s)
{
	double T = 1;
	for (int a = 0; a < part_arms(s); a++)
		T = fmax(T, fmin(tape_of(s, a)->T, 1e6));
	return T;
}

static int asked_steps(const snap_tape *t)
{
	int n = 0;
	for (int i = 0; i < part_tape_steps(t); i++)
		n += t->asked[i];
	return n;
}

static int last_asked(const snap_tape *t)
{
	int i = part_tape_steps(t) - 1;
	while (i >= 0 && !t->asked[i])
		i--;
	return i;
}

static int values_of(int numbers)
{
	return numbers < 0 ? 0 : numbers > SNAP_TAPE_VALUES ? SNAP_TAPE_VALUES : numbers;
}

/* What a symbol is called; white space is made visible. */
static const char *name_of(const names n, int symbol)
{
	if (symbol < 0 || symbol >= SNAP_TAPE_NAMES)
		return symbol < 0 ? "" : "…";
	if (n[symbol][0] == ' ' && !n[symbol][1])
		return "␣";
	return n[symbol][0] > 0 && n[symbol][0] < ' ' ? "↵" : n[symbol];
}

/* ---- rows of symbols ---- */

typedef struct row {
	const short *symbol;
	const names *name;
	const bool *wrong; /* NULL, or which of these answers are: tinted as right or wrong */
} row;

static bool is_blank(const row *r, int i)
{
	return r->symbol[i] < 0;
}

static ink tint_of(const row *r, int i)
{
	if (r->wrong)
		return r->wrong[i] ? INK_BAD : INK_GOOD;
	return (ink)(INK_SERIES_0 + r->symbol[i] % 8);
}

/* In em. */
static float widest_name(const short *symbol, const names *name, int n)
{
	float widest = 0;
	for (int i = 0; i < n; i++)
		widest = fmaxf(widest, canvas_measure(name_of(*name, symbol[i]), 1, WEIGHT_REGULAR).width);
	return widest;
}

/* The type for names in cells of this width, equal in the rows of a tape as far as these hold equally wide names; 0:
 * too small to read. */
static float names_size(const row *r, const snap_tape *t, float width)
{
	const float least = 9;
	int n = part_tape_steps(t);
	float widest = widest_name(r->symbol, r->name, n);
	widest = fmaxf(widest, t->symbols ? widest_name(t->input, &t->name, n) : 0);
	widest = fmaxf(widest, t->classes ? widest_name(t->target, &t->answer, n) : 0);
	float size = widest > 0 ? fminf(TYPE_BASE, (width - 2) / widest) : TYPE_BASE;
	return size < least ? 0 : size;
}

static void draw_names(const plot *p, const row *r, const snap_tape *t, float size)
{
	float em = plot_em(p->c, size), w = plot_x(p, 2) - plot_x(p, 1);
	float y = p->area.y + 0.5F * p->area.h, gap = fminf(1.5F, 0.1F * w);
	for (int i = 0; i < part_tape_steps(t); i++) {
		float x = plot_x(p, part_tape_step(t, i));
		if (is_blank(r, i))
			continue;
		canvas_box(p->c, (rect){x - 0.5F * w + gap, p->area.y, w - 2 * gap, p->area.h}, 3, tint_of(r, i),
		        r->wrong ? 0.28F : 0.16F);
		if (r->wrong && r->wrong[i])
			canvas_frame(p->c, (rect){x - 0.5F * w + gap, p->area.y, w - 2 * gap, p->area.h}, 3,
			        plot_stroke(1.5F, INK_BAD, 1, DASH_SOLID));
		canvas_text(p->c, x, y + 0.36F * em, name_of(*r->name, r->symbol[i]),
		        plot_type(p->c, size, INK_TEXT, ALIGN_CENTER));
	}
}

/* Too many steps for names: blocks, equal neighbours as one. */
static void draw_blocks(const plot *p, const row *r, const snap_tape *t)
{
	int n = part_tape_steps(t);
	for (int i = 0, end; i < n; i = end) {
		for (end = i + 1; end < n && r->symbol[end] == r->symbol[i] && tint_of(r, end) == tint_of(r, i); end++)
			continue;
		float x0 = plot_x(p, part_tape_step(t, i) - 0.5), x1 = plot_x(p, part_tape_step(t, end - 1) + 0.5);
		if (!is_blank(r, i))
			canvas_box(p->c, (rect){x0, p->area.y, x1 - x0, p->area.h}, 0, tint_of(r, i), 0.6F);
	}
}

/* … and the names of those that are rare: they are what the task is about. */
static void name_rare(const plot *p, const row *r, const snap_tape *t)
{
	int count[SNAP_TAPE_NAMES] = {0}, n = part_tape_steps(t);
	float em = plot_em(p->c, TYPE_BASE), y = p->area.y + 0.5F * p->area.h + 0.36F * em, free = -INFINITY;
	for (int i = 0; i < n; i++)
		if (r->symbol[i] >= 0 && r->symbol[i] < SNAP_TAPE_NAMES)
			count[r->symbol[i]]++;
	for (int i = 0; i < n; i++) {
		float x = plot_x(p, part_tape_step(t, i));
		if (r->symbol[i] < 0 || r->symbol[i] >= SNAP_TAPE_NAMES || count[r->symbol[i]] > 3 || n < 12)
			continue;
		const char *name = name_of(*r->name, r->symbol[i]);
		float w = canvas_measure(name, em, WEIGHT_BOLD).width + 0.6F * em;
		text_style st = plot_type(p->c, TYPE_BASE, INK_TEXT, ALIGN_CENTER);
		if (x - 0.5F * w < free || x - 0.5F * w < p->area.x || x + 0.5F * w > p->area.x + p->area.w)
			continue;
		st.weight = WEIGHT_BOLD;
		canvas_box(p->c, (rect){x - 0.5F * w, y - 0.95F * em, w, 1.3F * em}, 3, INK_PANEL, 0.9F);
		canvas_text(p->c, x, y, name, st);
		free = x + 0.5F * w;
	}
}

static void draw_row(const plot *p, const row *r, const snap_tape *t)
{
	if (part_tape_steps(t) < 1 || !plot_has_room(p))
		return;
	float size = names_size(r, t, (plot_x(p, 2) - plot_x(p, 1)) / plot_em(p->c, 1));
	if (size > 0) {
		draw_names(p, r, t, size);
		return;
	}
	draw_blocks(p, r, t);
	if (!r->wrong)
		name_rare(p, r, t);
}

/* ---- rows of numbers ---- */

static axis values_axis(const snap_tape *t)
{
	span all = span_none;
	span_add(&all, 0);
	for (int k = 0; k < values_of(t->inputs); k++)
		span_add_all(&all, t->x[k], part_tape_steps(t));
	return axis_linear(all);
}

/* Steps that carry a mark are shaded, in the ink of that feature; values are lines with dots where there is room. */
static void draw_values(const plot *p, const snap_tape *t)
{
	int n = part_tape_steps(t), lines = 0;
	for (int k = 0; k < values_of(t->inputs); k++) {
		curve line = part_steps(t->x[k], t->T);
		bool marks = part_is_mark(t->x[k], n) && values_of(t->inputs) > 1;
		for (int i = 0; i < n && marks; i++)
			if (isfinite(t->x[k][i]) && t->x[k][i] != 0) {
				float x = plot_x(p, part_tape_step(t, i)), w = fmaxf(3, plot_x(p, 2) - plot_x(p, 1));
				canvas_box(p->c, (rect){x - 0.5F * w, p->area.y, w, p->area.h}, 0,
				        t->x[k][i] > 0 ? INK_ACCENT : INK_WARN, 0.3F);
			}
		if (marks)
			continue;
		if (lines == 0 && p->area.w > 4 * (float)n)
			marks_stems(p, line.y, line.n, line.x0, line.dx, (ink)(INK_SERIES_0 + k), 1);
		else
			line_draw(p, line, plot_stroke(1.5F, (ink)(INK_SERIES_0 + k), 1, DASH_SOLID));
		lines++;
	}
}

static axis answers_axis(const snap *s)
{
	span all = span_none;
	for (int a = 0; a < part_arms(s); a++)
		for (int k = 0; k < values_of(tape_of(s, a)->outputs); k++) {
			span_add_all(&all, tape_of(s, a)->want[k], part_tape_steps(tape_of(s, a)));
			if (!s->arm[a].diverged)
				span_add_all(&all, tape_of(s, a)->got[k], part_tape_steps(tape_of(s, a)));
		}
	return axis_linear(all);
}

static void name_answers(const snap *s, labels *l)
{
	labels_add(l, 0, INK_BOUND, "target")->dash = DASH_DASHED;
	for (int a = 0; a < part_arms(s); a++) {
		const snap_tape *t = tape_of(s, a);
		label *k =
		        labels_add(l, 0, part_arm_ink(s, a), "%s", part_arms(s) > 1 ? part_arm_name(s, a) : "answer");
		k->dash = part_arm_dash(s, a);
		if (!t->has_other || part_arms(s) > 1)
			continue;
		snprintf(k->text, sizeof k->text, "%s", t->forced ? "answer, forced" : "answer, free");
		labels_add(l, 0, INK_SERIES_1, "%s", t->forced ? "answer, free" : "answer, forced")->dash = DASH_DOTTED;
	}
}

static void draw_answers(const snap *s, const plot *p)
{
	const snap_tape *first = tape_of(s, 0);
	for (int k = 0; k < values_of(first->outputs); k++)
		line_draw(p, part_steps(first->want[k], first->T), plot_stroke(2, INK_BOUND, 1, DASH_DASHED));
	for (int a = 0; a < part_arms(s); a++) {
		const snap_tape *t = tape_of(s, a);
		for (int i = 0; i < values_of(t->outputs); i++)
			line_draw(p, part_steps(t->got[i], t->T), part_arm_stroke(s, a, 1.75F));
		if (!t->has_other || part_arms(s) > 1)
			continue;
		for (int i = 0; i < values_of(t->outputs); i++)
			line_draw(p, part_steps(t->other[i], t->T), plot_stroke(1.75F, INK_SERIES_1, 1, DASH_DOTTED));
	}
}

/* ---- one answer at the end ---- */

static void draw_bars(const snap *s, canvas *c, rect area)
{
	const snap_tape *t = tape_of(s, 0);
	int last = last_asked(t), n = t->outputs < 1 ? 0 : t->outputs > 24 ? 24 : t->outputs;
	float em = plot_em(c, TYPE_BASE), height = fminf(area.h / (float)(n > 0 ? n : 1), 6 * em), names_w = 4.6F * em;
	char value[32];
	if (n < 1 || last < 0 || height < 1.1F * em)
		return;
	for (int k = 0; k < n; k++)
		names_w = fmaxf(names_w, canvas_measure(name_of(t->answer, k), em, WEIGHT_BOLD).width + em);
	rect_cut_top(&area, fmaxf(0, 0.4F * (area.h - height * (float)n)));
	for (int k = 0; k < n; k++) {
		rect r = rect_cut_top(&area, height);
		bool target = t->target[last] == k;
		text_style st = plot_type(c, TYPE_BASE, INK_TEXT, ALIGN_RIGHT);
		st.weight = target ? WEIGHT_BOLD : WEIGHT_REGULAR;
		rect left = rect_cut_left(&r, names_w);
		rect_cut_right(&r, 4 * em);
		canvas_text(
		        c, left.x + left.w - 0.5F * em, r.y + 0.5F * height + 0.36F * em, name_of(t->answer, k), st);
		canvas_box(
		        c, (rect){r.x, r.y + 0.12F * height, r.w, 0.76F * height}, 3, INK_GRID, target ? 0.9F : 0.4F);
		if (target)
			canvas_frame(c, (rect){r.x, r.y + 0.12F * height, r.w, 0.76F * height}, 3,
			        plot_stroke(1.5F, INK_BOUND, 1, DASH_SOLID));
		float bar = 0.6F * height / (float)part_arms(s), y = r.y + 0.2F * height;
		for (int a = 0; a < part_arms(s); a++, y += bar) {
			float p = tape_of(s, a)->last[k];
			if (!isfinite(p))
				continue;
			canvas_box(
			        c, (rect){r.x, y, r.w * fmaxf(0, fminf(1, p)), bar - 1}, 2, part_arm_ink(s, a), 0.9F);
			if (part_arms(s) == 1)
				canvas_text(c, r.x + r.w + 0.5F * em, r.y + 0.5F * height + 0.36F * em,
				        text_short(value, sizeof value, (double)p, 2),
				        plot_type(c, TYPE_BASE, INK_TEXT, ALIGN_LEFT));
		}
	}
}

/* `named`: the names of the arms stand elsewhere. */
static void draw_number(const snap *s, canvas *c, rect area, bool named)
{
	const snap_tape *t = tape_of(s, 0);
	int last = last_asked(t), n = values_of(t->outputs);
	labels l = {0};
	span all = span_none;
	char value[32];
	if (last < 0 || n < 1)
		return;
	for (int k = 0; k < n; k++) {
		span_add(&all, (double)t->want[k][last]);
		labels_add(&l, (double)t->want[k][last], INK_BOUND, "%s  target",
		        text_short(value, sizeof value, (double)t->want[k][last], 3));
		for (int a = 0; a < part_arms(s); a++) {
			const snap_tape *o = tape_of(s, a);
			int at = last_asked(o);
			double got = at < 0 || (s->arm[a].diverged && part_arms(s) > 1) ? NAN : (double)o->got[k][at];
			span_add(&all, got);
			/* the number first: half of it would be a wrong one */
			bool number = named && part_arms(s) > 1;
			labels_add(&l, got, part_arm_ink(s, a), "%s%s%s", text_short(value, sizeof value, got, 3),
			        number ? "" : "  ",
			        number             ? ""
			        : part_arms(s) > 1 ? part_arm_name(s, a)
			                           : "answer")
			        ->weight = WEIGHT_BOLD;
		}
	}
	span_add(&all, 0);
	plot_spec spec = {
	        .x = axis_count(0.4, n + 0.6), .y = axis_linear(all), .y_title = "answer at the end", .x_bare = true};
	spec.right = labels_width(&l, c, 0.66F * area.w); /* the numbers are what is looked at */
	plot p = plot_begin(c, area, &spec);
	if (!plot_has_room(&p))
		return;
	for (int k = 0; k < n; k++)
		for (int i = 0; i < l.n; i++)
			plot_horizontal(&p, l.item[i].value,
			        plot_stroke(
			                2.5F, l.item[i].ink, 1, l.item[i].ink == INK_BOUND ? DASH_DASHED : DASH_SOLID));
	labels_draw(&l, &p);
}

/* ---- left to itself ---- */

/* One line: what was given, then ▸ and what the net says. */
static void draw_line(canvas *c, rect *area, const char *title, const snap_tape *t, const short *said, ink i)
{
	float em = plot_em(c, TYPE_BASE);
	char text[SNAP_TAPE_SAMPLE * 12 + 64], fitted[sizeof text + 8];
	text_style st = plot_type(c, TYPE_BASE, i, ALIGN_LEFT);
	st.weight = WEIGHT_MONO;
	snprintf(text, sizeof text, "%s", title);
	for (int k = 0; k < t->sampled && k < SNAP_TAPE_SAMPLE; k++) {
		const char *name = name_of(t->name, said[k]);
		part_append(text, sizeof text, "%s%s", k == t->given ? " ▸ " : "", strcmp(name, "␣") == 0 ? " " : name);
	}
	rect line = rect_cut_top(area, 1.7F * em);
	canvas_text(
	        c, line.x, line.y + 1.1F * em, canvas_fit(fitted, sizeof fitted, text, line.w, st.size, st.weight), st);
}

static int sample_lines(const snap *s)
{
	return part_arms(s) > 1 ? part_arms(s) : 2;
}

/* Its own answers as the next inputs, above what it answers along the sequence as it is. */
static void draw_sample(const snap *s, canvas *c, rect area)
{
	canvas_group(c, "sample");
	if (part_arms(s) == 1) {
		draw_line(c, &area, "free    ", tape_of(s, 0), tape_of(s, 0)->sample, INK_TEXT);
		draw_line(c, &area, "forced  ", tape_of(s, 0), tape_of(s, 0)->along, INK_MUTED);
	}
	for (int a = 0; a < part_arms(s) && part_arms(s) > 1; a++) {
		char title[80];
		snprintf(title, sizeof title, "%s: ", part_arm_name(s, a));
		draw_line(c, &area, title, tape_of(s, a), tape_of(s, a)->sample, part_arm_ink(s, a));
	}
	canvas_group_end(c);
}

/* ---- pointer ---- */

static void read_step(const snap *s, canvas *c, rect bounds, const view_focus *focus)
{
	const snap_tape *t = tape_of(s, 0);
	int i = focus ? part_tape_entry(t, focus->step) : -1;
	char one[32], two[32];
	readout r = {0};
	if (i < 0 || !focus->has_pointer || !rect_has(bounds, focus->pointer.x, focus->pointer.y))
		return;
	readout_add(&r, INK_NONE, "step k = %d%s", focus->step, focus->step > t->length ? " (padding)" : "");
	if (t->symbols)
		readout_add(&r, INK_NONE, "input %s", name_of(t->name, t->input[i]));
	for (int k = 0; k < values_of(t->inputs) && !t->symbols; k++)
		readout_add(&r, (ink)(INK_SERIES_0 + k), "x%d = %s", k + 1,
		        text_short(one, sizeof one, (double)t->x[k][i], 3));
	if (t->asked[i] && t->classes)
		readout_add(&r, INK_NONE, "target %s", name_of(t->answer, t->target[i]));
	for (int a = 0; a < part_arms(s); a++) {
		const snap_tape *o = tape_of(s, a);
		int at = part_tape_entry(o, focus->step);
		if (at < 0 || !o->asked[at])
			continue;
		if (o->classes)
			readout_add(&r, part_arm_ink(s, a), "answer %s: %s, target: %s",
			        name_of(o->answer, o->said[at]), text_short(one, sizeof one, (double)o->p_said[at], 2),
			        text_short(two, sizeof two, (double)o->p_target[at], 2));
		for (int k = 0; k < values_of(o->outputs) && !o->classes; k++)
			readout_add(&r, part_arm_ink(s, a), "target %s, answer %s",
			        text_short(one, sizeof one, (double)o->want[k][at], 3),
			        text_short(two, sizeof two, (double)o->got[k][at], 3));
	}
	readout_draw(&r, c, bounds, focus->pointer);
}

/* ---- the whole ---- */

typedef struct stack {
	canvas *c;
	rect area;
	float left, right;
	double T;
	view_focus *focus;
	bool named; /* the arms stand in a legend above all */
} stack;

/* The next plot of the stack; the last one carries the axis of the steps. */
static plot next_plot(stack *k, const char *title, axis y, bool bare, float height, bool last)
{
	plot_spec spec = {.x = axis_count(0.5, k->T + 0.5), .y = y, .x_title = "time step k", .y_title = title};
	spec.left = k->left;
	spec.right = k->right;
	spec.y_bare = bare;
	spec.x_bare = !last;
	spec.x_keep = last;
	rect r = last ? k->area : rect_cut_top(&k->area, height);
	plot p = plot_begin(k->c, r, &spec);
	part_point_step(&p, k->focus, k->T);
	return p;
}

/* A row of symbols, as wide as the plots, with its title at the left. */
static plot next_row(stack *k, const char *title, float height)
{
	char fitted[64];
	float em = plot_em(k->c, TYPE_TICK);
	rect r = rect_cut_top(&k->area, height);
	plot p = {.c = k->c, .x = axis_count(0.5, k->T + 0.5), .y = {.kind = AXIS_LINEAR, .low = 0, .high = 1}};
	rect_cut_bottom(&r, 0.4F * em);
	canvas_fit(fitted, sizeof fitted, title, k->left - 0.5F * em, em, WEIGHT_REGULAR);
	canvas_text(k->c, r.x + k->left - 0.5F * em, r.y + 0.5F * r.h + 0.36F * em, fitted,
	        plot_type(k->c, TYPE_TICK, INK_MUTED, ALIGN_RIGHT));
	p.area = (rect){r.x + k->left, r.y, r.w - k->left - k->right, r.h};
	p.x.from = p.area.x;
	p.x.to = p.area.x + p.area.w;
	p.y.from = p.area.y + p.area.h;
	p.y.to = p.area.y;
	if (p.area.w < 8 || p.area.h < 4)
		p.area.w = 0;
	part_point_step(&p, k->focus, k->T);
	return p;
}

static void mark_losses(const plot *p, const snap_tape *t)
{
	for (int i = 0; i < part_tape_steps(t); i++) {
		float x0 = plot_x(p, part_tape_step(t, i) - 0.5), x1 = plot_x(p, part_tape_step(t, i) + 0.5);
		if (t->asked[i])
			canvas_box(
			        p->c, (rect){x0, p->area.y + p->area.h - 1.5F, fmaxf(2, x1 - x0), 3}, 0, INK_ACCENT, 1);
	}
}

static void draw_probabilities(const snap *s, const plot *p)
{
	for (int a = 0; a < part_arms(s); a++) {
		curve line = part_steps(tape_of(s, a)->p_target, tape_of(s, a)->T);
		if (part_arms(s) == 1 && p->area.w > 3 * (float)line.n)
			marks_stems(p, line.y, line.n, line.x0, line.dx, part_arm_ink(s, a), 1);
		else
			line_draw(p, line, part_arm_stroke(s, a, 1.75F));
	}
}

/* Rows from the top: input; target; every arm's answers; probability of the target. */
static void draw_classes(const snap *s, stack *k, float row_h)
{
	const snap_tape *t = tape_of(s, 0);
	axis unit = {.kind = AXIS_LINEAR, .low = 0, .high = 1, .zero = NAN};
	plot p = next_row(k, "target", row_h);
	draw_row(&p, &(row){t->target, &t->answer, NULL}, t);
	part_mark_step(&p, k->focus, INK_TEXT);
	for (int a = 0; a < part_arms(s); a++) {
		const snap_tape *o = tape_of(s, a);
		const char *fed = o->forced ? "forced" : "free", *other = o->forced ? "free" : "forced";
		p = next_row(k, part_arms(s) > 1 ? part_arm_name(s, a) : o->has_other ? fed : "answer", row_h);
		draw_row(&p, &(row){o->said, &o->answer, o->wrong}, o);
		part_mark_step(&p, k->focus, INK_TEXT);
		if (!o->has_other || part_arms(s) > 1)
			continue;
		p = next_row(k, other, row_h);
		draw_row(&p, &(row){o->other_said, &o->answer, o->other_wrong}, o);
		part_mark_step(&p, k->focus, INK_TEXT);
	}
	p = next_plot(k, t->probable ? "p(target)" : "z(target)", unit, false, 0, true);
	if (!plot_has_room(&p))
		return;
	draw_probabilities(s, &p);
	mark_losses(&p, t);
	part_mark_step(&p, k->focus, INK_TEXT);
}

static plot draw_input(const snap *s, stack *k, float height, bool last)
{
	const snap_tape *t = tape_of(s, 0);
	axis unit = {.kind = AXIS_LINEAR, .low = 0, .high = 1, .zero = NAN};
	plot p = t->symbols && !last
	                 ? next_row(k, "input", height)
	                 : next_plot(k, "input", t->symbols ? unit : values_axis(t), t->symbols, height, last);
	if (!plot_has_room(&p))
		return p;
	canvas_group(k->c, "input");
	if (t->symbols)
		draw_row(&p, &(row){t->input, &t->name, NULL}, t);
	else
		draw_values(&p, t);
	if (last)
		mark_losses(&p, t);
	canvas_group_end(k->c);
	part_mark_step(&p, k->focus, INK_TEXT);
	return p;
}

/* ---- taken in hand ---- */

/* The step whose input can be moved: the one that is marked, else one that was moved already, else the first. */
static int step_in_hand(const snap *s, const view_focus *focus)
{
	const snap_tape *t = tape_of(s, 0);
	const run_example *x = &s->state.example;
	int step = focus->hand > 0   ? focus->hand
	           : focus->step > 0 ? focus->step
	           : x->edits > 0    ? x->edit[x->edits - 1].step
	                             : 1;
	return step < 1 ? 1 : step > t->length ? t->length : step;
}

static void offer_symbol(const snap *s, const plot *p, view_focus *focus)
{
	enum { APART = 9 }; /* points between two symbols on the way up or down */
	const snap_tape *t = tape_of(s, 0);
	int step = step_in_hand(s, focus), i = part_tape_entry(t, step);
	view_handle *h = i >= 0 && t->input[i] >= 0 ? handle_add(focus, s, 0, "sequence", "input") : NULL;
	if (!h)
		return;
	float foot = p->area.y + p->area.h; /* under the symbol, which stays readable */
	*h = (view_handle){.kind = HANDLE_INPUT,
	        .tip = "drag up or down for another symbol; ← → for another step, Delete for what was there",
	        .step = step,
	        .value = t->input[i],
	        .high = t->inputs - 1,
	        .whole = true,
	        .fallback = NAN,
	        .along = ALONG_Y,
	        .ink = INK_ACCENT};
	snprintf(h->name, sizeof h->name, "sequence input");
	snprintf(h->text, sizeof h->text, "%s at step %d", name_of(t->name, t->input[i]), step);
	h->map = (axis){.high = h->high > 0 ? h->high : 1, .zero = NAN};
	h->map.from = foot + APART * (float)h->value;
	h->map.to = h->map.from - APART * (float)h->map.high;
	h->at = (point){plot_x(p, step), foot};
}

static void offer_number(const snap *s, const plot *p, int feature, view_focus *focus)
{
	const snap_tape *t = tape_of(s, 0);
	int step = step_in_hand(s, focus), i = part_tape_entry(t, step);
	view_handle *h = i >= 0 ? handle_add(focus, s, 0, "sequence", "input") : NULL;
	char value[32];
	if (!h)
		return;
	*h = (view_handle){.kind = HANDLE_INPUT,
	        .tip = "drag up or down for another value; ← → for another step, Delete for what was there",
	        .step = step,
	        .feature = feature + 1,
	        .value = (double)t->x[feature][i],
	        .low = p->y.low - (p->y.high - p->y.low),
	        .high = p->y.high + (p->y.high - p->y.low),
	        .fallback = NAN,
	        .along = ALONG_Y,
	        .map = p->y,
	        .ink = INK_ACCENT};
	snprintf(h->name, sizeof h->name, "sequence input");
	snprintf(h->text, sizeof h->text, "%s at step %d", text_short(value, sizeof value, h->value, 3), step);
	h->at = (point){plot_x(p, step), 0};
}

/* Marks are moved from step to step. */
static void offer_marks(const snap *s, const plot *p, int feature, view_focus *focus)
{
	enum { MOST = 4 };
	const snap_tape *t = tape_of(s, 0);
	int n = 0;
	for (int i = 0; i < part_tape_steps(t) && n < MOST; i++) {
		if (!(t->x[feature][i] > 0.5F))
			continue;
		view_handle *h = handle_add(focus, s, 0, "sequence", "mark");
		if (!h)
			return;
		*h = (view_handle){.kind = HANDLE_MARK,
		        .tip = "drag the mark to another step",
		        .step = part_tape_step(t, i),
		        .feature = feature + 1,
		        .value = part_tape_step(t, i),
		        .low = 1,
		        .high = t->length,
		        .whole = true,
		        .fallback = NAN,
		        .along = ALONG_X,
		        .map = p->x,
		        .ink = INK_ACCENT};
		snprintf(h->name, sizeof h->name, "sequence mark %d", ++n);
		snprintf(h->text, sizeof h->text, "mark at step %d", h->step);
		h->at = (point){0, p->area.y + p->area.h};
	}
}

static void offer_inputs(const snap *s, const plot *p, view_focus *focus)
{
	const snap_tape *t = tape_of(s, 0);
	int n = part_tape_steps(t), number = -1, last = n - 1;
	if (!focus || !focus->handles || !plot_has_room(p) || n < 1 || n != t->T)
		return;
	if (t->symbols) {
		offer_symbol(s, p, focus);
		return;
	}
	for (int k = values_of(t->inputs) - 1; k >= 0; k--)
		if (part_is_mark(t->x[k], last + 1) && values_of(t->inputs) > 1)
			offer_marks(s, p, k, focus);
		else
			number = k;
	if (number >= 0)
		offer_number(s, p, number, focus);
}

/* A small triangle over every input that was changed. */
static void show_changes(const snap *s, const plot *p)
{
	const run_example *x = &s->state.example;
	if (tape_of(s, 0)->example == 0 || !plot_has_room(p))
		return;
	canvas_group(p->c, "changed");
	for (int i = 0; i < x->edits && i < STATE_EXAMPLE; i++) {
		float at = plot_x(p, x->edit[i].step), y = p->area.y;
		const point flag[] = {{at - 4, y - 6}, {at + 4, y - 6}, {at, y}};
		if (x->edit[i].step <= tape_of(s, 0)->T)
			canvas_polygon(p->c, flag, 3, INK_ACCENT, 1);
	}
	canvas_group_end(p->c);
}

/* Rows of symbols are as high as they like while the plot under them keeps its room, or take all of it where the plot
 * would be too low to read. */
static float row_height(const snap *s, const stack *k)
{
	const snap_tape *t = tape_of(s, 0);
	float em = plot_em(k->c, TYPE_BASE);
	int rows = 2 + (part_arms(s) > 1 ? part_arms(s) : t->has_other ? 2 : 1);
	float below = k->area.h > (1.5F * (float)rows + 6.5F) * em ? 8 * em : 0;
	return fmaxf(1.5F * em, fminf(2.6F * em, (k->area.h - below) / (float)rows));
}

/* Beside the numbers, or under a row of symbols. */
static void draw_end(const snap *s, stack *k)
{
	const snap_tape *t = tape_of(s, 0);
	float em = plot_em(k->c, TYPE_BASE), below = 3.3F * plot_em(k->c, TYPE_TICK);
	if (t->symbols && k->area.h > 16 * em) {
		rect end = rect_cut_bottom(&k->area, 0.6F * k->area.h);
		rect_cut_top(&end, em);
		rect title = rect_cut_top(&end, 1.6F * em);
		if (end.h > 8 * em && part_tape_steps(t) > 0)
			canvas_text(k->c, title.x + k->left, title.y + em,
			        t->probable ? "probability of each answer; framed: the target"
			                    : "output for each answer; framed: the target",
			        plot_type(k->c, TYPE_TICK, INK_MUTED, ALIGN_LEFT));
		rect_cut_right(&end, k->right);
		draw_bars(s, k->c, end);
	} else if (!t->symbols && k->area.w > 30 * em) {
		rect end = rect_cut_right(
		        &k->area, fminf((t->classes || k->area.w > 60 * em ? 0.34F : 0.42F) * k->area.w, 34 * em));
		rect_cut_left(&end, em);
		rect_cut_bottom(&end, k->area.h > 12 * em ? below : 0);
		if (t->classes)
			draw_bars(s, k->c, end);
		else
			draw_number(s, k->c, end, k->named);
	}
}

/* Left of the rows: the names of the arms stand there. */
static float names_width(const snap *s, const canvas *c, float room)
{
	float em = plot_em(c, TYPE_TICK), width = 4.6F * plot_em(c, TYPE_BASE);
	for (int a = 0; a < part_arms(s) && part_arms(s) > 1; a++)
		width = fmaxf(width, canvas_measure(part_arm_name(s, a), em, WEIGHT_REGULAR).width + em);
	return fminf(width, fmaxf(0.25F * room, 4.6F * plot_em(c, TYPE_BASE)));
}

static void draw(const snap *s, canvas *c, rect area, view_focus *focus)
{
	const snap_tape *t = tape_of(s, 0);
	float em = plot_em(c, TYPE_BASE), row_h = 2.6F * em;
	float sample = 1.7F * em * (float)sample_lines(s) + 0.3F * em;
	bool one = asked_steps(t) <= 1;
	stack k = {c, area, names_width(s, c, area.w), 0.5F * em, steps_of(s), focus, false};
	if (one && !t->symbols && !t->classes && part_arms(s) > 1 && area.w < 60 * em) {
		part_name_arms(s, c, &k.area); /* beside the numbers names would be cut */
		k.named = k.area.h < area.h;
	}
	if (t->sampled > 0 && area.h > 12 * em && sample < 0.35F * area.h)
		draw_sample(s, c, rect_cut_bottom(&k.area, sample));
	if (!one && t->classes)
		row_h = row_height(s, &k);
	if (one)
		draw_end(s, &k);
	plot p = draw_input(s, &k, t->symbols ? row_h : 0.42F * k.area.h, one);
	plot input = p;
	if (plot_has_room(&p) && part_tape_steps(t) < 1)
		plot_message(&p, part_nothing(s));
	show_changes(s, &p);
	if (!one && t->classes) {
		draw_classes(s, &k, row_h);
	} else if (!one) {
		labels l = {0};
		name_answers(s, &l);
		labels_above(&l, c, &k.area);
		p = next_plot(&k, "output", answers_axis(s), false, 0, true);
		if (plot_has_room(&p))
			draw_answers(s, &p);
		part_mark_step(&p, focus, INK_TEXT);
	}
	offer_inputs(s, &input, focus);
	read_step(s, c, area, focus);
}

static const char *caption(const snap *s, bool run, char *buf, int size)
{
	const snap_tape *t = tape_of(s, 0);
	char value[32];
	buf[0] = '\0';
	part_append(
	        buf, size, t->T > 0 ? "Inputs, targets and answers of " : "Inputs, targets and answers of a sequence");
	part_append_tape(buf, size, s);
	part_append_run(buf, size, run ? ": " : NULL, s);
	part_append(buf, size, ".");
	if (t->classes && asked_steps(t) > 1)
		part_append(buf, size, " Framed or red: wrong.");
	if (t->inputs > SNAP_TAPE_VALUES && !t->symbols)
		part_append(buf, size, " Shown: the first %d of %d features.", SNAP_TAPE_VALUES, t->inputs);
	if (t->outputs > SNAP_TAPE_VALUES && !t->classes)
		part_append(buf, size, " Shown: the first %d of %d outputs.", SNAP_TAPE_VALUES, t->outputs);
	if (t->has_other)
		part_append(buf, size,
		        " Forced: the targets are fed back; free: the net's own answers, with the weights of %s.",
		        t->example ? "now" : "now beside those of the batch");
	if (t->sampled > 0 && t->temperature > 0)
		part_append(buf, size,
		        " After ▸, free: each symbol drawn at temperature %s is the next input, with the weights of "
		        "now; "
		        "forced: the likeliest, along the sequence.",
		        text_short(value, sizeof value, t->temperature, 2));
	else if (t->sampled > 0)
		part_append(buf, size,
		        " After ▸, free: the likeliest symbol is the next input, with the weights of now; forced: the "
		        "likeliest, along the sequence.");
	return buf;
}

static const char *key(const snap *s, char *buf, int size)
{
	const snap_tape *t = tape_of(s, 0);
	int n = asked_steps(t), wrong = 0;
	buf[0] = '\0';
	for (int i = 0; i < part_tape_steps(t); i++)
		wrong += t->asked[i] && t->wrong[i];
	if (part_arms(s) > 1 || n < 1)
		return buf;
	if (n == 1)
		part_append(buf, size, "%s", wrong ? "wrong" : "right");
	else
		part_append(buf, size, "%d of %d answers wrong", wrong, n);
	return buf;
}

/* ---- as numbers ---- */

static void add_symbols(view_data *d, const char *name, const char *about, const short *symbol, const names n, int rows)
{
	data_add(d, DATA_TEXT, DATA_ROWS, name, about);
	for (int i = 0; i < rows; i++)
		data_set_text(d, i, name_of(n, symbol[i]));
}

static void add_values(view_data *d, const char *name, const char *about, int k, const float *value)
{
	char numbered[DATA_NAME];
	snprintf(numbered, sizeof numbered, "%s%d", name, k + 1);
	data_floats(d, numbered, about, value);
}

static void add_steps(const snap_tape *t, int arm, view_data *d)
{
	int n = part_tape_steps(t);
	data_table(d, "steps", arm, n);
	data_tape_steps(d, DATA_ROWS, t);
	if (t->symbols)
		add_symbols(d, "input", "symbol that goes in", t->input, t->name, n);
	for (int k = 0; k < values_of(t->inputs) && !t->symbols; k++)
		add_values(d, "x", "number that goes in", k, t->x[k]);
	data_add(d, DATA_WHOLE, DATA_ROWS, "loss", "1 where an answer is asked for");
	for (int i = 0; i < n; i++)
		data_set(d, i, t->asked[i]);
	data_add(d, DATA_WHOLE, DATA_ROWS, "wrong", "1 where the answer is wrong");
	for (int i = 0; i < n; i++)
		data_set(d, i, t->wrong[i]);
	for (int k = 0; k < values_of(t->outputs) && !t->classes; k++) {
		add_values(d, "target", "what should be answered", k, t->want[k]);
		add_values(d, "answer", "what the net answers", k, t->got[k]);
	}
	if (!t->classes)
		return;
	add_symbols(d, "target", "what should be answered", t->target, t->answer, n);
	add_symbols(d, "answer", "what the net answers", t->said, t->answer, n);
	data_floats(d, "p_target", "probability (or output) of the target", t->p_target);
	data_floats(d, "p_answer", "probability (or output) of the answer", t->p_said);
}

static void numbers(const snap *s, view_data *d)
{
	for (int a = 0; a < part_arms(s); a++) {
		const snap_tape *t = tape_of(s, a);
		int outputs = last_asked(t) < 0 || t->outputs < 1 ? 0 : t->outputs;
		outputs = outputs > SNAP_TAPE_NAMES ? SNAP_TAPE_NAMES : outputs;
		int sampled = t->sampled < 0 ? 0 : t->sampled > SNAP_TAPE_SAMPLE ? SNAP_TAPE_SAMPLE : t->sampled;
		add_steps(t, a, d);
		data_table(d, "last", a, t->classes ? outputs : 0);
		data_add(d, DATA_TEXT, DATA_ROWS, "answer", "possible answer at the last step that asks for one");
		for (int k = 0; k < outputs; k++)
			data_set_text(d, k, name_of(t->answer, k));
		data_floats(d, "output", "its probability, or the net's output for it", t->last);
		data_table(d, "sample", a, sampled);
		add_symbols(d, "symbol", "the net left to itself: its likeliest symbol is its next input", t->sample,
		        t->name, sampled);
		data_add(d, DATA_WHOLE, DATA_ROWS, "given", "1 for what it was given to begin with");
		for (int i = 0; i < sampled; i++)
			data_set(d, i, i < t->given);
	}
}

const view view_sequence = {
        .name = "sequence",
        .title = "Sequence",
        .summary = "a sequence of the batch: inputs, targets, answers; and what the net says when it is left to itself",
        .wants = WANT_TAPE,
        .draw = draw,
        .data = numbers,
        .caption = caption,
        .key = key,
};

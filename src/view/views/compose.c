/* compose: a random layer applied again and again to a line of starts, seen from one side, and its slope: how nonlinear
 * composition is (Goodfellow, Bengio, Courville 2016, section 10.7). Made from knobs alone. */
#include "run/compose.h"
#include "base/text.h"
#include "view/data.h"
#include "view/parts.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { POINTS = 2001 };

static const char *const shown_as[] = {"tanh", "sigmoid", "relu", "leaky relu", "identity"};

/* Kept while the knobs stay. */
typedef struct composed {
	bool made;
	compose_spec spec;
	double y[(COMPOSE_STEPS + 1) * POINTS], slope[(COMPOSE_STEPS + 1) * POINTS];
	float curve[COMPOSE_STEPS + 1][POINTS], steep[COMPOSE_STEPS + 1][POINTS];
	compose_stats stats[COMPOSE_STEPS + 1];
	char problem[160];
} composed;

static bool same(const compose_spec *a, const compose_spec *b)
{
	return a->units == b->units && a->gain == b->gain && a->activation == b->activation && a->seed == b->seed &&
	       a->steps == b->steps && a->high == b->high;
}

static const composed *composed_of(const snap *s)
{
	static composed k;
	err e = {0};
	compose_spec spec = compose_of(&s->arm[0].config, POINTS);
	if (k.made && same(&k.spec, &spec))
		return &k;
	k.made = compose_run(&spec, k.y, k.slope, &e);
	k.spec = spec;
	snprintf(k.problem, sizeof k.problem, "%.150s", e.text);
	for (int t = 0; t <= spec.steps && k.made; t++) {
		k.stats[t] = compose_judge(POINTS, k.y + t * POINTS, k.slope + t * POINTS);
		for (int i = 0; i < POINTS; i++) {
			k.curve[t][i] = (float)k.y[t * POINTS + i];
			k.steep[t][i] = (float)log10(fabs(k.slope[t * POINTS + i]));
		}
	}
	return &k;
}

static ink ink_of(int t, int steps)
{
	static const ink inks[] = {INK_SERIES_3, INK_SERIES_1, INK_SERIES_2, INK_ARM_2, INK_ARM_1};
	return t == steps ? INK_ARM_0 : inks[t % 5];
}

static stroke stroke_of(int t, int steps)
{
	static const dash dashes[] = {DASH_DOTTED, DASH_DASHED, DASH_SOLID, DASH_DOTTED, DASH_DASHED};
	return plot_stroke(t == steps ? 2.5F : 1.5F, ink_of(t, steps), 1, t == steps ? DASH_SOLID : dashes[t % 5]);
}

static axis along(const composed *k)
{
	return (axis){.kind = AXIS_LINEAR, .low = k->spec.low, .high = k->spec.high, .zero = NAN};
}

static void read_out(const composed *k, const plot *p, const view_focus *focus, bool slopes)
{
	char value[48];
	readout r = {0};
	if (!part_inside(p, focus))
		return;
	double x = axis_value(&p->x, focus->pointer.x);
	int i = (int)lround((x - k->spec.low) / (k->spec.high - k->spec.low) * (POINTS - 1));
	if (i < 0 || i >= POINTS)
		return;
	plot_vertical(p, x, plot_stroke(1, INK_TEXT, 0.45F, DASH_SOLID));
	readout_add(&r, INK_NONE, "x = %s", text_short(value, sizeof value, x, 4));
	for (int t = 0; t <= k->spec.steps; t++)
		readout_add(&r, ink_of(t, k->spec.steps), "%d× %s", t,
		        text_short(value, sizeof value, slopes ? k->slope[t * POINTS + i] : k->y[t * POINTS + i], 3));
	readout_draw(&r, p->c, p->area, focus->pointer);
}

static void draw_curves(const composed *k, canvas *c, rect area, const view_focus *focus, bool slopes)
{
	span all = span_none;
	labels l = {0};
	int steps = k->spec.steps;
	double dx = (k->spec.high - k->spec.low) / (POINTS - 1);
	for (int t = 0; t <= steps; t++) {
		const float *y = slopes ? k->steep[t] : k->curve[t];
		if (t > 0 || steps == 0 || slopes) /* the start itself may leave the picture */
			span_add_all(&all, y, POINTS);
		label *name = labels_add(&l, (double)y[POINTS - 1], ink_of(t, steps), t == 1 ? "once" : "%d times", t);
		name->dash = stroke_of(t, steps).dash;
		name->rank = t == steps;
	}
	if (slopes)
		all.low = fmax(all.low, all.high - 8);
	plot_spec spec = {.x = along(k),
	        .y = slopes ? axis_log(all) : axis_linear(all),
	        .x_title = "start x along a random direction",
	        .y_title = slopes ? "|slope|" : "seen from one side",
	        .left = area.w > 30 * plot_em(c, TYPE_TICK) ? 6 * plot_em(c, TYPE_TICK)
	                                                    : 0, /* one x axis under the other */
	        .right = labels_width(&l, c, 0.3F * area.w)};
	plot p = plot_begin(c, area, &spec);
	if (!plot_has_room(&p))
		return;
	canvas_clip(c, p.area);
	canvas_group(c, slopes ? "series:slopes" : "series:compositions");
	for (int t = 0; t <= steps; t++)
		line_draw(
		        &p, (curve){slopes ? k->steep[t] : k->curve[t], POINTS, k->spec.low, dx}, stroke_of(t, steps));
	if (slopes && k->stats[steps].steepest > 0)
		plot_horizontal(&p, log10(0.01 * k->stats[steps].steepest), plot_stroke(1, INK_BOUND, 1, DASH_DASHED));
	canvas_group_end(c);
	canvas_clip_end(c);
	if (spec.right > 0)
		labels_draw(&l, &p);
	else
		labels_legend(&l, &p);
	read_out(k, &p, focus, slopes);
}

static void draw(const snap *s, canvas *c, rect area, view_focus *focus)
{
	const composed *k = composed_of(s);
	float em = plot_em(c, TYPE_TICK);
	rect rest = area;
	if (!k->made) {
		plot_spec spec = {.x = along(k), .y = along(k)};
		plot empty = plot_begin(c, area, &spec);
		plot_message(&empty, k->problem);
	} else if (area.h > 24 * em) {
		rect low = rect_cut_bottom(&rest, 0.45F * area.h);
		draw_curves(k, c, rest, focus, false);
		draw_curves(k, c, rect_inset(low, 0, 0.4F * em), focus, true);
	} else {
		draw_curves(k, c, area, focus, false);
	}
}

static const char *caption(const snap *s, bool run, char *buf, int size)
{
	const compose_spec k = compose_of(&s->arm[0].config, POINTS);
	char g[32];
	(void)run;
	buf[0] = '\0';
	part_append(buf, size,
	        "h ← %s(W h), applied 0 to %d times to h = x·d with |d| = 1; W is random, %d × %d, N(0, g²/n) with g = "
	        "%s, "
	        "seed %d. Dashed below: 1 %% of the largest slope.",
	        shown_as[k.activation], k.steps, k.units, k.units, text_short(g, sizeof g, k.gain, 4), (int)k.seed);
	return buf;
}

static const char *key(const snap *s, char *buf, int size)
{
	const composed *k = composed_of(s);
	char share[32], steep[32];
	buf[0] = '\0';
	if (!k->made)
		return buf;
	const compose_stats *t = &k->stats[k->spec.steps];
	part_append(buf, size, "%d times: %d turning point%s", k->spec.steps, t->turns, t->turns == 1 ? "" : "s");
	part_append(buf, size, ", %s of the line nearly flat", part_percent(share, sizeof share, t->flat));
	part_append(buf, size, ", steepest %s", text_short(steep, sizeof steep, t->steepest, 3));
	return buf;
}

/* ---- as numbers ---- */

static void numbers(const snap *s, view_data *d)
{
	const composed *k = composed_of(s);
	int rows = k->made ? k->spec.steps + 1 : 0;
	double dx = (k->spec.high - k->spec.low) / (POINTS - 1);
	data_matrix(d, "compositions", DATA_SHARED, rows, POINTS);
	data_range(d, DATA_ROWS, "times", "how often the layer is applied", 0, 1);
	data_range(d, DATA_COLS, "x", "start, along a random direction", k->spec.low, dx);
	data_add(d, DATA_REAL, DATA_CELLS, "y", "seen from one side");
	for (long i = 0; i < (long)rows * POINTS; i++)
		data_set(d, i, k->y[i]);
	data_add(d, DATA_REAL, DATA_CELLS, "slope", "dy/dx");
	for (long i = 0; i < (long)rows * POINTS; i++)
		data_set(d, i, k->slope[i]);
	data_table(d, "of_each", DATA_SHARED, rows);
	data_range(d, DATA_ROWS, "times", "how often the layer is applied", 0, 1);
	data_add(d, DATA_WHOLE, DATA_ROWS, "turning_points", "changes of the slope's sign");
	for (int t = 0; t < rows; t++)
		data_set(d, t, k->stats[t].turns);
	data_add(d, DATA_REAL, DATA_ROWS, "flat", "share of the line whose slope is below 1 % of the largest");
	for (int t = 0; t < rows; t++)
		data_set(d, t, k->stats[t].flat);
	data_add(d, DATA_REAL, DATA_ROWS, "steepest", "largest slope");
	for (int t = 0; t < rows; t++)
		data_set(d, t, k->stats[t].steepest);
}

const view view_compose = {
        .name = "compose",
        .title = "The same layer again and again",
        .summary = "a random layer applied repeatedly to a line of starts, and its slope",
        .draw = draw,
        .data = numbers,
        .caption = caption,
        .key = key,
};

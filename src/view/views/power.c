/* power: yⁿ = wⁿ⁻¹ over n and over w, and its derivative: the smallest net whose gradient vanishes or explodes. Made
 * from the knobs w, T and target alone. */
#include "base/text.h"
#include "plot/marks.h"
#include "run/unit.h"
#include "view/parts.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { STEPS = 1000, ACROSS = 801 };

/* Beyond these powers of ten numbers become 0 or infinite: in single and in double precision. */
static const double FLOAT_MOST = 38.5318, DOUBLE_MOST = 308.2547;
/* Curves are shown this far. */
static const double DECADES = 340;

static int steps_of(const config *c)
{
	return c->v[KNOB_T] > STEPS ? STEPS : (int)c->v[KNOB_T];
}

/* ---- over n ---- */

/* The knob `height` asks for powers themselves instead of their logarithms. */
static bool is_linear(const snap *s)
{
	return strcmp(config_choice(&s->arm[0].config, KNOB_height), "linear") == 0;
}

static void power_values(double w, float *y)
{
	for (int n = 1; n <= STEPS; n++)
		y[n - 1] = (float)fmax(-1e30, fmin(1e30, unit_power(w, n).value));
}

static void power_curve(double w, float *y)
{
	double per_step = unit_power(w, 2).log10;
	for (int n = 1; n <= STEPS; n++) {
		double size = n > 1 ? (n - 1) * per_step : 0; /* unit_power(w, n).log10 */
		y[n - 1] = (float)(size > 2 * DECADES ? 2 * DECADES : size < -2 * DECADES ? -2 * DECADES : size);
	}
}

/* Where the powers of the arms have passed a limit, so that words at the right keep clear of them. */
static float passed(const snap *s, const plot *p, double decades)
{
	float x = p->area.x;
	for (int a = 0; a < part_arms(s); a++) {
		double per_step = unit_power(s->arm[a].config.v[KNOB_w], 2).log10, n = 1 + decades / per_step;
		if (n > 1 && n < p->x.high)
			x = fmaxf(x, plot_x(p, n));
	}
	return x;
}

static void draw_limit(const snap *s, const plot *p, double decades, const char *text, const char *brief)
{
	text_style st = plot_type(p->c, TYPE_TICK - 1, INK_MUTED, ALIGN_RIGHT);
	float y = plot_y(p, decades);
	if (!(decades > p->y.low) || !(decades < p->y.high))
		return;
	plot_horizontal(p, decades, plot_stroke(1, INK_BAD, 0.7F, DASH_DOTTED));
	/* at the right end: the powers begin at the left, and pass a limit soon or not at all */
	bool over = y - 1.5F * st.size > p->area.y;
	float room = p->area.x + p->area.w - passed(s, p, decades) - 1.5F * st.size;
	text = canvas_measure(text, st.size, st.weight).width < room ? text : brief;
	if (canvas_measure(text, st.size, st.weight).width < room)
		canvas_text(p->c, p->area.x + p->area.w - 0.5F * st.size,
		        over ? y - 0.45F * st.size : y + 1.2F * st.size, text, st);
}

/* The knobs' weight, and the four of the lesson; what coincides with an earlier one is left out. */
static int weights_of(const snap *s, double *w, ink *color)
{
	static const double presets[] = {1.01, 1, 0.99, 0.01};
	int n = 0;
	for (int a = 0; a < part_arms(s); a++) {
		w[n] = s->arm[a].config.v[KNOB_w];
		color[n++] = part_arm_ink(s, a);
	}
	for (int i = 0; i < 4; i++) {
		bool there = false;
		for (int k = 0; k < n; k++)
			there = there || w[k] == presets[i];
		if (!there) {
			w[n] = presets[i];
			color[n++] = INK_MUTED;
		}
	}
	return n;
}

static void draw_over_n(const snap *s, canvas *c, rect area, const view_focus *focus)
{
	static float y[STEPS];
	double w[SNAP_ARMS + 4];
	ink color[SNAP_ARMS + 4];
	int n = weights_of(s, w, color), at = steps_of(&s->arm[0].config);
	bool linear = is_linear(s);
	span all = span_none;
	labels l = {0};
	char value[48];
	for (int i = 0; i < n; i++) {
		double end = linear ? unit_power(w[i], STEPS).value : unit_power(w[i], STEPS).log10;
		end = linear ? fmax(-1e30, fmin(1e30, end)) : fmax(-DECADES, fmin(DECADES, end));
		if (linear && color[i] == INK_MUTED && fabs(end) > 2)
			end = (double)NAN; /* it leaves the picture */
		if (color[i] != INK_MUTED || fabs(end) < 20)
			span_add(&all, end);
		label *k = labels_add(&l, end, color[i], "w = %s", text_short(value, sizeof value, w[i], 6));
		k->rank = color[i] != INK_MUTED;
	}
	if (!linear) {
		span_add(&all, -6);
		span_add(&all, 6);
	}
	plot_spec spec = {.x = axis_count(1, STEPS),
	        .y = linear ? axis_linear(all) : axis_log(all),
	        .x_title = "step n",
	        .y_title = linear ? "yⁿ" : "|yⁿ|",
	        .right = labels_width(&l, c, 0.3F * area.w)};
	plot p = plot_begin(c, area, &spec);
	if (!plot_has_room(&p))
		return;
	if (!linear) {
		draw_limit(s, &p, DOUBLE_MOST, "largest f64: 1.8·10³⁰⁸", "largest f64");
		draw_limit(s, &p, -DOUBLE_MOST - 15.3, "smallest f64: 4.9·10⁻³²⁴", "smallest f64");
		draw_limit(s, &p, FLOAT_MOST, "largest f32: 3.4·10³⁸", "largest f32");
	}
	canvas_clip(c, p.area);
	for (int i = n - 1; i >= 0; i--) {
		char name[32];
		if (linear)
			power_values(w[i], y);
		else
			power_curve(w[i], y);
		snprintf(name, sizeof name, "series:power:%d", i);
		canvas_group(c, name);
		line_draw(&p, (curve){y, STEPS, 1, 1},
		        plot_stroke(color[i] == INK_MUTED ? 1.25F : 2.5F, color[i], 1, DASH_SOLID));
		canvas_group_end(c);
	}
	canvas_clip_end(c);
	plot_vertical(&p, at, plot_stroke(1, INK_TEXT, 0.45F, DASH_DASHED));
	if (spec.right > 0)
		labels_draw(&l, &p);
	if (!focus || !focus->has_pointer || !rect_has(p.area, focus->pointer.x, focus->pointer.y))
		return;
	readout r = {0};
	int here = (int)lround(fmax(1, axis_value(&p.x, focus->pointer.x)));
	plot_vertical(&p, here, plot_stroke(1, INK_TEXT, 0.45F, DASH_SOLID));
	readout_add(&r, INK_NONE, "n = %d", here);
	for (int i = 0; i < n; i++)
		readout_add(&r, color[i], "%s", axis_power(value, sizeof value, unit_power(w[i], here).log10));
	readout_draw(&r, c, p.area, focus->pointer);
}

/* ---- over w ---- */

/* The two plots over w stand under each other: as wide at both sides. */
static float margin(const canvas *c)
{
	return 5.2F * plot_em(c, TYPE_TICK);
}

static float gutter(const canvas *c, rect area)
{
	labels longest = {0};
	labels_add(&longest, 0, INK_SERIES_0, "|dyⁿ/dw|");
	return labels_width(&longest, c, 0.3F * area.w);
}

/* A window around 1 that holds the weights. */
static void window_of(const snap *s, double *low, double *high)
{
	*low = 0.9;
	*high = 1.1;
	for (int a = 0; a < part_arms(s); a++) {
		double w = s->arm[a].config.v[KNOB_w], room = 0.15 * fabs(w - 1);
		*low = fmin(*low, w - room);
		*high = fmax(*high, w + room);
	}
}

static void draw_over_w(const snap *s, canvas *c, rect area, const view_focus *focus)
{
	static float power[ACROSS], slope[ACROSS];
	double low, high, target = s->arm[0].config.v[KNOB_target];
	int n = steps_of(&s->arm[0].config);
	span all = span_none;
	window_of(s, &low, &high);
	double dx = (high - low) / (ACROSS - 1);
	for (int i = 0; i < ACROSS; i++) {
		power[i] = (float)unit_power(low + i * dx, n).log10;
		slope[i] = (float)unit_power_slope(low + i * dx, n).log10;
	}
	span_add_all(&all, power, ACROSS);
	span_add_all(&all, slope, ACROSS);
	all.zero = false;
	labels l = {0};
	char value[48];
	labels_add(&l, (double)power[ACROSS - 1], INK_SERIES_1, "|yⁿ|");
	labels_add(&l, (double)slope[ACROSS - 1], INK_SERIES_0, "|dyⁿ/dw|")->dash = DASH_DASHED;
	if (target > 0 && log10(target) > all.low && log10(target) < all.high)
		labels_add(&l, log10(target), INK_BOUND, "target")->dash = DASH_DASHED;
	plot_spec spec = {.x = {.kind = AXIS_LINEAR, .low = low, .high = high, .zero = NAN},
	        .y = axis_log(all),
	        .x_title = "weight w",
	        .y_title = "size at n = T",
	        .left = margin(c),
	        .right = gutter(c, area)};
	plot p = plot_begin(c, area, &spec);
	if (!plot_has_room(&p))
		return;
	if (target > 0)
		plot_horizontal(&p, log10(target), plot_stroke(1.25F, INK_BOUND, 1, DASH_DASHED));
	canvas_group(c, "series:power:w");
	line_draw(&p, (curve){power, ACROSS, low, dx}, plot_stroke(2, INK_SERIES_1, 1, DASH_SOLID));
	line_draw(&p, (curve){slope, ACROSS, low, dx}, plot_stroke(2, INK_SERIES_0, 1, DASH_DASHED));
	canvas_group_end(c);
	for (int a = 0; a < part_arms(s); a++) {
		double w = s->arm[a].config.v[KNOB_w];
		plot_vertical(&p, w, plot_stroke(1, part_arm_ink(s, a), 0.8F, DASH_SOLID));
		marks_one(&p, w, unit_power(w, n).log10, MARK_DISC, 4, part_arm_ink(s, a), 1);
	}
	if (spec.right > 0)
		labels_draw(&l, &p);
	else
		labels_legend(&l, &p);
	if (!focus || !focus->has_pointer || !rect_has(p.area, focus->pointer.x, focus->pointer.y))
		return;
	readout r = {0};
	double w = axis_value(&p.x, focus->pointer.x);
	readout_add(&r, INK_NONE, "w = %s", text_short(value, sizeof value, w, 6));
	readout_add(&r, INK_SERIES_1, "y %s", axis_power(value, sizeof value, unit_power(w, n).log10));
	readout_add(&r, INK_SERIES_0, "dy/dw %s", axis_power(value, sizeof value, unit_power_slope(w, n).log10));
	readout_draw(&r, c, p.area, focus->pointer);
}

/* ---- the error, and the balls on it ---- */

static bool has_balls(const snap *s)
{
	return s->surface.kind == SLICE_POWER && s->surface.ways > 0;
}

/* log10 of (wⁿ⁻¹ − target)². */
static double error_at(double w, int n, double target)
{
	double miss = fabs(unit_power(w, n).value - target);
	return isfinite(miss) ? 2 * log10(miss) : 2 * fmax(unit_power(w, n).log10, 0);
}

/* The weights that the balls have passed, with room; not further than the powers can be told. */
static void error_window(const snap *s, double target, int n, double *low, double *high)
{
	double goal = target > 0 && n > 1 ? pow(target, 1.0 / (n - 1)) : 1;
	*low = *high = goal;
	for (int a = 0; a < s->surface.ways; a++) {
		const slice_way *w = &s->surface.way[a];
		for (int i = 0; i < w->steps; i++) {
			*low = fmin(*low, fmax((double)w->at[i][0], goal - 1));
			*high = fmax(*high, fmin((double)w->at[i][0], goal + 1));
		}
	}
	double room = fmax(0.12 * (*high - *low), 2.0 / (n + 10));
	*low -= room;
	*high += room;
}

static void draw_ball(const snap *s, const slice_way *w, const plot *p, int n, double target)
{
	static point at[SLICE_WAY];
	char name[32];
	int shown = w->steps < 400 ? w->steps : 400;
	ink own = part_place_ink(w->arm);
	if (w->steps < 1)
		return;
	const float(*from)[2] = w->at + (w->steps - shown);
	for (int i = 0; i < shown; i++) {
		double x = (double)from[i][0];
		at[i] = (point){plot_x(p, x), plot_y(p, fmax(p->y.low, error_at(x, n, target)))};
	}
	snprintf(name, sizeof name, "ball:%d", w->arm);
	canvas_group(p->c, name);
	canvas_polyline(p->c, at, shown, plot_stroke(1.5F, own, 0.75F, w->clipped ? DASH_DASHED : DASH_SOLID));
	canvas_disc(p->c, at[shown - 1].x, at[shown - 1].y, 6.5F, INK_PANEL, 1);
	canvas_disc(p->c, at[shown - 1].x, at[shown - 1].y, 5, own, 1);
	canvas_group_end(p->c);
	(void)s;
}

static void draw_error(const snap *s, canvas *c, rect area, const view_focus *focus)
{
	static float y[ACROSS];
	double low, high, target = s->arm[0].config.v[KNOB_target];
	int n = steps_of(&s->arm[0].config);
	span all = span_none;
	error_window(s, target, n, &low, &high);
	double dx = (high - low) / (ACROSS - 1);
	for (int i = 0; i < ACROSS; i++)
		y[i] = (float)error_at(low + i * dx, n, target);
	span_add_all(&all, y, ACROSS);
	all.high = fmin(all.high, 2 * fmax(0, log10(fabs(target) + 1)) + 12);
	all.low = fmax(all.low, fmin(all.high - 8, -4));
	labels l = {0};
	for (int a = 0; a < s->surface.ways; a++) {
		const slice_way *w = &s->surface.way[a];
		char now[32];
		double x = w->steps ? (double)w->at[w->steps - 1][0] : (double)NAN;
		label *k = labels_add(&l, 0, part_place_ink(w->arm), "%s w %s%s",
		        s->surface.ways > 1 ? part_arm_name(s, a < part_arms(s) ? a : 0) : "now",
		        isfinite(x) ? text_short(now, sizeof now, x, 6) : "–",
		        x < low    ? ", out to the left"
		        : x > high ? ", out to the right"
		                   : "");
		k->dash = w->clipped ? DASH_DASHED : DASH_SOLID;
	}
	labels_above(&l, c, &area);
	plot_spec spec = {.x = {.kind = AXIS_LINEAR, .low = low, .high = high, .zero = NAN},
	        .y = axis_log(all),
	        .x_title = "weight w",
	        .y_title = "(yⁿ − target)²",
	        .left = margin(c),
	        .right = gutter(c, area)};
	plot p = plot_begin(c, area, &spec);
	if (!plot_has_room(&p))
		return;
	canvas_clip(c, p.area);
	canvas_group(c, "series:error");
	line_draw(&p, (curve){y, ACROSS, low, dx}, plot_stroke(2, INK_MUTED, 1, DASH_SOLID));
	canvas_group_end(c);
	for (int a = s->surface.ways - 1; a >= 0; a--)
		draw_ball(s, &s->surface.way[a], &p, n, target);
	canvas_clip_end(c);
	if (!focus || !focus->has_pointer || !rect_has(p.area, focus->pointer.x, focus->pointer.y))
		return;
	readout r = {0};
	char value[48];
	double w = axis_value(&p.x, focus->pointer.x);
	readout_add(&r, INK_NONE, "w = %s", text_short(value, sizeof value, w, 7));
	readout_add(&r, INK_MUTED, "error %s", axis_power(value, sizeof value, error_at(w, n, target)));
	readout_draw(&r, c, p.area, focus->pointer);
}

static void draw(const snap *s, canvas *c, rect area, view_focus *focus)
{
	float em = plot_em(c, TYPE_TICK);
	rect right = area;
	if (area.w > 44 * em) {
		rect left = rect_cut_left(&right, 0.5F * (area.w - 2 * em));
		rect_cut_left(&right, 2 * em);
		if (has_balls(s) && area.h > 24 * em) {
			rect low = rect_cut_bottom(&right, 0.5F * right.h);
			draw_error(s, c, rect_inset(low, 0, 0.4F * em), focus);
		}
		draw_over_n(s, c, left, focus);
	} else if (area.h > 34 * em) {
		rect top = rect_cut_top(&right, 0.5F * area.h);
		draw_over_n(s, c, rect_inset(top, 0, 0.3F * em), focus);
	} else {
		draw_over_n(s, c, area, focus);
		return;
	}
	draw_over_w(s, c, right, focus);
}

static const char *caption(const snap *s, bool run, char *buf, int size)
{
	(void)run;
	buf[0] = '\0';
	part_append(buf, size,
	        "y¹ = 1, yⁿ = w yⁿ⁻¹: %d steps, and over the weight at n\u00A0=\u00A0%d with its derivative (n − 1) "
	        "wⁿ⁻².",
	        STEPS, steps_of(&s->arm[0].config));
	if (has_balls(s))
		part_append(buf, size, " Balls: the arms' weights on the squared error to the target%s.",
		        s->surface.way[0].clipped || (s->surface.ways > 1 && s->surface.way[1].clipped)
		                ? ", dashed where clipped"
		                : "");
	return buf;
}

static const char *key(const snap *s, char *buf, int size)
{
	char value[48];
	const config *c = &s->arm[0].config;
	int n = steps_of(c);
	buf[0] = '\0';
	unit_scaled y = unit_power(c->v[KNOB_w], n), d = unit_power_slope(c->v[KNOB_w], n);
	part_append(buf, size, "n = %d: yⁿ = %s%s", n, y.sign < 0 ? "−" : "", axis_power(value, sizeof value, y.log10));
	part_append(buf, size, ", dyⁿ/dw = %s%s", d.sign < 0 ? "−" : "", axis_power(value, sizeof value, d.log10));
	return buf;
}

/* ---- as numbers ---- */

static void numbers(const snap *s, view_data *d)
{
	double w[SNAP_ARMS + 4], low, high;
	ink color[SNAP_ARMS + 4];
	int n = weights_of(s, w, color), at = steps_of(&s->arm[0].config);
	data_matrix(d, "over_n", DATA_SHARED, n, STEPS);
	data_add(d, DATA_REAL, DATA_ROWS, "w", "the weight");
	for (int i = 0; i < n; i++)
		data_set(d, i, w[i]);
	data_range(d, DATA_COLS, "n", "step", 1, 1);
	data_add(d, DATA_REAL, DATA_CELLS, "log10_y", "log10 of the absolute value of y at step n");
	for (int i = 0; i < n; i++)
		for (int k = 0; k < STEPS; k++)
			data_set(d, (long)i * STEPS + k, unit_power(w[i], k + 1).log10);
	window_of(s, &low, &high);
	double dx = (high - low) / (ACROSS - 1);
	data_table(d, "over_w", DATA_SHARED, ACROSS);
	data_range(d, DATA_ROWS, "w", "the weight", low, dx);
	data_add(d, DATA_REAL, DATA_ROWS, "log10_y", "log10 of the absolute value of y at n = T");
	for (int i = 0; i < ACROSS; i++)
		data_set(d, i, unit_power(low + i * dx, at).log10);
	data_add(d, DATA_REAL, DATA_ROWS, "log10_slope", "log10 of the absolute value of dy/dw at n = T");
	for (int i = 0; i < ACROSS; i++)
		data_set(d, i, unit_power_slope(low + i * dx, at).log10);
}

const view view_power = {
        .name = "power",
        .title = "One weight, many steps",
        .summary = "yⁿ = wⁿ⁻¹ over n and over w, its derivative, and the descent to a target",
        .wants = WANT_SURFACE,
        .draw = draw,
        .data = numbers,
        .caption = caption,
        .key = key,
};

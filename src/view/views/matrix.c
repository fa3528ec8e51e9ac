/* matrix: a 2 × 2 matrix multiplied by itself: the norm of its powers against the bound from its singular value and the
 * rate of its eigenvalue, and its eigenvalues in the plane. Made from knobs alone. */
#include "base/text.h"
#include "plot/marks.h"
#include "run/product.h"
#include "view/data.h"
#include "view/parts.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { POWERS = 101 };

/* log10 x for drawing: nothing far below what is shown. */
static float shown(double log10_value)
{
	return (float)fmax(-300, fmin(300, log10_value));
}

static void draw_norms(const product *p, canvas *c, rect area, const view_focus *focus)
{
	static double norm[POWERS];
	static float y[POWERS], bound[POWERS], rate[POWERS];
	product_norms(p, POWERS, norm);
	span all = span_none;
	for (int k = 0; k < POWERS; k++) {
		y[k] = shown(norm[k] + k * log10(p->slope));
		bound[k] = shown(k * log10(p->slope * p->sigma[0]));
		rate[k] = shown(k * log10(p->slope * p->rho));
	}
	span_add_all(&all, y, POWERS);
	span_add_all(&all, rate, POWERS);
	span_add(&all, fmin((double)bound[POWERS - 1], all.high + 0.5 * (all.high - all.low) + 1));
	span_add(&all, 1);
	span_add(&all, -1);
	all.low = fmax(all.low, -40);
	labels l = {0};
	labels_add(&l, (double)y[POWERS - 1], INK_ARM_0, "‖Wᵏ‖")->rank = 1;
	labels_add(&l, (double)rate[POWERS - 1], INK_SERIES_1, "ρᵏ")->dash = DASH_DOTTED;
	labels_add(&l, (double)bound[POWERS - 1], INK_BOUND, "bound")->dash = DASH_DASHED;
	plot_spec spec = {.x = axis_count(0, POWERS - 1),
	        .y = axis_log(all),
	        .x_title = "power k",
	        .y_title = p->slope < 1 ? "norm × largest slopeᵏ" : "norm of the product",
	        .right = labels_width(&l, c, 0.3F * area.w)};
	plot at = plot_begin(c, area, &spec);
	if (!plot_has_room(&at))
		return;
	canvas_clip(c, at.area);
	plot_horizontal(&at, 0, plot_stroke(1.25F, INK_AXIS, 1, DASH_SOLID));
	canvas_group(c, "series:powers");
	line_draw(&at, (curve){bound, POWERS, 0, 1}, plot_stroke(1.5F, INK_BOUND, 1, DASH_DASHED));
	line_draw(&at, (curve){rate, POWERS, 0, 1}, plot_stroke(1.5F, INK_SERIES_1, 1, DASH_DOTTED));
	line_draw(&at, (curve){y, POWERS, 0, 1}, plot_stroke(2.5F, INK_ARM_0, 1, DASH_SOLID));
	canvas_group_end(c);
	canvas_clip_end(c);
	if (spec.right > 0)
		labels_draw(&l, &at);
	else
		labels_legend(&l, &at);
	if (!part_inside(&at, focus))
		return;
	char value[48];
	readout r = {0};
	int k = (int)lround(axis_value(&at.x, focus->pointer.x));
	k = k < 0 ? 0 : k >= POWERS ? POWERS - 1 : k;
	plot_vertical(&at, k, plot_stroke(1, INK_TEXT, 0.45F, DASH_SOLID));
	readout_add(&r, INK_NONE, "k = %d", k);
	readout_add(&r, INK_ARM_0, "‖Wᵏ‖ %s", axis_power(value, sizeof value, (double)y[k]));
	readout_add(&r, INK_SERIES_1, "ρᵏ %s", axis_power(value, sizeof value, (double)rate[k]));
	readout_add(&r, INK_BOUND, "bound %s", axis_power(value, sizeof value, (double)bound[k]));
	readout_draw(&r, c, at.area, focus->pointer);
}

/* What W makes of the unit circle, the circle itself, and the eigenvalues. */
static void draw_disc(const product *p, canvas *c, rect area)
{
	labels l = {0};
	labels_add(&l, 0, INK_MUTED, "unit circle");
	labels_add(&l, 0, INK_ARM_0, "its image");
	labels_add(&l, 0, INK_SERIES_1, "eigenvalues");
	/* a square at the foot, the names right above it */
	rect_cut_top(&area, fmaxf(0, area.h - area.w - 2.6F * plot_em(c, TYPE_TICK)));
	labels_above(&l, c, &area);
	enum { AROUND = 181 };
	point ring[AROUND], image[AROUND];
	double reach = fmax(1.25, 1.15 * fmin(p->sigma[0], 4));
	axis both = {.kind = AXIS_LINEAR, .low = -reach, .high = reach, .zero = NAN};
	plot_spec spec = {.x = both, .y = both, .square = true};
	plot at = plot_begin(c, area, &spec);
	if (!plot_has_room(&at))
		return;
	for (int i = 0; i < AROUND; i++) {
		double angle = 2 * 3.14159265358979 * i / (AROUND - 1), u = cos(angle), v = sin(angle);
		ring[i] = (point){plot_x(&at, u), plot_y(&at, v)};
		image[i] = (point){plot_x(&at, p->W[0] * u + p->W[1] * v), plot_y(&at, p->W[2] * u + p->W[3] * v)};
	}
	canvas_clip(c, at.area);
	canvas_group(c, "circle");
	canvas_polyline(c, ring, AROUND, plot_stroke(1.25F, INK_MUTED, 1, DASH_SOLID));
	canvas_group_end(c);
	canvas_group(c, "image");
	canvas_polyline(c, image, AROUND, plot_stroke(2, INK_ARM_0, 1, DASH_SOLID));
	canvas_group_end(c);
	for (int i = 0; i < 2; i++) {
		marks_one(&at, p->re[i], p->im[i], MARK_DISC, 6, INK_PANEL, 1);
		marks_one(&at, p->re[i], p->im[i], MARK_DISC, 4.5F, INK_SERIES_1, 1);
	}
	canvas_clip_end(c);
}

/* The matrix itself, its largest entries legible. */
static void draw_entries(const product *p, canvas *c, rect area)
{
	float em = plot_em(c, TYPE_BASE), row = 1.7F * em, wide = 0, gap = 1.2F * em;
	char text[4][32];
	text_style s = plot_type(c, TYPE_BASE, INK_TEXT, ALIGN_RIGHT),
	           name = plot_type(c, TYPE_BASE, INK_MUTED, ALIGN_RIGHT);
	for (int i = 0; i < 4; i++) {
		text_short(text[i], sizeof text[i], p->W[i], 4);
		wide = fmaxf(wide, canvas_measure(text[i], s.size, s.weight).width);
	}
	float inner = 2 * wide + gap, left = area.x + 0.5F * (area.w - inner) + em,
	      top = area.y + 0.5F * (area.h - 2 * row);
	canvas_text(c, left - em, top + 1.36F * row, "W =", name);
	for (int i = 0; i < 4; i++)
		canvas_text(c, left + (float)(i % 2) * (wide + gap) + wide, top + (float)(i / 2) * row + 1.15F * em,
		        text[i], s);
	for (int side = 0; side < 2; side++) {
		float x = left + (side ? inner + 0.5F * em : -0.5F * em), tick = side ? -0.4F * em : 0.4F * em;
		stroke line = plot_stroke(1.25F, INK_TEXT, 1, DASH_SOLID);
		canvas_line(c, x, top, x, top + 2 * row, line);
		canvas_line(c, x, top, x + tick, top, line);
		canvas_line(c, x, top + 2 * row, x + tick, top + 2 * row, line);
	}
}

static void draw(const snap *s, canvas *c, rect area, view_focus *focus)
{
	product p;
	float em = plot_em(c, TYPE_TICK);
	rect rest = area;
	product_of(&s->arm[0].config, &p);
	if (area.w > 40 * em && area.h > 16 * em) {
		rect side = rect_cut_right(&rest, fminf(0.36F * area.w, area.h));
		rect_cut_right(&rest, em);
		if (side.h > 24 * em) /* in the middle of what the square at the foot leaves free */
			draw_entries(&p, c, rect_cut_top(&side, fmaxf(5 * em, side.h - side.w - 4 * em)));
		draw_disc(&p, c, side);
	}
	draw_norms(&p, c, rest, focus);
}

static const char *caption(const snap *s, bool run, char *buf, int size)
{
	product p;
	(void)run;
	buf[0] = '\0';
	product_of(&s->arm[0].config, &p);
	part_append(buf, size,
	        "Norm of the product of k equal matrices W, the bound (largest slope · σ₁)ᵏ and the rate ρᵏ. ");
	part_append(buf, size,
	        p.normal ? "W is normal: its powers have the norm ρᵏ."
	                 : "W is not normal: its powers can grow although every eigenvalue lies inside the circle.");
	if (p.slope < 1)
		part_append(buf, size, " All times the largest slope of the activation, ¼ᵏ.");
	return buf;
}

static const char *key(const snap *s, char *buf, int size)
{
	product p;
	char a[32], b[32], d[48];
	int at;
	buf[0] = '\0';
	product_of(&s->arm[0].config, &p);
	double peak = product_peak(&p, POWERS - 1, &at);
	part_append(buf, size, "ρ = %s, σ₁ = %s", text_short(a, sizeof a, p.rho, 4),
	        text_short(b, sizeof b, p.sigma[0], 4));
	part_append(buf, size, ", largest norm %s at k = %d", axis_power(d, sizeof d, peak), at);
	return buf;
}

/* ---- as numbers ---- */

static void numbers(const snap *s, view_data *d)
{
	double norm[POWERS];
	product p;
	product_of(&s->arm[0].config, &p);
	product_norms(&p, POWERS, norm);
	data_table(d, "powers", DATA_SHARED, POWERS);
	data_range(d, DATA_ROWS, "k", "power", 0, 1);
	data_add(d, DATA_REAL, DATA_ROWS, "log10_norm",
	        "log10 of the norm of W to the power k, times slope to the power k");
	for (int k = 0; k < POWERS; k++)
		data_set(d, k, norm[k] + k * log10(p.slope));
	data_add(d, DATA_REAL, DATA_ROWS, "log10_bound",
	        "log10 of (largest slope times largest singular value) to the power k");
	for (int k = 0; k < POWERS; k++)
		data_set(d, k, k * log10(p.slope * p.sigma[0]));
	data_add(d, DATA_REAL, DATA_ROWS, "log10_rate", "log10 of (slope times spectral radius) to the power k");
	for (int k = 0; k < POWERS; k++)
		data_set(d, k, k * log10(p.slope * p.rho));
	data_table(d, "eigenvalues", DATA_SHARED, 2);
	data_add(d, DATA_REAL, DATA_ROWS, "re", "real part");
	for (int i = 0; i < 2; i++)
		data_set(d, i, p.re[i]);
	data_add(d, DATA_REAL, DATA_ROWS, "im", "imaginary part");
	for (int i = 0; i < 2; i++)
		data_set(d, i, p.im[i]);
}

const view view_matrix = {
        .name = "matrix",
        .title = "Powers of a 2 × 2 matrix",
        .summary = "the norm of the powers of a 2 × 2 matrix, its bound, its eigenvalues",
        .draw = draw,
        .data = numbers,
        .caption = caption,
        .key = key,
};

/* spectrum: eigenvalues of the recurrent matrix in the complex plane, its singular values beside them. */
#include "base/text.h"
#include "plot/marks.h"
#include "view/handle.h"
#include "view/parts.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static int eigs_of(const snap_arm *a)
{
	return a->eigs < 0 ? 0 : a->eigs > SNAP_EIG ? SNAP_EIG : a->eigs;
}

static double size_of(const snap_arm *a, int i)
{
	return hypot((double)a->eig_re[i], (double)a->eig_im[i]);
}

/* Index of the eigenvalue of largest finite modulus; −1 when there is none. */
static int largest(const snap_arm *a)
{
	int best = -1;
	for (int i = 0; i < eigs_of(a); i++)
		if (isfinite(size_of(a, i)) && (best < 0 || size_of(a, i) > size_of(a, best)))
			best = i;
	return best;
}

/* Half the side of the square: room around everything, in steps, so that it does not breathe while training. */
static double half_side(const snap *s)
{
	static const double steps[] = {1.25, 1.5, 1.75, 2, 2.5, 3, 4, 5, 6, 8, 10, 15, 20, 30, 50, 100};
	double reach = 1;
	for (int a = 0; a < part_arms(s); a++) {
		int top = part_stands_out(s, a) ? -1 : largest(&s->arm[a]);
		reach = fmax(reach, top < 0 ? 1 : size_of(&s->arm[a], top));
		reach = fmax(reach, s->arm[a].config.v[KNOB_rho]);
	}
	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
		if (steps[i] >= 1.1 * reach)
			return steps[i];
	return 1.2 * reach;
}

static mark mark_of(int arm)
{
	return (mark)(arm % MARK_COUNT);
}

static void draw_cross(const plot *p)
{
	stroke cross = plot_stroke(1, INK_GRID, 1, DASH_SOLID);
	plot_vertical(p, 0, cross);
	plot_horizontal(p, 0, cross);
}

static void draw_circles(const snap *s, const plot *p)
{
	canvas *c = p->c;
	canvas_group(c, "unit circle");
	marks_circle(p, 1, plot_stroke(1.5F, INK_BOUND, 1, DASH_SOLID));
	canvas_group_end(c);
	for (int a = 0; a < part_arms(s); a++)
		marks_circle(p, s->arm[a].config.v[KNOB_rho],
		        plot_stroke(1.25F, part_arms(s) > 1 ? part_arm_ink(s, a) : INK_ACCENT, 0.9F, DASH_DASHED));
}

/* The circle through the largest eigenvalue can be drawn out and in: at the start that is the knob ρ, under way the
 * matrix is rescaled as it is. */
static void offer_radius(const snap *s, const plot *p, view_focus *focus)
{
	for (int a = 0; a < part_arms(s); a++) {
		const snap_arm *arm = &s->arm[a];
		int top = largest(arm);
		if (top < 0 || !arm->rescales || arm->diverged || !focus || !focus->handles)
			continue;
		marks_circle(p, size_of(arm, top),
		        plot_stroke(1, part_arms(s) > 1 ? part_arm_ink(s, a) : INK_ACCENT, 0.55F, DASH_SOLID));
		view_handle *h = handle_add(focus, s, a, "spectrum", "radius");
		if (!h)
			return;
		h->kind = arm->update > 0 ? HANDLE_RESCALE : HANDLE_KNOB;
		h->knob = KNOB_rho;
		h->tip = "drag the circle to rescale the recurrent matrix to this spectral radius";
		h->value = size_of(arm, top);
		h->low = 0.05;
		h->high = fmax(fmin(p->x.high, knob_get(KNOB_rho)->high), h->value); /* the grip lies on the circle */
		h->along = ALONG_RADIUS;
		h->centre = (point){plot_x(p, 0), plot_y(p, 0)};
		h->per_one = plot_x(p, 1) - plot_x(p, 0);
		h->angle = 0.62F + 0.35F * (float)a;
	}
}

/* The eigenvalue of largest modulus and its conjugate, ringed. */
static void draw_largest(const snap_arm *a, const plot *p, ink i)
{
	int top = largest(a);
	if (top < 0)
		return;
	double re = (double)a->eig_re[top], im = (double)a->eig_im[top];
	for (int side = -1; side <= 1; side += 2) {
		marks_one(p, re, side * im, MARK_DISC, 3.5F, i, 1);
		marks_one(p, re, side * im, MARK_RING, 7, i, 1);
		if (fabs(im) < 1e-9)
			break;
	}
}

static void draw_eigenvalues(const snap *s, const plot *p)
{
	for (int a = 0; a < part_arms(s); a++) {
		const snap_arm *arm = &s->arm[a];
		int n = eigs_of(arm);
		float radius = fmaxf(1.2F, fminf(3.2F, 0.12F * p->area.w / sqrtf((float)(n + 1))));
		char name[32];
		snprintf(name, sizeof name, "eigenvalues:%d", a);
		canvas_group(p->c, name);
		marks_draw(p, arm->eig_re, arm->eig_im, n, mark_of(part_arm_colour(s, a)), radius, part_arm_ink(s, a),
		        0.8F);
		draw_largest(arm, p, part_arm_ink(s, a));
		canvas_group_end(p->c);
	}
}

static int trail_of(const snap_arm *a)
{
	int n = a->trail_rows < 0 ? 0 : a->trail_rows > SNAP_TRAIL ? SNAP_TRAIL : a->trail_rows;
	while (n > 0 && a->trail_update[n - 1] >= a->update)
		n--;
	return n;
}

/* Where the eigenvalues have been: the fainter, the longer ago. Of many arms every second spectrum, and so on. */
static void draw_trails(const snap *s, const plot *p)
{
	enum { DOTS = 1600 };
	int all = 0;
	for (int a = 0; a < part_arms(s); a++)
		all += trail_of(&s->arm[a]) * eigs_of(&s->arm[a]);
	for (int a = 0; a < part_arms(s); a++) {
		const snap_arm *arm = &s->arm[a];
		char name[32];
		int rows = trail_of(arm), n = eigs_of(arm) < SNAP_TRAIL_EIG ? eigs_of(arm) : SNAP_TRAIL_EIG;
		if (rows == 0)
			continue;
		snprintf(name, sizeof name, "trail:%d", a);
		canvas_group(p->c, name);
		for (int i = 0; i < rows; i += 1 + all / DOTS)
			for (int k = 0; k < n; k++) {
				float x = plot_x(p, (double)arm->trail_re[i][k]),
				      y = plot_y(p, (double)arm->trail_im[i][k]);
				if (rect_has(p->area, x, y))
					canvas_box(p->c, (rect){x - 0.75F, y - 0.75F, 1.5F, 1.5F}, 0,
					        part_arm_ink(s, a), 0.15F + 0.45F * (float)(i + 1) / (float)rows);
			}
		canvas_group_end(p->c);
	}
}

/* Nearest eigenvalue within reach of the pointer. */
static void read_eigenvalue(const snap *s, const plot *p, const view_focus *focus)
{
	double best = 14 * 14;
	const snap_arm *arm = NULL;
	char value[3][48];
	int at = 0, which = 0;
	if (!focus || !focus->has_pointer || !rect_has(p->area, focus->pointer.x, focus->pointer.y))
		return;
	for (int a = 0; a < part_arms(s); a++)
		for (int i = 0; i < eigs_of(&s->arm[a]); i++) {
			double dx = (double)(plot_x(p, (double)s->arm[a].eig_re[i]) - focus->pointer.x);
			double dy = (double)(plot_y(p, (double)s->arm[a].eig_im[i]) - focus->pointer.y);
			if (dx * dx + dy * dy < best) {
				best = dx * dx + dy * dy;
				arm = &s->arm[a];
				at = i;
				which = a;
			}
		}
	if (!arm)
		return;
	readout r = {0};
	double im = (double)arm->eig_im[at];
	marks_one(p, (double)arm->eig_re[at], im, MARK_RING, 6, INK_TEXT, 1);
	readout_add(&r, part_arm_ink(s, which), "|λ| = %s", text_short(value[0], sizeof *value, size_of(arm, at), 4));
	readout_add(&r, INK_NONE, "λ = %s %s %si", text_short(value[1], sizeof *value, (double)arm->eig_re[at], 3),
	        im < 0 ? "−" : "+", text_short(value[2], sizeof *value, fabs(im), 3));
	readout_draw(&r, p->c, p->area, focus->pointer);
}

static void draw_plane(const snap *s, canvas *c, rect area, view_focus *focus)
{
	double side = half_side(s);
	float em = plot_em(c, TYPE_TICK);
	axis range = {.kind = AXIS_LINEAR, .low = -side, .high = side, .zero = NAN};
	plot_spec spec = {.x = range, .y = range, .x_title = "Re λ", .y_title = "Im λ", .square = true};
	spec.right = area.w > area.h + em ? 3.7F * em : 0;
	plot p = plot_begin(c, area, &spec);
	if (!plot_has_room(&p))
		return;
	draw_cross(&p);
	draw_trails(s, &p);
	draw_eigenvalues(s, &p);
	draw_circles(s, &p);
	if (largest(&s->arm[0]) < 0)
		plot_message(&p, part_nothing(s));
	offer_radius(s, &p, focus);
	read_eigenvalue(s, &p, focus);
}

static void read_singular(const snap *s, const plot *p, const view_focus *focus)
{
	char value[48];
	readout r = {0};
	if (!focus || !focus->has_pointer || !rect_has(p->area, focus->pointer.x, focus->pointer.y))
		return;
	long i = lround(fmax(1, axis_value(&p->x, focus->pointer.x)));
	readout_add(&r, INK_NONE, "i = %ld", i);
	for (int a = 0; a < part_arms(s); a++)
		if (i <= eigs_of(&s->arm[a]))
			readout_add(&r, part_arm_ink(s, a), "σ %s",
			        text_short(value, sizeof value, (double)s->arm[a].singular[i - 1], 4));
	plot_vertical(p, (double)i, plot_stroke(1, INK_TEXT, 0.45F, DASH_SOLID));
	readout_draw(&r, p->c, p->area, focus->pointer);
}

static void draw_singular(const snap *s, canvas *c, rect area, view_focus *focus)
{
	span all = span_none;
	int most = 1;
	span_add(&all, 0);
	span_add(&all, 1.05);
	for (int a = 0; a < part_arms(s); a++) {
		if (!part_stands_out(s, a))
			span_add_all(&all, s->arm[a].singular, eigs_of(&s->arm[a]));
		most = eigs_of(&s->arm[a]) > most ? eigs_of(&s->arm[a]) : most;
	}
	plot_spec spec = {.x = axis_count(0.5, most + 0.5),
	        .y = axis_linear(all),
	        .x_title = "i",
	        .y_title = "singular value σᵢ",
	        .right = 2.6F * plot_em(c, TYPE_TICK)};
	plot p = plot_begin(c, area, &spec);
	if (!plot_has_room(&p))
		return;
	plot_horizontal(&p, 1, plot_stroke(1.5F, INK_BOUND, 1, DASH_SOLID));
	canvas_group(c, "singular");
	for (int a = 0; a < part_arms(s); a++) {
		curve sigma = {s->arm[a].singular, eigs_of(&s->arm[a]), 1, 1};
		if (part_arms(s) == 1 && p.area.w > 4 * (float)most)
			marks_stems(&p, sigma.y, sigma.n, 1, 1, part_arm_ink(s, a), 1);
		else
			line_draw(&p, sigma, part_arm_stroke(s, a, 2));
	}
	canvas_group_end(c);
	read_singular(s, &p, focus);
}

static void draw(const snap *s, canvas *c, rect area, view_focus *focus)
{
	float em = plot_em(c, TYPE_TICK);
	part_name_arms(s, c, &area); /* marks have no ends to put names at */
	rect plane = area;
	if (area.h > 1.5F * area.w && area.h > 36 * em) {
		rect sigma = rect_cut_bottom(&plane, area.h - area.w - 4 * em);
		draw_singular(s, c, rect_inset(sigma, 0, 0.5F * em), focus);
	} else if (area.w > 32 * em && area.w > 1.2F * area.h) {
		float side = fminf(0.56F * area.w, area.h + 6.5F * em);
		rect sigma = rect_cut_right(&plane, area.w - side);
		rect_cut_left(&sigma, 1.5F * em);
		draw_singular(s, c, sigma, focus);
	}
	draw_plane(s, c, plane, focus);
}

static const char *caption(const snap *s, bool run, char *buf, int size)
{
	const snap_arm *a = &s->arm[0];
	bool same = true;
	for (int i = 1; i < part_arms(s); i++)
		same = same && strcmp(s->arm[i].eig_of, a->eig_of) == 0;
	buf[0] = '\0';
	part_append(buf, size, "%s: eigenvalues, unit circle%s, singular values",
	        !same          ? "Recurrent matrices"
	        : a->eig_of[0] ? a->eig_of
	                       : "Recurrent matrix",
	        a->config.v[KNOB_rho] > 0 ? " (dashed: ρ at the start)" : "");
	part_append(buf, size, ". Ringed: the largest");
	for (int i = 0; i < part_arms(s); i++)
		if (trail_of(&s->arm[i]) > 0) {
			part_append(buf, size, "; dots: where they were before");
			break;
		}
	part_append_run(buf, size, run ? ": " : NULL, s);
	part_append(buf, size, ".");
	return buf;
}

static const char *key(const snap *s, char *buf, int size)
{
	const snap_arm *a = &s->arm[0];
	char value[48];
	buf[0] = '\0';
	if (part_arms(s) > 1)
		return buf;
	if (isfinite(a->now[SNAP_RHO]))
		part_append(buf, size, "ρ %s", text_short(value, sizeof value, a->now[SNAP_RHO], 4));
	if (isfinite(a->now[SNAP_SIGMA_MAX]))
		part_append(buf, size, "%sσₘₐₓ %s", buf[0] ? ", " : "",
		        text_short(value, sizeof value, a->now[SNAP_SIGMA_MAX], 4));
	return buf;
}

static void numbers(const snap *s, view_data *d)
{
	for (int a = 0; a < part_arms(s); a++) {
		const snap_arm *arm = &s->arm[a];
		data_table(d, "eigenvalues", a, eigs_of(arm));
		data_floats(d, "re", "real part of an eigenvalue of the recurrent matrix", arm->eig_re);
		data_floats(d, "im", "imaginary part", arm->eig_im);
		data_table(d, "singular", a, eigs_of(arm));
		data_range(d, DATA_ROWS, "i", "number of a singular value of the recurrent matrix, from 1", 1, 1);
		data_floats(d, "singular", "singular value", arm->singular);
		data_table(d, "start", a, arm->config.v[KNOB_rho] > 0);
		data_add(d, DATA_REAL, DATA_ROWS, "rho", "spectral radius that the matrix was given at the start");
		data_set(d, 0, arm->config.v[KNOB_rho]);
	}
}

const view view_spectrum = {
        .name = "spectrum",
        .title = "Spectrum",
        .summary = "eigenvalues of the recurrent matrix in the complex plane, and its singular values",
        .draw = draw,
        .data = numbers,
        .caption = caption,
        .key = key,
};

#include "plot/plot.h"

#include <math.h>
#include <stdio.h>

float plot_em(const canvas *c, float size)
{
	return size * c->theme->type;
}

text_style plot_type(const canvas *c, float size, ink i, align a)
{
	return (text_style){.size = plot_em(c, size), .weight = WEIGHT_REGULAR, .ink = i, .align = a};
}

stroke plot_stroke(float width, ink i, float alpha, dash d)
{
	return (stroke){.width = width, .ink = i, .alpha = alpha, .dash = d};
}

/* ---- layout ---- */

static float plot_width(const canvas *c, const char *text)
{
	return text ? canvas_measure(text, plot_em(c, TYPE_TICK), WEIGHT_REGULAR).width : 0;
}

/* Under the area, in em: nothing but room for half a label of the plot below; labels; labels and titles. */
static const float BARE = 0.6F, LABELLED = 1.9F, TITLED = 3.3F;

float plot_foot(const canvas *c)
{
	return (TITLED - BARE) * plot_em(c, TYPE_TICK);
}

/* What a box of this size has room for. */
typedef struct fittings {
	bool x_labels, x_titles, y_labels, y_title;
	bool beside; /* the x title stands in the gutter, in the row of the labels */
	float em, below, above;
} fittings;

static fittings fit(const canvas *c, rect outer, const plot_spec *spec)
{
	float em = plot_em(c, TYPE_TICK);
	fittings f = {.em = em};
	f.x_labels = !spec->x_bare && (spec->x_keep || outer.h > 6 * em) && outer.w > 8 * em;
	f.x_titles = f.x_labels && (spec->x_keep || outer.h > 11 * em) && (spec->x_title || spec->x_note);
	f.beside = f.x_titles && !spec->x_note && spec->right > plot_width(c, spec->x_title) + em;
	f.below = spec->x_bare ? BARE * em : f.x_titles && !f.beside ? TITLED * em : f.x_labels ? LABELLED * em : 0;
	/* by what is left for the data: all plots of a stack decide alike */
	f.y_labels = outer.w > 12 * em && outer.h - f.below > 2.6F * em;
	f.y_title = f.y_labels && spec->y_title && outer.h > 10 * em && outer.w > (spec->square ? 13 : 22) * em;
	f.above = f.y_labels ? 0.5F * em : 0;
	return f;
}

static float ceil_to(float value, float unit)
{
	return ceilf(value / unit) * unit;
}

static float left_margin(const fittings *f, const plot_spec *spec, const axis_ticks *y)
{
	float title = f->y_title ? 1.6F * f->em : 0;
	if (!f->y_labels || spec->y_bare)
		return title;
	/* whole units, so that a label that grows by a digit does not make the picture jitter */
	return ceil_to(axis_widest(y) + 0.7F * f->em, PLOT_UNIT) + title;
}

bool plot_titles_y(const canvas *c, rect outer, const plot_spec *spec)
{
	return fit(c, outer, spec).y_title && plot_width(c, spec->y_title) <= outer.h;
}

static float zero_room(const fittings *f, const plot_spec *spec, float height)
{
	return spec->y_zero && height > 6 * f->em ? 2.2F * f->em : 0;
}

float plot_left(const canvas *c, rect outer, const plot_spec *spec)
{
	axis_ticks y;
	fittings f = fit(c, outer, spec);
	float height = outer.h - f.above - f.below;
	axis_make_ticks(&spec->y, height - zero_room(&f, spec, height), f.em, true, &y);
	return left_margin(&f, spec, &y);
}

/* Shrinks the axes of `p` so that a unit is equally long on both; the area keeps its foot and its centre across. */
static void make_square(plot *p)
{
	double unit = fmin((double)p->area.w / (p->x.high - p->x.low), (double)p->area.h / (p->y.high - p->y.low));
	float w = (float)(unit * (p->x.high - p->x.low)), h = (float)(unit * (p->y.high - p->y.low));
	p->area = (rect){p->area.x + 0.5F * (p->area.w - w), p->area.y + p->area.h - h, w, h};
}

static void place_axes(plot *p, float zero)
{
	rect a = p->area;
	p->x.from = a.x;
	p->x.to = a.x + a.w;
	p->y.from = a.y + a.h - zero;
	p->y.to = a.y;
	if (zero > 0)
		p->y.zero = a.y + a.h - 0.3F * zero;
}

/* ---- what surrounds the data ---- */

static void draw_grid(const plot *p, const axis_ticks *x, const axis_ticks *y)
{
	canvas *c = p->c;
	rect a = p->area;
	stroke grid = plot_stroke(1, INK_GRID, 1, DASH_SOLID), line = plot_stroke(1, INK_AXIS, 1, DASH_SOLID);
	canvas_group(c, "grid");
	for (int i = 0; i < y->n; i++)
		if (fabs(y->tick[i].at - p->y.low) > 1e-9 || p->y.from < a.y + a.h)
			plot_horizontal(p, y->tick[i].at, grid);
	for (int i = 0; i < x->n; i++)
		plot_vertical(p, x->tick[i].at, grid);
	canvas_line(c, a.x, a.y, a.x, a.y + a.h, line);
	canvas_line(c, a.x, a.y + a.h, a.x + a.w, a.y + a.h, line);
	canvas_group_end(c);
}

static void draw_minors(const plot *p, const axis_ticks *x, const axis_ticks *y)
{
	rect a = p->area;
	stroke line = plot_stroke(1, INK_AXIS, 0.7F, DASH_SOLID);
	for (int i = 0; i < y->minors; i++) {
		float at = plot_y(p, y->minor[i]);
		canvas_line(p->c, a.x, at, a.x + 3, at, line);
	}
	for (int i = 0; i < x->minors; i++) {
		float at = plot_x(p, x->minor[i]);
		canvas_line(p->c, at, a.y + a.h, at, a.y + a.h - 3, line);
	}
}

static float clamp(float v, float low, float high)
{
	return v > high ? high : v < low ? low : v;
}

static void draw_y_labels(const plot *p, const axis_ticks *y, rect outer, const fittings *f)
{
	canvas *c = p->c;
	text_style s = plot_type(c, TYPE_TICK, INK_MUTED, ALIGN_RIGHT);
	float edge = p->area.x - 0.5F * f->em;
	canvas_group(c, "axis:y");
	for (int i = 0; i < y->n; i++) {
		float base = plot_y(p, y->tick[i].at) + 0.36F * f->em;
		canvas_text(c, edge, clamp(base, outer.y + 0.8F * f->em, outer.y + outer.h), y->tick[i].label, s);
	}
	if (!isnan(p->y.zero))
		canvas_text(c, edge, p->y.zero + 0.36F * f->em, "0", s);
	canvas_group_end(c);
}

static void draw_x_labels(const plot *p, const axis_ticks *x, rect outer, const fittings *f)
{
	canvas *c = p->c;
	text_style s = plot_type(c, TYPE_TICK, INK_MUTED, ALIGN_LEFT);
	float base = p->area.y + p->area.h + 1.4F * f->em;
	canvas_group(c, "axis:x");
	for (int i = 0; i < x->n; i++) {
		float w = x->tick[i].width;
		float at = plot_x(p, x->tick[i].at) - 0.5F * w;
		canvas_text(c, clamp(at, outer.x, outer.x + outer.w - w), base, x->tick[i].label, s);
	}
	canvas_group_end(c);
}

/* Right of the x labels, in their row. */
static void draw_x_title_beside(const plot *p, const char *title, const axis_ticks *x, const fittings *f)
{
	float at = p->area.x + p->area.w + 0.8F * f->em;
	for (int i = 0; i < x->n; i++)
		at = fmaxf(at, plot_x(p, x->tick[i].at) + 0.5F * x->tick[i].width + 0.8F * f->em);
	if (at + plot_width(p->c, title) <= p->gutter.x + p->gutter.w)
		canvas_text(p->c, at, p->area.y + p->area.h + 1.4F * f->em, title,
		        plot_type(p->c, TYPE_TICK, INK_MUTED, ALIGN_LEFT));
}

/* Under the x labels: the note at the right end, the title in the middle or, beside a note, at the left. */
static void draw_x_titles(const plot *p, const plot_spec *spec, const fittings *f)
{
	char fitted[128];
	text_style s = plot_type(p->c, TYPE_TICK, INK_MUTED, ALIGN_RIGHT);
	rect a = p->area;
	float base = a.y + a.h + 2.85F * f->em, note = 0, w = plot_width(p->c, spec->x_title);
	if (spec->x_note) {
		canvas_fit(fitted, sizeof fitted, spec->x_note, a.w, s.size, s.weight);
		canvas_text(p->c, a.x + a.w, base, fitted, s);
		note = plot_width(p->c, fitted) + f->em;
	}
	s.align = ALIGN_LEFT;
	if (spec->x_title && w <= a.w - note)
		canvas_text(p->c, spec->x_note ? a.x : a.x + 0.5F * (a.w - w), base, spec->x_title, s);
}

static void draw_y_title(const plot *p, const char *title, rect outer, const fittings *f)
{
	text_style s = plot_type(p->c, TYPE_TICK, INK_MUTED, ALIGN_CENTER);
	float half = 0.5F * plot_width(p->c, title), middle = p->area.y + 0.5F * p->area.h;
	s.angle = 90;
	if (2 * half <= outer.h)
		canvas_text(p->c, outer.x + 0.9F * f->em, clamp(middle, outer.y + half, outer.y + outer.h - half),
		        title, s);
}

static const char *keep(char *buf, size_t size, const char *text)
{
	if (!text)
		return NULL;
	snprintf(buf, size, "%s", text);
	return buf;
}

void plot_note_copy(plot_note *to, const plot_note *from)
{
	plot_note copy = *from;
	*to = copy;
	to->spec.x_title = keep(to->x_title, sizeof to->x_title, copy.spec.x_title ? copy.x_title : NULL);
	to->spec.x_note = keep(to->x_note, sizeof to->x_note, copy.spec.x_note ? copy.x_note : NULL);
	to->spec.y_title = keep(to->y_title, sizeof to->y_title, copy.spec.y_title ? copy.y_title : NULL);
}

static void note(plot_notes *list, rect outer, const plot_spec *spec, const plot *at)
{
	if (!list || list->n == PLOT_NOTES)
		return;
	plot_note *k = &list->note[list->n++];
	*k = (plot_note){.outer = outer, .spec = *spec, .at = *at};
	k->spec.x_title = keep(k->x_title, sizeof k->x_title, spec->x_title);
	k->spec.x_note = keep(k->x_note, sizeof k->x_note, spec->x_note);
	k->spec.y_title = keep(k->y_title, sizeof k->y_title, spec->y_title);
}

plot plot_begin(canvas *c, rect outer, const plot_spec *spec)
{
	axis_ticks x, y;
	fittings f = fit(c, outer, spec);
	plot p = {.c = c, .x = spec->x, .y = spec->y};
	float height = outer.h - f.above - f.below, zero = zero_room(&f, spec, height);
	if (!(height >= 4) || !(outer.w >= 8))
		return p;
	axis_make_ticks(&p.y, height - zero, f.em, true, &y);
	float left = fmaxf(left_margin(&f, spec, &y), outer.w > 12 * f.em ? spec->left : 0);
	float right = fminf(spec->right, 0.5F * outer.w);
	p.area = (rect){outer.x + left, outer.y + f.above, outer.w - left - right, height};
	if (!(p.area.w >= 4))
		return (plot){.c = c, .x = spec->x, .y = spec->y};
	if (spec->square)
		make_square(&p);
	p.gutter = (rect){p.area.x + p.area.w, outer.y, right, p.area.y + p.area.h - outer.y};
	place_axes(&p, zero);
	axis_make_ticks(&p.x, p.area.w, f.em, false, &x);
	if (spec->square)
		y = x;
	if (spec->y_bare)
		y.n = y.minors = 0;
	draw_grid(&p, &x, &y);
	draw_minors(&p, &x, &y);
	if (f.y_labels && !spec->y_bare)
		draw_y_labels(&p, &y, outer, &f);
	if (f.x_labels)
		draw_x_labels(&p, &x, outer, &f);
	if (f.beside)
		draw_x_title_beside(&p, spec->x_title, &x, &f);
	else if (f.x_titles)
		draw_x_titles(&p, spec, &f);
	if (f.y_title)
		draw_y_title(&p, spec->y_title, outer, &f);
	note(c->notes, outer, spec, &p);
	return p;
}

bool plot_has_room(const plot *p)
{
	return p->area.w > 0 && p->area.h > 0;
}

float plot_x(const plot *p, double x)
{
	return axis_at(&p->x, x);
}

float plot_y(const plot *p, double y)
{
	return axis_at(&p->y, y);
}

void plot_vertical(const plot *p, double x, stroke s)
{
	float at = plot_x(p, x);
	if (at >= p->area.x - 0.5F && at <= p->area.x + p->area.w + 0.5F)
		canvas_line(p->c, at, p->area.y, at, p->area.y + p->area.h, s);
}

void plot_horizontal(const plot *p, double y, stroke s)
{
	float at = plot_y(p, y);
	if (at >= p->area.y - 0.5F && at <= p->area.y + p->area.h + 0.5F)
		canvas_line(p->c, p->area.x, at, p->area.x + p->area.w, at, s);
}

void plot_message(const plot *p, const char *text)
{
	canvas *c = p->c;
	text_style s = plot_type(c, TYPE_BASE, INK_MUTED, ALIGN_CENTER);
	float w = canvas_measure(text, s.size, s.weight).width, x = p->area.x + 0.5F * p->area.w;
	float y = p->area.y + 0.5F * p->area.h;
	if (w > p->area.w || p->area.h < 1.5F * s.size)
		return;
	canvas_box(c, (rect){x - 0.5F * w - 6, y - s.size, w + 12, 1.7F * s.size}, 4, INK_PANEL, 0.9F);
	canvas_text(c, x, y + 0.2F * s.size, text, s);
}

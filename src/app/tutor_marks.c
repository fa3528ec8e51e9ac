/* What the lesson lays over the screen: a veil over plots that would give an answer away, sketches, the ring around
 * what it speaks of. */
#include "app/tutor.h"
#include "draw/canvas_null.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const double PULSES = 2.4, PULSE = 0.8, FLASH = 1.6;                                /* seconds */
static const float SKETCH_TOP = 44, SKETCH_FOOT = 56, SKETCH_SIDE = 64, SKETCH_RIGHT = 20; /* points at type scale 1 */

const char *tutor_title(const bench *b, char *buf, size_t size)
{
	const lesson *l = b->tutor->l;
	const char *slash = strrchr(l->path, '/'), *base = slash ? slash + 1 : l->path;
	int digits = (int)strspn(base, "0123456789");
	snprintf(buf, size, "%.*s%s%s", digits, base, digits ? "  " : "", l->title);
	return buf;
}

/* ---- sketches ---- */

static int cell_of(const bench *b, const view *v)
{
	const view *list[BENCH_VIEWS];
	int n = bench_views(b, list);
	for (int i = 0; i < n; i++)
		if (list[i] == v)
			return i;
	return -1;
}

/* Without axes: the middle of the cell, from 0 to 1. */
static plot sketch_area(const bench *b, int cell)
{
	float em = b->ui.em;
	rect r = b->cell[cell];
	float side = fminf(SKETCH_SIDE * em, r.w / 5), foot = fminf(SKETCH_FOOT * em, r.h / 4);
	float top = fminf(SKETCH_TOP * em, r.h / 5), right = fminf(SKETCH_RIGHT * em, r.w / 10);
	r = (rect){r.x + side, r.y + top, r.w - side - right, r.h - top - foot};
	return (plot){.c = b->ui.c,
	        .area = r,
	        .x = {.kind = AXIS_LINEAR, .high = 1, .from = r.x, .to = r.x + r.w, .zero = NAN},
	        .y = {.kind = AXIS_LINEAR, .high = 1, .from = r.y + r.h, .to = r.y, .zero = NAN}};
}

/* The first plot of a view, as it is drawn at this moment; one without titles under it takes those of the plot that
 * stands below and shares its x axis. */
static bool find_axes(const bench *b, int cell, const view *v, plot_note *out)
{
	static plot_notes notes;
	canvas nowhere = canvas_null(b->ui.c->theme, b->ui.c->width, b->ui.c->height);
	notes.n = 0;
	nowhere.notes = &notes;
	view_panel(v, b->snap, &nowhere, b->cell[cell], NULL, b->alone >= 0);
	if (notes.n == 0 || !plot_has_room(&notes.note[0].at))
		return false;
	plot_note *first = &notes.note[0];
	for (int i = 1; i < notes.n && first->spec.x_bare; i++) {
		plot_note *k = &notes.note[i];
		if (k->spec.x.low != first->spec.x.low || k->spec.x.high != first->spec.x.high || k->spec.x_bare)
			continue;
		snprintf(first->x_title, sizeof first->x_title, "%s", k->x_title);
		snprintf(first->x_note, sizeof first->x_note, "%s", k->x_note);
		first->spec.x_title = k->spec.x_title ? first->x_title : NULL;
		first->spec.x_note = k->spec.x_note ? first->x_note : NULL;
		break;
	}
	plot_note_copy(out, first);
	return true;
}

/* Axes over updates reach as far as the run that answers the question. */
static void extend(const bench *b, int act, axis *x)
{
	const lesson_step *s = tutor_at(b->tutor);
	for (int i = act; i < s->acts; i++)
		if (s->act[i].kind == ACT_RUN && (!s->act[i].goal || s->act[i].limited)) {
			double end = (double)s->act[i].updates + (s->act[i].goal ? 0 : (double)b->snap->update);
			*x = axis_count(x->low, fmax(x->high, end));
			return;
		}
}

/* The empty plot, with the axes that the outcome will have as far as they are known. */
static plot draw_axes(bench *b, int cell, const view *v, int act)
{
	plot_note k;
	if (!find_axes(b, cell, v, &k))
		return sketch_area(b, cell);
	if (k.spec.x_title && strcmp(k.spec.x_title, "update") == 0 && k.spec.x.low == 0)
		extend(b, act, &k.spec.x);
	if (k.spec.x_bare) { /* what stands below is covered: its room and its titles are free */
		rect r = b->cell[cell];
		k.spec.x_bare = false;
		k.outer.h = fmaxf(k.outer.h, r.y + r.h - 10 * b->ui.em - k.outer.y);
	}
	plot p = plot_begin(b->ui.c, k.outer, &k.spec);
	return plot_has_room(&p) ? p : sketch_area(b, cell);
}

/* A value of one axis on another of the same quantity: values of logarithmic axes are logarithms. */
static double converted(const axis *from, const axis *to, double v)
{
	if (from->kind == AXIS_LOG && to->kind != AXIS_LOG)
		return pow(10, v);
	if (from->kind != AXIS_LOG && to->kind == AXIS_LOG)
		return v > 0 ? log10(v) : (double)NAN;
	return v;
}

static point sketch_point(const plot *p, const tutor_answer *y, int i)
{
	double x = y->x.low + (y->x.high - y->x.low) * i / (TUTOR_SKETCH - 1);
	double v = y->y.low + (y->y.high - y->y.low) * (double)y->sketch[i];
	return (point){axis_at(&p->x, converted(&y->x, &p->x, x)), axis_at(&p->y, converted(&y->y, &p->y, v))};
}

static void draw_sketch(bench *b, const plot *p, const tutor_answer *y)
{
	point at[TUTOR_SKETCH];
	for (int i = 0; i < TUTOR_SKETCH; i++)
		at[i] = sketch_point(p, y, i);
	canvas_group(b->ui.c, "sketch");
	canvas_clip(b->ui.c, rect_inset(p->area, -2, -2));
	canvas_polyline(b->ui.c, at, TUTOR_SKETCH, (stroke){2.5F, INK_ACCENT, 1, DASH_DASHED});
	canvas_clip_end(b->ui.c);
	canvas_group_end(b->ui.c);
}

static bool is_sketched(const tutor_answer *y)
{
	for (int i = 0; i < TUTOR_SKETCH; i++)
		if (isfinite(y->sketch[i]))
			return true;
	return false;
}

static int column_at(rect r, float x)
{
	int k = (int)lroundf((x - r.x) / r.w * (TUTOR_SKETCH - 1));
	return k < 0 ? 0 : k >= TUTOR_SKETCH ? TUTOR_SKETCH - 1 : k;
}

static float height_at(rect r, float y)
{
	return fminf(fmaxf(1 - (y - r.y) / r.h, 0), 1);
}

/* From where the pointer was to where it is. */
static void sketch_line(tutor_answer *y, int from, float low, int to, float high)
{
	int step = to > from ? 1 : -1, n = to > from ? to - from : from - to;
	for (int i = 0; i <= n; i++)
		y->sketch[from + i * step] = n ? low + (high - low) * (float)i / (float)n : high;
}

static void sketch_key(bench *b, tutor_answer *y, int key)
{
	tutor *t = b->tutor;
	int width = (TUTOR_SKETCH - 1) / 16 + 1, to = t->cursor;
	float now = isfinite(y->sketch[to]) ? y->sketch[to] : 0.5F;
	if (key == UI_KEY_LEFT || key == UI_KEY_RIGHT) {
		to += key == UI_KEY_LEFT ? -width : width;
		to = to < 0 ? 0 : to >= TUTOR_SKETCH ? TUTOR_SKETCH - 1 : to;
		sketch_line(y, t->cursor, now, to, isfinite(y->sketch[to]) ? y->sketch[to] : now);
		t->cursor = to;
	} else {
		y->sketch[to] = fminf(fmaxf(now + (key == UI_KEY_UP ? 0.05F : -0.05F), 0), 1);
	}
	ui_use(&b->ui);
}

/* The pointer draws; with the keyboard, left and right draw on and up and down bend the end of the line. */
static void sketch(bench *b, const plot *p, tutor_answer *y)
{
	rect r = {p->area.x, p->area.y, p->area.w, p->y.from - p->area.y}; /* without the place of exact zeros */
	if (!is_sketched(y)) {
		y->x = p->x;
		y->y = p->y;
	}
	tutor *t = b->tutor;
	ui *u = &b->ui;
	ui_rank(u, -4); /* as what is asked in the text */
	ui_touch touch = ui_register(u, r, UI_PLOT, "sketch", "", "draw what you expect; arrows draw, too");
	ui_rank(u, 0);
	int key = ui_key_for(u, touch.id);
	if (touch.pressed)
		t->cursor = column_at(r, u->pointer.x);
	if (touch.held && (u->event.kind == UI_PRESS || u->event.kind == UI_MOVE)) {
		int to = column_at(r, u->pointer.x);
		float high = height_at(r, u->pointer.y), low = y->sketch[t->cursor];
		sketch_line(y, t->cursor, isfinite(low) ? low : high, to, high);
		t->cursor = to;
		tutor_refresh(b);
	}
	if (key == UI_KEY_LEFT || key == UI_KEY_RIGHT || key == UI_KEY_UP || key == UI_KEY_DOWN)
		sketch_key(b, y, key);
	canvas_frame(u->c, r, 4 * u->em, (stroke){1, INK_ACCENT, 0.6F, DASH_DASHED});
	if (touch.focused && u->ring && isfinite(y->sketch[t->cursor]))
		canvas_ring(u->c, r.x + r.w * (float)t->cursor / (TUTOR_SKETCH - 1),
		        r.y + r.h * (1 - y->sketch[t->cursor]), 6 * u->em, ui_line(2, INK_ACCENT));
	ui_ring(u, r, 4 * u->em, touch.id);
}

/* ---- the veil ---- */

static void veil(bench *b, rect r, const char *text)
{
	ui *u = &b->ui;
	float em = u->em, width = fminf(r.w - 24 * em, 320 * em);
	rect inner = rect_inset(r, 1, 1);
	canvas_box(u->c, inner, 6 * em, INK_PANEL, 1);
	if (width < 60 * em)
		return;
	float h = ui_paragraph(u, (rect){0, 0, width, 0}, text, 14, INK_MUTED, false);
	float w = fminf(canvas_measure(text, 14 * em, WEIGHT_REGULAR).width + 1, width);
	if (h < r.h)
		ui_paragraph(u, (rect){r.x + (r.w - w) / 2, r.y + (r.h - h) / 2, w, h}, text, 14, INK_MUTED, true);
}

static void veil_cell(bench *b, int cell, const view *v, const char *text)
{
	float em = b->ui.em;
	rect r = b->cell[cell];
	veil(b, r, text);
	ui_label(&b->ui, (rect){r.x + 12 * em, r.y + 6 * em, r.w - 24 * em, 22 * em}, v->title, 14, WEIGHT_BOLD,
	        INK_MUTED, ALIGN_LEFT);
}

static void sketches(bench *b)
{
	tutor *t = b->tutor;
	const lesson_step *s = tutor_at(t);
	tutor_step *y = tutor_state(t);
	int asked = tutor_question(t);
	for (int i = 0; s && i < s->acts; i++) {
		if (s->act[i].kind != ACT_PREDICT_CURVE)
			continue;
		int cell = cell_of(b, s->act[i].view);
		if (cell < 0)
			continue;
		plot p;
		if (i == asked) {
			veil_cell(b, cell, s->act[i].view, "");
			p = draw_axes(b, cell, s->act[i].view, i);
			sketch(b, &p, &y->answer[i]);
		} else if (y->answer[i].given) {
			plot_note k;
			p = find_axes(b, cell, s->act[i].view, &k) ? k.at : sketch_area(b, cell);
		} else {
			continue;
		}
		if (is_sketched(&y->answer[i]))
			draw_sketch(b, &p, &y->answer[i]);
	}
}

bool tutor_covers(const bench *b, point at)
{
	const tutor *t = b->tutor;
	const lesson_step *s = t && !t->free ? tutor_at(t) : NULL;
	int asked = s ? tutor_question(t) : -1;
	if (asked < 0)
		return false;
	int cell = s->act[asked].kind == ACT_PREDICT_CURVE ? cell_of(b, s->act[asked].view) : -1;
	return tutor_veils(t) || (cell >= 0 && rect_has(b->cell[cell], at.x, at.y));
}

void tutor_over_plots(bench *b)
{
	tutor *t = b->tutor;
	const view *list[BENCH_VIEWS];
	if (!t || t->free)
		return;
	int n = bench_views(b, list);
	for (int i = 0; i < n && tutor_veils(t); i++)
		veil_cell(b, i, list[i],
		        i                     ? ""
		        : tutor_number(t) < 0 ? "What is here to be seen is asked first."
		        : n == 1              ? "Predict first: this plot shows the answer."
		                              : "Predict first: the plots show the answer.");
	sketches(b);
}

/* ---- rings ---- */

static bool find_place(const bench *b, const char *name, rect *r)
{
	const view *list[BENCH_VIEWS];
	const ui_control *k = ui_find(&b->ui, name);
	int n = bench_views(b, list);
	for (int i = 0; i < n; i++)
		if (strcmp(list[i]->name, name) == 0) {
			*r = b->cell[i];
			return true;
		}
	if (!k && strcmp(name, "play") == 0)
		k = ui_find(&b->ui, "pause");
	if (!k || k->shown.w <= 0)
		return false;
	*r = k->shown;
	return true;
}

static void ring(bench *b, canvas *chrome, const char *name, float swell, float alpha, ink colour)
{
	rect r;
	float em = b->ui.em, out = (4 + swell) * em;
	if (!find_place(b, name, &r))
		return;
	canvas *c = rect_has(b->live, r.x + r.w / 2, r.y + r.h / 2) ? b->ui.c : chrome;
	canvas_frame(c, rect_inset(r, -out, -out), 8 * em, (stroke){3, colour, alpha, DASH_SOLID});
}

/* Its own ring must be seen, too. */
static bool has_keyboard(const bench *b, const char *name)
{
	const ui_control *k = ui_find(&b->ui, name);
	return k && b->ui.ring && b->ui.focus == k->id;
}

/* Three swells, then a ring that stays; without motion only the ring. */
static void spotlights(bench *b, canvas *chrome)
{
	tutor *t = b->tutor;
	const lesson_step *s = tutor_at(t);
	double since;
	if (!s || !t->spotlight)
		return;
	if (t->spotlight_since < 0)
		t->spotlight_since = b->ui.now;
	since = b->ui.now - t->spotlight_since;
	bool pulses = since < PULSES && !b->ui.still;
	float swell = pulses ? 5 * (float)(0.5 - 0.5 * cos(2 * 3.14159265 * since / PULSE)) : 0;
	for (int i = 0; i < s->acts; i++) {
		rect r;
		if (s->act[i].kind != ACT_SPOTLIGHT)
			continue;
		ring(b, chrome, s->act[i].text, has_keyboard(b, s->act[i].text) ? 4 : swell, 1, INK_WARN);
		bool taken = b->ui.event.kind == UI_PRESS && find_place(b, s->act[i].text, &r) &&
		             rect_has(r, b->ui.pointer.x, b->ui.pointer.y);
		if (taken) { /* it has been found */
			t->spotlight = false;
			tutor_refresh(b);
		}
	}
}

/* What a link has changed. */
static void flashes(bench *b, canvas *chrome)
{
	tutor *t = b->tutor;
	if (t->flashes == 0)
		return;
	if (t->flash_until < 0)
		t->flash_until = b->ui.now + FLASH;
	float left = (float)((t->flash_until - b->ui.now) / FLASH);
	if (left <= 0) {
		t->flashes = 0;
		tutor_refresh(b);
		return;
	}
	for (int i = 0; i < t->flashes; i++)
		ring(b, chrome, t->flash[i], 0, b->ui.still ? 1 : left, INK_ACCENT);
}

void tutor_marks(bench *b, canvas *chrome)
{
	if (!b->tutor || b->tutor->free)
		return;
	spotlights(b, chrome);
	flashes(b, chrome);
}

double tutor_due(const bench *b, double now)
{
	const tutor *t = b->tutor;
	const lesson_step *s = t ? tutor_at(t) : NULL;
	bool lit = false;
	for (int i = 0; s && i < s->acts; i++)
		lit = lit || s->act[i].kind == ACT_SPOTLIGHT;
	if (!t || t->free)
		return INFINITY;
	if (lit && t->spotlight && !b->ui.still && (t->spotlight_since < 0 || now < t->spotlight_since + PULSES + 0.05))
		return now;
	if (t->flashes > 0)
		return b->ui.still && t->flash_until > now ? t->flash_until : now;
	return INFINITY;
}

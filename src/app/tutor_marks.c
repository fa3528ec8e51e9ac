/* What the lesson lays over the screen: a veil over plots that would give an answer away, sketches, the ring around
 * what it speaks of. */
#include "app/tutor.h"

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

static rect sketch_area(const bench *b, int cell)
{
	float em = b->ui.em;
	rect r = b->cell[cell];
	float side = fminf(SKETCH_SIDE * em, r.w / 5), foot = fminf(SKETCH_FOOT * em, r.h / 4);
	float top = fminf(SKETCH_TOP * em, r.h / 5), right = fminf(SKETCH_RIGHT * em, r.w / 10);
	return (rect){r.x + side, r.y + top, r.w - side - right, r.h - top - foot};
}

static void draw_sketch(bench *b, rect r, const tutor_answer *y)
{
	point p[TUTOR_SKETCH];
	for (int i = 0; i < TUTOR_SKETCH; i++)
		p[i] = (point){r.x + r.w * (float)i / (TUTOR_SKETCH - 1), r.y + r.h * (1 - y->sketch[i])};
	canvas_group(b->ui.c, "sketch");
	canvas_polyline(b->ui.c, p, TUTOR_SKETCH, (stroke){2.5F, INK_ACCENT, 1, DASH_DASHED});
	canvas_group_end(b->ui.c);
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
static void sketch(bench *b, rect r, tutor_answer *y)
{
	tutor *t = b->tutor;
	ui *u = &b->ui;
	ui_touch touch = ui_register(u, r, UI_PLOT, "sketch", "", "draw what you expect; arrows draw, too");
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
		if (i == asked)
			veil_cell(b, cell, s->act[i].view, "");
		rect r = sketch_area(b, cell);
		if (i == asked)
			sketch(b, r, &y->answer[i]);
		if (i == asked || y->answer[i].given)
			draw_sketch(b, r, &y->answer[i]);
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
		        i        ? ""
		        : n == 1 ? "Predict first: this plot shows the answer."
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

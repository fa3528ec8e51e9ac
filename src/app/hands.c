/* What can be taken hold of in the plots: every handle that a view has offered becomes a control, with the pointer and
 * with the keyboard. */
#include "app/hands.h"

#include "app/bench.h"
#include "app/tutor.h"
#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static bool is_held(const bench *b, const view_handle *h)
{
	return b->hands.held[0] && strcmp(b->hands.held, h->name) == 0;
}

/* The handle that is held keeps the scale it was taken hold of on: axes may follow the value meanwhile. */
static const view_handle *as_it_was(const bench *b, const view_handle *h)
{
	return is_held(b, h) ? &b->hands.grabbed : h;
}

static double value_of(const bench *b, const view_handle *h)
{
	return is_held(b, h) ? b->hands.value : h->value;
}

static const char *value_text(const view_handle *h, double v, char *buf, size_t size)
{
	if (v == h->value && h->text[0])
		snprintf(buf, size, "%s", h->text);
	else if (v == 0 && h->zero)
		snprintf(buf, size, "%s", h->zero);
	else
		text_short(buf, size, v, h->whole ? 9 : 3);
	return buf;
}

/* ---- what a new value does ---- */

static void set_knob(bench *b, const view_handle *h, double v)
{
	char text[64];
	if (h->arm != bench_arm(b))
		bench_select(b, h->arm);
	if (h->whole)
		snprintf(text, sizeof text, "%.0f", v);
	else
		text_exact(text, sizeof text, v);
	if (h->kind == HANDLE_CLIP && v == 0) {
		panel_set(b, "clip", "none");
		return;
	}
	if (h->kind == HANDLE_CLIP && strcmp(config_choice(&b->config, KNOB_clip), "none") == 0)
		panel_set(b, "clip", "norm");
	panel_set(b, knob_get(h->knob)->name, text);
}

static void apply(bench *b, const view_handle *h, double v)
{
	if (h->along == ALONG_RADIUS) /* a run can grow beyond what can be asked for */
		v = fmin(v, knob_get(KNOB_rho)->high);
	if (h->kind == HANDLE_RESCALE)
		bench_rescale(b, h->arm, v);
	else if (h->kind == HANDLE_INPUT)
		bench_change_example(b, h->step, h->feature, v);
	else if (h->kind == HANDLE_MARK)
		bench_move_mark(b, is_held(b, h) ? &b->hands.example : bench_example(b), h->step, (int)v, h->feature);
	else
		set_knob(b, h, v);
}

/* As it was before it was taken hold of. */
static void put_back(bench *b, const view_handle *h)
{
	hands *k = &b->hands;
	if (h->kind == HANDLE_RESCALE)
		bench_rescale(b, h->arm, 0); /* the matrix itself, not another one of the same radius */
	else if (h->kind == HANDLE_INPUT || h->kind == HANDLE_MARK)
		bench_set_example(b, &k->example);
	else
		apply(b, h, k->start);
}

/* ---- pointer ---- */

static void grab(bench *b, const view_handle *h)
{
	hands *k = &b->hands;
	point at = handle_at(h, h->value);
	snprintf(k->held, sizeof k->held, "%s", h->name);
	k->grabbed = *h;
	k->start = k->value = h->value;
	k->example = *bench_example(b);
	k->moved = false;
	k->offset = (point){b->ui.pointer.x - at.x, b->ui.pointer.y - at.y};
}

static void let_go(bench *b)
{
	b->hands.held[0] = '\0';
}

static void drag(bench *b)
{
	hands *k = &b->hands;
	point at = {b->ui.pointer.x - k->offset.x, b->ui.pointer.y - k->offset.y};
	double v = handle_value(&k->grabbed, at);
	if (v == k->value)
		return;
	k->value = v;
	k->moved = true;
	apply(b, &k->grabbed, v);
}

static void pointer_events(bench *b, const view_handle *h, const ui_touch *t)
{
	ui *u = &b->ui;
	if (t->pressed)
		grab(b, h);
	if (!is_held(b, h))
		return;
	bool escape = u->event.kind == UI_KEY && u->event.key == UI_KEY_ESCAPE;
	if (t->held && u->event.kind == UI_MOVE) {
		drag(b);
	} else if (escape) {
		if (b->hands.moved)
			put_back(b, &b->hands.grabbed);
		let_go(b);
		u->active = 0;
		ui_use(u);
	} else if (!t->held || u->event.kind == UI_RELEASE) {
		let_go(b);
	}
}

/* ---- keyboard ---- */

static double clamp(double v, double low, double high)
{
	return v < low ? low : v > high ? high : v;
}

/* False for keys that mean something else. */
static bool key_value(const view_handle *h, int key, unsigned mods, double *v)
{
	ui_range g = {.low = h->low,
	        .high = h->high,
	        .log = h->map.kind == AXIS_LOG && h->along != ALONG_RADIUS && !h->whole,
	        .whole = h->whole};
	double now = clamp(h->wraps && *v == 0 ? h->high : *v, h->low, h->high), fine = mods & UI_SHIFT ? 0.1 : 1;
	bool shortens = h->wraps && h->kind == HANDLE_KNOB && h->along == ALONG_X && h->map.from > h->map.to;
	int way = shortens ? -1 : 1; /* the arrows move the grip the way they point */
	switch (key) {
	case UI_KEY_LEFT:
		now = ui_range_step(&g, now, -way, fine);
		break;
	case UI_KEY_RIGHT:
		now = ui_range_step(&g, now, way, fine);
		break;
	case UI_KEY_DOWN:
		now = ui_range_step(&g, now, -1, fine);
		break;
	case UI_KEY_UP:
		now = ui_range_step(&g, now, 1, fine);
		break;
	case UI_KEY_PAGE_DOWN:
		now = ui_range_step(&g, now, -1, 10);
		break;
	case UI_KEY_PAGE_UP:
		now = ui_range_step(&g, now, 1, 10);
		break;
	case UI_KEY_HOME:
		now = h->low;
		break;
	case UI_KEY_END:
		now = h->high;
		break;
	case UI_KEY_DELETE:
	case UI_KEY_BACKSPACE:
		if (isnan(h->fallback))
			return false;
		now = h->fallback;
		break;
	default:
		return false;
	}
	*v = h->wraps && now >= h->high ? 0 : now;
	return true;
}

/* Left and right choose the step of an input, up and down its value. */
static bool moves_step(bench *b, const view_handle *h, int key)
{
	int T = b->snap->arm[0].tape.T, by = key == UI_KEY_RIGHT ? 1 : key == UI_KEY_LEFT ? -1 : 0;
	if (h->kind != HANDLE_INPUT || by == 0)
		return false;
	int step = h->step + by;
	b->focus.hand = b->focus.step = step < 1 ? 1 : step > T ? T : step;
	return true;
}

static void key_events(bench *b, const view_handle *h, const ui_touch *t)
{
	ui *u = &b->ui;
	int key = ui_key_for(u, t->id);
	double v = value_of(b, h);
	if (!key || u->event.mods & (UI_CTRL | UI_ALT))
		return;
	bool forgets = h->kind == HANDLE_INPUT && (key == UI_KEY_DELETE || key == UI_KEY_BACKSPACE);
	if (moves_step(b, h, key)) {
		ui_use(u);
	} else if (forgets) {
		bench_forget_input(b, h->step, h->feature);
		ui_use(u);
	} else if (key_value(h, key, u->event.mods, &v)) {
		if (v != value_of(b, h))
			apply(b, h, v);
		ui_use(u);
	}
}

/* ---- drawing ---- */

/* The value beside the grip, inside the plots. */
static void draw_value(bench *b, const view_handle *h, double v, point at)
{
	ui *u = &b->ui;
	float em = u->em, pad = 6 * em;
	char text[64];
	value_text(h, v, text, sizeof text);
	float width = canvas_measure(text, 12 * em, WEIGHT_BOLD).width + 2 * pad, height = 22 * em;
	rect r = {at.x + 16 * em, at.y - height - 6 * em, width, height};
	if (r.x + r.w > b->plots.x + b->plots.w)
		r.x = at.x - 16 * em - width;
	if (r.y < b->plots.y)
		r.y = at.y + 10 * em;
	canvas_box(u->c, r, 4 * em, INK_PANEL, 1);
	canvas_frame(u->c, r, 4 * em, ui_line(1, INK_BORDER));
	ui_label(u, (rect){r.x + pad, r.y, r.w, r.h}, text, 12, WEIGHT_BOLD, INK_TEXT, ALIGN_LEFT);
}

static bool may_be_changed(const bench *b, const view_handle *h)
{
	if (h->kind == HANDLE_INPUT || h->kind == HANDLE_MARK)
		return true;
	return tutor_control(b, h->kind == HANDLE_RESCALE ? KNOB_rho : h->knob) < CONTROL_LOCKED;
}

/* Where no other control of the plots lies: in small windows there is not room for all. */
static bool has_place(const bench *b, rect r)
{
	const ui *u = &b->ui;
	for (int i = 0; i < u->count[u->side]; i++) {
		const ui_control *k = &u->list[u->side][i];
		float w = fminf(r.x + r.w, k->shown.x + k->shown.w) - fmaxf(r.x, k->shown.x);
		float h = fminf(r.y + r.h, k->shown.y + k->shown.h) - fmaxf(r.y, k->shown.y);
		if (k->layer == u->layer && k->role != UI_STATUS && k->role != UI_SURFACE && w > 0 && h > 0)
			return false;
	}
	return r.x >= b->plots.x && r.y >= b->plots.y && r.x + r.w <= b->plots.x + b->plots.w &&
	       r.y + r.h <= b->plots.y + b->plots.h;
}

static void one(bench *b, const view_handle *h, bool show)
{
	ui *u = &b->ui;
	char text[64];
	double v = value_of(b, h);
	const view_handle *shown = as_it_was(b, h);
	point at = handle_at(shown, v);
	float side = UI_TARGET * u->em;
	rect r = {at.x - side / 2, at.y - side / 2, side, side};
	if (!is_held(b, h) && (!has_place(b, r) || tutor_covers(b, at)))
		return;
	ui_touch t = ui_register(u, r, UI_SLIDER, h->name, value_text(h, v, text, sizeof text), h->tip);
	pointer_events(b, h, &t);
	key_events(b, h, &t);
	bool held = is_held(b, h);
	if (t.hot || held)
		b->cursor = h->along == ALONG_X ? CURSOR_ACROSS : h->along == ALONG_Y ? CURSOR_UP_DOWN : CURSOR_ANY_WAY;
	if (!show)
		return;
	bool lively = t.hot || held || (t.focused && u->ring);
	handle_draw(u->c, shown, value_of(b, h), lively ? 2 : 1);
	if (lively)
		draw_value(b, h, value_of(b, h), handle_at(shown, value_of(b, h)));
	ui_ring(u, r, side / 2, t.id);
}

void hands_begin(bench *b)
{
	b->hands.offered.n = 0;
	b->focus.handles = &b->hands.offered;
}

void hands_draw(bench *b, bool show)
{
	bool there = false;
	if (b->ui.event.kind == UI_MOVE || b->ui.event.kind == UI_PRESS)
		b->focus.hand = 0;
	b->cursor = CURSOR_USUAL;
	for (int i = 0; i < b->hands.offered.n; i++) {
		const view_handle h = b->hands.offered.item[i];
		if (!may_be_changed(b, &h))
			continue;
		one(b, &h, show);
		there = there || is_held(b, &h);
	}
	if (!there)
		let_go(b);
}

bool hands_hot(const bench *b)
{
	const ui *u = &b->ui;
	int n;
	const ui_control *k = ui_controls(u, &n);
	for (int i = 0; i < n; i++)
		for (int j = 0; k[i].id == u->hot && k[i].role == UI_SLIDER && j < b->hands.offered.n; j++)
			if (strcmp(k[i].name, b->hands.offered.item[j].name) == 0)
				return true;
	return b->hands.held[0] != '\0';
}

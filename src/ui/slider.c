/* Sliders: linear and logarithmic, with marked unsafe ranges; a double click or Enter turns one into a number entry. */
#include "base/text.h"
#include "ui/ui.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static const float VALUE_WIDTH = 68; /* points at type scale 1, right of the track */

static double clamp(double v, double low, double high)
{
	return v < low ? low : v > high ? high : v;
}

/* `v` to a multiple of a power of ten that leaves `digits` significant ones. */
static double round_digits(double v, int digits)
{
	if (v == 0 || !isfinite(v))
		return v;
	int power = (int)floor(log10(fabs(v))) + 1 - digits;
	/* dividing by 10⁺ⁿ gives the double nearest to the decimal number, multiplying by 10⁻ⁿ does not */
	double unit = pow(10, abs(power));
	return power < 0 ? round(v * unit) / unit : round(v / unit) * unit;
}

/* A linear slider moves in steps of a power of ten, about a hundred to a few hundred over the track. */
static double linear_step(const ui_range *g)
{
	double step = pow(10, floor(log10((g->high - g->low) / 100)));
	return g->whole && step < 1 ? 1 : step;
}

static double tidy(const ui_range *g, double v, double step, int digits)
{
	v = g->log ? round_digits(v, digits) : round_digits(round(v / step) * step, 15);
	if (g->whole)
		v = round(v);
	return clamp(v, g->low, g->high);
}

double ui_range_share(const ui_range *g, double v)
{
	if (!(v > g->low))
		return 0;
	if (v >= g->high)
		return 1;
	return g->log ? log(v / g->low) / log(g->high / g->low) : (v - g->low) / (g->high - g->low);
}

double ui_range_value(const ui_range *g, double share)
{
	share = clamp(share, 0, 1);
	if (share == 0 || share == 1)
		return share == 0 ? g->low : g->high;
	double v = g->log ? g->low * pow(g->high / g->low, share) : g->low + share * (g->high - g->low);
	return tidy(g, v, linear_step(g), 2);
}

double ui_range_step(const ui_range *g, double v, int direction, double size)
{
	double next, step = linear_step(g) * (size < 1 ? 0.1 : size > 1 ? 10 : 1);
	int digits = size < 1 ? 3 : 2;
	v = clamp(v, g->low, g->high);
	if (g->whole && step < 1)
		step = 1;
	if (g->log) {
		double factor = pow(10, size < 1 ? 0.01 : size > 1 ? 0.25 : 0.05);
		next = tidy(g, direction > 0 ? v * factor : v / factor, 1, digits);
		step = g->whole ? 1 : pow(10, floor(log10(v)) + 1 - digits);
	} else {
		next = tidy(g, v + direction * step, step, 2);
	}
	if (direction > 0 ? next <= v : next >= v) /* rounding must not stop the slider */
		next = clamp(v + direction * step, g->low, g->high);
	return next;
}

/* What a key makes of the value; false for keys that mean something else. */
static bool key_value(const ui_range *g, int key, unsigned mods, double *v)
{
	double size = mods & UI_SHIFT ? 0.1 : mods & UI_CTRL ? 10 : 1;
	if (mods & UI_ALT || (mods & UI_CTRL && (key < UI_KEY_LEFT || key > UI_KEY_DOWN)))
		return false;
	switch (key) {
	case UI_KEY_LEFT:
	case UI_KEY_DOWN:
		*v = ui_range_step(g, *v, -1, size);
		return true;
	case UI_KEY_RIGHT:
	case UI_KEY_UP:
		*v = ui_range_step(g, *v, 1, size);
		return true;
	case UI_KEY_PAGE_DOWN:
		*v = ui_range_step(g, *v, -1, 10);
		return true;
	case UI_KEY_PAGE_UP:
		*v = ui_range_step(g, *v, 1, 10);
		return true;
	case UI_KEY_HOME:
		*v = g->low;
		return true;
	case UI_KEY_END:
		*v = g->high;
		return true;
	case UI_KEY_DELETE:
	case UI_KEY_BACKSPACE:
		*v = g->fallback;
		return true;
	default:
		return false;
	}
}

/* Diagonal lines over the part of the track from x0 to x1. */
static void hatch(ui *u, rect track, float x0, float x1)
{
	if (x1 - x0 < 1)
		return;
	rect zone = {x0, track.y, x1 - x0, track.h};
	canvas_box(u->c, zone, track.h / 2, INK_WARN, 0.35f);
	canvas_clip(u->c, zone);
	for (float x = x0 - track.h; x < x1; x += 5 * u->em)
		canvas_line(u->c, x, track.y + track.h, x + track.h, track.y, ui_line(1, INK_WARN));
	canvas_clip_end(u->c);
}

static void draw_track(ui *u, rect r, const ui_range *g, double v, ui_touch t)
{
	float em = u->em, radius = 7 * em;
	rect track = {r.x + radius, r.y + r.h / 2 - 2.5f * em, r.w - 2 * radius, 5 * em};
	if (track.w < 4)
		return;
	float x = track.x + (float)ui_range_share(g, v) * track.w;
	float safe0 = track.x + (float)ui_range_share(g, g->safe_low) * track.w;
	float safe1 = track.x + (float)ui_range_share(g, g->safe_high) * track.w;
	bool unsafe = v < g->safe_low || v > g->safe_high;
	canvas_box(u->c, track, track.h / 2, INK_BORDER, 1);
	hatch(u, track, track.x, safe0);
	canvas_box(u->c, (rect){safe0, track.y, fminf(x, safe1) - safe0, track.h}, track.h / 2, INK_ACCENT, 1);
	hatch(u, track, safe1, track.x + track.w);
	if (t.hot || t.held)
		canvas_disc(u->c, x, r.y + r.h / 2, radius + 3 * em, unsafe ? INK_WARN : INK_ACCENT, 0.22f);
	canvas_disc(u->c, x, r.y + r.h / 2, radius, INK_PANEL, 1);
	canvas_disc(u->c, x, r.y + r.h / 2, radius - 1.5f * em, unsafe ? INK_WARN : INK_ACCENT, 1);
}

static const char *value_text(const ui_range *g, double v, char *buf, size_t size)
{
	if (g->zero && v == 0) {
		snprintf(buf, size, "%s", g->zero);
		return buf;
	}
	if (g->top && v >= g->high) {
		snprintf(buf, size, "%s", g->top);
		return buf;
	}
	/* a weight that was typed has digits that matter; what is dragged has three */
	return text_short(buf, size, v, g->whole ? 9 : fabs(v) >= 0.1 && fabs(v) < 10 ? 6 : 4);
}

static bool fits(const ui *u, const char *text, float room)
{
	return canvas_measure(text, 13 * u->em, WEIGHT_REGULAR).width <= room;
}

/* What was typed with more digits is shown with them, where there is room; where there is none, with fewer: a number
 * that is cut is another number. */
static const char *shown_text(const ui *u, const ui_range *g, double v, float room, char *buf, size_t size)
{
	value_text(g, v, buf, size);
	bool word = (g->zero && v == 0) || (g->top && v >= g->high);
	for (int digits = 7; digits > 4 && !word && !g->whole && round_digits(v, 4) != v; digits--) {
		char longer[64];
		text_short(longer, sizeof longer, v, digits);
		if (fits(u, longer, room)) {
			snprintf(buf, size, "%s", longer);
			break;
		}
	}
	for (int digits = 5; digits > 0 && !word && !g->whole && !fits(u, buf, room); digits--)
		text_short(buf, size, v, digits);
	return buf;
}

/* The pointer and the wheel. */
static void pointer_value(ui *u, rect track, const ui_range *g, ui_touch t, double *v)
{
	float radius = 7 * u->em, width = fmaxf(track.w - 2 * radius, 1);
	float thumb = track.x + radius + (float)ui_range_share(g, *v) * width;
	bool on_track = rect_has(track, u->press.x, u->press.y);
	bool move = t.held && on_track && u->event.kind == UI_MOVE;
	if (t.pressed && on_track) { /* taking hold of the thumb does not move it */
		bool on_thumb = fabsf(u->pointer.x - thumb) <= radius + 2;
		u->press_value = *v;
		u->drag_offset = on_thumb ? u->pointer.x - thumb : 0;
		move = !on_thumb;
	}
	if (move)
		*v = ui_range_value(g, (u->pointer.x - u->drag_offset - track.x - radius) / width);
	/* where the panel scrolls, only a slider that visibly has the keyboard answers the wheel */
	if (t.hot && u->event.kind == UI_WHEEL && !u->used && (!u->scrolls || (t.focused && u->ring))) {
		u->wheel += u->event.wheel; /* touchpads send fractions of a notch */
		for (; fabsf(u->wheel) >= 1; u->wheel -= copysignf(1, u->wheel))
			*v = ui_range_step(g, *v, u->wheel > 0 ? 1 : -1, u->event.mods & UI_SHIFT ? 0.1 : 1);
		ui_use(u);
	}
}

ui_result ui_slider(ui *u, rect r, const ui_range *g, double *value)
{
	char text[64], exact[64];
	double v = *value;
	float em = u->em, value_width = fminf(VALUE_WIDTH * em, r.w / 2);
	rect track = r, field = rect_cut_right(&track, value_width);
	ui_touch t = ui_register(u, r, UI_SLIDER, g->name, value_text(g, v, text, sizeof text), g->tip);
	if (u->edit.id == t.id) {
		ui_result typed = ui_edit_run(u, t.id, field, false);
		if (typed == UI_TYPED)
			text_delocalize(u->edit.text);
		draw_track(u, track, g, v, t);
		return typed;
	}
	bool on_field = rect_has(field, u->pointer.x, u->pointer.y);
	bool twice = t.pressed && u->clicks == 2 && !on_field;
	if (twice)
		v = u->press_value;                                   /* what the first click of the two had changed */
	bool pressed_there = rect_has(field, u->press.x, u->press.y); /* a drag may end on the number */
	if (twice || (t.clicked && on_field && pressed_there) || ui_key_for(u, t.id) == UI_KEY_ENTER) {
		text_exact(exact, sizeof exact, v);
		ui_edit_start(u, t.id, text_localize(exact));
		u->active = 0; /* the second press of a double click does not drag */
		ui_use(u);
	} else {
		ui_edit_typed(u, t.id);
	}
	int key = ui_key_for(u, t.id);
	if (key && key_value(g, key, u->event.mods, &v))
		ui_use(u);
	if (u->edit.id != t.id)
		pointer_value(u, track, g, t, &v);
	draw_track(u, track, g, v, t);
	if (t.hot && on_field)
		canvas_frame(u->c, rect_inset(field, 0, 1), 4 * em, ui_line(1, INK_BORDER));
	field.w -= 6 * em;
	ui_label(u, field, shown_text(u, g, v, field.w, text, sizeof text), 13, WEIGHT_REGULAR, INK_TEXT, ALIGN_RIGHT);
	ui_ring(u, r, 4 * em, t.id);
	bool changed = v != *value;
	*value = v;
	return changed ? UI_CHANGED : UI_SAME;
}

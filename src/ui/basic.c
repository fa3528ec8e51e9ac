/* Buttons, toggles, sections, plot titles, scroll areas. */
#include "ui/ui.h"

#include <math.h>

/* Enter presses what has the focus; the space bar belongs to play and pause, but not where a box covers the run. */
static bool activated(ui *u, ui_touch t)
{
	int key = ui_key_for(u, t.id);
	if (t.clicked)
		ui_use(u);
	if (key != UI_KEY_ENTER && !(key == ' ' && u->modal))
		return t.clicked;
	ui_use(u);
	return true;
}

bool ui_button(ui *u, rect r, const char *name, ui_icon icon, const char *label, ui_look look, const char *tip)
{
	ui_touch t = ui_register(u, r, UI_BUTTON, name, "", tip);
	float radius = 6 * u->em;
	ink text = look == LOOK_PRIMARY ? INK_ON_ACCENT : INK_TEXT;
	if (look == LOOK_PRIMARY)
		canvas_box(u->c, r, radius, INK_ACCENT, 1);
	else if (look == LOOK_RAISED || t.hot)
		canvas_box(u->c, r, radius, t.hot ? INK_HOVER : INK_RAISED, 1);
	if (look == LOOK_RAISED)
		canvas_frame(u->c, r, radius, ui_line(1, INK_BORDER));
	if (t.hot && look == LOOK_PRIMARY)
		canvas_box(u->c, r, radius, INK_ON_ACCENT, 0.12f);
	if (t.held && t.hot)
		canvas_box(u->c, r, radius, text, 0.12f);
	if (icon)
		ui_icon_draw(u->c, icon, r.x + r.w / 2, r.y + r.h / 2, 16 * u->em, text);
	else
		ui_label(u, rect_inset(r, 4 * u->em, 0), label, 13, WEIGHT_REGULAR, text, ALIGN_CENTER);
	ui_ring(u, r, radius, t.id);
	return activated(u, t);
}

bool ui_plot(ui *u, rect r, const char *name, const char *tip, int move[2])
{
	ui_touch t = ui_register(u, r, UI_PLOT, name, "", tip);
	int key = u->event.mods & (UI_CTRL | UI_ALT) ? 0 : ui_key_for(u, t.id), far = u->event.mods & UI_SHIFT ? 10 : 1;
	move[0] = far * ((key == UI_KEY_RIGHT) - (key == UI_KEY_LEFT));
	move[1] = far * ((key == UI_KEY_DOWN) - (key == UI_KEY_UP));
	if (move[0] || move[1]) {
		u->tip_since = INFINITY; /* it would cover what is read */
		ui_use(u);
	}
	if (t.hot)
		canvas_frame(u->c, rect_inset(r, 1, 1), 5 * u->em, ui_line(1, INK_ACCENT));
	ui_ring(u, rect_inset(r, 1, 1), 5 * u->em, t.id);
	return activated(u, t);
}

bool ui_toggle(ui *u, rect r, const char *name, bool *on, const char *tip)
{
	ui_touch t = ui_register(u, r, UI_TOGGLE, name, *on ? "on" : "off", tip);
	int key = ui_key_for(u, t.id);
	bool arrow = (key == UI_KEY_RIGHT && !*on) || (key == UI_KEY_LEFT && *on);
	if (key == UI_KEY_RIGHT || key == UI_KEY_LEFT)
		ui_use(u);
	bool changed = activated(u, t) || arrow;
	if (changed)
		*on = !*on;
	float em = u->em, h = 18 * em, w = 34 * em, y = r.y + (r.h - h) / 2;
	rect pill = {r.x, y, w, h};
	canvas_box(u->c, pill, h / 2, *on ? INK_ACCENT : t.hot ? INK_HOVER : INK_RAISED, 1);
	canvas_frame(u->c, pill, h / 2, ui_line(1, *on ? INK_ACCENT : INK_MUTED));
	canvas_disc(
	        u->c, *on ? r.x + w - h / 2 : r.x + h / 2, y + h / 2, 5.5f * em, *on ? INK_ON_ACCENT : INK_MUTED, 1);
	ui_label(u, (rect){r.x + w + 8 * em, r.y, r.w - w - 8 * em, r.h}, *on ? "on" : "off", 12, WEIGHT_REGULAR,
	        INK_MUTED, ALIGN_LEFT);
	ui_ring(u, rect_inset(pill, -2, -2), h / 2 + 2, t.id);
	return changed;
}

bool ui_section(ui *u, rect r, const char *name, bool *open)
{
	ui_touch t = ui_register(u, r, UI_SECTION, name, *open ? "open" : "closed", NULL);
	int key = ui_key_for(u, t.id);
	bool arrow = (key == UI_KEY_RIGHT && !*open) || (key == UI_KEY_LEFT && *open);
	if (key == UI_KEY_RIGHT || key == UI_KEY_LEFT)
		ui_use(u);
	bool changed = activated(u, t) || arrow;
	if (changed)
		*open = !*open;
	float em = u->em;
	if (t.hot)
		canvas_box(u->c, r, 4 * em, INK_HOVER, 1);
	ui_icon_draw(u->c, *open ? ICON_DOWN : ICON_RIGHT, r.x + 8 * em, r.y + r.h / 2, 11 * em, INK_MUTED);
	ui_label(u, (rect){r.x + 20 * em, r.y, r.w - 20 * em, r.h}, name, 13, WEIGHT_BOLD, INK_TEXT, ALIGN_LEFT);
	ui_ring(u, rect_inset(r, 1, 1), 4 * em, t.id);
	return changed;
}

/* ---- scroll area ---- */

static float offset_limit(rect r, float content)
{
	return fmaxf(content - r.h, 0);
}

static void bar_run(ui *u, rect r, const char *name, float content, float *offset)
{
	float em = u->em, limit = offset_limit(r, content);
	rect bar = {r.x + r.w - UI_TARGET * em, r.y, UI_TARGET * em, r.h};
	ui_touch t = ui_register(u, bar, UI_SCROLL, name, "", NULL);
	float length = fmaxf(r.h * r.h / content, UI_TARGET * em), travel = fmaxf(r.h - length, 1);
	float top = r.y + travel * *offset / limit;
	if (t.pressed)
		u->drag_offset = u->pointer.y >= top && u->pointer.y < top + length ? u->pointer.y - top : length / 2;
	if (t.held)
		*offset = fminf(fmaxf((u->pointer.y - u->drag_offset - r.y) / travel * limit, 0), limit);
	top = r.y + travel * *offset / limit;
	float w = (t.hot || t.held ? 8 : 6) * em;
	canvas_box(u->c, (rect){bar.x + bar.w - 4 * em - w, top + 2, w, length - 4}, w / 2,
	        t.held ? INK_ACCENT : INK_MUTED, t.hot || t.held ? 0.8f : 0.45f);
}

rect ui_scroll(ui *u, rect r, const char *name, float content, float *offset)
{
	float limit = offset_limit(r, content);
	*offset = fminf(fmaxf(*offset, 0), limit);
	u->scrolls = limit > 0;
	if (limit > 0)
		bar_run(u, r, name, content, offset);
	ui_clip(u, r);
	return (rect){r.x, r.y - *offset, r.w, content};
}

/* In a box the keys that no control takes scroll. */
static void scroll_keys(ui *u, rect r, float limit, float *offset)
{
	const ui_event *e = &u->event;
	float line = 48 * u->em, page = fmaxf(r.h - line, line);
	if (e->kind != UI_KEY || u->used || e->mods & (UI_CTRL | UI_ALT))
		return;
	switch (e->key) {
	case UI_KEY_DOWN:
	case UI_KEY_UP:
		*offset += e->key == UI_KEY_DOWN ? line : -line;
		break;
	case UI_KEY_PAGE_DOWN:
	case UI_KEY_PAGE_UP:
	case ' ':
		*offset += e->key == UI_KEY_PAGE_UP || (e->key == ' ' && e->mods & UI_SHIFT) ? -page : page;
		break;
	case UI_KEY_HOME:
	case UI_KEY_END:
		*offset = e->key == UI_KEY_HOME ? 0 : limit;
		break;
	default:
		return;
	}
	u->moved = true;
	ui_use(u);
}

/* Keeps the control that the keyboard went to in sight; a wheel that no control took scrolls. */
void ui_scroll_end(ui *u, rect r, float content, float *offset)
{
	float limit = offset_limit(r, content), margin = 8 * u->em;
	ui_clip_end(u);
	if (u->reveal_found && u->reveal && u->reveal_area.x >= r.x && u->reveal_area.x < r.x + r.w) {
		float above = r.y + margin - u->reveal_area.y;
		float below = u->reveal_area.y + u->reveal_area.h + margin - (r.y + r.h);
		*offset += above > 0 ? -above : below > 0 ? below : 0;
		u->moved = above > 0 || below > 0;
		u->reveal = false;
	}
	if (u->event.kind == UI_WHEEL && !u->used && ui_reachable(u) && rect_has(r, u->pointer.x, u->pointer.y)) {
		*offset -= u->event.wheel * 48 * u->em;
		ui_use(u);
	}
	if (u->modal && u->layer > 0)
		scroll_keys(u, r, limit, offset);
	*offset = fminf(fmaxf(*offset, 0), limit);
	u->scrolls = false;
}

/* Choices: segments side by side, or a list that opens. */
#include "ui/ui.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const float ROW = 28; /* of the list, points at type scale 1 */

/* Moves *chosen with the arrow keys. */
static bool keyboard(ui *u, uint32_t id, int n, int *chosen, bool sideways)
{
	int key = ui_key_for(u, id), to = *chosen;
	if (u->event.mods & (UI_CTRL | UI_ALT))
		return false;
	if (key == UI_KEY_DOWN || (sideways && key == UI_KEY_RIGHT))
		to++;
	else if (key == UI_KEY_UP || (sideways && key == UI_KEY_LEFT))
		to--;
	else if (key == UI_KEY_HOME)
		to = 0;
	else if (key == UI_KEY_END)
		to = n - 1;
	else
		return false;
	ui_use(u);
	to = to < 0 ? 0 : to >= n ? n - 1 : to;
	bool changed = to != *chosen;
	*chosen = to;
	return changed;
}

static bool segments_fit(const ui *u, rect r, const char *const *option, int n)
{
	float each = r.w / (float)(n > 0 ? n : 1);
	for (int i = 0; i < n; i++)
		if (canvas_measure(option[i], 12 * u->em, WEIGHT_BOLD).width + 8 * u->em > each)
			return false;
	return n > 0 && n <= 4 && each >= UI_TARGET * u->em;
}

static bool segments(
        ui *u, rect r, const char *name, const char *const *option, int n, int *chosen, ui_touch t, const char *tip)
{
	bool changed = keyboard(u, t.id, n, chosen, true);
	if (u->popup.id == t.id)
		u->popup.id = 0; /* it was open where they did not fit */
	float em = u->em, each = r.w / (float)n;
	canvas_box(u->c, r, 5 * em, INK_RAISED, 1);
	for (int i = 0; i < n; i++) {
		char full[40];
		rect part = {r.x + (float)i * each, r.y, each, r.h};
		snprintf(full, sizeof full, "%.18s: %.18s", name, option[i]);
		ui_touch o = ui_register(u, part, UI_OPTION, full, i == *chosen ? "chosen" : "", tip);
		if (o.pressed)
			u->focus = t.id;
		if (o.clicked && i != *chosen) {
			*chosen = i;
			changed = true;
		}
		bool on = i == *chosen;
		if (on)
			canvas_box(u->c, rect_inset(part, 1, 1), 4 * em, INK_ACCENT, 1);
		else if (o.hot)
			canvas_box(u->c, rect_inset(part, 1, 1), 4 * em, INK_HOVER, 1);
		ui_label(u, rect_inset(part, 2 * em, 0), option[i], 12, on ? WEIGHT_BOLD : WEIGHT_REGULAR,
		        on ? INK_ON_ACCENT : INK_TEXT, ALIGN_CENTER);
	}
	canvas_frame(u->c, r, 5 * em, ui_line(1, INK_BORDER));
	ui_ring(u, r, 5 * em, t.id);
	return changed;
}

/* What can be chosen may have changed since the list was opened, and may fit side by side now. */
static void keep_options(ui *u, uint32_t id, const char *const *option, int n)
{
	ui_popup *p = &u->popup;
	if (p->id != id)
		return;
	bool shorter = n < p->n;
	p->option = option;
	p->n = n;
	if (shorter) {
		p->marked = p->marked < n ? p->marked : n - 1;
		p->first = 0;
		p->result = p->result < n ? p->result : -1;
	}
}

bool ui_choice(ui *u, rect r, const char *name, const char *const *option, int n, int *chosen, const char *tip)
{
	const char *value = *chosen >= 0 && *chosen < n ? option[*chosen] : "";
	ui_touch t = ui_register(u, r, UI_CHOICE, name, value, tip);
	keep_options(u, t.id, option, n);
	if (segments_fit(u, r, option, n))
		return segments(u, r, name, option, n, chosen, t, tip);
	float em = u->em;
	bool changed = ui_popup_result(u, t.id, r, chosen);
	int key = ui_key_for(u, t.id);
	bool alt_down = key == UI_KEY_DOWN && u->event.mods & UI_ALT;
	if (t.clicked || key == UI_KEY_ENTER || alt_down) {
		ui_popup_open(u, t.id, r, option, n, *chosen);
		ui_use(u);
	}
	changed |= keyboard(u, t.id, n, chosen, false);
	value = *chosen >= 0 && *chosen < n ? option[*chosen] : "";
	canvas_box(u->c, r, 5 * em, t.hot ? INK_HOVER : INK_RAISED, 1);
	canvas_frame(u->c, r, 5 * em, ui_line(1, INK_BORDER));
	rect text = rect_inset(r, 8 * em, 0);
	rect arrow = rect_cut_right(&text, 12 * em);
	ui_icon_draw(u->c, ICON_DOWN, arrow.x + arrow.w / 2, arrow.y + arrow.h / 2, 10 * em, INK_MUTED);
	ui_label(u, text, value, 13, WEIGHT_REGULAR, INK_TEXT, ALIGN_LEFT);
	ui_ring(u, r, 5 * em, t.id);
	return changed;
}

bool ui_menu(ui *u, rect r, const char *name, ui_icon icon, float width, const char *const *option, int n, int *chosen,
        const char *tip)
{
	ui_touch t = ui_register(u, r, UI_BUTTON, name, "", tip);
	float em = u->em, right = fminf(r.x + r.w, u->c->width - 4 * em);
	rect anchor = {fmaxf(right - width, 4 * em), r.y, fminf(width, u->c->width - 8 * em), r.h};
	bool open = u->popup.id == t.id;
	keep_options(u, t.id, option, n);
	*chosen = -1;
	bool done = ui_popup_result(u, t.id, anchor, chosen);
	if (done)
		ui_focus_clear(u); /* the keys mean what they meant before */
	if (!done && !open && (t.clicked || ui_key_for(u, t.id) == UI_KEY_ENTER)) {
		ui_popup_open(u, t.id, anchor, option, n, -1);
		ui_use(u);
	}
	if (t.hot || open)
		canvas_box(u->c, r, 6 * em, INK_HOVER, 1);
	ui_icon_draw(u->c, icon, r.x + r.w / 2, r.y + r.h / 2, 16 * em, INK_TEXT);
	ui_ring(u, r, 6 * em, t.id);
	return done;
}

/* ---- the open list ---- */

/* An option of a menu may begin with a mark for the line above it. */
static const char *words(const char *option)
{
	return *option == '\v' ? option + 1 : option;
}

bool ui_popup_result(ui *u, uint32_t id, rect anchor, int *chosen)
{
	ui_popup *p = &u->popup;
	if (p->id == id)
		p->anchor = anchor;
	if (p->id != id || p->result < 0)
		return false;
	bool changed = p->result != *chosen;
	*chosen = p->result;
	p->id = 0;
	return changed;
}

void ui_popup_open(ui *u, uint32_t id, rect anchor, const char *const *option, int n, int chosen)
{
	u->popup = (ui_popup){
	        .id = id, .anchor = anchor, .option = option, .n = n, .marked = chosen, .rows = 1, .result = -1};
	u->focus = id;
	u->active = 0;
}

static void keep_marked_in_sight(ui_popup *p)
{
	p->marked = p->marked < 0 ? 0 : p->marked >= p->n ? p->n - 1 : p->marked;
	if (p->marked < p->first)
		p->first = p->marked;
	if (p->marked >= p->first + p->rows)
		p->first = p->marked - p->rows + 1;
}

static int row_at(const ui *u, point at)
{
	const ui_popup *p = &u->popup;
	if (!rect_has(p->area, at.x, at.y))
		return -1;
	int row = p->first + (int)((at.y - p->area.y) / (ROW * u->em));
	return row < p->n ? row : p->n - 1;
}

/* The next option that starts with the letter that was typed. */
static void jump_to_letter(ui_popup *p, char letter)
{
	for (int i = 1; i <= p->n; i++) {
		int at = (p->marked + i) % p->n;
		if ((words(p->option[at])[0] | 0x20) == (letter | 0x20)) {
			p->marked = at;
			return;
		}
	}
}

static void popup_key(ui_popup *p, int key)
{
	switch (key) {
	case UI_KEY_DOWN:
		p->marked++;
		break;
	case UI_KEY_UP:
		p->marked--;
		break;
	case UI_KEY_PAGE_DOWN:
		p->marked += p->rows;
		break;
	case UI_KEY_PAGE_UP:
		p->marked -= p->rows;
		break;
	case UI_KEY_HOME:
		p->marked = 0;
		break;
	case UI_KEY_END:
		p->marked = p->n - 1;
		break;
	case UI_KEY_ENTER:
	case ' ':
		p->result = p->marked;
		break;
	case UI_KEY_ESCAPE:
	case UI_KEY_TAB:
		p->id = 0;
		break;
	default:
		break;
	}
	keep_marked_in_sight(p);
}

/* While a list is open it takes every event. */
void ui_popup_events(ui *u)
{
	ui_popup *p = &u->popup;
	const ui_event *e = &u->event;
	if (!p->id || e->kind == UI_NOTHING)
		return;
	int row = row_at(u, e->at);
	if (e->kind == UI_KEY && !(e->mods & UI_CTRL)) {
		popup_key(p, e->key);
	} else if (e->kind == UI_TYPE) {
		jump_to_letter(p, e->text[0]);
		keep_marked_in_sight(p);
	} else if (e->kind == UI_WHEEL) {
		p->first -= e->wheel > 0 ? 1 : -1;
		p->first = p->first > p->n - p->rows ? p->n - p->rows : p->first;
		p->first = p->first < 0 ? 0 : p->first;
	} else if (e->kind == UI_MOVE || e->kind == UI_PRESS || e->kind == UI_RELEASE) {
		u->pointer = e->at;
		u->hot = 0;
		if (row >= 0)
			p->marked = row;
		if (e->kind == UI_PRESS && row < 0)
			p->id = 0;
		if (e->kind == UI_PRESS && row >= 0)
			p->result = row;
	} else {
		return;
	}
	u->used = e->kind != UI_KEY || !(e->mods & UI_CTRL);
}

static void place(ui *u)
{
	ui_popup *p = &u->popup;
	float row = ROW * u->em, below = u->c->height - (p->anchor.y + p->anchor.h) - 8, above = p->anchor.y - 8;
	bool down = below >= row * (float)p->n || below >= above;
	p->rows = (int)((down ? below : above) / row);
	p->rows = p->rows < 1 ? 1 : p->rows > p->n ? p->n : p->rows;
	float height = row * (float)p->rows;
	p->area = (rect){
	        p->anchor.x, down ? p->anchor.y + p->anchor.h + 2 : p->anchor.y - height - 2, p->anchor.w, height};
	if (p->first > p->n - p->rows)
		p->first = p->n - p->rows;
}

static void draw_row(ui *u, int i)
{
	const ui_popup *p = &u->popup;
	float em = u->em, row = ROW * em;
	rect r = {p->area.x, p->area.y + (float)(i - p->first) * row, p->area.w, row};
	char name[40], text[UI_TEXT];
	snprintf(text, sizeof text, "%s", words(p->option[i]));
	char *key = strchr(text, '\t');
	if (key)
		*key++ = 0;
	const char *more = strstr(text, " …"); /* what opens a dialog; cut, it would be half a character */
	snprintf(name, sizeof name, "option: %.*s", more && more - text < 30 ? (int)(more - text) : 30, text);
	ui_register(u, r, UI_OPTION, name, i == p->marked ? "marked" : "", NULL);
	if (*p->option[i] == '\v' && i > p->first)
		canvas_line(u->c, r.x + 8 * em, r.y, r.x + r.w - 8 * em, r.y, ui_line(1, INK_BORDER));
	if (i == p->marked)
		canvas_box(u->c, rect_inset(r, 2 * em, 1), 4 * em, INK_ACCENT, 1);
	rect inner = rect_inset(r, 8 * em, 0);
	if (p->rows < p->n) /* beside the sign that there is more */
		rect_cut_right(&inner, 4 * em);
	if (key) {
		rect at =
		        rect_cut_right(&inner, fminf(canvas_measure(key, 12 * em, WEIGHT_REGULAR).width + em, r.w / 2));
		ui_label(u, at, key, 12, WEIGHT_REGULAR, i == p->marked ? INK_ON_ACCENT : INK_MUTED, ALIGN_RIGHT);
	}
	ui_label(u, inner, text, 13, WEIGHT_REGULAR, i == p->marked ? INK_ON_ACCENT : INK_TEXT, ALIGN_LEFT);
}

void ui_popup_draw(ui *u)
{
	ui_popup *p = &u->popup;
	if (!p->id || p->n < 1)
		return;
	place(u);
	u->overlay = true;
	ui_layer(u, 3);
	canvas_box(u->c, (rect){p->area.x, p->area.y + 2, p->area.w, p->area.h}, 6 * u->em, INK_SHADE, 0.25f);
	canvas_box(u->c, p->area, 6 * u->em, INK_PANEL, 1);
	for (int i = p->first; i < p->first + p->rows && i < p->n; i++)
		draw_row(u, i);
	if (p->rows < p->n) { /* a sign that there is more: the wheel and the arrows show it */
		float em = u->em, each = (p->area.h - 4 * em) / (float)p->n;
		rect bar = {p->area.x + p->area.w - 5 * em, p->area.y + 2 * em + each * (float)p->first, 3 * em,
		        each * (float)p->rows};
		canvas_box(u->c, bar, 1.5f * em, INK_MUTED, 0.7f);
	}
	canvas_frame(u->c, p->area, 6 * u->em, ui_line(1, INK_MUTED));
	ui_layer(u, 0);
}

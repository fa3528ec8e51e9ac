/* The text field that is being edited: caret, selection, clipboard. */
#include "ui/ui.h"

#include <stdio.h>
#include <string.h>

bool ui_editing(const ui *u)
{
	return u->edit.id != 0;
}

const char *ui_typed(const ui *u)
{
	return u->edit.text;
}

void ui_edit_start(ui *u, uint32_t id, const char *text)
{
	ui_edit *d = &u->edit;
	*d = (ui_edit){.id = id};
	snprintf(d->text, sizeof d->text, "%s", text);
	memcpy(d->first, d->text, sizeof d->first);
	d->caret = (int)strlen(d->text);
	u->focus = id;
	u->anchor = 0;
}

/* What the keyboard types where a number can stand begins a new one. */
bool ui_edit_typed(ui *u, uint32_t id)
{
	const ui_event *e = &u->event;
	if (e->kind != UI_TYPE || u->used || u->focus != id || !u->ring || !strchr("0123456789-.,", e->text[0]))
		return false;
	ui_edit_start(u, id, e->text);
	u->edit.anchor = u->edit.caret;
	ui_use(u);
	return true;
}

void ui_reject(ui *u, const char *message)
{
	u->edit.id = u->focus = u->edit.last;
	u->edit.commit = false;
	snprintf(u->edit.error, sizeof u->edit.error, "%s", message);
}

static int character_after(const char *s, int at)
{
	if (s[at])
		at++;
	while (((unsigned char)s[at] & 0xC0) == 0x80)
		at++;
	return at;
}

static int character_before(const char *s, int at)
{
	while (at > 0 && ((unsigned char)s[--at] & 0xC0) == 0x80)
		;
	return at;
}

static void selection(const ui_edit *d, int *from, int *to)
{
	*from = d->caret < d->anchor ? d->caret : d->anchor;
	*to = d->caret < d->anchor ? d->anchor : d->caret;
}

static void erase(ui_edit *d, int from, int to)
{
	memmove(d->text + from, d->text + to, strlen(d->text + to) + 1);
	d->caret = d->anchor = from;
}

/* Replaces the selection; line ends and tabs become spaces, what does not fit is left out. */
static void insert(ui_edit *d, const char *text)
{
	int from, to;
	selection(d, &from, &to);
	erase(d, from, to);
	size_t have = strlen(d->text), n = strlen(text), room = sizeof d->text - 1 - have;
	if (n > room)
		n = room;
	while (n > 0 && ((unsigned char)text[n] & 0xC0) == 0x80)
		n--;
	memmove(d->text + d->caret + n, d->text + d->caret, have - (size_t)d->caret + 1);
	memcpy(d->text + d->caret, text, n);
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)d->text[(size_t)d->caret + i] < ' ')
			d->text[(size_t)d->caret + i] = ' ';
	d->caret = d->anchor = d->caret + (int)n;
	d->error[0] = 0;
}

static void copy(ui *u, bool cut)
{
	int from, to;
	char text[UI_TEXT];
	selection(&u->edit, &from, &to);
	if (from == to || !u->clipboard.set)
		return;
	memcpy(text, u->edit.text + from, (size_t)(to - from));
	text[to - from] = 0;
	u->clipboard.set(u->clipboard.data, text);
	if (cut)
		erase(&u->edit, from, to);
}

static void paste(ui *u)
{
	char text[UI_TEXT];
	if (u->clipboard.get && u->clipboard.get(u->clipboard.data, text, sizeof text))
		insert(&u->edit, text);
}

static void put_text(ui_edit *d, const char *text)
{
	memcpy(d->text, text, sizeof d->text);
	d->caret = (int)strlen(d->text);
	d->anchor = 0;
	d->error[0] = 0;
}

/* Back to the text as the field was opened with it; forth to what had been typed. */
static void take_back(ui_edit *d, bool forth)
{
	if (forth && d->taken_back && strcmp(d->text, d->first) == 0) {
		put_text(d, d->typed);
		d->taken_back = false;
	} else if (!forth && strcmp(d->text, d->first) != 0) {
		memcpy(d->typed, d->text, sizeof d->typed);
		put_text(d, d->first);
		d->taken_back = true;
	}
}

static void control_key(ui *u, int key, bool shift)
{
	if (key == 'a') {
		u->edit.anchor = 0;
		u->edit.caret = (int)strlen(u->edit.text);
	} else if (key == 'c' || key == 'x') {
		copy(u, key == 'x');
	} else if (key == 'v') {
		paste(u);
	} else if (key == 'z' || key == 'y') {
		take_back(&u->edit, key == 'y' || shift);
	}
}

static void move_caret(ui_edit *d, int to, bool select)
{
	d->caret = to;
	if (!select)
		d->anchor = to;
}

static void plain_key(ui_edit *d, int key, bool shift)
{
	int from, to;
	selection(d, &from, &to);
	switch (key) {
	case UI_KEY_LEFT:
		move_caret(d, from < to && !shift ? from : character_before(d->text, d->caret), shift);
		break;
	case UI_KEY_RIGHT:
		move_caret(d, from < to && !shift ? to : character_after(d->text, d->caret), shift);
		break;
	case UI_KEY_HOME:
		move_caret(d, 0, shift);
		break;
	case UI_KEY_END:
		move_caret(d, (int)strlen(d->text), shift);
		break;
	case UI_KEY_BACKSPACE:
		erase(d, from < to ? from : character_before(d->text, d->caret), to);
		d->error[0] = 0;
		break;
	case UI_KEY_DELETE:
		erase(d, from, from < to ? to : character_after(d->text, d->caret));
		d->error[0] = 0;
		break;
	default:
		break;
	}
}

static float text_x(const ui *u, int byte)
{
	char start[UI_TEXT];
	memcpy(start, u->edit.text, (size_t)byte);
	start[byte] = 0;
	return canvas_measure(start, 13 * u->em, WEIGHT_REGULAR).width;
}

static int caret_at(const ui *u, float x)
{
	int at = 0;
	while (u->edit.text[at]) {
		int next = character_after(u->edit.text, at);
		if (x < (text_x(u, at) + text_x(u, next)) / 2)
			break;
		at = next;
	}
	return at;
}

/* Everything typed goes into the field while it is open, except what leaves it. True: commit. */
static bool take_events(ui *u, rect r, float origin, ui_edit *d)
{
	const ui_event *e = &u->event;
	if (u->active == d->id && u->down && rect_has(r, u->press.x, u->press.y) &&
	        (e->kind == UI_PRESS || e->kind == UI_MOVE)) {
		move_caret(d, caret_at(u, u->pointer.x - origin), e->kind == UI_MOVE);
		if (e->kind == UI_PRESS && e->clicks >= 2)
			control_key(u, 'a', false);
	}
	if (u->used || (e->kind != UI_KEY && e->kind != UI_TYPE))
		return d->commit;
	if (e->kind == UI_TYPE) {
		insert(d, e->text);
	} else if (e->key == UI_KEY_ESCAPE) {
		d->id = 0;
	} else if (e->mods & UI_CTRL) {
		if (!strchr("acxvzy", e->key < 128 ? e->key : 0) || !e->key)
			return d->commit;
		control_key(u, e->key, e->mods & UI_SHIFT);
	} else if (e->key == UI_KEY_F11) {
		return d->commit;
	} else if (e->key == UI_KEY_ENTER) {
		d->commit = true;
	} else {
		plain_key(d, e->key, e->mods & UI_SHIFT);
	}
	ui_use(u);
	return d->commit;
}

ui_result ui_edit_run(ui *u, uint32_t id, rect r, bool centred)
{
	ui_edit *d = &u->edit;
	float em = u->em, pad = 6 * em, room = r.w - 2 * pad;
	float width = text_x(u, (int)strlen(d->text)), caret = text_x(u, d->caret);
	float shift = width <= room ? (centred ? (room - width) / 2 : 0) : caret > room ? room - caret : 0;
	float origin = r.x + pad + shift;
	if (take_events(u, r, origin, d)) {
		d->last = id;
		d->id = 0;
		return UI_TYPED;
	}
	int from, to;
	selection(d, &from, &to);
	d->area = r;
	canvas_box(u->c, r, 4 * em, INK_PANEL, 1);
	canvas_clip(u->c, rect_inset(r, 2, 1));
	float x0 = origin + text_x(u, from), x1 = origin + text_x(u, to);
	if (to > from)
		canvas_box(u->c, (rect){x0, r.y + 3 * em, x1 - x0, r.h - 6 * em}, 2, INK_ACCENT, 0.3f);
	canvas_text(u->c, origin, ui_baseline(u, r, 13), d->text,
	        ui_text_style(u, 13, WEIGHT_REGULAR, INK_TEXT, ALIGN_LEFT));
	float x = origin + text_x(u, d->caret);
	canvas_line(u->c, x, r.y + 4 * em, x, r.y + r.h - 4 * em, ui_line(1.5f, INK_TEXT));
	canvas_clip_end(u->c);
	canvas_frame(u->c, r, 4 * em, ui_line(2, d->error[0] ? INK_BAD : INK_ACCENT));
	return UI_SAME;
}

ui_result ui_entry(ui *u, rect r, const char *name, const char *text, bool centred, const char *tip)
{
	ui_touch t = ui_register(u, r, UI_ENTRY, name, text, tip);
	float em = u->em;
	if (u->edit.id == t.id)
		return ui_edit_run(u, t.id, r, centred);
	if (t.clicked || ui_key_for(u, t.id) == UI_KEY_ENTER) {
		ui_edit_start(u, t.id, text);
		ui_use(u);
	} else if (centred) {
		ui_edit_typed(u, t.id);
	}
	canvas_box(u->c, r, 4 * em, t.hot ? INK_HOVER : INK_PANEL, 1);
	canvas_frame(u->c, r, 4 * em, ui_line(1, INK_BORDER));
	ui_label(u, rect_inset(r, 6 * em, 0), text, 13, WEIGHT_REGULAR, INK_TEXT, centred ? ALIGN_CENTER : ALIGN_LEFT);
	ui_ring(u, r, 4 * em, t.id);
	return UI_SAME;
}

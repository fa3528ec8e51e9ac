/* The core: passes, registration, pointer, focus, tooltips, toasts. */
#include "ui/ui.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { TOAST_SECONDS = 6 };
static const double TIP_DELAY = 0.6;

static const char *const role_names[UI_ROLES] = {
        "button", "toggle", "slider", "entry", "choice", "option", "section", "scroll", "plot", "surface", "status"};
static const bool role_takes_focus[UI_ROLES] = {[UI_BUTTON] = true,
        [UI_TOGGLE] = true,
        [UI_SLIDER] = true,
        [UI_ENTRY] = true,
        [UI_CHOICE] = true,
        [UI_SECTION] = true,
        [UI_PLOT] = true};

const char *ui_role_name(ui_role role)
{
	return role_names[role];
}

void ui_init(ui *u, const ui_clipboard *clipboard)
{
	memset(u, 0, sizeof *u);
	if (clipboard)
		u->clipboard = *clipboard;
	u->popup.result = -1;
}

/* FNV-1a over role and name; 0 means "none". */
static uint32_t control_id(ui_role role, const char *name)
{
	uint32_t h = (2166136261u ^ (uint32_t)role) * 16777619u;
	for (; *name; name++)
		h = (h ^ (unsigned char)*name) * 16777619u;
	return h ? h : 1;
}

static rect intersect(rect a, rect b)
{
	float x0 = fmaxf(a.x, b.x), y0 = fmaxf(a.y, b.y);
	float x1 = fminf(a.x + a.w, b.x + b.w), y1 = fminf(a.y + a.h, b.y + b.h);
	return (rect){x0, y0, fmaxf(x1 - x0, 0), fmaxf(y1 - y0, 0)};
}

/* The lowest layer that can be reached: that of the highest modal surface. */
static int reachable_layer(const ui *u)
{
	int layer = 0;
	for (int i = 0; i < u->count[!u->side]; i++) {
		const ui_control *k = &u->list[!u->side][i];
		if (k->modal && k->layer > layer)
			layer = k->layer;
	}
	return layer;
}

bool ui_reachable(const ui *u)
{
	return u->layer >= reachable_layer(u);
}

static const ui_control *control_at(const ui *u, point p)
{
	const ui_control *best = NULL;
	int lowest = reachable_layer(u);
	for (int i = 0; i < u->count[!u->side]; i++) {
		const ui_control *k = &u->list[!u->side][i];
		if (k->layer >= lowest && k->role != UI_STATUS && rect_has(k->shown, p.x, p.y) &&
		        (!best || k->layer >= best->layer))
			best = k;
	}
	return best;
}

static const ui_control *control_of(const ui *u, uint32_t id)
{
	for (int i = 0; id && i < u->count[!u->side]; i++)
		if (u->list[!u->side][i].id == id)
			return &u->list[!u->side][i];
	return NULL;
}

/* < 0: a comes before b in the order of Tab. */
static int stands(const ui_control *k, int a, int b)
{
	return k[a].rank != k[b].rank ? (k[a].rank > k[b].rank) - (k[a].rank < k[b].rank) : (a > b) - (a < b);
}

static int place_of(const ui *u, uint32_t id)
{
	for (int i = 0; id && i < u->count[!u->side]; i++)
		if (u->list[!u->side][i].id == id)
			return i;
	return -1;
}

static void give_focus(ui *u, const ui_control *k)
{
	u->focus = k->id;
	u->anchor = 0;
	u->ring = u->reveal = true;
}

static void move_focus(ui *u, int direction)
{
	int n = u->count[!u->side], lowest = reachable_layer(u), next = -1, first = -1;
	int from = place_of(u, u->focus ? u->focus : u->anchor);
	bool itself = direction < 0 && !u->focus; /* back to the anchor */
	const ui_control *k = u->list[!u->side];
	for (int i = 0; i < n; i++) {
		if (!k[i].focusable || k[i].layer < lowest || (i == from && !itself))
			continue;
		if (first < 0 || direction * stands(k, i, first) < 0)
			first = i;
		bool ahead = from >= 0 && (i == from || direction * stands(k, i, from) > 0);
		if (ahead && (next < 0 || direction * stands(k, i, next) < 0))
			next = i;
	}
	next = next >= 0 ? next : first; /* round to the other end */
	if (next >= 0)
		give_focus(u, &k[next]);
}

/* To the first control of the next part of the screen that has one, or of the part before. */
static void move_part(ui *u, int direction)
{
	int n = u->count[!u->side], lowest = reachable_layer(u), from = place_of(u, u->focus ? u->focus : u->anchor);
	const ui_control *k = u->list[!u->side], *best = NULL, *end = NULL;
	int here = from >= 0 ? k[from].part : direction > 0 ? -1 : n;
	for (int i = 0; i < n; i++) {
		if (!k[i].focusable || k[i].layer < lowest)
			continue;
		bool ahead = direction > 0 ? k[i].part > here : k[i].part < here;
		if (ahead && (!best || (direction > 0 ? k[i].part < best->part : k[i].part > best->part)))
			best = &k[i];
		if (!end || (direction > 0 ? k[i].part < end->part : k[i].part > end->part))
			end = &k[i];
	}
	if (best || end)
		give_focus(u, best ? best : end);
}

static void pointer_events(ui *u)
{
	ui_event *e = &u->event;
	if (e->kind == UI_MOVE || e->kind == UI_PRESS || e->kind == UI_RELEASE || e->kind == UI_WHEEL) {
		u->pointer = e->at;
		u->inside = true;
	}
	if (e->kind == UI_LEAVE)
		u->inside = false;
	const ui_control *under = u->inside ? control_at(u, u->pointer) : NULL;
	u->hot = under ? under->id : 0;
	if (e->kind == UI_PRESS) {
		u->down = true;
		u->press = e->at;
		u->clicks = e->clicks;
		u->active = u->hot;
		u->ring = false;
		u->anchor = 0;
		if (u->edit.id && u->edit.id != u->hot)
			u->edit.commit = true;
		/* a button leaves the focus where it is, so that the arrow keys keep what they mean */
		u->focus =
		        under && under->focusable && under->role != UI_BUTTON && under->role != UI_PLOT ? under->id : 0;
		u->used = under != NULL;
	}
}

static void focus_events(ui *u)
{
	const ui_event *e = &u->event;
	if (e->kind != UI_KEY || u->used)
		return;
	if (e->key == UI_KEY_TAB && !(e->mods & (UI_CTRL | UI_ALT))) {
		u->edit.commit = u->edit.id != 0;
		move_focus(u, e->mods & UI_SHIFT ? -1 : 1);
		ui_use(u);
	} else if (e->key == UI_KEY_F6 && !(e->mods & (UI_CTRL | UI_ALT))) {
		u->edit.commit = u->edit.id != 0;
		move_part(u, e->mods & UI_SHIFT ? -1 : 1);
		ui_use(u);
	} else if (e->key == UI_KEY_ESCAPE && u->focus && !u->edit.id && !u->modal) {
		u->used = u->ring; /* a visible ring is what Esc takes away first */
		ui_focus_clear(u);
	}
}

/* What lies under a modal surface has no keyboard; it gets it back when the surface has gone. */
static void modal_focus(ui *u)
{
	int lowest = reachable_layer(u);
	const ui_control *k = control_of(u, u->focus);
	u->modal = lowest > 0;
	if (u->modal && u->edit.id && control_of(u, u->edit.id) && control_of(u, u->edit.id)->layer < lowest)
		u->edit.id = 0;
	if (u->modal && k && k->layer < lowest) {
		u->focus_below = u->focus;
		u->ring_below = u->ring;
		ui_focus_clear(u);
	} else if (!u->modal && u->focus_below) {
		if (!u->focus && control_of(u, u->focus_below)) {
			u->focus = u->focus_below;
			u->ring = u->ring_below;
		}
		u->focus_below = 0;
	}
}

static void tip_clock(ui *u)
{
	uint32_t id = u->ring && u->focus ? u->focus : u->hot;
	ui_event_kind kind = u->event.kind;
	bool by_key = u->ring && u->focus;
	if (id != u->tip_id || (kind == UI_KEY && by_key))
		u->tip_since = u->now;
	else if (kind == UI_KEY) /* the pointer only lies there */
		u->tip_since = INFINITY;
	/* whoever has used a control does not need it explained */
	if (u->down || u->edit.id || u->popup.id || kind == UI_RELEASE || kind == UI_WHEEL)
		u->tip_since = INFINITY;
	u->tip_id = id;
}

void ui_begin(ui *u, canvas *c, const ui_event *event, double now)
{
	u->c = c;
	u->em = c->theme->type;
	u->now = now;
	u->event = event ? *event : (ui_event){.kind = UI_NOTHING};
	if (u->event.kind != UI_WHEEL && u->event.kind != UI_NOTHING)
		u->wheel = 0;
	u->used = u->reveal_found = u->moved = u->overlay = u->scrolls = false;
	u->layer = u->rank = u->clips = u->part = 0;
	u->count[u->side] = 0;
	u->popup.result = -1;
	modal_focus(u);
	ui_popup_events(u);
	if (!u->used) {
		pointer_events(u);
		focus_events(u);
	}
	tip_clock(u);
}

/* ---- what lies over the layout ---- */

static void bubble(ui *u, rect at, const char *text, ink ink_text, ink ink_border)
{
	float em = u->em, pad = 8 * em, width = fminf(300 * em, u->c->width - 4 * pad);
	text_extent line = canvas_measure(text, 12 * em, WEIGHT_REGULAR);
	width = fmaxf(fminf(width, line.width + 1), 1);
	float height = ui_paragraph(u, (rect){0, 0, width, 0}, text, 12, ink_text, false);
	rect b = {at.x, at.y + at.h + 6 * em, width + 2 * pad, height + 1.5f * pad};
	if (b.y + b.h > u->c->height - 4)
		b.y = at.y - b.h - 6 * em;
	b.x = fmaxf(fminf(b.x, u->c->width - b.w - 8 * em), 4);
	b.y = fmaxf(b.y, 4);
	canvas_box(u->c, (rect){b.x, b.y + 2, b.w, b.h}, 6 * em, INK_SHADE, 0.25f);
	canvas_box(u->c, b, 6 * em, INK_PANEL, 1);
	canvas_frame(u->c, b, 6 * em, ui_line(1, ink_border));
	ui_paragraph(u, rect_inset(b, pad, 0.75f * pad), text, 12, ink_text, true);
	u->overlay = true;
}

static void tip_draw(ui *u)
{
	const ui_control *k = control_of(u, u->tip_id);
	if (k && k->tip && *k->tip && k->shown.w > 0 && u->now - u->tip_since >= TIP_DELAY && !u->down)
		bubble(u, k->shown, k->tip, INK_TEXT, INK_BORDER);
}

static void toast_draw(ui *u)
{
	bool seen = u->event.kind == UI_KEY || u->event.kind == UI_PRESS;
	if (u->now >= u->toast_until && (!u->still || seen))
		u->toast[0] = 0;
	if (!u->toast[0])
		return;
	bool placed = u->toast_area.w > 0;
	rect at = placed ? u->toast_area : (rect){0, 0, u->c->width, u->c->height - 72 * u->em};
	float em = u->em, pad = (placed ? 8 : 12) * em, room = at.w - 4 * pad;
	float width = fminf(canvas_measure(u->toast, 13 * em, WEIGHT_REGULAR).width + 1, fminf(room, 640 * em));
	if (width <= 0)
		return;
	float height = ui_paragraph(u, (rect){0, 0, width, 0}, u->toast, 13, INK_WINDOW, false);
	rect b = {at.x + (at.w - width) / 2 - pad, at.y + at.h - height, width + 2 * pad, height + 1.5f * pad};
	if (placed)
		b.y = fmaxf(at.y + at.h - b.h - 4 * em, 2);
	/* whoever goes there wants what lies below */
	bool read = u->now > u->toast_until - TOAST_SECONDS + 1;
	if (u->event.kind == UI_MOVE && read && !u->still && rect_has(b, u->pointer.x, u->pointer.y)) {
		u->toast[0] = 0;
		return;
	}
	canvas_box(u->c, b, 8 * em, INK_TEXT, 1);
	ui_paragraph(u, rect_inset(b, pad, 0.75f * pad), u->toast, 13, INK_WINDOW, true);
	ui_layer(u, 4);
	ui_status(u, b, "toast", u->toast);
	u->overlay = true;
}

static void error_draw(ui *u)
{
	if (u->edit.id && u->edit.error[0])
		bubble(u, u->edit.area, u->edit.error, INK_BAD, INK_BAD);
}

/* The control that had the keyboard is no longer there: Tab goes on from what stood before it. */
static void focus_gone(ui *u)
{
	const ui_control *before = u->list[u->side];
	int at = -1, nearest = -1, n = u->count[u->side];
	for (int i = 0; i < n; i++)
		if (before[i].id == u->focus)
			at = i;
	for (int i = 0; i < n && at >= 0; i++)
		if (before[i].focusable && stands(before, i, at) < 0 && control_of(u, before[i].id) &&
		        (nearest < 0 || stands(before, i, nearest) > 0))
			nearest = i;
	u->focus = 0;
	u->anchor = nearest >= 0 ? before[nearest].id : 0;
}

/* Ids that were not registered in this pass no longer hold anything. */
static void forget_missing(ui *u)
{
	if (u->edit.id && !control_of(u, u->edit.id))
		u->edit.id = 0;
	if (u->focus && !control_of(u, u->focus))
		focus_gone(u);
	if (u->popup.id && !control_of(u, u->popup.id))
		u->popup.id = 0;
}

void ui_end(ui *u)
{
	ui_popup_draw(u);
	u->side = !u->side; /* control_of and control_at now see this pass */
	forget_missing(u);
	u->side = !u->side;
	tip_draw(u);
	error_draw(u);
	toast_draw(u);
	u->side = !u->side;
	u->edit.commit = false;
	if (u->modal && reachable_layer(u) == 0)
		u->moved = true; /* what lay below has the keyboard again */
	u->reveal = u->reveal && !u->reveal_found && u->event.kind == UI_KEY;
	if (u->event.kind == UI_RELEASE) {
		u->down = false;
		u->active = 0;
	}
}

const ui_event *ui_unused(const ui *u)
{
	return u->used || u->event.kind == UI_NOTHING ? NULL : &u->event;
}

double ui_due(const ui *u)
{
	double due = INFINITY;
	const ui_control *k = control_of(u, u->tip_id);
	if (k && k->tip && *k->tip && u->now - u->tip_since < TIP_DELAY)
		due = u->tip_since + TIP_DELAY;
	if (u->toast[0] && !u->still && u->toast_until < due)
		due = u->toast_until;
	return due;
}

const ui_control *ui_controls(const ui *u, int *count)
{
	*count = u->count[!u->side];
	return u->list[!u->side];
}

const ui_control *ui_find(const ui *u, const char *name)
{
	for (int i = 0; i < u->count[!u->side]; i++)
		if (strcmp(u->list[!u->side][i].name, name) == 0)
			return &u->list[!u->side][i];
	return NULL;
}

void ui_focus_clear(ui *u)
{
	u->focus = u->anchor = 0;
	u->ring = false;
}

void ui_focus_first(ui *u)
{
	ui_focus_clear(u);
	move_focus(u, 1);
}

void ui_use(ui *u)
{
	u->used = true;
}

/* ---- registration ---- */

void ui_layer(ui *u, int layer)
{
	u->layer = layer;
}

void ui_rank(ui *u, int rank)
{
	u->rank = rank;
}

void ui_part(ui *u)
{
	u->part++;
}

void ui_clip(ui *u, rect r)
{
	canvas_clip(u->c, r);
	rect outer = u->clips > 0 ? u->clip[u->clips - 1] : (rect){0, 0, u->c->width, u->c->height};
	if (u->clips < UI_CLIPS)
		u->clip[u->clips++] = intersect(outer, r);
}

void ui_clip_end(ui *u)
{
	canvas_clip_end(u->c);
	if (u->clips > 0)
		u->clips--;
}

/* Copies at most size − 1 bytes without cutting a UTF-8 character. */
static void copy_text(char *to, size_t size, const char *from)
{
	size_t n = strlen(from);
	if (n >= size) {
		n = size - 1;
		while (n > 0 && ((unsigned char)from[n] & 0xC0) == 0x80)
			n--;
	}
	memcpy(to, from, n);
	to[n] = 0;
}

ui_touch ui_register(ui *u, rect r, ui_role role, const char *name, const char *value, const char *tip)
{
	ui_touch t = {.id = control_id(role, name)};
	rect bounds = u->clips > 0 ? u->clip[u->clips - 1] : (rect){0, 0, u->c->width, u->c->height};
	if (u->count[u->side] < UI_CONTROLS) {
		ui_control *k = &u->list[u->side][u->count[u->side]++];
		*k = (ui_control){.id = t.id,
		        .role = role,
		        .layer = u->layer,
		        .rank = u->rank,
		        .part = u->part,
		        .focusable = role_takes_focus[role],
		        .area = r,
		        .shown = intersect(bounds, r),
		        .tip = tip};
		copy_text(k->name, sizeof k->name, name);
		copy_text(k->value, sizeof k->value, value ? value : "");
	}
	if (u->reveal && u->focus == t.id) {
		u->reveal_area = r;
		u->reveal_found = true;
	}
	bool mine = u->active == t.id;
	t.focused = u->focus == t.id;
	t.held = mine && u->down;
	t.hot = u->hot == t.id && (u->active == 0 || mine);
	t.pressed = mine && u->event.kind == UI_PRESS;
	t.clicked = mine && u->event.kind == UI_RELEASE && rect_has(intersect(bounds, r), u->pointer.x, u->pointer.y);
	return t;
}

void ui_surface(ui *u, rect r, const char *name, bool modal)
{
	ui_register(u, r, UI_SURFACE, name, "", NULL);
	if (u->count[u->side] > 0)
		u->list[u->side][u->count[u->side] - 1].modal = modal;
}

void ui_status(ui *u, rect r, const char *name, const char *value)
{
	ui_register(u, r, UI_STATUS, name, value, NULL);
}

int ui_key_for(ui *u, uint32_t id)
{
	bool page = u->event.key == UI_KEY_PAGE_UP || u->event.key == UI_KEY_PAGE_DOWN;
	bool mine = u->event.kind == UI_KEY && !u->used && u->focus == id;
	return mine && !(page && u->paging && !u->modal) ? u->event.key : 0;
}

void ui_toast(ui *u, const char *text)
{
	copy_text(u->toast, sizeof u->toast, text);
	u->toast_until = u->now + TOAST_SECONDS;
}

/* ---- type and lines ---- */

text_style ui_text_style(const ui *u, float size, weight w, ink colour, align a)
{
	return (text_style){.size = size * u->em, .weight = w, .ink = colour, .align = a};
}

float ui_baseline(const ui *u, rect r, float size)
{
	/* 0.73 em is the height of DejaVu's capitals: centring them looks centred */
	return r.y + r.h / 2 + 0.365f * size * u->em;
}

stroke ui_line(float width, ink colour)
{
	return (stroke){.width = width, .ink = colour, .alpha = 1};
}

void ui_ring(ui *u, rect r, float radius, uint32_t id)
{
	if (u->ring && u->focus == id)
		canvas_frame(u->c, rect_inset(r, -3, -3), radius + 3,
		        ui_line(2, INK_ACCENT)); /* a gap, or the accent would hide it */
}

void ui_label(ui *u, rect r, const char *text, float size, weight w, ink colour, align a)
{
	char cut[UI_TEXT * 2];
	float x = a == ALIGN_LEFT ? r.x : a == ALIGN_RIGHT ? r.x + r.w : r.x + r.w / 2;
	if (r.w <= 0)
		return;
	canvas_fit(cut, (int)sizeof cut, text, r.w, size * u->em, w);
	canvas_text(u->c, x, ui_baseline(u, r, size), cut, ui_text_style(u, size, w, colour, a));
}

/* Bytes of the longest start of `text` that ends at a space and fits, at least one word; *skip adds the spaces. */
static int line_break(const char *text, float width, float em, int *skip)
{
	char line[256];
	int best = 0, at = 0;
	while (text[at] && at < (int)sizeof line - 1 && text[at] != '\n') {
		int end = at;
		while (text[end] == ' ')
			end++;
		while (text[end] && text[end] != ' ' && text[end] != '\n' && end < (int)sizeof line - 1)
			end++;
		memcpy(line, text, (size_t)end);
		line[end] = 0;
		if (best > 0 && canvas_measure(line, em, WEIGHT_REGULAR).width > width)
			break;
		best = at = end;
	}
	*skip = best;
	while (text[*skip] == ' ')
		(*skip)++;
	if (text[*skip] == '\n')
		(*skip)++;
	return best;
}

float ui_paragraph(ui *u, rect r, const char *text, float size, ink colour, bool draw)
{
	float em = size * u->em, leading = 1.4f * em, y = r.y;
	char line[256], cut[256];
	while (*text) {
		int skip, n = line_break(text, r.w, em, &skip);
		if (draw) {
			memcpy(line, text, (size_t)n);
			line[n] = 0;
			canvas_fit(cut, (int)sizeof cut, line, r.w, em, WEIGHT_REGULAR);
			canvas_text(u->c, r.x, y + 1.05f * em, cut,
			        ui_text_style(u, size, WEIGHT_REGULAR, colour, ALIGN_LEFT));
		}
		y += leading;
		text += skip > 0 ? skip : 1;
	}
	return y - r.y;
}

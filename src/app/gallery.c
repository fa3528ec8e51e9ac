#include "app/gallery.h"

#include "app/bench.h"
#include "app/command.h"
#include "app/lesson_open.h"
#include "app/recent.h"
#include "app/tutor.h"
#include "base/text.h"
#include "io/png.h"
#include "plot/label.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* points at type scale 1 */
static const float HEAD = 72, MARGIN = 24, GAP = 16, CARD = 264, TEXT = 116, PAD = 12, SECTION = 40, BUTTON = 32,
                   FRAME = 6;
static const float THUMB_SHAPE = (float)THUMB_HEIGHT / THUMB_WIDTH;

/* In this order; the last runs stand in the first row, as many as it has room for. */
enum { SECTION_FIRST, SECTION_LESSONS, SECTION_EARLIER, SECTION_PICTURES, SECTIONS };
static const char *const sections[SECTIONS] = {NULL, "Lessons", "Earlier runs", "Saved pictures"};

/* ---- keeping runs ---- */

void gallery_keep(bench *b)
{
	static run_state s;
	static char text[STATE_TEXT];
	gallery *g = &b->gallery;
	err e;
	if (!g->keeps)
		return;
	bench_state(b, &s);
	state_write(&s, text, sizeof text);
	if (g->present && strcmp(g->present, text) == 0)
		return;
	free(g->present);
	g->present = strdup(text);
	thumbs_keep(g->thumbs, text, b->settings.theme, b->snap, b->view, b->views);
	if (b->snap->end > 0 && !recent_update(g->aside, text, (long long)time(NULL), &e))
		ui_toast(&b->ui, e.text);
	free(g->aside);
	g->aside = NULL;
}

void gallery_aside(bench *b)
{
	static run_state s;
	static char text[STATE_TEXT];
	gallery *g = &b->gallery;
	err e;
	if (!g->keeps || b->snap->end == 0)
		return;
	bench_state(b, &s);
	state_write(&s, text, sizeof text);
	if ((g->aside && strcmp(g->aside, text) == 0) || (g->present && strcmp(g->present, text) == 0) ||
	        !recent_update(g->aside, text, (long long)time(NULL), &e))
		return; /* a folder that cannot be written is told when the run is left */
	free(g->aside);
	g->aside = strdup(text);
}

/* ---- opening and closing ---- */

void gallery_open(bench *b)
{
	gallery *g = &b->gallery;
	g->bench_seen = g->bench_seen || !g->open;
	g->open = true;
	g->search[0] = 0;
	g->deaf = g->bench_seen;
	g->offset = 0;
	b->help = b->choosing = false;
	if (g->bench_seen)
		gallery_keep(b);
	cards_load(&g->all);
	ui_focus_clear(&b->ui);
}

void gallery_close(bench *b)
{
	b->gallery.open = false;
	b->gallery.bench_seen = true;
	b->chrome_changed = true;
	ui_focus_clear(&b->ui);
}

void gallery_done(gallery *g)
{
	thumbs_free(g->thumbs);
	g->thumbs = NULL;
	cards_free(&g->all);
	free(g->present);
	free(g->aside);
	g->present = g->aside = NULL;
}

bool gallery_allows(const char *name)
{
	static const char *const names[] = {"back", "gallery", "settings", "help", "theme", "fullscreen", "larger",
	        "smaller", "normal", "paste", "quit"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

bool gallery_back(bench *b)
{
	gallery *g = &b->gallery;
	if (g->search[0])
		g->search[0] = 0;
	else if (g->bench_seen)
		gallery_close(b);
	else
		return false;
	return true;
}

static void open_state(bench *b, const char *text)
{
	static run_state s;
	const view *list[BENCH_VIEWS];
	int n;
	err e = {0};
	if (state_read(&s, text, &e) && view_pick(&s, list, &n, &e))
		bench_open(b, &s);
	else
		ui_toast(&b->ui, e.text);
}

/* A run that is opened here takes the place of a lesson, too; what cannot be opened leaves it. */
static void open_run(bench *b, const char *state, const char *file)
{
	tutor *t = b->tutor;
	if (t)
		t->opening = true;
	if (file)
		bench_drop(b, file);
	else
		open_state(b, state);
	if (t)
		t->opening = false;
	if (!b->gallery.open)
		tutor_close(b);
}

static void open_card(bench *b, const card_info *k)
{
	static char path[FILE_PATH]; /* the card goes when the gallery is read anew */
	snprintf(path, sizeof path, "%s", k->path ? k->path : "");
	switch (k->kind) {
	case CARD_FREE:
		open_run(b, cards_first_state, NULL);
		break;
	case CARD_LESSON:
		gallery_close(b);
		bench_lesson(b, path);
		break;
	case CARD_RECENT:
		open_run(b, k->state, NULL);
		break;
	case CARD_PICTURE:
		open_run(b, NULL, path);
		break;
	default:
		gallery_close(b);
		break;
	}
}

/* ---- one card ---- */

/* Stands where no picture is yet, or none can be: a curve that decays, as gradients do. */
static void sketch(canvas *c, rect r)
{
	enum { POINTS = 40 };
	point p[POINTS];
	rect at = rect_inset(r, r.w / 5, r.h / 4);
	for (int i = 0; i < POINTS; i++) {
		float x = (float)i / (POINTS - 1);
		p[i] = (point){at.x + x * at.w, at.y + at.h * (1 - expf(-4 * (1 - x)))};
	}
	canvas_line(c, at.x, at.y + at.h, at.x + at.w, at.y + at.h, ui_line(1, INK_BORDER));
	canvas_polyline(c, p, POINTS, ui_line(2, INK_BORDER));
}

static void picture(bench *b, rect r, const card_info *k)
{
	canvas *c = b->ui.c;
	gallery *g = &b->gallery;
	thumb_image t = {0};
	if (k->kind == CARD_PICTURE)
		t = thumbs_picture(g->thumbs, k->path);
	else if (k->state)
		t = thumbs_state(g->thumbs, k->state, b->settings.theme);
	if (!t.argb) {
		sketch(c, r);
		return;
	}
	float scale = fminf(r.w / (float)t.w, r.h / (float)t.h), w = scale * (float)t.w, h = scale * (float)t.h;
	canvas_image(c, (rect){r.x + (r.w - w) / 2, r.y + (r.h - h) / 2, w, h}, t.argb, t.w, t.h, true);
}

/* A tick and the word: not by colour alone. */
static void done_mark(bench *b, rect r)
{
	float em = b->ui.em, x = r.x + r.w - 38 * em, y = r.y + r.h / 2;
	point tick[] = {{x - 12 * em, y}, {x - 9 * em, y + 3.5F * em}, {x - 3 * em, y - 4 * em}};
	canvas_polyline(b->ui.c, tick, 3, ui_line(2, INK_GOOD));
	ui_label(&b->ui, r, "done", 12, WEIGHT_BOLD, INK_GOOD, ALIGN_RIGHT);
}

static void card_text(bench *b, rect r, const card_info *k)
{
	ui *u = &b->ui;
	float em = u->em;
	rect title = rect_cut_top(&r, 22 * em), foot = rect_cut_bottom(&r, 18 * em);
	float size = canvas_measure(k->title, 14 * em, WEIGHT_BOLD).width <= title.w ? 14 : 12.5F;
	ui_label(u, title, k->title, size, WEIGHT_BOLD, INK_TEXT, ALIGN_LEFT);
	label_paragraph(u->c, r, k->line, ui_text_style(u, 12, WEIGHT_REGULAR, INK_MUTED, ALIGN_LEFT), 3);
	ui_label(u, foot, k->note, 12, WEIGHT_REGULAR, INK_MUTED, ALIGN_LEFT);
	if (k->done)
		done_mark(b, foot);
}

static bool card_draw(bench *b, rect r, const card_info *k)
{
	ui *u = &b->ui;
	float em = u->em, line = em;
	char value[64];
	snprintf(value, sizeof value, "%.50s%s", k->title, k->done ? ", done" : "");
	bool pressed = ui_card(u, r, k->name, value, NULL);
	if (u->count[u->side] > 0 && !(u->list[u->side][u->count[u->side] - 1].shown.h > 0))
		return pressed; /* scrolled out: its picture can wait */
	rect inner = rect_inset(r, line, line);
	rect top = rect_cut_top(&inner, inner.h - TEXT * em);
	canvas_clip(u->c, top);
	picture(b, rect_inset(top, FRAME * em, FRAME * em), k);
	canvas_clip_end(u->c);
	canvas_line(u->c, top.x, top.y + top.h, top.x + top.w, top.y + top.h, ui_line(1, INK_GRID));
	card_text(b, rect_inset(inner, PAD * em, 8 * em), k);
	return pressed;
}

/* ---- the card of the present run ---- */

static void describe_present(const bench *b, card_info *k)
{
	char title[80], update[32], loss[32];
	const snap_arm *a = &b->snap->arm[0];
	int at;
	*k = (card_info){.kind = CARD_BACK, .state = b->gallery.present};
	snprintf(k->name, sizeof k->name, "back to the bench");
	bool taught = b->tutor && !b->tutor->free && b->tutor->l->title;
	snprintf(k->title, sizeof k->title, "Back to %s",
	        taught ? b->tutor->l->title : cards_run_title(&b->config, title, sizeof title));
	at = snprintf(k->line, sizeof k->line, "%s at update %s", b->playing ? "training" : "waiting",
	        text_short(update, sizeof update, (double)b->snap->update, 9));
	if (isfinite(a->now[SNAP_LOSS]))
		snprintf(k->line + at, sizeof k->line - (size_t)at, ", loss %s",
		        text_short(loss, sizeof loss, a->now[SNAP_LOSS], 4));
	snprintf(k->note, sizeof k->note, "Esc goes there");
}

/* ---- the grid ---- */

static int columns_for(float width, float em)
{
	int n = (int)((width + GAP * em) / ((CARD + GAP) * em));
	return n > 1 ? n : 1;
}

static float card_height(float width, float em)
{
	return (width - (FRAME + 1) * 2 * em) * THUMB_SHAPE + (FRAME + 1) * 2 * em + TEXT * em;
}

typedef struct flow { /* where the next card goes */
	rect area;
	float y, width, height, gap;
	int columns, column, row;
	int section;
} flow;

static rect flow_next(flow *f)
{
	if (f->column == f->columns) {
		f->column = 0;
		f->row++;
		f->y += f->height + f->gap;
	}
	rect r = {f->area.x + (float)f->column * (f->width + f->gap), f->y, f->width, f->height};
	f->column++;
	return r;
}

/* A section begins in a row of its own, below its heading. */
static rect flow_heading(flow *f, int section, float height)
{
	if (f->column > 0) {
		f->y += f->height + f->gap;
		f->row++;
	}
	f->column = 0;
	f->section = section;
	rect r = {f->area.x, f->y, f->area.w, height};
	f->y += height;
	return r;
}

static flow flow_begin(rect area, float em)
{
	int n = columns_for(area.w, em);
	float width = floorf((area.w - GAP * em * (float)(n - 1)) / (float)n);
	return (flow){.area = area,
	        .y = area.y,
	        .width = width,
	        .height = card_height(width, em),
	        .gap = GAP * em,
	        .columns = n,
	        .section = SECTION_FIRST};
}

/* Which cards stand where: indices, −1 for the card of the present run; returns how many. */
static int arrange(const bench *b, const card_info *present, int columns, int index[], int section[])
{
	const gallery *g = &b->gallery;
	int n = 0, first = 0;
	for (int part = SECTION_FIRST; part < SECTIONS; part++) {
		int runs = 0;
		for (int i = g->bench_seen ? -1 : 0; i < g->all.n; i++) {
			const card_info *k = i < 0 ? present : g->all.card[i];
			bool twice = k->kind == CARD_RECENT && g->bench_seen && g->present &&
			             recent_same(k->state, g->present);
			if (twice || !card_matches(k, g->search))
				continue;
			int place = k->kind == CARD_LESSON    ? SECTION_LESSONS
			            : k->kind == CARD_PICTURE ? SECTION_PICTURES
			                                      : SECTION_FIRST;
			if (k->kind == CARD_RECENT && part == SECTION_FIRST && n == columns)
				continue; /* the row is full */
			if (k->kind == CARD_RECENT && part == SECTION_EARLIER && runs++ >= first)
				place = SECTION_EARLIER;
			if (place != part)
				continue;
			first += k->kind == CARD_RECENT && part == SECTION_FIRST;
			index[n] = i;
			section[n++] = part;
		}
	}
	return n;
}

/* Lays all cards out; draws them when `draw` is set. Returns the height. */
static float lay_out(bench *b, rect area, bool draw, const card_info **pressed)
{
	static int index[CARDS_MOST + 1], section[CARDS_MOST + 1];
	gallery *g = &b->gallery;
	float em = b->ui.em;
	flow f = flow_begin(area, em);
	card_info present;
	if (draw)
		g->shown = 0;
	g->columns = f.columns;
	describe_present(b, &present);
	int n = arrange(b, &present, f.columns, index, section);
	bool runs = false;
	for (int p = 0; p < n; p++)
		runs = runs || (index[p] >= 0 && g->all.card[index[p]]->kind == CARD_RECENT);
	for (int p = 0; p < n; p++) {
		int i = index[p];
		const card_info *k = i < 0 ? &present : g->all.card[i];
		if (section[p] == SECTION_LESSONS && f.section == SECTION_FIRST && !runs) {
			f.section = SECTION_LESSONS; /* no runs yet: the lessons stand beside the free bench */
		} else if (section[p] != f.section) {
			rect head = flow_heading(&f, section[p], SECTION * em);
			if (draw)
				ui_label(&b->ui, head, sections[section[p]], 15, WEIGHT_BOLD, INK_TEXT, ALIGN_LEFT);
		}
		rect r = flow_next(&f);
		if (!draw)
			continue;
		g->row[g->shown] = f.row;
		g->column[g->shown] = f.column - 1;
		g->order[g->shown++] = i;
		if (i < 0)
			g->back = r;
		if (card_draw(b, r, k) && pressed && !*pressed)
			*pressed = i < 0 ? k : g->all.card[i];
		if (i < 0 && *pressed == k) { /* its card is gone after this */
			*pressed = NULL;
			gallery_close(b);
			break;
		}
	}
	return f.y + (f.column > 0 ? f.height : 0) - area.y;
}

/* ---- keyboard ---- */

static const char *name_of(const gallery *g, int place)
{
	int i = g->order[place];
	return i < 0 ? "back to the bench" : g->all.card[i]->name;
}

static int focused_place(bench *b)
{
	const gallery *g = &b->gallery;
	for (int i = 0; i < g->shown; i++) {
		const ui_control *k = ui_find(&b->ui, name_of(g, i));
		if (k && k->id == b->ui.focus)
			return i;
	}
	return -1;
}

/* The card nearest to a column in the next row that has cards, up or down. */
static int in_next_row(const gallery *g, int at, int direction)
{
	int best = at, row = 0;
	for (int i = at + direction; i >= 0 && i < g->shown; i += direction) {
		if (g->row[i] == g->row[at])
			continue;
		if (best == at)
			row = g->row[i];
		if (g->row[i] != row)
			break;
		if (best == at || abs(g->column[i] - g->column[at]) < abs(g->column[best] - g->column[at]))
			best = i;
	}
	return best;
}

static int moved(const gallery *g, int at, int key)
{
	if (at < 0)
		return key == UI_KEY_END ? g->shown - 1 : 0;
	switch (key) {
	case UI_KEY_LEFT:
		return at > 0 ? at - 1 : at;
	case UI_KEY_RIGHT:
		return at + 1 < g->shown ? at + 1 : at;
	case UI_KEY_UP:
		return in_next_row(g, at, -1);
	case UI_KEY_DOWN:
		return in_next_row(g, at, 1);
	case UI_KEY_HOME:
		return 0;
	case UI_KEY_END:
		return g->shown - 1;
	default:
		return at;
	}
}

static void search_add(gallery *g, const char *text)
{
	size_t n = strlen(g->search), more = strlen(text);
	if (n + more < sizeof g->search && (unsigned char)text[0] >= ' ' && !(n == 0 && text[0] == ' '))
		memcpy(g->search + n, text, more + 1);
	g->offset = 0;
}

static void search_cut(gallery *g)
{
	size_t n = strlen(g->search);
	while (n > 0 && ((unsigned char)g->search[--n] & 0xC0) == 0x80)
		;
	g->search[n] = 0;
	g->offset = 0;
}

/* What is typed searches; the arrows walk over the cards; Enter opens what was found first. */
static void keyboard(bench *b, const card_info **pressed)
{
	ui *u = &b->ui;
	gallery *g = &b->gallery;
	const ui_event *e = &u->event;
	g->deaf = g->deaf && e->kind != UI_KEY;
	if (u->used || b->help || b->preferences.open)
		return;
	if (e->kind == UI_TYPE && strcmp(e->text, "?") != 0) {
		if (!g->deaf)
			search_add(g, e->text);
		g->deaf = false;
		ui_use(u);
	}
	if (e->kind != UI_KEY || e->mods & (UI_CTRL | UI_ALT))
		return;
	int at = focused_place(b);
	bool arrow = (e->key >= UI_KEY_LEFT && e->key <= UI_KEY_DOWN) || e->key == UI_KEY_HOME || e->key == UI_KEY_END;
	if (arrow && g->shown > 0) {
		ui_focus(u, name_of(g, moved(g, at, e->key)));
		ui_use(u);
	} else if (e->key == UI_KEY_BACKSPACE) {
		search_cut(g);
		ui_use(u);
	} else if (e->key == UI_KEY_ENTER && at < 0 && g->shown > 0 && g->search[0]) {
		if (g->order[0] >= 0)
			*pressed = g->all.card[g->order[0]];
		else
			gallery_close(b);
		ui_use(u);
	} else if (e->key < 128) {
		ui_use(u); /* a letter: its text comes as an event of its own */
	}
}

/* ---- the screen ---- */

static void search_field(bench *b, rect r)
{
	ui *u = &b->ui;
	const gallery *g = &b->gallery;
	float em = u->em;
	char shown[GALLERY_SEARCH + 8];
	ui_status(u, r, "search", g->search);
	canvas_box(u->c, r, 6 * em, INK_PANEL, 1);
	canvas_frame(u->c, r, 6 * em, ui_line(g->search[0] ? 2 : 1, g->search[0] ? INK_ACCENT : INK_BORDER));
	float x = r.x + 16 * em, y = r.y + r.h / 2;
	canvas_ring(u->c, x - em, y - em, 4.5F * em, ui_line(1.5F, INK_MUTED));
	canvas_line(u->c, x + 2.5F * em, y + 2.5F * em, x + 6 * em, y + 6 * em, ui_line(1.5F, INK_MUTED));
	rect text = {r.x + 30 * em, r.y, r.w - 38 * em, r.h};
	canvas_fit(shown, sizeof shown, g->search, text.w, 13 * em, WEIGHT_REGULAR);
	if (!g->search[0]) {
		ui_label(u, text, "type to search", 13, WEIGHT_REGULAR, INK_MUTED, ALIGN_LEFT);
		return;
	}
	ui_label(u, text, shown, 13, WEIGHT_REGULAR, INK_TEXT, ALIGN_LEFT);
	x = text.x + canvas_measure(shown, 13 * em, WEIGHT_REGULAR).width + 1;
	canvas_line(u->c, x, r.y + 7 * em, x, r.y + r.h - 7 * em, ui_line(1.5F, INK_TEXT));
}

static void head_draw(bench *b, rect r)
{
	static const struct {
		const char *name, *command, *label;
		ui_icon icon;
		float width;
	} right[] = {{"settings", "settings", "Settings", ICON_NONE, 84}, {"theme", "theme", NULL, ICON_THEME, 32},
	        {"help", "help", "?", ICON_NONE, 32}};
	enum { RIGHT = sizeof right / sizeof *right };
	ui *u = &b->ui;
	float em = u->em, side = fminf(BUTTON * em, r.h - 4), y = r.y + (r.h - side) / 2, gap = 8 * em;
	float x = r.x + r.w;
	rect place[RIGHT];
	for (int i = RIGHT - 1; i >= 0; i--) {
		x -= right[i].width * em;
		place[i] = (rect){x, y, right[i].width * em, side};
		x -= gap / 2;
	}
	float room = x - gap - r.x, search = fminf(280 * em, 0.5F * room);
	bool wide = room > 330 * em;
	rect field = {x - gap - (wide ? search : fmaxf(room, 1)), y, wide ? search : fmaxf(room, 1), side};
	if (wide) {
		rect title = {r.x, r.y + r.h / 2 - 24 * em, field.x - gap - r.x, 30 * em};
		ui_label(u, title, "unroll", 22, WEIGHT_BOLD, INK_TEXT, ALIGN_LEFT);
		title.y += 29 * em;
		title.h = 18 * em;
		ui_label(u, title, "watch gradients travel through time", 12, WEIGHT_REGULAR, INK_MUTED, ALIGN_LEFT);
	}
	if (room > 60 * em)
		search_field(b, field);
	for (int i = 0; i < RIGHT; i++)
		if (place[i].x >= r.x && ui_button(u, place[i], right[i].name, right[i].icon, right[i].label,
		                                 LOOK_PLAIN, command_tip(right[i].command)))
			command_run(b, right[i].command);
}

void gallery_draw(bench *b)
{
	ui *u = &b->ui;
	gallery *g = &b->gallery;
	float em = u->em;
	const card_info *pressed = NULL;
	rect rest = {0, 0, u->c->width, u->c->height};
	canvas_box(u->c, rest, 0, INK_WINDOW, 1);
	float margin = fminf(MARGIN * em, rest.w / 24);
	rect head = rect_cut_top(&rest, fmaxf(fminf(HEAD * em, rest.h / 4), 28 * em));
	head_draw(b, rect_inset(head, margin, 0));
	rect inner = rest;
	inner.x += margin;
	inner.w = fmaxf(rest.w - margin - fmaxf(margin, UI_TARGET * em), 1);
	g->back = (rect){0};
	float content = lay_out(b, inner, false, NULL) + margin + 4;
	ui_part(u);
	rect at = ui_scroll(u, rest, "gallery scroll bar", content, &g->offset);
	at.x = inner.x;
	at.y += 4; /* room for the ring of the focus */
	at.w = inner.w;
	lay_out(b, at, true, &pressed);
	if (g->shown == 0)
		ui_label(u, (rect){at.x, rest.y, at.w, 60 * em}, "Nothing is called that. Esc shows everything.", 14,
		        WEIGHT_REGULAR, INK_MUTED, ALIGN_LEFT);
	ui_scroll_end(u, rest, content, &g->offset);
	keyboard(b, &pressed);
	if (pressed)
		open_card(b, pressed);
}

/* The list of views: which are shown, and in which order. */
#include "app/bench.h"
#include "app/command.h"

#include <math.h>
#include <stdio.h>

enum { VIEWS_MOST = 48 };

static const float ROW = 34, PAD = 24, NAME = 190, TOGGLE = 72, BUTTON = 26; /* points at type scale 1 */

static int place_of(const bench *b, const view *v)
{
	for (int i = 0; i < b->views; i++)
		if (b->view[i] == v)
			return i;
	return -1;
}

static void view_row(bench *b, rect r, const view *v)
{
	ui *u = &b->ui;
	float em = u->em;
	int at = place_of(b, v);
	bool on = at >= 0;
	char name[48], title[64];
	rect toggle = rect_cut_left(&r, TOGGLE * em), buttons = rect_cut_right(&r, 2 * BUTTON * em + 8 * em);
	/* the words do what the switch does, and say the rest of what has no room */
	rect words = rect_inset(r, 0, 2 * em);
	snprintf(name, sizeof name, "words: %.30s", v->name);
	ui_touch t = ui_register(u, words, UI_OPTION, name, on ? "chosen" : "", v->summary);
	if (t.hot)
		canvas_box(u->c, rect_inset(words, -4 * em, 0), 4 * em, INK_HOVER, 1);
	rect left = rect_cut_left(&r, fminf(NAME * em, r.w));
	snprintf(name, sizeof name, "view: %.30s", v->name);
	if (ui_toggle(u, toggle, name, &on, "show this plot") || t.clicked)
		bench_toggle_view(b, v);
	if (at >= 0)
		snprintf(title, sizeof title, "%d  %.50s", at + 1, v->title);
	else
		snprintf(title, sizeof title, "%.50s", v->title);
	ui_label(u, left, title, 13, WEIGHT_BOLD, at >= 0 || t.hot ? INK_TEXT : INK_MUTED, ALIGN_LEFT);
	if (r.w > 60 * em)
		ui_label(u, r, v->summary, 12, WEIGHT_REGULAR, t.hot ? INK_TEXT : INK_MUTED, ALIGN_LEFT);
	if (at < 0)
		return;
	rect up = {buttons.x + 4 * em, buttons.y + (buttons.h - BUTTON * em) / 2, BUTTON * em, BUTTON * em}, down = up;
	down.x += (BUTTON + 2) * em;
	snprintf(name, sizeof name, "%.30s earlier", v->name);
	if (at > 0 && ui_button(u, up, name, ICON_UP, NULL, LOOK_PLAIN, "earlier"))
		bench_move_view(b, v, -1);
	snprintf(name, sizeof name, "%.30s later", v->name);
	if (at + 1 < b->views && ui_button(u, down, name, ICON_DOWN, NULL, LOOK_PLAIN, "later"))
		bench_move_view(b, v, 1);
}

void chooser_draw(bench *b)
{
	ui *u = &b->ui;
	float em = u->em, pad = PAD * em;
	const view *order[VIEWS_MOST];
	int n = 0;
	for (int i = 0; i < b->views; i++)
		order[n++] = b->view[i];
	for (int i = 0; i < views_count && n < VIEWS_MOST; i++)
		if (place_of(b, views[i]) < 0)
			order[n++] = views[i];
	float content = (float)n * ROW * em;
	float width = fminf(820 * em, u->c->width), height = fminf(content + 4 * pad, u->c->height);
	ui_dialog d = ui_dialog_begin(u, width, height, "Plots: one to eight, in this order", "close views");
	rect inner = d.inside;
	rect_cut_top(&inner, 12 * em);
	rect at = ui_scroll(u, inner, "views scroll bar", content, &b->choose_offset);
	at.w -= UI_TARGET * em;
	for (int i = 0; i < n; i++)
		view_row(b, rect_cut_top(&at, ROW * em), order[i]);
	ui_scroll_end(u, inner, content, &b->choose_offset);
	if (ui_dialog_end(u, &d))
		b->choosing = false;
}

#include "app/sweeper.h"

#include "app/bench.h"
#include "app/command.h"
#include "base/text.h"

#include <math.h>
#include <stdio.h>

static const float BUTTON = 28, GAP = 8, SLIDER = 220; /* points at type scale 1 */
static const double EACH = 0.4, PAUSE = 2.5;           /* seconds of a small step; at the loss and at the end */

static int length(const struct bench *b)
{
	return sweep_length(b->snap);
}

static bool moves_by_itself(const bench *b)
{
	return b->settings.motion == MOTION_FULL;
}

static void place_at(bench *b, int place)
{
	sweeper *w = &b->sweeper;
	int n = length(b);
	w->place = place < 0 ? 0 : place >= n ? n - 1 : place;
	w->next = INFINITY;
}

static void play(bench *b, bool on)
{
	sweeper *w = &b->sweeper;
	if (on && !moves_by_itself(b)) { /* a step at a time */
		place_at(b, w->place + 1);
		return;
	}
	if (on && w->place >= length(b) - 1)
		w->place = 0;
	w->plays = on;
	w->next = INFINITY; /* set when it is drawn */
}

void sweeper_toggle(bench *b)
{
	sweeper *w = &b->sweeper;
	if (!w->on && b->playing)
		bench_play(b, false);
	*w = (sweeper){.on = !w->on, .next = INFINITY};
	b->focus.step = 0;
	ui_focus_clear(&b->ui); /* the arrows are its own */
}

double sweeper_due(const bench *b)
{
	return b->sweeper.on && b->sweeper.plays ? b->sweeper.next : INFINITY;
}

/* One small step when its time has come. */
static void advance(bench *b, double now)
{
	sweeper *w = &b->sweeper;
	bool waits = w->at.phase == SWEEP_LOSS;
	if (isinf(w->next)) {
		w->next = now + (waits ? PAUSE : EACH);
	} else if (now >= w->next) {
		place_at(b, w->place + 1);
		w->plays = w->place < length(b) - 1;
		w->next = now + (sweep_at(b->snap, w->place).phase == SWEEP_LOSS ? PAUSE : EACH);
	}
}

void sweeper_go(bench *b, double now)
{
	sweeper *w = &b->sweeper;
	b->focus.sweep = NULL;
	if (w->on && b->playing) /* the run goes on: it is not this update's way any more */
		w->on = false;
	if (!w->on || length(b) == 0)
		return;
	if (w->place >= length(b))
		place_at(b, w->place);
	if (w->plays)
		advance(b, now);
	w->at = sweep_at(b->snap, w->place);
	b->focus.sweep = &w->at;
	b->focus.has_pointer = false; /* the small step is what all plots mark */
	b->focus.step = w->at.step;
}

bool sweeper_key(bench *b, const ui_event *e)
{
	sweeper *w = &b->sweeper;
	if (!w->on || e->kind != UI_KEY || e->mods & (UI_CTRL | UI_ALT))
		return false;
	int by = e->mods & UI_SHIFT ? 10 : 1;
	switch (e->key) {
	case UI_KEY_RIGHT:
		place_at(b, w->place + by);
		break;
	case UI_KEY_LEFT:
		place_at(b, w->place - by);
		break;
	case UI_KEY_HOME:
		place_at(b, 0);
		break;
	case UI_KEY_END:
		place_at(b, length(b) - 1);
		break;
	case ' ':
		play(b, !w->plays);
		break;
	case UI_KEY_ESCAPE:
		sweeper_toggle(b);
		break;
	default:
		return false;
	}
	return true;
}

/* ---- the strip ---- */

static const char *sentence(const bench *b, char *buf, int size)
{
	if (length(b) > 0) {
		view_sweep at = sweep_at(b->snap, b->sweeper.place);
		return sweep_sentence(b->snap, &at, buf, size);
	}
	bool known = b->snap->arm[0].tape.T > 0;
	snprintf(buf, (size_t)size, known ? "This sequence is too long to be gone through step by step." : "…");
	return buf;
}

static float text_width(const bench *b, float width)
{
	float em = b->ui.em, tools = (4 * BUTTON + 6 * GAP + (width > 700 * em ? SLIDER + 2 * GAP : 0)) * em;
	return fmaxf(width - tools, 80 * em);
}

float sweeper_height(bench *b, float width)
{
	char text[512];
	float em = b->ui.em;
	if (!b->sweeper.on)
		return 0;
	rect r = {0, 0, text_width(b, width), 0};
	float height = ui_paragraph(&b->ui, r, sentence(b, text, sizeof text), 14, INK_TEXT, false);
	return fmaxf(height, 2 * 1.4F * 14 * em) + 2 * GAP * em; /* two lines always, so that the plots hold still */
}

static void place_slider(bench *b, rect r)
{
	sweeper *w = &b->sweeper;
	ui_range g = {.name = "sweep",
	        .tip = "the small step: forward, loss, back, the optimizer's step (← →)",
	        .low = 1,
	        .safe_low = 1,
	        .high = fmax(2, length(b)),
	        .safe_high = fmax(2, length(b)),
	        .fallback = 1,
	        .whole = true};
	double v = w->place + 1, typed;
	ui_result got = ui_slider(&b->ui, r, &g, &v);
	if (got == UI_CHANGED)
		place_at(b, (int)v - 1);
	else if (got == UI_TYPED && text_read_number(ui_typed(&b->ui), false, &typed) && typed >= 1 &&
	         typed <= length(b))
		place_at(b, (int)typed - 1);
	else if (got == UI_TYPED)
		ui_reject(&b->ui, "sweep: a small step; allowed: 1 for the first one, up to 2 T + 2");
}

void sweeper_draw(bench *b, rect r)
{
	ui *u = &b->ui;
	sweeper *w = &b->sweeper;
	float em = u->em, gap = GAP * em, side = BUTTON * em;
	char text[512];
	canvas_box(u->c, r, 0, INK_PANEL, 1);
	canvas_box(u->c, (rect){r.x, r.y, 4 * em, r.h}, 0, w->at.phase == SWEEP_BACKWARD ? INK_BAD : INK_ACCENT, 1);
	canvas_line(u->c, r.x, r.y, r.x + r.w, r.y, ui_line(1, INK_BORDER));
	rect row = rect_inset(r, 2 * gap, gap), at;
	at = rect_cut_right(&row, side);
	rect close = {at.x, r.y + (r.h - side) / 2, side, side};
	rect tool = {row.x, close.y, side, side};
	if (ui_button(u, tool, "small step back", ICON_LEFT, NULL, LOOK_RAISED, "the small step before (←)"))
		place_at(b, w->place - 1);
	tool.x += side + gap / 2;
	if (ui_button(u, tool, w->plays ? "rest" : "play slowly", w->plays ? ICON_PAUSE : ICON_PLAY, NULL, LOOK_RAISED,
	            "go through this update slowly (Space)"))
		play(b, !w->plays);
	tool.x += side + gap / 2;
	if (ui_button(u, tool, "small step on", ICON_RIGHT, NULL, LOOK_RAISED, "the next small step (→)"))
		place_at(b, w->place + 1);
	rect_cut_left(&row, 3 * side + 2 * gap);
	if (r.w > 700 * em) {
		at = rect_cut_left(&row, SLIDER * em);
		place_slider(b, (rect){at.x, r.y + (r.h - UI_TARGET * em) / 2, at.w, UI_TARGET * em});
		rect_cut_left(&row, 2 * gap);
	}
	row.w = text_width(b, r.w);
	sentence(b, text, sizeof text);
	ui_status(u, row, "sweep sentence", text);
	row.y = r.y + fmaxf((r.h - ui_paragraph(u, row, text, 14, INK_TEXT, false)) / 2, gap / 2);
	ui_paragraph(u, row, text, 14, INK_TEXT, true);
	if (ui_button(u, close, "close sweep", ICON_CLOSE, NULL, LOOK_PLAIN, command_tip("sweep")))
		sweeper_toggle(b);
}

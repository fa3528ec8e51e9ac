/* The timeline: what has been made up to the present, what is known beyond it, and marks. Dragging it, or the keyboard,
 * goes to any of these updates. */
#include "app/bench.h"
#include "base/text.h"
#include "plot/plot.h"
#include "run/history.h"

#include <math.h>
#include <stdio.h>

static const float TRACK = 6, THUMB = 7; /* points at type scale 1 */

/* The end of the track: a round number, so that it does not creep while training. */
static double track_end(const snap *s)
{
	static const double steps[] = {1, 1.5, 2, 3, 5, 7};
	double known = fmax((double)s->end, (double)s->travel_to);
	for (double unit = 100;; unit *= 10)
		for (int i = 0; i < 6; i++)
			if (steps[i] * unit >= known)
				return steps[i] * unit;
}

static double clamp(double v, double low, double high)
{
	return v < low ? low : v > high ? high : v;
}

static bool key_update(const bench *b, int key, unsigned mods, double all, double *v)
{
	double size = mods & UI_SHIFT ? 10 : 1;
	switch (key) {
	case UI_KEY_LEFT:
	case UI_KEY_DOWN:
		*v -= size;
		return true;
	case UI_KEY_RIGHT:
	case UI_KEY_UP:
		*v += size;
		return true;
	case UI_KEY_PAGE_DOWN:
		*v -= fmax(10, floor(all / 20));
		return true;
	case UI_KEY_PAGE_UP:
		*v += fmax(10, floor(all / 20));
		return true;
	case UI_KEY_HOME:
		*v = 0;
		return true;
	case UI_KEY_END:
		*v = (double)b->snap->end;
		return true;
	default:
		return false;
	}
}

/* Each kind of mark has a form of its own. */
static void draw_mark(canvas *c, float x, rect track, int kind, float em)
{
	float y = track.y - 5 * em, s = 3.5F * em;
	point triangle[] = {{x - s, y - s}, {x + s, y - s}, {x, y + s}},
	      flag[] = {{x, y - s}, {x + 2 * s, y}, {x, y + s}};
	switch (kind) {
	case MARK_CLIP:
		canvas_polygon(c, triangle, 3, INK_WARN, 1);
		break;
	case MARK_SOLVED:
		canvas_disc(c, x, y, s, INK_GOOD, 1);
		break;
	case MARK_DIVERGED:
		canvas_line(c, x - s, y - s, x + s, y + s, ui_line(2 * em, INK_BAD));
		canvas_line(c, x - s, y + s, x + s, y - s, ui_line(2 * em, INK_BAD));
		break;
	default:
		canvas_polygon(c, flag, 3, INK_ACCENT, 1);
		canvas_line(c, x, y - s, x, track.y + track.h, ui_line(1.5F * em, INK_ACCENT));
	}
}

static void draw_marks(bench *b, rect track, double all)
{
	const snap *s = b->snap;
	float em = b->ui.em;
	for (int i = 0; i < s->state.edits; i++) {
		float x = track.x + (float)((double)s->state.edit[i].update / all) * track.w;
		canvas_line(
		        b->ui.c, x, track.y + track.h + 2 * em, x, track.y + track.h + 6 * em, ui_line(1.5F, INK_TEXT));
	}
	for (int a = 0; a < s->all; a++)
		for (int i = 0; i < s->about[a].marks; i++) {
			double at = (double)s->about[a].mark[i].update;
			draw_mark(b->ui.c, track.x + (float)(at / all) * track.w, track, s->about[a].mark[i].kind, em);
		}
}

static void draw_track(bench *b, rect track, double all, bool lively)
{
	const snap *s = b->snap;
	ui *u = &b->ui;
	float em = u->em, now = (float)((double)s->update / all) * track.w,
	      known = (float)((double)s->end / all) * track.w;
	float y = track.y + track.h / 2;
	canvas_box(u->c, track, track.h / 2, INK_BORDER, 1);
	if (known > now)
		canvas_box(u->c, (rect){track.x, track.y, known, track.h}, track.h / 2, INK_ACCENT, 0.35F);
	if (now > 0)
		canvas_box(u->c, (rect){track.x, track.y, now, track.h}, track.h / 2, INK_ACCENT, 1);
	draw_marks(b, track, all);
	if (s->travel_to > 0)
		canvas_ring(u->c, track.x + (float)((double)s->travel_to / all) * track.w, y, THUMB * em,
		        ui_line(2, INK_ACCENT));
	if (lively)
		canvas_disc(u->c, track.x + now, y, (THUMB + 3) * em, INK_ACCENT, 0.22F);
	canvas_disc(u->c, track.x + now, y, THUMB * em, INK_PANEL, 1);
	canvas_disc(u->c, track.x + now, y, (THUMB - 1.5F) * em, INK_ACCENT, 1);
}

/* On a long way: how far it has got. */
static void way_text(const snap *s, char *buf, size_t size)
{
	char to[32];
	double all = (double)(s->travel_to - s->travel_from), done = (double)(s->update - s->travel_from);
	snprintf(buf, size, "to %s: %.0f\u2009%%", text_short(to, sizeof to, (double)s->travel_to, 9),
	        all > 0 ? 100 * clamp(done / all, 0, 1) : 100);
}

void timeline_draw(bench *b, rect r)
{
	ui *u = &b->ui;
	const snap *s = b->snap;
	float em = u->em;
	char value[64], way[64];
	double all = track_end(s), v = (double)(s->travel_to > 0 ? s->travel_to : s->update), before = v;
	text_short(value, sizeof value, (double)s->update, 9);
	rect hit = {r.x, r.y + (r.h - 30 * em) / 2, r.w, fminf(30 * em, r.h)};
	rect track = {r.x + THUMB * em + 2, r.y + r.h / 2 - TRACK * em / 2, r.w - 2 * THUMB * em - 4, TRACK * em};
	bool travels = s->travel_to > 0 && s->travel_to - s->travel_from > 50;
	if (travels)
		way_text(s, way, sizeof way);
	ui_touch t = ui_register(u, hit, UI_SLIDER, "timeline", travels ? way : value,
	        "drag to any update (←, →, Home, End); pale: known from before");
	if ((t.pressed || (t.held && u->event.kind == UI_MOVE)) && track.w > 1) {
		v = round(clamp((double)((u->pointer.x - track.x) / track.w), 0, 1) * all);
		v = fmin(v, (double)s->end); /* the mouse stays in what is known */
	}
	int key = ui_key_for(u, t.id);
	if (key && !(u->event.mods & (UI_CTRL | UI_ALT)) && key_update(b, key, u->event.mods, all, &v))
		ui_use(u);
	if (v != before)
		bench_seek(b, (long)fmax(v, 0));
	draw_track(b, track, all, t.hot || t.held);
	if (travels) {
		rect label = {r.x, r.y, r.w, r.h / 2 - TRACK * em};
		ui_label(u, label, way, 11, WEIGHT_REGULAR, INK_TEXT, ALIGN_CENTER);
	}
	ui_ring(u, hit, 6 * em, t.id);
}

/* Presenter mode: the plots as large as can be, and one line that says what runs. */
#include "app/bench.h"
#include "app/command.h"
#include "base/text.h"

#include <math.h>
#include <stdio.h>

/* Type that stands for 1.7 % of the height of a picture 1.35 m high is read from 8 m (10 arc minutes for capitals): of
 * a frame of 540 points that are the 11 points of the tick labels, and a little. */
static const float FRAME_W = 960, FRAME_H = 540, LEAST = 1.25F, MOST = 5;
static const float BANNER = 30, GAP = 8; /* points at type scale 1 */

float bench_scale(const bench *b, float width, float height, float display)
{
	float usual = b->settings.scale * display, type = themes[b->settings.theme].type;
	if (!b->presenter || b->gallery.open)
		return usual;
	float fit = fminf(width / FRAME_W, height / FRAME_H) / type;
	return fmaxf(fminf(fit, MOST * display), usual * LEAST / type);
}

static void reading(bench *b, rect *row, const char *name, const char *value)
{
	ui *u = &b->ui;
	float em = u->em, gap = GAP * em;
	float w = canvas_measure(value, 14 * em, WEIGHT_BOLD).width,
	      n = canvas_measure(name, 12 * em, WEIGHT_REGULAR).width;
	/* in steps, so that a growing number does not push the rest with every digit */
	w = ceilf(w / (12 * em)) * 12 * em;
	if (row->w < w + n + 3 * gap)
		return;
	char full[40];
	rect r = rect_cut_right(row, w + n + gap);
	snprintf(full, sizeof full, "%.20s reading", name);
	ui_status(u, r, full, value);
	ui_label(u, (rect){r.x, r.y, n + 2, r.h}, name, 12, WEIGHT_REGULAR, INK_MUTED, ALIGN_LEFT);
	ui_label(u, r, value, 14, WEIGHT_BOLD, INK_TEXT, ALIGN_RIGHT);
	rect_cut_right(row, gap * 1.5F);
}

float presenter_height(const bench *b, float height)
{
	float h = BANNER * b->ui.em;
	return height > 6 * h ? h : 0;
}

void presenter_banner(bench *b, rect r)
{
	ui *u = &b->ui;
	float em = u->em, gap = GAP * em;
	char text[48];
	const snap *s = b->snap;
	const snap_arm *a = &s->arm[0];
	for (int i = 0; i < s->arms; i++)
		if (s->arm[i].index == bench_arm(b))
			a = &s->arm[i];
	canvas_box(u->c, r, 0, INK_PANEL, 1);
	canvas_line(u->c, r.x, r.y, r.x + r.w, r.y, ui_line(1, INK_BORDER));
	rect row = rect_inset(r, gap, 0);
	if (row.w > r.h && ui_button(u, rect_cut_left(&row, r.h), b->playing ? "pause" : "play",
	                           b->playing ? ICON_PAUSE : ICON_PLAY, NULL, LOOK_PLAIN, command_tip("play")))
		command_run(b, "play");
	rect_cut_left(&row, gap / 2);
	if (row.w > 8 * r.h && ui_button(u, rect_cut_right(&row, r.h), "leave presenter mode", ICON_CLOSE, NULL,
	                               LOOK_PLAIN, "leave presenter mode (P)"))
		b->presenter = false;
	if (row.w > 8 * r.h)
		menu_draw(b, rect_cut_right(&row, r.h));
	rect_cut_right(&row, gap);
	bars_recording(b, &row);
	if (isfinite(a->now[SNAP_LOSS]))
		text_short(text, sizeof text, a->now[SNAP_LOSS], 3);
	else
		snprintf(text, sizeof text, "%s", a->diverged ? "not finite" : "–");
	reading(b, &row, "loss", text);
	reading(b, &row, "update", text_short(text, sizeof text, (double)s->update, 9));
	chips_draw(b, row);
}

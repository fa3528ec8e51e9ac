/* The top bar, the transport at the bottom, and the line that says what happened to the run. */
#include "app/bench.h"
#include "app/command.h"
#include "app/tutor.h"
#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* points at type scale 1 */
static const float TOP = 44, BOTTOM = 56, SMALL_TOP = 32, SMALL_BOTTOM = 40, BUTTON = 32, GAP = 8, READING = 84;
static const float SHORT_WINDOW = 300;
static const double SPEED_MIN = 1, SPEED_MAX = 5000; /* updates per second; the upper end means no limit */

float bars_top_height(const bench *b, float height)
{
	return (height < SHORT_WINDOW * b->ui.em ? SMALL_TOP : TOP) * b->ui.em;
}

float bars_bottom_height(const bench *b, float height)
{
	return (height < SHORT_WINDOW * b->ui.em ? SMALL_BOTTOM : BOTTOM) * b->ui.em;
}

/* A strip `w` wide from one side of *r, with a gap; false, and nothing cut, when there is no room. */
static bool take(const bench *b, rect *r, float w, bool left, rect *got)
{
	float gap = GAP * b->ui.em;
	if (r->w < w + gap)
		return false;
	*got = left ? rect_cut_left(r, w) : rect_cut_right(r, w);
	if (left)
		rect_cut_left(r, gap);
	else
		rect_cut_right(r, gap);
	return true;
}

static rect centred(rect r, float height)
{
	return (rect){r.x, r.y + (r.h - height) / 2, r.w, height};
}

/* What the lesson is called, over its text. */
static void lesson_name_part(bench *b, rect *row, float side)
{
	ui *u = &b->ui;
	char title[300];
	rect at;
	tutor_title(b, title, sizeof title);
	if (take(b, row, side, true, &at) &&
	        ui_button(u, centred(at, side), "lesson text", ICON_TEXT, NULL, LOOK_PLAIN, command_tip("lesson-text")))
		command_run(b, "lesson-text");
	float wide = canvas_measure(title, 14 * u->em, WEIGHT_BOLD).width + 2;
	float most = b->narrow ? row->w * 0.6F : tutor_width(b) - (at.x + at.w) - GAP * u->em;
	if (take(b, row, fminf(wide, most), true, &at))
		ui_label(u, at, title, 14, WEIGHT_BOLD, INK_TEXT, ALIGN_LEFT);
	if (!b->narrow && row->x < tutor_width(b)) /* what follows stands over the plots */
		rect_cut_left(row, tutor_width(b) - row->x);
}

void bars_top(bench *b, rect r)
{
	static const struct {
		const char *name, *command, *label;
		ui_icon icon;
	} right[] = {{"picture", "picture", NULL, ICON_PICTURE}, {"theme", "theme", NULL, ICON_THEME},
	        {"help", "help", "?", ICON_NONE}, {"menu", NULL, NULL, ICON_MORE}};
	enum { RIGHT = sizeof right / sizeof *right, MENU = RIGHT - 1 };
	ui *u = &b->ui;
	float em = u->em, side = fminf(BUTTON * em, r.h - 2);
	rect at, place[RIGHT], row = rect_inset(r, GAP * em, 0);
	bool room[RIGHT];
	canvas_box(u->c, r, 0, INK_PANEL, 1);
	canvas_line(u->c, r.x, r.y + r.h, r.x + r.w, r.y + r.h, ui_line(1, INK_BORDER));
	if (take(b, &row, side, true, &at) &&
	        ui_button(u, centred(at, side), "controls", ICON_SLIDERS, NULL, LOOK_PLAIN, command_tip("controls")))
		command_run(b, "controls");
	/* places from the right, controls from the left: the order in which Tab walks */
	bool wide = r.w > 420 * em; /* the menu has the rest */
	for (int i = RIGHT - 1; i >= 0; i--)
		room[i] = (wide || i >= MENU - 1) && take(b, &row, side, false, &place[i]);
	if (wide && take(b, &row, side, true, &at) &&
	        ui_button(u, centred(at, side), "to gallery", ICON_GRID, NULL, LOOK_PLAIN, command_tip("gallery")))
		command_run(b, "gallery");
	float name = canvas_measure("unroll", 16 * em, WEIGHT_BOLD).width + 2;
	if (b->tutor)
		lesson_name_part(b, &row, side);
	else if (r.w > 560 * em && take(b, &row, name, true, &at))
		ui_label(u, at, "unroll", 16, WEIGHT_BOLD, INK_TEXT, ALIGN_LEFT);
	chips_draw(b, row);
	for (int i = 0; i < MENU; i++)
		if (room[i] && ui_button(u, centred(place[i], side), right[i].name, right[i].icon, right[i].label,
		                       LOOK_PLAIN, command_tip(right[i].command)))
			command_run(b, right[i].command);
	if (room[MENU])
		menu_draw(b, centred(place[MENU], side));
}

/* ---- transport ---- */

/* A number under its name. */
static void reading(bench *b, rect *row, const char *name, const char *value, float width)
{
	ui *u = &b->ui;
	float em = u->em;
	rect r;
	if (!take(b, row, width * em, false, &r))
		return;
	char full[40];
	snprintf(full, sizeof full, "%.20s reading", name);
	ui_status(u, r, full, value);
	rect upper = {r.x, r.y + r.h / 2 - 17 * em, r.w, 15 * em}, lower = {r.x, r.y + r.h / 2 - 2 * em, r.w, 19 * em};
	ui_label(u, upper, name, 11, WEIGHT_REGULAR, INK_MUTED, ALIGN_RIGHT);
	ui_label(u, lower, value, 14, WEIGHT_BOLD, INK_TEXT, ALIGN_RIGHT);
}

/* The selected arm where it is drawn. */
static const snap_arm *shown_arm(const bench *b)
{
	for (int i = 0; i < b->snap->arms; i++)
		if (b->snap->arm[i].index == bench_arm(b))
			return &b->snap->arm[i];
	return &b->snap->arm[0];
}

/* In as many digits as have room: a power of ten takes that of two. */
static void fitted(const bench *b, char *buf, size_t size, double value)
{
	for (int digits = 4; digits > 0; digits--) {
		text_short(buf, size, value, digits);
		if (canvas_measure(buf, 14 * b->ui.em, WEIGHT_BOLD).width <= READING * b->ui.em)
			return;
	}
}

static void readings(bench *b, rect *row)
{
	const snap_arm *a = shown_arm(b);
	char text[48];
	bool rate = row->w > 700 * b->ui.em;
	if (b->tutor && tutor_veils(b->tutor))
		snprintf(text, sizeof text, "–"); /* it would answer what is asked */
	else if (isfinite(a->now[SNAP_LOSS]))
		fitted(b, text, sizeof text, a->now[SNAP_LOSS]);
	else
		snprintf(text, sizeof text, "%s", a->diverged ? "not finite" : "–");
	reading(b, row, "loss", text, READING);
	reading(b, row, "update", text_short(text, sizeof text, (double)b->snap->update, 9), READING);
	if (!rate)
		return;
	if (b->playing && a->updates_per_second > 0)
		text_short(text, sizeof text, a->updates_per_second, a->updates_per_second < 10 ? 2 : 4);
	else
		snprintf(text, sizeof text, "–");
	reading(b, row, "updates/s", text, READING);
}

void bars_recording(bench *b, rect *row)
{
	ui *u = &b->ui;
	float em = u->em, side = fminf(BUTTON * em, row->h - 4);
	long frames = exporter_frames(b);
	char text[64];
	rect at;
	if (frames < 0)
		return;
	snprintf(text, sizeof text, "%s, %ld frame%s", b->exporter.follows ? "recording" : "movie", frames,
	        frames == 1 ? "" : "s");
	/* in steps: it holds still while it counts */
	float words = ceilf(canvas_measure(text, 13 * em, WEIGHT_REGULAR).width / (16 * em)) * 16 * em;
	bool said = row->w > words + 320 * em;
	if (!take(b, row, said ? words + 60 * em : 52 * em, false, &at))
		return;
	rect r = centred(at, side), dot = r, end = r;
	bool ends = ui_button(
	        u, r, "end recording", ICON_NONE, "", LOOK_RAISED, "end the movie here, and save it (Ctrl+R)");
	dot = rect_cut_left(&r, 26 * em);
	end = rect_cut_right(&r, 26 * em);
	ui_icon_draw(u->c, ICON_RECORD, dot.x + dot.w / 2, dot.y + dot.h / 2, 14 * em, INK_BAD);
	ui_icon_draw(u->c, ICON_STOP, end.x + end.w / 2, end.y + end.h / 2, 14 * em, INK_TEXT);
	ui_status(u, at, "recording", text);
	if (said)
		ui_label(u, r, text, 13, WEIGHT_REGULAR, INK_TEXT, ALIGN_LEFT);
	if (ends)
		exporter_end(b);
}

static void speed_slider(bench *b, rect row)
{
	static const ui_range range = {.name = "speed",
	        .tip = "updates per second while playing",
	        .low = SPEED_MIN,
	        .high = SPEED_MAX,
	        .safe_low = SPEED_MIN,
	        .safe_high = SPEED_MAX,
	        .fallback = SPEED_MAX,
	        .log = true,
	        .whole = true,
	        .top = "max"};
	ui *u = &b->ui;
	float em = u->em;
	double v = fmin(b->speed, SPEED_MAX), typed;
	rect label;
	if (row.w < 100 * em)
		return;
	if (row.w > 170 * em && take(b, &row, 44 * em, true, &label))
		ui_label(u, label, "speed", 13, WEIGHT_REGULAR, INK_MUTED, ALIGN_LEFT);
	ui_result got = ui_slider(u, centred(row, UI_TARGET * em), &range, &v);
	if (got == UI_SAME)
		return;
	if (got == UI_TYPED) {
		if (strcmp(ui_typed(u), "max") == 0) {
			v = SPEED_MAX;
		} else if (!text_read_number(ui_typed(u), false, &typed) || !(typed >= SPEED_MIN)) {
			ui_reject(u, "speed: updates per second, 1 or more, or max");
			return;
		} else {
			v = typed;
		}
	}
	b->speed = v >= SPEED_MAX ? INFINITY : v;
	if (b->worker)
		worker_speed(b->worker, isfinite(b->speed) ? b->speed : 0);
}

void bars_bottom(bench *b, rect r)
{
	ui *u = &b->ui;
	float em = u->em, side = fminf(36 * em, r.h - 4), gap = GAP * em;
	rect at, row = rect_inset(r, gap, 0);
	canvas_box(u->c, r, 0, INK_PANEL, 1);
	canvas_line(u->c, r.x, r.y, r.x + r.w, r.y, ui_line(1, INK_BORDER));
	bool all = row.w >= 2 * side + 56 * em + 2 * gap, play_only = row.w < side + 56 * em + 2 * gap;
	if (all && take(b, &row, side, true, &at) &&
	        ui_button(u, centred(at, side), "reset", ICON_RESET, NULL, LOOK_RAISED, command_tip("reset")))
		command_run(b, "reset");
	if (take(b, &row, 56 * em, true, &at) &&
	        ui_button(u, centred(at, side), b->playing ? "pause" : "play", b->playing ? ICON_PAUSE : ICON_PLAY,
	                NULL, LOOK_PRIMARY, command_tip("play")))
		command_run(b, "play");
	if (!play_only && take(b, &row, side, true, &at) &&
	        ui_button(u, centred(at, side), "step", ICON_STEP, NULL, LOOK_RAISED, command_tip("step")))
		command_run(b, "step");
	if (row.w > 640 * em && take(b, &row, 64 * em, true, &at) &&
	        ui_button(u, centred(at, side), "run until …", ICON_NONE, "Until …", LOOK_RAISED, command_tip("until")))
		command_run(b, "until");
	/* the speed stands left of what a new snap changes: under the controls, when they are shown */
	float speed = fmaxf(b->live.x - row.x - gap, 176 * em);
	bool little = row.w < 250 * em; /* what goes on unseen comes before what can be read elsewhere */
	if (little)
		bars_recording(b, &row);
	readings(b, &row);
	if (!little)
		bars_recording(b, &row);
	if (row.w > speed + 140 * em && take(b, &row, speed, true, &at))
		speed_slider(b, at);
	if (row.w > 90 * em)
		timeline_draw(b, row);
}

/* ---- the message ---- */

/* What stopped a run: the one place that says it at length. */
static const char *stop_text(const bench *b, int arm)
{
	static char text[480];
	char update[32];
	const snap_about *o = &b->snap->about[arm];
	const snap_arm *a = NULL;
	for (int i = 0; i < b->snap->arms; i++)
		if (b->snap->arm[i].index == arm)
			a = &b->snap->arm[i];
	int n = snprintf(text, sizeof text, "%s%s", b->snap->all > 1 ? o->name : "", b->snap->all > 1 ? ": " : "");
	if (a && a->message[0])
		snprintf(text + n, sizeof text - (size_t)n, "%s", a->message);
	else
		snprintf(text + n, sizeof text - (size_t)n, "Stopped at update %s.",
		        text_short(update, sizeof update, (double)o->diverged_update, 9));
	return text;
}

/* Shortly before the end that is known. */
static const char *replay_text(const bench *b)
{
	static char text[200];
	char update[32];
	for (int i = 0; i < b->snap->all; i++) {
		const snap_about *o = &b->snap->about[i];
		if (o->diverged || o->diverged_update == 0 || o->diverged_update - o->update > 21)
			continue;
		snprintf(text, sizeof text, "%s%sstops at update %s. Space plays slowly, → goes one update further.",
		        b->snap->all > 1 ? o->name : "This run", b->snap->all > 1 ? ": " : " ",
		        text_short(update, sizeof update, (double)o->diverged_update, 9));
		return text;
	}
	return NULL;
}

static const char *message_text(const bench *b)
{
	int stopped = bench_diverged(b);
	const char *said = b->snap->message, *text = stopped >= 0 ? stop_text(b, stopped) : NULL;
	bool newer = strcmp(said, b->stopped_with) != 0; /* than the stop: why a rescue has failed */
	said = said[0] && strcmp(said, b->dismissed) != 0 ? said : NULL;
	text = text && strcmp(text, b->dismissed) != 0 ? text : NULL;
	if (said && (newer || !text))
		return said;
	if (text)
		return text;
	text = stopped < 0 ? replay_text(b) : NULL;
	return text && strcmp(text, b->dismissed) != 0 ? text : NULL;
}

/* For the runs that the message is about. */
static bool offers_rescue(const bench *b)
{
	return bench_diverged(b) >= 0 || replay_text(b);
}

static const char *rescue_label(const bench *b)
{
	int arm = bench_diverged(b);
	const config *c = &b->snap->about[arm < 0 ? bench_arm(b) : arm].config;
	return strcmp(config_choice(c, KNOB_clip), "norm") == 0 ? "Again, smaller steps" : "Again with clipping";
}

static float message_room(const bench *b, float width, float em)
{
	return width - (offers_rescue(b) ? 172 + 104 : 0) * em - BUTTON * em - 4 * GAP * em;
}

float bars_message_height(bench *b, float width)
{
	const char *text = message_text(b);
	float em = b->ui.em;
	if (!text)
		return 0;
	rect r = {0, 0, fmaxf(message_room(b, width, em), 40 * em), 0};
	return fmaxf(ui_paragraph(&b->ui, r, text, 13, INK_TEXT, false), BUTTON * em) + 2 * GAP * em;
}

void bars_message(bench *b, rect r)
{
	const char *text = message_text(b);
	ui *u = &b->ui;
	float em = u->em, gap = GAP * em;
	rect at, row = rect_inset(r, 2 * gap, 0);
	ink mark = bench_diverged(b) >= 0 ? INK_BAD : INK_ACCENT;
	if (!text)
		return;
	canvas_box(u->c, r, 0, INK_PANEL, 1);
	canvas_box(u->c, (rect){r.x, r.y, 4 * em, r.h}, 0, mark, 1);
	canvas_line(u->c, r.x, r.y, r.x + r.w, r.y, ui_line(1, INK_BORDER));
	if (r.h >= BUTTON * em && take(b, &row, BUTTON * em, false, &at) &&
	        ui_button(u, centred(at, BUTTON * em), "close message", ICON_CLOSE, NULL, LOOK_PLAIN,
	                "close this message"))
		snprintf(b->dismissed, sizeof b->dismissed, "%s", text);
	if (offers_rescue(b) && r.h >= BUTTON * em && take(b, &row, 164 * em, false, &at) &&
	        ui_button(u, centred(at, BUTTON * em), "again with clipping", ICON_NONE, rescue_label(b), LOOK_PRIMARY,
	                "from ten updates before the end, or before the loss went far off; the gradient clipped, "
	                "smaller "
	                "steps where that is not enough (Z)"))
		bench_rescue(b);
	if (offers_rescue(b) && r.h >= BUTTON * em && take(b, &row, 96 * em, false, &at) &&
	        ui_button(
	                u, centred(at, BUTTON * em), "replay", ICON_NONE, "Replay", LOOK_RAISED, command_tip("replay")))
		bench_replay(b);
	ui_status(u, row, "message", text);
	canvas_clip(u->c, r);
	float height = ui_paragraph(u, row, text, 13, INK_TEXT, false);
	row.y += fmaxf((r.h - height) / 2, 2);
	ui_paragraph(u, row, text, 13, INK_TEXT, true);
	canvas_clip_end(u->c);
}

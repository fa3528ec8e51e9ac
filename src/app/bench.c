#include "app/bench.h"

#include "app/command.h"
#include "io/file.h"
#include "io/png.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* points at type scale 1 */
static const float PANEL = 344, PLOTS_MIN = 440, TITLE = 30, GAP = 8;
/* A play or pause is believed over older snaps for this long, seconds. */
static const double ANSWER = 0.2;

/* Before the worker's first snap: update 0 of the configuration, without data. */
static const snap *empty_snap(const config *c)
{
	static snap empty;
	empty.version = SNAP_VERSION;
	empty.arms = 1;
	empty.arm[0].config = *c;
	for (int i = 0; i < SNAP_SCALARS; i++)
		empty.arm[0].now[i] = NAN;
	empty.arm[0].clipped_share = NAN;
	empty.arm[0].saturation = NAN;
	return &empty;
}

void bench_init(bench *b, const config *c, worker *w, const settings *s, const ui_clipboard *clipboard)
{
	memset(b, 0, sizeof *b);
	ui_init(&b->ui, clipboard);
	b->config = *c;
	b->worker = w;
	b->settings = *s;
	b->snap = empty_snap(c);
	b->speed = 300; /* slow enough to watch the gradient arrive */
	if (w)
		worker_speed(w, b->speed);
	b->alone = -1;
	b->panel = true;
}

bool bench_diverged(const bench *b)
{
	for (int i = 0; i < b->snap->arms; i++)
		if (b->snap->arm[i].diverged)
			return true;
	return false;
}

bool bench_take(bench *b, double now)
{
	const snap *s = b->worker ? worker_take(b->worker) : NULL;
	if (!s)
		return false;
	b->snap = s;
	const snap_arm *a = &s->arm[0];
	bool ended =
	        bench_diverged(b) || (a->config.v[KNOB_updates] > 0 && (double)a->update >= a->config.v[KNOB_updates]);
	/* a snap from before the user's last word must not take it back */
	if (now - b->playing_since > ANSWER || ended)
		b->playing = s->playing;
	if (!a->message[0])
		b->dismissed[0] = 0;
	return true;
}

const theme *bench_theme(bench *b)
{
	const theme *t = &themes[b->settings.theme];
	if (!b->presenter)
		return t;
	b->presenter_theme = *t;
	b->presenter_theme.type *= 1.25F;
	b->presenter_theme.line *= 1.25F;
	return &b->presenter_theme;
}

const char *bench_title(const bench *b, char *buf, size_t size)
{
	const config *c = &b->config;
	snprintf(buf, size, "unroll — %s, %s, T = %.0f", config_choice(c, KNOB_cell), config_choice(c, KNOB_task),
	        c->v[KNOB_T]);
	return buf;
}

int bench_views(const bench *b, const view **list)
{
	int n = 0;
	for (int i = 0; i < views_count && n < BENCH_VIEWS; i++)
		if (b->alone == i || (b->alone < 0 && !views[i]->apart))
			list[n++] = views[i];
	return n;
}

/* ---- actions ---- */

static void send_config(bench *b)
{
	if (b->config_changed && b->worker)
		worker_config(b->worker, &b->config);
	b->config_changed = false;
}

void bench_play(bench *b, bool play)
{
	send_config(b);
	b->playing = play;
	b->playing_since = b->ui.now;
	if (b->worker)
		worker_play(b->worker, play);
}

void bench_step(bench *b, long updates)
{
	send_config(b);
	b->playing = false;
	b->playing_since = b->ui.now;
	if (b->worker)
		worker_step(b->worker, updates);
}

void bench_reset(bench *b)
{
	b->config_changed = true;
	send_config(b);
	b->dismissed[0] = 0;
	if (b->worker)
		worker_reset(b->worker);
}

void bench_clip_and_retry(bench *b)
{
	err e = {0};
	config_set(&b->config, "clip", "norm", &e);
	bench_reset(b);
	bench_play(b, true);
}

void bench_goto(bench *b, const config *c, long update)
{
	b->config = *c;
	b->config_changed = false;
	b->playing = false;
	b->playing_since = b->ui.now;
	if (b->worker)
		worker_goto(b->worker, c, update);
}

static bool drop_picture(bench *b, const char *path, err *e)
{
	char state[STATE_TEXT];
	config c = b->config;
	long update = 0;
	if (!png_read_state(path, state, sizeof state, e))
		return false;
	if (!config_read_state(&c, &update, state, e))
		return err_prefix(e, "%s", path);
	bench_goto(b, &c, update);
	return true;
}

static bool drop_data(bench *b, const char *path, err *e)
{
	config c = b->config;
	if (!config_set(&c, "data", path, e) || !config_set(&c, "task", "data", e))
		return false;
	b->config = c;
	b->config_changed = true;
	return true;
}

void bench_drop(bench *b, const char *path)
{
	char ext[16];
	err e = {0};
	file_extension(path, ext, sizeof ext);
	bool data = strcmp(ext, "npz") == 0 || strcmp(ext, "csv") == 0;
	if (data ? !drop_data(b, path, &e) : !drop_picture(b, path, &e))
		ui_toast(&b->ui, e.text);
}

/* ---- the screen ---- */

static bool pointer_on_plots(const bench *b)
{
	const ui *u = &b->ui;
	const ui_control *hot = NULL;
	int n;
	const ui_control *k = ui_controls(u, &n);
	for (int i = 0; i < n; i++)
		if (k[i].id == u->hot)
			hot = &k[i];
	return u->inside && rect_has(b->plots, u->pointer.x, u->pointer.y) && !u->popup.id && !b->help &&
	       !(b->narrow && b->overlay) && (!hot || hot->role == UI_PLOT);
}

static void draw_views(bench *b)
{
	const view *list[BENCH_VIEWS];
	int n = bench_views(b, list);
	bool before = b->focus.has_pointer;
	b->focus.has_pointer = pointer_on_plots(b);
	if (before && !b->focus.has_pointer)
		b->focus = (view_focus){0};
	b->focus.pointer = b->ui.pointer;
	if (b->alone >= 0) {
		view_panel(list[0], b->snap, b->ui.c, b->plots, &b->focus, true);
		b->cell[0] = b->plots;
	} else {
		view_grid(list, n, b->snap, b->ui.c, b->plots, &b->focus, b->cell);
	}
}

/* The titles of the plots are controls: they fill the window with their plot, and the arrows move the marked step. */
static void plot_titles(bench *b)
{
	const view *list[BENCH_VIEWS];
	int n = bench_views(b, list);
	for (int i = 0; i < n; i++) {
		int move, T = b->snap->arm[0].T;
		char name[40];
		rect r = b->cell[i];
		r.h = TITLE * b->ui.em;
		if (r.h > b->cell[i].h || r.w < r.h)
			continue;
		snprintf(name, sizeof name, "%.30s plot", list[i]->name);
		const char *tip = b->alone >= 0 ? "back to all plots" : "fill the window with this plot";
		bool pressed = ui_plot(&b->ui, r, name, tip, &move);
		if (move && T > 0) {
			int step = b->focus.step ? b->focus.step + move : move > 0 ? 1 : T;
			b->focus.step = step < 1 ? 1 : step > T ? T : step;
		}
		if (pressed && b->alone >= 0)
			b->alone = -1;
		else if (pressed)
			for (int v = 0; v < views_count; v++)
				if (views[v] == list[i])
					b->alone = v;
	}
}

static void plots_part(bench *b, rect r, bool show)
{
	float gap = GAP * b->ui.em;
	b->plots = r.w > 6 * gap && r.h > 6 * gap ? rect_inset(r, gap, gap) : r;
	if (show) {
		ui_clip(&b->ui, r);
		draw_views(b);
		ui_clip_end(&b->ui);
	}
	if (!(b->narrow && b->overlay) && !b->presenter)
		plot_titles(b);
}

static void side_panel(bench *b, rect r, canvas *chrome)
{
	canvas *c = b->ui.c;
	if (b->narrow) {
		ui_layer(&b->ui, 1);
		ui_surface(&b->ui, r, "controls", false);
		panel_draw(b, r);
		ui_layer(&b->ui, 0);
	} else {
		b->ui.c = chrome;
		panel_draw(b, r);
		b->ui.c = c;
	}
}

static void screen(bench *b, canvas *chrome, bool show)
{
	canvas *c = b->ui.c;
	float em = b->ui.em;
	rect rest = {0, 0, c->width, c->height};
	b->narrow = rest.w < (PANEL + PLOTS_MIN) * em;
	b->live = rest;
	if (b->presenter) {
		plots_part(b, rest, show);
		return;
	}
	rect top = rect_cut_top(&rest, bars_top_height(b, c->height));
	rect bottom = rect_cut_bottom(&rest, bars_bottom_height(b, c->height));
	rect all = rest;
	bool panel = b->narrow ? b->overlay : b->panel;
	rect side = {rest.x, rest.y, fminf(PANEL * em, rest.w), rest.h};
	b->ui.c = chrome;
	bars_top(b, top);
	b->ui.c = c;
	if (panel && !b->narrow) {
		side_panel(b, rect_cut_left(&rest, side.w), chrome);
		rect_cut_left(&rest, 1);
	}
	/* the left part of the transport does not change by itself, but for play and pause */
	b->live = (rect){rest.x, rest.y, rest.w, rest.h + bottom.h};
	float message = fminf(bars_message_height(b, rest.w), all.h / 2);
	rect line = rect_cut_bottom(&rest, message);
	plots_part(b, rest, show);
	if (message > 0)
		bars_message(b, line);
	bars_bottom(b, bottom);
	if (panel && b->narrow)
		side_panel(b, side, chrome);
}

void bench_pass(bench *b, canvas *c, canvas *chrome, bool show, const ui_event *event, double now)
{
	ui_begin(&b->ui, c, event, now);
	screen(b, chrome, show);
	if (b->help)
		help_draw(b);
	ui_end(&b->ui);
	if (ui_unused(&b->ui))
		command_dispatch(b, ui_unused(&b->ui));
	send_config(b);
}

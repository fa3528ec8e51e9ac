#include "app/bench.h"

#include "app/command.h"
#include "app/lesson_open.h"
#include "app/opening.h"
#include "app/tutor.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* points at type scale 1 */
static const float PANEL = 344, PLOTS_MIN = 440, TITLE = 33, GAP = 8;
static const double CAUGHT = 1.5; /* seconds */

/* Before the worker's first snap: update 0 of the configuration, without data. */
static const snap *empty_snap(const run_state *s)
{
	static snap empty;
	empty.version = SNAP_VERSION;
	snap_copy_state(&empty.state, s);
	empty.all = empty.arms = s->arms;
	for (int a = 0; a < s->arms; a++) {
		snap_arm *m = &empty.arm[a];
		m->config = empty.about[a].config = state_config(s, a, 0);
		m->index = a;
		if (s->arms > 1)
			state_label(s, a, m->name, sizeof m->name);
		snprintf(empty.about[a].name, sizeof empty.about[a].name, "%s", m->name);
		for (int i = 0; i < SNAP_SCALARS; i++)
			m->now[i] = NAN;
		m->clipped_share = m->saturation = NAN;
	}
	return &empty;
}

static void take_views(bench *b, const run_state *s)
{
	err e = {0};
	run_state usual = {0};
	b->alone = -1;
	if (!view_pick(s, b->view, &b->views, &e))
		view_pick(&usual, b->view, &b->views, &e);
}

void bench_init(bench *b, const run_state *s, worker *w, const settings *set, const ui_clipboard *clipboard)
{
	memset(b, 0, sizeof *b);
	ui_init(&b->ui, clipboard);
	b->config = state_config(s, 0, 0);
	b->worker = w;
	b->settings = *set;
	b->snap = empty_snap(s);
	b->renaming = -1;
	b->stopped_at = -INFINITY;
	take_views(b, s);
	b->speed = 300; /* slow enough to watch the gradient arrive */
	if (w)
		worker_speed(w, b->speed);
	b->panel = true;
	preferences_apply(b);
	exporter_init(&b->exporter);
}

void bench_done(bench *b)
{
	undo_done(&b->undo);
	tutor_close(b);
}

double bench_due(const bench *b, double now)
{
	return fmin(fmin(ui_due(&b->ui), tutor_due(b, now)), sweeper_due(b));
}

int bench_arm(const bench *b)
{
	int last = b->snap->all - 1;
	return b->arm > last ? last > 0 ? last : 0 : b->arm;
}

const snap_about *bench_about(const bench *b)
{
	return &b->snap->about[bench_arm(b)];
}

int bench_diverged(const bench *b)
{
	for (int i = 0; i < b->snap->all; i++) {
		int arm = (bench_arm(b) + i) % b->snap->all;
		if (b->snap->about[arm].diverged)
			return arm;
	}
	return -1;
}

static bool all_stopped(const bench *b)
{
	for (int i = 0; i < b->snap->all; i++)
		if (!b->snap->about[i].diverged)
			return false;
	return b->snap->all > 0;
}

void bench_state(const bench *b, run_state *s)
{
	const view *list[BENCH_VIEWS];
	snap_copy_state(s, &b->snap->state);
	view_note(s, list, bench_views(b, list));
}

static uint32_t hash_bytes(uint32_t h, const void *bytes, size_t n)
{
	const unsigned char *p = bytes;
	for (size_t i = 0; i < n; i++)
		h = (h ^ p[i]) * 16777619u;
	return h;
}

/* Of what the top bar and the controls show: they are drawn anew when it changes. */
static uint32_t chrome_hash(const bench *b)
{
	uint32_t h = hash_bytes(2166136261u, &b->config, sizeof b->config);
	for (int i = 0; i < b->snap->all; i++) {
		const snap_about *o = &b->snap->about[i];
		h = hash_bytes(h, o->name, strlen(o->name) + 1);
		h = hash_bytes(h, &o->config, sizeof o->config);
		h = hash_bytes(h, &o->parameters, sizeof o->parameters);
		h = (h ^ (uint32_t)(o->hidden + 2 * o->diverged)) * 16777619u;
	}
	return h;
}

/* `went_on`: it was playing until now. */
static void note_stop(bench *b, bool went_on)
{
	bool stopped = all_stopped(b);
	if (bench_diverged(b) < 0)
		b->stopped_with[0] = '\0';
	else if (!b->stopped && stopped)
		snprintf(b->stopped_with, sizeof b->stopped_with, "%s", b->snap->message);
	if (!b->stopped && stopped && went_on && !b->snap->replay) {
		b->stopped_at = b->ui.now;
		b->in_hand = b->ui.down;
	}
	b->stopped = stopped;
}

bool bench_take(bench *b)
{
	const snap *s = b->worker ? worker_take(b->worker) : NULL;
	if (b->gallery.open && thumbs_collect(b->gallery.thumbs))
		b->chrome_changed = true;
	if (!s)
		return b->chrome_changed;
	bool went_on = b->playing;
	b->snap = s;
	/* a snap from before the user's last word must not take it back */
	if (s->obeyed >= worker_sent(b->worker)) {
		b->playing = s->playing;
		b->example_sent = false;
		if (b->checking && s->check.serial > b->verdict_after) {
			b->verdict = true;
			b->verdict_offset = 0;
		}
		b->checking = false;
		b->arm = bench_arm(b);
		if (!b->config_changed)
			b->config = bench_about(b)->config;
	}
	if (!s->message[0] && bench_diverged(b) < 0)
		b->dismissed[0] = 0;
	note_stop(b, went_on);
	undo_take(b);
	uint32_t hash = chrome_hash(b);
	b->chrome_changed = b->chrome_changed || hash != b->chrome_hash;
	b->chrome_hash = hash;
	tutor_take(b);
	exporter_take(b);
	return true;
}

const theme *bench_theme(const bench *b)
{
	return &themes[b->settings.theme];
}

const char *bench_title(const bench *b, char *buf, size_t size)
{
	char run[96];
	if (b->gallery.open)
		snprintf(buf, size, "unroll");
	else if (b->tutor)
		snprintf(buf, size, "unroll — %s", b->tutor->l->title);
	else
		snprintf(buf, size, "unroll — %s", cards_run_title(&b->config, run, sizeof run));
	return buf;
}

int bench_views(const bench *b, const view **list)
{
	int n = 0;
	for (int i = 0; i < b->views; i++)
		if (b->alone < 0 || b->alone == i)
			list[n++] = b->view[i];
	return n;
}

/* ---- actions ---- */

/* What an arm can have for itself. */
static bool differs_alone(const config *a, const config *b)
{
	for (int id = 0; id < KNOB_COUNT; id++)
		if (a->v[id] != b->v[id] && !state_shares((knob_id)id))
			return true;
	return false;
}

/* The run stopped under the hand that moved the control, or just before: what comes next is meant for a run that goes
 * on. */
static bool caught(const bench *b)
{
	return b->stopped && (b->in_hand || b->stopped_at > b->ui.now - CAUGHT);
}

/* A run that is thrown away by a change is missed only when there was something of it. */
static void note_change(bench *b)
{
	enum { WORTH = 20 };
	const config *was = &bench_about(b)->config;
	long lost = config_restart(was, &b->config) == KNOB_WEIGHTS && !b->fork ? b->snap->end : 0;
	if (config_restart(was, &b->config) == KNOB_LOOK || !undo_note(b, true))
		return;
	if (lost >= WORTH)
		ui_toast(&b->ui, "The run begins again with this setting; Ctrl+Z brings the old one back.");
	else if (b->snap->end >= b->snap->update + WORTH)
		ui_toast(&b->ui, "From here the run goes another way; Ctrl+Z brings the old one back.");
}

static void send_config(bench *b)
{
	bool go = b->config_changed && b->worker && caught(b);
	if (go && b->ui.down) { /* what stopped it stays to be read, until the control is let go */
		b->in_hand = true;
		return;
	}
	b->in_hand = b->in_hand && b->ui.down;
	if (b->config_changed)
		note_change(b);
	if (b->config_changed && b->worker) {
		if (b->fork && differs_alone(&b->config, &bench_about(b)->config)) {
			worker_fork(b->worker, bench_arm(b), &b->config);
			b->arm = b->snap->all; /* further changes of the same drag are the new arm's */
			b->fork = false;
		} else {
			worker_config(b->worker, b->arm, &b->config);
		}
	}
	b->config_changed = false;
	if (go) {
		b->stopped_at = -INFINITY;
		b->playing = true;
		worker_play(b->worker, true);
	}
}

void bench_play(bench *b, bool play)
{
	if (play && tutor_waits(b))
		return;
	if (play && b->tutor && b->narrow) /* the text would hide the plots */
		b->tutor->overlay = false;
	send_config(b);
	if (play && all_stopped(b)) {
		bench_replay(b);
		return;
	}
	b->playing = play;
	if (b->worker)
		worker_play(b->worker, play);
}

void bench_play_until(bench *b, long update)
{
	send_config(b);
	b->playing = true;
	if (b->worker)
		worker_play_until(b->worker, update);
}

void bench_play_until_holds(bench *b, const worker_condition *c)
{
	if (!b->worker || tutor_waits(b)) {
		c->release(c->data);
		return;
	}
	send_config(b);
	b->dismissed[0] = 0;
	b->playing = true;
	worker_play_until_holds(b->worker, c);
}

void bench_step(bench *b, long updates)
{
	if (updates > 0 && tutor_waits(b))
		return;
	send_config(b);
	b->playing = false;
	if (b->worker && updates < 0)
		worker_seek(b->worker, b->snap->update + updates > 0 ? b->snap->update + updates : 0);
	else if (b->worker)
		worker_step(b->worker, updates);
}

void bench_seek(bench *b, long update)
{
	send_config(b);
	b->playing = false;
	if (b->worker)
		worker_seek(b->worker, update);
}

void bench_reset(bench *b)
{
	if (!b->tutor) /* its way back from a slip of the hand: the recent runs */
		gallery_keep(b);
	send_config(b);
	(void)undo_note(b, false);
	b->dismissed[0] = 0;
	if (b->worker)
		worker_reset(b->worker);
}

/* The arm to rescue or replay: one that has stopped, or will. */
static int doomed_arm(const bench *b)
{
	int arm = bench_diverged(b);
	for (int i = 0; arm < 0 && i < b->snap->all; i++)
		if (b->snap->about[(bench_arm(b) + i) % b->snap->all].diverged_update > 0)
			arm = (bench_arm(b) + i) % b->snap->all;
	return arm;
}

void bench_rescue(bench *b)
{
	int arm = doomed_arm(b);
	send_config(b);
	if (arm < 0) {
		ui_toast(&b->ui, "No run has stopped: there is nothing to rescue.");
		return;
	}
	(void)undo_note(b, false);
	b->playing = true;
	b->dismissed[0] = 0;
	if (b->worker)
		worker_rescue(b->worker, arm);
}

void bench_replay(bench *b)
{
	int arm = doomed_arm(b);
	send_config(b);
	if (arm < 0) {
		ui_toast(&b->ui, "No run has stopped: there is nothing to replay.");
		return;
	}
	b->playing = true;
	if (b->worker)
		worker_replay(b->worker, arm);
}

void bench_open(bench *b, const run_state *s)
{
	if (!b->undo.moving)
		gallery_keep(b);
	(void)undo_note(b, false);
	gallery_close(b);
	tutor_left(b);
	b->config = state_config(s, 0, s->update);
	b->arm = 0;
	b->config_changed = b->fork = b->playing = false;
	b->renaming = -1;
	take_views(b, s);
	if (b->worker)
		worker_open(b->worker, s);
	undo_opened(b, s);
}

/* ---- arms ---- */

void bench_compare(bench *b)
{
	send_config(b);
	if (b->snap->all == SNAP_ARMS) {
		ui_toast(&b->ui, "Four arms are all that fit; remove one first (its ×, or Shift+X).");
		return;
	}
	(void)undo_note(b, false);
	if (!b->worker)
		return;
	worker_compare(b->worker, bench_arm(b));
	b->arm = b->snap->all;
	ui_toast(&b->ui, "A second run from here: what you change now is its own; task, batches and seed stay shared.");
}

void bench_remove(bench *b)
{
	if (b->snap->all < 2) {
		ui_toast(&b->ui, "There is only one arm.");
		return;
	}
	send_config(b);
	if (undo_note(b, false))
		ui_toast(&b->ui, "The arm is removed; Ctrl+Z brings it back.");
	if (b->worker)
		worker_remove(b->worker, bench_arm(b));
	b->arm = bench_arm(b) > 0 ? bench_arm(b) - 1 : 0;
	b->renaming = -1;
}

void bench_hide(bench *b, int arm)
{
	if (b->worker && arm < b->snap->all)
		worker_hide(b->worker, arm, !b->snap->about[arm].hidden);
}

void bench_select(bench *b, int arm)
{
	send_config(b);
	if (arm < 0 || arm >= b->snap->all)
		return;
	b->arm = arm;
	b->config = b->snap->about[arm].config;
	b->chrome_changed = true;
}

void bench_exchange(bench *b, int with)
{
	int arm = bench_arm(b);
	send_config(b);
	if (with < 0 || with >= b->snap->all || with == arm)
		return;
	if (b->worker)
		worker_exchange(b->worker, arm, with);
	b->arm = with;
}

void bench_rename(bench *b, int arm, const char *name)
{
	if (b->worker)
		worker_rename(b->worker, arm, name);
}

int bench_colour(const bench *b, int arm)
{
	int colour = arm < b->snap->all ? b->snap->about[arm].colour : 0;
	return colour > 0 ? colour - 1 : arm;
}

void bench_rescale(bench *b, int arm, double rho)
{
	send_config(b);
	(void)undo_note(b, true);
	if (b->worker)
		worker_rescale(b->worker, arm, rho);
}

/* ---- the example ---- */

const run_example *bench_example(const bench *b)
{
	return b->example_sent ? &b->example : &b->snap->state.example;
}

void bench_set_example(bench *b, const run_example *x)
{
	if (x != &b->example)
		b->example = *x;
	b->example_sent = true;
	if (b->worker)
		worker_example(b->worker, x);
}

/* The sequence that is shown, kept. */
static run_example kept_example(const bench *b, const run_example *from)
{
	run_example x = *from;
	long shown = b->snap->arm[0].tape.update;
	if (x.batch == 0)
		x = (run_example){.batch = shown > 0 ? shown : 1};
	return x;
}

static bool put_input(bench *b, run_example *x, int step, int feature, double value)
{
	if (state_put_example(x, &(example_edit){.step = step, .feature = feature, .value = value}))
		return true;
	ui_toast(&b->ui, "As many inputs are changed as a state holds; K lets the sequence go.");
	return false;
}

void bench_change_example(bench *b, int step, int feature, double value)
{
	run_example x = kept_example(b, bench_example(b));
	if (put_input(b, &x, step, feature, value))
		bench_set_example(b, &x);
}

void bench_forget_input(bench *b, int step, int feature)
{
	run_example x = *bench_example(b);
	int n = 0;
	for (int i = 0; i < x.edits; i++)
		if (x.edit[i].step != step || x.edit[i].feature != feature)
			x.edit[n++] = x.edit[i];
	x.edits = n;
	bench_set_example(b, &x);
}

void bench_move_mark(bench *b, const run_example *from, int step, int to, int feature)
{
	run_example x = kept_example(b, from);
	if (put_input(b, &x, step, feature, 0) && put_input(b, &x, to, feature, 1))
		bench_set_example(b, &x);
}

void bench_hold_example(bench *b)
{
	if (bench_example(b)->batch > 0) {
		bench_set_example(b, &(run_example){0});
		ui_toast(&b->ui, "The sequence is that of the last update again.");
		return;
	}
	if (b->snap->arm[0].tape.T == 0) {
		ui_toast(&b->ui, "No plot that is shown looks at a sequence; V has `sequence` and others.");
		return;
	}
	run_example x = kept_example(b, &(run_example){0});
	bench_set_example(b, &x);
	ui_toast(&b->ui, "This sequence stays while the training goes on. K lets it go.");
}

/* ---- views ---- */

static int place_of(const bench *b, const view *v)
{
	for (int i = 0; i < b->views; i++)
		if (b->view[i] == v)
			return i;
	return -1;
}

void bench_toggle_view(bench *b, const view *v)
{
	int at = place_of(b, v);
	if (at < 0 && b->views == BENCH_VIEWS) {
		ui_toast(&b->ui, "Eight plots are all that fit; take one away first.");
	} else if (at < 0) {
		b->view[b->views++] = v;
	} else if (b->views == 1) {
		ui_toast(&b->ui, "One plot stays.");
	} else {
		b->views--;
		memmove(&b->view[at], &b->view[at + 1], (size_t)(b->views - at) * sizeof *b->view);
	}
	b->alone = -1;
}

void bench_move_view(bench *b, const view *v, int by)
{
	int at = place_of(b, v), to = at + by;
	if (at < 0 || to < 0 || to >= b->views)
		return;
	b->view[at] = b->view[to];
	b->view[to] = v;
	b->alone = -1;
}

static bool drop_state(bench *b, const char *path, err *e)
{
	static char text[STATE_TEXT];
	static run_state s;
	const view *list[BENCH_VIEWS];
	int n;
	if (!opening_state_text(path, text, sizeof text, e))
		return false;
	if (!state_read(&s, text, e) || !view_pick(&s, list, &n, e))
		return err_prefix(e, "%s", path);
	bench_open(b, &s);
	return true;
}

static bool drop_data(bench *b, const char *path, err *e)
{
	if (!opening_data(path, &b->config, e))
		return false;
	b->config_changed = true;
	return true;
}

void bench_drop(bench *b, const char *path)
{
	err e = {0};
	bool ok = false;
	switch (opening_kind(path)) {
	case OPENS_LESSON:
		gallery_close(b);
		bench_lesson(b, path);
		return;
	case OPENS_DATA:
		ok = drop_data(b, path, &e);
		break;
	case OPENS_STATE:
		ok = drop_state(b, path, &e);
		break;
	case OPENS_NOTHING:
		err_input(&e, "%s: cannot be opened; allowed: %s", path, opening_allowed);
	}
	if (ok)
		gallery_close(b);
	else
		ui_toast(&b->ui, e.text);
}

/* ---- the screen ---- */

/* The controls lie over the plots. */
static bool panel_floats(const bench *b)
{
	return b->narrow || b->presenter;
}

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
	       !b->choosing && !b->verdict && !b->exporter.open && !b->preferences.open &&
	       !(panel_floats(b) && b->overlay) && !(b->narrow && tutor_shown(b)) && (!hot || hot->role == UI_PLOT);
}

static void draw_views(bench *b)
{
	const view *list[BENCH_VIEWS];
	int n = bench_views(b, list);
	bool before = b->focus.has_pointer;
	bool hand = hands_hot(b);
	point read;
	bool reading = reader_at(b, &read);
	b->focus.has_pointer = reading || pointer_on_plots(b);
	if (before && !b->focus.has_pointer && !hand)
		b->focus = (view_focus){.hand = b->focus.hand};
	b->focus.pointer = reading ? read : b->ui.pointer;
	sweeper_go(b, b->ui.now);
	if (b->worker)
		worker_asks(b->worker, b->tutor && tutor_asks(b->tutor));
	hands_begin(b);
	if (b->alone >= 0) {
		view_panel(list[0], b->snap, b->ui.c, b->plots, &b->focus, true);
		b->cell[0] = b->plots;
	} else {
		view_grid(list, n, b->snap, b->ui.c, b->plots, &b->focus, b->cell);
	}
}

/* The titles of the plots are controls: they fill the window with their plot, and the arrows read values off it. */
static void plot_titles(bench *b)
{
	const view *list[BENCH_VIEWS];
	int n = bench_views(b, list);
	for (int i = 0; i < n; i++) {
		int move[2];
		char name[40];
		rect r = b->cell[i];
		r.h = TITLE * b->ui.em;
		if (r.h > b->cell[i].h || r.w < r.h)
			continue;
		snprintf(name, sizeof name, "%.30s plot", list[i]->name);
		const char *tip = b->alone >= 0 ? "back to all plots"
		                                : "fill the window with this plot (Enter); the arrows read values";
		bool pressed = ui_plot(&b->ui, r, name, tip, move);
		if (move[0] || move[1])
			reader_move(b, i, list[i], b->ui.focus, move[0], move[1]);
		if (pressed && b->alone >= 0)
			b->alone = -1;
		else if (pressed)
			b->alone = i;
	}
}

static void plots_part(bench *b, rect r, bool show)
{
	float gap = GAP * b->ui.em;
	b->plots = r.w > 6 * gap && r.h > 6 * gap ? rect_inset(r, gap, gap) : r;
	relief_before(b);
	ui_part(&b->ui);
	if (show) {
		ui_clip(&b->ui, r);
		draw_views(b);
		ui_clip_end(&b->ui);
	}
	bool covered = (panel_floats(b) && b->overlay) || (b->narrow && tutor_shown(b));
	if (!covered) {
		relief_controls(b);
		plot_titles(b);
		ui_clip(&b->ui, r);
		if (show)
			reader_draw(b);
		hands_draw(b, show);
		ui_clip_end(&b->ui);
	}
	tutor_over_plots(b);
}

static void side_panel(bench *b, rect r, canvas *chrome)
{
	canvas *c = b->ui.c;
	ui_part(&b->ui);
	if (panel_floats(b)) {
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

/* The text of the lesson with the controls below it, or either alone. */
static void lesson_side(bench *b, rect r, bool panel, canvas *chrome)
{
	canvas *c = b->ui.c;
	rect controls = {0};
	b->ui.c = chrome;
	if (panel)
		controls = tutor_split(b, &r);
	ui_part(&b->ui);
	tutor_column(b, r, NULL);
	ui_part(&b->ui);
	if (controls.h > 0)
		panel_draw(b, controls);
	b->ui.c = c;
}

static void lesson_overlay(bench *b, rect r)
{
	ui_part(&b->ui);
	ui_layer(&b->ui, 1);
	tutor_column(b, r, "lesson");
	ui_layer(&b->ui, 0);
}

/* The plots, the text where it is wanted, and one line of state. */
static void presenting(bench *b, rect rest, bool show)
{
	rect banner = rect_cut_bottom(&rest, presenter_height(b, rest.h)), all = rest;
	rect side = {rest.x, rest.y, fminf(tutor_width(b), rest.w), rest.h};
	bool text = tutor_shown(b);
	if (text && !b->narrow)
		lesson_side(b, rect_cut_left(&rest, side.w), false, b->ui.c);
	rect line = rect_cut_bottom(&rest, fminf(bars_message_height(b, rest.w), all.h / 2));
	rect sweep = rect_cut_bottom(&rest, fminf(sweeper_height(b, rest.w), all.h / 2));
	plots_part(b, rest, show);
	if (line.h > 0)
		bars_message(b, line);
	if (sweep.h > 0)
		sweeper_draw(b, sweep);
	if (banner.h > 0)
		presenter_banner(b, banner);
	b->ui.toast_area = banner;
	if (text && b->narrow)
		lesson_overlay(b, side);
	else if (b->overlay)
		side_panel(b, (rect){all.x, all.y, fminf(PANEL * b->ui.em, all.w), all.h}, b->ui.c);
	tutor_marks(b, b->ui.c);
}

static void screen(bench *b, canvas *chrome, bool show)
{
	canvas *c = b->ui.c;
	float em = b->ui.em;
	rect rest = {0, 0, c->width, c->height};
	b->narrow = rest.w < (b->tutor ? tutor_width(b) : PANEL * em) + PLOTS_MIN * em;
	b->live = rest;
	b->ui.toast_area = (rect){0};
	if (b->gallery.open) {
		gallery_draw(b);
		/* of the gallery, a new snap changes what is said about the present run */
		b->live = b->gallery.back.w > 0 ? b->gallery.back : (rect){0, 0, 1, 1};
		return;
	}
	if (b->presenter) {
		presenting(b, rest, show);
		return;
	}
	rect top = rect_cut_top(&rest, bars_top_height(b, c->height));
	rect bottom = rect_cut_bottom(&rest, bars_bottom_height(b, c->height));
	rect all = rest;
	b->ui.toast_area = top;
	bool panel = b->narrow ? b->overlay : b->panel, text = tutor_shown(b);
	rect side = {rest.x, rest.y, fminf(text ? tutor_width(b) : PANEL * em, rest.w), rest.h};
	b->ui.c = chrome;
	bars_top(b, top);
	b->ui.c = c;
	if ((panel || text) && !b->narrow) {
		b->ui.toast_area = side;
		rect_cut_left(&rest, side.w);
		if (text)
			lesson_side(b, side, panel, chrome);
		else
			side_panel(b, side, chrome);
		if (text) /* over the foot of the text, not over controls */
			b->ui.toast_area = tutor_text_area(b);
		rect_cut_left(&rest, 1);
	}
	/* the left part of the transport does not change by itself, but for play and pause */
	b->live = (rect){rest.x, rest.y, rest.w, rest.h + bottom.h};
	float message = fminf(bars_message_height(b, rest.w), all.h / 2);
	rect line = rect_cut_bottom(&rest, message);
	rect waits = rect_cut_bottom(&rest, fminf(until_height(b), rest.h / 3));
	rect sweep = rect_cut_bottom(&rest, fminf(sweeper_height(b, rest.w), rest.h / 2));
	plots_part(b, rest, show);
	ui_part(&b->ui);
	if (message > 0)
		bars_message(b, line);
	if (waits.h > 0)
		until_draw(b, waits);
	if (sweep.h > 0)
		sweeper_draw(b, sweep);
	ui_part(&b->ui);
	bars_bottom(b, bottom);
	if (text && b->narrow)
		lesson_overlay(b, side);
	else if (panel && b->narrow)
		side_panel(b, side, chrome);
	tutor_marks(b, chrome);
}

/* What plots that are not seen want is not made. */
static void send_wants(bench *b)
{
	const view *shown[BENCH_VIEWS];
	unsigned wants = view_wants(shown, bench_views(b, shown)) | (b->sweeper.on ? WANT_TAPE : 0);
	if (wants != b->wants && b->worker)
		worker_want(b->worker, wants);
	b->wants = wants;
}

void bench_pass(bench *b, canvas *c, canvas *chrome, bool show, const ui_event *event, double now)
{
	b->ui.paging = b->tutor != NULL;
	ui_begin(&b->ui, c, event, now);
	screen(b, chrome, show);
	if (b->help)
		help_draw(b);
	if (b->choosing)
		chooser_draw(b);
	if (b->verdict)
		verdict_draw(b);
	if (b->exporter.open)
		exporter_draw(b);
	if (b->preferences.open)
		preferences_draw(b);
	ui_end(&b->ui);
	b->chrome_changed = b->chrome_changed || b->ui.moved;
	if (ui_unused(&b->ui) && (b->ui.modal || !sweeper_key(b, ui_unused(&b->ui))))
		command_dispatch(b, ui_unused(&b->ui));
	const char *chosen = b->from_menu;
	b->from_menu = NULL;
	if (chosen)
		command_run(b, chosen);
	send_config(b);
	undo_take(b);
	send_wants(b);
}

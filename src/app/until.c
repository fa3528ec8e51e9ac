#include "app/until.h"

#include "app/bench.h"
#include "app/command.h"
#include "app/tutor.h"
#include "base/text.h"
#include "io/file.h"
#include "lesson/gauge.h"
#include "run/arms.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const float ROW = 44, BUTTON = 28, GAP = 8; /* points at type scale 1 */

/* ---- in the worker's thread ---- */

typedef struct waiting {
	goal g;
	int arm; /* that a metric without an arm is of */
	int gauges;
	gauge *gauge[STATE_ARMS];
} waiting;

static void release(void *data)
{
	waiting *w = data;
	for (int i = 0; i < w->gauges; i++)
		gauge_free(w->gauge[i]);
	free(w);
}

/* A gauge for each arm. (Arms that come, go or begin again end the waiting.) */
static void meet_arms(waiting *w, const struct arms *a)
{
	err e;
	for (; w->gauges < arms_count(a) && w->gauges < STATE_ARMS; w->gauges++)
		w->gauge[w->gauges] = gauge_new(arms_trial(a, w->gauges), &e);
	for (int i = 0; i < w->gauges; i++)
		if (w->gauge[i])
			gauge_update(w->gauge[i]);
}

static double read_arm(void *data, int arm, int metric, int index)
{
	waiting *w = data;
	return arm >= 0 && arm < w->gauges && w->gauge[arm] ? gauge_read(w->gauge[arm], metric, index) : NAN;
}

static bool holds(void *data, const struct arms *a)
{
	waiting *w = data;
	meet_arms(w, a);
	return goal_holds(&w->g, w->arm, read_arm, w);
}

static void tell(void *data, const struct arms *a, char *buf, size_t size)
{
	waiting *w = data;
	meet_arms(w, a);
	goal_measured(&w->g, w->arm, read_arm, w, buf, size);
}

/* ---- what was typed before ---- */

static bool file_path(char *path, size_t size)
{
	char folder[SETTINGS_PATH];
	if (!settings_folder("XDG_STATE_HOME", ".local/state", folder, sizeof folder))
		return false;
	int n = snprintf(path, size, "%s/unroll/until", folder);
	return n > 0 && (size_t)n < size;
}

static void load(until_field *t)
{
	char path[FILE_PATH];
	unsigned char *data;
	size_t size;
	err e;
	if (t->loaded)
		return;
	t->loaded = true;
	if (!file_path(path, sizeof path) || !file_read_all(path, 2 * UNTIL_KEPT * UNTIL_TEXT, &data, &size, &e))
		return; /* nothing was typed yet */
	char *rest = (char *)data, *line;
	while (t->n < UNTIL_KEPT && (line = strsep(&rest, "\n")))
		if (line[0] && strlen(line) < UNTIL_TEXT)
			snprintf(t->kept[t->n++], UNTIL_TEXT, "%s", line);
	free(data);
}

/* That they are not kept is no reason to stop: they are, as long as the window is open. */
static void save(const until_field *t)
{
	char path[FILE_PATH], text[UNTIL_KEPT * UNTIL_TEXT];
	size_t at = 0;
	file_save f;
	err e;
	text[0] = '\0';
	for (int i = 0; i < t->n; i++)
		at += (size_t)snprintf(text + at, sizeof text - at, "%s\n", t->kept[i]);
	if (!file_path(path, sizeof path))
		return;
	char *slash = strrchr(path, '/');
	*slash = '\0';
	bool ok = settings_make_folder(path, &e);
	*slash = '/';
	if (ok && file_save_open(&f, path, &e)) {
		fwrite(text, 1, at, file_save_stream(&f));
		(void)file_save_commit(&f, &e);
	}
}

static void keep(until_field *t, const char *text)
{
	char one[UNTIL_TEXT];
	int at = 0;
	snprintf(one, sizeof one, "%s", text);
	while (at < t->n && strcmp(t->kept[at], one) != 0)
		at++;
	if (at == UNTIL_KEPT)
		at--;
	t->n += at == t->n;
	memmove(t->kept[1], t->kept[0], (size_t)at * sizeof t->kept[0]);
	memcpy(t->kept[0], one, sizeof one);
	save(t);
}

/* ---- running ---- */

bool until_run(bench *b, const char *text, err *e)
{
	const char *names[STATE_ARMS];
	char letters[STATE_ARMS][2];
	goal_scope scope = {.arms = b->snap->all, .arm = names};
	for (int i = 0; i < b->snap->all; i++) {
		snprintf(letters[i], sizeof letters[i], "%c", 'A' + i);
		names[i] = b->snap->about[i].name[0] ? b->snap->about[i].name : letters[i];
	}
	if (strlen(text) >= UNTIL_TEXT)
		return err_input(e, "the condition has %zu bytes; allowed: %d", strlen(text), UNTIL_TEXT - 1);
	waiting *w = calloc(1, sizeof *w);
	if (!w)
		return err_machine(e, "no memory for a condition");
	w->arm = bench_arm(b);
	if (!goal_parse(text, &scope, &w->g, e)) {
		free(w);
		return false;
	}
	worker_condition c = {.data = w, .holds = holds, .tell = tell, .release = release};
	snprintf(c.text, sizeof c.text, "%s", text);
	bench_play_until_holds(b, &c);
	return true;
}

/* ---- the strip ---- */

void until_open(bench *b)
{
	until_field *t = &b->until;
	t->open = !t->open;
	t->begins = t->open;
	t->at = -1;
	load(t);
	if (t->open && !t->text[0])
		snprintf(t->text, sizeof t->text, "%s", t->n ? t->kept[0] : "loss < 0.1");
}

float until_height(const bench *b)
{
	return b->until.open ? ROW * b->ui.em : 0;
}

/* "goal: column 7: …": the caret goes there. */
static void refuse(bench *b, const char *message)
{
	const char *at = strstr(message, "column ");
	int column = at ? atoi(at + strlen("column ")) : 0, length = (int)strlen(b->ui.edit.text);
	ui_reject(&b->ui, message);
	if (column > 0)
		b->ui.edit.caret = b->ui.edit.anchor = column - 1 < length ? column - 1 : length;
}

/* Up and down go through what was typed before. */
static void recall(bench *b)
{
	ui *u = &b->ui;
	until_field *t = &b->until;
	int key = u->event.kind == UI_KEY && !u->used ? u->event.key : 0;
	int by = key == UI_KEY_UP ? 1 : key == UI_KEY_DOWN ? -1 : 0, to = t->at + by;
	const ui_control *field = ui_find(u, "until");
	if (!by || !field || u->edit.id != field->id || to < 0 || to >= t->n)
		return;
	t->at = to;
	ui_edit_start(u, u->edit.id, t->kept[to]);
	ui_use(u);
}

static void field(bench *b, rect r)
{
	ui *u = &b->ui;
	until_field *t = &b->until;
	err e;
	recall(b);
	ui_result got = ui_entry(u, r, "until", t->text, false,
	        "a condition: loss < 0.1, temporal_ratio > 0.01 and update > 100 … (↑ ↓: what was typed before)");
	if (got == UI_TYPED) {
		if (!ui_typed(u)[0]) {
			refuse(b, "a condition is missing; allowed: metric < number, as loss < 0.1");
		} else if (!until_run(b, ui_typed(u), &e)) {
			refuse(b, e.text);
		} else {
			snprintf(t->text, sizeof t->text, "%s", ui_typed(u));
			keep(t, t->text);
			t->at = -1;
		}
	} else if (t->begins) {
		const ui_control *k = &u->list[u->side][u->count[u->side] - 1];
		u->focus = k->id;
		ui_edit_start(u, k->id, t->text);
		u->edit.anchor = 0; /* typing begins anew */
		t->begins = false;
	}
}

/* How far it has got: the numbers of the condition. */
static void show_progress(bench *b, rect r)
{
	ui *u = &b->ui;
	const snap_until *s = &b->snap->until;
	char text[400], made[32];
	if (!s->active)
		return;
	snprintf(text, sizeof text, "now %s · %s updates made", s->now,
	        text_short(made, sizeof made, (double)(b->snap->update - s->from), 9));
	ui_status(u, r, "until progress", text);
	ui_label(u, r, text, 12, WEIGHT_REGULAR, INK_MUTED, ALIGN_LEFT);
}

void until_draw(bench *b, rect r)
{
	ui *u = &b->ui;
	until_field *t = &b->until;
	float em = u->em, gap = GAP * em;
	err e;
	canvas_box(u->c, r, 0, INK_PANEL, 1);
	canvas_line(u->c, r.x, r.y, r.x + r.w, r.y, ui_line(1, INK_BORDER));
	rect row = rect_inset(r, 2 * gap, (r.h - BUTTON * em) / 2);
	rect close = rect_cut_right(&row, BUTTON * em);
	if (row.w > 420 * em) {
		rect label = rect_cut_left(&row, 68 * em);
		ui_label(u, label, "Run until", 13, WEIGHT_REGULAR, INK_TEXT, ALIGN_LEFT);
	}
	rect at = rect_cut_left(&row, fminf(340 * em, fmaxf(row.w - 80 * em, 0)));
	if (at.w > 60 * em)
		field(b, at);
	rect_cut_left(&row, gap);
	bool active = b->snap->until.active;
	rect go = rect_cut_left(&row, fminf(64 * em, row.w));
	if (go.w >= 40 * em &&
	        ui_button(u, go, active ? "stop waiting" : "run until", ICON_NONE, active ? "Stop" : "Run",
	                active ? LOOK_RAISED : LOOK_PRIMARY, "go on to the first update where this holds")) {
		if (active)
			bench_play(b, false);
		else if (!until_run(b, t->text, &e))
			ui_toast(u, e.text);
	}
	rect_cut_left(&row, 2 * gap);
	if (row.w > 60 * em)
		show_progress(b, row);
	if (ui_button(u, close, "close until", ICON_CLOSE, NULL, LOOK_PLAIN, command_tip("until")))
		t->open = false;
}

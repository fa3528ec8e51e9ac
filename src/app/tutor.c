#include "app/tutor.h"

#include "app/lesson_open.h"
#include "app/shelf.h"
#include "base/text.h"
#include "lesson/watch.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef __APPLE__
#define st_mtim st_mtimespec
#endif

static const double LOOK_EVERY = 0.5, MEASURE_EVERY = 0.25; /* seconds: between two looks at the file, at goals */

/* ---- where we are ---- */

static bool has_cover(const tutor *t)
{
	return t->l->intro != NULL;
}

int tutor_pages(const tutor *t)
{
	return t->l->steps + has_cover(t);
}

int tutor_number(const tutor *t)
{
	return t->page - has_cover(t);
}

const lesson_step *tutor_at(const tutor *t)
{
	int k = tutor_number(t);
	return k >= 0 && k < t->l->steps ? &t->l->step[k] : NULL;
}

tutor_step *tutor_state(const tutor *t)
{
	return tutor_at(t) ? &t->step[tutor_number(t)] : NULL;
}

void tutor_refresh(bench *b)
{
	b->chrome_changed = true;
}

static void say(bench *b, const char *text)
{
	ui_toast(&b->ui, text);
	tutor_refresh(b);
}

/* There is something to read. */
static void show_text(bench *b)
{
	tutor *t = b->tutor;
	if (b->presenter)
		t->large = true;
	else if (b->narrow)
		t->overlay = true;
	else
		t->hidden = false;
	tutor_refresh(b);
}

/* ---- what has been asked and reached ---- */

static bool is_question(const lesson_act *a)
{
	return a->kind == ACT_PREDICT || a->kind == ACT_PREDICT_NUMBER || a->kind == ACT_PREDICT_CURVE;
}

int tutor_question(const tutor *t)
{
	const lesson_step *s = tutor_at(t);
	const tutor_step *y = tutor_state(t);
	for (int i = 0; s && i < s->acts && !t->free; i++)
		if (is_question(&s->act[i]) && !y->answer[i].given && !y->answer[i].skipped)
			return i;
	return -1;
}

bool tutor_asks(const tutor *t)
{
	int question = tutor_question(t);
	for (int i = 0; i < question; i++)
		if (tutor_at(t)->act[i].kind == ACT_RUN && isnan(tutor_state(t)->note[i]) && !tutor_state(t)->ended)
			return false;
	return question >= 0;
}

/* Its first open question is about plots that are there. */
static bool asks_of_plots(const lesson_step *s, const tutor_step *y)
{
	bool asked = false;
	for (int i = 0; i < s->acts; i++) {
		if (asked && s->act[i].kind == ACT_RUN)
			return false;
		asked = asked || (is_question(&s->act[i]) && !y->answer[i].given && !y->answer[i].skipped);
	}
	return asked;
}

/* What is asked could be read off the plots: nothing has to be played first. */
bool tutor_veils(const tutor *t)
{
	if (tutor_number(t) < 0)
		return !t->free && !t->l->picture && t->l->steps > 0 && asks_of_plots(&t->l->step[0], &t->step[0]);
	int question = tutor_question(t);
	const lesson_step *s = tutor_at(t);
	for (int i = question; i >= 0 && i < s->acts; i++)
		if (s->act[i].kind == ACT_RUN)
			return false;
	return question >= 0;
}

static int count_runs(const lesson_step *s)
{
	int n = 0;
	for (int i = 0; i < s->acts; i++)
		n += s->act[i].kind == ACT_RUN;
	return n;
}

bool tutor_done(const tutor *t)
{
	const lesson_step *s = tutor_at(t);
	const tutor_step *y = tutor_state(t);
	if (!s)
		return true;
	if (tutor_question(t) >= 0 || !y->ended)
		return false;
	for (int i = 0; i < s->acts; i++)
		if (s->act[i].kind == ACT_GOAL && s->act[i].level != LEVEL_MASTER && !y->met[i])
			return false;
	return true;
}

bool tutor_waits(bench *b)
{
	tutor *t = b->tutor;
	if (!t || t->free)
		return false;
	if (t->route >= 0) {
		say(b, "The runs that come before this step are being made.");
		return true;
	}
	if (!tutor_asks(t))
		return false;
	say(b, "Predict first, or skip the question.");
	show_text(b);
	return true;
}

/* ---- runs ---- */

static void step_state(const lesson_step *s, run_state *out)
{
	memset(out, 0, sizeof *out);
	out->arms = s->arms;
	for (int i = 0; i < s->arms; i++) {
		out->arm[i].start = s->arm[i].c;
		snprintf(out->arm[i].name, sizeof out->arm[i].name, "%s", s->arm[i].name);
	}
	out->views = s->views;
	for (int i = 0; i < s->views; i++)
		snprintf(out->view[i], sizeof out->view[i], "%s", s->view[i]->name);
}

static void watch_step(bench *b, const lesson_step *s)
{
	worker_eye eye;
	err e;
	if (!b->worker)
		return;
	if (watch_new(s, ++b->tutor->serial, &eye, &e))
		worker_watch(b->worker, &eye);
	else
		say(b, e.text);
}

static void begin_marks(tutor *t)
{
	t->spotlight = true;
	t->spotlight_since = -1;
	t->flashes = 0;
}

/* New runs. */
static void open_runs(bench *b, int k)
{
	static run_state state;
	tutor *t = b->tutor;
	step_state(&t->l->step[k], &state);
	t->opening = true;
	bench_open(b, &state);
	t->opening = false;
	t->loaded = k;
	b->dismissed[0] = '\0';
	watch_step(b, &t->l->step[k]);
}

static void end_route(bench *b)
{
	b->tutor->route = -1;
	if (b->worker)
		worker_speed(b->worker, isfinite(b->speed) ? b->speed : 0);
	tutor_refresh(b);
}

/* On the cover: a picture that answers nothing. */
static void open_picture(bench *b)
{
	static run_state state;
	tutor *t = b->tutor;
	err e;
	if (t->route >= 0)
		end_route(b);
	if (!state_read(&state, t->l->picture, &e))
		return; /* the lesson's messages say so */
	t->opening = true;
	bench_open(b, &state);
	t->opening = false;
	t->loaded = -1;
	b->dismissed[0] = '\0';
	if (b->worker)
		worker_watch(b->worker, NULL);
}

/* The runs of the step before, with what this one changes. */
static void keep_runs(bench *b, int k)
{
	tutor *t = b->tutor;
	const lesson_step *before = &t->l->step[k - 1], *s = &t->l->step[k];
	for (int i = 0; i < s->arms && i < b->snap->all; i++) {
		config c = b->snap->about[i].config;
		bool changed = false;
		for (int id = 0; id < KNOB_COUNT; id++)
			if (!config_same(&before->arm[i].c, &s->arm[i].c, (knob_id)id)) {
				c.v[id] = s->arm[i].c.v[id];
				changed = true;
			}
		if (changed && b->worker)
			worker_config(b->worker, i, &c);
		if (changed && i == bench_arm(b))
			b->config = c;
	}
	static run_state shown;
	err e;
	step_state(s, &shown);
	view_pick(&shown, b->view, &b->views, &e);
	b->alone = -1;
	t->loaded = k;
	watch_step(b, s);
}

static bool at_rest(const bench *b)
{
	return b->snap->obeyed >= (b->worker ? worker_sent(b->worker) : 0) && !b->snap->playing &&
	       b->snap->travel_to == 0;
}

static bool all_stopped(const bench *b)
{
	for (int i = 0; i < b->snap->all; i++)
		if (!b->snap->about[i].diverged)
			return false;
	return b->snap->all > 0;
}

/* Plays what comes before the step that is shown, as fast as it goes, from rest to rest. */
static void follow_route(bench *b)
{
	tutor *t = b->tutor;
	if (t->route < 0 || !at_rest(b) || isnan(watch_note(b->snap, t->serial, WATCH_RUNS)))
		return;
	int ended = (int)watch_note(b->snap, t->serial, WATCH_RUNS);
	bool over = ended >= count_runs(&t->l->step[t->loaded]) || all_stopped(b) || t->tried == b->snap->update;
	if (!over) {
		t->tried = b->snap->update;
		worker_speed(b->worker, 0);
		worker_play(b->worker, true);
		return;
	}
	t->tried = -1;
	keep_runs(b, t->loaded + 1);
	if (t->loaded == t->route)
		end_route(b);
}

/* The runs of a step as the learner is to find them. */
static void load(bench *b, int k)
{
	tutor *t = b->tutor;
	int first = k;
	while (first > 0 && t->l->step[first].keep)
		first--;
	if (t->route >= 0)
		end_route(b);
	if (!(t->loaded >= first && t->loaded < k))
		open_runs(b, first);
	t->route = t->loaded < k ? k : -1;
	t->tried = -1;
	if (!b->worker)
		t->route = -1, t->loaded = k;
	follow_route(b);
}

/* ---- pages ---- */

static void leave_free_play(tutor *t)
{
	t->free = false;
	free(t->back);
	t->back = NULL;
}

static void forget_runs(tutor_step *y)
{
	for (int i = 0; i < LESSON_ACTS; i++)
		y->note[i] = NAN;
	y->runs_ended = 0;
}

void tutor_go(bench *b, int page)
{
	tutor *t = b->tutor;
	if (page < 0 || page >= tutor_pages(t))
		return;
	if (page != t->page)
		b->ui.toast[0] = '\0'; /* it spoke of the step before */
	t->lost[0] = '\0';
	bool stays = !t->free && t->loaded == 0 && page == has_cover(t) && t->page < page;
	if (t->free)
		t->loaded = -1;
	leave_free_play(t);
	t->page = page;
	t->offset = 0;
	begin_marks(t);
	if (b->worker)
		worker_play(b->worker, false); /* a step is found at rest */
	int k = tutor_number(t) > 0 ? tutor_number(t) : 0;
	if (tutor_number(t) < 0 && t->l->picture) {
		open_picture(b);
	} else if (t->l->steps > 0 && !stays) {
		forget_runs(&t->step[k]);
		load(b, k);
	}
	b->playing = false;
	ui_focus_clear(&b->ui);
	tutor_refresh(b);
}

void tutor_turn(bench *b, int pages)
{
	tutor *t = b->tutor;
	if (!t)
		return;
	int to = t->page + pages;
	if (t->free)
		tutor_free_play(b); /* back to the page that waits */
	else if (to >= tutor_pages(t))
		say(b, "This was the last step of the lesson.");
	else if (to < 0)
		say(b, "This is the beginning of the lesson.");
	else
		tutor_go(b, to);
}

void tutor_go_on(bench *b)
{
	const tutor *t = b->tutor;
	if (!t || t->free)
		return;
	if (tutor_question(t) >= 0) {
		show_text(b);
		ui_focus_first(&b->ui); /* what the page asks */
	} else if (tutor_done(t)) {
		tutor_turn(b, 1);
	} else if (!tutor_state(t)->ended) {
		if (!b->playing)
			bench_play(b, true);
	} else {
		say(b, "A goal is left. PgDn goes on without it.");
	}
}

void tutor_free_play(bench *b)
{
	tutor *t = b->tutor;
	if (!t)
		return;
	if (t->free) {
		run_state *back = t->back;
		t->back = NULL;
		t->free = false;
		t->opening = true;
		if (back)
			bench_open(b, back);
		t->opening = false;
		free(back);
		if (t->loaded >= 0)
			watch_step(b, &t->l->step[t->loaded]);
		t->loaded = tutor_number(t) > 0 ? tutor_number(t) : tutor_number(t) < 0 && t->l->picture ? -1 : 0;
		say(b, "Back in the lesson, where you left it.");
		return;
	}
	t->back = malloc(sizeof *t->back);
	if (t->back)
		bench_state(b, t->back);
	if (t->route >= 0)
		end_route(b);
	t->free = true;
	if (b->worker)
		worker_watch(b->worker, NULL); /* the lesson's run does not end it */
	t->spotlight = false;
	say(b, "Free play: everything can be changed. J or “Back to the lesson” returns to where you were.");
}

void tutor_left(bench *b)
{
	tutor *t = b->tutor;
	if (!t || t->opening || t->free)
		return;
	tutor_free_play(b);
}

void tutor_hint(bench *b)
{
	tutor *t = b->tutor;
	const lesson_step *s = t ? tutor_at(t) : NULL;
	int hints = 0;
	for (int i = 0; s && i < s->acts; i++)
		hints += s->act[i].kind == ACT_HINT;
	if (!t)
		return;
	if (!s || tutor_state(t)->hints >= hints) {
		say(b, hints ? "All hints are shown." : "There is no hint here.");
		return;
	}
	tutor_state(t)->hints++;
	show_text(b);
	tutor_refresh(b);
}

void tutor_text(bench *b)
{
	tutor *t = b->tutor;
	if (!t)
		return;
	if (b->presenter) {
		t->large = !t->large;
	} else if (b->narrow) {
		t->overlay = !t->overlay;
		b->overlay = b->overlay && !t->overlay;
	} else {
		t->hidden = !t->hidden;
	}
	tutor_refresh(b);
}

/* ---- links ---- */

/* What the arms differ in stays as it is unless the link says otherwise: every arm is changed by itself. */
void tutor_changes(bench *b, const char *changes)
{
	tutor *t = b->tutor;
	err e;
	config before = b->config, now = before;
	if (!lesson_apply(&now, changes, &e)) {
		say(b, e.text);
		return;
	}
	t->flashes = 0;
	for (int id = 0; id < KNOB_COUNT && t->flashes < TUTOR_FLASHES; id++)
		if (!config_same(&before, &now, (knob_id)id))
			snprintf(t->flash[t->flashes++], sizeof t->flash[0], "%s", knob_get((knob_id)id)->name);
	t->flash_until = -1;
	for (int i = 0; i < b->snap->all; i++) {
		config c = b->snap->about[i].config;
		if (i != bench_arm(b) && lesson_apply(&c, changes, &e) && b->worker)
			worker_config(b->worker, i, &c);
	}
	config_relax(&now);
	b->config = now;
	b->config_changed = true;
	char text[300];
	snprintf(text, sizeof text, t->flashes ? "Set: %.280s" : "It is set already: %.270s", changes);
	say(b, text);
}

void tutor_follow(bench *b, const doc_run *link)
{
	char text[480];
	tutor *t = b->tutor;
	switch (link->link) {
	case LINK_SET:
		tutor_changes(b, link->target);
		break;
	case LINK_STEP:
		tutor_go(b, (int)link->number - 1 + has_cover(t));
		break;
	case LINK_RUN:
		if (!tutor_waits(b))
			bench_play_until(b, b->snap->update + link->number);
		break;
	case LINK_WEB:
		snprintf(text, sizeof text, "%.400s is on the clipboard.", link->target);
		if (b->ui.clipboard.set)
			b->ui.clipboard.set(b->ui.clipboard.data, link->target);
		say(b, b->ui.clipboard.set ? text : link->target);
		break;
	case LINK_NONE:
		break;
	}
}

void tutor_end(bench *b)
{
	tutor *t = b->tutor;
	err e;
	bool ended = t->page + 1 == tutor_pages(t) && !t->free && tutor_done(t);
	if (!ended || !t->remembers || t->told_end)
		return;
	t->told_end = true;
	if (!progress_add(&t->progress, t->l, NULL, NULL, &e))
		say(b, e.text);
}

/* ---- what a snap tells ---- */

/* A few times a second while the run goes on: faster than that nobody reads. */
static void take_measures(bench *b, int k)
{
	tutor *t = b->tutor;
	const lesson_step *s = &t->l->step[k];
	if (b->snap->playing && b->ui.now < t->measured + MEASURE_EVERY)
		return;
	t->measured = b->ui.now;
	if (b->snap->playing && t->step[k].runs_ended < count_runs(s))
		tutor_refresh(b); /* the page tells how far the run is */
	for (int i = 0; i < s->acts; i++)
		if (s->act[i].kind == ACT_GOAL)
			watch_measured(b->snap, t->serial, i, t->step[k].measured[i], sizeof t->step[k].measured[i]);
}

static void take_goals(bench *b, int k)
{
	tutor *t = b->tutor;
	tutor_step *y = &t->step[k];
	const lesson_step *s = &t->l->step[k];
	for (int i = 0; i < s->acts; i++) {
		char text[400];
		err e;
		if (s->act[i].kind != ACT_GOAL || y->met[i] == 2 || isnan(y->note[i]))
			continue;
		y->met[i] = 2;
		snprintf(text, sizeof text, "Goal reached at update %.0f: %.300s", y->note[i], s->act[i].text);
		say(b, text);
		if (t->remembers && !progress_add(&t->progress, t->l, s, &s->act[i], &e))
			say(b, e.text);
	}
}

/* How predicted numbers turned out, and that the run ends here. */
static void take_outcome(bench *b, int k, bool ended_now)
{
	tutor *t = b->tutor;
	tutor_step *y = &t->step[k];
	const lesson_step *s = &t->l->step[k];
	bool over = y->runs_ended >= count_runs(s) || all_stopped(b);
	if (over && !y->ended) {
		y->ended = true;
		for (int i = 0; i < s->acts; i++)
			if (s->act[i].kind == ACT_PREDICT_NUMBER)
				y->answer[i].actual = y->note[i];
	}
	if (ended_now && !b->snap->playing && t->route < 0) {
		char text[96], update[32];
		text_short(update, sizeof update, (double)b->snap->update, 9);
		snprintf(text, sizeof text, "Update %s: the run of this step ends here.", update);
		say(b, text);
		if (b->narrow)
			t->overlay = true; /* there is something to read */
	}
}

void tutor_take(bench *b)
{
	tutor *t = b->tutor;
	if (!t || t->free)
		return;
	uint32_t before = tutor_hash(b);
	follow_route(b);
	int k = t->loaded;
	if (k >= 0 && k < t->l->steps && !isnan(watch_note(b->snap, t->serial, WATCH_RUNS))) {
		tutor_step *y = &t->step[k];
		int ended = (int)watch_note(b->snap, t->serial, WATCH_RUNS);
		bool more = ended > y->runs_ended;
		for (int i = 0; i < t->l->step[k].acts; i++)
			y->note[i] = watch_note(b->snap, t->serial, i);
		y->runs_ended = ended;
		take_measures(b, k);
		if (t->route < 0) /* what the program plays by itself nobody has reached */
			take_goals(b, k);
		take_outcome(b, k, more);
	}
	if (tutor_hash(b) != before)
		tutor_refresh(b);
}

/* ---- the file ---- */

static tutor_step *new_steps(const lesson *l)
{
	tutor_step *y = calloc((size_t)l->steps + 1, sizeof *y);
	for (int k = 0; y && k < l->steps; k++) {
		forget_runs(&y[k]);
		for (int i = 0; i < LESSON_ACTS; i++)
			tutor_answer_init(&y[k].answer[i]);
	}
	return y;
}

static void remember(tutor *t)
{
	for (int k = 0; k < t->l->steps; k++)
		for (int i = 0; i < t->l->step[k].acts; i++)
			if (t->l->step[k].act[i].kind == ACT_GOAL && !t->step[k].met[i])
				t->step[k].met[i] =
				        progress_has(&t->progress, t->l, &t->l->step[k], &t->l->step[k].act[i]);
	tutor_answers_recall(t);
}

static void free_page(tutor *t)
{
	layout_free(t->set);
	t->set = NULL;
}

/* The lessons before by title; one that is not found, by its name. */
static void name_needs(tutor *t)
{
	for (int i = 0; i < t->l->needs; i++) {
		shelf found = {0};
		err e;
		lesson *l = shelf_add_name(&found, t->l->need[i], &e) ? lesson_read(found.path[0], &e) : NULL;
		snprintf(t->need[i], sizeof t->need[i], "%s", l && l->title && *l->title ? l->title : t->l->need[i]);
		lesson_free(l);
		shelf_close(&found);
	}
}

/* Takes a lesson that has been read; what was there before is given up. */
static bool take_lesson(tutor *t, lesson *l, err *e)
{
	tutor_step *y = new_steps(l);
	if (!y) {
		lesson_free(l);
		return err_machine(e, "no memory for a lesson");
	}
	free_page(t);
	lesson_free(t->l);
	free(t->step);
	t->l = l;
	t->step = y;
	t->broken[0] = '\0';
	name_needs(t);
	remember(t);
	return true;
}

/* Path, name or number → path. */
static bool find(const char *word, char *path, size_t size, err *e)
{
	shelf found = {0};
	bool ok = shelf_add(&found, word, e);
	if (ok)
		snprintf(path, size, "%s", found.path[0]);
	shelf_close(&found);
	return ok;
}

bool tutor_open(bench *b, const char *word, int step, bool remembers, err *e)
{
	char path[FILE_PATH];
	lesson *l = find(word, path, sizeof path, e) ? lesson_read(path, e) : NULL;
	if (!l)
		return false;
	if (step > l->steps) {
		err_input(e, "%.200s: there is no step %d; allowed: 1 to %d", word, step, l->steps);
		lesson_free(l);
		return false;
	}
	tutor *t = calloc(1, sizeof *t);
	if (!t) {
		lesson_free(l);
		return err_machine(e, "no memory for a lesson");
	}
	snprintf(t->path, sizeof t->path, "%s", path);
	t->remembers = remembers;
	if (remembers)
		t->progress = progress_load();
	if (!take_lesson(t, l, e)) {
		progress_free(&t->progress);
		free(t);
		return false;
	}
	tutor_close(b);
	t->loaded = t->route = -1;
	t->overlay = true;
	if (stat(path, &t->file) != 0)
		t->file = (struct stat){0};
	b->tutor = t;
	tutor_go(b, step > 0 ? step - 1 + has_cover(t) : 0);
	return true;
}

void tutor_close(bench *b)
{
	tutor *t = b->tutor;
	if (!t)
		return;
	if (b->worker)
		worker_watch(b->worker, NULL);
	b->tutor = NULL;
	free_page(t);
	lesson_free(t->l);
	progress_free(&t->progress);
	free(t->step);
	free(t->back);
	free(t);
	tutor_refresh(b);
}

static bool same_acts(const lesson_step *a, const lesson_step *b)
{
	bool same = a->acts == b->acts;
	for (int i = 0; i < a->acts && same; i++) {
		const lesson_act *x = &a->act[i], *y = &b->act[i];
		bool matters = x->kind == ACT_RUN || x->kind == ACT_GOAL || x->kind == ACT_PREDICT_NUMBER;
		same = x->kind == y->kind && x->updates == y->updates && x->arm == y->arm &&
		       (!matters || strcmp(x->text, y->text) == 0);
	}
	return same;
}

/* The same runs, shown in the same way. */
static bool same_runs(const lesson_step *a, const lesson_step *b)
{
	bool same = a->keep == b->keep && a->arms == b->arms && a->views == b->views && same_acts(a, b);
	for (int i = 0; i < a->arms && same; i++)
		same = strcmp(a->arm[i].name, b->arm[i].name) == 0 &&
		       memcmp(&a->arm[i].c, &b->arm[i].c, sizeof a->arm[i].c) == 0;
	for (int i = 0; i < a->views && same; i++)
		same = a->view[i] == b->view[i];
	return same;
}

static int step_called(const lesson *l, const char *title)
{
	for (int k = 0; k < l->steps; k++)
		if (strcmp(l->step[k].title, title) == 0)
			return k;
	return -1;
}

static int step_like(const lesson *l, const lesson_step *s, int number)
{
	int k = step_called(l, s->title);
	return k >= 0 ? k : number < l->steps ? number : l->steps - 1;
}

/* What was said and reached stays where the step is the same. */
static void carry_over(tutor_step *to, const lesson *l, const tutor_step *from, const lesson *before)
{
	for (int k = 0; k < before->steps; k++) {
		int at = step_like(l, &before->step[k], k);
		if (at >= 0 && same_acts(&l->step[at], &before->step[k]))
			to[at] = from[k];
	}
}

bool tutor_read_again(bench *b, err *e)
{
	tutor *t = b->tutor;
	lesson *l = lesson_read(t->path, e), *before = t->l;
	if (!l)
		return false;
	if (l->steps == 0 && before->steps > 0) { /* it is being written */
		lesson_free(l);
		return err_input(e, "The file has no steps now; the lesson is shown as it was before.");
	}
	const lesson_step *s = tutor_at(t);
	char lost[sizeof t->lost] = "";
	int k = s ? step_like(l, s, tutor_number(t)) : -1;
	if (t->lost[0] && step_called(l, t->lost) >= 0) /* it has come back */
		k = step_called(l, t->lost);
	else if (t->lost[0] || (s && step_called(l, s->title) < 0))
		snprintf(lost, sizeof lost, "%s", t->lost[0] ? t->lost : s->title);
	bool same = s && k == tutor_number(t) && l->steps > 0;
	for (int i = k; same && i >= 0; i = l->step[i].keep ? i - 1 : -1)
		same = same_runs(&l->step[i], &before->step[i]);
	tutor_step *y = new_steps(l);
	if (!y) {
		lesson_free(l);
		return err_machine(e, "no memory for a lesson");
	}
	carry_over(y, l, t->step, before);
	free_page(t);
	free(t->step);
	t->l = l;
	t->step = y;
	t->broken[0] = '\0';
	lesson_free(before);
	name_needs(t);
	remember(t);
	if (!same && !t->free) {
		t->loaded = -1;
		tutor_go(b, k >= 0 ? k + has_cover(t) : 0);
	} else {
		t->page = k + has_cover(t) > 0 ? k + has_cover(t) : 0;
	}
	snprintf(t->lost, sizeof t->lost, "%s", lost);
	return true;
}

void tutor_look(bench *b, double now)
{
	tutor *t = b->tutor;
	struct stat there;
	err e;
	if (!t || now < t->looked + LOOK_EVERY)
		return;
	t->looked = now;
	if (stat(t->path, &there) != 0 || there.st_size == 0)
		return; /* it is being saved, or gone: what was read stays */
	bool same = there.st_mtim.tv_sec == t->file.st_mtim.tv_sec &&
	            there.st_mtim.tv_nsec == t->file.st_mtim.tv_nsec && there.st_size == t->file.st_size &&
	            there.st_ino == t->file.st_ino;
	if (same)
		return;
	t->file = there;
	if (tutor_read_again(b, &e))
		say(b, t->l->messages ? "The lesson was read again: it has mistakes." : "The lesson was read again.");
	else
		snprintf(t->broken, sizeof t->broken, "%s", e.text);
	tutor_refresh(b);
}

/* ---- the panel ---- */

bool tutor_choosy(const bench *b)
{
	const tutor *t = b->tutor;
	const lesson_step *s =
	        t && !t->free && t->l->steps > 0 ? &t->l->step[tutor_number(t) > 0 ? tutor_number(t) : 0] : NULL;
	return t && !t->free && tutor_number(t) < 0 && t->l->picture ? true : s && s->choosy;
}

lesson_control tutor_control(const bench *b, knob_id id)
{
	const tutor *t = b->tutor;
	if (!t || t->free || t->l->steps == 0)
		return CONTROL_USUAL;
	if (tutor_number(t) < 0 && t->l->picture)
		return CONTROL_HIDDEN; /* nothing on the cover is there to be turned */
	return lesson_shows(&t->l->step[tutor_number(t) > 0 ? tutor_number(t) : 0], id);
}

/* ---- for others ---- */

void bench_lesson(bench *b, const char *path)
{
	char word[FILE_PATH];
	err e;
	double step = 0;
	snprintf(word, sizeof word, "%s", path);
	char *hash = strrchr(word, '#');
	if (hash && text_read_number(hash + 1, false, &step) && step >= 1 && step <= LESSON_STEPS)
		*hash = '\0';
	else
		step = 0;
	if (!tutor_open(b, word, (int)step, true, &e))
		ui_toast(&b->ui, e.text);
}

bool lesson_finished(const lesson *l)
{
	int met = 0;
	progress p = progress_load();
	bool ended = progress_has(&p, l, NULL, NULL);
	int goals = progress_count(&p, l, &met);
	progress_free(&p);
	return goals > 0 ? met == goals : ended;
}

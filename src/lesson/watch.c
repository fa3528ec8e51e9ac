#include "lesson/watch.h"

#include "lesson/gauge.h"
#include "run/arms.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Static_assert((int)WATCH_NOTES <= (int)SNAP_NOTES, "the notes of a step fit into a snap");

typedef struct watched_act {
	act_kind kind;
	int arm;
	bool has_goal, limited, slow; /* slow: takes too long to be asked after every update */
	long updates;
	goal goal;
} watched_act;

typedef struct watch {
	long serial;
	int n, arms;
	watched_act act[LESSON_ACTS];
	double note[LESSON_ACTS];
	int gauges;
	gauge *gauge[GOAL_ARMS];
	bool begun; /* `first` is known */
	long first; /* update at which the step began */
	long seen;  /* last update */
} watch;

/* ---- the numbers of the arms ---- */

static gauge *take_gauge(watch *w, const trial *t)
{
	for (int i = 0; i < w->gauges; i++)
		if (w->gauge[i] && gauge_trial(w->gauge[i]) == t) {
			gauge *g = w->gauge[i];
			w->gauge[i] = NULL;
			return g;
		}
	err e;
	return gauge_new(t, &e);
}

/* A gauge for each arm: the one that it had, or a new one for a run that began anew. */
static void meet_arms(watch *w, const arms *a)
{
	gauge *now[GOAL_ARMS] = {0};
	int n = arms_count(a) < GOAL_ARMS ? arms_count(a) : GOAL_ARMS;
	bool same = n == w->gauges;
	for (int i = 0; i < n && same; i++)
		same = w->gauge[i] && gauge_trial(w->gauge[i]) == arms_trial(a, i);
	for (int i = 0; i < n && !same; i++)
		now[i] = take_gauge(w, arms_trial(a, i));
	for (int i = 0; i < w->gauges && !same; i++)
		gauge_free(w->gauge[i]);
	if (!same) {
		memcpy(w->gauge, now, sizeof now);
		w->gauges = n;
	}
	for (int i = 0; i < n; i++)
		if (w->gauge[i])
			gauge_update(w->gauge[i]);
}

static double read_arm(void *data, int arm, int metric, int index)
{
	watch *w = data;
	return arm >= 0 && arm < w->gauges && w->gauge[arm] ? gauge_read(w->gauge[arm], metric, index) : NAN;
}

/* For one arm, or for all that the step has. */
static bool holds(watch *w, const watched_act *a)
{
	int n = w->arms < w->gauges ? w->arms : w->gauges;
	for (int i = 0; i < w->gauges; i++)
		if (!w->gauge[i] || !gauge_fresh(w->gauge[i]))
			return false;
	for (int i = 0; i < n; i++)
		if ((a->arm < 0 || a->arm == i) && !goal_holds(&a->goal, i, read_arm, w))
			return false;
	return n > 0;
}

/* ---- runs and goals ---- */

/* The run that is due: −1 when all have ended. *began: where. */
static int due_run(const watch *w, int *ended, double *began)
{
	*ended = 0;
	*began = (double)w->first;
	for (int i = 0; i < w->n; i++) {
		if (w->act[i].kind != ACT_RUN)
			continue;
		if (isnan(w->note[i]))
			return i;
		*began = w->note[i];
		(*ended)++;
	}
	return -1;
}

/* Runs that ended later than the present have not ended: the present went back. */
static void go_back(watch *w, long update)
{
	w->first = update < w->first ? update : w->first;
	for (int i = 0; i < w->n; i++)
		if (w->act[i].kind == ACT_RUN && w->note[i] > (double)update)
			w->note[i] = NAN;
}

/* True when the run that is due ends here. */
static bool end_run(watch *w, long update)
{
	int ended;
	double began;
	int i = due_run(w, &ended, &began);
	if (i < 0)
		return false;
	const watched_act *a = &w->act[i];
	double last = a->has_goal && a->limited ? (double)a->updates : began + (double)a->updates;
	if (!(a->has_goal && holds(w, a)) && (double)update < last)
		return false;
	w->note[i] = (double)update;
	return true;
}

static void check_goals(watch *w, long update, bool all)
{
	for (int i = 0; i < w->n; i++) {
		const watched_act *a = &w->act[i];
		bool in_time = a->updates == 0 || update <= a->updates;
		if (a->kind == ACT_GOAL && isnan(w->note[i]) && in_time && (all || !a->slow) && holds(w, a))
			w->note[i] = (double)update;
	}
}

static void measure_answers(watch *w)
{
	for (int i = 0; i < w->n; i++)
		if (w->act[i].kind == ACT_PREDICT_NUMBER)
			w->note[i] = goal_value(&w->act[i].goal, 0, read_arm, w);
}

/* A line for each goal: number of the act, a tab, its metrics. Of several arms the first that is asked. */
static void measure_goals(watch *w, char *text, size_t size)
{
	size_t at = 0;
	char one[120];
	text[0] = '\0';
	for (int i = 0; i < w->n; i++) {
		const watched_act *a = &w->act[i];
		if (a->kind != ACT_GOAL || w->gauges == 0)
			continue;
		goal_measured(&a->goal, a->arm < 0 ? 0 : a->arm, read_arm, w, one, sizeof one);
		int n = snprintf(text + at, size - at, "%d\t%s\n", i, one);
		if (n < 0 || (size_t)n >= size - at) {
			text[at] = '\0';
			return;
		}
		at += (size_t)n;
	}
}

static bool look(void *data, const arms *a, bool moved, double *note, char *text)
{
	watch *w = data;
	long update = arms_update(a);
	bool travels = arms_target(a) >= 0 && update < arms_target(a);
	meet_arms(w, a);
	if (!w->begun) {
		w->begun = true;
		w->first = update;
	}
	if (update < w->seen)
		go_back(w, update);
	w->seen = update;
	bool ends = end_run(w, update);
	check_goals(w, update, moved && !travels);
	if (moved && !travels)
		measure_answers(w);
	if (moved || ends) {
		int ended;
		double began;
		due_run(w, &ended, &began);
		memcpy(note, w->note, (size_t)w->n * sizeof *note);
		note[WATCH_RUNS] = ended;
		note[WATCH_BEGAN] = began;
		note[WATCH_SERIAL] = (double)w->serial;
	}
	if (text && !travels)
		measure_goals(w, text, SNAP_NOTE_TEXT);
	return ends;
}

/* ---- making and ending ---- */

static void watch_free(void *data)
{
	watch *w = data;
	for (int i = 0; i < w->gauges; i++)
		gauge_free(w->gauge[i]);
	free(w);
}

/* What another watch knows of the same runs. */
static void follow(void *data, void *before)
{
	watch *w = data, *b = before;
	memcpy(w->gauge, b->gauge, sizeof w->gauge);
	w->gauges = b->gauges;
	b->gauges = 0;
}

static bool is_slow(const goal *g)
{
	return goal_uses(g, GOAL_rho) || goal_uses(g, GOAL_sigma_max);
}

bool watch_new(const lesson_step *s, long serial, worker_eye *eye, err *e)
{
	watch *w = calloc(1, sizeof *w);
	if (!w)
		return err_machine(e, "no memory for the goals of a step");
	w->serial = serial;
	w->arms = s->arms;
	w->n = s->acts < LESSON_ACTS ? s->acts : LESSON_ACTS;
	for (int i = 0; i < w->n; i++) {
		const lesson_act *from = &s->act[i];
		watched_act *to = &w->act[i];
		*to = (watched_act){
		        .kind = from->kind, .arm = from->arm, .limited = from->limited, .updates = from->updates};
		to->has_goal = from->goal != NULL;
		if (from->goal) {
			to->goal = *from->goal;
			to->slow = is_slow(from->goal);
		}
		w->note[i] = NAN;
	}
	*eye = (worker_eye){.look = look, .follow = follow, .free = watch_free, .data = w};
	return true;
}

const char *watch_measured(const snap *s, long serial, int act, char *buf, size_t size)
{
	buf[0] = '\0';
	for (const char *p = s->note_text; *p && s->note[WATCH_SERIAL] == (double)serial;) {
		size_t length = strcspn(p, "\n"), number = strcspn(p, "\t");
		if (atoi(p) == act && number < length)
			snprintf(buf, size, "%.*s", (int)(length - number - 1), p + number + 1);
		p += length + (p[length] == '\n');
	}
	return buf;
}

double watch_note(const snap *s, long serial, int note)
{
	return s->note[WATCH_SERIAL] == (double)serial ? s->note[note] : NAN;
}

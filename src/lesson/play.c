#include "lesson/play.h"

#include "lesson/gauge.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The runs of a step, side by side. */
typedef struct band {
	int n;
	trial *t[GOAL_ARMS];
	gauge *g[GOAL_ARMS];
} band;

typedef struct tally {
	int tried, held;
	bool skipped;
	char measured[400];
} tally;

typedef struct player {
	const lesson *l;
	const play_options *o;
	band b;
	int seed;     /* 0 … : added to the seed of the step */
	bool cut;     /* a run was longer than quick allows: what follows it is not known */
	bool stopped; /* asked to */
	tally *tally; /* steps × LESSON_ACTS */
} player;

/* ---- runs ---- */

static void band_close(band *b)
{
	for (int i = 0; i < b->n; i++) {
		gauge_free(b->g[i]);
		trial_free(b->t[i]);
	}
	*b = (band){0};
}

static config with_seed(const config *c, int seed)
{
	config out = *c;
	out.v[KNOB_seed] = fmod(c->v[KNOB_seed] + seed, knob_get(KNOB_seed)->high);
	return out;
}

static bool band_open(band *b, const lesson_arm *arm, int n, int seed, err *e)
{
	band_close(b);
	for (int i = 0; i < n; i++) {
		config c = with_seed(&arm[i].c, seed);
		b->n = i + 1;
		b->t[i] = trial_new(&c, e);
		b->g[i] = b->t[i] ? gauge_new(b->t[i], e) : NULL;
		if (!b->g[i])
			return *arm[i].name ? err_prefix(e, "arm \"%s\"", arm[i].name) : false;
		trial_measure(b->t[i]);
		gauge_update(b->g[i]);
	}
	return true;
}

static bool band_adjust(band *b, const lesson_arm *arm, int seed, err *e)
{
	for (int i = 0; i < b->n; i++) {
		config c = with_seed(&arm[i].c, seed);
		if (!config_fits(&c, e))
			return false;
		for (int id = 0; id < KNOB_COUNT; id++)
			if (!config_same(&b->t[i]->c, &c, (knob_id)id))
				trial_edit(b->t[i], (knob_id)id, c.v[id]);
	}
	return true;
}

/* One update of every arm; false when none goes on. */
static bool band_step(band *b)
{
	bool any = false;
	for (int i = 0; i < b->n; i++) {
		long before = b->t[i]->update;
		trial_step(b->t[i]);
		gauge_update(b->g[i]);
		any = any || b->t[i]->update > before;
	}
	return any;
}

static long band_update(const band *b)
{
	long most = 0;
	for (int i = 0; i < b->n; i++)
		most = b->t[i]->update > most ? b->t[i]->update : most;
	return most;
}

/* ---- conditions over the arms ---- */

static double read_arm(void *data, int arm, int metric, int index)
{
	band *b = data;
	return arm >= 0 && arm < b->n ? gauge_read(b->g[arm], metric, index) : NAN;
}

static bool holds(band *b, const goal *g, int arm)
{
	for (int i = 0; i < b->n; i++)
		if ((arm < 0 || arm == i) && !goal_holds(g, i, read_arm, b))
			return false;
	return true;
}

static void append(char *text, size_t size, const char *more)
{
	strncat(text, more, size - strlen(text) - 1);
}

/* "loss 1.02", or for several arms "no clip: loss 1.39, clip: loss 1.02". */
static void measure(band *b, const lesson_step *s, const goal *g, int arm, char *buf, size_t size)
{
	char one[200];
	buf[0] = '\0';
	for (int i = 0; i < b->n; i++) {
		if ((arm >= 0 && arm != i) || (i > 0 && goal_names_arms(g)))
			continue;
		goal_measured(g, i, read_arm, b, one, sizeof one);
		append(buf, size, buf[0] && one[0] ? "; " : "");
		if (arm < 0 && b->n > 1 && !goal_names_arms(g) && one[0]) {
			append(buf, size, s->arm[i].name);
			append(buf, size, ": ");
		}
		append(buf, size, one);
	}
}

/* ---- claims ---- */

static void claim(player *p, const lesson_step *s, int line, const char *what, const char *text, play_verdict v,
        const char *measured)
{
	play_claim c = {.step = s, .line = line, .what = what, .text = text, .verdict = v};
	snprintf(c.measured, sizeof c.measured, "%s", measured);
	p->o->claim(p->o->data, &c);
}

static bool asked_to_stop(player *p)
{
	p->stopped = p->stopped || (p->o->stop && p->o->stop(p->o->data));
	return p->stopped;
}

/* Updates until `last`, or until the condition holds; whether it does. `last` counts updates from the beginning of the
 * runs. */
static bool go(player *p, long last, const goal *until, int arm)
{
	bool reached = until && holds(&p->b, until, arm);
	long limit = p->o->quick && last > PLAY_QUICK ? PLAY_QUICK : last;
	while (!reached && band_update(&p->b) < limit && !asked_to_stop(p) && band_step(&p->b))
		reached = until && holds(&p->b, until, arm);
	if (!reached && limit < last && band_update(&p->b) >= limit)
		p->cut = true;
	return reached;
}

static void play_run(player *p, const lesson_step *s, const lesson_act *a, bool report)
{
	long at = band_update(&p->b);
	if (!a->goal) {
		go(p, at + a->updates, NULL, -1);
		return;
	}
	bool reached = go(p, a->limited ? a->updates : at + a->updates, a->goal, -1);
	if (reached || a->limited || p->stopped || !report)
		return;
	char text[400], measured[300];
	measure(&p->b, s, a->goal, -1, measured, sizeof measured);
	snprintf(text, sizeof text, "not reached at update %ld: %s", band_update(&p->b), measured);
	claim(p, s, a->line, "run", a->text, p->cut ? PLAY_SKIPPED : PLAY_FAILS, text);
}

static tally *tally_of(player *p, const lesson_step *s, const lesson_act *a)
{
	return &p->tally[(s - p->l->step) * LESSON_ACTS + (a - s->act)];
}

static void play_expect(player *p, const lesson_step *s, const lesson_act *a)
{
	tally *y = tally_of(p, s, a);
	char measured[200];
	y->skipped = y->skipped || p->cut;
	y->tried++;
	y->held += holds(&p->b, a->goal, a->arm);
	measure(&p->b, s, a->goal, a->arm, measured, sizeof measured);
	append(y->measured, sizeof y->measured, y->tried > 1 ? " · " : "");
	append(y->measured, sizeof y->measured, measured);
}

/* The answer of a prediction lies on the axis that the learner is given, and not where the mark rests before it is
 * moved: nobody would have to think. */
static void check_prediction(player *p, const lesson_step *s, const lesson_act *a)
{
	tally *y = tally_of(p, s, a);
	double v = goal_value(a->goal, 0, read_arm, &p->b);
	y->tried = 1;
	bool given = lesson_number_right(a, lesson_number_start(a), v);
	y->held = v >= a->from && v <= a->to && !given;
	y->skipped = p->cut;
	snprintf(y->measured, sizeof y->measured, "%.6g, axis from %g to %g%s", v, a->from, a->to,
	        given ? ": right without moving the mark" : "");
}

static void report(player *p, const lesson_step *s, const lesson_act *a)
{
	const tally *y = tally_of(p, s, a);
	char text[480];
	bool good = a->majority ? 2 * y->held > y->tried : y->held == y->tried;
	if (!y->tried)
		return;                                           /* the step could not be played */
	bool alone = a->majority && y->tried < a->seeds && !good; /* one seed is no majority */
	if (alone)
		snprintf(text, sizeof text, "%d of %d seeds: %s", y->tried, a->seeds, y->measured);
	else if (y->skipped)
		snprintf(text, sizeof text, "needs more than %d updates", PLAY_QUICK);
	else if (a->seeds > 1)
		snprintf(text, sizeof text, "%d of %d seeds: %s", y->held, y->tried, y->measured);
	else
		snprintf(text, sizeof text, "%s", y->measured);
	claim(p, s, a->line, a->kind == ACT_EXPECT ? "expect" : "predict", a->text,
	        y->skipped || alone ? PLAY_SKIPPED
	        : good              ? PLAY_HOLDS
	                            : PLAY_FAILS,
	        text);
}

/* ---- steps ---- */

static bool open_step(player *p, const lesson_step *s, err *e)
{
	return s->keep && p->b.n == s->arms ? band_adjust(&p->b, s->arm, p->seed, e)
	                                    : band_open(&p->b, s->arm, s->arms, p->seed, e);
}

/* Its runs and claims; with `claims` false only the runs. */
static void play_acts(player *p, const lesson_step *s, bool claims)
{
	bool first = p->seed == 0 && claims;
	for (int i = 0; i < s->acts && !p->stopped; i++) {
		const lesson_act *a = &s->act[i];
		if (a->kind == ACT_RUN)
			play_run(p, s, a, first);
		else if (a->kind == ACT_EXPECT && claims && (p->seed < a->seeds))
			play_expect(p, s, a);
	}
	for (int i = 0; i < s->acts && first && !p->stopped; i++)
		if (s->act[i].kind == ACT_PREDICT_NUMBER)
			check_prediction(p, s, &s->act[i]);
}

/* The runs as the learner finds them when step `last` is opened; the steps before it are played. */
static bool open_at(player *p, const lesson_step *first, const lesson_step *last, err *e)
{
	band_close(&p->b);
	p->seed = 0;
	p->cut = false;
	for (const lesson_step *s = first; s <= last; s++) {
		if (!open_step(p, s, e))
			return false;
		if (s < last)
			play_acts(p, s, false);
	}
	return true;
}

/* Settings over one arm, or all: new runs where the weights have to begin anew. */
static bool apply_solution(player *p, const lesson_step *s, const lesson_act *a, err *e)
{
	lesson_arm arm[GOAL_ARMS];
	bool anew = !s->keep;
	memcpy(arm, s->arm, sizeof arm);
	for (int i = 0; i < s->arms; i++) {
		if (a->arm >= 0 && a->arm != i)
			continue;
		if (!lesson_apply(&arm[i].c, a->solution, e))
			return false;
		anew = anew || config_restart(&s->arm[i].c, &arm[i].c) == KNOB_WEIGHTS;
	}
	return anew ? band_open(&p->b, arm, s->arms, 0, e) : band_adjust(&p->b, arm, 0, e);
}

static void check_goal(player *p, const lesson_step *first, const lesson_step *s, const lesson_act *a)
{
	char text[400], measured[200];
	err e;
	if (!open_at(p, first, s, &e)) {
		claim(p, s, a->line, "goal", a->text, PLAY_FAILS, e.text);
		return;
	}
	if (holds(&p->b, a->goal, a->arm)) {
		measure(&p->b, s, a->goal, a->arm, measured, sizeof measured);
		snprintf(text, sizeof text, "holds before anything is done: %s", measured);
		claim(p, s, a->line, "goal", a->text, PLAY_FAILS, text);
		return;
	}
	if (a->solution && !apply_solution(p, s, a, &e)) {
		claim(p, s, a->line, "goal", a->text, PLAY_FAILS, e.text);
		return;
	}
	long last = a->updates ? a->updates : band_update(&p->b) + LESSON_UNTIL;
	bool reached = go(p, last, a->goal, a->arm);
	if (p->stopped)
		return;
	measure(&p->b, s, a->goal, a->arm, measured, sizeof measured);
	snprintf(text, sizeof text, "%s at update %ld with %s: %s", reached ? "reached" : "not reached",
	        band_update(&p->b), a->solution ? a->solution : "the step's own settings", measured);
	claim(p, s, a->line, "goal", a->text, reached ? PLAY_HOLDS : p->cut ? PLAY_SKIPPED : PLAY_FAILS, text);
}

static bool readable(player *p, const lesson_step *first, const lesson_step *end)
{
	bool good = true;
	for (const lesson_step *s = first; s < end; s++)
		if (s->mistakes) {
			claim(p, s, s->line, "step", s->title, PLAY_FAILS, "it has mistakes and is not played");
			good = false;
		}
	return good;
}

/* A step and those that go on with its runs. */
static void play_group(player *p, const lesson_step *first, const lesson_step *end)
{
	int seeds = 1;
	err e;
	if (!readable(p, first, end))
		return;
	for (const lesson_step *s = first; s < end; s++)
		for (int i = 0; i < s->acts; i++)
			seeds = s->act[i].seeds > seeds && !p->o->quick ? s->act[i].seeds : seeds;
	for (p->seed = 0; p->seed < seeds && !p->stopped; p->seed++) {
		band_close(&p->b);
		p->cut = false;
		for (const lesson_step *s = first; s < end && !p->stopped; s++) {
			if (!open_step(p, s, &e)) {
				claim(p, s, s->line, "step", s->title, PLAY_FAILS, e.text);
				return;
			}
			play_acts(p, s, true);
		}
	}
	for (const lesson_step *s = first; s < end && !p->stopped; s++)
		for (int i = 0; i < s->acts && !p->stopped; i++) {
			if (s->act[i].kind == ACT_EXPECT || s->act[i].kind == ACT_PREDICT_NUMBER)
				report(p, s, &s->act[i]);
			else if (s->act[i].kind == ACT_GOAL)
				check_goal(p, first, s, &s->act[i]);
		}
}

bool play_lesson(const lesson *l, const play_options *o)
{
	player p = {.l = l, .o = o, .tally = calloc((size_t)l->steps * LESSON_ACTS + 1, sizeof *p.tally)};
	const lesson_step *end = l->step + l->steps;
	if (!p.tally) {
		claim(&p, NULL, 1, "step", "", PLAY_FAILS, "no memory to play it");
		return true;
	}
	for (const lesson_step *s = l->step; s < end && !asked_to_stop(&p);) {
		const lesson_step *next = s + 1;
		while (next < end && next->keep)
			next++;
		play_group(&p, s, next);
		s = next;
	}
	band_close(&p.b);
	free(p.tally);
	return !p.stopped;
}

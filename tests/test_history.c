/* Going back: any past update again, bit for bit, for every cell and optimizer, with changes under way; forks, budgets,
 * divergences, and arms that are compared. */
#include "base/rng.h"
#include "num/eig.h"
#include "run/arms.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MIB = 1 << 20 };

static run_state state;

static void read_state(const char *text)
{
	err e;
	if (!state_read(&state, text, &e))
		fail_msg("%s: %s", text, e.text);
}

static trial *open_trial(const char *text)
{
	err e;
	read_state(text);
	trial *t = trial_new(&state.arm[0].start, &e);
	if (!t)
		fail_msg("%s: %s", text, e.text);
	return t;
}

static void set(config *c, const char *pair)
{
	err e;
	if (!config_assign(c, pair, &e))
		fail_msg("%s", e.text);
}

static uint64_t hash_of(const void *bytes, size_t n)
{
	const unsigned char *p = bytes;
	uint64_t h = 14695981039346656037u;
	for (size_t i = 0; i < n; i++)
		h = (h ^ p[i]) * 1099511628211u;
	return h;
}

static uint64_t hash_trial(const trial *t)
{
	size_t n = trial_state_size(t);
	unsigned char *bytes = malloc(n);
	assert_non_null(bytes);
	trial_save(t, bytes);
	uint64_t h = hash_of(bytes, n) ^ hash_of(t->c.v, sizeof t->c.v);
	free(bytes);
	return h;
}

static arms *open_arms(const char *text, size_t budget)
{
	err e;
	read_state(text);
	arms *a = arms_new(&state, budget, &e);
	if (!a)
		fail_msg("%s: %s", text, e.text);
	return a;
}

static void seek(arms *a, long update)
{
	err e;
	assert_true(arms_seek(a, update, &e));
	arms_arrive(a);
}

static void go(arms *a, long updates)
{
	arms_go(a, updates);
	arms_arrive(a);
}

static void change(arms *a, int arm, const char *pair)
{
	err e;
	config c = arms_trial(a, arm)->c;
	set(&c, pair);
	if (!arms_config(a, arm, &c, &e))
		fail_msg("%s: %s", pair, e.text);
}

/* ---- going back ---- */

/* A run of 300 updates whose knobs change five times; then 100 random updates of it, from anywhere to anywhere. */
static void rewinds(const char *text, size_t budget)
{
	enum { N = 300, CHANGES = 6 };
	static const char *const changes[CHANGES] = {
	        "lr=0.004", "clip=norm", "optimizer=momentum", "clip_at=0.3", "rescale=0.7", "optimizer=adam"};
	err e;
	uint64_t hash[N + 1];
	trial *t = open_trial(text);
	history *h = history_new(budget, &e);
	assert_non_null(h);
	history_start(h, t, NULL, 0);
	hash[0] = hash_trial(t);
	for (int u = 1; u <= N; u++) {
		assert_true(history_step(h, t));
		for (int i = 0; i < CHANGES; i++)
			if (u == 40 + 43 * i) {
				config c = t->c;
				set(&c, changes[i]);
				assert_true(history_edit(h, t, &c, STATE_EDITS, &e));
			}
		hash[u] = hash_trial(t);
	}
	assert_false(t->diverged);
	rng r = rng_make(3, RNG_TEST, 0);
	for (int i = 0; i < 100; i++) {
		long u = rng_below(&r, N + 1);
		assert_true(history_seek(h, t, u, &e));
		assert_int_equal(t->update, u);
		if (hash_trial(t) != hash[u])
			fail_msg("%s: update %ld is not what it was", text, u);
	}
	assert_true(history_end(h) == N && history_bytes(h) <= budget);
	history_free(h);
	trial_free(t);
}

static void every_cell_comes_back(void **unused)
{
	(void)unused;
	const knob *cells = knob_get(KNOB_cell);
	static const char *const more[] = {
	        "", " precision=f64", " backend=native", " task=temporal_order T_jitter=0.3"};
	for (int c = 0; c < cells->choices; c++)
		for (int k = 0; k < 4; k++) {
			char text[160];
			snprintf(text, sizeof text, "unroll/1 cell=%s hidden=9 T=8 batch=3 lr=0.002%s",
			        cells->choice[c], more[k]);
			rewinds(text, 4 * MIB);
		}
}

static void every_optimizer_comes_back(void **unused)
{
	(void)unused;
	const knob *optims = knob_get(KNOB_optimizer);
	for (int i = 0; i < optims->choices; i++) {
		char text[160];
		snprintf(text, sizeof text, "unroll/1 optimizer=%s hidden=7 T=6 batch=3 lr=0.001", optims->choice[i]);
		rewinds(text, 4 * MIB);
	}
}

/* From a budget of nothing to more than the run needs. */
static void any_budget_will_do(void **unused)
{
	(void)unused;
	for (size_t budget = 0; budget < 2 * MIB; budget = budget * 3 + 1000)
		rewinds("unroll/1 hidden=20 T=5 batch=2 lr=0.002", budget);
}

static void the_budget_is_kept(void **unused)
{
	(void)unused;
	err e;
	trial *t = open_trial("unroll/1 hidden=16 T=3 batch=1");
	size_t slot = trial_state_size(t), budget = 40 * slot;
	history *h = history_new(budget, &e);
	history_start(h, t, NULL, 0);
	for (int u = 0; u < 20000; u++) {
		history_step(h, t);
		assert_true(history_bytes(h) <= budget);
	}
	assert_true(history_checkpoints(h) > 18);
	history_free(h);
	trial_free(t);
}

/* An edit drops what lay ahead; a change back is none; one that clears the optimizer stays. */
static void edits_cut_the_future(void **unused)
{
	(void)unused;
	err e;
	int n;
	trial *t = open_trial("unroll/1 hidden=5 T=4 batch=2 optimizer=momentum");
	history *h = history_new(MIB, &e);
	history_start(h, t, NULL, 0);
	config c = t->c;
	set(&c, "lr=0.02");
	assert_true(history_edit(h, t, &c, STATE_EDITS, &e));
	assert_true(history_edits(h, &n) && n == 0 && history_start_config(h)->v[KNOB_lr] == 0.02);
	for (int i = 0; i < 60; i++)
		history_step(h, t);
	assert_true(history_seek(h, t, 30, &e));
	assert_int_equal(history_end(h), 60);
	set(&c, "lr=0.5");
	assert_true(history_edit(h, t, &c, STATE_EDITS, &e));
	assert_int_equal(history_end(h), 30);
	set(&c, "lr=0.02");
	assert_true(history_edit(h, t, &c, STATE_EDITS, &e));
	history_edits(h, &n);
	assert_int_equal(n, 0);
	set(&c, "optimizer=adam");
	assert_true(history_edit(h, t, &c, STATE_EDITS, &e));
	set(&c, "optimizer=momentum");
	assert_true(history_edit(h, t, &c, STATE_EDITS, &e));
	history_edits(h, &n);
	assert_int_equal(n, 1); /* the momentum was lost on the way */
	set(&c, "lr=0.3");
	assert_false(history_edit(h, t, &c, 0, &e));
	assert_non_null(strstr(e.text, "1024"));
	assert_true(t->c.v[KNOB_lr] == 0.02);
	set(&c, "hidden=6");
	assert_false(history_edit(h, t, &c, STATE_EDITS, &e));
	history_free(h);
	trial_free(t);
}

/* ---- states ---- */

static const char *text_of(const arms *a)
{
	static char text[STATE_TEXT];
	static run_state s;
	arms_state(a, &s);
	return state_write(&s, text, sizeof text);
}

/* What was done by hand, copied as text and run elsewhere, gives the same bits. */
static void a_state_repeats_a_run(void **unused)
{
	(void)unused;
	arms *a = open_arms(
	        "unroll/1 hidden=12 T=10 batch=5 arm=\"\" optimizer=sgd arm=\"\" optimizer=nesterov lr=0.003", 8 * MIB);
	arms_arrive(a);
	go(a, 37);
	change(a, 0, "lr=0.02");
	go(a, 20);
	change(a, 1, "clip=value");
	change(a, 1, "clip_at=0.01");
	change(a, 0, "optimizer=adam");
	change(a, 0, "optimizer=sgd"); /* the same name, but the memory is gone */
	go(a, 50);
	seek(a, 81);
	change(a, 0, "lr=0.001");
	change(a, 0, "probe_every=7"); /* shared */
	go(a, 9);
	assert_true(arms_trial(a, 1)->c.v[KNOB_probe_every] == 7);
	arms *b = open_arms(text_of(a), MIB);
	arms_arrive(b);
	assert_int_equal(arms_update(b), 90);
	for (int i = 0; i < 2; i++)
		assert_true(hash_trial(arms_trial(a, i)) == hash_trial(arms_trial(b, i)));
	arms_free(a);
	arms_free(b);
}

/* A run that was rewound comes back as it stood, with what lies ahead of it. */
static void a_state_keeps_what_lies_ahead(void **unused)
{
	(void)unused;
	arms *a = open_arms("unroll/1 hidden=7 T=6 batch=4 lr=0.02 arm=one arm=two clip=norm", 8 * MIB);
	arms_arrive(a);
	go(a, 40);
	change(a, 1, "lr=0.05");
	go(a, 30);
	uint64_t end[2];
	for (int i = 0; i < 2; i++)
		end[i] = hash_trial(arms_trial(a, i));
	seek(a, 25);
	assert_non_null(strstr(text_of(a), " at=25 "));
	arms *b = open_arms(text_of(a), 8 * MIB);
	assert_int_equal(arms_target(b), 70);
	arms_arrive(b);
	assert_true(arms_update(b) == 25 && arms_end(b) == 70);
	assert_true(hash_trial(arms_trial(a, 1)) == hash_trial(arms_trial(b, 1)));
	char first[STATE_TEXT];
	snprintf(first, sizeof first, "%s", text_of(a));
	assert_string_equal(text_of(b), first);
	go(b, 45);
	for (int i = 0; i < 2; i++)
		assert_true(hash_trial(arms_trial(b, i)) == end[i]);
	/* what is changed in the past cuts the rest, of that arm */
	seek(b, 10);
	change(b, 0, "lr=0.01");
	assert_non_null(strstr(text_of(b), " @10 lr=0.01"));
	assert_non_null(strstr(text_of(b), " at=10 "));
	change(b, 1, "lr=0.01");
	assert_null(strstr(text_of(b), " at="));
	/* a way that somebody else takes over does not lead back */
	err e;
	arms *c = open_arms(first, 8 * MIB);
	assert_true(arms_round(c) && arms_seek(c, 31, &e));
	arms_arrive(c);
	assert_int_equal(arms_update(c), 31);
	arms_free(a);
	arms_free(b);
	arms_free(c);
}

/* ---- arms ---- */

static snap shown, other;

static void arms_stay_equal(void **unused)
{
	(void)unused;
	err e;
	arms *a = open_arms("unroll/1 hidden=8 T=6 batch=3 lr=0.003", 16 * MIB);
	arms_arrive(a);
	go(a, 50);
	assert_true(arms_duplicate(a, 0, &e));
	assert_true(hash_trial(arms_trial(a, 0)) == hash_trial(arms_trial(a, 1)));
	go(a, 10);
	assert_true(hash_trial(arms_trial(a, 0)) == hash_trial(arms_trial(a, 1)));
	/* a fork in the past: the past is shared, the rest differs by the knob alone */
	seek(a, 25);
	config c = arms_trial(a, 0)->c;
	set(&c, "lr=0.03");
	assert_true(arms_fork(a, 0, &c, &e));
	assert_int_equal(arms_count(a), 3);
	go(a, 20);
	run_state s;
	arms_state(a, &s);
	assert_true(s.edits == 1 && s.edit[0].arm == 2 && s.edit[0].update == 25 && s.edit[0].knob == KNOB_lr);
	for (int id = 0; id < KNOB_COUNT; id++)
		assert_true(id == KNOB_lr || arms_trial(a, 0)->c.v[id] == arms_trial(a, 2)->c.v[id]);
	assert_true(hash_trial(arms_trial(a, 0)) == hash_trial(arms_trial(a, 1)));
	assert_true(hash_trial(arms_trial(a, 0)) != hash_trial(arms_trial(a, 2)));
	seek(a, 25);
	trial *t = (trial *)(uintptr_t)arms_trial(a, 2);
	uint64_t forked = hash_trial(t);
	trial_edit(t, KNOB_lr, 0.003);
	assert_true(hash_trial(t) == hash_trial(arms_trial(a, 0)) && forked != hash_trial(t));
	trial_edit(t, KNOB_lr, 0.03);
	/* another cell begins at update 0, and the others wait there with their future known */
	go(a, 30);
	change(a, 1, "cell=lstm");
	assert_int_equal(arms_update(a), 0);
	assert_int_equal(arms_end(a), 60);
	for (int i = 0; i < 3; i++)
		assert_int_equal(arms_trial(a, i)->update, 0);
	go(a, 5);
	/* the task is shared: all begin again */
	change(a, 1, "T=9");
	for (int i = 0; i < 3; i++)
		assert_true(arms_trial(a, i)->c.v[KNOB_T] == 9 && arms_trial(a, i)->update == 0);
	assert_int_equal(arms_end(a), 0);
	go(a, 3);
	assert_true(arms_duplicate(a, 2, &e) && !arms_duplicate(a, 2, &e));
	assert_true(arms_rename(a, 3, "last", &e));
	arms_exchange(a, 0, 3);
	assert_true(arms_hide(a, 0, true, &e) && arms_hide(a, 1, true, &e) && arms_hide(a, 2, true, &e));
	assert_false(arms_hide(a, 3, true, &e));
	arms_show(a, &shown, true);
	assert_true(shown.all == 4 && shown.arms == 1 && shown.arm[0].index == 3 && shown.about[0].hidden);
	assert_string_equal(shown.about[0].name, "last");
	while (arms_count(a) > 1)
		assert_true(arms_remove(a, arms_count(a) - 1, &e));
	assert_false(arms_remove(a, 0, &e));
	arms_show(a, &shown, false);
	assert_true(shown.arms == 1 && !shown.about[0].hidden);
	arms_free(a);
}

static void same_series(const snap_series *x, const snap_series *y)
{
	assert_true(x->n == y->n && x->first == y->first && x->stride == y->stride);
	for (int i = 0; i < x->n; i++) {
		assert_true(x->low[i] == y->low[i] && x->high[i] == y->high[i]);
		assert_true(fabsf(x->mean[i] - y->mean[i]) <= 1e-6F * fabsf(y->mean[i]));
	}
}

/* Curves keep their length when the run is rewound, and are exact up to the present after a change has cut them, also
 * in the middle of a point that stands for several updates. */
static void curves_follow(void **unused)
{
	(void)unused;
	const char *text = "unroll/1 hidden=4 T=3 batch=2 lr=0.003 probe_every=2";
	enum { LONG = 4 * SNAP_BUCKETS + 100, CUT = 3 * SNAP_BUCKETS + 77 };
	arms *a = open_arms(text, 16 * MIB), *b = open_arms(text, 16 * MIB);
	go(a, LONG);
	arms_show(a, &shown, true);
	snap_series whole = shown.arm[0].series[SNAP_LOSS];
	seek(a, CUT);
	arms_show(a, &shown, true);
	same_series(&shown.arm[0].series[SNAP_LOSS], &whole);
	assert_true(shown.arm[0].update == CUT && shown.arm[0].end == LONG && shown.end == LONG);
	go(b, CUT);
	arms_show(b, &other, true);
	const snap_arm *x = &shown.arm[0], *y = &other.arm[0];
	for (int i = 0; i < SNAP_SCALARS; i++)
		assert_true(x->now[i] == y->now[i] || (isnan(x->now[i]) && isnan(y->now[i])));
	assert_memory_equal(x->grad_histogram, y->grad_histogram, sizeof x->grad_histogram);
	assert_true(x->total.T == y->total.T && x->total.update == y->total.update);
	assert_memory_equal(x->total.norm, y->total.norm, (size_t)x->total.T * sizeof(float));
	assert_true(x->ghosts > 0);
	/* the same change in both; then the coarser curve of a is that of b, two points joined */
	change(a, 0, "lr=0.02");
	change(b, 0, "lr=0.02");
	assert_int_equal(arms_end(a), CUT);
	go(a, 1200);
	go(b, 1200);
	assert_true(hash_trial(arms_trial(a, 0)) == hash_trial(arms_trial(b, 0)));
	arms_show(a, &shown, true);
	arms_show(b, &other, true);
	const snap_series *p = &shown.arm[0].series[SNAP_LOSS], *q = &other.arm[0].series[SNAP_LOSS];
	int ratio = (int)(p->stride / q->stride);
	assert_true(ratio >= 1 && p->n > 100);
	for (int i = 0; i < p->n - 1; i++) {
		float low = INFINITY, high = -INFINITY;
		for (int k = 0; k < ratio; k++) {
			low = fminf(low, q->low[i * ratio + k]);
			high = fmaxf(high, q->high[i * ratio + k]);
		}
		assert_true(p->low[i] == low && p->high[i] == high);
	}
	arms_free(a);
	arms_free(b);
}

static void a_reset_leaves_a_ghost(void **unused)
{
	(void)unused;
	err e;
	arms *a = open_arms("unroll/1 hidden=4 T=3 batch=2", MIB);
	go(a, 40);
	arms_show(a, &shown, true);
	assert_int_equal(shown.arm[0].previous.n, 0);
	assert_true(arms_reset(a, &e));
	arms_show(a, &shown, true);
	assert_true(shown.arm[0].previous.n == 40 && shown.arm[0].series[SNAP_LOSS].n == 0 && shown.update == 0);
	arms_free(a);
}

/* ---- divergence ---- */

static bool has_mark(const snap_about *o, history_mark_kind kind, long update)
{
	for (int i = 0; i < o->marks; i++)
		if (o->mark[i].kind == (int)kind && (update < 0 || o->mark[i].update == update))
			return true;
	return false;
}

static long until_it_stops(arms *a, int arm)
{
	for (int i = 0; i < 3000 && !arms_trial(a, arm)->diverged; i++)
		go(a, 1);
	assert_true(arms_trial(a, arm)->diverged);
	return arms_trial(a, arm)->diverged_update;
}

/* Back before the end, step by step into it again: the same end, by the same cause. */
static void an_explosion_is_replayed(void **unused)
{
	(void)unused;
	arms *a = open_arms("unroll/1 activation=relu init=identity sigma_in=0.1 T=60 batch=4 lr=0.02 seed=2", 8 * MIB);
	arms_stay(a);
	long failed = until_it_stops(a, 0);
	char where[96], message[320];
	arms_show(a, &shown, true);
	snprintf(where, sizeof where, "%s", shown.arm[0].diverged_where);
	snprintf(message, sizeof message, "%s", shown.arm[0].message);
	assert_true(has_mark(&shown.about[0], MARK_DIVERGED, failed));
	uint64_t last = hash_trial(arms_trial(a, 0));
	for (int back = 1; back <= 21; back += 5) {
		seek(a, failed - back > 0 ? failed - back : 0);
		assert_false(arms_trial(a, 0)->diverged);
		arms_show(a, &shown, true);
		assert_true(shown.about[0].diverged_update == failed && shown.arm[0].message[0] == '\0');
		for (int i = 0; i < back; i++) {
			assert_false(arms_trial(a, 0)->diverged);
			go(a, 1);
		}
		assert_true(arms_trial(a, 0)->diverged && hash_trial(arms_trial(a, 0)) == last);
		arms_show(a, &shown, true);
		assert_string_equal(shown.arm[0].diverged_where, where);
		assert_string_equal(shown.arm[0].message, message);
	}
	/* its state, as text, stops at the same place */
	arms *b = open_arms(text_of(a), MIB);
	arms_arrive(b);
	assert_true(arms_trial(b, 0)->diverged && arms_trial(b, 0)->diverged_update == failed);
	arms_free(a);
	arms_free(b);
}

static void rescued(const char *text, bool by_rate)
{
	char said[320];
	err e;
	arms *a = open_arms(text, 8 * MIB);
	arms_stay(a);
	double lr = arms_trial(a, 0)->c.v[KNOB_lr];
	long failed = until_it_stops(a, 0), from = failed > 10 ? failed - 10 : 0;
	if (!arms_rescue(a, 0, said, sizeof said, &e))
		fail_msg("%s: %s", text, e.text);
	arms_arrive(a);
	assert_int_equal(arms_update(a), from);
	assert_int_equal(arms_end(a), from);
	assert_string_equal(config_choice(&arms_trial(a, 0)->c, KNOB_clip), "norm");
	assert_true((arms_trial(a, 0)->c.v[KNOB_lr] < lr) == by_rate);
	assert_true((strstr(said, "learning rate lowered") != NULL) == by_rate);
	go(a, 60);
	assert_false(arms_trial(a, 0)->diverged);
	/* and the whole story is in the state */
	arms *b = open_arms(text_of(a), MIB);
	arms_arrive(b);
	assert_true(hash_trial(arms_trial(a, 0)) == hash_trial(arms_trial(b, 0)));
	arms_free(a);
	arms_free(b);
}

static void a_rescue_does_what_it_takes(void **unused)
{
	(void)unused;
	rescued("unroll/1 activation=relu init=identity sigma_in=0.1 T=60 batch=4 lr=0.02 seed=2", false);
	rescued("unroll/1 lr=90", true);
	rescued("unroll/1 activation=relu init=identity sigma_in=0.1 T=60 batch=4 lr=0.02 seed=2 clip=norm "
	        "clip_at=1000000",
	        true);
	err e;
	char said[320];
	arms *a = open_arms("unroll/1 hidden=4 T=3", MIB);
	assert_false(arms_rescue(a, 0, said, sizeof said, &e));
	arms_free(a);
}

/* Where the weights have gone off long before the end, ten updates are not enough. */
static void a_rescue_goes_further_back(void **unused)
{
	(void)unused;
	char said[320];
	err e;
	arms *a = open_arms("unroll/1 T=40 rho=1 sigma_in=0.3 optimizer=nesterov lr=0.01 clip=norm @300 clip=none "
	                    "lr=0.14 @320 lr=2 @321",
	        8 * MIB);
	arms_arrive(a);
	long failed = until_it_stops(a, 0);
	assert_true(failed > 315);
	assert_true(arms_rescue(a, 0, said, sizeof said, &e));
	arms_arrive(a);
	assert_true(arms_update(a) < failed - 10 && arms_update(a) > 250);
	assert_non_null(strstr(said, "with the settings of then"));
	go(a, 60);
	assert_false(arms_trial(a, 0)->diverged);
	assert_true(arms_trial(a, 0)->r.loss < 100);
	arms_free(a);
}

/* One arm stops; the other goes on, and both come back together. */
static void one_stops_the_other_goes_on(void **unused)
{
	(void)unused;
	arms *a = open_arms("unroll/1 activation=relu init=identity sigma_in=0.1 T=60 batch=4 lr=0.02 seed=2 arm=\"no "
	                    "clip\" clip=none "
	                    "arm=clip clip=norm",
	        16 * MIB);
	arms_stay(a);
	long failed = until_it_stops(a, 0);
	go(a, 30);
	assert_false(arms_stopped(a));
	assert_true(arms_update(a) == arms_trial(a, 1)->update && arms_update(a) > failed);
	arms_show(a, &shown, true);
	assert_true(has_mark(&shown.about[1], MARK_CLIP, -1) && shown.arm[0].diverged && !shown.arm[1].diverged);
	long end = arms_update(a);
	seek(a, failed - 1);
	assert_true(arms_trial(a, 0)->update == failed - 1 && arms_trial(a, 1)->update == failed - 1);
	seek(a, end);
	assert_true(arms_trial(a, 0)->diverged && arms_update(a) == end);
	/* a smaller learning rate lets the stopped one go on from where it was */
	change(a, 0, "lr=0.0001");
	assert_false(arms_trial(a, 0)->diverged);
	assert_int_equal(arms_update(a), failed - 1);
	arms_arrive(a);
	assert_true(arms_trial(a, 1)->update == end && (arms_trial(a, 0)->diverged || arms_trial(a, 0)->update == end));
	arms_free(a);
}

static void marks_are_set(void **unused)
{
	(void)unused;
	err e;
	arms *a = open_arms(
	        "unroll/1 hidden=10 T=4 task=temporal_order batch=20 optimizer=adam clip=norm clip_at=0.05", 8 * MIB);
	go(a, 1500);
	arms_show(a, &shown, true);
	assert_true(has_mark(&shown.about[0], MARK_CLIP, -1));
	assert_true(has_mark(&shown.about[0], MARK_SOLVED, -1));
	seek(a, 70);
	assert_true(arms_bookmark(a, &e));
	arms_show(a, &shown, true);
	assert_true(has_mark(&shown.about[0], MARK_BOOKMARK, 70));
	for (int i = 1; i < shown.about[0].marks; i++)
		assert_true(shown.about[0].mark[i].update >= shown.about[0].mark[i - 1].update);
	assert_true(arms_bookmark(a, &e));
	for (int i = 0; i < 100; i++) {
		go(a, 1);
		if (!arms_bookmark(a, &e))
			break;
	}
	assert_non_null(strstr(e.text, "bookmarks"));
	change(a, 0, "lr=0.05");
	arms_show(a, &shown, true);
	assert_false(has_mark(&shown.about[0], MARK_SOLVED, -1));
	arms_free(a);
}

/* ---- anything, in any order ---- */

static void random_change(arms *a, rng *r)
{
	static const char *const live[] = {"lr=0.001", "lr=0.05", "lr=3", "lr=40", "clip=norm", "clip=none",
	        "clip_at=0.2", "optimizer=adam", "optimizer=momentum", "optimizer=sgd", "probe_every=3",
	        "probe_every=1", "reduce=sum"};
	static const char *const start[] = {"cell=gru", "cell=rnn", "rho=1.5", "seed=5", "T=7", "hidden=6"};
	err e;
	int arm = (int)rng_below(r, (uint32_t)arms_count(a));
	config c = arms_trial(a, arm)->c;
	bool again = rng_below(r, 12) == 0;
	set(&c, again ? start[rng_below(r, 6)] : live[rng_below(r, 13)]);
	if (rng_below(r, 4) == 0)
		arms_fork(a, arm, &c, &e);
	else
		assert_true(arms_config(a, arm, &c, &e));
}

static void random_step(arms *a, rng *r)
{
	err e;
	char said[320];
	int n = arms_count(a), arm = (int)rng_below(r, (uint32_t)n), with = (int)rng_below(r, (uint32_t)n);
	switch (rng_below(r, 14)) {
	case 0:
		arms_duplicate(a, arm, &e);
		break;
	case 1:
		arms_remove(a, arm, &e);
		break;
	case 2:
		arms_exchange(a, arm, with);
		break;
	case 3:
		arms_hide(a, arm, rng_below(r, 2), &e);
		break;
	case 4:
		arms_bookmark(a, &e);
		break;
	case 5:
		arms_rescue(a, arm, said, sizeof said, &e);
		break;
	case 6:
		if (rng_below(r, 6) == 0)
			assert_true(arms_reset(a, &e));
		break;
	case 7:
	case 8:
		seek(a, rng_below(r, (uint32_t)arms_end(a) + 20));
		break;
	case 9:
	case 10:
	case 11:
		random_change(a, r);
		break;
	default:
		go(a, rng_below(r, 40));
	}
	if (arms_target(a) >= 0)
		arms_arrive(a);
}

/* After whatever was done: arms that run are side by side, the curves reach as far as what is known, and the state as
 * text gives the same bits elsewhere. */
static void check_arms(arms *a, int round)
{
	const char *text = text_of(a);
	arms *b = open_arms(text, MIB);
	arms_arrive(b);
	for (int i = 0; i < arms_count(a); i++) {
		const trial *x = arms_trial(a, i), *y = arms_trial(b, i);
		if (!x->diverged && x->update != arms_update(a))
			fail_msg("round %d: arm %d is at %ld, not %ld", round, i, x->update, arms_update(a));
		if (x->update != y->update || x->diverged != y->diverged || hash_trial(x) != hash_trial(y))
			fail_msg("round %d: arm %d at update %ld is not what its state says: %s", round, i, x->update,
			        text);
	}
	arms_show(a, &shown, rng_make(1, RNG_TEST, (uint64_t)round).s[0] % 2);
	for (int i = 0; i < shown.arms; i++) {
		const snap_series *s = &shown.arm[i].series[SNAP_LOSS];
		long last = s->n ? s->first + s->n * s->stride - 1 : 0;
		assert_true(shown.arm[i].end <= last && last - shown.arm[i].end < (s->n ? s->stride : 1));
		assert_true(shown.about[shown.arm[i].index].end == shown.arm[i].end);
	}
	arms_free(b);
}

static void anything_in_any_order(void **unused)
{
	(void)unused;
	for (uint64_t run = 0; run < 12; run++) {
		rng r = rng_make(run, RNG_TEST, 4);
		arms *a = open_arms(
		        run % 2 ? "unroll/1 hidden=5 T=6 batch=2 activation=relu" : "unroll/1 hidden=5 T=6 batch=2",
		        run % 3 ? 4 * MIB : 100000);
		arms_arrive(a);
		for (int i = 0; i < 120; i++) {
			random_step(a, &r);
			if (i % 4 == 0)
				check_arms(a, (int)run * 1000 + i);
		}
		arms_free(a);
	}
}

/* ---- rescaling under way ---- */

static void rescale(arms *a, double rho)
{
	err e;
	if (!arms_rescale(a, 0, rho, &e))
		fail_msg("%s", e.text);
}

static double radius(const arms *a)
{
	static double W[32 * 32];
	const char *name;
	double rho;
	err e;
	int n = trial_transition(arms_trial(a, 0), W, &name);
	assert_in_range(n, 1, 32);
	assert_true(eig_spectral_radius(n, W, &rho, &e));
	return rho;
}

/* A drag is many rescalings at one update: only the last one counts, in the weights, the state and the curves. */
static void a_dragged_radius_counts_once(void **unused)
{
	(void)unused;
	static const char *const cells[] = {"rnn", "lstm", "gru layers=2", "scrn", "untied"};
	static char text[STATE_TEXT];
	for (int c = 0; c < 5; c++) {
		char start[160];
		snprintf(
		        start, sizeof start, "unroll/1 hidden=9 T=8 batch=3 optimizer=adam lr=0.002 cell=%s", cells[c]);
		arms *a = open_arms(start, 4 * MIB), *b = open_arms(start, 4 * MIB);
		go(a, 37);
		go(b, 37);
		uint64_t before = hash_trial(arms_trial(a, 0));
		rescale(b, 1.3);
		rescale(a, 0.5);
		rescale(a, 0);
		assert_true(hash_trial(arms_trial(a, 0)) == before);
		rescale(a, 0.8);
		change(a, 0, "rescale=0.9");
		rescale(a, 1.3);
		assert_true(hash_trial(arms_trial(a, 0)) == hash_trial(arms_trial(b, 0)) &&
		            hash_trial(arms_trial(a, 0)) != before);
		if (c == 0) {
			double rho = radius(a);
			assert_true(fabs(rho - 1.3) < 1e-5);
		}
		go(a, 20);
		rescale(a, 1.3); /* the same radius again: the matrix has moved since */
		go(a, 5);
		arms_state(a, &state);
		int edits = state.edits;
		assert_int_equal(edits, 2);
		state_write(&state, text, sizeof text);
		assert_non_null(strstr(text, " @37 rescale=1.3 @57 rescale=1.3 @62"));
		uint64_t end = hash_trial(arms_trial(a, 0));
		arms *again = open_arms(text, 4 * MIB);
		arms_arrive(again);
		assert_true(hash_trial(arms_trial(again, 0)) == end);
		seek(a, 37);
		assert_true(hash_trial(arms_trial(a, 0)) == hash_trial(arms_trial(b, 0)));
		seek(a, 62);
		assert_true(hash_trial(arms_trial(a, 0)) == end);
		err e;
		assert_true(arms_reset(a, &e));
		assert_true(arms_trial(a, 0)->c.v[KNOB_rescale] == 0);
		rescale(a, 0.6); /* at the start it is a setting of the start */
		rescale(a, 0.7);
		change(a, 0, "rescale=0.8");
		change(a, 0, "rescale=0.75");
		snprintf(start, sizeof start,
		        "unroll/1 hidden=9 T=8 batch=3 optimizer=adam lr=0.002 cell=%s rho=0.7 rescale=0.75", cells[c]);
		arms *fresh = open_arms(start, 4 * MIB);
		assert_true(hash_trial(arms_trial(a, 0)) == hash_trial(arms_trial(fresh, 0)));
		assert_false(arms_rescale(a, 0, 11, &e) || arms_rescale(a, 0, -1, &e) || arms_rescale(a, 0, NAN, &e));
		arms_free(fresh);
		arms_free(again);
		arms_free(a);
		arms_free(b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(a_dragged_radius_counts_once),
	        cmocka_unit_test(every_cell_comes_back), cmocka_unit_test(every_optimizer_comes_back),
	        cmocka_unit_test(any_budget_will_do), cmocka_unit_test(the_budget_is_kept),
	        cmocka_unit_test(edits_cut_the_future), cmocka_unit_test(a_state_repeats_a_run),
	        cmocka_unit_test(a_state_keeps_what_lies_ahead), cmocka_unit_test(arms_stay_equal),
	        cmocka_unit_test(curves_follow), cmocka_unit_test(a_reset_leaves_a_ghost),
	        cmocka_unit_test(an_explosion_is_replayed), cmocka_unit_test(a_rescue_does_what_it_takes),
	        cmocka_unit_test(a_rescue_goes_further_back), cmocka_unit_test(one_stops_the_other_goes_on),
	        cmocka_unit_test(marks_are_set), cmocka_unit_test(anything_in_any_order)};
	return cmocka_run_group_tests_name("history", tests, NULL, NULL);
}

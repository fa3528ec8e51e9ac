/* What the optimizer made of the gradient: against the weights before and after the update, and closed forms. */
#include "run/record.h"
#include "run/steps.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static trial *open_trial(const char *state)
{
	err e;
	config c;
	long update;
	trial *t = config_read_state(&c, &update, state, &e) ? trial_new(&c, &e) : NULL;
	if (!t)
		fail_msg("%s: %s", state, e.text);
	return t;
}

static double *block_of(const trial *t, int block, void (*read)(const model *m, int block, double *out))
{
	const model_block *table;
	t->api->blocks(t->m, &table);
	double *out = calloc((size_t)table[block].rows * (size_t)table[block].cols, sizeof *out);
	assert_non_null(out);
	read(t->m, block, out);
	return out;
}

static bool near(double a, double b, double by)
{
	return (isnan(a) && isnan(b)) || fabs(a - b) <= by;
}

static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static double quantile(const double *sorted, int n, double at)
{
	int below = (int)(at * (n - 1)), above = below + 1 < n ? below + 1 : below;
	return sorted[below] + (at * (n - 1) - below) * (sorted[above] - sorted[below]);
}

/* One block, from the weights before and after. */
static void check_block(const snap_block_step *b, const double *before, const double *after, const double *g, int n,
        bool marks, double by)
{
	double step = 0, grad = 0, weight = 0, dot = 0, *ratio = calloc((size_t)n, sizeof *ratio);
	int known = 0;
	assert_non_null(ratio);
	for (int i = 0; i < n; i++) {
		double d = after[i] - before[i];
		step += d * d;
		grad += g[i] * g[i];
		weight += before[i] * before[i];
		dot -= d * g[i];
		if (d != 0 && g[i] != 0)
			ratio[known++] = log10(fabs(d) / fabs(g[i]));
	}
	assert_true(near((double)b->ratio, grad > 0 ? 0.5 * log10(step / grad) : NAN, by));
	assert_true(near((double)b->relative, weight > 0 ? 0.5 * log10(step / weight) : NAN, by));
	assert_true(near((double)b->cosine, step > 0 && grad > 0 ? dot / sqrt(step * grad) : NAN, by));
	qsort(ratio, (size_t)known, sizeof *ratio, ascending);
	static const double share[] = {0.05, 0.5, 0.95};
	for (int k = 0; k < STEP_MARKS && marks; k++)
		assert_true(near((double)b->mark[k], known ? quantile(ratio, known, share[k]) : NAN, by));
	free(ratio);
}

static void steps_are_what_the_weights_did(void **unused)
{
	(void)unused;
	static const struct {
		const char *state;
		int updates;
		bool marks; /* every weight is looked at, and its step is not lost in rounding */
		double by;
	} run[] = {
	        {"unroll/1 precision=f64 T=8 hidden=6 optimizer=sgd lr=0.03", 3, true, 1e-5},
	        {"unroll/1 precision=f64 T=8 hidden=6 optimizer=sgd lr=0.03 clip=norm clip_at=0.01", 3, true, 1e-5},
	        {"unroll/1 precision=f64 T=8 hidden=6 optimizer=momentum bias=0", 5, true, 1e-5},
	        {"unroll/1 precision=f64 T=8 hidden=6 optimizer=nesterov form=lecture", 5, true, 1e-5},
	        {"unroll/1 precision=f64 T=8 hidden=6 cell=lstm optimizer=adam clip=value clip_at=0.001", 4, true,
	                1e-5},
	        {"unroll/1 precision=f64 task=temporal_order T=12 hidden=6 optimizer=adadelta lr=1", 4, true, 1e-4},
	        {"unroll/1 precision=f64 T=8 hidden=6 layers=2 cell=gru optimizer=rmsprop", 4, true, 1e-5},
	        {"unroll/1 precision=f64 T=8 hidden=6 optimizer=adagrad direction=simplex", 4, true, 1e-5},
	        {"unroll/1 T=8 hidden=80 optimizer=adam", 4, false, 2e-3},
	        {"unroll/1 precision=f64 task=fixed_point w=6.5 b=-2.9 lr=0.5", 4, true, 1e-5},
	};
	for (size_t r = 0; r < sizeof run / sizeof *run; r++) {
		trial *t = open_trial(run[r].state);
		snap_steps *s = calloc(1, sizeof *s);
		assert_non_null(s);
		const model_block *table;
		int n = t->api->blocks(t->m, &table);
		double *before[MODEL_BLOCKS];
		steps_read(t, s);
		assert_true(s->update == 0); /* nothing has happened yet */
		for (int u = 1; u < run[r].updates; u++)
			trial_step(t);
		for (int i = 0; i < n; i++)
			before[i] = block_of(t, i, t->api->get);
		trial_step(t);
		steps_read(t, s);
		assert_true(s->update == run[r].updates);
		long weights = 0;
		double counted = 0;
		for (int i = 0; i < n; i++) {
			double *after = block_of(t, i, t->api->get), *g = block_of(t, i, t->api->grad);
			int size = table[i].rows * table[i].cols;
			if (table[i].frozen)
				assert_true(isnan(s->block[i].ratio) && isnan(s->block[i].mark[STEP_MEDIAN]));
			else
				check_block(&s->block[i], before[i], after, g, size, run[r].marks, run[r].by);
			weights += table[i].frozen ? 0 : size > 4096 ? (size + 1) / 2 : size;
			free(before[i]);
			free(after);
			free(g);
		}
		for (int i = 0; i < SNAP_STEP_BINS; i++)
			counted += (double)s->count[i];
		assert_true(s->weights == weights);
		assert_true(counted == (double)(s->weights - s->still - s->blind));
		assert_true(near((double)s->all.ratio, log10(t->r.update_norm / t->r.grad_norm), 1e-4));
		free(s);
		trial_free(t);
	}
}

static int bins_in_use(const snap_steps *s)
{
	int n = 0;
	for (int i = 0; i < SNAP_STEP_BINS; i++)
		n += s->count[i] > 0;
	return n;
}

/* Gradient descent has one rate for all weights; clipping by the norm lowers it for all alike. */
static void one_rate_for_all(void **unused)
{
	(void)unused;
	static const char *const clip[] = {"", " clip=norm clip_at=0.01"};
	for (int k = 0; k < 2; k++) {
		char state[128];
		snap_steps s = {0};
		snprintf(state, sizeof state, "unroll/1 precision=f64 optimizer=sgd lr=0.01%s", clip[k]);
		trial *t = open_trial(state);
		trial_step(t);
		steps_read(t, &s);
		double rate = log10(k ? 0.01 * 0.01 / t->r.grad_norm : 0.01);
		assert_true(near((double)s.all.ratio, rate, 1e-6) && near((double)s.all.cosine, 1, 1e-6));
		assert_true(near((double)s.block[1].mark[STEP_LEAST], rate, 1e-5));
		assert_true(near((double)s.block[1].mark[STEP_MOST], rate, 1e-5));
		assert_true(bins_in_use(&s) == 1); /* also where the rate is a power of ten */
		trial_free(t);
	}
}

/* Adam's first step is lr for every weight, whatever its gradient is. */
static void adam_begins_with_equal_steps(void **unused)
{
	(void)unused;
	snap_steps s = {0};
	trial *t = open_trial("unroll/1 precision=f64 optimizer=adam lr=0.01 eps=1e-30");
	double *before = block_of(t, 1, t->api->get), weight = 0;
	const model_block *table;
	t->api->blocks(t->m, &table);
	int n = table[1].rows * table[1].cols;
	for (int i = 0; i < n; i++)
		weight += before[i] * before[i];
	trial_step(t);
	steps_read(t, &s);
	assert_true(near((double)s.block[1].relative, log10(0.01 * sqrt(n) / sqrt(weight)), 1e-5));
	assert_true(bins_in_use(&s) > 20);
	free(before);
	trial_free(t);
}

/* Symbols that do not come have weights without a gradient: plain descent leaves them where they are, momentum moves
 * them on. */
static void weights_without_gradient(void **unused)
{
	(void)unused;
	snap_steps s = {0};
	trial *t = open_trial("unroll/1 precision=f64 task=temporal_order T=4 batch=1 optimizer=sgd");
	trial_step(t);
	steps_read(t, &s);
	assert_true(s.still > 0 && s.blind == 0);
	trial_free(t);
	t = open_trial("unroll/1 precision=f64 task=temporal_order T=4 batch=1 optimizer=momentum");
	bool blind = false;
	for (int i = 0; i < 12; i++) {
		trial_step(t);
		steps_read(t, &s);
		blind |= s.blind > 0;
	}
	assert_true(blind);
	trial_free(t);
}

/* After a jump nothing is known until the next update; a run that begins again has no step. */
static void jumps_have_no_step(void **unused)
{
	(void)unused;
	snap_steps s = {0};
	err e;
	trial *t = open_trial("unroll/1 T=8 hidden=6 optimizer=adam");
	void *saved = malloc(trial_state_size(t));
	assert_non_null(saved);
	for (int i = 0; i < 3; i++)
		trial_step(t);
	trial_save(t, saved);
	for (int i = 0; i < 2; i++)
		trial_step(t);
	steps_read(t, &s);
	float ratio = s.all.ratio;
	trial_load(t, saved);
	steps_read(t, &s);
	assert_true(s.update == 5); /* as it was */
	trial_step(t);
	trial_step(t);
	steps_read(t, &s);
	assert_true(s.update == 5 && s.all.ratio == ratio);
	trial_measure(t); /* another gradient: that of the next batch */
	s.update = 0;
	steps_read(t, &s);
	assert_true(s.update == 0);
	assert_true(trial_restart(t, &e));
	s.update = 7;
	steps_read(t, &s);
	assert_true(s.update == 0);
	free(saved);
	trial_free(t);
}

/* The same update made again with another setting, with nothing shown in between. */
static void an_update_made_again(void **unused)
{
	(void)unused;
	static const double rate[] = {0.01, 0.2};
	err e;
	trial *t = open_trial("unroll/1 precision=f64 T=8 hidden=6 optimizer=sgd lr=0.01");
	record *r = record_new(&e);
	void *saved = malloc(trial_state_size(t));
	assert_true(r && saved);
	record_want(r, WANT_STEPS);
	trial_measure(t);
	record_start(r, t);
	trial_step(t);
	record_update(r, t);
	trial_save(t, saved);
	for (int i = 0; i < 2; i++) {
		config c = t->c;
		c.v[KNOB_lr] = rate[i];
		trial_load(t, saved);
		trial_configure(t, &c);
		trial_step(t);
		record_update(r, t);
		const snap_steps *s = &record_arm(r, t, false)->steps;
		assert_true(s->update == 2 && near((double)s->all.ratio, log10(rate[i]), 1e-6));
	}
	free(saved);
	record_free(r);
	trial_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(steps_are_what_the_weights_did),
	        cmocka_unit_test(one_rate_for_all), cmocka_unit_test(adam_begins_with_equal_steps),
	        cmocka_unit_test(weights_without_gradient), cmocka_unit_test(jumps_have_no_step),
	        cmocka_unit_test(an_update_made_again)};
	return cmocka_run_group_tests_name("steps", tests, NULL, NULL);
}

/* Sequences that were not trained on, early stopping, and what a net says when it is left to itself. */
#include "run/judge.h"
#include "run/trial.h"

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

/* The training set itself, judged, has the loss that the next batch of all its sequences will have. */
static void judges_what_it_is_given(void **unused)
{
	(void)unused;
	static const char *const states[] = {"unroll/1 precision=f64 train_size=130 batch=130 T=12",
	        "unroll/1 precision=f64 task=echo lag=2 train_size=130 batch=130 T=12 cell=lstm layers=2",
	        "unroll/1 task=copy train_size=30 batch=30 T=5 cell=gru",
	        "unroll/1 precision=f64 task=echo train_size=30 batch=30 T=12 batch_norm=both"};
	for (size_t i = 0; i < sizeof states / sizeof *states; i++) {
		trial *t = open_trial(states[i]);
		for (int k = 0; k < 3; k++)
			trial_step(t);
		err e;
		judge *j = judge_new(t, RNG_TRAIN, t->task_spec.set->N, &e);
		assert_non_null(j);
		judgement v;
		assert_true(judge_run(j, t, &v, &e));
		judge_free(j);
		trial_measure(t);
		double tolerance = t->api->real_size == sizeof(double) ? 1e-12 : 1e-5;
		assert_true(fabs(v.loss - t->r.loss) < tolerance * fabs(t->r.loss));
		assert_true(fabs(v.wrong - t->metric) < 1e-12 && v.sequences == t->task_spec.set->N);
		trial_free(t);
	}
}

/* Normalised over the batch: a test of 101 sequences has no batch of one; a text that is continued is one. */
static void judges_whole_batches(void **unused)
{
	(void)unused;
	err e;
	judgement v;
	trial *t = open_trial("unroll/1 precision=f64 task=echo T=12 batch_norm=readout train_size=101 batch=101");
	judge *j = judge_new(t, RNG_TRAIN, 101, &e);
	assert_non_null(j);
	assert_true(judge_run(j, t, &v, &e) && v.sequences == 101);
	double loss = 0;
	for (int first = 0; first < 101; first += 50 + first) {
		int B = first ? 51 : 50;
		t->api->batch_clear(t->m, t->shape.T_max, B);
		for (int i = 0; i < B; i++)
			task_supply_f64.copy(t->task_spec.set, first + i, t->api->batch(t->m), i);
		loss += t->api->forward(t->m, NULL) * B / 101;
	}
	assert_true(fabs(v.loss - loss) < 1e-12 * loss);
	judge_free(j);
	assert_null(judge_new(t, RNG_TEST, 1, &e));
	assert_non_null(strstr(e.text, "a single sequence"));
	trial_free(t);
	t = open_trial("unroll/1 task=hello batch_norm=readout");
	int out[5] = {0};
	assert_false(judge_continue(t, 1, 5, 0, 0, out, &e));
	assert_non_null(strstr(e.text, "a single sequence"));
	trial_free(t);
}

/* A run that is judged on its way ends in the same bits as one that is not. */
static void judging_changes_nothing(void **unused)
{
	(void)unused;
	for (int cell = 0; cell < knob_get(KNOB_cell)->choices; cell++) {
		char state[160];
		snprintf(state, sizeof state, "unroll/1 T=10 hidden=8 optimizer=adam dropout=0.2 cell=%s",
		        knob_get(KNOB_cell)->choice[cell]);
		trial *a = open_trial(state), *b = open_trial(state);
		err e;
		judge *j = judge_new(b, RNG_TEST, 150, &e);
		assert_non_null(j);
		for (int k = 0; k < 10; k++) {
			judgement v;
			trial_step(a);
			trial_step(b);
			assert_true(judge_run(j, b, &v, &e) && isfinite(v.loss));
		}
		size_t size = a->api->state_size(a->m);
		void *x = malloc(size), *y = malloc(size);
		a->api->state_save(a->m, x);
		b->api->state_save(b->m, y);
		assert_memory_equal(x, y, size);
		free(x);
		free(y);
		judge_free(j);
		trial_free(a);
		trial_free(b);
	}
}

/* Few sequences are learned by heart: the validation loss rises, and the run ends. */
static void patience_ends_a_run(void **unused)
{
	(void)unused;
	trial *t = open_trial(
	        "unroll/1 train_size=20 batch=20 hidden=40 optimizer=adam lr=0.02 T=8 patience=4 validate_every=20 "
	        "validation=200 backend=native");
	for (int k = 0; k < 5000 && !t->stopped; k++)
		trial_step(t);
	assert_true(t->stopped && !t->diverged);
	assert_true(t->update == t->best_update + 4 * 20 && t->waited == 4);
	assert_true(t->validation_loss > t->best_loss && t->r.loss < t->best_loss);
	assert_non_null(strstr(t->message, "has not fallen for 4 evaluations"));
	trial_free(t);
}

static void hello_is_continued(void **unused)
{
	(void)unused;
	trial *t = open_trial("unroll/1 task=hello optimizer=adam lr=0.01 batch=1 hidden=8 backend=native");
	for (int k = 0; k < 600; k++)
		trial_step(t);
	err e;
	int out[5] = {0};
	char word[16] = "";
	assert_true(judge_continue(t, 1, 5, 0, 0, out, &e));
	for (int i = 0; i < 5; i++)
		strcat(word, t->task->answer(&t->task_spec, out[i]));
	assert_string_equal(word, "hello");
	/* hot sampling differs from draw to draw, and the same draw is the same */
	int a[40] = {0}, b[40] = {0}, c[40] = {0};
	assert_true(judge_continue(t, 1, 40, 50, 1, a, &e) && judge_continue(t, 1, 40, 50, 1, b, &e) &&
	            judge_continue(t, 1, 40, 50, 2, c, &e));
	assert_memory_equal(a, b, sizeof a);
	assert_true(memcmp(a, c, sizeof a) != 0);
	trial_free(t);
}

static void nonsense_is_refused(void **unused)
{
	(void)unused;
	err e;
	int out[2] = {0};
	trial *t = open_trial("unroll/1");
	assert_false(judge_continue(t, 1, 2, 0, 0, out, &e));
	assert_non_null(strstr(e.text, "its answers are no inputs"));
	trial_free(t);
	t = open_trial("unroll/1 task=text cell=untied T=5 hidden=4");
	assert_false(judge_continue(t, 1, 2, 0, 0, out, &e));
	assert_non_null(strstr(e.text, "cell=untied"));
	trial_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(judges_what_it_is_given),
	        cmocka_unit_test(judges_whole_batches), cmocka_unit_test(judging_changes_nothing),
	        cmocka_unit_test(patience_ends_a_run), cmocka_unit_test(hello_is_continued),
	        cmocka_unit_test(nonsense_is_refused)};
	return cmocka_run_group_tests_name("judge", tests, NULL, NULL);
}

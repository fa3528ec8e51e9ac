/* The tape: what is read off a net's last forward pass, against exact derivatives and the run's own results. */
#include "run/record.h"
#include "run/tape.h"
#include "run/worker.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static trial *open_trial(const char *state, int updates)
{
	err e;
	config c;
	long update;
	trial *t = config_read_state(&c, &update, state, &e) ? trial_new(&c, &e) : NULL;
	if (!t)
		fail_msg("%s: %s", state, e.text);
	trial_measure(t);
	for (int i = 0; i < updates; i++)
		trial_step(t);
	return t;
}

static snap_tape *tape_of(const trial *t)
{
	snap_tape *tape = calloc(1, sizeof *tape);
	assert_non_null(tape);
	tape_read(t, tape);
	return tape;
}

static bool close_to(double a, double b, double share)
{
	return fabs(a - b) <= share * (fabs(a) + fabs(b)) / 2;
}

/* Without recurrent weights h_t depends on h_{t−1} on the direct way alone: ∂h_j/∂h_k is the diagonal of the products
 * of keep(), and its norm is the largest of them. */
static void direct_way_is_the_derivative(void **unused)
{
	(void)unused;
	static const char *const nets[] = {"cell=mingru", "cell=gru", "cell=gru gru_form=writes",
	        "cell=gru gru_form=cho", "cell=gru gru_form=chung"};
	for (size_t k = 0; k < sizeof nets / sizeof *nets; k++) {
		enum { T = 8, H = 5 };
		char state[128];
		err e;
		double J[T * T], keep[H];
		snprintf(state, sizeof state, "unroll/1 precision=f64 task=echo T=%d hidden=%d batch=3 seed=4 %s", T, H,
		        nets[k]);
		trial *t = open_trial(state, 0);
		const model_block *table;
		int n = t->api->blocks(t->m, &table);
		for (int i = 0; i < n; i++)
			if (strstr(table[i].name, "weight_hh") || strstr(table[i].name, "weight_hn")) {
				double *zero = calloc((size_t)(table[i].rows * table[i].cols), sizeof *zero);
				assert_non_null(zero);
				t->api->set(t->m, i, zero);
				free(zero);
			}
		trial_measure(t);
		assert_true(t->api->jacobian(t->m, 0, J, &e));
		for (int from = 0; from < T; from++) {
			double product[H] = {1, 1, 1, 1, 1}, top = 0;
			for (int to = from + 1; to < T; to++) {
				assert_true(t->api->keep(t->m, 0, to, 0, keep));
				top = 0;
				for (int j = 0; j < H; j++) {
					assert_true(keep[j] > 0 && keep[j] < 1);
					product[j] *= keep[j];
					top = fmax(top, product[j]);
				}
				assert_true(fabs(J[to * T + from] - log10(top)) < 1e-9);
			}
		}
		trial_free(t);
	}
}

/* Gates lie in (0, 1); the factor on the direct way is the gate that keeps, and 1 in an lstm of 1997. */
static void gates_have_names(void **unused)
{
	(void)unused;
	static const struct {
		const char *cell, *names, *kept; /* the gate that keep() repeats */
	} cells[] = {{"lstm", "i f o ", "f"}, {"lstm97", "i o ", ""}, {"gru", "r z ", "z"}, {"mingru", "z ", ""},
	        {"scrn", "α ", "α"}, {"rnn", "", ""}, {"lru", "", ""}};
	for (size_t k = 0; k < sizeof cells / sizeof *cells; k++) {
		char state[128], names[32] = "";
		double v[6], keep[6];
		snprintf(state, sizeof state, "unroll/1 precision=f64 T=12 hidden=6 batch=2 cell=%s", cells[k].cell);
		trial *t = open_trial(state, 2);
		bool keeps = t->api->keep(t->m, 0, 7, 1, keep);
		const char *name;
		for (int g = 0; (name = t->api->gate(t->m, g, 0, 7, 1, v)); g++) {
			strcat(strcat(names, name), " ");
			for (int j = 0; j < 6; j++) {
				assert_true(v[j] > 0 && v[j] < 1);
				if (strcmp(name, cells[k].kept) == 0)
					assert_true(keeps && v[j] == keep[j]);
				if (strcmp(cells[k].cell, "mingru") == 0)
					assert_true(close_to(keep[j], 1 - v[j], 1e-15));
			}
		}
		assert_string_equal(names, cells[k].names);
		if (strcmp(cells[k].cell, "lstm97") == 0)
			assert_true(keeps && keep[0] == 1 && keep[5] == 1);
		trial_free(t);
	}
}

/* tanh' = 1 − h² is what the tape counts; the share below 0.05 is the saturation of the net. */
static void slopes_count_every_unit(void **unused)
{
	(void)unused;
	static const char *const states[] = {"unroll/1 T=20 hidden=9 batch=4 rho=3",
	        "unroll/1 T=20 hidden=9 batch=4 cell=lstm", "unroll/1 T=20 hidden=9 batch=4 activation=relu layers=2",
	        "unroll/1 T=20 hidden=9 batch=4 leak=0.3 rho=4"};
	for (size_t k = 0; k < sizeof states / sizeof *states; k++) {
		trial *t = open_trial(states[k], 3);
		snap_tape *tape = tape_of(t);
		double sum = 0;
		for (int i = 0; i < SNAP_TAPE_BINS; i++)
			sum += (double)tape->slope[i];
		assert_true(tape->has_slopes && tape->slopes == sum);
		assert_true(tape->slopes == 20.0 * 9 * 4 * (k == 2 ? 2 : 1));
		assert_true(close_to(tape->flat / tape->slopes, t->api->saturation(t->m), 1e-12));
		if (k == 0) {
			double slope[9], h[9];
			assert_true(t->api->slopes(t->m, 0, 11, 2, slope) && t->api->hidden(t->m, 0, 11, 2, h) == 9);
			for (int j = 0; j < 9; j++)
				assert_true(fabs(slope[j] - (1 - h[j] * h[j])) < 1e-6);
			assert_true(tape->flat > 0);
		}
		free(tape);
		trial_free(t);
	}
	trial *t = open_trial("unroll/1 T=5 hidden=3 batch=2 activation=identity", 0);
	snap_tape *tape = tape_of(t);
	assert_false(tape->has_slopes);
	free(tape);
	trial_free(t);
}

/* A relu that never fires is dead: its bias is pushed far below zero. */
static void dead_units_are_counted(void **unused)
{
	(void)unused;
	trial *t = open_trial("unroll/1 task=parity T=9 hidden=6 batch=5 activation=relu", 0);
	const model_block *table;
	int n = t->api->blocks(t->m, &table);
	for (int i = 0; i < n; i++)
		if (table[i].bias && table[i].layer == 0)
			t->api->set(t->m, i, (const double[]){-1e3, 50, -1e3, 50, 50, -1e3});
	trial_measure(t);
	snap_tape *tape = tape_of(t);
	assert_int_equal(tape->stuck, 3);
	assert_true(tape->flat == 3 * 9 * 5);
	for (int k = 0; k < 9; k++)
		assert_true(tape->hidden[0][k] == 0 && tape->hidden[1][k] > 0);
	free(tape);
	trial_free(t);
}

/* The loss of a batch of one sequence is the mean of −ln p of its targets. */
static void answers_make_the_loss(void **unused)
{
	(void)unused;
	trial *t = open_trial("unroll/1 precision=f64 task=hello batch=1 hidden=7 seed=3 lr=0.5", 40);
	snap_tape *tape = tape_of(t);
	double sum = 0;
	assert_int_equal(tape->T, 4);
	assert_int_equal(tape->update, 40);
	for (int k = 0; k < 4; k++) {
		assert_true(tape->asked[k] && tape->classes && tape->probable);
		assert_true(tape->p_said[k] >= tape->p_target[k]);
		assert_int_equal(tape->wrong[k], tape->said[k] != tape->target[k]);
		sum -= log((double)tape->p_target[k]) / 4;
	}
	assert_true(close_to(sum, t->r.loss, 1e-6));
	assert_string_equal(tape->name[tape->input[0]], "h");
	assert_string_equal(tape->answer[tape->target[3]], "o");
	assert_int_equal(tape->given, 1);
	assert_int_equal(tape->sampled, 5);
	assert_int_equal(tape->sample[0], 0);
	free(tape);
	trial_free(t);
}

static void numbers_and_padding(void **unused)
{
	(void)unused;
	trial *t = open_trial("unroll/1 precision=f64 T=10 batch=1 hidden=4 seed=2", 1);
	snap_tape *tape = tape_of(t);
	double d = (double)tape->want[0][9] - (double)tape->got[0][9], sum = 0;
	assert_true(!tape->symbols && !tape->classes && tape->asked[9] && !tape->asked[8]);
	assert_true(isnan(tape->want[0][8]));
	assert_true(close_to(d * d, t->r.loss, 1e-5));
	for (int k = 0; k < 10; k++)
		sum += (double)(tape->x[0][k] * tape->x[1][k]); /* the marked numbers */
	assert_true(close_to(sum, (double)tape->want[0][9], 1e-6));
	assert_int_equal(tape->sampled, 0);
	free(tape);
	trial_free(t);
}

/* What is not wanted is not made; a net that has seen nothing since it was set up leaves the tape alone. */
static void only_when_wanted(void **unused)
{
	(void)unused;
	err e;
	trial *t = open_trial("unroll/1 T=10 hidden=4 batch=2", 1);
	record *r = record_new(&e);
	assert_non_null(r);
	record_start(r, t);
	assert_int_equal(record_arm(r, t, false)->tape.T, 0);
	record_want(r, WANT_TAPE);
	assert_int_equal(record_arm(r, t, false)->tape.T, 10);
	snap_arm *copy = calloc(1, sizeof *copy);
	assert_non_null(copy);
	snap_copy_arm(copy, record_arm(r, t, false));
	assert_memory_equal(&copy->tape, &record_arm(r, t, false)->tape, sizeof copy->tape);
	config c = t->c;
	trial *fresh = trial_new(&c, &e);
	assert_non_null(fresh);
	memset(&copy->tape, 0, sizeof copy->tape);
	tape_read(fresh, &copy->tape);
	assert_int_equal(copy->tape.T, 0);
	free(copy);
	record_free(r);
	trial_free(fresh);
	trial_free(t);
}

/* The window asks, and a run at rest shows its present state. */
static void worker_makes_what_is_wanted(void **unused)
{
	(void)unused;
	static run_state state;
	err e;
	assert_true(state_read(&state, "unroll/1 T=6 hidden=4 batch=2 @5", &e));
	worker *w = worker_new(&state, 0, NULL, NULL, &e);
	assert_non_null(w);
	worker_settle(w);
	const snap *s = worker_take(w);
	assert_non_null(s);
	assert_int_equal(s->arm[0].tape.T, 0);
	worker_want(w, WANT_TAPE);
	worker_settle(w);
	s = worker_take(w);
	assert_non_null(s);
	assert_int_equal(s->arm[0].tape.T, 6);
	assert_int_equal(s->arm[0].tape.update, 5);
	worker_seek(w, 3);
	worker_settle(w);
	s = worker_take(w);
	assert_non_null(s);
	assert_int_equal(s->arm[0].tape.update, 3);
	worker_free(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(direct_way_is_the_derivative),
	        cmocka_unit_test(gates_have_names),
	        cmocka_unit_test(slopes_count_every_unit),
	        cmocka_unit_test(dead_units_are_counted),
	        cmocka_unit_test(answers_make_the_loss),
	        cmocka_unit_test(numbers_and_padding),
	        cmocka_unit_test(only_when_wanted),
	        cmocka_unit_test(worker_makes_what_is_wanted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Matrices over the steps, as the views get them: against the net's own answers, and without a trace in the run. */
#include "num/eig.h"
#include "run/arms.h"
#include "run/matrix.h"
#include "run/worker.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static snap_matrices got;

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

static void close_to(double a, double b, double tolerance)
{
	if (!(a == b) && !(isnan(a) && isnan(b)) && !(fabs(a - b) <= tolerance))
		fail_msg("%.9g, not %.9g", a, b);
}

static const char *const runs[] = {"unroll/1 precision=f64 T=30 hidden=7 batch=3 task=adding",
        "unroll/1 precision=f64 T=30 hidden=7 batch=3 task=echo lag=4 T_jitter=0.2 cell=lstm l2=0.1",
        "unroll/1 precision=f64 T=90 hidden=4 batch=2 task=echo lag=4 cell=gru", /* more steps than are shown */
        "unroll/1 precision=f64 T=20 hidden=7 batch=3 task=adding truncate=5 dropout=0.3"};
enum { RUNS = sizeof runs / sizeof *runs };

/* Measures after three updates; leaves the trial with the same batch measured. */
static trial *measured(const char *state)
{
	trial *t = open_trial(state);
	for (int i = 0; i < 3; i++)
		trial_step(t);
	got.key = 0;
	matrix_measure(t, &got);
	assert_string_equal(got.problem, "");
	trial_measure(t);
	assert_int_equal(got.T, t->r.T);
	assert_int_equal(got.update, t->update);
	return t;
}

static void products_are_those_of_the_net(void **unused)
{
	(void)unused;
	err e;
	for (int i = 0; i < RUNS; i++) {
		trial *t = measured(runs[i]);
		int T = t->r.T;
		double *J = malloc((size_t)(T * T) * sizeof *J);
		assert_true(t->api->jacobian(t->m, 0, J, &e));
		assert_true(got.steps == (T < SNAP_MATRIX ? T : SNAP_MATRIX) && got.step[0] == 1);
		assert_int_equal(got.step[got.steps - 1], T);
		for (int j = 0; j < got.steps; j++)
			for (int k = 0; k < got.steps; k++)
				close_to((double)got.jacobian[j][k], J[(got.step[j] - 1) * T + got.step[k] - 1], 1e-5);
		for (int k = 0; k < T; k++)
			close_to((double)got.last[k], J[(T - 1) * T + k], 1e-5);
		for (int limit = 0; limit < 2; limit++) {
			int d = got.reach[limit];
			for (int back = 0; back <= d; back++)
				assert_true(J[(T - 1) * T + T - 1 - back] >= -1.0 - limit);
			assert_true(d == T - 1 || J[(T - 1) * T + T - 2 - d] < -1.0 - limit);
		}
		free(J);
		trial_free(t);
	}
}

static void rows_are_the_gradients_of_single_losses(void **unused)
{
	(void)unused;
	err e;
	for (int i = 0; i < RUNS - 1; i++) {
		trial *t = measured(runs[i]);
		int T = t->r.T, first = t->api->batch(t->m)->first_loss;
		double *all = malloc((size_t)(T * T) * sizeof *all);
		assert_true(t->api->itemised(t->m, all, &e));
		assert_int_equal(got.losses, T - first);
		for (int r = 0; r < got.rows; r++) {
			double sum = 0;
			const double *row = all + (got.row[r] - 1) * T;
			for (int k = 0; k < T; k++)
				sum += row[k];
			close_to((double)got.row_sum[r], log10(sum), 1e-5);
			for (int c = 0; c < got.cols; c++)
				close_to((double)got.itemised[r][c],
				        got.col[c] > got.row[r] ? NAN : log10(row[got.col[c] - 1]), 1e-5);
		}
		for (int c = 0; c < got.cols; c++) {
			double sum = 0;
			for (int r = 0; r < got.rows; r++)
				sum += all[(got.row[r] - 1) * T + got.col[c] - 1];
			close_to((double)got.col_sum[c], log10(sum), 1e-5);
			if (got.rows == got.losses) /* the norm of a sum is no more than the sum of the norms */
				assert_true(got.col_total[c] <= got.col_sum[c] + 1e-5F);
		}
		free(all);
		trial_free(t);
	}
}

static size_t flat(const trial *t, double *g)
{
	const model_block *table;
	size_t n = 0;
	int blocks = t->api->blocks(t->m, &table);
	for (int i = 0; i < blocks; i++) {
		if (g)
			t->api->grad(t->m, i, g + n);
		n += (size_t)table[i].rows * (size_t)table[i].cols;
	}
	return n;
}

/* Against runs that are truncated themselves, from the same weights. */
static void truncation_keeps_this_share(void **unused)
{
	(void)unused;
	static const char *const tasks[] = {"adding T=24", "echo lag=3 T=24"};
	for (int k = 0; k < 2; k++) {
		char state[160];
		snprintf(state, sizeof state, "unroll/1 precision=f64 hidden=6 batch=4 task=%s", tasks[k]);
		trial *t = measured(state);
		size_t n = flat(t, NULL);
		double *whole = malloc(2 * n * sizeof *whole), *part = whole + n;
		flat(t, whole);
		assert_true(got.all_horizons && got.horizon[got.horizons - 1] == 24);
		close_to((double)got.share[got.horizons - 1], 1, 0);
		close_to((double)got.cosine[got.horizons - 1], 1, 1e-6);
		for (int h = 0; h < got.horizons; h++) {
			model_tuning u = *t->api->tuning(t->m);
			err e;
			double dot = 0, a = 0, b = 0;
			u.truncate = got.horizon[h];
			assert_true(t->api->tune(t->m, &u, &e));
			trial_measure(t);
			flat(t, part);
			for (size_t i = 0; i < n; i++) {
				dot += whole[i] * part[i];
				a += whole[i] * whole[i];
				b += part[i] * part[i];
			}
			close_to((double)got.share[h], sqrt(b / a), 1e-6);
			close_to((double)got.cosine[h], dot / sqrt(a * b), 1e-6);
		}
		assert_true(got.share[0] < 0.999F || got.cosine[0] < 0.999F);
		free(whole);
		trial_free(t);
	}
}

/* Two runs, one of them looked at after every update: the same bits. */
static void looking_leaves_no_trace(void **unused)
{
	(void)unused;
	for (int i = 0; i < RUNS; i++) {
		trial *t[2] = {open_trial(runs[i]), open_trial(runs[i])};
		size_t size = trial_state_size(t[0]);
		unsigned char *state = malloc(2 * size);
		for (int u = 0; u < 4; u++) {
			for (int k = 0; k < 2; k++) {
				trial_step(t[k]);
				trial_save(t[k], state + (size_t)k * size);
			}
			assert_memory_equal(state, state + size, size);
			assert_memory_equal(
			        t[0]->r.temporal_total, t[1]->r.temporal_total, (size_t)t[0]->r.T * sizeof(double));
			uint64_t key = got.key;
			matrix_measure(t[1], &got);
			assert_true(got.key != key);
			got.T = -7; /* nothing is measured twice */
			matrix_measure(t[1], &got);
			assert_int_equal(got.T, -7);
		}
		free(state);
		trial_free(t[0]);
		trial_free(t[1]);
	}
}

/* Nets and settings without a Jacobian, with one step, that have diverged. */
static void odd_runs(void **unused)
{
	(void)unused;
	static const char *const odd[] = {"unroll/1 cell=tcn task=echo T=9 lag=1 hidden=3 batch=2",
	        "unroll/1 task=fixed_point T=1", "unroll/1 task=power T=12", "unroll/1 task=hello hidden=2 cell=untied",
	        "unroll/1 task=echo T=5 lag=4 hidden=1 cell=jordan teacher_forcing=1"};
	for (size_t i = 0; i < sizeof odd / sizeof *odd; i++) {
		trial *t = measured(odd[i]);
		assert_true((got.steps > 0) == (got.no_jacobian[0] == '\0'));
		assert_true(got.rows > 0 && got.horizons > 0);
		trial_free(t);
	}
	trial *t = open_trial("unroll/1 T=20 hidden=5 activation=identity rho=3 lr=100 batch=3");
	for (int i = 0; i < 100 && !t->diverged; i++)
		trial_step(t);
	assert_true(t->diverged);
	got.key = 0;
	matrix_measure(t, &got);
	assert_string_equal(got.problem, "");
	trial_free(t);
}

/* Only what a view wants is made, and it arrives in the snap. */
static void snaps_carry_them_on_demand(void **unused)
{
	(void)unused;
	static run_state s;
	static snap shown;
	err e;
	assert_true(state_read(&s, "unroll/1 T=12 hidden=4 batch=2 @3", &e));
	arms *a = arms_new(&s, 0, &e);
	assert_non_null(a);
	arms_arrive(a);
	arms_show(a, &shown, false);
	assert_int_equal(shown.arm[0].matrices.T, 0);
	arms_want(a, WANT_MATRICES);
	arms_show(a, &shown, false);
	assert_true(shown.arm[0].matrices.T == 12 && shown.arm[0].matrices.update == 3);
	arms_round(a);
	arms_want(a, 0);
	arms_show(a, &shown, false);
	assert_int_equal(shown.arm[0].matrices.update, 3);
	arms_free(a);
}

/* A run at rest shows the matrices of the present, as soon as they are wanted. */
static void workers_show_the_present(void **unused)
{
	(void)unused;
	static run_state s;
	err e;
	assert_true(state_read(&s, "unroll/1 T=12 hidden=4 batch=2", &e));
	worker *w = worker_new(&s, 1 << 20, NULL, NULL, &e);
	assert_non_null(w);
	worker_step(w, 2);
	worker_settle(w);
	const snap *shown = worker_take(w);
	assert_true(shown && shown->arm[0].update == 2 && shown->arm[0].matrices.T == 0);
	worker_want(w, WANT_MATRICES);
	worker_settle(w);
	shown = worker_take(w);
	assert_true(shown && shown->arm[0].matrices.update == 2 && shown->arm[0].matrices.T == 12);
	worker_step(w, 5);
	worker_settle(w);
	shown = worker_take(w);
	assert_true(shown && shown->arm[0].update == 7 && shown->arm[0].matrices.update == 7);
	worker_free(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(products_are_those_of_the_net),
	        cmocka_unit_test(rows_are_the_gradients_of_single_losses),
	        cmocka_unit_test(truncation_keeps_this_share), cmocka_unit_test(looking_leaves_no_trace),
	        cmocka_unit_test(odd_runs), cmocka_unit_test(snaps_carry_them_on_demand),
	        cmocka_unit_test(workers_show_the_present)};
	return cmocka_run_group_tests_name("matrix", tests, NULL, NULL);
}

/* Gradients against central differences, in double, on every weight; temporal gradients against their sum. */
#include "base/rng.h"
#include "io/npz.h"
#include "run/gradcheck.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static trial *open_trial(const char *state)
{
	err e;
	config c;
	long update;
	if (!config_read_state(&c, &update, state, &e))
		fail_msg("%s: %s", state, e.text);
	trial *t = trial_new(&c, &e);
	if (!t)
		fail_msg("%s: %s", state, e.text);
	return t;
}

enum { I = 3, O = 4, USUAL = 5 }; /* inputs, outputs or classes, sequences */

/* Random sequences in a file: tasks need room for their marks, a file may have one step. `targets` is one of TAKES_….
 * With `ragged`, sequences of different lengths and steps without a target. */
static void write_data(const char *path, int T, int N, int targets, bool ragged)
{
	err e;
	rng r = rng_make(7, 100, (uint64_t)T);
	npz_writer *w = npz_writer_new(path, &e);
	assert_non_null(w);
	double *x = calloc((size_t)(T * N * I), sizeof *x), *y = calloc((size_t)(T * N * O), sizeof *y);
	int32_t *label = calloc((size_t)(T * N), sizeof *label);
	unsigned char *mask = calloc((size_t)(T * N), 1);
	for (int i = 0; i < T * N * I; i++)
		x[i] = rng_gaussian(&r);
	for (int i = 0; i < T * N * O; i++) {
		double v = rng_gaussian(&r);
		y[i] = targets == TAKES_UNIT    ? 1 / (1 + exp(-v))
		       : targets == TAKES_SIGNS ? (v > 0 ? 1 : -1)
		                                : 1 + v; /* off the outputs, so that slopes do not cancel */
	}
	for (int i = 0; i < T * N; i++) {
		label[i] = (int32_t)rng_below(&r, O);
		mask[i] = i / N == i % N % T || rng_below(&r, 2) == 0; /* at least one step of each sequence */
	}
	label[0] = O - 1; /* all classes occur */
	assert_true(npz_add(w, "x", NPY_F64, 3, (long[]){T, N, I}, x, &e));
	if (targets == TAKES_CLASSES)
		assert_true(npz_add(w, "y", NPY_I32, 2, (long[]){T, N}, label, &e));
	else
		assert_true(npz_add(w, "y", NPY_F64, 3, (long[]){T, N, O}, y, &e));
	if (ragged)
		assert_true(npz_add(w, "mask", NPY_BOOL, 2, (long[]){T, N}, mask, &e));
	assert_true(npz_writer_commit(w, &e));
	free(x);
	free(y);
	free(label);
	free(mask);
}

typedef struct worst {
	double error, sum_error;
	int combinations;
	long weights;
} worst;

/* Σ_k of the replicas' gradients = the gradient; and each replica's norm is what the temporal gradient says. */
static void check_replicas(const char *state, trial *t, worst *w)
{
	const model_block *table;
	int blocks = t->api->blocks(t->m, &table), T = t->r.T;
	double *out[MODEL_BLOCKS], *sum[MODEL_BLOCKS], *g[MODEL_BLOCKS];
	err e;
	for (int i = 0; i < blocks; i++) {
		size_t n = (size_t)(table[i].rows * table[i].cols);
		out[i] = calloc(n, sizeof(double));
		sum[i] = calloc(n, sizeof(double));
		g[i] = calloc(n, sizeof(double));
		t->api->grad(t->m, i, g[i]);
	}
	double norm[MODEL_BLOCKS][8];
	for (int i = 0; i < blocks; i++)
		memcpy(norm[i], t->r.temporal[i], (size_t)T * sizeof(double));
	for (int k = 0; k < T; k++) {
		assert_true(t->api->replica(t->m, k, out, &e));
		for (int i = 0; i < blocks; i++) {
			double squares = 0;
			for (int j = 0; j < table[i].rows * table[i].cols; j++) {
				sum[i][j] += out[i][j];
				squares += out[i][j] * out[i][j];
			}
			if (fabs(sqrt(squares) - norm[i][k]) > 1e-12 * (sqrt(squares) + 1e-300))
				fail_msg("%s: %s: norm of step %d: %.17g, replica %.17g", state, table[i].name, k + 1,
				        norm[i][k], sqrt(squares));
		}
	}
	for (int i = 0; i < blocks; i++) {
		double difference = 0, size = 0;
		for (int j = 0; j < table[i].rows * table[i].cols; j++) {
			difference += (sum[i][j] - g[i][j]) * (sum[i][j] - g[i][j]);
			size += g[i][j] * g[i][j];
		}
		double error = size > 0 ? sqrt(difference / size) : sqrt(difference);
		if (!(error < 1e-12))
			fail_msg("%s: %s: sum of temporal gradients differs by %.3g", state, table[i].name, error);
		w->sum_error = fmax(w->sum_error, error);
		free(out[i]);
		free(sum[i]);
		free(g[i]);
	}
}

/* The better of two steps for each block: across the kink of a loss one difference is wrong, and one of a tenth is not;
 * a wrong gradient is wrong at both. */
static void also_with(const trial *t, double h, gradcheck *g)
{
	gradcheck other;
	err e;
	assert_true(gradcheck_run(t, h, 0, &other, &e));
	for (int i = 0; i < g->blocks; i++)
		g->worst[i] = fmin(g->worst[i], other.worst[i]);
}

static void check(const char *state, double h, bool kinked_loss, worst *w)
{
	trial *t = open_trial(state);
	trial_step(t); /* moves the biases away from zero */
	trial_measure(t);
	assert_false(t->diverged);
	gradcheck g;
	err e;
	assert_true(gradcheck_run(t, h, 0, &g, &e));
	if (kinked_loss)
		also_with(t, h / 10, &g);
	for (int i = 0; i < g.blocks; i++) {
		if (!(g.worst[i] < 1e-7))
			fail_msg("%s: %s: relative error %.3g", state, g.block[i], g.worst[i]);
		/* the guard: what sees only the past is zero in a sequence of one step, and nothing else may be */
		bool past = strstr(g.block[i], "weight_h") || strstr(g.block[i], "weight_oh") ||
		            strstr(g.block[i], "weight_k1") || strstr(g.block[i], "weight_k2") ||
		            strstr(g.block[i], "weight_k3");
		bool far = strstr(g.block[i], "weight_k") &&
		           (strstr(g.block[i], "_l1") || strstr(g.block[i], "_l2")); /* beyond T */
		bool may_be_zero = g.checked[i] == 0 || (past && (t->r.T < 4 || far));
		if (!(g.largest[i] > 1e-5) && !may_be_zero)
			fail_msg("%s: %s: all gradients are zero", state, g.block[i]);
		w->error = fmax(w->error, g.worst[i]);
		w->weights += g.checked[i];
	}
	w->combinations++;
	if (!strstr(state, "l1=")) /* penalties belong to no step */
		check_replicas(state, t, w);
	trial_free(t);
}

static bool has_activation(const char *cell)
{
	err e;
	config c;
	config_default(&c);
	assert_true(config_set(&c, "cell", cell, &e));
	return config_uses(&c, KNOB_activation);
}

static void check_one(const char *path, int N, const char *loss, const char *more, worst *w)
{
	/* differences that straddle the kink of a relu or of |w| would measure the kink; outputs that are fed back
	 * without bound bend the loss, so they start smaller; the angle of an eigenvalue counts T times; a normalised
	 * readout spreads out what lies close together */
	bool kink = strstr(more, "relu") || strstr(more, "l1="), steep = strstr(more, "jordan"),
	     turns = strstr(more, "=lru"), sharp = strstr(more, "norm=readout") || strstr(more, "norm=both"),
	     kinked_loss = strcmp(loss, "mae") == 0 || strcmp(loss, "hinge") == 0;
	char state[512];
	snprintf(state, sizeof state,
	        "unroll/1 precision=f64 task=data data=%s loss=%s hidden=5 batch=%d sigma=%s seed=3 lr=0.05 %s", path,
	        loss, N, steep ? "0.3" : "0.5", more);
	check(state,
	        kink          ? 2e-6
	        : kinked_loss ? 4e-5
	        : sharp       ? 3e-5
	        : turns       ? 1e-4
	        : steep       ? 1e-3
	                      : 4e-4,
	        kinked_loss, w);
}

static const struct {
	const char *loss;
	bool classes;
} losses[] = {{"mse", false}, {"mse", true}, {"xent", true}};
static const char *const at[] = {"loss_at=last", "loss_at=all reduce=mean", "loss_at=all reduce=sum"};
static const int lengths[] = {1, 2, 7};

/* Forms of the cells, and what else changes a gradient. */
static const char *const forms[] = {"cell=rnn layers=2", "cell=rnn leak=0.4", "cell=rnn leak=0.4 activation=relu",
        "cell=rnn leak=0.2 activation=sigmoid layers=3", "cell=rnn dropout=0.4 layers=2", "cell=rnn l1=0.01 l2=0.02",
        "cell=rnn bias=0", "cell=lstm peephole=1", "cell=lstm layers=2 peephole=1 forget_bias=1 dropout=0.3",
        "cell=lstm chrono=20", "cell=gru gru_form=writes", "cell=gru gru_form=cho", "cell=gru gru_form=chung",
        "cell=gru gru_form=cho layers=2 chrono=9", "cell=scrn scrn_learn=1",
        "cell=scrn scrn_learn=1 layers=2 scrn_alpha=0.7", "cell=jordan teacher_forcing=1",
        "cell=elman_jordan teacher_forcing=1", "cell=jordan layers=2 dropout=0.2", "cell=elman_jordan leak=0.3",
        "cell=untied layers=2", "cell=lstm97 layers=2", "cell=mingru layers=2 forget_bias=2",
        "cell=lru r_min=0.5 r_max=0.99 layers=2", "cell=lru r_min=0.9 max_phase=0.5", "cell=tcn kernel=4",
        "cell=tcn kernel=3 layers=3", "cell=tcn kernel=2 layers=3 dropout=0.3 activation=sigmoid"};

/* Every cell with the file at `path`; with `thorough` also every activation, every backend and every form. */
static void check_cells(const char *path, const char *loss, bool thorough, bool may_force, worst *w)
{
	const knob *cells = knob_get(KNOB_cell), *acts = knob_get(KNOB_activation), *backends = knob_get(KNOB_backend);
	char more[200];
	for (int i = 0; i < 3; i++) {
		for (int c = 0; c < cells->choices; c++)
			for (int a = 0; a < (thorough && has_activation(cells->choice[c]) ? acts->choices : 1); a++)
				for (int b = thorough ? 0 : backends->choices - 1; b < backends->choices; b++) {
					snprintf(more, sizeof more, "cell=%s activation=%s %s backend=%s",
					        cells->choice[c], acts->choice[a], at[i], backends->choice[b]);
					check_one(path, USUAL, loss, more, w);
				}
		for (size_t f = 0; thorough && f < sizeof forms / sizeof *forms; f++) {
			if (strstr(forms[f], "forcing=1") && !may_force)
				continue;
			snprintf(more, sizeof more, "%s %s backend=native", forms[f], at[i]);
			check_one(path, USUAL, loss, more, w);
		}
	}
}

/* Every loss of the registry with every kind of target that it takes. The losses that tasks are defined with are
 * checked thoroughly; what a loss does to a net does not depend on the rest. */
static void every_combination(void **unused)
{
	(void)unused;
	char path[] = "/tmp/unroll-gradients-XXXXXX.npz";
	close(mkstemps(path, 4));
	worst w = {0};
	int row = 0, pairs = 0;
	const char *loss, *summary;
	for (; model_f64.losses(row, &loss, &summary); row++)
		for (int targets = TAKES_CLASSES; targets <= TAKES_SIGNS; targets *= 2) {
			if (!(model_f64.loss((loss_id)row)->takes & targets))
				continue;
			pairs++;
			for (int l = 0; l < 3; l++)
				for (int ragged = 0; ragged < 2; ragged++) {
					write_data(path, lengths[l], USUAL, targets, ragged);
					bool thorough = row == LOSS_mse || row == LOSS_xent;
					/* steps without a real target have nothing to feed */
					check_cells(path, loss, thorough, targets == TAKES_CLASSES || !ragged, &w);
				}
		}
	unlink(path);
	printf("gradient checks: %d combinations with %d losses and %d kinds of loss and target, %ld weights, largest "
	       "relative error %.2g, sum of replicas %.2g\n",
	        w.combinations, row, pairs, w.weights, w.error, w.sum_error);
	assert_true(w.combinations >= 6000 && row == knob_get(KNOB_loss)->choices - 1 && pairs > row);
}

static const char *const normalised[] = {"cell=rnn batch_norm=input", "cell=rnn batch_norm=readout",
        "cell=rnn batch_norm=both layers=2 dropout=0.3", "cell=rnn batch_norm=both bias=0",
        "cell=lstm batch_norm=both peephole=1", "cell=gru batch_norm=input gru_form=cho", "cell=scrn batch_norm=both",
        "cell=tcn batch_norm=input kernel=3 layers=2", "cell=tcn batch_norm=both kernel=2 layers=2",
        "cell=jordan batch_norm=input", "cell=elman_jordan batch_norm=input teacher_forcing=1",
        "cell=untied batch_norm=both", "cell=lru batch_norm=both", "cell=lru batch_norm=input layers=2"};

/* More sequences: the normalisation of two is their sign, whose slope is all but zero. */
static void batch_normalisation(void **unused)
{
	(void)unused;
	enum { N = 16 };
	char path[] = "/tmp/unroll-gradients-XXXXXX.npz";
	close(mkstemps(path, 4));
	worst w = {0};
	for (int l = 0; l < 3; l++)
		for (int k = 0; k < 3; k++)
			for (int ragged = 0; ragged < 2; ragged++) {
				write_data(path, lengths[l], N, losses[k].classes ? TAKES_CLASSES : TAKES_REAL, ragged);
				for (size_t f = 0; f < sizeof normalised / sizeof *normalised; f++)
					for (int i = 0; i < 3; i++) {
						char more[200];
						if (strstr(normalised[f], "forcing=1") && !losses[k].classes && ragged)
							continue;
						if (strstr(normalised[f], "lru batch_norm=both") && lengths[l] == 1)
							continue; /* without a past the poles only scale h, which
							             is undone: nothing but rounding is left */
						snprintf(more, sizeof more, "%s %s backend=native", normalised[f],
						        at[i]);
						check_one(path, N, losses[k].loss, more, &w);
					}
			}
	unlink(path);
	printf("batch normalisation: %d combinations, %ld weights, largest relative error %.2g, sum of replicas %.2g\n",
	        w.combinations, w.weights, w.error, w.sum_error);
	assert_true(w.combinations >= 200);
}

/* The f32 gradient of a run as the window has it, against differences in f64. */
static void single_precision(void **unused)
{
	(void)unused;
	static const char *const states[] = {"unroll/1 T=20 rho=1.1", "unroll/1 cell=lstm T=20 task=temporal_order",
	        "unroll/1 cell=gru T=20 threads=2 backend=native"};
	for (int i = 0; i < 3; i++) {
		trial *t = open_trial(states[i]);
		trial_step(t);
		trial_measure(t);
		gradcheck g;
		err e;
		assert_true(gradcheck_run(t, 2e-3, 200, &g, &e));
		for (int b = 0; b < g.blocks; b++)
			if (!(g.worst[b] < 2e-4) || !(g.largest[b] > 1e-8))
				fail_msg("%s: %s: relative error %.3g of %.3g", states[i], g.block[b], g.worst[b],
				        g.largest[b]);
		trial_free(t);
	}
}

/* A check that could not fail would be none: a wrong gradient is noticed. */
static void wrong_gradient_is_found(void **unused)
{
	(void)unused;
	trial *t = open_trial("unroll/1 precision=f64 T=5 hidden=4 lr=0.5 sigma=0.5");
	trial_measure(t);
	const model_block *table;
	int n = t->api->blocks(t->m, &table);
	gradcheck g;
	err e;
	assert_true(gradcheck_run(t, 2e-3, 0, &g, &e));
	assert_true(g.worst[n - 1] < 1e-7);
	/* the weights move, the gradient stays */
	double *W = calloc((size_t)(table[0].rows * table[0].cols), sizeof *W);
	t->api->get(t->m, 0, W);
	W[0] += 0.01;
	t->api->set(t->m, 0, W);
	assert_true(gradcheck_run(t, 2e-3, 0, &g, &e));
	assert_true(g.worst[n - 1] > 1e-7);
	free(W);
	trial_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(every_combination), cmocka_unit_test(batch_normalisation),
	        cmocka_unit_test(single_precision), cmocka_unit_test(wrong_gradient_is_found)};
	return cmocka_run_group_tests_name("gradients", tests, NULL, NULL);
}

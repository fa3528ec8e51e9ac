/* Tasks, initializers, optimizers, norms, divergence and identity of runs, against published and exact values. */
#include "num/eig.h"
#include "run/record.h"
#include "run/trial.h"
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

static config read_config(const char *state)
{
	err e;
	config c;
	long update;
	if (!config_read_state(&c, &update, state, &e))
		fail_msg("%s: %s", state, e.text);
	return c;
}

static trial *open_trial(const char *state)
{
	err e;
	config c = read_config(state);
	trial *t = trial_new(&c, &e);
	if (!t)
		fail_msg("%s: %s", state, e.text);
	return t;
}

static bool refused(const char *state, const char *why)
{
	err e = {0};
	config c;
	long update;
	trial *t = config_read_state(&c, &update, state, &e) ? trial_new(&c, &e) : NULL;
	if (!t && strstr(e.text, why))
		return true;
	print_error("%s: %s\n", state, t ? "accepted" : e.text);
	trial_free(t);
	return false;
}

/* ---- tasks ---- */

static double x_at(const batch *b, int t, int i, int k)
{
	return ((const double *)b->x)[t * b->x_t + i * b->x_b + k];
}

/* Mean and variance of the target, the best constant's error, and the marks. */
static void adding_has_its_statistics(void **unused)
{
	(void)unused;
	static const struct {
		const char *variant;
		double mean, variance;
	} forms[] = {{"auto", 1, 1.0 / 6}, {"irnn", 1, 1.0 / 6}, {"urnn", 1, 1.0 / 6}, {"pascanu", 0.5, 1.0 / 24},
	        {"galvan", 0.5, 1.0 / 24}};
	for (size_t f = 0; f < sizeof forms / sizeof *forms; f++) {
		char state[128];
		snprintf(state, sizeof state, "unroll/1 precision=f64 task=adding variant=%s T=40 batch=2000 hidden=2",
		        forms[f].variant);
		trial *t = open_trial(state);
		assert_true(fabs(t->shape.baseline[0] - forms[f].variance) < 1e-15);
		double sum = 0, squares = 0;
		long n = 0;
		bool half = forms[f].mean == 0.5;
		for (int round = 0; round < 10; round++) {
			t->update = round;
			trial_measure(t);
			const batch *b = t->api->batch(t->m);
			for (int i = 0; i < b->B; i++, n++) {
				double y = ((const double *)b->y)[i], marked = 0;
				int marks = 0, first = -1, last = -1;
				for (int s = 0; s < b->T; s++)
					if (x_at(b, s, i, 0) == 1) {
						marks++;
						marked += x_at(b, s, i, 1);
						first = first < 0 ? s : first;
						last = s;
					}
				assert_int_equal(marks, 2);
				assert_true(fabs(y - (half ? marked / 2 : marked)) < 1e-12);
				if (half)
					assert_true(first < 4 && last >= 4 && last < 20);
				if (strcmp(forms[f].variant, "urnn") == 0)
					assert_true(first < 20 && last >= 20);
				sum += y;
				squares += y * y;
			}
		}
		double mean = sum / (double)n, variance = squares / (double)n - mean * mean;
		assert_true(fabs(mean - forms[f].mean) < 0.01);
		assert_true(fabs(variance / forms[f].variance - 1) < 0.03);
		trial_free(t);
	}
}

static void hochreiter_adding(void **unused)
{
	(void)unused;
	trial *t = open_trial(
	        "unroll/1 precision=f64 task=adding variant=hochreiter T=100 T_jitter=0.1 batch=500 hidden=2");
	trial_measure(t);
	const batch *b = t->api->batch(t->m);
	double low = 1;
	for (int i = 0; i < b->B; i++) {
		assert_true(x_at(b, 0, i, 0) == -1 && x_at(b, b->T - 1, i, 0) == -1);
		double sum = 0;
		for (int s = 1; s < b->T; s++) {
			low = fmin(low, x_at(b, s, i, 1));
			if (x_at(b, s, i, 0) == 1)
				sum += x_at(b, s, i, 1);
		}
		assert_true(fabs(((const double *)b->y)[i] - (0.5 + sum / 4)) < 1e-12);
	}
	assert_true(low < -0.9);
	trial_free(t);
}

static void temporal_order_has_its_statistics(void **unused)
{
	(void)unused;
	static const char *const variants[] = {"auto", "pascanu", "galvan", "hochreiter"};
	for (int f = 0; f < 4; f++) {
		char state[128];
		snprintf(state, sizeof state,
		        "unroll/1 precision=f64 task=temporal_order variant=%s T=50 batch=4000 hidden=2 sigma=0",
		        variants[f]);
		trial *t = open_trial(state);
		trial_measure(t);
		const batch *b = t->api->batch(t->m);
		int count[4] = {0}, wide = f == 3;
		assert_int_equal(b->I, wide ? 8 : 6);
		for (int i = 0; i < b->B; i++) {
			int found[2], n = 0, place[2];
			for (int s = 0; s < b->T; s++) {
				double sum = 0;
				for (int k = 0; k < b->I; k++)
					sum += x_at(b, s, i, k);
				assert_true(sum == 1);
				if (x_at(b, s, i, 0) + x_at(b, s, i, 1) == 1) {
					assert_true(n < 2);
					place[n] = s;
					found[n++] = x_at(b, s, i, 1) == 1;
				}
			}
			assert_int_equal(n, 2);
			assert_int_equal(b->label[i], found[0] + 2 * found[1]);
			if (f == 1)
				assert_true(place[0] >= 5 && place[0] < 10 && place[1] >= 25 && place[1] < 30);
			if (f == 2)
				assert_true(place[0] < 5 && place[1] >= 5 && place[1] < 25);
			count[b->label[i]]++;
		}
		for (int k = 0; k < 4; k++)
			assert_true(abs(count[k] - 1000) < 130);
		/* with all weights zero the loss is that of guessing */
		assert_true(fabs(t->r.loss - log(4)) < 1e-12);
		assert_true(fabs(t->shape.baseline[0] - 1.3862943611198906) < 1e-12 &&
		            fabs(t->shape.baseline[1] - 0.6931471805599453) < 1e-12);
		trial_free(t);
	}
}

/* ---- initializers ---- */

static const model_block *find_block(const trial *t, const char *name, int *index)
{
	const model_block *table;
	int n = t->api->blocks(t->m, &table);
	for (*index = 0; *index < n; ++*index)
		if (strcmp(table[*index].name, name) == 0)
			return &table[*index];
	fail_msg("no parameter %s", name);
	return NULL;
}

static double standard_deviation(const trial *t, const char *name)
{
	int i;
	const model_block *b = find_block(t, name, &i);
	size_t n = (size_t)b->rows * (size_t)b->cols;
	double *W = malloc(n * sizeof *W), sum = 0, squares = 0;
	t->api->get(t->m, i, W);
	for (size_t k = 0; k < n; k++) {
		sum += W[k];
		squares += W[k] * W[k];
	}
	free(W);
	return sqrt(squares / (double)n - sum / (double)n * (sum / (double)n));
}

static void initializers_have_their_moments(void **unused)
{
	(void)unused;
	static const struct {
		const char *settings;
		double hh, ih;
	} known[] = {{"init=gaussian sigma=0.1", 0.1, 0.1}, {"init=uniform sigma=0.1", 0.1, 0.1},
	        {"init=xavier", 0.0625 / 1.0, 0}, {"init=he", 0.08838834764831845, 0},
	        {"init=orthogonal sigma=0.2", 0.0625, 0.2}, {"init=gaussian sigma=0.1 sigma_in=0.03", 0.1, 0.03}};
	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		char state[160];
		snprintf(state, sizeof state, "unroll/1 precision=f64 hidden=256 T=4 batch=1 task=temporal_order %s",
		        known[i].settings);
		trial *t = open_trial(state);
		double hh = standard_deviation(t, "rnn.weight_hh_l0"), ih = standard_deviation(t, "rnn.weight_ih_l0");
		if (!(fabs(hh / known[i].hh - 1) < 0.02))
			fail_msg("%s: standard deviation %g, not %g", known[i].settings, hh, known[i].hh);
		if (known[i].ih > 0 && !(fabs(ih / known[i].ih - 1) < 0.06))
			fail_msg("%s: standard deviation of the input weights %g, not %g", known[i].settings, ih,
			        known[i].ih);
		trial_free(t);
	}
}

static double radius(const trial *t, double *sigma_max)
{
	const char *name;
	int H = trial_transition(t, NULL, &name);
	double *W = malloc((size_t)H * (size_t)H * sizeof *W), *s = malloc((size_t)H * sizeof *s), rho;
	err e;
	trial_transition(t, W, &name);
	assert_true(eig_spectral_radius(H, W, &rho, &e) && eig_singular(H, H, W, s, &e));
	*sigma_max = s[0];
	free(W);
	free(s);
	return rho;
}

static void spectral_radius_is_what_was_asked(void **unused)
{
	(void)unused;
	const knob *inits = knob_get(KNOB_init), *cells = knob_get(KNOB_cell);
	double sigma;
	for (int i = 0; i < inits->choices; i++)
		for (int c = 0; c < cells->choices; c++) {
			char state[128];
			if (strcmp(inits->choice[i], "zero") == 0)
				continue; /* nothing to rescale */
			snprintf(state, sizeof state, "unroll/1 precision=f64 T=4 batch=1 rho=1.2 cell=%s init=%s",
			        cells->choice[c], inits->choice[i]);
			config cell = read_config("unroll/1");
			err e;
			assert_true(config_set(&cell, "cell", cells->choice[c], &e));
			if (!config_uses(&cell, KNOB_rho))
				continue; /* no recurrent matrix */
			trial *t = open_trial(state);
			double rho = radius(t, &sigma);
			if (!(fabs(rho - 1.2) < 1e-6))
				fail_msg("%s: spectral radius %.9f", state, rho);
			trial_free(t);
		}
	trial *t = open_trial("unroll/1 precision=f64 init=orthogonal T=4");
	assert_true(fabs(radius(t, &sigma) - 1) < 1e-10 && fabs(sigma - 1) < 1e-10);
	trial_free(t);
	t = open_trial("unroll/1 precision=f64 init=identity T=4");
	assert_true(radius(t, &sigma) == 1 && sigma == 1);
	trial_free(t);
}

/* ---- optimizers ---- */

/* Steps under a constant gradient, divided by the learning rate, through the net's own descent: the loss is linear in
 * the readout bias when the output is fixed by nothing else. */
static void first_steps(void **unused)
{
	(void)unused;
	static const struct {
		const char *settings;
		double first, second;
	} known[] = {{"optimizer=sgd", 1, 1}, {"optimizer=momentum momentum=0.9", 1, 1.9},
	        {"optimizer=nesterov momentum=0.9", 1.9, 2.71}, {"optimizer=rmsprop decay=0.9", 3.16228, 2.29416},
	        {"optimizer=rmsprop decay=0.99", 10, 7.08881}, {"optimizer=adam", 1, 1}};
	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		/* all weights zero: the gradient of a saturated cross-entropy hardly changes under a tiny step */
		char state[200];
		snprintf(state, sizeof state,
		        "unroll/1 precision=f64 task=temporal_order sigma=0 T=4 batch=61 hidden=3 lr=1e-7 %s",
		        known[i].settings);
		trial *t = open_trial(state);
		int at;
		find_block(t, "readout.bias", &at);
		double before[4], after[4], g[4];
		for (int step = 0; step < 2; step++) {
			t->update = 0; /* the same batch */
			t->api->get(t->m, at, before);
			trial_step(t);
			t->api->get(t->m, at, after);
			t->api->grad(t->m, at, g);
			double expected = step ? known[i].second : known[i].first;
			bool scaled = strstr(known[i].settings, "rmsprop") || strstr(known[i].settings, "adam");
			for (int k = 0; k < 4; k++) {
				double size = (before[k] - after[k]) / 1e-7 / (scaled ? (g[k] > 0 ? 1 : -1) : g[k]);
				if (!(fabs(size / expected - 1) < 2e-5))
					fail_msg("%s: step %d is %.6f, not %.6f", known[i].settings, step + 1, size,
					        expected);
			}
		}
		trial_free(t);
	}
}

static void clipping(void **unused)
{
	(void)unused;
	trial *t = open_trial("unroll/1 precision=f64 rho=1.3 clip=norm clip_at=0.1 lr=0.5 T=30");
	for (int i = 0; i < 30; i++) {
		trial_step(t);
		double norm = fmin(t->r.grad_norm, 0.1);
		assert_true(fabs(t->r.clipped_norm - norm) < 1e-14);
		assert_true(fabs(t->r.update_norm - 0.5 * norm) < 1e-14);
	}
	assert_true(t->clipped > 0);
	trial_free(t);
	t = open_trial("unroll/1 precision=f64 rho=1.3 clip=value clip_at=0.001 lr=1 T=30");
	const model_block *table;
	int n = t->api->blocks(t->m, &table);
	double *before[MODEL_BLOCKS];
	for (int i = 0; i < n; i++) {
		before[i] = malloc((size_t)(table[i].rows * table[i].cols) * sizeof(double));
		t->api->get(t->m, i, before[i]);
	}
	trial_step(t);
	for (int i = 0; i < n; i++) {
		double *after = malloc((size_t)(table[i].rows * table[i].cols) * sizeof *after);
		double *g = malloc((size_t)(table[i].rows * table[i].cols) * sizeof *g);
		t->api->get(t->m, i, after);
		t->api->grad(t->m, i, g);
		for (int k = 0; k < table[i].rows * table[i].cols; k++)
			assert_true(fabs(before[i][k] - after[k] - fmax(-0.001, fmin(0.001, g[k]))) < 1e-15);
		free(after);
		free(g);
		free(before[i]);
	}
	trial_free(t);
}

/* ---- temporal gradients ---- */

/* Slope of a least-squares line through log10 of the norm, steps 10 … 197 (from 0), as a factor per step. */
static double growth(const double *norm)
{
	double n = 0, sx = 0, sy = 0, sxx = 0, sxy = 0;
	for (int k = 10; k <= 197; k++) {
		double y = log10(norm[k]);
		n++;
		sx += k;
		sy += y;
		sxx += (double)k * k;
		sxy += k * y;
	}
	return pow(10, (n * sxy - sx * sy) / (n * sxx - sx * sx));
}

/* Temporal order, T = 200, before training: growth per step of the temporal gradients, mean over ten seeds. */
static void growth_per_step(void **unused)
{
	(void)unused;
	static const struct {
		double rho, growth, tolerance;
	} known[] = {{0.8, 1.280, 0.010}, {0.9, 1.150, 0.015}, {1.0, 1.063, 0.025}, {1.1, 1.016, 0.025},
	        {1.2, 1.006, 0.025}};
	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		double sum = 0;
		for (int seed = 1; seed <= 10; seed++) {
			char state[200];
			snprintf(state, sizeof state,
			        "unroll/1 precision=f64 task=temporal_order T=200 batch=100 hidden=50 sigma=0.1 rho=%g "
			        "seed=%d",
			        known[i].rho, seed);
			trial *t = open_trial(state);
			trial_measure(t);
			sum += growth(t->r.temporal_total);
			trial_free(t);
		}
		printf("rho %.1f: growth per step %.4f (%.3f ± %.3f)\n", known[i].rho, sum / 10, known[i].growth,
		        known[i].tolerance);
		assert_true(fabs(sum / 10 - known[i].growth) <= known[i].tolerance);
	}
}

/* A gradient that decays for hundreds of steps keeps decaying on the plot, in both precisions. */
static void norms_never_underflow(void **unused)
{
	(void)unused;
	static const struct {
		const char *state;
		double per_step; /* decades */
	} known[] = {{"init=identity rho=0.5 activation=identity T=950 hidden=4 sigma_in=0.1", -0.30102999566},
	        {"init=identity rho=0.01 activation=identity T=140 hidden=4 sigma_in=0.1", -2}};
	static const char *const precisions[] = {"f32", "f64"}, *const backends[] = {
	                                                                "blas", "native", "native threads=2"};
	for (int i = 0; i < 2; i++)
		for (int p = 0; p < 2; p++)
			for (int b = 0; b < 3; b++) {
				char state[200];
				snprintf(state, sizeof state, "unroll/1 precision=%s backend=%s batch=4 %s",
				        precisions[p], backends[b], known[i].state);
				trial *t = open_trial(state);
				trial_measure(t);
				int T = t->r.T;
				const double *norm = t->r.dh_norm;
				if (!(norm[T - 1] > 0))
					fail_msg("%s: no gradient at the end", state);
				for (int k = T - 2; k >= 0; k--) {
					double decades = log10(norm[k]) - log10(norm[T - 1]);
					if (!(fabs(decades - (T - 1 - k) * known[i].per_step) < 1e-3 * (T - k)))
						fail_msg(
						        "%s: at step %d of %d the norm is %g, %g decades below the end",
						        state, k + 1, T, norm[k], decades);
					assert_true(t->r.delta_norm[k] > 0 && t->r.temporal_total[k] > 0);
				}
				assert_true(norm[0] < 1e-270);
				trial_free(t);
			}
}

/* A gradient that grows beyond the format's range is still shown where it stands. */
static void explosions_are_shown(void **unused)
{
	(void)unused;
	trial *t = open_trial("unroll/1 precision=f64 init=identity rho=3 activation=identity T=400 hidden=2 batch=2 "
	                      "sigma_in=1e-200 sigma_out=1e-3");
	trial_measure(t);
	assert_true(t->r.finite);
	assert_true(fabs(log10(t->r.dh_norm[0] / t->r.dh_norm[399]) - 399 * log10(3)) < 1e-6);
	trial_free(t);
}

/* ---- divergence ---- */

static void divergence_is_explained(void **unused)
{
	(void)unused;
	trial *t = open_trial("unroll/1 activation=relu rho=3 T=100 lr=1 seed=2");
	size_t size = t->api->state_size(t->m);
	unsigned char *before = malloc(size), *after = malloc(size);
	for (int i = 0; i < 200 && !t->diverged; i++) {
		t->api->state_save(t->m, before);
		trial_step(t);
	}
	assert_true(t->diverged);
	assert_true(t->diverged_update == t->update + 1);
	assert_true(t->r.bad_step >= 1 && t->r.bad_step <= 100);
	assert_true(t->r.bad_where && strstr(t->message, t->r.bad_where));
	/* the last finite state stays, whatever is asked of the run */
	trial_step(t);
	t->api->state_save(t->m, after);
	assert_memory_equal(before + 64, after + 64, size - 64); /* past the head: weights and optimizer */
	free(before);
	free(after);
	trial_free(t);
}

/* ---- identity ---- */

static void state_of(const char *state, long updates, unsigned char **out, size_t *size)
{
	trial *t = open_trial(state);
	for (long i = 0; i < updates; i++)
		trial_step(t);
	*size = t->api->state_size(t->m);
	*out = malloc(*size);
	t->api->state_save(t->m, *out);
	trial_free(t);
}

static void same_state(const char *a, const char *b)
{
	unsigned char *x, *y;
	size_t n, m;
	state_of(a, 40, &x, &n);
	state_of(b, 40, &y, &m);
	assert_true(n == m);
	if (memcmp(x, y, n) != 0)
		fail_msg("%s and %s end in different states", a, b);
	free(x);
	free(y);
}

/* The same run has the same bits: again, and (native) with any number of threads. */
static void runs_repeat(void **unused)
{
	(void)unused;
	const knob *cells = knob_get(KNOB_cell);
	for (int c = 0; c < cells->choices; c++) {
		char a[160], b[200];
		snprintf(a, sizeof a, "unroll/1 cell=%s T=20 batch=13 optimizer=adam backend=native T_jitter=0.5",
		        cells->choice[c]);
		same_state(a, a);
		for (int threads = 2; threads <= 4; threads++) {
			snprintf(b, sizeof b, "%s threads=%d", a, threads);
			same_state(a, b);
		}
		snprintf(a, sizeof a, "unroll/1 cell=%s T=20 batch=13 precision=f64 threads=2", cells->choice[c]);
		same_state(a, a);
	}
}

static void read_run(run_state *s, const char *text)
{
	err e;
	if (!state_read(s, text, &e))
		fail_msg("%s: %s", text, e.text);
}

/* The window's thread makes the numbers that a plain loop makes, however it is interrupted. */
static void worker_equals_trial(void **unused)
{
	(void)unused;
	const char *state = "unroll/1 T=15 hidden=12 clip=norm optimizer=nesterov lr=0.003";
	enum { N = 700, MIB = 1 << 20 };
	static run_state start;
	trial *t = open_trial(state);
	err e;
	record *r = record_new(&e);
	trial_measure(t);
	record_start(r, t);
	for (int i = 0; i < N; i++) {
		trial_step(t);
		record_update(r, t);
	}
	const snap_arm *ours = record_arm(r, t, true);
	read_run(&start, state);
	worker *w = worker_new(&start, 16 * MIB, NULL, NULL, &e);
	assert_non_null(w);
	for (int i = 0; i < 100; i++)
		worker_step(w, i % 3 ? 3 : 1); /* further steps replace what is left of earlier ones */
	worker_settle(w);
	const snap *s = worker_take(w);
	assert_non_null(s);
	assert_true(s->arm[0].update <= N && s->obeyed == 100 && worker_sent(w) == 100);
	worker_step(w, N - s->arm[0].update);
	worker_settle(w);
	s = worker_take(w);
	const snap_arm *theirs = &s->arm[0];
	assert_int_equal(theirs->update, N);
	for (int i = 0; i < SNAP_SCALARS; i++)
		assert_true(ours->now[i] == theirs->now[i] || (isnan(ours->now[i]) && isnan(theirs->now[i])));
	assert_memory_equal(ours->total.norm, theirs->total.norm, (size_t)ours->T * sizeof(float));
	const snap_series *x = &ours->series[SNAP_LOSS], *y = &theirs->series[SNAP_LOSS];
	assert_true(x->n == y->n && x->stride == y->stride);
	assert_memory_equal(x->mean, y->mean, (size_t)x->n * sizeof(float));
	assert_memory_equal(ours->eig_re, theirs->eig_re, (size_t)ours->eigs * sizeof(float));
	/* reset, another configuration, one that cannot be */
	worker_reset(w);
	worker_settle(w);
	assert_int_equal(worker_take(w)->arm[0].update, 0);
	config impossible = start.arm[0].start;
	assert_true(config_set(&impossible, "T", "1", &e));
	worker_config(w, 0, &impossible);
	worker_settle(w);
	s = worker_take(w);
	assert_true(strstr(s->message, "T=1") != NULL);
	start.update = N;
	worker_open(w, &start);
	worker_settle(w);
	s = worker_take(w);
	assert_true(s->arm[0].update == N && s->arm[0].now[SNAP_LOSS] == ours->now[SNAP_LOSS] && !s->playing);
	worker_free(w);
	record_free(r);
	trial_free(t);
}

/* Four arms through the thread: compared, forked in the past, dragged about, and repeated from their state. */
static void worker_carries_arms(void **unused)
{
	(void)unused;
	static run_state start;
	static snap first;
	err e;
	read_run(&start, "unroll/1 T=8 hidden=9 batch=4 lr=0.003 @40");
	worker *w = worker_new(&start, 8 << 20, NULL, NULL, &e);
	assert_non_null(w);
	config c = start.arm[0].start;
	worker_compare(w, 0); /* waits for update 40 no longer than it must */
	worker_step(w, 30);
	worker_settle(w);
	const snap *s = worker_take(w);
	assert_true(s->all == 2 && s->update >= 30 && s->about[0].update == s->about[1].update);
	worker_seek(w, 200);
	worker_settle(w);
	for (int i = 0; i < 300; i++) /* a drag: the newest place counts */
		worker_seek(w, (i * 37) % 200);
	worker_seek(w, 25);
	c.v[KNOB_lr] = 0.05;
	worker_fork(w, 1, &c);
	worker_rename(w, 2, "faster");
	worker_hide(w, 0, true);
	worker_settle(w);
	s = worker_take(w);
	assert_true(s->update == 25 && s->end == 200 && s->all == 3 && s->arms == 2 && s->arm[1].index == 2);
	assert_true(s->state.edits == 1 && s->state.edit[0].update == 25 && s->about[2].end == 25);
	assert_string_equal(s->about[2].name, "faster");
	worker_play_until(w, 90);
	worker_settle(w);
	s = worker_take(w);
	assert_true(s->update == 90 && !s->playing && s->end == 200);
	c.v[KNOB_lr] = 0.002;
	for (int i = 0; i < 50; i++) { /* changes while it plays */
		worker_play(w, true);
		c.v[KNOB_clip_at] = 0.1 + i;
		worker_config(w, i % 3, &c);
	}
	worker_bookmark(w);
	worker_play(w, false);
	worker_settle(w);
	s = worker_take(w);
	assert_true(s->about[0].update == s->about[1].update && s->about[1].update == s->about[2].update);
	first.update = s->update;
	for (int i = 0; i < 2; i++)
		snap_copy_arm(&first.arm[i], &s->arm[i]);
	snap_copy_state(&start, &s->state);
	worker_remove(w, 0);
	worker_exchange(w, 0, 1);
	worker_settle(w);
	assert_int_equal(worker_take(w)->all, 2);
	worker_open(w, &start);
	worker_settle(w);
	s = worker_take(w);
	assert_true(s->update == first.update && s->all == 3 && s->arms == 2);
	for (int i = 0; i < 2; i++) {
		assert_true(s->arm[i].now[SNAP_LOSS] == first.arm[i].now[SNAP_LOSS]);
		assert_memory_equal(s->arm[i].total.norm, first.arm[i].total.norm, (size_t)s->arm[i].T * sizeof(float));
		assert_memory_equal(s->arm[i].eig_re, first.arm[i].eig_re, (size_t)s->arm[i].eigs * sizeof(float));
	}
	worker_free(w);
}

/* A run that stops, seen through the thread: replayed slowly, then rescued. */
static void worker_replays_and_rescues(void **unused)
{
	(void)unused;
	static run_state start;
	err e;
	read_run(&start, "unroll/1 activation=relu init=identity sigma_in=0.1 T=60 batch=4 lr=0.005");
	worker *w = worker_new(&start, 8 << 20, NULL, NULL, &e);
	assert_non_null(w);
	worker_replay(w, 0);
	worker_settle(w);
	const snap *s = worker_take(w);
	assert_true(strstr(s->message, "nothing to replay") != NULL && !s->playing);
	worker_play(w, true);
	worker_settle(w);
	s = worker_take(w);
	assert_true(s->about[0].diverged && !s->playing);
	long failed = s->about[0].diverged_update;
	worker_replay(w, 0);
	do {
		s = worker_take(w);
	} while (!s || !s->replay);
	assert_true(s->playing && s->update < failed && s->about[0].diverged_update == failed);
	worker_settle(w);
	s = worker_take(w);
	assert_true(s->about[0].diverged && !s->replay && !s->playing);
	worker_rescue(w, 0);
	worker_play_until(w, 100);
	worker_settle(w);
	s = worker_take(w);
	assert_true(!s->about[0].diverged && s->update == 100);
	assert_string_equal(config_choice(&s->about[0].config, KNOB_clip), "norm");
	assert_true(strstr(s->message, "Again from update") == s->message);
	worker_free(w);
}

/* Knobs that need no restart change the run where it stands. */
static void live_knobs(void **unused)
{
	(void)unused;
	trial *t = open_trial("unroll/1 T=10 hidden=8");
	for (int i = 0; i < 5; i++)
		trial_step(t);
	config c = t->c;
	err e;
	assert_true(config_set(&c, "lr", "0", &e));
	assert_int_equal(config_restart(&t->c, &c), KNOB_NOTHING);
	trial_edit(t, KNOB_lr, 0);
	trial_step(t);
	assert_true(t->r.update_norm == 0 && t->update == 6);
	assert_true(config_set(&c, "optimizer", "adam", &e));
	assert_int_equal(config_restart(&t->c, &c), KNOB_OPTIMIZER);
	assert_true(config_set(&c, "hidden", "9", &e));
	assert_int_equal(config_restart(&t->c, &c), KNOB_WEIGHTS);
	trial_free(t);
}

static void nonsense_is_refused(void **unused)
{
	(void)unused;
	assert_true(refused("unroll/1 loss=xent", "real targets"));
	assert_true(refused("unroll/1 T=1", "T ≥ 2"));
	assert_true(refused("unroll/1 task=temporal_order T=3", "T ≥ 4"));
	assert_true(refused("unroll/1 task=temporal_order variant=irnn", "variant"));
	assert_true(refused("unroll/1 task=data", "data"));
	assert_true(refused("unroll/1 task=data data=/nowhere/x.npz", "/nowhere/x.npz"));
	assert_true(refused("unroll/1 hidden=1024 batch=4096 T=4000 cell=lstm", "lower T, batch or hidden"));
}

/* ---- curves ---- */

static void curves_stay_bounded(void **unused)
{
	(void)unused;
	snap_series *s = calloc(1, sizeof *s);
	long count = 0;
	for (long u = 1; u <= 1000000; u++)
		record_series_add(s, &count, u, u == 777 ? NAN : (double)(u % 100));
	assert_true(s->n <= SNAP_BUCKETS && s->n > SNAP_BUCKETS / 3);
	assert_true(s->first == 1 && s->stride * s->n >= 1000000);
	for (int i = 0; i < s->n - 1; i++)
		assert_true(s->low[i] == 0 && s->high[i] == 99 && fabsf(s->mean[i] - 49.5f) < 2);
	free(s);
}

/* Earlier spectra: evenly spread over the run, from its start on, each that of the matrix at its update; the same after
 * a way back. */
static void spectra_leave_a_trail(void **unused)
{
	(void)unused;
	enum { UPDATES = 200, LOOKED_AT = 48, H = 9 };
	config c;
	long update;
	err e;
	const char *name;
	assert_true(config_read_state(&c, &update, "unroll/1 T=6 hidden=9 batch=3 rho=0.9", &e));
	trial *t = trial_new(&c, &e);
	record *r = record_new(&e);
	double W[H * H], re[H], im[H];
	assert_true(t && r);
	record_start(r, t);
	for (int u = 0; u < UPDATES; u++) {
		trial_step(t);
		record_update(r, t);
		if (t->update == LOOKED_AT)
			trial_transition(t, W, &name);
	}
	const snap_arm *a = record_arm(r, t, false);
	long stride = a->trail_update[1];
	bool found = false;
	assert_true(a->trail_rows > SNAP_TRAIL / 3 && a->trail_rows <= SNAP_TRAIL && a->trail_update[0] == 0);
	assert_true(eig_values(H, W, re, im, &e));
	for (int i = 0; i < a->trail_rows; i++) {
		assert_true(a->trail_update[i] == i * stride);
		for (int k = 0; k < H && a->trail_update[i] == LOOKED_AT; k++) {
			assert_true(a->trail_re[i][k] == (float)re[k] && a->trail_im[i][k] == (float)im[k]);
			found = true;
		}
	}
	assert_true(found && a->trail_update[a->trail_rows - 1] > UPDATES - stride);
	double start = hypot((double)a->trail_re[0][0], (double)a->trail_im[0][0]);
	assert_true(fabs(start - 0.9) < 1e-5);
	record_cut(r, 100);
	a = record_arm(r, t, false);
	assert_true(a->trail_update[a->trail_rows - 1] <= 100 && a->trail_update[a->trail_rows - 1] > 100 - stride);
	record_free(r);
	trial_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(adding_has_its_statistics),
	        cmocka_unit_test(hochreiter_adding), cmocka_unit_test(temporal_order_has_its_statistics),
	        cmocka_unit_test(initializers_have_their_moments), cmocka_unit_test(spectral_radius_is_what_was_asked),
	        cmocka_unit_test(first_steps), cmocka_unit_test(clipping), cmocka_unit_test(growth_per_step),
	        cmocka_unit_test(norms_never_underflow), cmocka_unit_test(explosions_are_shown),
	        cmocka_unit_test(divergence_is_explained), cmocka_unit_test(runs_repeat),
	        cmocka_unit_test(worker_equals_trial), cmocka_unit_test(worker_carries_arms),
	        cmocka_unit_test(worker_replays_and_rescues), cmocka_unit_test(live_knobs),
	        cmocka_unit_test(nonsense_is_refused), cmocka_unit_test(curves_stay_bounded),
	        cmocka_unit_test(spectra_leave_a_trail)};
	return cmocka_run_group_tests_name("engine", tests, NULL, NULL);
}

/* Systems against their definitions: hand cases, closed forms, and gradients written down a second time in the plainest
 * way. */
#include "base/rng.h"
#include "io/npz.h"
#include "run/trial.h"
#include "run/weights.h"

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

static char path[] = "/tmp/unroll-systems-XXXXXX.npz";

static int make_path(void **unused)
{
	(void)unused;
	close(mkstemps(path, 4));
	return 0;
}

static int remove_path(void **unused)
{
	(void)unused;
	return unlink(path);
}

static trial *open_trial(const char *format, ...)
{
	char state[512];
	va_list list;
	va_start(list, format);
	vsnprintf(state, sizeof state, format, list);
	va_end(list);
	err e;
	config c;
	long update;
	trial *t = config_read_state(&c, &update, state, &e) ? trial_new(&c, &e) : NULL;
	if (!t)
		fail_msg("%s: %s", state, e.text);
	return t;
}

/* x (T × N × I) as given, or random; targets of zeros, or random, or random classes (O > 1), at every step. */
static void write_data(int T, int N, int I, const double *x, int O, bool random)
{
	err e;
	rng r = rng_make(11, 100, (uint64_t)T);
	npz_writer *w = npz_writer_new(path, &e);
	assert_non_null(w);
	double *input = calloc((size_t)(T * N * I), sizeof *input), *y = calloc((size_t)(T * N), sizeof *y);
	int32_t *label = calloc((size_t)(T * N), sizeof *label);
	for (int i = 0; i < T * N * I; i++)
		input[i] = x ? x[i] : rng_gaussian(&r);
	for (int i = 0; i < T * N; i++) {
		y[i] = random ? rng_gaussian(&r) : 0;
		label[i] = (int32_t)rng_below(&r, (uint32_t)O);
	}
	label[0] = O - 1;
	assert_true(npz_add(w, "x", NPY_F64, 3, (long[]){T, N, I}, input, &e));
	if (O > 1)
		assert_true(npz_add(w, "y", NPY_I32, 2, (long[]){T, N}, label, &e));
	else
		assert_true(npz_add(w, "y", NPY_F64, 3, (long[]){T, N, 1}, y, &e));
	assert_true(npz_writer_commit(w, &e));
	free(input);
	free(y);
	free(label);
}

static int block_of(const trial *t, const char *name)
{
	const model_block *table;
	int n = t->api->blocks(t->m, &table);
	for (int i = 0; i < n; i++)
		if (strcmp(table[i].name, name) == 0)
			return i;
	fail_msg("no block %s", name);
	return -1;
}

static size_t block_size(const trial *t, int i)
{
	const model_block *table;
	t->api->blocks(t->m, &table);
	return (size_t)table[i].rows * (size_t)table[i].cols;
}

static double *block_new(const trial *t, int i)
{
	return calloc(block_size(t, i), sizeof(double));
}

static double *get(const trial *t, const char *name)
{
	int i = block_of(t, name);
	double *W = block_new(t, i);
	t->api->get(t->m, i, W);
	return W;
}

static double *grad(const trial *t, const char *name)
{
	int i = block_of(t, name);
	double *g = block_new(t, i);
	t->api->grad(t->m, i, g);
	return g;
}

static void set(trial *t, const char *name, const double *W)
{
	t->api->set(t->m, block_of(t, name), W);
}

static void close_to(const char *what, double a, double b, double tolerance)
{
	if (!(fabs(a - b) <= tolerance * (1 + fabs(b))))
		fail_msg("%s: %.17g, not %.17g", what, a, b);
}

static double logit(const trial *t, int step)
{
	return *(const double *)t->api->logits(t->m, step, 0);
}

/* ---- cells by hand ---- */

/* c_{t−1} = 1, then all pre-activations zero: f = i = o = ½, g = 0, c = ½, h = ½ tanh ½. */
static void lstm_by_hand(void **unused)
{
	(void)unused;
	write_data(2, 1, 1, (double[]){1, 0}, 1, false);
	trial *t = open_trial("unroll/1 precision=f64 cell=lstm hidden=1 batch=1 task=data data=%s", path);
	set(t, "rnn.weight_ih_l0", (double[]){40, 0, 40, 0});
	set(t, "rnn.weight_hh_l0", (double[4]){0});
	set(t, "readout.weight", (double[]){1});
	trial_measure(t);
	close_to("h", logit(t, 1), 0.5 * tanh(0.5), 1e-12);
	close_to("h", logit(t, 1), 0.2311, 5e-5);
	trial_free(t);
}

static void peepholes_are_three_vectors(void **unused)
{
	(void)unused;
	trial *a = open_trial("unroll/1 cell=lstm hidden=7"), *b = open_trial("unroll/1 cell=lstm hidden=7 peephole=1");
	assert_int_equal(b->api->parameters(b->m) - a->api->parameters(a->m), 3 * 7);
	trial_free(a);
	trial_free(b);
	/* o sees c_t, i and f see c_{t−1} */
	write_data(2, 1, 1, (double[]){1, 0}, 1, false);
	trial *t = open_trial("unroll/1 precision=f64 cell=lstm peephole=1 hidden=1 batch=1 task=data data=%s", path);
	set(t, "rnn.weight_ih_l0", (double[]){40, 0, 40, 0});
	set(t, "rnn.weight_hh_l0", (double[4]){0});
	set(t, "rnn.peephole_l0", (double[]){0.3, -0.7, 1.1}); /* p_i, p_f, p_o */
	set(t, "readout.weight", (double[]){1});
	trial_measure(t);
	double f = 1 / (1 + exp(0.7)), c = f, o = 1 / (1 + exp(-1.1 * c));
	close_to("h with peepholes", logit(t, 1), o * tanh(c), 1e-12);
	trial_free(t);
}

/* The context decays by α: 0.95ᵏ, half after 13.5 steps. */
static void scrn_impulse(void **unused)
{
	(void)unused;
	enum { T = 60 };
	double x[T] = {1};
	write_data(T, 1, 1, x, 1, false);
	for (int learned = 0; learned < 2; learned++) {
		trial *t =
		        open_trial("unroll/1 precision=f64 cell=scrn scrn_learn=%d hidden=1 batch=1 task=data data=%s",
		                learned, path);
		set(t, "rnn.weight_is_l0", (double[]){20}); /* (1 − α) B = 1 */
		set(t, "readout.weight", (double[]){1, 0}); /* the context alone */
		trial_measure(t);
		for (int k = 0; k < T; k++)
			close_to("context", logit(t, k), pow(0.95, k), 1e-12);
		close_to("after ten steps", logit(t, 10), 0.599, 1e-3);
		close_to("after twenty", logit(t, 20), 0.358, 1e-3);
		close_to("after fifty", logit(t, 50), 0.077, 1e-3);
		trial_free(t);
	}
	close_to("half-life", log(0.5) / log(0.95), 13.5, 1e-2);
}

/* z that writes instead of keeping is the same net with the weights of z negated. */
static void gru_conventions_agree(void **unused)
{
	(void)unused;
	static const struct {
		const char *keeps, *writes;
	} pair[] = {{"pytorch", "writes"}, {"cho", "chung"}};
	enum { H = 6 };
	write_data(9, 4, 3, NULL, 1, true);
	for (int p = 0; p < 2; p++) {
		trial *a = open_trial(
		        "unroll/1 precision=f64 cell=gru gru_form=%s hidden=%d sigma=0.6 batch=4 task=data data=%s",
		        pair[p].keeps, H, path);
		trial *b = open_trial(
		        "unroll/1 precision=f64 cell=gru gru_form=%s hidden=%d sigma=0.6 batch=4 task=data data=%s",
		        pair[p].writes, H, path);
		trial_step(a); /* biases are no longer zero */
		const model_block *table;
		int n = a->api->blocks(a->m, &table);
		for (int i = 0; i < n; i++) {
			double *W = get(a, table[i].name);
			bool z = table[i].layer == 0 && table[i].gates > 1;
			for (int k = H * table[i].cols; k < 2 * H * table[i].cols && z; k++)
				W[k] = -W[k]; /* rows of z follow those of r */
			set(b, table[i].name, W);
			free(W);
		}
		a->update = b->update = 0;
		trial_measure(a);
		trial_measure(b);
		close_to(pair[p].writes, b->r.loss, a->r.loss, 1e-13);
		for (int k = 0; k < 9; k++)
			close_to(pair[p].writes, b->r.temporal_total[k], a->r.temporal_total[k], 1e-12);
		trial_free(a);
		trial_free(b);
	}
}

/* h_t = α h_{t−1} + (1 − α) tanh(w h_{t−1} + u x + b) */
static void leaky_unit_by_hand(void **unused)
{
	(void)unused;
	double x[] = {0.3, -1.2, 0.8, 2};
	write_data(4, 1, 1, x, 1, false);
	trial *t = open_trial("unroll/1 precision=f64 leak=0.7 hidden=1 batch=1 task=data data=%s", path);
	set(t, "rnn.weight_ih_l0", (double[]){1.5});
	set(t, "rnn.weight_hh_l0", (double[]){-0.8});
	set(t, "rnn.bias_ih_l0", (double[]){0.2});
	set(t, "readout.weight", (double[]){1});
	trial_measure(t);
	double h = 0;
	for (int k = 0; k < 4; k++) {
		h = 0.7 * h + 0.3 * tanh(-0.8 * h + 1.5 * x[k] + 0.2);
		close_to("leaky h", logit(t, k), h, 1e-13);
	}
	trial_free(t);
}

static void mingru_and_lru_by_hand(void **unused)
{
	(void)unused;
	double x[] = {0.3, -1.2, 0.8, 2};
	write_data(4, 1, 1, x, 1, false);
	trial *t = open_trial("unroll/1 precision=f64 cell=mingru hidden=1 batch=1 task=data data=%s", path);
	set(t, "rnn.weight_ih_l0", (double[]){1.5, -0.4});
	set(t, "rnn.bias_ih_l0", (double[]){0.2, 0.1});
	set(t, "readout.weight", (double[]){1});
	trial_measure(t);
	double h = 0;
	for (int k = 0; k < 4; k++) {
		double z = 1 / (1 + exp(-(1.5 * x[k] + 0.2)));
		h = (1 - z) * h + z * (-0.4 * x[k] + 0.1);
		close_to("minGRU", logit(t, k), h, 1e-13);
	}
	trial_free(t);
	/* λ = exp(−exp(ν) + i exp(θ)); y = Re(C x) + D u */
	t = open_trial("unroll/1 precision=f64 cell=lru hidden=1 batch=1 task=data data=%s", path);
	double nu = log(0.1), theta = log(0.9), gamma = log(0.4);
	set(t, "rnn.weight_ih_l0", (double[]){1.5, -0.4}); /* Re B, Im B */
	set(t, "rnn.poles_l0", (double[]){nu, theta, gamma});
	set(t, "readout.weight", (double[]){0.7, -0.6}); /* Re C, −Im C */
	set(t, "readout.skip", (double[]){0.25});
	trial_measure(t);
	double re = 0, im = 0, size = exp(-0.1), a = size * cos(0.9), b = size * sin(0.9);
	for (int k = 0; k < 4; k++) {
		double r = a * re - b * im + 0.4 * 1.5 * x[k], i = a * im + b * re + 0.4 * -0.4 * x[k];
		re = r;
		im = i;
		close_to("LRU", logit(t, k), 0.7 * re - 0.6 * im + 0.25 * x[k], 1e-13);
	}
	double M[4];
	const char *name;
	assert_int_equal(trial_transition(t, M, &name), 2);
	close_to("λ", M[0], a, 1e-15);
	close_to("λ", M[2], b, 1e-15);
	trial_free(t);
}

static void convolution_ends(void **unused)
{
	(void)unused;
	double x[10] = {1};
	write_data(10, 1, 1, x, 1, false);
	trial *t = open_trial(
	        "unroll/1 precision=f64 cell=tcn activation=identity kernel=3 hidden=1 batch=1 task=data data=%s",
	        path);
	set(t, "rnn.weight_k0_l0", (double[]){2});
	set(t, "rnn.weight_k1_l0", (double[]){3});
	set(t, "rnn.weight_k2_l0", (double[]){5});
	set(t, "readout.weight", (double[]){1});
	trial_measure(t);
	static const double response[10] = {2, 3, 5};
	for (int k = 0; k < 10; k++)
		close_to("convolution", logit(t, k), response[k], 1e-15);
	trial_free(t);
}

static void depths(void **unused)
{
	(void)unused;
	static const struct {
		const char *settings;
		int recurrent, feedforward;
	} known[] = {{"cell=rnn", 1, 2}, {"cell=rnn layers=3", 1, 4}, {"cell=lstm", 1, 2},
	        {"cell=gru gru_form=cho", 2, 3}, {"cell=jordan", 2, 2}, {"cell=jordan layers=2", 3, 3},
	        {"cell=elman_jordan", 2, 2}, {"cell=scrn", 1, 3}, {"cell=mingru", 0, 2}, {"cell=tcn layers=4", 0, 5},
	        {"cell=lru", 1, 2}, {"cell=untied", 1, 2}};
	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		trial *t = open_trial("unroll/1 hidden=4 T=6 %s", known[i].settings);
		int r, f;
		t->api->depth(t->m, &r, &f);
		if (r != known[i].recurrent || f != known[i].feedforward)
			fail_msg("%s: depths %d and %d, not %d and %d", known[i].settings, r, f, known[i].recurrent,
			        known[i].feedforward);
		trial_free(t);
	}
}

/* ---- systems of one unit ---- */

static void power_is_a_power(void **unused)
{
	(void)unused;
	static const struct {
		double w, y, slope;
	} known[] = {{1, 1, 999}, {1.01, 20751.64, 2.0526e7}, {0.99, 4.3607e-5, 0.0440}, {0.01, 0, 0}};
	for (int i = 0; i < 4; i++) {
		trial *t = open_trial("unroll/1 precision=f64 task=power T=1000 target=0.5 w=%g", known[i].w);
		trial_measure(t);
		double *g = grad(t, "rnn.weight_hh_l0"), y = logit(t, 999);
		close_to("y", y, known[i].y, 5e-5);
		close_to("y", y, pow(known[i].w, 999), 1e-12);
		close_to("dy/dw", *g / (2 * (y - 0.5)), known[i].slope, 1e-3);
		assert_int_equal(t->api->parameters(t->m), 1);
		free(g);
		trial_free(t);
	}
}

/* On the wall x stays at x₀: E = 0.00601, and the gradient is a geometric series in a = w σ'(x₀). */
static void wall_of_the_fixed_point(void **unused)
{
	(void)unused;
	static const struct {
		double w, norm;
	} known[] = {{4.5, 11.5}, {5, 779}, {5.5, 5.48e4}, {6, 3.03e6}};
	for (int i = 0; i < 4; i++) {
		double w = known[i].w, s = 1 / (1 + exp(-0.5));
		trial *t = open_trial("unroll/1 precision=f64 task=fixed_point w=%.17g b=%.17g", w, 0.5 - w * s);
		trial_measure(t);
		assert_true(fabs(t->r.loss - 0.00601) < 1e-5);
		close_to("‖∇E‖", t->r.grad_norm, known[i].norm, 1e-2);
		double a = w * s * (1 - s),
		       exact = 2 * (0.7 - s) * s * (1 - s) * (pow(a, 50) - 1) / (a - 1) * sqrt(1 + s * s);
		close_to("‖∇E‖", t->r.grad_norm, exact, 1e-6);
		assert_int_equal(t->api->parameters(t->m), 2);
		trial_free(t);
	}
}

/* The ball that meets the wall: only what does not depend on the last bit is asserted. */
static void clip_at_the_wall(void **unused)
{
	(void)unused;
	static const struct {
		const char *clip;
		double limit, most;
	} runs[] = {{"clip=none", INFINITY, 0.5}, {"clip=norm clip_at=1", 0.5, 5e-4},
	        {"clip=norm clip_at=0.1", 0.05, 0.004}};
	for (int i = 0; i < 3; i++) {
		trial *t = open_trial("unroll/1 precision=f64 task=fixed_point w=6.5 b=-2.9 lr=0.5 %s", runs[i].clip);
		double most = 0;
		for (int k = 0; k < 1000 && !t->diverged; k++) {
			trial_step(t);
			most = fmax(most, t->r.update_norm);
			if (k == 399 && i > 0)
				assert_true(t->r.loss < runs[i].most);
		}
		if (i == 0)
			assert_true(most > 1);
		else
			assert_true(most <= runs[i].limit * (1 + 1e-12) && t->r.loss < 0.001);
		trial_free(t);
	}
}

/* ---- the plainest back-propagation through time: Britz's listing ---- */

enum { W_T = 7, W_H = 5, W_I = 3, W_O = 4 };

/* For every step with a loss back over at most `back` + 1 steps, one rank-one term at a time. */
static void naive_bptt(const double *x, const int32_t *y, const double *U, const double *V, const double *W, int back,
        double *dU, double *dV, double *dW)
{
	double s[W_T + 1][W_H] = {{0}}, o[W_T][W_O];
	for (int t = 0; t < W_T; t++) {
		double sum = 0;
		for (int i = 0; i < W_H; i++) {
			double a = 0;
			for (int j = 0; j < W_I; j++)
				a += U[i * W_I + j] * x[t * W_I + j];
			for (int j = 0; j < W_H; j++)
				a += W[i * W_H + j] * s[t][j];
			s[t + 1][i] = tanh(a);
		}
		for (int i = 0; i < W_O; i++) {
			double z = 0;
			for (int j = 0; j < W_H; j++)
				z += V[i * W_H + j] * s[t + 1][j];
			sum += o[t][i] = exp(z);
		}
		for (int i = 0; i < W_O; i++)
			o[t][i] /= sum;
	}
	for (int t = W_T - 1; t >= 0; t--) {
		double delta[W_H], d[W_O];
		for (int i = 0; i < W_O; i++) {
			d[i] = o[t][i] - (i == y[t]);
			for (int j = 0; j < W_H; j++)
				dV[i * W_H + j] += d[i] * s[t + 1][j];
		}
		for (int j = 0; j < W_H; j++) {
			delta[j] = 0;
			for (int i = 0; i < W_O; i++)
				delta[j] += V[i * W_H + j] * d[i];
			delta[j] *= 1 - s[t + 1][j] * s[t + 1][j];
		}
		for (int k = t; k >= 0 && k >= t - back; k--) {
			double before[W_H] = {0};
			for (int i = 0; i < W_H; i++) {
				for (int j = 0; j < W_H; j++) {
					dW[i * W_H + j] += delta[i] * s[k][j];
					before[j] += W[i * W_H + j] * delta[i];
				}
				for (int j = 0; j < W_I; j++)
					dU[i * W_I + j] += delta[i] * x[k * W_I + j];
			}
			for (int j = 0; j < W_H; j++)
				delta[j] = before[j] * (1 - s[k][j] * s[k][j]);
		}
	}
}

static void same_array(const char *what, const double *a, const double *b, int n, double tolerance)
{
	double size = 0, difference = 0;
	for (int i = 0; i < n; i++) {
		size += b[i] * b[i];
		difference += (a[i] - b[i]) * (a[i] - b[i]);
	}
	if (!(size > 0) || !(sqrt(difference / size) < tolerance))
		fail_msg("%s: relative difference %.3g", what, sqrt(difference / size));
}

static void britz_listing(void **unused)
{
	(void)unused;
	write_data(W_T, 1, W_I, NULL, W_O, true);
	for (int back = 0; back < W_T; back++) {
		trial *t = open_trial("unroll/1 precision=f64 bias=0 hidden=%d sigma=0.6 batch=1 reduce=sum "
		                      "truncate=%d task=data data=%s",
		        W_H, back + 1, path);
		trial_measure(t);
		const batch *b = t->api->batch(t->m);
		double x[W_T * W_I];
		int32_t y[W_T];
		for (int k = 0; k < W_T; k++) {
			memcpy(x + k * W_I, (const double *)b->x + k * b->x_t, W_I * sizeof *x);
			y[k] = b->label[k * b->label_t];
		}
		double *U = get(t, "rnn.weight_ih_l0"), *W = get(t, "rnn.weight_hh_l0"), *V = get(t, "readout.weight");
		double *gU = grad(t, "rnn.weight_ih_l0"), *gW = grad(t, "rnn.weight_hh_l0"),
		       *gV = grad(t, "readout.weight");
		double dU[W_H * W_I] = {0}, dV[W_O * W_H] = {0}, dW[W_H * W_H] = {0};
		naive_bptt(x, y, U, V, W, back, dU, dV, dW);
		same_array("dU", gU, dU, W_H * W_I, 1e-13);
		same_array("dV", gV, dV, W_O * W_H, 1e-13);
		same_array("dW", gW, dW, W_H * W_H, 1e-13);
		double *all[] = {U, W, V, gU, gW, gV};
		for (int i = 0; i < 6; i++)
			free(all[i]);
		trial_free(t);
	}
}

/* ---- truncation and single losses, from replicas ---- */

static const char *const systems[] = {"cell=rnn", "cell=rnn layers=2 dropout=0.3", "cell=rnn leak=0.3",
        "cell=lstm peephole=1", "cell=gru", "cell=gru gru_form=cho layers=2", "cell=scrn scrn_learn=1", "cell=jordan",
        "cell=elman_jordan", "cell=jordan layers=2", "cell=untied", "cell=lstm97", "cell=mingru", "cell=lru layers=2",
        "cell=tcn kernel=3 layers=2", "cell=elman_jordan teacher_forcing=1", "cell=rnn batch_norm=both",
        "cell=lstm layers=2 batch_norm=readout dropout=0.3", "cell=tcn kernel=3 layers=2 batch_norm=both",
        "cell=lru batch_norm=both", "cell=elman_jordan batch_norm=input", "cell=untied batch_norm=both"};

enum { R_T = 6, R_N = 4 };

typedef struct parts {
	int blocks;
	double *g[MODEL_BLOCKS];
} parts;

static parts parts_new(const trial *t)
{
	const model_block *table;
	parts p = {t->api->blocks(t->m, &table), {NULL}};
	for (int i = 0; i < p.blocks; i++)
		p.g[i] = block_new(t, i);
	return p;
}

static void parts_free(parts *p)
{
	for (int i = 0; i < p->blocks; i++)
		free(p->g[i]);
}

/* The truncated gradient is Σ_j Σ_{j−p < k ≤ j} of ∂L_j/∂θ⁽ᵏ⁾, the parts of losses j in replicas k; found here from
 * gradients of nets whose other targets are masked. */
static void truncation_is_a_sum_of_parts(void **unused)
{
	(void)unused;
	write_data(R_T, R_N, 3, NULL, 1, true);
	for (size_t s = 0; s < sizeof systems / sizeof *systems; s++) {
		if (strstr(systems[s], "forcing"))
			continue; /* a masked target is not fed either */
		for (int p = 1; p <= 4; p += p) {
			trial *t = open_trial("unroll/1 precision=f64 hidden=4 sigma=0.5 batch=%d reduce=sum "
			                      "truncate=%d %s task=data data=%s",
			        R_N, p, systems[s], path);
			trial_measure(t);
			parts whole = parts_new(t), sum = parts_new(t), one = parts_new(t);
			for (int i = 0; i < whole.blocks; i++)
				t->api->grad(t->m, i, whole.g[i]);
			double norm[R_T], squares[R_T];
			memcpy(norm, t->r.temporal_total, sizeof norm);
			parts step[R_T];
			for (int k = 0; k < R_T; k++)
				step[k] = parts_new(t);
			model_tuning full = *t->api->tuning(t->m);
			full.truncate = 0;
			err e;
			assert_true(t->api->tune(t->m, &full, &e));
			batch *b = t->api->batch(t->m);
			for (int j = 0; j < R_T; j++) {
				for (int k = 0; k < R_T; k++)
					memset(b->mask + k * b->B_max, k == j, (size_t)b->B);
				t->api->forward(t->m, NULL);
				for (int k = j; k >= 0 && k > j - p; k--) {
					assert_true(t->api->replica(t->m, k, one.g, &e));
					for (int i = 0; i < one.blocks; i++)
						for (size_t w = 0; w < block_size(t, i); w++) {
							sum.g[i][w] += one.g[i][w];
							step[k].g[i][w] += one.g[i][w];
						}
				}
			}
			for (int i = 0; i < sum.blocks; i++) {
				char what[200];
				const model_block *table;
				t->api->blocks(t->m, &table);
				snprintf(what, sizeof what, "%s truncated at %d: %s", systems[s], p, table[i].name);
				double size = 0;
				for (size_t w = 0; w < block_size(t, i); w++)
					size += sum.g[i][w] * sum.g[i][w];
				if (size > 0)
					same_array(what, whole.g[i], sum.g[i], (int)block_size(t, i), 1e-12);
			}
			for (int k = 0; k < R_T; k++) {
				squares[k] = 0;
				for (int i = 0; i < sum.blocks; i++)
					for (size_t w = 0; w < block_size(t, i); w++)
						squares[k] += step[k].g[i][w] * step[k].g[i][w];
				close_to(systems[s], norm[k], sqrt(squares[k]), 1e-12);
				parts_free(&step[k]);
			}
			parts_free(&whole);
			parts_free(&sum);
			parts_free(&one);
			trial_free(t);
		}
	}
}

/* The matrix of single losses: each row as if the other targets were masked. */
static void itemised_rows(void **unused)
{
	(void)unused;
	write_data(R_T, R_N, 3, NULL, 1, true);
	for (size_t s = 0; s < sizeof systems / sizeof *systems; s++) {
		trial *t =
		        open_trial("unroll/1 precision=f64 hidden=4 sigma=0.5 batch=%d reduce=sum %s task=data data=%s",
		                R_N, systems[s], path);
		trial_measure(t);
		double loss = t->r.loss, all[R_T * R_T];
		err e;
		parts before = parts_new(t), after = parts_new(t);
		for (int i = 0; i < before.blocks; i++)
			t->api->grad(t->m, i, before.g[i]);
		assert_true(t->api->itemised(t->m, all, &e));
		for (int i = 0; i < before.blocks; i++) {
			t->api->grad(t->m, i, after.g[i]);
			assert_memory_equal(before.g[i], after.g[i], block_size(t, i) * sizeof(double));
		}
		batch *b = t->api->batch(t->m);
		for (int j = 0; j < R_T && !strstr(systems[s], "forcing"); j++) {
			for (int k = 0; k < R_T; k++)
				memset(b->mask + k * b->B_max, k == j, (size_t)b->B);
			t->api->forward(t->m, NULL);
			model_result r;
			t->api->backward(t->m, NULL, true, &r);
			loss -= r.loss;
			for (int k = 0; k < R_T; k++) {
				close_to(systems[s], all[j * R_T + k], r.temporal_total[k], 1e-12);
				assert_true(k <= j || all[j * R_T + k] == 0);
			}
		}
		if (!strstr(systems[s], "forcing"))
			assert_true(fabs(loss) < 1e-12);
		else /* forced steps are trained on their own */
			for (int j = 0; j < R_T; j++)
				for (int k = 0; k < R_T && strstr(systems[s], "=jordan"); k++)
					assert_true(k == j || all[j * R_T + k] == 0);
		parts_free(&before);
		parts_free(&after);
		trial_free(t);
	}
}

/* Share of the gradient with respect to the input weight that p steps catch: (1 − wᵖ)/(1 − wᵀ). */
static void truncated_share(void **unused)
{
	(void)unused;
	enum { T = 100 };
	double ones[T];
	for (int k = 0; k < T; k++)
		ones[k] = 1;
	write_data(T, 1, 1, ones, 1, false);
	static const struct {
		double w;
		int p;
		double share;
	} known[] = {{0.9, 5, 0.4095}, {0.9, 10, 0.6513}, {0.9, 20, 0.8784}, {0.9, 50, 0.9949}, {0.99, 5, 0.0773},
	        {0.99, 10, 0.1508}, {0.99, 20, 0.2872}, {0.99, 50, 0.6231}, {0.9, 21, 0}, {0.9, 22, 0}};
	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		double share[2];
		for (int full = 0; full < 2; full++) {
			trial *t = open_trial("unroll/1 precision=f64 activation=identity hidden=1 batch=1 "
			                      "loss_at=last truncate=%d task=data data=%s",
			        full ? 0 : known[i].p, path);
			set(t, "rnn.weight_ih_l0", (double[]){1});
			set(t, "rnn.weight_hh_l0", &known[i].w);
			set(t, "readout.weight", (double[]){1});
			trial_measure(t);
			double *g = grad(t, "rnn.weight_ih_l0");
			share[full] = *g;
			free(g);
			trial_free(t);
		}
		double exact = (1 - pow(known[i].w, known[i].p)) / (1 - pow(known[i].w, T));
		assert_true(fabs(share[0] / share[1] - exact) < 1e-9);
		if (known[i].share > 0)
			assert_true(fabs(exact - known[i].share) < 6e-5);
		else /* 22 is the first horizon that catches nine tenths */
			assert_true((share[0] / share[1] >= 0.9) == (known[i].p == 22));
	}
}

/* ---- untied weights ---- */

/* With equal weights in every step, step k's own gradient is the tied net's replica k. */
static void untied_is_the_unfolded_net(void **unused)
{
	(void)unused;
	write_data(R_T, R_N, 3, NULL, 1, true);
	trial *a = open_trial("unroll/1 precision=f64 hidden=4 sigma=0.5 batch=%d task=data data=%s", R_N, path);
	trial *b = open_trial(
	        "unroll/1 precision=f64 cell=untied hidden=4 sigma=0.5 batch=%d task=data data=%s", R_N, path);
	static const char *const names[] = {
	        "rnn.weight_ih_l0", "rnn.weight_hh_l0", "rnn.bias_ih_l0", "readout.weight", "readout.bias"};
	for (int i = 0; i < 5; i++) {
		double *W = get(a, names[i]), *all = block_new(b, block_of(b, names[i]));
		size_t n = block_size(a, block_of(a, names[i])), copies = block_size(b, block_of(b, names[i])) / n;
		assert_int_equal(copies, i < 3 ? R_T : 1);
		for (size_t k = 0; k < copies; k++)
			memcpy(all + k * n, W, n * sizeof *W);
		set(b, names[i], all);
		free(W);
		free(all);
	}
	trial_measure(a);
	trial_measure(b);
	close_to("loss", b->r.loss, a->r.loss, 1e-14);
	parts one = parts_new(a);
	err e;
	for (int k = 0; k < R_T; k++) {
		close_to("norm", b->r.temporal_total[k], a->r.temporal_total[k], 1e-13);
		assert_true(a->api->replica(a->m, k, one.g, &e));
		for (int i = 0; i < 3; i++) {
			double *g = grad(b, names[i]);
			int block = block_of(a, names[i]);
			size_t n = block_size(a, block);
			double size = 0;
			for (size_t w = 0; w < n; w++)
				size += fabs(one.g[block][w]);
			if (size > 0)
				same_array(names[i], g + (size_t)k * n, one.g[block], (int)n, 1e-13);
			free(g);
		}
	}
	parts_free(&one);
	trial_free(a);
	trial_free(b);
}

/* ---- output recurrence ---- */

static double jacobian_top(trial *t)
{
	int T = t->r.T;
	double *J = malloc((size_t)(T * T) * sizeof *J), top = -INFINITY;
	err e;
	assert_true(t->api->jacobian(t->m, 0, J, &e));
	for (int j = 0; j < T; j++)
		for (int k = 0; k < j; k++)
			top = fmax(top, J[j * T + k]);
	free(J);
	return top;
}

static void forcing_cuts_the_steps_apart(void **unused)
{
	(void)unused;
	write_data(R_T, R_N, 3, NULL, 1, true);
	trial *t = open_trial(
	        "unroll/1 precision=f64 cell=jordan hidden=4 sigma=0.5 batch=%d task=data data=%s", R_N, path);
	trial_measure(t);
	assert_true(isfinite(jacobian_top(t)));
	trial_free(t);
	t = open_trial(
	        "unroll/1 precision=f64 cell=jordan teacher_forcing=1 hidden=4 sigma=0.5 batch=%d task=data data=%s",
	        R_N, path);
	trial_measure(t);
	assert_true(jacobian_top(t) == -INFINITY); /* exactly zero */
	trial_free(t);
}

/* The products of some steps are those of all steps. */
static void products_of_some_steps(void **unused)
{
	(void)unused;
	static const char *const nets[] = {"T=20 hidden=14 cell=rnn", "T=20 hidden=14 cell=lstm",
	        "T=20 hidden=14 cell=gru layers=2", "T=20 hidden=14 cell=scrn", "T=20 hidden=14 cell=jordan",
	        "T=20 hidden=1 cell=rnn", "T=280 hidden=14 cell=rnn rho=10 activation=identity"};
	static const int some[] = {0, 1, 4, 5, 11, 19};
	enum { N = sizeof some / sizeof *some, VALUES = 3 };
	for (size_t s = 0; s < sizeof nets / sizeof *nets; s++) {
		trial *t = open_trial("unroll/1 precision=f64 task=echo lag=2 sigma=0.3 batch=2 %s", nets[s]);
		trial_measure(t);
		int T = t->r.T;
		double *J = malloc((size_t)(T * T) * sizeof *J), *last = malloc((size_t)T * sizeof *last);
		double pair[N * N], singular[N * VALUES];
		int step[N];
		memcpy(step, some, sizeof step);
		step[N - 1] = T - 1;
		model_products p = {
		        .n = N, .step = step, .pair = pair, .last = last, .values = VALUES, .singular = singular};
		err e;
		assert_true(t->api->jacobian(t->m, 0, J, &e) && t->api->products(t->m, 0, &p, &e));
		for (int k = 0; k < T; k++)
			assert_true(fabs(last[k] - J[(T - 1) * T + k]) < 1e-8);
		for (int i = 0; i < N; i++) {
			for (int k = 0; k < N; k++)
				assert_true(k > i ? isnan(pair[i * N + k])
				                  : fabs(pair[i * N + k] - J[step[i] * T + step[k]]) < 1e-8);
			assert_true(fabs(singular[i * VALUES] - last[step[i]]) < 1e-8);
			for (int k = 1; k < VALUES; k++)
				assert_true(!(singular[i * VALUES + k] > singular[i * VALUES + k - 1]));
		}
		free(J);
		free(last);
		trial_free(t);
	}
}

/* ∂h_t/∂h_{t−1} of a free-running output recurrence with linear outputs is diag(φ') W_oh V. */
static void jordan_jacobian(void **unused)
{
	(void)unused;
	double x[] = {0.3, -1.2, 0.8};
	write_data(3, 1, 1, x, 1, false);
	trial *t = open_trial("unroll/1 precision=f64 cell=jordan hidden=1 batch=1 task=data data=%s", path);
	set(t, "rnn.weight_ih_l0", (double[]){1.5});
	set(t, "rnn.weight_oh_l0", (double[]){-0.8});
	set(t, "readout.weight", (double[]){2});
	trial_measure(t);
	double h = 0, o = 0, J[9], slope[3];
	for (int k = 0; k < 3; k++) {
		h = tanh(1.5 * x[k] - 0.8 * o);
		slope[k] = (1 - h * h) * -0.8 * 2;
		o = 2 * h;
		close_to("output", logit(t, k), o, 1e-14);
	}
	err e;
	assert_true(t->api->jacobian(t->m, 0, J, &e));
	close_to("∂h_2/∂h_1", J[1 * 3 + 0], log10(fabs(slope[1])), 1e-12);
	close_to("∂h_3/∂h_1", J[2 * 3 + 0], log10(fabs(slope[1] * slope[2])), 1e-12);
	trial_free(t);
}

/* ---- batch normalisation ---- */

static double output(const trial *t, int step, int sequence)
{
	return *(const double *)t->api->logits(t->m, step, sequence);
}

/* The places of `x` (T × 2) that are no padding, normalised by the definition. */
static void check_inputs(trial *t, const double *x, int T, double gamma, double beta)
{
	const int *length = t->api->batch(t->m)->length;
	double n = 0, mean = 0, square = 0, out_mean = 0, out_square = 0;
	for (int i = 0; i < 2 * T; i++)
		if (i / 2 < length[i % 2]) {
			mean += x[i];
			square += x[i] * x[i];
			n++;
		}
	mean /= n;
	double variance = square / n - mean * mean;
	for (int i = 0; i < 2 * T; i++)
		if (i / 2 < length[i % 2]) {
			double y = output(t, i / 2, i % 2);
			close_to("y", y, gamma * (x[i] - mean) / sqrt(variance + 1e-5) + beta, 1e-12);
			out_mean += y / n;
			out_square += y * y / n;
		}
	close_to("mean", out_mean, beta, 1e-13);
	close_to("variance", out_square - out_mean * out_mean, gamma * gamma * variance / (variance + 1e-5), 1e-12);
}

static void normalised_inputs(void **unused)
{
	(void)unused;
	enum { T = 3 };
	double x[2 * T] = {3, -1, 4, 1.5, -5, 9};
	write_data(T, 2, 1, x, 1, false);
	trial *t = open_trial("unroll/1 precision=f64 activation=identity batch_norm=input hidden=1 batch=2 task=data "
	                      "data=%s",
	        path);
	set(t, "rnn.weight_ih_l0", (double[]){1});
	set(t, "rnn.weight_hh_l0", (double[]){0});
	set(t, "readout.weight", (double[]){1});
	trial_measure(t);
	batch *b = t->api->batch(t->m);
	if (*(double *)b->x != 3) { /* batches are shuffled */
		double swapped[2 * T];
		for (int i = 0; i < 2 * T; i++)
			swapped[i] = x[i ^ 1];
		memcpy(x, swapped, sizeof x);
	}
	check_inputs(t, x, T, 1, 0);
	set(t, "norm.input_gamma", (double[]){2});
	set(t, "norm.input_beta", (double[]){-0.5});
	t->api->forward(t->m, NULL);
	check_inputs(t, x, T, 2, -0.5);
	b->length[1] = 2; /* padding is not counted, whatever stands there */
	t->api->forward(t->m, NULL);
	check_inputs(t, x, T, 2, -0.5);
	trial_free(t);
}

static void shifted_inputs_are_the_same(void **unused)
{
	(void)unused;
	write_data(R_T, R_N, 3, NULL, 1, true);
	static const char *const cells[] = {"cell=rnn", "cell=lstm", "cell=tcn", "cell=jordan", "cell=lru"};
	for (int c = 0; c < 5; c++) {
		trial *t = open_trial(
		        "unroll/1 precision=f64 batch_norm=input %s hidden=4 sigma=0.5 batch=%d task=data data=%s",
		        cells[c], R_N, path);
		trial_measure(t);
		const batch *b = t->api->batch(t->m);
		for (int s = 0; s < 2; s++) {
			for (int k = 0; k < R_T; k++)
				for (int i = 0; i < R_N * 3; i++) {
					double *x = (double *)b->x + k * b->x_t + i / 3 * b->x_b + i % 3;
					*x = s ? 5 * *x : *x - 7;
				}
			/* ε keeps a small part of the scale: (1 − 1/25) ε / 2σ² */
			close_to(cells[c], t->api->forward(t->m, NULL), t->r.loss, s ? 2e-5 : 1e-13);
		}
		trial_free(t);
	}
}

/* z_t = V (γ ĥ_t + β) + c, over the sequences whose mask is set. */
static void check_readout(trial *t, double h[R_T][R_N][2], const double *gamma, const double *beta)
{
	const batch *b = t->api->batch(t->m);
	double *V = get(t, "readout.weight"), *c = get(t, "readout.bias");
	for (int k = 0; k < R_T; k++) {
		const unsigned char *mask = b->mask + k * b->B_max;
		double mean[2] = {0}, variance[2] = {0}, n = 0;
		for (int i = 0; i < R_N; i++)
			n += mask[i];
		for (int i = 0; i < R_N; i++)
			for (int j = 0; j < 2; j++)
				mean[j] += mask[i] ? h[k][i][j] / n : 0;
		for (int i = 0; i < R_N; i++)
			for (int j = 0; j < 2; j++)
				variance[j] += mask[i] ? pow(h[k][i][j] - mean[j], 2) / n : 0;
		for (int i = 0; i < R_N; i++) {
			double z = *c;
			for (int j = 0; j < 2; j++)
				z += V[j] * (gamma[j] * (h[k][i][j] - mean[j]) / sqrt(variance[j] + 1e-5) + beta[j]);
			if (mask[i])
				close_to("normalised readout", output(t, k, i), z, 1e-11);
			if (mask[i] && n == 1)
				close_to("one sequence", output(t, k, i), V[0] * beta[0] + V[1] * beta[1] + *c, 1e-14);
		}
	}
	free(V);
	free(c);
}

static void normalised_readout(void **unused)
{
	(void)unused;
	write_data(R_T, R_N, 1, NULL, 1, true);
	trial *t = open_trial(
	        "unroll/1 precision=f64 batch_norm=readout hidden=2 sigma=0.8 batch=%d task=data data=%s", R_N, path);
	static const double gamma[] = {1.5, -0.3}, beta[] = {0.2, 0.7};
	set(t, "norm.readout_gamma", gamma);
	set(t, "norm.readout_beta", beta);
	trial_measure(t);
	const batch *b = t->api->batch(t->m);
	double *U = get(t, "rnn.weight_ih_l0"), *W = get(t, "rnn.weight_hh_l0"), h[R_T][R_N][2];
	for (int k = 0; k < R_T; k++)
		for (int i = 0; i < R_N; i++)
			for (int j = 0; j < 2; j++) {
				double a = U[j] * ((const double *)b->x)[k * b->x_t + i * b->x_b];
				for (int q = 0; q < 2 && k > 0; q++)
					a += W[2 * j + q] * h[k - 1][i][q];
				h[k][i][j] = tanh(a);
			}
	check_readout(t, h, gamma, beta);
	for (int k = 0; k < R_T; k++)
		for (int i = 0; i < R_N; i++)
			b->mask[k * b->B_max + i] = i <= k; /* one sequence at the first step, then more */
	t->api->forward(t->m, NULL);
	check_readout(t, h, gamma, beta);
	free(U);
	free(W);
	trial_free(t);
}

/* Any number of hands, the loss evaluated twice, all the same. */
static void normalised_by_two_hands(void **unused)
{
	(void)unused;
	static const char *const where[] = {"input", "both"};
	for (int w = 0; w < 2; w++) {
		trial *t[2];
		for (int i = 0; i < 2; i++) {
			t[i] = open_trial("unroll/1 precision=f64 task=echo T=40 hidden=9 batch=24 dropout=0.2 rho=1.5 "
			                  "layers=2 batch_norm=%s threads=%d",
			        where[w], i + 1);
			trial_step(t[i]);
			trial_measure(t[i]);
			close_to("again", t[i]->api->forward(t[i]->m, NULL), t[i]->r.loss, 1e-14);
		}
		close_to("loss", t[1]->r.loss, t[0]->r.loss, 1e-13);
		const model_block *table;
		int n = t[0]->api->blocks(t[0]->m, &table);
		assert_int_equal(n, w ? 12 : 10);
		for (int i = 0; i < n; i++) {
			double *a = grad(t[0], table[i].name), *b = grad(t[1], table[i].name);
			same_array(table[i].name, b, a, (int)block_size(t[0], i), 1e-12);
			for (int k = 0; k < 40; k++)
				close_to(table[i].name, t[1]->r.temporal[i][k], t[0]->r.temporal[i][k], 1e-12);
			free(a);
			free(b);
		}
		trial_free(t[0]);
		trial_free(t[1]);
	}
}

/* Gradients of the scales beyond the range of a float. */
static void normalised_and_vanishing(void **unused)
{
	(void)unused;
	enum { T = 150 };
	static const char *const names[] = {"norm.input_gamma", "norm.input_beta"};
	trial *a = open_trial("unroll/1 precision=f64 T=%d hidden=12 rho=0.3 batch_norm=input", T);
	trial *b = open_trial("unroll/1 precision=f32 T=%d hidden=12 rho=0.3 batch_norm=input threads=2", T);
	trial_measure(a);
	trial_measure(b);
	for (int i = 0; i < 2; i++) {
		const double *x = a->r.temporal[block_of(a, names[i])], *y = b->r.temporal[block_of(b, names[i])];
		assert_true(x[0] > 0 && x[0] < 1e-60 && x[T - 1] > 1e-3);
		for (int k = 0; k < T; k++)
			assert_true(fabs(y[k] / x[k] - 1) < 1e-3);
	}
	trial_free(a);
	trial_free(b);
}

/* γ and β are learned, counted, spared by the penalties, and saved; a file without them is not taken for γ = 0. */
static void scales_are_parameters(void **unused)
{
	(void)unused;
	char file[] = "/tmp/unroll-norm-XXXXXX.npz";
	close(mkstemps(file, 4));
	err e;
	trial *plain = open_trial("unroll/1 precision=f64 hidden=7 l2=0.1");
	trial *t = open_trial("unroll/1 precision=f64 hidden=7 l2=0.1 bias=0 batch_norm=both");
	assert_int_equal(t->api->parameters(t->m), plain->api->parameters(plain->m) - 7 - 1 + 2 * 2 + 2 * 7);
	close_to("penalty", t->api->penalty(t->m), plain->api->penalty(plain->m), 1e-15);
	static const char *const names[] = {
	        "norm.input_gamma", "norm.input_beta", "norm.readout_gamma", "norm.readout_beta"};
	trial_step(t);
	assert_true(weights_save(t, file, &e));
	trial *u = open_trial("unroll/1 precision=f64 hidden=7 bias=0 batch_norm=both seed=2");
	for (int i = 0; i < 4; i++) {
		double *before = get(u, names[i]);
		assert_true(before[0] == (i % 2 == 0));
		free(before);
	}
	assert_true(weights_load(u, file, &e));
	for (int i = 0; i < 4; i++) {
		double *a = get(t, names[i]), *b = get(u, names[i]);
		assert_memory_equal(a, b, block_size(t, block_of(t, names[i])) * sizeof *a);
		assert_true(b[0] != (i % 2 == 0)); /* learned */
		free(a);
		free(b);
	}
	assert_true(weights_save(plain, file, &e));
	assert_false(weights_load(u, file, &e));
	assert_non_null(strstr(e.text, "norm.input_gamma"));
	unlink(file);
	trial_free(plain);
	trial_free(t);
	trial_free(u);
}

/* ---- Ω ---- */

static void omega_values(void **unused)
{
	(void)unused;
	trial *t = open_trial("unroll/1 precision=f64 activation=identity init=identity rho=0.9 T=10 hidden=6 omega=1");
	trial_measure(t);
	close_to("Ω of 0.9 I", t->r.omega, 9 * 0.01, 1e-12);
	for (int k = 0; k < 9; k++)
		close_to("one step", t->r.omega_step[k], 0.01, 1e-12);
	trial_free(t);
	t = open_trial("unroll/1 precision=f64 activation=identity init=identity rho=0.9 T=10 hidden=6 omega=1 "
	               "omega_form=code");
	trial_measure(t);
	close_to("Ω as coded", t->r.omega, 0.0361, 1e-12);
	trial_free(t);
	t = open_trial("unroll/1 precision=f64 activation=identity init=orthogonal T=10 hidden=6 omega=1");
	trial_measure(t);
	assert_true(fabs(t->r.omega) < 1e-24);
	trial_free(t);
}

enum { O_T = 7, O_H = 4, O_B = 3 };

/* δ and φ' of every step and sequence, the plain way, for the adding problem's two inputs and loss at the end. */
typedef struct plain {
	double delta[O_T][O_B][O_H], slope[O_T][O_B][O_H], W[O_H * O_H];
} plain;

static plain plain_net(const trial *t)
{
	plain p;
	const batch *b = t->api->batch(t->m);
	double *U = get(t, "rnn.weight_ih_l0"), *W = get(t, "rnn.weight_hh_l0"), *V = get(t, "readout.weight"),
	       *c = get(t, "readout.bias");
	double *bias = get(t, "rnn.bias_ih_l0");
	memcpy(p.W, W, sizeof p.W);
	for (int i = 0; i < O_B; i++) {
		double h[O_T + 1][O_H] = {{0}}, z = *c, dh[O_H];
		for (int k = 0; k < O_T; k++)
			for (int j = 0; j < O_H; j++) {
				double a = bias[j];
				for (int q = 0; q < 2; q++)
					a += U[j * 2 + q] * ((const double *)b->x)[k * b->x_t + i * b->x_b + q];
				for (int q = 0; q < O_H; q++)
					a += W[j * O_H + q] * h[k][q];
				h[k + 1][j] = tanh(a);
				p.slope[k][i][j] = 1 - h[k + 1][j] * h[k + 1][j];
			}
		for (int j = 0; j < O_H; j++)
			z += V[j] * h[O_T][j];
		for (int j = 0; j < O_H; j++)
			dh[j] = 2 * (z - ((const double *)b->y)[i]) * V[j] / O_B;
		for (int k = O_T - 1; k >= 0; k--) {
			for (int j = 0; j < O_H; j++)
				p.delta[k][i][j] = dh[j] * p.slope[k][i][j];
			for (int j = 0; j < O_H; j++) {
				dh[j] = 0;
				for (int q = 0; q < O_H; q++)
					dh[j] += p.delta[k][i][q] * W[q * O_H + j];
			}
		}
	}
	double *all[] = {U, W, V, c, bias};
	for (int i = 0; i < 5; i++)
		free(all[i]);
	return p;
}

/* Ω with δ and φ' held and only this W varied: what equation 10 differentiates. */
static double held_omega(const plain *p, const double *W, bool code)
{
	double sum = 0;
	for (int k = 1; k < O_T; k++)
		for (int i = 0; i < O_B; i++) {
			double vv = 0, dd = 0;
			for (int j = 0; j < O_H; j++) {
				double v = 0;
				for (int q = 0; q < O_H; q++)
					v += p->delta[k][i][q] * W[q * O_H + j];
				v *= p->slope[k - 1][i][j];
				vv += v * v;
				dd += p->delta[k][i][j] * p->delta[k][i][j];
			}
			double r = code ? vv / dd : sqrt(vv / dd);
			sum += (r - 1) * (r - 1) / O_B;
		}
	return code ? sum / (O_T - 1) : sum;
}

static void omega_gradient(void **unused)
{
	(void)unused;
	for (int code = 0; code < 2; code++)
		for (int threads = 1; threads < 3; threads++) {
			trial *t[2];
			for (int with = 0; with < 2; with++) {
				t[with] = open_trial("unroll/1 precision=f64 T=%d hidden=%d batch=%d sigma=0.7 "
				                     "omega=%d omega_form=%s threads=%d",
				        O_T, O_H, O_B, with ? 3 : 0, code ? "code" : "paper", threads);
				trial_measure(t[with]);
			}
			plain p = plain_net(t[1]);
			close_to("Ω", t[1]->r.omega, held_omega(&p, p.W, code), 1e-12);
			close_to("penalty", t[1]->r.penalty, 3 * t[1]->r.omega, 1e-14);
			double *a = grad(t[0], "rnn.weight_hh_l0"), *b = grad(t[1], "rnn.weight_hh_l0"),
			       numeric[O_H * O_H];
			for (int i = 0; i < O_H * O_H; i++) {
				double W[O_H * O_H], h = 1e-5;
				memcpy(W, p.W, sizeof W);
				W[i] += h;
				double up = held_omega(&p, W, code);
				W[i] -= 2 * h;
				numeric[i] = 3 * (up - held_omega(&p, W, code)) / (2 * h);
				b[i] -= a[i];
			}
			same_array("∂⁺Ω/∂W", b, numeric, O_H * O_H, 1e-8);
			free(a);
			free(b);
			/* nothing else gets a gradient from Ω */
			double *ua = grad(t[0], "rnn.weight_ih_l0"), *ub = grad(t[1], "rnn.weight_ih_l0");
			assert_memory_equal(ua, ub, O_H * 2 * sizeof *ua);
			free(ua);
			free(ub);
			trial_free(t[0]);
			trial_free(t[1]);
		}
}

/* ---- the simplex direction ---- */

static double dot(const parts *a, const parts *b, const trial *t)
{
	double sum = 0;
	for (int i = 0; i < a->blocks; i++)
		for (size_t w = 0; w < block_size(t, i); w++)
			sum += a->g[i][w] * b->g[i][w];
	return sum;
}

static void simplex_identities(void **unused)
{
	(void)unused;
	static const char *const cells[] = {
	        "cell=rnn rho=1.1", "cell=lstm", "cell=gru layers=2", "cell=scrn", "cell=rnn rho=1.1 batch_norm=both"};
	for (int c = 0; c < 5; c++) {
		trial *t = open_trial(
		        "unroll/1 precision=f64 T=12 hidden=6 sigma=0.5 lr=1 direction=simplex %s", cells[c]);
		parts before = parts_new(t), after = parts_new(t), g = parts_new(t), s = parts_new(t),
		      one = parts_new(t);
		for (int i = 0; i < before.blocks; i++)
			t->api->get(t->m, i, before.g[i]);
		trial_step(t);
		assert_non_null(t->r.beta);
		double sum = 0, low = 1, high = 0, norm[12];
		memcpy(norm, t->r.temporal_total, sizeof norm);
		for (int k = 0; k < 12; k++) {
			sum += t->r.beta[k];
			low = fmin(low, t->r.beta[k]);
			high = fmax(high, t->r.beta[k]);
		}
		assert_true(fabs(sum - 1) < 1e-12 && low > 0 && high / low <= exp(1));
		for (int i = 0; i < before.blocks; i++) { /* lr = 1 without clip: θ moved by the direction */
			t->api->get(t->m, i, after.g[i]);
			for (size_t w = 0; w < block_size(t, i); w++)
				after.g[i][w] = before.g[i][w] - after.g[i][w];
			t->api->grad(t->m, i, g.g[i]);
			t->api->set(t->m, i, before.g[i]);
		}
		double beta[12];
		memcpy(beta, t->r.beta, sizeof beta);
		double length = t->r.grad_norm, cosine = t->r.cosine;
		assert_true(fabs(sqrt(dot(&after, &after, t)) / length - 1) < 1e-9);
		/* the mixture again, from replicas */
		t->update = 0;
		trial_measure(t);
		err e;
		for (int k = 0; k < 12; k++) {
			assert_true(t->api->replica(t->m, k, one.g, &e));
			for (int i = 0; i < one.blocks; i++)
				for (size_t w = 0; w < block_size(t, i) && norm[k] > 0; w++)
					s.g[i][w] += beta[k] * one.g[i][w] / norm[k];
		}
		double ss = sqrt(dot(&s, &s, t));
		close_to("cosine", cosine, dot(&s, &g, t) / ss / length, 1e-9);
		double difference = 0;
		for (int i = 0; i < s.blocks; i++)
			for (size_t w = 0; w < block_size(t, i); w++)
				difference = fmax(difference, fabs(s.g[i][w] * length / ss - after.g[i][w]));
		assert_true(cosine > 0 && difference < 1e-9 * length);
		parts *all[] = {&before, &after, &g, &s, &one};
		for (int i = 0; i < 5; i++)
			parts_free(all[i]);
		trial_free(t);
	}
	trial *t = open_trial("unroll/1 precision=f64 T=12 hidden=6 direction=simplex_switch psi=1e-9");
	trial_step(t);
	assert_true(t->r.switched); /* the gradient is longer than ψ */
	trial_free(t);
	t = open_trial("unroll/1 precision=f64 T=12 hidden=6 direction=simplex_switch psi=1e6");
	trial_step(t);
	assert_true(!t->r.switched && t->r.cosine > 0);
	trial_free(t);
}

/* In a vanishing net the first half of the steps has no part in the gradient, and about half in the simplex sum. */
static void simplex_hears_the_past(void **unused)
{
	(void)unused;
	trial *t = open_trial(
	        "unroll/1 precision=f64 task=temporal_order T=218 batch=100 rho=0.8 direction=simplex lr=0 seed=13");
	trial_step(t);
	double first = 0, share = 0;
	for (int k = 0; k < 109; k++) {
		first += t->r.temporal_total[k];
		share += t->r.beta[k];
	}
	assert_true(first < 1e-10 * t->r.grad_norm && first > 0);
	assert_true(fabs(share - 0.5) < 0.05);
	trial_free(t);
}

/* ---- start ---- */

static void forget_biases(void **unused)
{
	(void)unused;
	trial *t = open_trial("unroll/1 precision=f64 cell=lstm hidden=3 forget_bias=2.5");
	double *b = get(t, "rnn.bias_ih_l0");
	for (int i = 0; i < 12; i++)
		assert_true(b[i] == (i / 3 == 1 ? 2.5 : 0));
	free(b);
	trial_free(t);
	static const struct {
		const char *form;
		double z;
	} gru[] = {{"pytorch", 2}, {"writes", -2}, {"cho", 2}, {"chung", -2}};
	for (int k = 0; k < 4; k++) { /* whatever the convention, the gate is opened to keep */
		t = open_trial("unroll/1 precision=f64 cell=gru hidden=3 forget_bias=2 gru_form=%s", gru[k].form);
		b = get(t, "rnn.bias_ih_l0");
		for (int i = 0; i < 9; i++)
			assert_true(b[i] == (i / 3 == 1 ? gru[k].z : 0));
		free(b);
		trial_free(t);
	}
	/* chrono: b_f = ln U(1, T − 1), b_i = −b_f */
	t = open_trial("unroll/1 precision=f64 cell=lstm hidden=1000 chrono=101");
	b = get(t, "rnn.bias_ih_l0");
	double mean = 0;
	for (int i = 0; i < 1000; i++) {
		double f = b[1000 + i];
		assert_true(f >= 0 && f <= log(100) && b[i] == -f && b[2000 + i] == 0 && b[3000 + i] == 0);
		mean += exp(f) / 1000;
	}
	assert_true(fabs(mean - 50.5) < 3); /* standard error 0.9 */
	free(b);
	trial_free(t);
}

static void lru_ring(void **unused)
{
	(void)unused;
	trial *t = open_trial("unroll/1 precision=f64 cell=lru hidden=1000 r_min=0.9 r_max=0.999 batch=1 T=2");
	double *p = get(t, "rnn.poles_l0"), mean = 0, u[1000], distance = 0;
	for (int i = 0; i < 1000; i++) {
		double size = exp(-exp(p[i]));
		u[i] = (size * size - 0.81) / (0.998001 - 0.81);
		mean += size * size / 1000;
		close_to("γ", exp(p[2000 + i]), sqrt(1 - size * size), 1e-12);
		assert_true(exp(p[1000 + i]) >= 0 && exp(p[1000 + i]) <= 6.28);
	}
	for (int i = 0; i < 1000; i++) { /* Kolmogorov–Smirnov */
		int below = 0;
		for (int k = 0; k < 1000; k++)
			below += u[k] <= u[i];
		distance = fmax(distance, fabs(below / 1000.0 - u[i]));
	}
	assert_true(fabs(mean - 0.9040) < 0.005 && distance < 0.05);
	free(p);
	trial_free(t);
}

/* ---- memory ---- */

static size_t bytes(const char *cell, int T)
{
	trial *t = open_trial("unroll/1 precision=f64 cell=%s T=%d hidden=20 batch=8", cell, T);
	size_t n = t->api->bytes(t->api->spec(t->m));
	trial_free(t);
	return n;
}

static void memory_is_linear_in_T(void **unused)
{
	(void)unused;
	const knob *cells = knob_get(KNOB_cell);
	for (int i = 0; i < cells->choices; i++) {
		const char *cell = cells->choice[i];
		double a = (double)bytes(cell, 400), b = (double)bytes(cell, 800), c = (double)bytes(cell, 1200);
		if (!(fabs((c - b) / (b - a) - 1) < 0.02))
			fail_msg("%s: %g, %g, %g bytes for T = 400, 800, 1200", cell, a, b, c);
	}
}

static void nonsense_is_refused(void **unused)
{
	(void)unused;
	static const struct {
		const char *state, *why;
	} cases[] = {{"unroll/1 teacher_forcing=1", "belongs to jordan"},
	        {"unroll/1 cell=jordan teacher_forcing=1", "a target at every step"},
	        {"unroll/1 cell=gru peephole=1", "belongs to lstm"}, {"unroll/1 cell=lstm omega=1", "belongs to rnn"},
	        {"unroll/1 leak=0.5 omega=1", "leak=0"}, {"unroll/1 direction=simplex l2=0.1", "knows no penalties"},
	        {"unroll/1 cell=lstm leak=0.5", "belongs to rnn"}, {"unroll/1 kernel=3", "belongs to tcn"},
	        {"unroll/1 cell=jordan batch_norm=readout", "flows back"},
	        {"unroll/1 cell=elman_jordan batch_norm=both", "allowed: none, input"},
	        {"unroll/1 batch=1 batch_norm=readout", "a batch of at least 2"}};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		config c;
		long update;
		err e = {0};
		assert_true(config_read_state(&c, &update, cases[i].state, &e));
		trial *t = trial_new(&c, &e);
		if (t || !strstr(e.text, cases[i].why))
			fail_msg("%s: %s", cases[i].state, t ? "accepted" : e.text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(lstm_by_hand),
	        cmocka_unit_test(peepholes_are_three_vectors), cmocka_unit_test(scrn_impulse),
	        cmocka_unit_test(gru_conventions_agree), cmocka_unit_test(leaky_unit_by_hand),
	        cmocka_unit_test(mingru_and_lru_by_hand), cmocka_unit_test(convolution_ends), cmocka_unit_test(depths),
	        cmocka_unit_test(power_is_a_power), cmocka_unit_test(wall_of_the_fixed_point),
	        cmocka_unit_test(clip_at_the_wall), cmocka_unit_test(britz_listing),
	        cmocka_unit_test(truncation_is_a_sum_of_parts), cmocka_unit_test(itemised_rows),
	        cmocka_unit_test(truncated_share), cmocka_unit_test(untied_is_the_unfolded_net),
	        cmocka_unit_test(normalised_inputs), cmocka_unit_test(shifted_inputs_are_the_same),
	        cmocka_unit_test(normalised_readout), cmocka_unit_test(normalised_by_two_hands),
	        cmocka_unit_test(normalised_and_vanishing), cmocka_unit_test(scales_are_parameters),
	        cmocka_unit_test(forcing_cuts_the_steps_apart), cmocka_unit_test(jordan_jacobian),
	        cmocka_unit_test(products_of_some_steps), cmocka_unit_test(omega_values),
	        cmocka_unit_test(omega_gradient), cmocka_unit_test(simplex_identities),
	        cmocka_unit_test(simplex_hears_the_past), cmocka_unit_test(forget_biases), cmocka_unit_test(lru_ring),
	        cmocka_unit_test(memory_is_linear_in_T), cmocka_unit_test(nonsense_is_refused)};
	return cmocka_run_group_tests_name("systems", tests, make_path, remove_path);
}

/* How runs start: moments, limits and structure of the initial weights, NumPy's seed 13, and the first bars of a
 * published figure. */
#define REAL_BITS 64
#include "nn/init.h"
#include "num/eig.h"
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
	if (!config_read_state(&c, &update, state, &e))
		fail_msg("%s: %s", state, e.text);
	trial *t = trial_new(&c, &e);
	if (!t)
		fail_msg("%s: %s", state, e.text);
	return t;
}

static void close_to(const char *what, double ours, double known, double tolerance)
{
	if (!(fabs(ours - known) <= tolerance))
		fail_msg("%s: %.15g, not %.15g (± %g)", what, ours, known, tolerance);
}

/* The values of a block, rows × cols; the caller frees them. */
static double *block_of(const trial *t, const char *name, int *rows, int *cols)
{
	const model_block *table;
	int n = t->api->blocks(t->m, &table);
	for (int i = 0; i < n; i++)
		if (strcmp(table[i].name, name) == 0) {
			double *W = malloc((size_t)table[i].rows * (size_t)table[i].cols * sizeof *W);
			t->api->get(t->m, i, W);
			*rows = table[i].rows;
			*cols = table[i].cols;
			return W;
		}
	fail_msg("no parameter %s", name);
	return NULL;
}

static double *recurrent(const char *settings, int *H)
{
	char state[200];
	snprintf(state, sizeof state, "unroll/1 precision=f64 T=4 batch=1 %s", settings);
	trial *t = open_trial(state);
	double *W = block_of(t, "rnn.weight_hh_l0", H, H);
	trial_free(t);
	return W;
}

/* ---- moments and limits ---- */

/* Mean 0, the standard deviation of the formula, and nothing outside the limit: a normal draw goes beyond √3
 * deviations, a uniform one comes close to that limit and never reaches it. */
static void moments_and_limits(void **unused)
{
	(void)unused;
	static const struct {
		const char *init;
		bool flat;
		double hh, ih; /* deviations for 256 units and 6 inputs */
	} known[] = {{"gaussian sigma=0.1", false, .1, .1}, {"uniform sigma=0.1", true, .1, .1},
	        {"gaussian sigma=1", false, 1, 1}, {"lecun_normal", false, .0625, .408248},
	        {"lecun_uniform", true, .0625, .408248}, {"xavier_normal", false, .0625, .0873704},
	        {"xavier_uniform", true, .0625, .0873704}, {"he_normal", false, .0883883, .577350},
	        {"he_uniform", true, .0883883, .577350}};
	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		char state[160];
		snprintf(state, sizeof state,
		        "unroll/1 precision=f64 hidden=256 T=4 batch=1 task=temporal_order init=%s", known[i].init);
		trial *t = open_trial(state);
		for (int b = 0; b < 2; b++) {
			int rows, cols;
			double *W = block_of(t, b ? "rnn.weight_ih_l0" : "rnn.weight_hh_l0", &rows, &cols);
			double sd = b ? known[i].ih : known[i].hh, sum = 0, squares = 0, top = 0,
			       n = (double)rows * cols;
			for (int k = 0; k < rows * cols; k++) {
				sum += W[k];
				squares += W[k] * W[k];
				top = fmax(top, fabs(W[k]));
			}
			/* 2 % for 65536 numbers; the 1536 of the input matrix have a standard error of 2 % themselves
			 */
			close_to(known[i].init, sqrt(squares / n) / sd, 1, b ? .06 : .02);
			close_to(known[i].init, sum / n / sd, 0, 4 / sqrt(n));
			if (known[i].flat)
				assert_true(top < sd * sqrt(3) * (1 + 1e-5) && top > sd * sqrt(3) * (b ? .99 : .9999));
			else
				assert_true(top > sd * 3);
			free(W);
		}
		trial_free(t);
	}
}

/* Every initializer of the list, with both generators: finite, the same again, other weights for another seed (but
 * where there is nothing to draw), and the same start in both precisions. */
static void every_initializer(void **unused)
{
	(void)unused;
	for (int i = 0; i < inits_count_f64; i++)
		for (int numpy = 0; numpy < 2; numpy++) {
			const char *name = inits_f64[i]->name;
			double *W[4];
			int rows, cols;
			for (int k = 0; k < 4; k++) {
				char state[160];
				snprintf(state, sizeof state,
				        "unroll/1 precision=%s hidden=12 T=4 batch=1 init=%s generator=%s seed=%d",
				        k == 2 ? "f32" : "f64", name, numpy ? "numpy" : "own", k == 3 ? 2 : 1);
				trial *t = open_trial(state);
				W[k] = block_of(t, "rnn.weight_ih_l0", &rows, &cols);
				trial_free(t);
			}
			bool differs = false;
			for (int k = 0; k < rows * cols; k++) {
				assert_true(
				        isfinite(W[0][k]) && W[0][k] == W[1][k] && (float)W[0][k] == (float)W[2][k]);
				differs = differs || W[0][k] != W[3][k];
			}
			assert_true(differs == (strcmp(name, "zero") != 0));
			for (int k = 0; k < 4; k++)
				free(W[k]);
		}
}

/* Galvan's radius: a Gaussian matrix has about s·√n (the circular law). */
static void circular_law(void **unused)
{
	(void)unused;
	static const struct {
		int n;
		const char *sigma;
		double radius;
	} known[] = {{50, "0.1", .707}, {100, "0.1", 1}, {200, "0.1", 1.414}, {100, "1", 10}};
	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		double mean = 0;
		for (int seed = 1; seed <= 10; seed++) {
			char settings[80];
			int H;
			double rho;
			err e;
			snprintf(settings, sizeof settings, "hidden=%d sigma=%s seed=%d", known[i].n, known[i].sigma,
			        seed);
			double *W = recurrent(settings, &H);
			assert_true(eig_spectral_radius(H, W, &rho, &e));
			mean += rho / 10;
			free(W);
		}
		close_to("spectral radius", mean / known[i].radius, 1, .08);
	}
}

/* Runs that older state strings describe start with the same bits; xavier and he have longer names now. */
static void old_names_and_bits(void **unused)
{
	(void)unused;
	static const struct {
		const char *init, *now;
		double first, last;
	} known[] = {{"gaussian", "gaussian", 0.06381904718536445, 0.010117803466673105},
	        {"uniform", "uniform", -0.070047240438393, 0.015898271542688136},
	        {"xavier", "xavier_normal", 0.1547839249832559, 0.02453927787784338},
	        {"he", "he_normal", 0.21889752594866027, 0.03470377958568817}};
	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		char settings[80], now[64];
		int H;
		err e;
		config c;
		snprintf(settings, sizeof settings, "hidden=17 init=%s", known[i].init);
		double *W = recurrent(settings, &H);
		assert_true(W[0] == known[i].first && W[17 * 17 - 1] == known[i].last);
		free(W);
		config_default(&c);
		assert_true(config_set(&c, "init", known[i].init, &e));
		assert_string_equal(config_text(&c, KNOB_init, now, sizeof now), known[i].now);
	}
}

static bool reads(const init_f64 *f, const char *name)
{
	for (int i = 0; i < INIT_USES && f->uses[i]; i++)
		if (strcmp(f->uses[i], name) == 0)
			return true;
	return false;
}

/* Sliders are what the initializers declare. */
static void sliders_are_what_is_declared(void **unused)
{
	(void)unused;
	const knob *inits = knob_get(KNOB_init);
	assert_int_equal(inits->choices, inits_count_f64);
	for (int i = 0; i < inits_count_f64; i++) {
		const init_f64 *f = inits_f64[i];
		config c;
		config_default(&c);
		c.v[KNOB_init] = i;
		assert_string_equal(inits->choice[i], f->name);
		assert_true(f->uses[INIT_USES - 1] == NULL); /* the list has an end */
		for (int u = 0; f->uses[u]; u++)
			assert_true(knob_find(f->uses[u]) >= 0 &&
			            strstr(knob_get((knob_id)knob_find(f->uses[u]))->help, f->name));
		for (int id = 0; id < KNOB_COUNT; id++) {
			bool somebody = false;
			for (int k = 0; k < inits_count_f64; k++)
				somebody = somebody || reads(inits_f64[k], knob_get((knob_id)id)->name);
			if (somebody)
				assert_true(config_uses(&c, (knob_id)id) == reads(f, knob_get((knob_id)id)->name));
		}
	}
}

/* ---- structure ---- */

/* ‖W Wᵀ − c² I‖, largest entry */
static double far_from_orthogonal(const double *W, int n, double c)
{
	double worst = 0;
	for (int i = 0; i < n; i++)
		for (int j = 0; j < n; j++) {
			double dot = 0;
			for (int k = 0; k < n; k++)
				dot += W[i * n + k] * W[j * n + k];
			worst = fmax(worst, fabs(dot - (i == j ? c * c : 0)));
		}
	return worst;
}

static void orthogonal_matrices(void **unused)
{
	(void)unused;
	int H;
	double *W = recurrent("hidden=64 init=orthogonal", &H), x[64], y[64], norm = 0;
	assert_true(far_from_orthogonal(W, 64, 1) < 1e-13);
	for (int i = 0; i < 64; i++)
		x[i] = .125;
	for (int step = 0; step < 1000; step++) { /* a linear product of a thousand Jacobians keeps the norm */
		for (int i = 0; i < 64; i++) {
			y[i] = 0;
			for (int k = 0; k < 64; k++)
				y[i] += W[i * 64 + k] * x[k];
		}
		memcpy(x, y, sizeof x);
	}
	for (int i = 0; i < 64; i++)
		norm += x[i] * x[i];
	close_to("after 1000 steps", sqrt(norm), 1, 1e-12);
	free(W);
	W = recurrent("hidden=20 init=orthogonal init_scale=0.5", &H);
	assert_true(far_from_orthogonal(W, 20, .5) < 1e-14);
	free(W);
	W = recurrent("hidden=20 init=orthogonal rho=1.2", &H);
	assert_true(far_from_orthogonal(W, 20, 1.2) < 1e-13);
	free(W);
}

static void identity_matrices(void **unused)
{
	(void)unused;
	static const char *const settings[] = {"hidden=9 init=identity", "hidden=9 init=identity init_scale=0.01"};
	for (int s = 0; s < 2; s++) {
		int H;
		double *W = recurrent(settings[s], &H);
		for (int i = 0; i < H * H; i++)
			assert_true(W[i] == (i % (H + 1) ? 0 : s ? .01 : 1));
		free(W);
	}
}

/* Exactly k incoming weights for each unit, from everywhere, with the deviation that was asked for. */
static void sparse_matrices(void **unused)
{
	(void)unused;
	static const struct {
		const char *settings;
		int per_unit;
	} known[] = {{"hidden=100 init=sparse", 15}, {"hidden=200 init=sparse sparsity=3", 3},
	        {"hidden=10 init=sparse", 10}, {"hidden=100 init=sparse rho=0.95", 15}};
	for (size_t s = 0; s < sizeof known / sizeof *known; s++) {
		int H, column[256] = {0};
		double *W = recurrent(known[s].settings, &H), squares = 0, rho;
		err e;
		for (int i = 0; i < H; i++) {
			int count = 0;
			for (int k = 0; k < H; k++) {
				count += W[i * H + k] != 0;
				column[k] += W[i * H + k] != 0;
				squares += W[i * H + k] * W[i * H + k];
			}
			assert_int_equal(count, known[s].per_unit);
		}
		for (int k = 0; k < H; k++) /* binomial: five deviations */
			assert_true(abs(column[k] - known[s].per_unit) <= 5 * sqrt(known[s].per_unit) + 1);
		assert_true(eig_spectral_radius(H, W, &rho, &e));
		if (strstr(known[s].settings, "rho"))
			close_to("radius", rho, .95, 1e-6);
		else
			close_to("deviation", sqrt(squares / H / known[s].per_unit), .1, .02);
		free(W);
	}
}

/* Never all zero: the hidden units are copies of one another and stay it; with the usual weights they are not. */
static void zeros_keep_units_identical(void **unused)
{
	(void)unused;
	static const char *const cells[] = {"rnn", "lstm", "gru"};
	for (int c = 0; c < 3; c++)
		for (int start = 0; start < 2; start++) {
			char state[160];
			snprintf(state, sizeof state,
			        "unroll/1 precision=f64 task=temporal_order T=8 hidden=5 lr=0.5 cell=%s init=%s",
			        cells[c], start ? "gaussian" : "zero");
			trial *t = open_trial(state);
			for (int i = 0; i < 30; i++)
				trial_step(t);
			int rows, cols;
			double *W = block_of(t, "rnn.weight_ih_l0", &rows, &cols), apart = 0;
			for (int gate = 0; gate < rows / 5; gate++)
				for (int i = 1; i < 5; i++)
					for (int k = 0; k < cols; k++)
						apart = fmax(apart,
						        fabs(W[(gate * 5 + i) * cols + k] - W[gate * 5 * cols + k]));
			free(W);
			W = block_of(t, "readout.weight", &rows, &cols);
			for (int i = 0; i < rows * cols; i++)
				apart = fmax(apart, fabs(W[i] - W[i / cols * cols]));
			free(W);
			assert_true(start ? apart > .01 : apart == 0);
			W = block_of(t, "readout.bias", &rows, &cols);
			assert_true(W[0] != 0); /* and yet something was learned */
			free(W);
			trial_free(t);
		}
}

/* ---- samplers ---- */

/* Kolmogorov and Smirnov: √n times the largest distance of the empirical distribution from the uniform one. Sorts x. */
static int ascending(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static double kolmogorov(double *x, int n)
{
	double worst = 0;
	qsort(x, (size_t)n, sizeof *x, ascending);
	for (int i = 0; i < n; i++)
		worst = fmax(worst, fmax(fabs(x[i] - (double)i / n), fabs(x[i] - (i + 1.0) / n)));
	return worst * sqrt(n);
}

enum { DRAWS = 20000 };

/* 1.63 is exceeded once in a hundred samples; the seeds are fixed. */
static void the_ring(void **unused)
{
	(void)unused;
	static double nu[DRAWS], theta[DRAWS], square[DRAWS], phase[DRAWS];
	static const double rings[][3] = {{0, 1, 6.28}, {.9, .999, .314}};
	for (int k = 0; k < 2; k++) {
		double low = rings[k][0], high = rings[k][1];
		rng r = rng_make(5, RNG_TEST, (uint64_t)k);
		init_lru_ring_f64(&r, DRAWS, low, high, rings[k][2], nu, theta);
		for (int i = 0; i < DRAWS; i++) {
			double radius = exp(-exp(nu[i]));
			assert_true(radius >= low && radius <= high && isfinite(nu[i]) && isfinite(theta[i]));
			square[i] = (radius * radius - low * low) / (high * high - low * low);
			phase[i] = exp(theta[i]) / rings[k][2];
		}
		assert_true(kolmogorov(square, DRAWS) < 1.63 && kolmogorov(phase, DRAWS) < 1.63);
	}
	/* the statistic notices the mistake that is easily made: |λ| uniform instead of |λ|² */
	rng r = rng_make(5, RNG_TEST, 9);
	for (int i = 0; i < DRAWS; i++)
		square[i] = pow(rng_uniform(&r), 2);
	assert_true(kolmogorov(square, DRAWS) > 10);
}

static void chrono_biases(void **unused)
{
	(void)unused;
	static double f[DRAWS], i_bias[DRAWS], u[DRAWS];
	rng r = rng_make(6, RNG_TEST, 0);
	init_chrono_f64(&r, DRAWS, 200, f, i_bias);
	for (int i = 0; i < DRAWS; i++) {
		assert_true(i_bias[i] == -f[i] && f[i] >= 0 && f[i] <= log(199));
		u[i] = (exp(f[i]) - 1) / 198;
	}
	assert_true(kolmogorov(u, DRAWS) < 1.63);
}

/* ---- NumPy's seed 13 ---- */

#define SEED_13 "unroll/1 precision=f64 generator=numpy seed=13 hidden=50 sigma=0.1 task=temporal_order variant=galvan "

static void seed_13(void **unused)
{
	(void)unused;
	static const double gaussian[] = {
	        -0.712390662050588, 0.753766378659703, -0.044503078338053455, 0.45181233874578974, 1.3451017084510097};
	trial *t = open_trial(SEED_13 "T=20 batch=2");
	static const struct {
		const char *name;
		int rows, cols;
	} all[] = {{"rnn.weight_hh_l0", 50, 50}, {"rnn.weight_ih_l0", 50, 6}, {"readout.weight", 4, 50}};
	for (int i = 0; i < 3; i++) { /* each from a generator that was seeded anew, row by row */
		int rows, cols;
		double *W = block_of(t, all[i].name, &rows, &cols);
		assert_true(rows == all[i].rows && cols == all[i].cols);
		for (int k = 0; k < 5; k++)
			assert_true(W[k] == .1 * gaussian[k]);
		free(W);
	}
	int H;
	err e;
	double *W = block_of(t, "rnn.weight_hh_l0", &H, &H), re[50], im[50], s[50], squares = 0, sum = 0;
	assert_true(W[2499] == .1 * 1.3680000984375889);
	for (int i = 0; i < 2500; i++) {
		squares += W[i] * W[i];
		sum += W[i];
	}
	assert_true(eig_values(50, W, re, im, &e) && eig_singular(50, 50, W, s, &e));
	close_to("spectral radius", hypot(re[0], im[0]), .7849264773, 1e-10);
	close_to("leading pair", re[0], -.2425975, 1e-7);
	close_to("leading pair", fabs(im[0]), .7464958, 1e-7);
	close_to("largest singular value", s[0], 1.3240910897, 1e-10);
	close_to("Frobenius norm", sqrt(squares), 4.96571212, 1e-8);
	close_to("sum", sum, .53950270, 1e-8);
	free(W);
	trial_free(t);
}

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

/* The digitised bars of one figure, log10, when the file is there: an array of 218 numbers behind its key. */
static bool published_bars(const char *key, double bars[218])
{
	FILE *f = fopen("../shared/data/galvan_fig3_fig4_bars.json", "r");
	if (!f)
		return false;
	static char text[1 << 16];
	size_t n = fread(text, 1, sizeof text - 1, f);
	fclose(f);
	text[n] = '\0';
	char quoted[64];
	snprintf(quoted, sizeof quoted, "\"%s\"", key);
	const char *p = strstr(text, quoted);
	p = p ? strstr(p, "\"log10_norm\"") : NULL;
	p = p ? strchr(p, '[') : NULL;
	for (int i = 0; p && i < 218; i++) {
		char *end;
		bars[i] = strtod(p + 1, &end);
		p = end > p + 1 ? end : NULL;
	}
	return p != NULL;
}

/* Galvan 2016, figures 3 and 4: the same weights, another batch of length 218. Growth per step and first bar as
 * published. */
static void galvans_bars(void **unused)
{
	(void)unused;
	static const struct {
		const char *key, *rho;
		double first, last, growth, within;
	} known[] = {{"plot_grad_norms_it0", "0.8", 8.85e-25, .109, 1.26998, 10},
	        {"plot_grad_norms_it0_09", "0.9", 4.97e-14, .148, 1.13421, 10},
	        {"plot_grad_norms_it0_1", "1", 4.11e-5, .169, 1.03200, 10},
	        {"plot_grad_norms_it0_11", "1.1", .119, .271, .99970, 4},
	        {"plot_grad_norms_it0_12", "1.2", .294, .426, .99849, 4}};
	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		char state[240];
		snprintf(state, sizeof state, SEED_13 "T=218 batch=100 rho=%s", known[i].rho);
		trial *t = open_trial(state);
		trial_measure(t);
		const double *norm = t->r.temporal_total;
		double per_step = growth(norm), bars[218], distance = NAN;
		if (published_bars(known[i].key, bars)) {
			distance = 0;
			for (int k = 0; k < 218; k++)
				distance += pow(log10(norm[k]) - bars[k], 2) / 218;
			distance = sqrt(distance);
		}
		printf("rho %s: first %.3g (%.3g), last %.3g (%.3g), growth per step %.5f (%.5f), distance %.3f "
		       "decades\n",
		        known[i].rho, norm[0], known[i].first, norm[217], known[i].last, per_step, known[i].growth,
		        distance);
		assert_int_equal(t->r.T, 218);
		assert_true(fabs(per_step / known[i].growth - 1) < .01);
		assert_true(norm[0] < known[i].first * known[i].within && norm[0] > known[i].first / known[i].within);
		assert_true(fabs(log10(norm[217] / known[i].last)) < .3);
		assert_true(isnan(distance) || distance < .2); /* root mean square, in decades */
		trial_free(t);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(moments_and_limits), cmocka_unit_test(every_initializer),
	        cmocka_unit_test(circular_law), cmocka_unit_test(old_names_and_bits),
	        cmocka_unit_test(sliders_are_what_is_declared), cmocka_unit_test(orthogonal_matrices),
	        cmocka_unit_test(identity_matrices), cmocka_unit_test(sparse_matrices),
	        cmocka_unit_test(zeros_keep_units_identical), cmocka_unit_test(the_ring),
	        cmocka_unit_test(chrono_biases), cmocka_unit_test(seed_13), cmocka_unit_test(galvans_bars)};
	return cmocka_run_group_tests_name("start", tests, NULL, NULL);
}

/* One-unit nets, error surfaces, slices, contours, the shaded surface and expressions. */
#include "base/expr.h"
#include "base/rng.h"
#include "draw/canvas_null.h"
#include "num/eig.h"
#include "num/level.h"
#include "num/unit_map.h"
#include "plot/surface3d.h"
#include "run/plane.h"
#include "run/slice.h"
#include "run/team.h"
#include "run/trial.h"
#include "run/unit.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static bool near(double value, double want, double room)
{
	if (fabs(value - want) <= room)
		return true;
	print_error("%.12g is not %.12g ± %.2g\n", value, want, room);
	return false;
}

static bool within(double value, double want, double share)
{
	return near(value, want, share * fabs(want));
}

static const unit_task wall_task = {0.5, 0.7, 50};

/* ---- maps ---- */

static void derivatives_agree_with_differences(void **state)
{
	(void)state;
	static const double at[][3] = {{5, -2.5, 0.3}, {6.5, -2.9, 0.5}, {-3, 1, -0.4}, {1.5, 0.1, 0.2}};
	for (int kind = 0; kind < UNIT_KINDS; kind++)
		for (size_t i = 0; i < sizeof at / sizeof *at; i++)
			for (int T = 0; T < 9; T += 4) {
				const double h = 1e-6;
				unit u = {(unit_kind)kind, at[i][0], at[i][1]}, up = u, down = u;
				unit_end e = unit_run(&u, at[i][2], T);
				up.w += h, down.w -= h;
				double dw = (unit_run(&up, at[i][2], T).x - unit_run(&down, at[i][2], T).x) / (2 * h);
				up = down = u;
				up.b += h, down.b -= h;
				double db = (unit_run(&up, at[i][2], T).x - unit_run(&down, at[i][2], T).x) / (2 * h);
				double dx0 =
				        (unit_run(&u, at[i][2] + h, T).x - unit_run(&u, at[i][2] - h, T).x) / (2 * h);
				assert_true(near(e.dw, dw, 1e-7 * (1 + fabs(dw))));
				assert_true(near(e.db, db, 1e-7 * (1 + fabs(db))));
				assert_true(near(e.dx0, dx0, 1e-7 * (1 + fabs(dx0))));
				assert_true(T == 0 || (e.dw != 0 && e.db != 0 && e.dx0 != 0));
			}
}

static void trajectory_ends_where_run_ends(void **state)
{
	(void)state;
	double x[51];
	unit u = {UNIT_SIGMOID, 5, -2.5};
	unit_trajectory(&u, 0.5, 50, x);
	assert_true(x[0] == 0.5 && x[50] == unit_run(&u, 0.5, 50).x);
}

static void fixed_points_of_the_symmetric_map(void **state)
{
	(void)state;
	unit u = {UNIT_SIGMOID, 5, -2.5}; /* x ← 2.5 tanh(x/2) */
	unit_fixed f[UNIT_FIXED];
	assert_int_equal(unit_fixed_points(&u, f), 3);
	assert_true(near(f[0].x, -1.77603, 5e-6) && near(f[1].x, 0, 1e-12) && near(f[2].x, 1.77603, 5e-6));
	assert_true(near(f[1].multiplier, 1.25, 1e-12) && !f[1].stable);
	assert_true(near(f[0].multiplier, 0.61914, 5e-6) && near(f[2].multiplier, 0.61914, 5e-6));
	assert_true(f[0].stable && f[2].stable);
	assert_int_equal(unit_basin(&u, 0.1, f, 3), 2);
	assert_int_equal(unit_basin(&u, -0.1, f, 3), 0);
}

static void folds_and_cusp(void **state)
{
	(void)state;
	static const double row[][3] = {{4.5, -2.30685, -2.19315}, {6, -3.41509, -2.58491}, {7, -4.22449, -2.77551}};
	double b[2], x[2], w0, b0;
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		assert_true(unit_folds(UNIT_SIGMOID, row[i][0], b, x));
		assert_true(near(b[0], row[i][1], 6e-6) && near(b[1], row[i][2], 6e-6));
		assert_true(near(b[0] + b[1], -row[i][0], 1e-12));
	}
	assert_true(unit_folds(UNIT_SIGMOID, 5, b, x));
	assert_true(near(b[0], -2.6556103, 6e-8) && near(b[1], -2.3443897, 6e-8) && near(b[1] - b[0], 0.3112207, 6e-8));
	assert_true(near(x[0], 0.9624237, 6e-8) && near(x[1], -0.9624237, 6e-8));
	assert_false(unit_folds(UNIT_SIGMOID, 4, b, x));
	assert_false(unit_folds(UNIT_TANH, 1, b, x));
	for (int kind = 0; kind < UNIT_KINDS; kind++) { /* just above the cusp the folds lie at it, with multiplier 1 */
		unit_cusp((unit_kind)kind, &w0, &b0);
		assert_true(unit_folds((unit_kind)kind, w0 + 1e-6, b, x));
		assert_true(near(b[0], b0, 1e-5) && near(b[1], b0, 1e-5) && near(x[0], 0, 2e-3));
		assert_true(unit_folds((unit_kind)kind, w0 + 1, b, x));
		for (int i = 0; i < 2; i++) {
			unit u = {(unit_kind)kind, w0 + 1, b[i]};
			assert_true(near(unit_step(&u, x[i]), x[i], 1e-12) && near(unit_slope(&u, x[i]), 1, 1e-12));
		}
	}
}

/* Three fixed points between the folds, one outside; each is one, and the multiplier is the slope there. */
static void fixed_points_everywhere(void **state)
{
	(void)state;
	for (int kind = 0; kind < UNIT_KINDS; kind++)
		for (double w = -8; w < 8; w += 0.37)
			for (double b = -6; b < 4; b += 0.23) {
				unit_fixed f[UNIT_FIXED];
				unit u = {(unit_kind)kind, w, b};
				double fold[2], x[2];
				bool bistable = unit_folds(u.kind, w, fold, x) && b > fold[0] && b < fold[1];
				int n = unit_fixed_points(&u, f);
				assert_int_equal(n, bistable ? 3 : 1);
				for (int i = 0; i < n; i++)
					assert_true(near(unit_step(&u, f[i].x), f[i].x, 1e-13 * (1 + fabs(w))));
				if (bistable)
					assert_true(f[0].stable && !f[1].stable && f[2].stable);
			}
}

/* Sweeping up the lower state holds until the upper fold, sweeping down the upper one until the lower fold. */
static void hysteresis_as_wide_as_the_folds(void **state)
{
	(void)state;
	enum { N = 281 };
	double up[N], down[N], first = NAN, last = NAN;
	unit_sweep(UNIT_SIGMOID, 5, -3.2, 0.005, N, 0, 2000, up, down);
	for (int i = 0; i < N; i++)
		if (fabs(up[i] - down[i]) > 0.5) {
			first = isnan(first) ? -3.2 + 0.005 * i : first;
			last = -3.2 + 0.005 * i;
		}
	assert_true(near(first, -2.65561, 0.006) && near(last, -2.34439, 0.006));
	assert_true(up[0] < -2 && down[N - 1] > 2);
}

/* ---- the error surface ---- */

static void the_wall(void **state)
{
	(void)state;
	static const double line[][2] = {{5, -2.612297}, {5.5, -2.923526}, {6, -3.234756}};
	static const double norm[][2] = {{4.5, 11.5}, {5, 779}, {5.5, 5.48e4}, {6, 3.03e6}};
	const unit_task *t = &wall_task;
	for (size_t i = 0; i < sizeof line / sizeof *line; i++)
		assert_true(near(unit_wall(t, line[i][0]), line[i][1], 6e-7));
	for (size_t i = 0; i < sizeof norm / sizeof *norm; i++)
		assert_true(within(unit_wall_gradient(t, norm[i][0]), norm[i][1], 5e-3));
	/* the closed form against the recursion; rounding grows by 1.175 a step */
	unit_error e = unit_error_at(t, 5, unit_wall(t, 5));
	assert_true(within(hypot(e.dw, e.db), unit_wall_gradient(t, 5), 1e-6) && near(e.value, 0.00601, 5e-6));
	unit u = {UNIT_SIGMOID, 5, unit_wall(t, 5)};
	assert_true(near(unit_slope(&u, 0.5), 1.1750, 5e-5) && near(unit_slope(&u, 0.5) / 5, 0.2350037, 5e-8));
}

static void plateaus_and_valley(void **state)
{
	(void)state;
	const unit_task *t = &wall_task;
	double wall = unit_wall(t, 5);
	assert_true(near(unit_error_at(t, 5, wall - 0.02).value, 0.3462, 0.02));
	assert_true(near(unit_error_at(t, 5, wall + 0.02).value, 0.0132, 0.005));
	assert_true(
	        near(unit_error_at(t, 5, -60).value, 0.49, 1e-6) && near(unit_error_at(t, 5, 60).value, 0.09, 1e-6));
	assert_true(near(unit_valley_end(t), 4.479, 5e-4));
	assert_true(near(unit_valley(t, 0), 0.8473, 5e-5));
	for (double w = 3; w <= 4.2; w += 0.3) { /* the minimum over b lies on the line */
		double line = unit_valley(t, w), best = INFINITY, at = 0;
		for (double b = line - 0.01; b < line + 0.01; b += 1e-5) {
			double value = unit_error_at(t, w, b).value;
			if (value < best)
				best = value, at = b;
		}
		assert_true(near(at, line, 2.1e-4) && best < 1e-9);
	}
	assert_true(near(unit_error_at(t, 4.6, unit_valley(t, 4.6)).value, 0.28, 0.005));
}

/* The steepest point over b lies on the wall. */
static void steepest_points_on_the_wall(void **state)
{
	(void)state;
	static const double row[][2] = {{4.5, -2.3030}, {5, -2.6123}, {5.5, -2.9235}, {6, -3.2348}};
	for (size_t i = 0; i < 4; i++) {
		double best = 0, at = 0;
		for (double b = -3.4; b < -2; b += 1e-4) {
			unit_error e = unit_error_at(&wall_task, row[i][0], b);
			if (hypot(e.dw, e.db) > best)
				best = hypot(e.dw, e.db), at = b;
		}
		assert_true(near(at, row[i][1], 4e-4) && near(at, unit_wall(&wall_task, row[i][0]), 0.01));
	}
}

/* Median and shares of the norm on a grid of 601 × 641 points. */
static void almost_all_is_flat(void **state)
{
	(void)state;
	enum { NA = 601, NB = 641, N = NA * NB };
	double *loss = malloc(2 * N * sizeof *loss), *norm = loss + N;
	assert_non_null(loss);
	unit_surface_exact(&wall_task, 4, 7, NA, -3.2, -1.6, NB, loss, norm, NULL);
	int above[5] = {0};
	for (int i = 0; i < N; i++) {
		static const double limit[] = {0.1, 1, 10, 100, 0.052};
		for (int k = 0; k < 5; k++)
			above[k] += norm[i] > limit[k];
	}
	free(loss);
	assert_true(near(100.0 * above[0] / N, 27.6, 0.05) && near(100.0 * above[1] / N, 0.35, 0.01));
	assert_true(near(100.0 * above[2] / N, 0.08, 0.005) && near(100.0 * above[3] / N, 0.010, 0.002));
	assert_true(near(100.0 * above[4] / N, 50, 1));
}

static void surface_agrees_with_the_recursion(void **state)
{
	(void)state;
	enum { NA = 131, NB = 7 };
	static const unit_task tasks[] = {{0.5, 0.7, 50}, {-3, 0.2, 1}, {0.5, 0.7, 0}, {40, 0.9, 7}};
	for (size_t k = 0; k < sizeof tasks / sizeof *tasks; k++) {
		const unit_task *t = &tasks[k];
		double loss[NA * NB], norm[NA * NB];
		float few[NA * NB], slope[NA * NB], alone[NA * NB];
		unit_surface_exact(t, -9, 30, NA, -5, 3, NB, loss, norm, NULL);
		unit_surface(t, -9, 30, NA, -5, 3, NB, few, slope, NULL);
		unit_surface(t, -9, 30, NA, -5, 3, NB, alone, NULL, NULL);
		for (int i = 0; i < NA * NB; i++) {
			unit u = {UNIT_SIGMOID, -9 + 39.0 * (i % NA) / (NA - 1), -5 + 8.0 * (i / NA) / (NB - 1)};
			unit_error e = unit_error_at(t, u.w, u.b);
			double shaky = fabs(unit_run(&u, t->x0, t->T).dx0) + hypot(e.dw, e.db);
			if (shaky > 10 || fabs(u.w) > 4) /* chaos for large negative w, the wall: rounding grows */
				continue;
			assert_true(near(loss[i], e.value, 1e-13) && near(norm[i], hypot(e.dw, e.db), 1e-12));
			assert_true(near((double)few[i], e.value, 1e-6) && few[i] == alone[i]);
			if (hypot(e.dw, e.db) > 1e-3)
				assert_true(near((double)slope[i], log10(hypot(e.dw, e.db)), 2e-3));
		}
	}
}

static uint64_t hash(uint64_t h, const void *data, size_t bytes)
{
	const unsigned char *p = data;
	for (size_t i = 0; i < bytes; i++)
		h = (h ^ p[i]) * 0x100000001B3u;
	return h;
}

/* Every width, every way to cut a surface, and every number of hands gives the same bits. */
static void surface_has_one_set_of_bits(void **state)
{
	(void)state;
	enum { N = 203, M = 11 };
	static float out32[3][M][N], first32[3][M][N];
	static double out64[3][M][N], first64[3][M][N];
	float w32[N], b32[M];
	double w64[N], b64[M];
	for (int i = 0; i < N; i++)
		w32[i] = (float)(w64[i] = 4 + 3.0 * i / N);
	for (int j = 0; j < M; j++)
		b32[j] = (float)(b64[j] = -3.2 + 0.05 * j);
	for (int level = 0; level <= wide_level(); level++)
		for (int cut = 0; cut < 4 * 4; cut++) {
			int from_w[] = {0, 1 + 67 * (cut % 4), N}, from_b[] = {0, 1 + 3 * (cut / 4), M};
			for (int part = 0; part < 4; part++) {
				int i = from_w[part % 2], j = from_b[part / 2], n = from_w[part % 2 + 1] - i,
				    m = from_b[part / 2 + 1] - j;
				unit_map_width_f32(level)->grid(n, w32 + i, m, b32 + j, 0.5F, 0.7F, 50, N,
				        &out32[0][j][i], &out32[1][j][i], &out32[2][j][i]);
				unit_map_width_f64(level)->grid(n, w64 + i, m, b64 + j, 0.5, 0.7, 50, N,
				        &out64[0][j][i], &out64[1][j][i], &out64[2][j][i]);
			}
			if (level == 0 && cut == 0) {
				memcpy(first32, out32, sizeof first32);
				memcpy(first64, out64, sizeof first64);
			}
			assert_memory_equal(out32, first32, sizeof first32);
			assert_memory_equal(out64, first64, sizeof first64);
		}
	/* pinned: the same on other machines and compilers */
	assert_int_equal(hash(0xCBF29CE484222325u, first32, sizeof first32), 0x589fefe1562e6c28u);
	assert_int_equal(hash(0xCBF29CE484222325u, first64, sizeof first64), 0x362484606bb73cdbu);
	static float one[64 * 64], two[64 * 64];
	err e;
	team *pair = crew_new(2, &e);
	assert_non_null(pair);
	unit_surface(&wall_task, 4, 7, 64, -3.2, -1.6, 64, one, NULL, NULL);
	unit_surface(&wall_task, 4, 7, 64, -3.2, -1.6, 64, two, NULL, pair);
	crew_free(pair);
	assert_memory_equal(one, two, sizeof one);
}

/* Points that come to rest are not computed to the end, and nobody can tell: a step more from where a shorter run ends
 * is what the longer run gives, for every length. */
static void rest_is_not_a_shortcut(void **state)
{
	(void)state;
	enum { N = 97, M = 5, LENGTHS = 80 };
	static float loss[N * M], slope[N * M];
	for (int T = 0; T <= LENGTHS; T++) {
		unit_task t = {0.5, 0.7, T};
		unit_surface(&t, -4, 4, N, -3, 1, M, loss, slope, NULL);
		for (int i = 0; i < N * M; i++) {
			double w = -4 + 8.0 * (i % N) / (N - 1), b = -3 + 4.0 * (i / N) / (M - 1);
			unit_error e = unit_error_at(&t, w, b);
			assert_true(near((double)loss[i], e.value, 1e-6));
			if (hypot(e.dw, e.db) > 1e-3)
				assert_true(near((double)slope[i], log10(hypot(e.dw, e.db)), 2e-3));
		}
	}
}

/* Wider than one piece, and more rows than a strip: the same as the pieces by themselves. */
static void surface_of_any_size(void **state)
{
	(void)state;
	enum { N = 1100, M = 19 };
	static float loss[N * M], slope[N * M];
	static double exact[N * M], norm[N * M];
	unit_surface(&wall_task, 4, 7, N, -3.2, -1.6, M, loss, slope, NULL);
	unit_surface_exact(&wall_task, 4, 7, N, -3.2, -1.6, M, exact, norm, NULL);
	for (int i = 0; i < N * M; i += 37) {
		unit_error e = unit_error_at(&wall_task, 4 + 3.0 * (i % N) / (N - 1), -3.2 + 1.6 * (i / N) / (M - 1));
		if (hypot(e.dw, e.db) > 1)
			continue;
		assert_true(near(exact[i], e.value, 1e-13) && near(norm[i], hypot(e.dw, e.db), 1e-11));
		assert_true(near((double)loss[i], e.value, 1e-6));
	}
}

/* The logarithm of the norm of very small gradients, far below and at the edge of what a square can hold. */
static void tiny_slopes_are_seen(void **state)
{
	(void)state;
	int tiny = 0;
	for (double b = 5; b < 80; b += 0.5) { /* σ′(b) ≈ e⁻ᵇ */
		unit_task t = {0, 0.7, 1};
		float loss, slope;
		unit_surface(&t, 0, 0, 1, b, b, 1, &loss, &slope, NULL);
		unit_error e = unit_error_at(&t, 0, b);
		assert_true(near((double)slope, log10(hypot(e.dw, e.db)), 1e-5));
		tiny += slope < -19.5F; /* whose square is below the smallest float that is normal */
	}
	assert_true(tiny > 50);
}

/* Far outside everything stays a number or becomes NaN; nothing hangs. */
static void surface_survives_anything(void **state)
{
	(void)state;
	static const float odd[] = {0, -0.0F, 1e-30F, 100, -100, 1e30F, INFINITY, -INFINITY, NAN};
	for (size_t i = 0; i < sizeof odd / sizeof *odd; i++)
		for (size_t k = 0; k < sizeof odd / sizeof *odd; k++) {
			float loss[1], dw[1], db[1];
			unit_map_get_f32()->grid(1, &odd[i], 1, &odd[k], 0.5F, 0.7F, 50, 1, loss, dw, db);
			if (fabsf(odd[i]) < 1e29F && fabsf(odd[k]) < 1e29F)
				assert_true(loss[0] >= 0 && loss[0] <= 0.4901F);
		}
}

/* ---- the product ---- */

static void powers(void **state)
{
	(void)state;
	assert_true(unit_power(1, 1000).value == 1 && unit_power_slope(1, 1000).value == 999);
	assert_true(within(unit_power(1.01, 1000).value, 20751.64, 5e-7));
	assert_true(within(unit_power(0.99, 1000).value, 4.3607e-5, 1e-4));
	assert_true(within(unit_power_slope(1.01, 1000).value, 2.0526e7, 1e-4));
	assert_true(near(unit_power_slope(0.99, 1000).value, 0.0440, 5e-5));
	unit_scaled tiny = unit_power(0.01, 1000), huge = unit_power(-6.5, 1000);
	assert_true(tiny.value == 0 && tiny.sign == 1 && near(tiny.log10, -1998, 1e-9));
	assert_true(huge.value == -INFINITY && huge.sign == -1 && near(huge.log10, 999 * log10(6.5), 1e-9));
	assert_true(unit_power(0, 5).sign == 0 && unit_power(0, 5).log10 == -INFINITY && unit_power(0, 1).value == 1);
	assert_true(unit_power_slope(0, 2).value == 1 && unit_power_slope(3, 1).sign == 0);
	/* the answer of the exercise: 100^(1/999), and the interval around it */
	double w = pow(100, 1.0 / 999);
	assert_true(near(w, 1.0046204, 5e-8) && within(unit_power(w, 1000).value, 100, 1e-10));
	assert_true(unit_power(1.0046103, 1000).value >= 98.99 && unit_power(1.0046304, 1000).value <= 101.01);
	for (double at = -1.3; at < 1.3; at += 0.1) /* derivative against differences */
		for (int n = 2; n < 9; n++) {
			double d = (unit_power(at + 1e-6, n).value - unit_power(at - 1e-6, n).value) / 2e-6;
			assert_true(near(unit_power_slope(at, n).value, d, 1e-7 * (1 + fabs(d))));
		}
}

/* ---- formulas ---- */

static void formulas_mean_what_they_say(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		double value; /* at a = 2, b = −3 */
	} row[] = {{"a^2 + 10*b^2", 94}, {"-a^2", -4}, {"2^-1", 0.5}, {"a^b^2", 512}, {"2a b", -12}, {"(a)(b)", -6},
	        {"1/2a", 1}, {"a - -b", -1}, {"a--b", -1}, {"1e-3*a", 0.002}, {"2e", 5.43656365691809},
	        {"pi", 3.14159265358979}, {"exp(ln(a))", 2}, {"abs(b) + sqrt(a*8)", 7},
	        {"sigmoid(0) + tanh(0) + cos(0) + sin(0)", 1.5}, {"((((a))))", 2}, {" a ", 2}, {".5a", 1}, {"6/3/a", 1},
	        {"+a", 2}, {"b^2", 9}, {"b^3", -27}, {"0^0", 1}};
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		expr x;
		err e = {0};
		if (!expr_read(&x, row[i].text, &e))
			fail_msg("%s: %s", row[i].text, e.text);
		if (!near(expr_at(&x, 2, -3).v, row[i].value, 1e-12))
			fail_msg("%s", row[i].text);
	}
}

static void formulas_have_derivatives(void **state)
{
	(void)state;
	static const char *const text[] = {"a^2 b - b/a", "exp(-a^2) sin(3b) + a^b", "ln(1 + a^2) tanh(a*b)",
	        "sqrt(a) - abs(b)^3", "sigmoid(5a - 2.5) (a - b)^4", "cos(a/b) + b^-2"};
	for (size_t i = 0; i < sizeof text / sizeof *text; i++) {
		expr x;
		err e;
		assert_true(expr_read(&x, text[i], &e));
		for (double a = 0.3; a < 2; a += 0.4)
			for (double b = -1.1; b < 1.2; b += 0.44) {
				const double h = 1e-6;
				expr_value v = expr_at(&x, a, b);
				double da = (expr_at(&x, a + h, b).v - expr_at(&x, a - h, b).v) / (2 * h);
				double db = (expr_at(&x, a, b + h).v - expr_at(&x, a, b - h).v) / (2 * h);
				assert_true(
				        near(v.da, da, 1e-6 * (1 + fabs(da))) && near(v.db, db, 1e-6 * (1 + fabs(db))));
			}
	}
	expr x;
	err e;
	assert_true(expr_read(&x, "a^2 + b^0", &e)); /* no NaN from ln of what is negative or zero */
	assert_true(expr_at(&x, -3, 0).da == -6 && expr_at(&x, -3, 0).db == 0);
}

static void formulas_are_refused_at_the_column(void **state)
{
	(void)state;
	static const struct {
		const char *text, *says;
	} row[] = {{"", "column 1: the formula ends"}, {"a +", "column 4: the formula ends"},
	        {"a^2+*b", "column 5: expected"}, {"(a", "column 3: a parenthesis is not closed"},
	        {"a)", "column 2: a ')' too many"}, {"c", "column 1: unknown name 'c'"},
	        {"a + foo(b)", "column 5: unknown name 'foo'"}, {"ab", "column 1: unknown name 'ab'"},
	        {"exp a", "column 5: a function needs"}, {"1.2.3", "column 1: not a number"},
	        {"a ; b", "column 3: expected an operator"}, {"\xCF\x83(a) +", "column 1: expected a number"},
	        {"a + \xCF\x83 \xCF\x83", "column 5: expected"},
	        {"a b + 1 \xC2\xB7 2", "column 9: expected an operator"}, {"a\nb", "column 2: expected"}};
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		expr x;
		err e = {0};
		assert_false(expr_read(&x, row[i].text, &e));
		assert_int_equal(e.code, ERR_INPUT);
		if (strncmp(e.text, row[i].says, strlen(row[i].says)) != 0)
			fail_msg("%s gives: %s", row[i].text, e.text);
	}
	char deep[EXPR_TEXT + 50];
	expr x;
	err e;
	for (int k = 0; k < 3; k++) { /* too deep, too many, too long */
		memset(deep, k == 0 ? '(' : k == 1 ? '-' : 'a', sizeof deep);
		deep[k == 2 ? EXPR_TEXT + 40 : EXPR_TEXT - 1] = '\0';
		for (int i = 1; k == 2 && i < EXPR_TEXT + 40; i += 2)
			deep[i] = '^';
		assert_false(expr_read(&x, deep, &e));
		deep[EXPR_TEXT - 1] = '\0';
		assert_false(expr_read(&x, deep, &e));
	}
}

/* Random letters of the alphabet of formulas: taken or refused, evaluated without going astray. */
static void formulas_survive_anything(void **state)
{
	(void)state;
	static const char letters[] = "ab()^*/+-.1e2 sinexpab(+";
	rng r = rng_make(7, RNG_TEST, 0);
	int taken = 0;
	for (int i = 0; i < 200000; i++) {
		char text[64];
		uint32_t n = rng_below(&r, i % 2 ? 8 : 60);
		for (uint32_t k = 0; k < n; k++)
			text[k] = letters[rng_below(&r, sizeof letters - 1)];
		text[n] = '\0';
		expr x;
		err e;
		if (expr_read(&x, text, &e)) {
			taken++;
			assert_in_range(x.depth, 1, 64);
			(void)expr_at(&x, -1.5, 0);
		}
	}
	assert_true(taken > 2000);
}

/* ---- descents on functions of two parameters ---- */

static config config_with(const char *pairs)
{
	config c;
	err e = {0};
	char text[512];
	config_default(&c);
	snprintf(text, sizeof text, "%s", pairs);
	for (char *p = strtok(text, " "); p; p = strtok(NULL, " "))
		if (!config_assign(&c, p, &e))
			print_error("%s\n", e.text);
	assert_int_equal(e.code, 0);
	return c;
}

static plane plane_with(const char *pairs, config *c)
{
	plane p;
	err e;
	*c = config_with(pairs);
	assert_true(plane_of(c, &p, &e));
	return p;
}

static void planes_have_derivatives(void **state)
{
	(void)state;
	config c = config_with("function=expression expression=a^2*b-exp(b) T=20 w=5 b=-2.5");
	for (int id = 0; id < PLANE_COUNT; id++) {
		plane p;
		plane_make(&p, (plane_id)id, &c);
		err e;
		assert_true(expr_read(&p.formula, c.expression, &e));
		for (int i = 0; i < 30; i++) {
			const double h = 1e-6;
			double a = p.low[0] + (p.high[0] - p.low[0]) * (i % 6) / 6,
			       b = p.low[1] + (p.high[1] - p.low[1]) * (i / 6) / 6;
			plane_point v = plane_at(&p, a, b);
			double da = (plane_at(&p, a + h, b).value - plane_at(&p, a - h, b).value) / (2 * h);
			double db = (plane_at(&p, a, b + h).value - plane_at(&p, a, b - h).value) / (2 * h);
			assert_true(near(v.da, da, 2e-6 * (1 + fabs(da))) && near(v.db, db, 2e-6 * (1 + fabs(db))));
		}
		assert_true(p.start[0] >= p.low[0] && p.start[0] <= p.high[0] && p.start[1] >= p.low[1] &&
		            p.start[1] <= p.high[1]);
		if (p.has_minimum) {
			plane_point m = plane_at(&p, p.minimum[0], p.minimum[1]);
			assert_true(near(hypot(m.da, m.db), 0, 1e-12));
		}
	}
}

enum { ROWS = 2001 };
static plane_step rows[ROWS];

/* Sutskever et al. 2013, section 2: sign changes in the steep coordinate and final distances after 100 steps. */
static void momentum_zigzags_and_nesterov_does_not(void **state)
{
	(void)state;
	static const struct {
		const char *pairs;
		int changes; /* −1: not given */
		double distance, share;
	} row[] = {{"lr=0.01 momentum=0.9 optimizer=momentum", 34, 0.00296, 5e-3},
	        {"lr=0.01 momentum=0.9 optimizer=nesterov", 0, 0.00043, 5e-2},
	        {"lr=0.015 momentum=0.95 optimizer=momentum", -1, 0.10, 6e-2},
	        {"lr=0.015 momentum=0.95 optimizer=nesterov", -1, 1.4e12, 0.3}};
	for (size_t i = 0; i < sizeof row / sizeof *row; i++) {
		config c;
		plane p = plane_with(row[i].pairs, &c);
		descent d = config_descent(&c);
		assert_int_equal(plane_descend(&p, &d, 1, 1, 101, rows), 101);
		int changes = 0;
		for (double t = 1, last = 1; t <= 100; t++) { /* the first step of momentum ends in 0 exactly */
			double now = rows[(int)t].b;
			changes += now * last < 0;
			last = now != 0 ? now : last;
		}
		/* Nesterov's rows are look-ahead points w + μM; the published numbers are those of w itself */
		double a = rows[100].a, b = rows[100].b;
		if (c.v[KNOB_optimizer] == 2) {
			double v[2] = {0, 0}, w[2] = {1, 1};
			changes = 0;
			for (int t = 0; t < 100; t++) {
				double before = w[1];
				for (int k = 0; k < 2; k++) {
					v[k] = d.momentum * v[k] - d.lr * (k ? 100 : 1) * (w[k] + d.momentum * v[k]);
					w[k] += v[k];
				}
				changes += w[1] * before < 0;
			}
			assert_true(near(a, w[0] + d.momentum * v[0], 1e-12) &&
			            near(b, w[1] + d.momentum * v[1], 1e-12 + 1e-6 * fabs(b)));
			a = w[0], b = w[1];
		}
		assert_true(row[i].changes < 0 || changes == row[i].changes);
		assert_true(within(hypot(a, b), row[i].distance, row[i].share));
	}
}

/* Start (6.5, −2.9), rate 0.5, with and without clipping: what holds whatever the rounding. */
static void the_clip_keeps_the_ball(void **state)
{
	(void)state;
	config c;
	plane p = plane_with("function=unit w=6.5 b=-2.9 lr=0.5 T=50", &c);
	descent d = config_descent(&c);
	int at = 0, n = plane_descend(&p, &d, 6.5, -2.9, 301, rows);
	assert_int_equal(n, 301);
	assert_true(plane_longest(rows, n, &at) > 1);
	static const double clip_at[] = {1, 0.1};
	for (int i = 0; i < 2; i++) {
		d.clip = CLIP_NORM;
		d.clip_at = clip_at[i];
		assert_int_equal(plane_descend(&p, &d, 6.5, -2.9, 1001, rows), 1001);
		assert_true(plane_longest(rows, 1001, &at) <= 0.5 * clip_at[i] + 1e-12);
		assert_true(rows[1000].value < 0.001);
		int clipped = 0;
		for (int t = 0; t < 1001; t++)
			clipped += rows[t].was_clipped;
		assert_true(clipped > 0 && clipped < 1001);
	}
	/* the second start, (6, −3), rate 0.1 */
	plane q = plane_with("function=unit w=6 b=-3 lr=0.1 T=50", &c);
	d = config_descent(&c);
	n = plane_descend(&q, &d, 6, -3, ROWS, rows);
	assert_true(plane_longest(rows, n, &at) > 1);
	d.clip = CLIP_NORM;
	d.clip_at = 1;
	assert_int_equal(plane_descend(&q, &d, 6, -3, 1001, rows), 1001);
	assert_true(plane_longest(rows, 1001, &at) <= 0.1 + 1e-12 && rows[1000].value < 0.001);
	d.clip_at = 0.1;
	assert_int_equal(plane_descend(&q, &d, 6, -3, ROWS, rows), ROWS);
	assert_true(plane_longest(rows, ROWS, &at) <= 0.01 + 1e-12 && rows[ROWS - 1].value < 0.001);
}

static void descents_stop_at_what_is_not_finite(void **state)
{
	(void)state;
	config c;
	plane p = plane_with("function=rosenbrock lr=1", &c);
	descent d = config_descent(&c);
	int n = plane_descend(&p, &d, -1.2, 1, ROWS, rows);
	assert_in_range(n, 2, 20);
	for (int i = 0; i < n; i++)
		assert_true(isfinite(rows[i].value));
	assert_int_equal(plane_descend(&p, &d, (double)NAN, 1, ROWS, rows), 0);
}

/* ---- slices ---- */

static trial *trial_after(const char *pairs, int updates, trail *way)
{
	config c = config_with(pairs);
	err e;
	trial *t = trial_new(&c, &e);
	assert_non_null(t);
	if (way)
		assert_true(trail_init(way, slice_size(t->api, t->m), 1 << 20, &e));
	for (int i = 0; i <= updates; i++) {
		if (way)
			trail_add(way, t->update, t->api, t->m);
		if (i < updates)
			trial_step(t);
	}
	return t;
}

static const char *const nets[] = {"hidden=6 T=9 batch=3 precision=f64 lr=0.1 backend=native",
        "cell=lstm hidden=4 T=7 batch=3 precision=f64 lr=0.1 task=temporal_order T=11 loss_at=all",
        "cell=gru hidden=5 T=8 batch=2 precision=f64 lr=0.1 bias=0 T_jitter=0.5"};

/* Rows of both directions are as long as the net's rows; biases do not move; the directions differ and are random. */
static void random_directions_are_filter_normalised(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof nets / sizeof *nets; i++) {
		trial *t = trial_after(nets[i], 2, NULL);
		slice_plane p, q;
		err e;
		assert_true(slice_random(&p, t->api, t->m, 5, &e) && slice_random(&q, t->api, t->m, 6, &e));
		const model_block *table;
		int n = t->api->blocks(t->m, &table);
		long at = 0;
		for (int b = 0; b < n; b++)
			for (int row = 0; row < table[b].rows; row++, at += table[b].cols)
				for (int k = 0; k < 2; k++) {
					double d = 0, w = 0;
					for (int j = 0; j < table[b].cols; j++) {
						d += p.d[k][at + j] * p.d[k][at + j];
						w += p.origin[at + j] * p.origin[at + j];
					}
					bool bias = strstr(table[b].name, "bias") != NULL;
					assert_true(near(sqrt(d), bias ? 0 : sqrt(w), 1e-9));
				}
		assert_int_equal(at, p.parameters);
		assert_true(memcmp(p.d[0], p.d[1], 8 * (size_t)at) != 0 && memcmp(p.d[0], q.d[0], 8 * (size_t)at) != 0);
		slice_plane_done(&p);
		slice_plane_done(&q);
		trial_free(t);
	}
}

/* Against the eigenvalues of the covariance matrix, and a trail made of two known directions. */
static void principal_directions(void **state)
{
	(void)state;
	trail way;
	err e;
	trial *t = trial_after("hidden=2 T=5 batch=3 precision=f64 lr=0.2", 40, &way);
	slice_plane p;
	assert_true(slice_pca(&p, t->api, t->m, &way, &e));
	enum { MOST = 32 };
	int n = (int)way.parameters;
	double C[MOST * MOST] = {0}, mean[MOST] = {0}, re[MOST], im[MOST], all = 0;
	assert_in_range(n, 3, MOST);
	for (int i = 0; i < way.rows; i++)
		for (int j = 0; j < n; j++)
			mean[j] += (double)way.theta[i * n + j] / way.rows;
	for (int i = 0; i < way.rows; i++)
		for (int j = 0; j < n; j++)
			for (int k = 0; k < n; k++)
				C[j * n + k] += ((double)way.theta[i * n + j] - mean[j]) *
				                ((double)way.theta[i * n + k] - mean[k]);
	assert_true(eig_values(n, C, re, im, &e));
	for (int j = 0; j < n; j++)
		all += re[j];
	for (int k = 0; k < 2; k++) {
		assert_true(within(p.share[k], re[k] / all, 1e-9));
		for (int j = 0; j < n; j++) { /* C d = λ d */
			double image = 0;
			for (int l = 0; l < n; l++)
				image += C[j * n + l] * p.d[k][l];
			assert_true(near(image, re[k] * p.d[k][j], 1e-9 * re[0]));
		}
	}
	assert_true(p.share[0] > p.share[1] && p.share[0] + p.share[1] <= 1 + 1e-12);
	slice_plane_done(&p);
	for (int i = 0; i < way.rows; i++)
		for (int j = 0; j < n; j++)
			way.theta[i * n + j] = (float)((j == 1) * 3 * cos(i) + (j == 2) * 0.5 * sin(2.3 * i));
	assert_true(slice_pca(&p, t->api, t->m, &way, &e));
	assert_true(near(p.d[0][1], 1, 1e-2) && near(p.d[1][2], 1, 1e-2) && near(p.share[0] + p.share[1], 1, 1e-6));
	slice_plane_done(&p);
	for (int i = 0; i < way.rows; i++) /* one line only */
		for (int j = 0; j < n; j++)
			way.theta[i * n + j] = (float)(i * (j == 1));
	assert_false(slice_pca(&p, t->api, t->m, &way, &e));
	way.rows = 2;
	assert_false(slice_pca(&p, t->api, t->m, &way, &e));
	trail_done(&way);
	trial_free(t);
}

/* A surface through the states of a run has their losses at their coordinates. */
static void surface_passes_through_two_states(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof nets / sizeof *nets; i++) {
		trial *t = trial_after(nets[i], 3, NULL);
		err e;
		long n = slice_size(t->api, t->m);
		double *theta = malloc(3 * (size_t)n * sizeof *theta), *before = theta + n, *step = before + n;
		assert_non_null(theta);
		slice_parameters(t->api, t->m, before);
		trial_step(t); /* the batch in the model is now that of this update */
		double loss_before = t->r.loss, norm_before = t->r.grad_norm;
		slice_parameters(t->api, t->m, theta);
		for (long k = 0; k < n; k++)
			step[k] = theta[k] - before[k];
		slice_plane p;
		assert_true(slice_random(&p, t->api, t->m, 1, &e));
		memcpy(p.d[0], step, (size_t)n * sizeof *step);
		slice *s = slice_new(t->api, t->m, &p, (double[]){-1, 0}, (double[]){0, 1}, 2, 2, true, &e);
		assert_non_null(s);
		double at[2], norm;
		slice_project(&p, before, at);
		assert_true(near(at[0], -1, 1e-9) && near(at[1], 0, 1e-9));
		assert_true(within(slice_at(s, NULL, at[0], at[1], &norm), loss_before, 1e-12));
		assert_true(within(norm, norm_before, 1e-9));
		double here = t->api->forward(t->m, NULL);
		assert_true(within(slice_at(s, NULL, 0, 0, NULL), here, 1e-12));
		assert_true(fabs(here - loss_before) > 1e-9 * loss_before);
		while (slice_advance(s, NULL, 1))
			;
		assert_true(within(s->loss[0], loss_before, 1e-12) && within(s->loss[1], here, 1e-12));
		assert_true(within(s->norm[0], norm_before, 1e-9));
		slice_free(s);
		slice_plane_done(&p);
		free(theta);
		trial_free(t);
	}
}

static void named_axes(void **state)
{
	(void)state;
	trial *t = trial_after(nets[0], 2, NULL);
	slice_plane p;
	err e;
	double W[36], at[2];
	t->api->get(t->m, 0, W);
	const model_block *table;
	t->api->blocks(t->m, &table);
	char first[64];
	snprintf(first, sizeof first, "%s[2,%d]", table[0].label, table[0].cols - 1);
	double value = W[2 * table[0].cols + table[0].cols - 1];
	assert_true(slice_named(&p, t->api, t->m, (const char *const[]){first, "readout.bias[0]"}, &e));
	assert_true(p.here[0] == value && p.low[0] < value && p.high[0] > value);
	slice *s = slice_new(t->api, t->m, &p, p.low, p.high, 3, 3, false, &e);
	assert_non_null(s);
	assert_true(within(slice_at(s, NULL, p.here[0], p.here[1], NULL), t->api->forward(t->m, NULL), 1e-14));
	double *theta = malloc((size_t)p.parameters * sizeof *theta);
	assert_non_null(theta);
	slice_parameters(t->api, t->m, theta);
	slice_project(&p, theta, at);
	assert_true(near(at[0], p.here[0], 1e-12) && near(at[1], p.here[1], 1e-12));
	free(theta);
	slice_free(s);
	slice_plane_done(&p);
	static const char *const wrong[][3] = {{"W_hx[0,0]", "W_out[0,0]", "did you mean"},
	        {"W_hh[6,0]", "W_out[0,0]", "no such element"}, {"W_hh[1]", "W_out[0,0]", "no such element"},
	        {"W_hh", "W_out[0,0]", "no such element"}, {"W_hh[0,0]", "W_hh[0,0]", "same parameter"},
	        {"W_hh[0,0]x", "W_out[0,0]", "no such element"}, {"W_hh[-1,0]", "W_out[0,0]", "no such element"},
	        {"W_hh[,]", "W_out[0,0]", "no such"}};
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		assert_false(slice_named(&p, t->api, t->m, wrong[i], &e));
		assert_int_equal(e.code, ERR_INPUT);
		if (!strstr(e.text, wrong[i][2]))
			fail_msg("%s: %s", wrong[i][0], e.text);
	}
	trial_free(t);
}

/* Along the first axis the loss falls by the norm of the gradient. */
static void gradient_axes(void **state)
{
	(void)state;
	trial *t = trial_after(nets[0], 3, NULL);
	long n = slice_size(t->api, t->m);
	double *theta = malloc(2 * (size_t)n * sizeof *theta), *step = theta + n, norm;
	assert_non_null(theta);
	slice_parameters(t->api, t->m, step);
	trial_step(t);
	slice_parameters(t->api, t->m, theta);
	for (long k = 0; k < n; k++)
		step[k] = theta[k] - step[k];
	trial_measure(t); /* another batch: its gradient is not along the last step */
	slice_plane p;
	err e;
	assert_true(slice_gradient(&p, t->api, t->m, step, &e));
	double g00 = 0, g01 = 0, g11 = 0;
	for (long k = 0; k < n; k++) {
		g00 += p.d[0][k] * p.d[0][k];
		g01 += p.d[0][k] * p.d[1][k];
		g11 += p.d[1][k] * p.d[1][k];
	}
	assert_true(near(g00, 1, 1e-12) && near(g01, 0, 1e-12) && near(g11, 1, 1e-12));
	slice *s = slice_new(t->api, t->m, &p, p.low, p.high, 3, 3, true, &e);
	assert_non_null(s);
	double h = 1e-5, slope = (slice_at(s, NULL, h, 0, NULL) - slice_at(s, NULL, -h, 0, NULL)) / (2 * h);
	double across = (slice_at(s, NULL, 0, h, NULL) - slice_at(s, NULL, 0, -h, NULL)) / (2 * h);
	slice_at(s, NULL, 0, 0, &norm);
	assert_true(within(slope, norm, 1e-6) && near(across, 0, 1e-6 * norm) && within(norm, t->r.grad_norm, 1e-12));
	slice_free(s);
	for (long k = 0; k < n; k++)
		step[k] = -3 * p.d[0][k];
	slice_plane_done(&p);
	assert_false(slice_gradient(&p, t->api, t->m, step, &e));
	assert_int_equal(e.code, ERR_CHECK);
	free(theta);
	trial_free(t);
}

/* Coarse grids first, each complete before the next; what is not there yet repeats a neighbour; all as in one go. */
static void slices_come_coarse_first(void **state)
{
	(void)state;
	enum { NA = 19, NB = 11 };
	trial *t = trial_after(nets[0], 1, NULL);
	slice_plane p;
	err e;
	assert_true(slice_random(&p, t->api, t->m, 3, &e));
	slice *s = slice_new(t->api, t->m, &p, p.low, p.high, NA, NB, false, &e);
	slice *at_once = slice_new(t->api, t->m, &p, p.low, p.high, NA, NB, false, &e);
	slice_picture *shown = calloc(1, sizeof *shown);
	assert_true(s && at_once && shown);
	assert_false(slice_advance(at_once, NULL, NA * NB));
	int last = 8, done = 0;
	bool more = true;
	while (more) {
		more = slice_advance(s, NULL, 5);
		done += 5;
		slice_show(s, 7, shown);
		assert_true(shown->stride <= last && (shown->stride == 1) == (done >= NA * NB));
		last = shown->stride;
		for (int j = 0; j < NB && done >= 6; j++)
			for (int i = 0; i < NA; i++) {
				int k = shown->stride, x = i, y = j;
				if (isnan(s->loss[j * NA + i]))
					x -= x % k, y -= y % k;
				assert_true(shown->loss[j * NA + i] == (float)at_once->loss[y * NA + x]);
			}
	}
	assert_memory_equal(s->loss, at_once->loss, NA * NB * sizeof *s->loss);
	assert_true(shown->update == 7 && shown->na == NA && shown->nb == NB && isnan(s->norm[0]));
	free(shown);
	slice_free(s);
	slice_free(at_once);
	slice_plane_done(&p);
	trial_free(t);
}

static void pictures_of_the_one_unit_net(void **state)
{
	(void)state;
	slice_picture *p = calloc(1, sizeof *p);
	assert_non_null(p);
	slice_show_unit(&wall_task, (double[]){4, -3.2}, (double[]){7, -1.6}, 31, NULL, p);
	for (int j = 0; j < 31; j += 5)
		for (int i = 0; i < 31; i += 5) {
			double w = 4 + 3.0 * i / 30, b = -3.2 + 1.6 * j / 30;
			if (fabs(b - unit_wall(&wall_task, w)) > 0.05)
				assert_true(
				        near((double)p->loss[j * 31 + i], unit_error_at(&wall_task, w, b).value, 1e-5));
		}
	for (int i = 0; i < 5000; i++) {
		slice_way_add(p, 1, i, -i);
		const slice_way *w = &p->way[1];
		assert_in_range(w->steps, 1, SLICE_WAY);
		assert_true(w->at[0][0] == 0 && w->at[w->steps - 1][0] == (float)i);
	}
	free(p);
}

static void a_trail_keeps_within_its_memory(void **state)
{
	(void)state;
	trial *t = trial_after(nets[0], 0, NULL);
	trail way;
	err e;
	assert_true(trail_init(&way, slice_size(t->api, t->m), 20 * 4 * (size_t)slice_size(t->api, t->m), &e));
	assert_int_equal(way.most, 20);
	for (long u = 0; u < 1000; u++)
		trail_add(&way, u, t->api, t->m);
	assert_in_range(way.rows, 10, 20);
	for (int i = 0; i < way.rows; i++)
		assert_int_equal(way.update[i], i * way.stride);
	trail_done(&way);
	trial_free(t);
}

/* ---- contours and the shaded surface ---- */

enum { CONES = 41 };

/* Distance from (cx, cy), on 0 … 40 both ways. */
static field cone(float *z, double cx, double cy)
{
	for (int i = 0; i < CONES * CONES; i++)
		z[i] = (float)hypot(i % CONES - cx, i / CONES - cy);
	return (field){z, CONES, CONES, 0, CONES - 1, 0, CONES - 1};
}

static void contours_are_closed_or_end_at_the_rim(void **state)
{
	(void)state;
	static float z[CONES * CONES];
	static const double level[] = {5, 12, 25, 30};
	static const int lines[] = {1, 1, 4, 0};
	field f = cone(z, 20, 20);
	const contour_set *s = contour_trace(&f, level, 4);
	int seen[4] = {0};
	for (int i = 0; i < s->lines; i++) {
		const contour_line *l = &s->line[i];
		seen[l->level]++;
		assert_int_equal(l->closed, l->level < 2);
		for (int k = l->first; k < l->first + l->n; k++) {
			point q = s->at[k];
			assert_true(near(hypot((double)q.x - 20, (double)q.y - 20), level[l->level], 0.03));
			if (k > l->first) /* neighbours: no jumps */
				assert_true(hypotf(q.x - s->at[k - 1].x, q.y - s->at[k - 1].y) < 1.5F);
		}
		for (int end = 0; end < 2 && !l->closed; end++) {
			point q = s->at[end ? l->first + l->n - 1 : l->first];
			assert_true(q.x == 0 || q.y == 0 || q.x == CONES - 1 || q.y == CONES - 1);
		}
	}
	for (int k = 0; k < 4; k++)
		assert_int_equal(seen[k], lines[k]);
}

static void contours_pass_holes_and_saddles(void **state)
{
	(void)state;
	static float z[CONES * CONES];
	const double level = 12, half = 0.5;
	field f = cone(z, 20, 20);
	z[20 * CONES + 32] = NAN; /* on the circle */
	const contour_set *s = contour_trace(&f, &level, 1);
	assert_int_equal(s->lines, 1);
	assert_false(s->line[0].closed);
	z[20 * CONES + 32] = 12;
	z[20 * CONES + 20] = -INFINITY; /* an exact zero on a log scale */
	assert_int_equal(contour_trace(&f, &level, 1)->lines, 1);
	/* a saddle: the mean of its corners joins the high ones, or the low ones */
	float high[] = {1, 0, 0, 1.2F}, low[] = {1, -0.2F, 0, 1};
	for (int k = 0; k < 2; k++) {
		field g = {k ? low : high, 2, 2, 0, 1, 0, 1};
		s = contour_trace(&g, &half, 1);
		assert_int_equal(s->lines, 2);
		for (int i = 0; i < 2;
		        i++) { /* each line cuts off one corner: joined high corners leave the low ones */
			point a = s->at[s->line[i].first], b = s->at[s->line[i].first + 1];
			float x = a.x + b.x,
			      y = a.y + b.y; /* in the half of (1, 0) or (0, 1), or of (0, 0) or (1, 1) */
			assert_int_equal((x > 1) != (y > 1), k == 0);
		}
	}
}

static void levels_are_round_and_inside(void **state)
{
	(void)state;
	double level[CONTOUR_LEVELS], step;
	axis a = {.kind = AXIS_LINEAR, .low = -0.13, .high = 2.71};
	int n = contour_levels(&a, 10, level, &step);
	assert_true(n >= 5 && n <= 10 && step == 0.5);
	for (int i = 0; i < n; i++)
		assert_true(
		        level[i] >= -0.13 && level[i] <= 2.71 && near(level[i] / step, round(level[i] / step), 1e-9));
	a = (axis){.kind = AXIS_LOG, .low = -2, .high = 0};
	n = contour_levels(&a, 9, level, &step);
	assert_int_equal(n, 5); /* 0.02 0.05 0.1 0.2 0.5 */
	assert_true(near(pow(10, level[0]), 0.02, 1e-12) && near(pow(10, level[4]), 0.5, 1e-12));
	a = (axis){.kind = AXIS_LOG, .low = -300, .high = 0};
	n = contour_levels(&a, 9, level, &step);
	assert_true(n >= 4 && n <= 9 && step >= 1);
	a.high = a.low;
	assert_int_equal(contour_levels(&a, 9, level, &step), 0);
}

/* A wall between the viewer and a ball hides it; seen from the other side the ball is there. */
static void the_nearer_surface_is_seen(void **state)
{
	(void)state;
	enum { N = 33 };
	static float z[N * N];
	canvas c = canvas_null(&themes[THEME_LIGHT], 600, 400);
	const uint32_t red = 0xFFFF0000;
	for (int i = 0; i < N * N; i++)
		z[i] = i / N == N / 2 ? 1 : 0; /* a ridge along x */
	for (int side = 0; side < 2; side++) {
		surface3d_scene s = {.f = {z, N, N, 0, 1, 0, 1}, .pose = {side ? 180.0F : 0, 20, 1}, .samples = 1};
		s.x = s.y = s.z = (axis){.kind = AXIS_LINEAR, .low = 0, .high = 1, .zero = NAN};
		assert_true(surface3d_begin(&c, (rect){0, 0, 600, 400}, &s));
		int w, h, seen = 0, covered = 0;
		const uint32_t *pixel = surface3d_pixels(&w, &h);
		for (int i = 0; i < w * h; i++)
			covered += pixel[i] >> 24 == 255;
		assert_in_range(covered, w * h / 20, w * h * 9 / 10);
		surface3d_ball(0.5, 0.6, 6, red);
		for (int i = 0; i < w * h; i++)
			seen += pixel[i] == red;
		float front, back;
		surface3d_place(0.5, 0, 0, &front);
		surface3d_place(0.5, 1, 0, &back);
		assert_int_equal(front > back, side == 0);
		assert_true(side ? seen > 40 : seen == 0);
		surface3d_end();
	}
}

/* What was drawn before, and what is drawn on a surface, is gone from the next picture; one that is drawn again is the
 * same. */
static void a_picture_leaves_nothing_behind(void **state)
{
	(void)state;
	enum { N = 17, W = 600, H = 400 };
	static float z[N * N];
	static uint32_t fresh[3][W * H];
	for (int i = 0; i < N * N; i++)
		z[i] = 0.5F + 0.4F * sinf((float)i);
	canvas c = canvas_null(&themes[THEME_LIGHT], W, H);
	surface3d_scene s = {.f = {z, N, N, 0, 1, 0, 1}, .pose = surface3d_usual, .samples = 1};
	s.x = s.y = s.z = (axis){.kind = AXIS_LINEAR, .low = 0, .high = 1, .zero = NAN};
	const surface3d_pose poses[3] = {surface3d_usual, {200, 10, 0.5F}, {77, 60, 1.7F}};
	const double way[2][2] = {{0, 0}, {1, 1}};
	for (int again = 0; again < 5; again++)
		for (int k = 0; k < 3; k++) {
			int w, h;
			if (!again) { /* another size between them: everything is cleared */
				assert_true(surface3d_begin(&c, (rect){0, 0, W - 9, H - 9}, &s));
				surface3d_end();
			}
			s.pose = poses[k];
			assert_true(surface3d_begin(&c, (rect){0, 0, W, H}, &s));
			const uint32_t *pixel = surface3d_pixels(&w, &h);
			if (again)
				assert_memory_equal(pixel, fresh[k], sizeof fresh[k]);
			assert_true(w == W && h == H);
			memcpy(fresh[k], pixel, sizeof fresh[k]);
			for (int drawn = 0; drawn < again; drawn++) {
				surface3d_way(way, 2, 5, 0xFF000000, 0);
				surface3d_ball(1, 1, 20, 0xFFFF0000); /* hangs over the rim */
				surface3d_ball(0, 1, 20, 0xFFFF0000);
				surface3d_end();
				if (drawn % 2) /* the same pose once more */
					assert_true(surface3d_begin(&c, (rect){0, 0, W, H}, &s));
			}
			surface3d_end();
		}
	assert_memory_not_equal(fresh[0], fresh[1], sizeof fresh[0]);
	/* another ground */
	canvas dark = canvas_null(&themes[THEME_DARK], W, H);
	int w, h;
	assert_true(surface3d_begin(&dark, (rect){0, 0, W, H}, &s));
	assert_int_equal(surface3d_pixels(&w, &h)[0], themes[THEME_DARK].argb[INK_PANEL] & 0xFFFFFF);
	surface3d_end();
}

static void surfaces_survive_anything(void **state)
{
	(void)state;
	enum { N = 9 };
	static const float odd[] = {0, NAN, INFINITY, -INFINITY, 1e38F, -1e38F, 1e-40F};
	float z[N * N];
	canvas c = canvas_null(&themes[THEME_DARK], 600, 400);
	rng r = rng_make(3, RNG_TEST, 0);
	for (int k = 0; k < 300; k++) {
		for (int i = 0; i < N * N; i++)
			z[i] = rng_below(&r, 3) ? (float)rng_gaussian(&r)
			                        : odd[rng_below(&r, sizeof odd / sizeof *odd)];
		surface3d_scene s = {.f = {z, N, N, 0, 1, 0, 1},
		        .pose = {(float)rng_below(&r, 720), (float)rng_below(&r, 120), 1},
		        .samples = 1};
		s.x = s.y = (axis){.kind = AXIS_LINEAR, .low = 0, .high = 1, .zero = NAN};
		s.z = (axis){.kind = AXIS_LINEAR, .low = -2, .high = 2, .zero = NAN};
		rect area = {0, 0, (float)rng_below(&r, 700), (float)rng_below(&r, 500)};
		const double way[3][2] = {{-5, 0.2}, {0.5, 0.5}, {1e300, (double)NAN}};
		if (surface3d_begin(&c, area, &s)) {
			surface3d_way(way, 3, 3, 0xFF000000, 4);
			surface3d_ball(way[1][0], way[1][1], 5, 0xFF000000);
			surface3d_end();
		}
		const double level[] = {-1, 0, 1e30};
		const contour_set *set = contour_trace(&s.f, level, 3);
		for (int i = 0; i < set->points; i++)
			assert_true(set->at[i].x >= 0 && set->at[i].x <= N - 1 && set->at[i].y >= 0 &&
			            set->at[i].y <= N - 1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(derivatives_agree_with_differences),
	        cmocka_unit_test(trajectory_ends_where_run_ends),
	        cmocka_unit_test(fixed_points_of_the_symmetric_map),
	        cmocka_unit_test(folds_and_cusp),
	        cmocka_unit_test(fixed_points_everywhere),
	        cmocka_unit_test(hysteresis_as_wide_as_the_folds),
	        cmocka_unit_test(the_wall),
	        cmocka_unit_test(plateaus_and_valley),
	        cmocka_unit_test(steepest_points_on_the_wall),
	        cmocka_unit_test(almost_all_is_flat),
	        cmocka_unit_test(surface_agrees_with_the_recursion),
	        cmocka_unit_test(surface_has_one_set_of_bits),
	        cmocka_unit_test(rest_is_not_a_shortcut),
	        cmocka_unit_test(surface_of_any_size),
	        cmocka_unit_test(tiny_slopes_are_seen),
	        cmocka_unit_test(surface_survives_anything),
	        cmocka_unit_test(powers),
	        cmocka_unit_test(formulas_mean_what_they_say),
	        cmocka_unit_test(formulas_have_derivatives),
	        cmocka_unit_test(formulas_are_refused_at_the_column),
	        cmocka_unit_test(formulas_survive_anything),
	        cmocka_unit_test(planes_have_derivatives),
	        cmocka_unit_test(momentum_zigzags_and_nesterov_does_not),
	        cmocka_unit_test(the_clip_keeps_the_ball),
	        cmocka_unit_test(descents_stop_at_what_is_not_finite),
	        cmocka_unit_test(random_directions_are_filter_normalised),
	        cmocka_unit_test(principal_directions),
	        cmocka_unit_test(surface_passes_through_two_states),
	        cmocka_unit_test(named_axes),
	        cmocka_unit_test(gradient_axes),
	        cmocka_unit_test(slices_come_coarse_first),
	        cmocka_unit_test(pictures_of_the_one_unit_net),
	        cmocka_unit_test(a_trail_keeps_within_its_memory),
	        cmocka_unit_test(contours_are_closed_or_end_at_the_rim),
	        cmocka_unit_test(contours_pass_holes_and_saddles),
	        cmocka_unit_test(levels_are_round_and_inside),
	        cmocka_unit_test(the_nearer_surface_is_seen),
	        cmocka_unit_test(a_picture_leaves_nothing_behind),
	        cmocka_unit_test(surfaces_survive_anything),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

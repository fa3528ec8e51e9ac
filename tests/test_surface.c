/* One-unit nets, error surfaces, slices, contours, the shaded surface and expressions. */
#include "num/level.h"
#include "num/unit_map.h"
#include "run/team.h"
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
			assert_true(near((double)few[i], e.value, 3e-6) && few[i] == alone[i]);
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

/* Every width, every way to cut a row, and every number of hands gives the same bits. */
static void surface_has_one_set_of_bits(void **state)
{
	(void)state;
	enum { N = 203 };
	float w32[N], out32[3][N], first32[3][N];
	double w64[N], out64[3][N], first64[3][N];
	for (int i = 0; i < N; i++)
		w32[i] = (float)(w64[i] = 4 + 3.0 * i / N);
	for (int level = 0; level <= wide_level(); level++)
		for (int cut = 1; cut < N; cut += 67)
			for (int part = 0; part < 2; part++) {
				int from = part ? cut : 0, n = part ? N - cut : cut;
				unit_map_width_f32(level)->row(n, w32 + from, -2.9F, 0.5F, 0.7F, 50, out32[0] + from,
				        out32[1] + from, out32[2] + from);
				unit_map_width_f64(level)->row(n, w64 + from, -2.9, 0.5, 0.7, 50, out64[0] + from,
				        out64[1] + from, out64[2] + from);
				if (!part)
					continue;
				if (level == 0 && cut == 1) {
					memcpy(first32, out32, sizeof first32);
					memcpy(first64, out64, sizeof first64);
				}
				assert_memory_equal(out32, first32, sizeof first32);
				assert_memory_equal(out64, first64, sizeof first64);
			}
	/* pinned: the same on other machines and compilers */
	assert_int_equal(hash(0xCBF29CE484222325u, first32, sizeof first32), 0xbf1138fa3f98ba18u);
	assert_int_equal(hash(0xCBF29CE484222325u, first64, sizeof first64), 0x3c0ad0a979adb22bu);
	static float one[64 * 64], two[64 * 64];
	err e;
	team *pair = crew_new(2, &e);
	assert_non_null(pair);
	unit_surface(&wall_task, 4, 7, 64, -3.2, -1.6, 64, one, NULL, NULL);
	unit_surface(&wall_task, 4, 7, 64, -3.2, -1.6, 64, two, NULL, pair);
	crew_free(pair);
	assert_memory_equal(one, two, sizeof one);
}

/* Far outside everything stays a number or becomes NaN; nothing hangs. */
static void surface_survives_anything(void **state)
{
	(void)state;
	static const float odd[] = {0, -0.0F, 1e-30F, 100, -100, 1e30F, INFINITY, -INFINITY, NAN};
	for (size_t i = 0; i < sizeof odd / sizeof *odd; i++)
		for (size_t k = 0; k < sizeof odd / sizeof *odd; k++) {
			float loss[1], dw[1], db[1];
			unit_map_get_f32()->row(1, &odd[i], odd[k], 0.5F, 0.7F, 50, loss, dw, db);
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
	        cmocka_unit_test(surface_survives_anything),
	        cmocka_unit_test(powers),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

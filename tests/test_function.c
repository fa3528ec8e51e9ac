/* Descent on functions of two parameters as a task, compositions of a random layer, powers of a 2 × 2 matrix, starts
 * that are chosen, and the knobs of pictures. */
#include "run/arms.h"
#include "run/compose.h"
#include "run/plane.h"
#include "run/product.h"
#include "run/slice.h"

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

static config set_up(const char *words)
{
	char text[512], *rest;
	config c;
	err e;
	config_default(&c);
	snprintf(text, sizeof text, "%s", words);
	for (char *w = strtok_r(text, " ", &rest); w; w = strtok_r(NULL, " ", &rest))
		if (!config_assign(&c, w, &e)) {
			print_error("%s\n", e.text);
			fail();
		}
	return c;
}

static trial *open_trial(const char *words)
{
	err e;
	config c = set_up(words);
	trial *t = trial_new(&c, &e);
	if (!t)
		print_error("%s\n", e.text);
	assert_non_null(t);
	return t;
}

/* Where the descent stands: the two learned numbers. */
static void place(const trial *t, double at[2])
{
	const model_block *table;
	int n = t->api->blocks(t->m, &table), k = 0;
	for (int i = 0; i < n; i++)
		if (!table[i].frozen)
			t->api->get(t->m, i, &at[k++]);
	assert_int_equal(k, 2);
}

/* ---- task=function ---- */

/* Every function, optimizer and form as a task goes exactly where the descent in the plane goes. */
static void task_agrees_with_the_plane(void **state)
{
	(void)state;
	static const char *const runs[] = {"function=quadratic optimizer=sgd lr=0.01",
	        "function=rosenbrock "
	        "optimizer=momentum lr=0.0005",
	        "function=beale optimizer=nesterov lr=0.001", "function=saddle optimizer=rmsprop lr=0.01",
	        "function=plateau optimizer=adam lr=0.05", "function=quadratic optimizer=adagrad lr=0.1",
	        "function=quadratic optimizer=adadelta lr=1 decay=0.95 eps=1e-6",
	        "function=unit T=50 optimizer=sgd lr=0.5 clip=norm clip_at=0.1",
	        "function=quadratic clip=value clip_at=0.5 lr=0.1",
	        "function=expression expression=a^4+sin(b)^2 lr=0.02",
	        "function=quadratic sparse=7 optimizer=adam lr=0.05",
	        "function=rosenbrock noise=0.3 seed=5 optimizer=momentum lr=0.0005",
	        "function=quadratic noise=2 optimizer=nesterov form=lecture lr=0.01 sparse=3 clip=norm clip_at=1"};
	enum { ROWS = 60 };
	static plane_step rows[ROWS];
	for (size_t i = 0; i < sizeof runs / sizeof *runs; i++) {
		char words[256];
		snprintf(words, sizeof words, "task=function precision=f64 backend=native %s", runs[i]);
		trial *t = open_trial(words);
		descent d = config_descent(&t->c);
		assert_int_equal(plane_descend(t->plane, &d, t->plane->start[0], t->plane->start[1], ROWS, rows), ROWS);
		for (int k = 0; k < ROWS; k++) {
			double at[2];
			place(t, at);
			assert_true(near(at[0], rows[k].a, 1e-12 * (1 + fabs(at[0]))));
			assert_true(near(at[1], rows[k].b, 1e-12 * (1 + fabs(at[1]))));
			trial_step(t);
			bool hidden = t->c.v[KNOB_sparse] > 1 && k % (int)t->c.v[KNOB_sparse] != 0;
			/* with noise the loss is tilted by it */
			assert_true(t->c.v[KNOB_noise] > 0 || within(t->r.loss, hidden ? 0 : rows[k].value, 1e-11));
			assert_true(
			        near(t->r.grad_norm, hypot(rows[k].g[0], rows[k].g[1]), 1e-10 * (1 + t->r.grad_norm)));
			assert_true(t->r.clipped == rows[k].was_clipped);
		}
		assert_true(hypot(rows[ROWS - 1].a - rows[0].a, rows[ROWS - 1].b - rows[0].b) > 1e-3);
		trial_free(t);
	}
}

/* A slower learning rate after 20 updates, another optimizer, which knows nothing of the past, after 40. */
static descent changing(const void *data, int row, bool *fresh)
{
	config c = *(const config *)data;
	if (row >= 20)
		c.v[KNOB_lr] = 0.002;
	if (row >= 40)
		c.v[KNOB_optimizer] = set_up("optimizer=adam").v[KNOB_optimizer];
	*fresh = row == 40;
	return config_descent(&c);
}

static void descents_follow_changes_under_way(void **state)
{
	(void)state;
	enum { ROWS = 80 };
	static plane_step rows[ROWS];
	trial *t = open_trial("task=function precision=f64 backend=native optimizer=momentum lr=0.01");
	const config start = t->c;
	assert_int_equal(plane_follow(t->plane, changing, &start, 1, 1, ROWS, rows), ROWS);
	for (int k = 0; k < ROWS; k++) {
		double at[2];
		place(t, at);
		assert_true(near(at[0], rows[k].a, 1e-12) && near(at[1], rows[k].b, 1e-12));
		if (k == 20)
			trial_edit(t, KNOB_lr, 0.002);
		if (k == 40)
			trial_edit(t, KNOB_optimizer, set_up("optimizer=adam").v[KNOB_optimizer]);
		trial_step(t);
	}
	assert_true(fabs(rows[79].b) > 1e-6 && rows[41].a != rows[40].a);
	trial_free(t);
}

static double distance(const char *words, int updates, int *changes)
{
	double at[2], before = 1;
	trial *t = open_trial(words);
	*changes = 0;
	for (int i = 0; i < updates; i++) {
		trial_step(t);
		place(t, at);
		*changes += at[1] * before < 0;
		before = at[1] != 0 ? at[1] : before;
	}
	trial_free(t);
	return hypot(at[0], at[1]);
}

/* Sutskever et al. 2013, section 2: the steep coordinate under both kinds of momentum. */
static void momentum_and_nesterov(void **state)
{
	(void)state;
#define QUADRATIC "task=function precision=f64 backend=native function=quadratic condition=100 "
	int changes;
	assert_true(
	        within(distance(QUADRATIC "optimizer=momentum lr=0.01 momentum=0.9", 100, &changes), 0.00296, 0.01));
	assert_int_equal(changes, 34);
	double d = distance(QUADRATIC "optimizer=nesterov form=lecture lr=0.01 momentum=0.9", 100, &changes);
	assert_true(within(d, 0.00043, 0.015));
	assert_int_equal(changes, 0);
	assert_true(distance(QUADRATIC "optimizer=nesterov lr=0.015 momentum=0.95", 100, &changes) > 1e11);
	assert_true(within(distance(QUADRATIC "optimizer=momentum lr=0.015 momentum=0.95", 100, &changes), 0.10, 0.1));
#undef QUADRATIC
}

/* A constant gradient, and one that shows at every tenth update only: AdaGrad takes no notice of the pauses. */
static void constant_and_sparse_gradients(void **state)
{
	(void)state;
	for (int sparse = 1; sparse <= 10; sparse += 9) {
		char words[256];
		snprintf(words, sizeof words,
		        "task=function precision=f64 function=expression expression=3.7*a optimizer=adagrad lr=0.001 "
		        "sparse=%d",
		        sparse);
		trial *t = open_trial(words);
		for (int i = 0; i < 100; i++) {
			trial_step(t);
			bool shows = i % sparse == 0;
			int seen = i / sparse + 1;
			assert_true(near(t->r.grad_norm, shows ? 3.7 : 0, 1e-12));
			assert_true(near(t->r.update_norm, shows ? 0.001 / sqrt(seen) : 0, 1e-9));
		}
		trial_free(t);
	}
}

/* Noise on the gradient: none without the knob, the same for the same seed, of the size that was asked for. */
static void noise_is_on_the_gradient(void **state)
{
	(void)state;
	double sum = 0, squares = 0;
	trial *t = open_trial("task=function precision=f64 function=expression expression=0*a lr=0 noise=2");
	for (int i = 0; i < 2000; i++) {
		const model_block *table;
		double g;
		int n = t->api->blocks(t->m, &table);
		trial_step(t);
		for (int k = 0; k < n; k++)
			if (!table[k].frozen && table[k].recurrent) {
				t->api->grad(t->m, k, &g);
				sum += g;
				squares += g * g;
			}
	}
	assert_true(near(sum / 2000, 0, 5 * 2 / sqrt(2000)) && near(sqrt(squares / 2000), 2, 0.16));
	trial_free(t);
}

/* A function without a value ends the run, and says so; nothing else happens to it. */
static void hostile_functions(void **state)
{
	(void)state;
	static const char *const bad[] = {"log(0-a)", "1/(a-1)", "sqrt(0-1)*a", "exp(exp(exp(exp(9*a))))", "0/0*b"};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		for (int f64 = 0; f64 < 2; f64++) {
			char words[256];
			snprintf(words, sizeof words, "task=function function=expression expression=%s precision=%s",
			        bad[i], f64 ? "f64" : "f32");
			trial *t = open_trial(words);
			trial_measure(t);
			trial_step(t);
			assert_true(t->diverged && t->diverged_update == 1 && t->update == 0);
			assert_non_null(strstr(t->message, "function"));
			trial_step(t);
			assert_int_equal(t->update, 0);
			trial_free(t);
		}
}

static void starts_are_chosen(void **state)
{
	(void)state;
	double at[2];
	trial *t = open_trial("task=function function=rosenbrock");
	place(t, at);
	assert_true(near(at[0], -1.2, 1e-7) && near(at[1], 1, 0));
	trial_free(t);
	t = open_trial("task=function function=rosenbrock start_a=0.25 start_b=-0.5");
	place(t, at);
	assert_true(at[0] == 0.25 && at[1] == -0.5);
	trial_free(t);
	t = open_trial("task=function function=unit w=5 b=-2.5 T=50");
	place(t, at);
	assert_true(at[0] == 5 && at[1] == -2.5);
	trial_free(t);
}

/* Weights of a net that are moved before the first update: two of them, or all along random directions. */
static void nets_start_elsewhere(void **state)
{
	(void)state;
	static double before[3000], after[3000];
	err e;
	trial *t = open_trial("hidden=7 T=5 precision=f64");
	long n = slice_size(t->api, t->m);
	slice_parameters(t->api, t->m, before);
	trial *moved = open_trial("hidden=7 T=5 precision=f64 start_along=W_hh[2,3],b[1] start_a=0.5 start_b=-2");
	slice_parameters(t->api, moved->m, after);
	int differ = 0, there = 0;
	for (long i = 0; i < n; i++) {
		differ += before[i] != after[i];
		there += before[i] != after[i] && (after[i] == 0.5 || after[i] == -2);
	}
	assert_true(differ == 2 && there == 2);
	trial_free(moved);
	moved = open_trial("hidden=7 T=5 precision=f64 start_a=0.5 start_b=-2");
	slice_plane p;
	assert_true(slice_random(&p, t->api, t->m, 1, &e));
	slice_parameters(t->api, moved->m, after);
	slice_project(&p, after, before);
	assert_true(near(before[0], 0.5, 1e-9) && near(before[1], -2, 1e-9));
	trial_step(moved);
	assert_true(trial_restart(moved, &e));
	slice_parameters(t->api, moved->m, before);
	assert_memory_equal(before, after, (size_t)n * sizeof *after);
	slice_plane_done(&p);
	trial_free(moved);
	trial_free(t);
	config c = set_up("hidden=7 start_along=W_xy[0,0],b[1] start_a=1");
	assert_null(trial_new(&c, &e));
	assert_non_null(strstr(e.text, "start_along"));
	assert_non_null(strstr(e.text, "W_hh"));
}

/* ---- knobs of pictures ---- */

/* They are no changes under way: nothing is cut, every arm has them, and the state says them once, at the start. */
static void looks_are_not_changes(void **state)
{
	(void)state;
	static run_state s, again;
	static char text[STATE_TEXT];
	err e;
	assert_true(state_read(&s, "unroll/1 hidden=5 T=5 arm=one lr=0.1 arm=two lr=0.2 @20", &e));
	arms *a = arms_new(&s, (size_t)1 << 20, &e);
	assert_non_null(a);
	arms_arrive(a);
	assert_true(arms_seek(a, 10, &e));
	arms_arrive(a);
	config c = arms_trial(a, 1)->c;
	c.v[KNOB_tilt] = 77;
	c.v[KNOB_axes] = 2;
	snprintf(c.axes_named, sizeof c.axes_named, "b[0],b[1]");
	assert_true(arms_config(a, 1, &c, &e));
	assert_int_equal(arms_update(a), 10);
	assert_int_equal(arms_end(a), 20);
	for (int i = 0; i < 2; i++) {
		assert_true(arms_trial(a, i)->c.v[KNOB_tilt] == 77);
		assert_string_equal(arms_trial(a, i)->c.axes_named, "b[0],b[1]");
	}
	assert_true(arms_seek(a, 3, &e));
	arms_arrive(a);
	assert_true(arms_trial(a, 0)->c.v[KNOB_tilt] == 77);
	arms_state(a, &s);
	assert_int_equal(s.edits, 0);
	state_write(&s, text, sizeof text);
	assert_non_null(strstr(text, "tilt=77"));
	assert_true(state_read(&again, text, &e));
	assert_true(again.arm[1].start.v[KNOB_tilt] == 77);
	/* behind an update, too, it is for all */
	assert_true(state_read(&again, "unroll/1 arm=a lr=0.1 arm=b lr=0.2 @7 turn=99 @9", &e));
	assert_true(again.edits == 0 && again.arm[0].start.v[KNOB_turn] == 99 && again.arm[1].start.v[KNOB_turn] == 99);
	arms_free(a);
}

/* ---- compositions ---- */

static void composition_is_wildly_nonlinear(void **state)
{
	(void)state;
	compose_stats s[6];
	err e;
	config c = set_up("chain_gain=2");
	for (int t = 0; t <= 5; t++)
		assert_true(composition_stats(&c, t, &s[t], &e));
	assert_true(s[0].turns == 0 && s[0].flat == 0);
	assert_true(s[5].flat > 0.3 && s[4].flat > 0.3 && s[5].turns >= 2);
	assert_true(s[5].steepest > s[0].steepest && s[5].middle < 0.2 * s[5].steepest);
	for (int t = 1; t <= 5; t++)
		print_message("t = %d: %d turns, %.2f flat, steepest %.2f\n", t, s[t].turns, s[t].flat, s[t].steepest);
	c = set_up("activation=identity");
	for (int t = 0; t <= 5; t++) {
		assert_true(composition_stats(&c, t, &s[0], &e));
		assert_true(s[0].turns == 0 && s[0].flat == 0);
	}
	assert_false(composition_stats(&c, 13, &s[0], &e));
}

static void composition_slopes_are_derivatives(void **state)
{
	(void)state;
	enum { N = 801, T = 3 };
	static double y[(T + 1) * N], slope[(T + 1) * N];
	err e;
	for (int act = 0; act < ACT_COUNT; act++) {
		compose_spec s = {30, 1.5, (activation_id)act, 7, T, N, -0.4, 0.4};
		assert_true(compose_run(&s, y, slope, &e));
		double dx = 0.8 / (N - 1), worst = 0, most = 0;
		for (int i = 1; i + 1 < N; i++) {
			double difference = (y[T * N + i + 1] - y[T * N + i - 1]) / (2 * dx);
			bool kink = act == ACT_RELU || act == ACT_LEAKY_RELU;
			if (!kink || (slope[T * N + i + 1] == slope[T * N + i - 1]))
				worst = fmax(worst, fabs(difference - slope[T * N + i]));
			most = fmax(most, fabs(slope[T * N + i]));
		}
		assert_true(most > 1e-3 && worst < 1e-4 * (1 + most));
	}
}

/* ---- powers of a matrix ---- */

static void a_matrix_that_first_grows(void **state)
{
	(void)state;
	static const double want[][2] = {
	        {1, 10.1}, {2, 18.1}, {5, 32.8}, {10, 38.7}, {20, 27.0}, {50, 2.86}, {100, 0.0295}};
	product p;
	config c = set_up("activation=tanh");
	product_of(&c, &p);
	assert_true(near(p.rho, 0.9, 1e-9) && !p.normal && p.slope == 1);
	for (size_t i = 0; i < sizeof want / sizeof *want; i++)
		assert_true(i == 1 || within(pow(10, product_norm(&p, (int)want[i][0])), want[i][1], 0.005));
	for (int k = 0; k <= 200; k++)
		assert_true(product_norm(&p, k) <= k * log10(p.sigma[0]) + 1e-9);
	int at;
	assert_true(product_peak(&p, 200, &at) > log10(38.7) && at > 5 && at < 15);
	c = set_up("w11=0.6 w12=-0.8 w21=0.8 w22=0.6 activation=sigmoid");
	product_of(&c, &p);
	assert_true(p.normal && near(p.rho, 1, 1e-12) && near(product_norm(&p, 1000), 0, 1e-9) && p.slope == 0.25);
	assert_true(within(pow(p.slope, 20), 9.1e-13, 0.01));
	product_make(&p, (double[]){0.9, 0, 0, 0.9}, 1);
	assert_true(within(pow(10, product_norm(&p, 100)), 2.66e-5, 0.005));
	product_make(&p, (double[]){1.1, 0, 0, 1.1}, 1);
	assert_true(within(pow(10, product_norm(&p, 100)), 1.38e4, 0.005));
	assert_true(near(product_norm(&p, 4000), 4000 * log10(1.1), 1e-9));
	product_make(&p, (double[]){0, 1, 0, 0}, 1);
	assert_true(product_norm(&p, 0) == 0 && product_norm(&p, 1) == 0 && product_norm(&p, 2) == -INFINITY);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(task_agrees_with_the_plane),
	        cmocka_unit_test(descents_follow_changes_under_way),
	        cmocka_unit_test(momentum_and_nesterov),
	        cmocka_unit_test(constant_and_sparse_gradients),
	        cmocka_unit_test(noise_is_on_the_gradient),
	        cmocka_unit_test(hostile_functions),
	        cmocka_unit_test(starts_are_chosen),
	        cmocka_unit_test(nets_start_elsewhere),
	        cmocka_unit_test(looks_are_not_changes),
	        cmocka_unit_test(composition_is_wildly_nonlinear),
	        cmocka_unit_test(composition_slopes_are_derivatives),
	        cmocka_unit_test(a_matrix_that_first_grows),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

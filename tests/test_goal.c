/* Conditions: grammar, values, messages with columns; and the numbers of a run that they name. */
#include "lesson/gauge.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const char *const arms[] = {"no clip", "clip 0.1"};
static const goal_scope two = {2, arms, 1};

/* loss is 2 for the first arm and 3 for the second; temporal[k] is k + arm; lr is 0.5; optimizer is the row 1. */
static double numbers(void *data, int arm, int metric, int index)
{
	(void)data;
	if (metric == GOAL_loss)
		return 2 + arm;
	if (metric == GOAL_temporal)
		return index + arm;
	if (metric == GOAL_jacobian)
		return index ? (double)(index / GOAL_SIDE * 100 + index % GOAL_SIDE) : NAN;
	if (metric == GOAL_growth)
		return NAN;
	if (metric == GOAL_COUNT + KNOB_lr)
		return 0.5;
	if (metric == GOAL_COUNT + KNOB_optimizer)
		return 1;
	if (metric == GOAL_COUNT + KNOB_T)
		return 50;
	return 0;
}

static bool holds(const char *text)
{
	goal g;
	err e;
	if (!goal_parse(text, &two, &g, &e))
		fail_msg("%s: %s", text, e.text);
	return goal_holds(&g, 0, numbers, NULL);
}

static void comparisons_mean_what_they_say(void **unused)
{
	(void)unused;
	static const char *const yes[] = {"loss = 2", "loss ≤ 2", "loss >= 2", "loss ≠ 3", "loss in [1.5, 2.5]",
	        "loss = 2.05 ± 0.1", "loss ≈ 1.9 +- 5.5 %", "loss for \"clip 0.1\" = 3", "loss = 3 for \"clip 0.1\"",
	        "loss for \"clip 0.1\" - loss = 1", "loss > 5 or loss < 3 and lr = 0.5", "not loss > 5",
	        "not (loss < 5 and loss > 2)", "(loss < 1 or loss < 3) and lr = 0.5", "-loss < -1",
	        "2*(loss + 1)/3 = 2", "1 + 2 * 3 = 7", "8 / 4 / 2 = 1", "log10(1e3) = 3 ± 1e-12",
	        "ln(exp(loss)) = 2 ± 1e-12", "abs(-3) = sqrt(9)", "temporal[T/2] = 25",
	        "temporal[T] for \"clip 0.1\" = 51", "jacobian[T, 1] = 5001",
	        "jacobian[T/2 + 1, 2*3] for \"clip 0.1\" / 2 = 1303", "not jacobian[1, 0] < 1e9",
	        "optimizer = momentum", "not growth < 0", "not growth >= 0"};
	static const char *const no[] = {"loss < 2", "loss > 2", "loss != 2", "loss in [2.1, 3]", "loss = 2.05 ± 0.01",
	        "loss = 1.9 ± 5 %", "growth < 1", "growth > 1", "growth = growth", "growth in [-1e9, 1e9]",
	        "optimizer = sgd", "loss < 1 or loss < 3 and lr > 1", "temporal[1] = 2", "loss = 2 for \"clip 0.1\""};
	for (size_t i = 0; i < sizeof yes / sizeof *yes; i++)
		if (!holds(yes[i]))
			fail_msg("does not hold: %s", yes[i]);
	for (size_t i = 0; i < sizeof no / sizeof *no; i++)
		if (holds(no[i]))
			fail_msg("holds: %s", no[i]);
}

static void mistakes_are_named_with_their_column(void **unused)
{
	(void)unused;
	static const struct {
		const char *text, *message;
	} cases[] = {{"", "column 1: a comparison is missing"}, {"loss", "no comparison after 'loss'"},
	        {"loss < 1 and", "column 13: a comparison is missing"},
	        {"los < 1", "column 1: unknown metric 'los'; did you mean 'loss'"},
	        {"loss < 1 xor lr < 1", "column 10: 'xor'"}, {"loss <> 1", "column 6: no comparison is called '<>'"},
	        {"temporal < 1", "temporal[1]"}, {"temporal[1 < 1", "not closed by ']'"},
	        {"jacobian[2] < 1", "takes two steps; allowed: jacobian[T, 1]"},
	        {"jacobian[1, 2, 3] < 1", "not closed by ']'"}, {"jacobian < 1", "one number for each pair"},
	        {"loss in 1, 2", "allowed: in [a, b]"}, {"loss in [1 2]", "no ','"},
	        {"loss < 2 ± 1", "'±' belongs to '='"}, {"loss for \"clip 0.2\" < 1", "did you mean \"clip 0.1\""},
	        {"loss for clip < 1", "no name after 'for'"}, {"(loss < 1", "not closed by ')'"},
	        {"1 + (loss < 1) > 0", "arithmetic with a comparison"}, {"log10 loss < 1", "no '('"},
	        {"loss < 1)", "column 9: ')'"}, {"data = 1", "unknown metric 'data'"},
	        {"optimizer = adamm", "column 13: unknown metric 'adamm'"}, {"loss < 1 \x80", "where 'and' or 'or'"}};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		goal g;
		err e = {0};
		if (goal_parse(cases[i].text, &two, &g, &e) || !strstr(e.text, cases[i].message))
			fail_msg("%s: %s", cases[i].text, e.text);
		assert_int_equal(e.code, ERR_INPUT);
	}
}

static void depth_and_length_are_bounded(void **unused)
{
	(void)unused;
	goal g;
	err e;
	char deep[4096];
	memset(deep, '(', sizeof deep);
	deep[sizeof deep - 1] = '\0';
	assert_false(goal_parse(deep, NULL, &g, &e));
	assert_non_null(strstr(e.text, "nested more than"));
	memset(deep, '-', sizeof deep - 1);
	assert_false(goal_parse(deep, NULL, &g, &e));
	for (size_t i = 0; i + 4 < sizeof deep; i += 4)
		memcpy(deep + i, "not ", 5);
	assert_false(goal_parse(deep, NULL, &g, &e));
	char chain[4096] = "1";
	while (strlen(chain) < 4000)
		strcat(chain, "+1");
	assert_false(goal_parse(chain, NULL, &g, &e));
	assert_non_null(strstr(e.text, "more than 64 operations"));
}

static void what_was_measured_is_told(void **unused)
{
	(void)unused;
	goal g;
	err e;
	char text[120];
	assert_true(goal_parse("temporal[T/2] < 1 or loss < 1 and lr < 1", &two, &g, &e));
	assert_string_equal(goal_measured(&g, 0, numbers, NULL, text, sizeof text), "temporal[25] 25, loss 2");
	goal_measured(&g, 0, numbers, NULL, text, 9); /* cut, not overrun */
	assert_true(strlen(text) < 9);
	assert_true(goal_parse("jacobian[T/10, 2] < 1", &two, &g, &e));
	assert_string_equal(goal_measured(&g, 0, numbers, NULL, text, sizeof text), "jacobian[5, 2] 502");
	assert_true(goal_parse_value("2 * loss", &two, &g, &e));
	assert_true(goal_value(&g, 1, numbers, NULL) == 6);
	assert_false(goal_parse_value("loss < 1", &two, &g, &e));
}

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

/* y = w^999: the output, its derivative 999·w^998, and temporal norms w^(T − k) that grow by 1/w per step. */
static void one_weight_is_read_exactly(void **unused)
{
	(void)unused;
	err e;
	trial *t = open_trial("unroll/1 task=power T=1000 w=1.01 target=0 precision=f64");
	gauge *g = gauge_new(t, &e);
	assert_non_null(g);
	trial_measure(t);
	gauge_update(g);
	double y = pow(1.01, 999);
	assert_true(fabs(gauge_read(g, GOAL_output, 0) / y - 1) < 1e-11);
	assert_true(fabs(gauge_read(g, GOAL_grad_norm, 0) / (2 * y * 999 * y / 1.01) - 1) < 1e-10);
	assert_true(gauge_read(g, GOAL_update, 0) == 0 && gauge_read(g, GOAL_max_step, 0) == 0);
	assert_true(isnan(gauge_read(g, GOAL_temporal, 0)) && isnan(gauge_read(g, GOAL_temporal, 1001)));
	assert_true(gauge_read(g, GOAL_COUNT + KNOB_w, 0) == 1.01);
	gauge_free(g);
	trial_free(t);
}

/* A line's slope is found again whatever lies beside it. */
static void growth_is_the_slope(void **unused)
{
	(void)unused;
	err e;
	trial *t = open_trial("unroll/1 T=60 activation=identity init=identity init_scale=0.8 sigma=0.1 precision=f64 "
	                      "bias=0 hidden=1");
	gauge *g = gauge_new(t, &e);
	trial_measure(t);
	/* the norm of δ_k (h_{k−1}, x_k): δ grows by 1/0.8 … per step towards the end */
	double want = 0, n = 0;
	for (int k = 5; k < 50; k++, n++)
		want += log10(t->r.delta_norm[k] / t->r.delta_norm[k - 1]);
	assert_true(fabs(pow(10, want / n) - 1.25) < 1e-9);
	assert_true(fabs(gauge_read(g, GOAL_growth, 0) - 1.25) < 0.05);
	assert_true(
	        fabs(gauge_read(g, GOAL_rho, 0) - 0.8) < 1e-12 && fabs(gauge_read(g, GOAL_sigma_max, 0) - 0.8) < 1e-12);
	gauge_free(g);
	trial_free(t);
}

static gauge *open_gauge(const char *state, trial **t)
{
	err e;
	*t = open_trial(state);
	trial_measure(*t);
	gauge *g = gauge_new(*t, &e);
	assert_non_null(g);
	gauge_update(g);
	return g;
}

static void near(double got, double want, double tolerance)
{
	if (!(fabs(got - want) <= tolerance))
		fail_msg("%.12g, not %.12g", got, want);
}

/* w = 5: folds, wall, and at b = −w/2 the map 2.5 tanh(x/2). */
static void the_one_unit_map_is_known_in_closed_form(void **unused)
{
	(void)unused;
	trial *t;
	gauge *g = open_gauge("unroll/1 task=fixed_point w=5 b=-2.5 precision=f64", &t);
	near(gauge_read(g, GOAL_fold, 1), -2.6556103, 1e-7);
	near(gauge_read(g, GOAL_fold, 2), -2.3443897, 1e-7);
	near(gauge_read(g, GOAL_wall, 0), -2.612297, 1e-6);
	near(gauge_read(g, GOAL_wall_gradient, 0), 779, 0.5);
	near(gauge_read(g, GOAL_valley, 0), log(0.7 / 0.3) - 3.5, 1e-12);
	near(gauge_read(g, GOAL_fixed_points, 0), 3, 0);
	near(gauge_read(g, GOAL_fixed_point, 1), -1.77603, 1e-5);
	near(gauge_read(g, GOAL_fixed_point, 2), 0, 1e-9);
	near(gauge_read(g, GOAL_multiplier, 2), 1.25, 1e-9);
	near(gauge_read(g, GOAL_multiplier, 3), 0.61914, 1e-5);
	near(gauge_read(g, GOAL_weight, 0) + gauge_read(g, GOAL_offset, 0), 2.5, 1e-12);
	near(gauge_read(g, GOAL_output, 0), 1 / (1 + exp(-gauge_read(g, GOAL_state, 0))), 1e-12);
	assert_true(isnan(gauge_read(g, GOAL_fixed_point, 4)) && isnan(gauge_read(g, GOAL_fold, 3)));
	gauge_free(g);
	trial_free(t);
	g = open_gauge("unroll/1 task=hello", &t);
	assert_true(isnan(gauge_read(g, GOAL_state, 0)) && isnan(gauge_read(g, GOAL_fold, 1)));
	gauge_free(g);
	trial_free(t);
}

/* The derivatives of the last state, by differences. */
static void the_end_moves_with_the_weight(void **unused)
{
	(void)unused;
	static const char *const at[] = {"w=4.2", "w=4.200001", "w=4.2 x0=0.500001"};
	double state[3], by_w = 0, by_x0 = 0;
	for (int i = 0; i < 3; i++) {
		char text[120];
		trial *t;
		snprintf(text, sizeof text, "unroll/1 task=fixed_point T=9 b=-2 precision=f64 %s", at[i]);
		gauge *g = open_gauge(text, &t);
		state[i] = gauge_read(g, GOAL_state, 0);
		by_w = i == 0 ? gauge_read(g, GOAL_end_by_w, 0) : by_w;
		by_x0 = i == 0 ? gauge_read(g, GOAL_end_by_x0, 0) : by_x0;
		gauge_free(g);
		trial_free(t);
	}
	assert_true(by_w > 0.1 && by_x0 > 0.01);
	near((state[1] - state[0]) / 1e-6, by_w, 1e-4 * by_w);
	near((state[2] - state[0]) / 1e-6, by_x0, 1e-4 * by_x0);
}

/* With a loss at the last step alone the row of that step is the temporal gradient; every loss sees its own past. */
static void each_loss_has_its_steps(void **unused)
{
	(void)unused;
	trial *t;
	gauge *g = open_gauge("unroll/1 task=hello hidden=5 sigma=0.5 loss_at=last precision=f64", &t);
	for (int k = 1; k <= 4; k++)
		near(gauge_read(g, GOAL_itemised, goal_pair(4, k)), gauge_read(g, GOAL_temporal, k), 1e-14);
	assert_true(gauge_read(g, GOAL_temporal_readout, 4) > 0.1 && gauge_read(g, GOAL_temporal_readout, 3) == 0);
	assert_true(gauge_read(g, GOAL_temporal_recurrent, 4) > 0.01 && gauge_read(g, GOAL_temporal_recurrent, 1) == 0);
	near(gauge_read(g, GOAL_paths, 4), 4, 0);
	near(gauge_read(g, GOAL_paths, 3), 0, 0);
	gauge_free(g);
	trial_free(t);
	g = open_gauge("unroll/1 task=hello hidden=5 sigma=0.5 reduce=sum precision=f64", &t);
	for (int j = 1; j <= 4; j++)
		near(gauge_read(g, GOAL_paths, j), j, 0);
	assert_true(gauge_read(g, GOAL_itemised, goal_pair(1, 2)) == 0);
	assert_true(isnan(gauge_read(g, GOAL_itemised, goal_pair(5, 1))) && isnan(gauge_read(g, GOAL_paths, 0)));
	assert_true(gauge_read(g, GOAL_replicas_error, 0) < 1e-12);
	assert_true(gauge_read(g, GOAL_gradient_error, 0) < 1e-8);
	gauge_free(g);
	trial_free(t);
}

/* 0.9 I: the product of d factors is 0.9^d, and the bound is met exactly. */
static void products_of_jacobians_are_powers(void **unused)
{
	(void)unused;
	trial *t;
	gauge *g =
	        open_gauge("unroll/1 T=30 hidden=4 activation=identity init=identity init_scale=0.9 precision=f64", &t);
	near(gauge_read(g, GOAL_jacobian, goal_pair(30, 1)), pow(0.9, 29), 1e-12);
	near(gauge_read(g, GOAL_jacobian, goal_pair(7, 5)), 0.81, 1e-12);
	near(gauge_read(g, GOAL_jacobian, goal_pair(7, 7)), 1, 1e-12);
	near(gauge_read(g, GOAL_bound_margin, 0), 0, 1e-12);
	assert_true(isnan(gauge_read(g, GOAL_jacobian, goal_pair(5, 7))));
	assert_true(isnan(gauge_read(g, GOAL_jacobian, goal_pair(31, 7))));
	gauge_free(g);
	trial_free(t);
	g = open_gauge("unroll/1 T=30 hidden=20 sigma=0.3 precision=f64", &t);
	assert_true(gauge_read(g, GOAL_bound_margin, 0) > 0);
	gauge_free(g);
	trial_free(t);
}

static void means_and_tests_follow_the_run(void **unused)
{
	(void)unused;
	err e;
	trial *t = open_trial("unroll/1 task=hello optimizer=adam lr=0.01 batch=1 hidden=8 backend=native");
	gauge *g = gauge_new(t, &e);
	double sum = 0, step = 0, best = INFINITY;
	assert_true(isnan(gauge_read(g, GOAL_mean_loss, 0)));
	assert_true(gauge_read(g, GOAL_solved, 0) == 0);
	for (int k = 0; k < 600; k++) {
		trial_step(t);
		gauge_update(g);
		gauge_update(g); /* twice is once */
		sum += k >= 500 ? t->r.loss : 0;
		step = fmax(step, t->r.update_norm);
		best = fmin(best, t->r.loss);
	}
	assert_true(fabs(gauge_read(g, GOAL_mean_loss, 0) - sum / 100) < 1e-12);
	assert_true(gauge_read(g, GOAL_max_step, 0) == step && gauge_read(g, GOAL_best_loss, 0) == best);
	assert_true(gauge_read(g, GOAL_solved, 0) == 1 && gauge_read(g, GOAL_test_wrong, 0) == 0);
	gauge_free(g);
	trial_free(t);
}

/* Of knobs alone: what is known of one setting does not stay for the next. */
static void maps_are_counted(void **unused)
{
	(void)unused;
	trial *t;
	gauge *g = open_gauge("unroll/1 T=2 hidden=2 chain_gain=2 seed=3 chain_steps=1", &t);
	static const int turns[] = {0, 2, 2, 2, 4, 8};
	for (int k = 0; k <= 5; k++)
		near(gauge_read(g, GOAL_turning_points, k), turns[k], 0);
	near(gauge_read(g, GOAL_flat_share, 0), 0, 0);
	near(gauge_read(g, GOAL_flat_share, 5), 0.684, 0.001);
	near(gauge_read(g, GOAL_steepest, 5), 0.992, 0.001);
	near(gauge_read(g, GOAL_flat_share, 4), 0.890, 0.001);
	assert_true(isnan(gauge_read(g, GOAL_steepest, 13)) && isnan(gauge_read(g, GOAL_flat_share, -1)));
	config c = t->c;
	err e;
	assert_true(config_assign(&c, "activation=identity", &e) && config_assign(&c, "chain_gain=1", &e));
	trial_configure(t, &c);
	near(gauge_read(g, GOAL_turning_points, 6), 0, 0);
	near(gauge_read(g, GOAL_flat_share, 6), 0, 0);
	double line = gauge_read(g, GOAL_steepest, 3);
	c.v[KNOB_chain_gain] = 2;
	trial_configure(t, &c);
	near(gauge_read(g, GOAL_steepest, 3) / line, 8, 1e-9);
	gauge_free(g);
	trial_free(t);
}

static void powers_of_the_matrix(void **unused)
{
	(void)unused;
	trial *t;
	gauge *g = open_gauge("unroll/1 T=2 hidden=2 w11=0.9 w12=10 w21=0 w22=0.9", &t);
	/* [[a, c], [0, a]]ᵏ = [[aᵏ, k c aᵏ⁻¹], [0, aᵏ]] */
	static const int powers[] = {1, 5, 10, 20, 50, 100};
	for (int i = 0; i < 6; i++) {
		double k = powers[i], a = pow(0.9, k), corner = k * 10 * pow(0.9, k - 1);
		double norm = 0.5 * (hypot(2 * a, corner) + corner);
		near(gauge_read(g, GOAL_matrix_norm, powers[i]) / norm, 1, 1e-10);
	}
	near(gauge_read(g, GOAL_matrix_norm, 0), 1, 1e-12);
	near(gauge_read(g, GOAL_matrix_rho, 0), 0.9, 1e-12);
	near(gauge_read(g, GOAL_matrix_sigma, 0), gauge_read(g, GOAL_matrix_norm, 1), 1e-12);
	assert_true(isnan(gauge_read(g, GOAL_matrix_norm, -1)) && isnan(gauge_read(g, GOAL_matrix_norm, 4001)));
	gauge_free(g);
	trial_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(comparisons_mean_what_they_say),
	        cmocka_unit_test(mistakes_are_named_with_their_column), cmocka_unit_test(depth_and_length_are_bounded),
	        cmocka_unit_test(what_was_measured_is_told), cmocka_unit_test(one_weight_is_read_exactly),
	        cmocka_unit_test(growth_is_the_slope), cmocka_unit_test(the_one_unit_map_is_known_in_closed_form),
	        cmocka_unit_test(the_end_moves_with_the_weight), cmocka_unit_test(each_loss_has_its_steps),
	        cmocka_unit_test(products_of_jacobians_are_powers), cmocka_unit_test(means_and_tests_follow_the_run),
	        cmocka_unit_test(maps_are_counted), cmocka_unit_test(powers_of_the_matrix)};
	return cmocka_run_group_tests_name("goal", tests, NULL, NULL);
}

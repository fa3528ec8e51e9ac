/* What conditions ask of a run beside what a step leaves behind: closed forms, and what a loop by hand gives. */
#include "lesson/bits.h"
#include "lesson/way.h"
#include "run/judge.h"
#include "run/matrix.h"
#include "run/measure.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static trial *open_trial(const char *state)
{
	err e;
	config c;
	long update;
	trial *t = config_read_state(&c, &update, state, &e) ? trial_new(&c, &e) : NULL;
	if (!t)
		fail_msg("%s: %s", state, e.text);
	trial_measure(t);
	return t;
}

static void close_to(const char *what, double got, double want, double relative)
{
	if (!(fabs(got - want) <= relative * fabs(want)))
		fail_msg("%s: %.17g, not %.17g", what, got, want);
}

/* x_t = w x_{t−1} + b from its fixed point: every step has the same immediate derivatives, so p of T steps hold the
 * share (1 − wᵖ)/(1 − wᵀ) of the gradient, in its direction. */
static void truncation_of_a_line(void **unused)
{
	(void)unused;
	static const double w[] = {0.9, 0.99, -0.5, 1.02};
	for (int i = 0; i < 4; i++)
		for (int p = 1; p <= 100; p += 11) {
			char state[160];
			double share, cosine;
			snprintf(state, sizeof state,
			        "unroll/1 task=linear T=100 w=%.17g b=%.17g x0=1 target=0 precision=f64 backend=native",
			        w[i], 1 - w[i]);
			trial *t = open_trial(state);
			matrix_truncation(t, p, &share, &cosine);
			close_to(state, share, (1 - pow(w[i], p)) / (1 - pow(w[i], 100)), 1e-9);
			close_to(state, cosine, 1, 1e-12);
			assert_int_equal(t->api->parameters(t->m), 2);
			matrix_truncation(t, 0, &share, &cosine);
			assert_true(isnan(share) && isnan(cosine));
			trial_free(t);
		}
}

/* With all other weights zero a gate is σ(bias), and a context unit is what it is. */
static void gates_keep_their_power(void **unused)
{
	(void)unused;
	trial *lstm = open_trial("unroll/1 cell=lstm init=zero forget_bias=2 T=120 hidden=5 batch=3 precision=f64");
	trial *gru =
	        open_trial("unroll/1 cell=gru init=zero forget_bias=1 T=30 hidden=5 batch=3 precision=f64 layers=2");
	trial *scrn = open_trial("unroll/1 cell=scrn scrn_alpha=0.9 T=60 hidden=5 batch=3 precision=f64");
	trial *rnn = open_trial("unroll/1 T=10 hidden=5");
	for (int k = 1; k <= 30; k++) {
		close_to("lstm", measure_kept(lstm, k), pow(1 / (1 + exp(-2)), k), 1e-12);
		close_to("gru", measure_kept(gru, k), pow(1 / (1 + exp(-1)), k), 1e-12);
		close_to("scrn", measure_kept(scrn, k), pow(0.9, k), 1e-12);
	}
	close_to("lstm", measure_kept(lstm, 120), pow(1 / (1 + exp(-2)), 120), 1e-11);
	assert_true(isnan(measure_kept(lstm, 121)) && isnan(measure_kept(lstm, 0)) && isnan(measure_kept(rnn, 1)));
	trial_free(lstm);
	trial_free(gru);
	trial_free(scrn);
	trial_free(rnn);
}

static void flow_of_a_scaled_rotation(void **unused)
{
	(void)unused;
	trial *t = open_trial(
	        "unroll/1 activation=identity init=orthogonal init_scale=0.97 T=100 hidden=12 precision=f64");
	close_to("flow", measure_flow(t), 0.97, 1e-12);
	trial_step(t);
	assert_true(measure_flow(t) > 0);
	trial_free(t);
	/* far outside what a float can hold */
	t = open_trial("unroll/1 activation=identity init=identity init_scale=0.01 T=100 hidden=12 precision=f32");
	close_to("flow", measure_flow(t), 0.01, 1e-5);
	trial_free(t);
}

static void a_simplex_sums_to_one(void **unused)
{
	(void)unused;
	trial *t = open_trial("unroll/1 direction=simplex T=40 hidden=8 precision=f64");
	assert_true(isnan(measure_beta_share(t, 40)) && isnan(measure_beta_ratio(t))); /* nothing drawn yet */
	trial_step(t);
	double sum = 0, norms = 0;
	for (int k = 1; k <= 40; k++) {
		sum += t->r.beta[k - 1];
		norms += t->r.temporal_total[k - 1];
		close_to("β", measure_beta_share(t, k), sum, 1e-12);
	}
	close_to("all", measure_beta_share(t, 40), 1, 1e-12);
	close_to("norms", measure_temporal_share(t, 1), t->r.temporal_total[0] / norms, 1e-12);
	close_to("norms", measure_temporal_share(t, 40), 1, 1e-12);
	assert_true(measure_beta_ratio(t) > 1.5 && measure_beta_ratio(t) <= exp(1));
	assert_true(isnan(measure_beta_share(t, 41)) && isnan(measure_temporal_share(t, 0)));
	trial_free(t);
}

/* |λ|² is uniform on [r_min², r_max²]: mean 0.9040 for the ring [0.9, 0.999]; another distribution is far from it. */
static void rings_are_uniform(void **unused)
{
	(void)unused;
	trial *t = open_trial("unroll/1 cell=lru hidden=1000 T=3 batch=1 r_min=0.9 r_max=0.999 precision=f64");
	measured_ring r = measure_ring(t);
	close_to("mean", r.mean, (0.81 + 0.998001) / 2, 0.005);
	assert_true(r.distance > 0.5 / 1000 && r.distance < 0.05);
	t->c.v[KNOB_r_min] = 0.8; /* what it is compared with */
	assert_true(measure_ring(t).distance > 0.3);
	trial_free(t);
	t = open_trial("unroll/1 hidden=6 T=3");
	assert_true(isnan(measure_ring(t).mean) && isnan(measure_ring(t).distance));
	trial_free(t);
}

/* A guess is wrong in half of the bits; what is wrong in no bit is right. */
static void bits_make_up_the_answer(void **unused)
{
	(void)unused;
	trial *t = open_trial(
	        "unroll/1 task=temporal_order T=20 batch=20 rho=1.2 clip=norm optimizer=adam lr=0.003 backend=native");
	double first = measure_bit_wrong(t, 1), second = measure_bit_wrong(t, 2);
	assert_true(first > 0.2 && first < 0.8 && second > 0.2 && second < 0.8);
	for (int i = 0; i < 300; i++) {
		trial_step(t);
		first = measure_bit_wrong(t, 1);
		second = measure_bit_wrong(t, 2);
		assert_true(t->metric >= fmax(first, second) - 1e-12 && t->metric <= first + second + 1e-12);
	}
	assert_true(first < 0.02 && second < 0.02 && measure_bit_wrong(t, 3) == 0 && isnan(measure_bit_wrong(t, 0)));
	trial_free(t);
	t = open_trial("unroll/1 task=adding T=12");
	assert_true(isnan(measure_bit_wrong(t, 1)));
	trial_free(t);
}

/* Parity with its own answers as the only memory: early on it answers rightly while it is told the answers, and not at
 * all when it is left to itself. */
static void lengths_are_judged_forced_and_free(void **unused)
{
	(void)unused;
	err e;
	double forced, own;
	trial *t = open_trial(
	        "unroll/1 task=parity cell=jordan teacher_forcing=1 T=10 hidden=16 sigma=0.5 lr=0.1 batch=20 "
	        "backend=native");
	size_t size = trial_state_size(t);
	unsigned char *before = malloc(2 * size), *after = before + size;
	for (int i = 0; i < 100; i++)
		trial_step(t);
	trial_save(t, before);
	assert_true(judge_at(t, 50, true, 500, &forced, &e) && judge_at(t, 50, false, 500, &own, &e));
	assert_true(forced == 0 && own > 0.4 && own < 0.6);
	trial_save(t, after);
	assert_memory_equal(before, after, size);
	free(before);
	for (int i = 0; i < 900; i++)
		trial_step(t);
	assert_true(judge_at(t, 300, false, 500, &own, &e));
	assert_true(own == 0);
	trial_free(t);
	t = open_trial("unroll/1 task=parity cell=untied T=10 hidden=6");
	assert_true(judge_at(t, 10, false, 200, &own, &e) && own > 0.3);
	assert_false(judge_at(t, 11, false, 200, &own, &e)); /* no weights for it */
	assert_false(judge_at(t, 10, true, 200, &own, &e));  /* nothing is fed back */
	trial_free(t);
}

/* Bits that were known are not, before they were, and are again when the run goes the same way once more. */
static void bits_go_back_with_the_run(void **unused)
{
	(void)unused;
	static bits b;
	trial *t = open_trial(
	        "unroll/1 task=temporal_order T=20 batch=20 rho=1.2 clip=norm optimizer=adam lr=0.003 backend=native");
	size_t size = trial_state_size(t);
	unsigned char *state = malloc(size);
	bits_init(&b);
	assert_true(isinf(bits_known(&b, 1)) && isnan(bits_wrong(&b, 1)));
	for (int i = 0; i < 300; i++) {
		if (i == 60)
			trial_save(t, state);
		trial_step(t);
		bits_add(&b, t);
	}
	double known[2] = {bits_known(&b, 1), bits_known(&b, 2)}, wrong = bits_wrong(&b, 1);
	assert_true(known[0] >= 100 && known[0] < 300 && known[1] >= 100 && known[1] < 300 && wrong < 0.05);
	assert_true(isnan(bits_known(&b, 0)) && isnan(bits_wrong(&b, 3)));
	trial_load(t, state);
	bits_add(&b, t);
	assert_true(isinf(bits_known(&b, 1)) && isinf(bits_known(&b, 2)));
	for (int i = 60; i < 300; i++) {
		trial_step(t);
		bits_add(&b, t);
	}
	assert_true(bits_known(&b, 1) == known[0] && bits_known(&b, 2) == known[1] && bits_wrong(&b, 1) == wrong);
	free(state);
	trial_free(t);
}

static double descent_of(const char *knobs, measured_descent what, int n)
{
	config c;
	long update;
	err e;
	char state[300];
	snprintf(state, sizeof state, "unroll/1 function=quadratic condition=100 %s", knobs);
	assert_true(config_read_state(&c, &update, state, &e));
	return measure_descent(&c, what, n);
}

/* Sutskever et al. 2013 in the lecture's form, where Nesterov's rows are w itself: by the recurrence
 * w ← (1 − ελ)((1 + μ) w − μ w₋₁). */
static void descents_follow_the_form(void **unused)
{
	(void)unused;
	static const char lecture[] = "optimizer=nesterov form=lecture lr=0.005 momentum=0.9",
	                  torch[] = "optimizer=nesterov form=pytorch lr=0.005 momentum=0.9";
	double before = 1, now = (1 - 0.5) * 1; /* v₀ = 0 */
	for (int n = 1; n <= 60; n++) {
		close_to("b", descent_of(lecture, DESCENT_B, n), now, 1e-9);
		double ahead = now + 0.9 * (now - before), next = 0.5 * ahead;
		assert_true(fabs(descent_of(torch, DESCENT_B, n) - ahead) < 1e-14);
		close_to("step", descent_of(lecture, DESCENT_STEP, n),
		        hypot(now - before, descent_of(lecture, DESCENT_A, n) - descent_of(lecture, DESCENT_A, n - 1)),
		        1e-9);
		before = now;
		now = next;
	}
	assert_true(descent_of("optimizer=momentum lr=0.01 momentum=0.9", DESCENT_TURNS, 100) == 34);
	assert_true(descent_of("optimizer=nesterov form=lecture lr=0.01 momentum=0.9", DESCENT_TURNS, 100) == 0);
	/* the schedule holds μ at ½ for 250 updates */
	close_to("μ", descent_of("optimizer=momentum lr=0.01 momentum=0.99 momentum_schedule=sutskever", DESCENT_A, 90),
	        descent_of("optimizer=momentum lr=0.01 momentum=0.5", DESCENT_A, 90), 1e-12);
	/* what runs away, and what is not known */
	assert_true(isinf(descent_of("optimizer=sgd lr=50", DESCENT_DISTANCE, 2000)));
	assert_true(isnan(descent_of("optimizer=sgd lr=50", DESCENT_B, 2000)));
	assert_true(descent_of("", DESCENT_DISTANCE, 0) == hypot(1, 1) && isnan(descent_of("", DESCENT_STEP, 0)));
	assert_true(isnan(descent_of("", DESCENT_A, -1)));
}

/* The way of a run: the same as the knobs foretell while nothing changes; what was known counts after going back, and
 * what belongs to another future does not. */
static void ways_go_back_with_the_run(void **unused)
{
	(void)unused;
	way w = {0};
	trial *t = open_trial("unroll/1 task=function function=quadratic condition=100 optimizer=momentum lr=0.01 "
	                      "momentum=0.9 precision=f64 backend=native");
	void *at_40 = malloc(trial_state_size(t));
	assert_non_null(at_40);
	way_add(&w, t);
	for (int n = 0; n < 100; n++) {
		if (n == 40)
			trial_save(t, at_40);
		assert_true(isnan(way_read(&w, t, DESCENT_TURNS, n + 1)));
		trial_step(t);
		way_add(&w, t);
	}
	assert_true(way_read(&w, t, DESCENT_TURNS, 100) == 34);
	for (int n = 1; n <= 100; n += 9)
		for (measured_descent what = DESCENT_A; what <= DESCENT_STEP; what++)
			close_to("way", way_read(&w, t, what, n), measure_descent(&t->c, what, n), 1e-9);
	double ahead = way_read(&w, t, DESCENT_B, 60);
	trial_load(t, at_40);
	way_add(&w, t);
	assert_true(isnan(way_read(&w, t, DESCENT_B, 60)) && !isnan(way_read(&w, t, DESCENT_B, 40)));
	trial_edit(t, KNOB_lr, 0.002);
	for (int n = 40; n < 60; n++) {
		trial_step(t);
		way_add(&w, t);
	}
	assert_true(way_read(&w, t, DESCENT_B, 60) != ahead && !isnan(way_read(&w, t, DESCENT_B, 60)));
	assert_true(isnan(way_read(&w, t, DESCENT_B, 61)) && isnan(way_read(&w, t, DESCENT_B, -1)));
	/* a jump to where the known way does not lead */
	trial_load(t, at_40);
	way_add(&w, t);
	for (int n = 40; n < 55; n++)
		trial_step(t);
	trial_edit(t, KNOB_lr, 0.03);
	trial_step(t);
	way_add(&w, t);
	assert_true(isnan(way_read(&w, t, DESCENT_A, 56)) && isnan(way_read(&w, t, DESCENT_A, 10)));
	way_done(&w);
	free(at_40);
	trial_free(t);
}

/* Where something stops being finite, and runs that do not begin at their beginning. */
static void ways_end(void **unused)
{
	(void)unused;
	way w = {0}, late = {0};
	trial *t = open_trial("unroll/1 task=function lr=50 precision=f64 backend=native");
	way_add(&w, t);
	for (int n = 0; n < 200; n++) {
		trial_step(t);
		way_add(&w, t);
		if (n == 10)
			way_add(&late, t);
	}
	assert_true(t->diverged && isinf(way_read(&w, t, DESCENT_DISTANCE, 200)));
	assert_true(isnan(way_read(&w, t, DESCENT_B, 200)) && isfinite(way_read(&w, t, DESCENT_B, 10)));
	assert_true(isnan(way_read(&late, t, DESCENT_B, 10)));
	way_done(&w);
	way_done(&late);
	trial_free(t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(truncation_of_a_line),
	        cmocka_unit_test(gates_keep_their_power), cmocka_unit_test(flow_of_a_scaled_rotation),
	        cmocka_unit_test(a_simplex_sums_to_one), cmocka_unit_test(rings_are_uniform),
	        cmocka_unit_test(bits_make_up_the_answer), cmocka_unit_test(lengths_are_judged_forced_and_free),
	        cmocka_unit_test(bits_go_back_with_the_run), cmocka_unit_test(descents_follow_the_form),
	        cmocka_unit_test(ways_go_back_with_the_run), cmocka_unit_test(ways_end)};
	return cmocka_run_group_tests_name("measure", tests, NULL, NULL);
}

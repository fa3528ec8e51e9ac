/* What hands can do to a run beside its knobs: an example with changed inputs, a condition to wait for, a check of the
 * gradient that leaves no trace, arms that keep their colours, a rescue that can be ended. */
#include "run/worker.h"

#include "base/text.h"
#include "plot/axis.h"
#include "run/arms.h"
#include "view/sweep.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { MIB = 1 << 20 };

static run_state state;
static snap shown;

static void read_state(const char *text)
{
	err e;
	if (!state_read(&state, text, &e))
		fail_msg("%s: %s", text, e.text);
}

static arms *open_arms(const char *text)
{
	err e;
	read_state(text);
	arms *a = arms_new(&state, 8 * MIB, &e);
	if (!a)
		fail_msg("%s: %s", text, e.text);
	arms_arrive(a);
	return a;
}

static void go(arms *a, long updates)
{
	arms_go(a, updates);
	arms_arrive(a);
}

static const snap *show(arms *a, unsigned want)
{
	arms_want(a, want);
	arms_show(a, &shown, false);
	return &shown;
}

static uint64_t hash(const void *bytes, size_t n, uint64_t h)
{
	const unsigned char *p = bytes;
	for (size_t i = 0; i < n; i++)
		h = (h ^ p[i]) * 1099511628211u;
	return h;
}

static uint64_t hash_state(const trial *t)
{
	unsigned char *bytes = malloc(trial_state_size(t));
	assert_non_null(bytes);
	trial_save(t, bytes);
	uint64_t h = hash(bytes, trial_state_size(t), 14695981039346656037u);
	free(bytes);
	return h;
}

/* ---- the example ---- */

/* A changed number reaches the sequence that is shown, its target and its answer; the training does not notice. */
static void a_changed_input_is_shown(void **unused)
{
	(void)unused;
	arms *a = open_arms("unroll/1 T=12 hidden=8 batch=4 precision=f64 @30");
	const snap_tape *t = &show(a, WANT_TAPE)->arm[0].tape;
	uint64_t before = hash_state(arms_trial(a, 0));
	run_example x = {.batch = 30};
	assert_true(t->example == 0 && t->update == 30 && isnan(t->loss) && !t->has_dh);
	float value = t->x[1][0];
	int marked = 0;
	while (t->x[0][marked] == 0)
		marked++;
	float first = t->x[1][marked], want = t->want[0][11];
	arms_example(a, &x);
	t = &show(a, WANT_TAPE)->arm[0].tape;
	assert_true(
	        t->example == 30 && t->edits == 0 && t->batch == 4 && t->x[1][0] == value && t->want[0][11] == want);
	float got = t->got[0][11];
	double error = (double)t->got[0][11] - (double)t->want[0][11];
	assert_true(fabs(t->loss - error * error) < 1e-6 && t->has_dh && isfinite(t->dh[0]));
	assert_true(state_put_example(&x, &(example_edit){marked + 1, 2, (double)first + 0.5}));
	arms_example(a, &x);
	t = &show(a, WANT_TAPE)->arm[0].tape;
	assert_true(t->edits == 1 && fabsf(t->x[1][marked] - first - 0.5F) < 1e-6F);
	assert_true(fabsf(t->want[0][11] - want - 0.5F) < 1e-6F && t->got[0][11] != got);
	/* a mark that is taken away leaves one value to be the sum */
	assert_true(state_put_example(&x, &(example_edit){marked + 1, 1, 0}));
	arms_example(a, &x);
	t = &show(a, WANT_TAPE)->arm[0].tape;
	assert_true(t->x[0][marked] == 0 && fabsf(t->want[0][11] - want + first) < 1e-6F);
	assert_true(hash_state(arms_trial(a, 0)) == before);
	/* the sequence stays while the training goes on, and is part of the state */
	float kept = t->x[1][marked], said = t->got[0][11];
	go(a, 40);
	t = &show(a, WANT_TAPE)->arm[0].tape;
	assert_true(t->example == 30 && t->x[1][marked] == kept && t->got[0][11] != said);
	static char text[STATE_TEXT];
	arms_state(a, &state);
	state_write(&state, text, sizeof text);
	said = t->got[0][11];
	arms *b = open_arms(text);
	t = &show(b, WANT_TAPE)->arm[0].tape;
	assert_true(t->example == 30 && t->edits == 2 && t->got[0][11] == said);
	arms *c = open_arms("unroll/1 T=12 hidden=8 batch=4 precision=f64 @70");
	assert_true(hash_state(arms_trial(b, 0)) == hash_state(arms_trial(c, 0)));
	arms_free(a);
	arms_free(b);
	arms_free(c);
}

/* Jacobians are those of the example, too. */
static void matrices_follow_the_example(void **unused)
{
	(void)unused;
	arms *a = open_arms("unroll/1 T=10 hidden=6 batch=3 @5");
	run_example x = {.batch = 2};
	float before = show(a, WANT_MATRICES)->arm[0].matrices.jacobian[9][0];
	arms_example(a, &x);
	const snap_matrices *m = &show(a, WANT_MATRICES)->arm[0].matrices;
	float other = m->jacobian[9][0];
	assert_true(m->example && other != before);
	state_put_example(&x, &(example_edit){4, 2, 5});
	arms_example(a, &x);
	m = &show(a, WANT_MATRICES)->arm[0].matrices;
	assert_true(m->jacobian[9][0] != other && m->jacobian[9][5] != 0);
	arms_free(a);
}

static void symbols_can_be_changed(void **unused)
{
	(void)unused;
	arms *a = open_arms("unroll/1 task=hello cell=lstm hidden=8 @20");
	run_example x = {.batch = 20};
	state_put_example(&x, &(example_edit){2, 0, 3}); /* h-e-l-l → h-o-l-l */
	state_put_example(&x, &(example_edit){99, 0, 3});
	state_put_example(&x, &(example_edit){1, 0, 99});
	arms_example(a, &x);
	const snap_tape *t = &show(a, WANT_TAPE)->arm[0].tape;
	assert_true(t->input[0] == 0 && t->input[1] == 3 && t->input[2] == 2 && t->target[0] == 3 && t->target[1] == 2);
	arms_free(a);
}

/* Another seed has other sequences; another net has the same ones. */
static void it_goes_with_its_sequences(void **unused)
{
	(void)unused;
	err e;
	arms *a = open_arms("unroll/1 T=10 hidden=6 batch=3 @5");
	arms_example(a, &(run_example){.batch = 2});
	config c = arms_trial(a, 0)->c;
	c.v[KNOB_hidden] = 7;
	assert_true(arms_config(a, 0, &c, &e));
	arms_state(a, &state);
	assert_int_equal(state.example.batch, 2);
	c.v[KNOB_seed] = 9;
	assert_true(arms_config(a, 0, &c, &e));
	arms_state(a, &state);
	assert_true(state.example.batch == 0);
	arms_free(a);
}

/* Output recurrence: what the net answers with the targets as inputs, beside what it does with its own answers. */
static void forced_stands_beside_free(void **unused)
{
	(void)unused;
	arms *a = open_arms("unroll/1 cell=jordan task=echo lag=2 T=12 hidden=8 teacher_forcing=1 seed=2 @60");
	arms *b = open_arms("unroll/1 cell=jordan task=echo lag=2 T=12 hidden=8 seed=2");
	static snap_tape forced;
	forced = show(a, WANT_TAPE)->arm[0].tape;
	assert_true(forced.has_other && forced.forced);
	assert_true(memcmp(forced.other_said, forced.said, sizeof(short) * 12) != 0 ||
	            memcmp(forced.other[0], forced.got[0], sizeof(float) * 12) != 0);
	const snap_tape *t = &show(b, WANT_TAPE)->arm[0].tape;
	assert_true(t->has_other && !t->forced);
	arms_free(a);
	arms_free(b);
	a = open_arms("unroll/1 T=8 hidden=4");
	assert_false(show(a, WANT_TAPE)->arm[0].tape.has_other);
	arms_free(a);
}

/* ---- the slow way through one update ---- */

static bool near(double a, double b)
{
	return (isnan(a) && isnan(b)) || fabs(a - b) <= 2e-5 * fmax(fabs(a), fabs(b));
}

static double state_norm(const trial *t, int step)
{
	double h[MODEL_OUTPUTS], sum = 0;
	int layers = t->api->spec(t->m)->layers;
	for (int l = 0; l < (layers > 1 ? layers : 1); l++) {
		int n = t->api->hidden(t->m, l, step, 0, h);
		for (int j = 0; j < n; j++)
			sum += h[j] * h[j];
	}
	return sqrt(sum);
}

/* Every number of the sweep is that of the update, made again by a trial alone; the sentences hold them. */
static void compare_sweep(const char *text)
{
	err e;
	char said[512], number[64];
	arms *a = open_arms(text);
	read_state(text);
	trial *t = trial_new(&state.arm[0].start, &e);
	assert_non_null(t);
	while (t->update < state.update)
		trial_step(t);
	const snap *s = show(a, WANT_TAPE);
	int T = s->arm[0].tape.T;
	assert_int_equal(sweep_length(s), 2 * T + 2);
	for (int k = 1; k <= T; k++) {
		if (!near(sweep_hidden(s, k), state_norm(t, k - 1)) ||
		        !near(sweep_error(s, k), t->r.delta_norm[k - 1]) ||
		        !near(sweep_weights(s, k), t->r.temporal_total[k - 1]))
			fail_msg("%s: step %d: %g %g %g", text, k, sweep_hidden(s, k), sweep_error(s, k),
			        sweep_weights(s, k));
		view_sweep w = sweep_at(s, 2 * T + 1 - k);
		assert_true(w.phase == SWEEP_BACKWARD && w.step == k);
		sweep_sentence(s, &w, said, sizeof said);
		if (t->r.delta_norm[k - 1] > 0 &&
		        !strstr(said, axis_power(number, sizeof number, log10(sweep_error(s, k)))))
			fail_msg("%s: no %s in: %s", text, number, said);
		w = sweep_at(s, k - 1);
		assert_true(w.phase == SWEEP_FORWARD && w.step == k);
		sweep_sentence(s, &w, said, sizeof said);
		if (!strstr(said, text_short(number, sizeof number, sweep_hidden(s, k), 3)))
			fail_msg("%s: no %s in: %s", text, number, said);
	}
	view_sweep last = sweep_at(s, 2 * T + 1), loss = sweep_at(s, T);
	sweep_sentence(s, &last, said, sizeof said);
	if (!strstr(said, axis_power(number, sizeof number, log10(t->r.update_norm))) ||
	        !strstr(said, axis_power(number, sizeof number, log10(t->r.grad_norm))))
		fail_msg("%s: no %s in: %s", text, number, said);
	assert_int_equal(loss.phase, SWEEP_LOSS);
	sweep_sentence(s, &loss, said, sizeof said);
	if (!strstr(said, text_short(number, sizeof number, t->r.loss, 4)))
		fail_msg("%s: no %s in: %s", text, number, said);
	trial_free(t);
	arms_free(a);
}

static void the_sweep_has_the_numbers_of_the_update(void **unused)
{
	(void)unused;
	const knob *cells = knob_get(KNOB_cell);
	static const char *const more[] = {
	        "", " layers=2", " task=temporal_order", " clip=norm clip_at=1e-3 optimizer=adam"};
	for (int c = 0; c < cells->choices; c++)
		for (int k = 0; k < 4; k++) {
			char text[160];
			snprintf(text, sizeof text, "unroll/1 T=9 hidden=6 batch=4 cell=%s%s @30", cells->choice[c],
			        more[k]);
			compare_sweep(text);
		}
}

/* Of the example: its own derivative by the state. */
static void the_sweep_follows_the_example(void **unused)
{
	(void)unused;
	arms *a = open_arms("unroll/1 T=9 hidden=6 batch=4 @30");
	char said[512];
	arms_example(a, &(run_example){.batch = 30});
	const snap *s = show(a, WANT_TAPE);
	view_sweep w = sweep_at(s, 2 * 9 + 1 - 4);
	assert_true(near(sweep_error(s, 4), pow(10, (double)s->arm[0].tape.dh[3])) && isnan(sweep_weights(s, 4)));
	sweep_sentence(s, &w, said, sizeof said);
	if (!strstr(said, "‖∂L/∂h₄‖"))
		fail_msg("%s", said);
	arms_free(a);
}

/* ---- the check ---- */

static void a_check_leaves_no_trace(void **unused)
{
	(void)unused;
	static const char *const runs[] = {"unroll/1 T=12 hidden=8 batch=4",
	        "unroll/1 cell=lstm T=9 hidden=5 optimizer=adam",
	        "unroll/1 cell=gru T=9 hidden=5 task=temporal_order probe_every=7",
	        "unroll/1 T=12 hidden=8 truncate=4"};
	for (int i = 0; i < 4; i++) {
		arms *a = open_arms(runs[i]);
		for (int k = 0; k < 2; k++) {
			gradcheck g;
			long update = -1;
			err e;
			go(a, k * 43);
			show(a, WANT_TAPE);
			static snap_arm before;
			before = shown.arm[0];
			uint64_t state_before = hash_state(arms_trial(a, 0));
			if (!arms_check(a, 0, &g, &update, &e))
				fail_msg("%s", e.text);
			show(a, WANT_TAPE);
			const snap_arm *m = &shown.arm[0];
			assert_int_equal(update, k * 43);
			assert_true(hash_state(arms_trial(a, 0)) == state_before && m->update == before.update);
			assert_true(
			        m->now[SNAP_LOSS] == before.now[SNAP_LOSS] && m->total.update == before.total.update);
			assert_true(m->tape.update == before.tape.update && m->tape.x[0][3] == before.tape.x[0][3]);
			assert_memory_equal(m->tape.hidden[0], before.tape.hidden[0], 9 * sizeof(float));
			assert_memory_equal(m->total.norm, before.total.norm, 9 * sizeof(float));
			assert_memory_equal(m->grad_histogram, before.grad_histogram, sizeof m->grad_histogram);
			assert_int_equal(m->series[SNAP_LOSS].n, before.series[SNAP_LOSS].n);
			for (int b = 0; b < g.blocks; b++)
				assert_true(g.checked[b] > 0 && g.worst[b] < 1e-2);
		}
		arms_free(a);
	}
}

/* ---- colours ---- */

static void colours_stay_with_their_arms(void **unused)
{
	(void)unused;
	err e;
	arms *a = open_arms("unroll/1 T=8 hidden=4 arm=a lr=0.01 arm=b lr=0.02 arm=c lr=0.03");
	assert_true(show(a, 0)->arm[1].colour == 2 && shown.arm[2].colour == 3);
	assert_true(arms_remove(a, 0, &e));
	assert_true(show(a, 0)->arm[0].colour == 2 && shown.arm[1].colour == 3 && shown.arm[0].index == 0);
	assert_true(arms_duplicate(a, 0, &e));
	assert_true(show(a, 0)->arm[2].colour == 1);
	arms_exchange(a, 0, 1);
	assert_true(show(a, 0)->arm[0].colour == 3 && shown.about[1].colour == 2);
	static char text[STATE_TEXT];
	state_write(&shown.state, text, sizeof text);
	arms *b = open_arms(text);
	assert_true(show(b, 0)->arm[0].colour == 3 && shown.arm[1].colour == 2 && shown.arm[2].colour == 1);
	assert_true(arms_remove(b, 1, &e) && arms_remove(b, 1, &e));
	assert_true(show(b, 0)->arm[0].colour == 1);
	arms_free(a);
	arms_free(b);
}

/* ---- run until ---- */

typedef struct waiting {
	double below;
	int released;
} waiting;

static bool loss_below(void *data, const struct arms *a)
{
	return arms_trial(a, 0)->r.loss < ((waiting *)data)->below;
}

static void tell_loss(void *data, const struct arms *a, char *buf, size_t size)
{
	(void)data;
	snprintf(buf, size, "loss %g", arms_trial(a, 0)->r.loss);
}

static void release_waiting(void *data)
{
	((waiting *)data)->released++;
}

static worker_condition condition(waiting *w)
{
	return (worker_condition){w, "loss < x", loss_below, tell_loss, release_waiting};
}

/* The first update whose loss is below the bound, found with the trial alone. */
static long first_below(const char *text, double bound)
{
	err e;
	read_state(text);
	trial *t = trial_new(&state.arm[0].start, &e);
	assert_non_null(t);
	do
		trial_step(t);
	while (t->r.loss >= bound);
	long update = t->update;
	trial_free(t);
	return update;
}

static void it_stops_at_the_very_update(void **unused)
{
	(void)unused;
	static const char text[] = "unroll/1 T=8 hidden=10 batch=8 lr=0.02 seed=4";
	long want = first_below(text, 0.1);
	err e;
	waiting data = {.below = 0.1};
	assert_true(want > 10);
	read_state(text);
	worker *w = worker_new(&state, 8 * MIB, NULL, NULL, &e);
	assert_non_null(w);
	for (int speed = 0; speed < 2; speed++) {
		worker_condition c = condition(&data);
		worker_seek(w, 0);
		worker_speed(w, speed ? 20000 : 0);
		worker_play_until_holds(w, &c);
		worker_settle(w);
		const snap *s = worker_take(w);
		char said[64];
		assert_true(s->update == want && !s->playing && !s->until.active);
		snprintf(said, sizeof said, "Update %ld: loss 0.0", want);
		if (strncmp(s->message, said, strlen(said)) != 0)
			fail_msg("%s", s->message);
		assert_int_equal(data.released, speed + 1);
	}
	/* what can not be waited for is given back, too */
	data = (waiting){.below = -1};
	worker_condition c = condition(&data);
	worker_play_until_holds(w, &c);
	worker_play(w, false);
	worker_settle(w);
	assert_int_equal(data.released, 1);
	worker_play_until_holds(w, &c);
	worker_compare(w, 0);
	worker_play(w, false);
	worker_settle(w);
	assert_int_equal(data.released, 2);
	worker_play_until_holds(w, &c);
	worker_free(w);
	assert_int_equal(data.released, 3);
}

/* ---- a search that is ended ---- */

/* Also with changes that come after the place where it begins. */
static void give_up(const char *text, int planned)
{
	err e;
	arms *a = open_arms(text);
	char said[320];
	while (arms_round(a))
		;
	arms_go(a, 5000);
	arms_arrive(a);
	long failed = arms_diverged(a, 0);
	uint64_t before = hash_state(arms_trial(a, 0));
	assert_true(failed > 0);
	for (int turns = 0; turns < 70; turns += 23) {
		assert_true(arms_rescue_begin(a, 0, &e));
		for (int i = 0; i < turns && arms_rescuing(a); i++)
			assert_true(arms_rescue_turn(a, said, sizeof said, &e));
		if (!arms_rescuing(a))
			break;
		assert_true(arms_rescue_give_up(a, &e));
		arms_arrive(a);
		arms_state(a, &state);
		int edits = state.edits;
		assert_int_equal(edits, planned);
		assert_true(arms_trial(a, 0)->diverged && arms_diverged(a, 0) == failed);
		assert_true(hash_state(arms_trial(a, 0)) == before);
	}
	arms_free(a);
}

static void a_rescue_can_be_given_up(void **unused)
{
	(void)unused;
	give_up("unroll/1 activation=relu init=identity sigma_in=0.1 T=60 batch=4 lr=0.005", 0);
	give_up("unroll/1 T=40 rho=1 sigma_in=0.3 optimizer=nesterov lr=0.01 clip=norm @300 clip=none lr=0.14 @320 "
	        "lr=2 "
	        "@321",
	        3);
}

/* Through the thread: pausing ends it at once. */
static void pausing_ends_a_search(void **unused)
{
	(void)unused;
	err e;
	read_state("unroll/1 activation=relu init=identity sigma_in=0.1 T=60 batch=4 lr=0.005");
	worker *w = worker_new(&state, 8 * MIB, NULL, NULL, &e);
	assert_non_null(w);
	worker_play(w, true);
	worker_settle(w);
	long failed = worker_take(w)->about[0].diverged_update;
	assert_true(failed > 0);
	worker_rescue(w, 0);
	worker_play(w, false);
	worker_settle(w);
	const snap *s = worker_take(w);
	assert_true(!s->searching && !s->playing);
	/* it was ended, or had found what it was looking for before the word came */
	bool ended = s->about[0].diverged && s->about[0].diverged_update == failed && s->state.edits == 0;
	bool found = strcmp(config_choice(&s->about[0].config, KNOB_clip), "norm") == 0;
	assert_true(ended || found);
	worker_free(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(a_changed_input_is_shown),
	        cmocka_unit_test(matrices_follow_the_example), cmocka_unit_test(symbols_can_be_changed),
	        cmocka_unit_test(it_goes_with_its_sequences), cmocka_unit_test(forced_stands_beside_free),
	        cmocka_unit_test(the_sweep_has_the_numbers_of_the_update),
	        cmocka_unit_test(the_sweep_follows_the_example), cmocka_unit_test(a_check_leaves_no_trace),
	        cmocka_unit_test(colours_stay_with_their_arms), cmocka_unit_test(it_stops_at_the_very_update),
	        cmocka_unit_test(a_rescue_can_be_given_up), cmocka_unit_test(pausing_ends_a_search)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

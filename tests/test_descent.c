/* Losses, output functions and optimizers, against closed forms, published tables and differences. */
#define REAL_BITS 64
#include "io/npz.h"
#include "nn/net.h"
#include "run/gradcheck.h"
#include "run/knob.h"

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

static void close_to(const char *what, double ours, double known, double tolerance)
{
	if (!(fabs(ours - known) <= tolerance))
		fail_msg("%s: %.15g, not %.15g (± %g)", what, ours, known, tolerance);
}

/* ---- losses ---- */

static double loss_at_point(const loss_f64 *l, output_id f, int n, const double *z, const double *y, int label)
{
	double dz[4];
	for (int i = 0; i < losses_count_f64; i++)
		if (losses_f64[i] == l)
			return loss_row_f64((loss_id)i, f, n, z, y, label, 1, dz);
	fail();
	return 0;
}

/* The weighted gradient at z against five-point differences. */
static void check_loss(loss_id id, output_id f, int n, const double *z, const double *y, int label)
{
	const loss_f64 *l = losses_f64[id];
	double dz[4], moved[4], h = 1e-3, weight = 0.7;
	double value = loss_row_f64(id, f, n, z, y, label, weight, dz);
	assert_true(isfinite(value) && value == loss_at_point(l, f, n, z, y, label));
	for (int i = 0; i < n; i++) {
		double v[4];
		for (int k = 0; k < 4; k++) {
			memcpy(moved, z, (size_t)n * sizeof *z);
			moved[i] += h * (double[]){-2, -1, 1, 2}[k];
			v[k] = loss_at_point(l, f, n, moved, y, label);
		}
		double slope = weight * (v[0] - v[3] + 8 * (v[2] - v[1])) / (12 * h);
		if (!(fabs(slope - dz[i]) < 1e-9))
			fail_msg("%s, output %d, %d outputs, label %d: slope %.12g, differences %.12g", l->info.name, f,
			        n, label, dz[i], slope);
	}
}

/* Every loss with every output function that it allows, every kind of target that it takes, one to four outputs. */
static void losses_have_their_slopes(void **unused)
{
	(void)unused;
	rng r = rng_make(1, RNG_TEST, 40);
	int combinations = 0;
	for (int id = 0; id < losses_count_f64; id++)
		for (int f = OUTPUT_LINEAR; f <= OUTPUT_LOGISTIC; f++)
			for (int n = 1; n <= 4; n++)
				for (int kind = TAKES_CLASSES; kind <= TAKES_SIGNS; kind *= 2) {
					const loss_info *l = &losses_f64[id]->info;
					if (!(l->outputs >> f & 1) || !(l->takes & kind))
						continue;
					for (int round = 0; round < 20; round++) {
						double z[4], y[4];
						for (int i = 0; i < n; i++) {
							double u = rng_uniform(&r), sign = rng_below(&r, 2) ? 1 : -1;
							/* away from the kinks at y = z and y z = ±1 */
							z[i] = round % 2 ? 0.2 + 0.7 * u : -1.2 - u;
							y[i] = kind == TAKES_UNIT    ? u
							       : kind == TAKES_SIGNS ? sign
							                             : 3 + u;
						}
						int label = kind == TAKES_CLASSES
						                    ? (int)rng_below(&r, n == 1 ? 2 : (uint32_t)n)
						                    : -1;
						if (label > 0 && n == 1 && l->output == OUTPUT_SOFTMAX)
							continue; /* a softmax of one output has one class */
						check_loss((loss_id)id, (output_id)f, n, z, y, label);
					}
					combinations++;
				}
	printf("losses: %d combinations of loss, output function, targets and outputs\n", combinations);
	assert_true(combinations >= 4 * (3 * 6 + 1 + 2 + 2));
}

/* At a kink the slope is the one that is stated, and lies between those of the two sides. */
static void kinks(void **unused)
{
	(void)unused;
	double dz, y = 0.5, z = 0.5, one = 1, minus = -1;
	assert_true(loss_row_f64(LOSS_mae, OUTPUT_LINEAR, 1, &z, &y, -1, 1, &dz) == 0 && dz == 0);
	z = 0.5 + 1e-9;
	loss_row_f64(LOSS_mae, OUTPUT_LINEAR, 1, &z, &y, -1, 1, &dz);
	assert_true(dz == 1);
	z = 0.5 - 1e-9;
	loss_row_f64(LOSS_mae, OUTPUT_LINEAR, 1, &z, &y, -1, 1, &dz);
	assert_true(dz == -1);
	z = 1;
	assert_true(loss_row_f64(LOSS_hinge, OUTPUT_LINEAR, 1, &z, &one, -1, 1, &dz) == 0 && dz == 0);
	assert_true(loss_row_f64(LOSS_hinge, OUTPUT_LINEAR, 1, &z, &minus, -1, 1, &dz) == 2 && dz == 1);
	z = 1 - 1e-9;
	loss_row_f64(LOSS_hinge, OUTPUT_LINEAR, 1, &z, &one, -1, 1, &dz);
	assert_true(dz == -1);
	z = 1 + 1e-9;
	assert_true(loss_row_f64(LOSS_hinge, OUTPUT_LINEAR, 1, &z, &one, -1, 1, &dz) == 0 && dz == 0);
	z = NAN;
	for (int id = 0; id < losses_count_f64; id++) /* what is not a number is not taken for a good answer */
		assert_true(isnan(
		        loss_row_f64((loss_id)id, OUTPUT_AUTO, 1, &z, &one, losses_f64[id]->row ? 0 : -1, 1, &dz)));
}

static void losses_have_their_values(void **unused)
{
	(void)unused;
	double dz[4], zero[4] = {0}, p[4], big[2] = {800, -800};
	for (int n = 2; n <= 4; n++)
		close_to("ln n", loss_row_f64(LOSS_xent, OUTPUT_AUTO, n, zero, NULL, 1, 1, dz), log(n), 1e-15);
	close_to("n ln 2", loss_row_f64(LOSS_bxent, OUTPUT_AUTO, 3, zero, NULL, 1, 1, dz), 3 * log(2), 1e-15);
	close_to("hinge, three classes", loss_row_f64(LOSS_hinge, OUTPUT_AUTO, 3, zero, NULL, 1, 1, dz), 3, 0);
	/* dz = p − y for softmax and logistic outputs */
	const double z[3] = {0.3, -1.2, 2}, y[3] = {0.1, 0.9, 1};
	outputs_f64[OUTPUT_SOFTMAX - 1].apply(3, z, p);
	loss_row_f64(LOSS_xent, OUTPUT_AUTO, 3, z, NULL, 2, 1, dz);
	for (int i = 0; i < 3; i++)
		close_to("softmax: p − y", dz[i], p[i] - (i == 2), 1e-15);
	outputs_f64[OUTPUT_LOGISTIC - 1].apply(3, z, p);
	double sum = 0, value = loss_row_f64(LOSS_bxent, OUTPUT_AUTO, 3, z, y, -1, 1, dz);
	for (int i = 0; i < 3; i++) {
		close_to("logistic: p − y", dz[i], p[i] - y[i], 1e-15);
		sum -= y[i] * log(p[i]) + (1 - y[i]) * log(1 - p[i]);
	}
	close_to("binary cross-entropy", value, sum, 1e-14);
	/* nothing overflows */
	close_to("large logits", loss_row_f64(LOSS_bxent, OUTPUT_AUTO, 2, big, NULL, 1, 1, dz), 1600, 0);
	close_to("large logits", loss_row_f64(LOSS_xent, OUTPUT_AUTO, 2, big, NULL, 1, 1, dz), 1600, 0);
	close_to("large logits", loss_row_f64(LOSS_bxent, OUTPUT_AUTO, 2, big, NULL, 0, 1, dz), 0, 0);
	/* the three squared and absolute errors of one row: 0.04, 4.41, 1 */
	close_to("mse", loss_row_f64(LOSS_mse, OUTPUT_AUTO, 3, z, y, -1, 1, dz), (0.04 + 4.41 + 1) / 3, 1e-14);
	close_to(
	        "half_sse", loss_row_f64(LOSS_half_sse, OUTPUT_AUTO, 3, z, y, -1, 1, dz), (0.04 + 4.41 + 1) / 2, 1e-14);
	close_to("dz = z − y", dz[1], -2.1, 1e-15);
	close_to("mae", loss_row_f64(LOSS_mae, OUTPUT_AUTO, 3, z, y, -1, 1, dz), (0.2 + 2.1 + 1) / 3, 1e-14);
	/* the error surface of one logistic unit: (σ(x) − 0.7)² */
	double x = 0.4, target = 0.7, s = 1 / (1 + exp(-x));
	close_to("(σ − 0.7)²", loss_row_f64(LOSS_mse, OUTPUT_LOGISTIC, 1, &x, &target, -1, 1, dz),
	        (s - 0.7) * (s - 0.7), 1e-15);
	close_to("its slope", dz[0], 2 * (s - 0.7) * s * (1 - s), 1e-15);
	/* one output for two classes is the first of them against the second */
	double both[2] = {0, 0.9}, first = loss_row_f64(LOSS_xent, OUTPUT_AUTO, 2, both, NULL, 1, 1, dz);
	close_to("one output, two classes", loss_row_f64(LOSS_bxent, OUTPUT_AUTO, 1, both + 1, NULL, 1, 1, dz), first,
	        1e-15);
}

/* F against its definition, and dz = Jᵀ dp against differences of F. */
static void output_functions(void **unused)
{
	(void)unused;
	const double dp[3] = {0.7, -0.2, 1.3}, h = 1e-3;
	for (int f = 0; f < 3; f++)
		for (int round = 0; round < 2; round++) {
			double z[3] = {0.3, -1.1, round ? 4.0 : 0.2}, p[3], dz[3], q[4][3];
			outputs_f64[f].apply(3, z, p);
			outputs_f64[f].back(3, p, dp, dz);
			for (int i = 0; i < 3; i++) {
				double slope = 0;
				for (int k = 0; k < 4; k++) {
					double moved[3] = {z[0], z[1], z[2]};
					moved[i] += h * (double[]){-2, -1, 1, 2}[k];
					outputs_f64[f].apply(3, moved, q[k]);
				}
				for (int o = 0; o < 3; o++)
					slope += dp[o] * (q[0][o] - q[3][o] + 8 * (q[2][o] - q[1][o])) / (12 * h);
				close_to(outputs_f64[f].name, dz[i], slope, 1e-10);
			}
			memcpy(q[0], dp, sizeof dp); /* in place */
			outputs_f64[f].back(3, p, q[0], q[0]);
			assert_memory_equal(q[0], dz, sizeof dz);
		}
	double far[2] = {900, -900}, p[2];
	outputs_f64[OUTPUT_SOFTMAX - 1].apply(2, far, p);
	assert_true(p[0] == 1 && p[1] == 0);
	outputs_f64[OUTPUT_LOGISTIC - 1].apply(2, far, p);
	assert_true(p[0] == 1 && p[1] == 0);
	assert_string_equal(outputs_f64[OUTPUT_LINEAR - 1].name, "linear");
	const knob *k = knob_get(KNOB_output);
	for (int i = 0; i < 3; i++)
		assert_string_equal(outputs_f64[i].name, k->choice[OUTPUT_LINEAR + i]);
}

enum { N = 4, T = 3, O = 2 };

/* Random sequences with targets of one kind. */
static void write_data(const char *path, int kind)
{
	err e;
	rng r = rng_make(7, RNG_TEST, (uint64_t)kind);
	npz_writer *w = npz_writer_new(path, &e);
	double x[T * N * 2], y[T * N * O];
	int32_t label[T * N];
	for (int i = 0; i < T * N * 2; i++)
		x[i] = rng_gaussian(&r);
	for (int i = 0; i < T * N * O; i++)
		y[i] = kind == TAKES_UNIT    ? rng_uniform(&r)
		       : kind == TAKES_SIGNS ? (rng_below(&r, 2) ? 1 : -1)
		                             : rng_gaussian(&r);
	for (int i = 0; i < T * N; i++)
		label[i] = i % 3 == 0; /* not as often: the slopes of a hinge would cancel */
	assert_true(npz_add(w, "x", NPY_F64, 3, (long[]){T, N, 2}, x, &e));
	if (kind == TAKES_CLASSES)
		assert_true(npz_add(w, "y", NPY_I32, 2, (long[]){T, N}, label, &e));
	else
		assert_true(npz_add(w, "y", NPY_F64, 3, (long[]){T, N, O}, y, &e));
	assert_true(npz_writer_commit(w, &e));
}

static void check_through_net(const char *state)
{
	trial *t = open_trial(state);
	gradcheck g;
	err e;
	trial_measure(t);
	assert_true(gradcheck_run(t, 1e-5, 0, &g, &e)); /* so small that no difference straddles a kink */
	for (int i = 0; i < g.blocks; i++)
		if (!(g.worst[i] < 1e-7) || !(g.largest[i] > 1e-5))
			fail_msg("%s: %s: relative error %.3g of %.3g", state, g.block[i], g.worst[i], g.largest[i]);
	trial_free(t);
}

/* The registry through a whole net: every loss, every output function, every kind of target. What does not fit is
 * refused. */
static void losses_through_a_net(void **unused)
{
	(void)unused;
	char path[] = "/tmp/unroll-descent-XXXXXX.npz", state[256];
	close(mkstemps(path, 4));
	const knob *out = knob_get(KNOB_output);
	for (int kind = TAKES_CLASSES; kind <= TAKES_SIGNS; kind *= 2) {
		write_data(path, kind);
		for (int id = 0; id < losses_count_f64; id++)
			for (int f = 0; f < out->choices; f++) {
				const loss_info *l = &losses_f64[id]->info;
				snprintf(state, sizeof state,
				        "unroll/1 precision=f64 task=data data=%s loss_at=all hidden=3 batch=%d "
				        "sigma=0.4 seed=5 loss=%s output=%s",
				        path, N, l->name, out->choice[f]);
				if (!(l->takes & (kind == TAKES_CLASSES ? kind : kind | TAKES_REAL)))
					assert_true(
					        refused(state, "has real targets; allowed: auto, mse, half_sse, mae"));
				else if (f != OUTPUT_AUTO && !(l->outputs >> f & 1))
					assert_true(refused(state, "is defined on its own outputs"));
				else
					check_through_net(state);
			}
	}
	unlink(path);
}

static void losses_say_what_they_are(void **unused)
{
	(void)unused;
	const knob *k = knob_get(KNOB_loss);
	assert_int_equal(k->choices, losses_count_f64 + 1);
	assert_string_equal(k->choice[0], "auto");
	for (int i = 0; i < losses_count_f64; i++) {
		const loss_f64 *l = losses_f64[i];
		assert_string_equal(k->choice[i + 1], l->info.name);
		assert_true(l->info.label[0] && l->info.summary[0] && l->info.takes &&
		            l->info.outputs >> l->info.output & 1);
		assert_true((l->part == NULL) != (l->row == NULL));
		assert_string_equal(l->info.name, model_f32.loss((loss_id)i)->name);
	}
	assert_true(refused("unroll/1 loss=hinge", "loss=hinge needs classes or targets −1 and 1"));
	assert_true(refused("unroll/1 loss=bxent", "loss=bxent needs classes or targets in [0, 1]"));
	assert_true(refused("unroll/1 task=temporal_order loss=hinge output=softmax", "allowed: auto, linear"));
}

/* ---- optimizers: the declarations ---- */

static bool declares(const optim_form *f, const char *name)
{
	for (int i = 0; i < FORM_USES && f->uses[i]; i++)
		if (strcmp(f->uses[i], name) == 0)
			return true;
	return false;
}

static int forms_of(const optim_f64 *o)
{
	int n = 0;
	while (o->form[n].uses[0])
		n++;
	return n;
}

/* Every knob that an optimizer declares is a knob, is shown under it and under its readers only, and names it in its
 * help. */
static void sliders_are_what_is_declared(void **unused)
{
	(void)unused;
	const knob *optimizers = knob_get(KNOB_optimizer), *forms = knob_get(KNOB_form);
	assert_int_equal(optimizers->choices, optims_count_f64);
	assert_int_equal(forms->choices, FORM_COUNT);
	for (int i = 0; i < optims_count_f64; i++) {
		const optim_f64 *o = optims_f64[i];
		assert_string_equal(optimizers->choice[i], o->name);
		assert_true(o->states >= 0 && o->states <= NET_STATES && forms_of(o) >= 1 && forms_of(o) <= FORM_COUNT);
		assert_int_equal(o->form[0].form, FORM_pytorch);
		for (int f = 0; f < forms_of(o); f++) {
			config c;
			config_default(&c);
			c.v[KNOB_optimizer] = i;
			c.v[KNOB_form] = (double)o->form[f].form;
			assert_ptr_equal(config_form(&c), &o->form[f]);
			for (int u = 0; u < FORM_USES && o->form[f].uses[u]; u++) {
				int id = knob_find(o->form[f].uses[u]);
				if (id < 0 || !config_uses(&c, (knob_id)id))
					fail_msg("%s reads '%s', which is no knob or hidden", o->name,
					        o->form[f].uses[u]);
				bool everybody = true;
				for (int k = 0; k < optims_count_f64; k++)
					everybody = everybody &&
					            declares(&optims_f64[k]->form[0], knob_get((knob_id)id)->name);
				if (!everybody && !strstr(knob_get((knob_id)id)->help, o->name))
					fail_msg("the help of %s does not name %s", knob_get((knob_id)id)->name,
					        o->name);
			}
			for (int id = 0; id < KNOB_COUNT; id++) {
				bool somebody = false;
				for (int k = 0; k < optims_count_f64; k++)
					for (int g = 0; g < forms_of(optims_f64[k]); g++)
						somebody = somebody || declares(&optims_f64[k]->form[g],
						                               knob_get((knob_id)id)->name);
				if (somebody && config_uses(&c, (knob_id)id) !=
				                        declares(&o->form[f], knob_get((knob_id)id)->name))
					fail_msg("%s, form %s: %s", o->name, forms->choice[o->form[f].form],
					        knob_get((knob_id)id)->name);
			}
		}
	}
}

static void forms_that_are_missing(void **unused)
{
	(void)unused;
	assert_true(refused("unroll/1 optimizer=adam form=urnn",
	        "form=urnn: optimizer=adam has no such form; allowed: pytorch, lecture"));
	assert_true(refused("unroll/1 optimizer=rmsprop form=lectur", "did you mean 'lecture'"));
	assert_true(refused("unroll/1 optimizer=adagrad form=urnn", "allowed: pytorch, lecture, chlee, hylee"));
	const knob *optimizers = knob_get(KNOB_optimizer);
	for (int i = 0; i < optimizers->choices; i++) { /* everybody has these two */
		char state[128];
		snprintf(state, sizeof state, "unroll/1 T=4 hidden=3 form=lecture optimizer=%s", optimizers->choice[i]);
		trial_free(open_trial(state));
	}
	/* the knob is there to get away from a form that is missing, and else where there is a choice */
	config c = read_config("unroll/1 optimizer=sgd form=urnn"), plain = read_config("unroll/1 optimizer=sgd");
	err e;
	assert_true(config_uses(&c, KNOB_form) && !config_uses(&plain, KNOB_form) && !config_fits(&c, &e));
	/* the panel offers what goes together, and what is there now */
	assert_true(config_offers(&c, KNOB_form, FORM_urnn) && !config_offers(&plain, KNOB_form, FORM_urnn));
	config hinge = read_config("unroll/1 loss=hinge");
	assert_true(config_offers(&hinge, KNOB_output, OUTPUT_LINEAR) &&
	            !config_offers(&hinge, KNOB_output, OUTPUT_SOFTMAX));
	for (int id = 0; id < KNOB_COUNT; id++) /* and everything else always */
		for (int i = 0; i < knob_get((knob_id)id)->choices; i++)
			assert_true(id == KNOB_form || id == KNOB_output || config_offers(&hinge, (knob_id)id, i));
}

/* ---- optimizers: on functions ---- */

enum { MOST = 4 };

typedef struct ride {
	const optim_f64 *o;
	descent d;
	int n;
	double theta[MOST], g[MOST], delta[MOST], state[NET_STATES][MOST];
	long t;
} ride;

static const optim_f64 *find_optim(const char *name)
{
	for (int i = 0; i < optims_count_f64; i++)
		if (strcmp(optims_f64[i]->name, name) == 0)
			return optims_f64[i];
	fail_msg("no optimizer %s", name);
	return NULL;
}

static void ride_start(ride *r, const optim_f64 *o, form_id form, int n, const double *theta)
{
	*r = (ride){.o = o, .n = n};
	r->d = (descent){
	        .form = form, .lr = 0.01, .momentum = 0.9, .decay = 0.9, .beta1 = 0.9, .beta2 = 0.999, .eps = 1e-8};
	memcpy(r->theta, theta, (size_t)n * sizeof *theta);
}

/* The step under gradient r->g. */
static void ride_follow(ride *r)
{
	double *states[NET_STATES] = {r->state[0], r->state[1]};
	r->o->step((size_t)r->n, r->g, states, &r->d, ++r->t, r->delta);
	for (int i = 0; i < r->n; i++)
		r->theta[i] += r->delta[i];
}

/* One step, with the gradient where the optimizer wants it. */
static void ride_step(ride *r, void (*gradient)(const double *theta, double *g))
{
	double at[MOST], *states[NET_STATES] = {r->state[0], r->state[1]};
	memcpy(at, r->theta, sizeof at);
	if (r->o->ahead && r->d.form == FORM_lecture)
		r->o->ahead((size_t)r->n, states, &r->d, at);
	gradient(at, r->g);
	ride_follow(r);
}

static void bowl(const double *x, double *g)
{
	g[0] = x[0];
	g[1] = 10 * x[1];
}

static double bowl_height(const double *x)
{
	return (x[0] * x[0] + 10 * x[1] * x[1]) / 2;
}

static void rosenbrock(const double *x, double *g)
{
	g[0] = -2 * (1 - x[0]) - 400 * x[0] * (x[1] - x[0] * x[0]);
	g[1] = 200 * (x[1] - x[0] * x[0]);
}

static double rosenbrock_height(const double *x)
{
	return (1 - x[0]) * (1 - x[0]) + 100 * (x[1] - x[0] * x[0]) * (x[1] - x[0] * x[0]);
}

/* Where the best of four learning rates ends after 3000 steps, as a share of the start. */
static double best_share(const optim_f64 *o, form_id form, const double *start,
        void (*gradient)(const double *, double *), double (*height)(const double *))
{
	double best = INFINITY;
	for (double lr = 1; lr > 0.5e-3; lr /= 10) {
		ride r;
		ride_start(&r, o, form, 2, start);
		r.d.lr = lr;
		r.d.eps = 1e-6;
		for (int i = 0; i < 3000; i++)
			ride_step(&r, gradient);
		best = fmin(best, height(r.theta) / height(start));
	}
	return best;
}

/* Every optimizer in every form goes down a bowl and a bent valley, and stays where there is no slope. */
static void every_optimizer_descends(void **unused)
{
	(void)unused;
	for (int i = 0; i < optims_count_f64; i++)
		for (int f = 0; f < forms_of(optims_f64[i]); f++) {
			const optim_f64 *o = optims_f64[i];
			form_id form = o->form[f].form;
			double a = best_share(o, form, (double[]){1, 1}, bowl, bowl_height);
			double b = best_share(o, form, (double[]){-1.2, 1}, rosenbrock, rosenbrock_height);
			printf("%s, %s: quadratic to %.2g, Rosenbrock to %.2g of the start\n", o->name,
			        knob_get(KNOB_form)->choice[form], a, b);
			assert_true(a < 0.01 && b < 0.1);
			ride r;
			ride_start(&r, o, form, 2, (double[]){0, 0});
			r.d.eps = 0; /* 0/0 is no step */
			for (int k = 0; k < 10; k++)
				ride_step(&r, bowl);
			assert_true(r.theta[0] == 0 && r.theta[1] == 0);
		}
}

/* Step number t under the constant gradient g. */
static double constant_step(const char *name, form_id form, descent d, double g, long t)
{
	ride r;
	ride_start(&r, find_optim(name), form, 1, (double[]){0});
	d.form = form;
	r.d = d;
	r.g[0] = g;
	while (r.t < t)
		ride_follow(&r);
	return -r.delta[0];
}

static void constant_gradient(void **unused)
{
	(void)unused;
	static const long when[5] = {1, 2, 10, 100, 1000};
	static const struct {
		const char *name;
		form_id form;
		double decay, eps, lr, unit;
		double step[5];
	} known[] = {
	        {"adagrad", FORM_pytorch, 0, 1e-10, 1e-3, 1e-3, {1, .70711, .31623, .1, .03162}},
	        {"adagrad", FORM_lecture, 0, 1e-8, 1e-3, 1e-3, {1, .70711, .31623, .1, .03162}},
	        {"adagrad", FORM_chlee, 0, 1e-8, 1e-3, 1e-3, {1, .70711, .31623, .1, .03162}},
	        {"adagrad", FORM_hylee, 0, 0, 1e-3, 1e-3, {1, .70711, .31623, .1, .03162}},
	        {"rmsprop", FORM_pytorch, .9, 1e-8, 1e-3, 1e-3, {3.16228, 2.29416, 1.23909, 1.00001, 1}},
	        {"rmsprop", FORM_lecture, .9, 1e-8, 1e-3, 1e-3, {3.16228, 2.29416, 1.23909, 1.00001, 1}},
	        {"rmsprop", FORM_chlee, .9, 1e-8, 1e-3, 1e-3, {3.16228, 2.29416, 1.23909, 1.00001, 1}},
	        {"rmsprop", FORM_hylee, .9, 0, 1e-3, 1e-3, {1, 1, 1, 1, 1}},
	        {"adam", FORM_pytorch, 0, 1e-8, 1e-3, 1e-3, {1, 1, 1, 1, 1}},
	        {"adam", FORM_lecture, 0, 1e-8, 1e-3, 1e-3, {1, 1, 1, 1, 1}},
	        {"adadelta", FORM_pytorch, .95, 1e-6, 1, 1, {.00447, .00453, .00470, .00524, .00851}},
	        {"adadelta", FORM_lecture, .95, 1e-6, 1e-3, 1, {.00447, .00453, .00470, .00524, .00851}},
	};
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		for (int k = 0; k < 5; k++) {
			descent d = {.lr = known[i].lr,
			        .decay = known[i].decay,
			        .eps = known[i].eps,
			        .beta1 = .9,
			        .beta2 = .999};
			char what[64];
			snprintf(what, sizeof what, "%s, form %d, step %ld", known[i].name, known[i].form, when[k]);
			close_to(what, constant_step(known[i].name, known[i].form, d, 3.7, when[k]) / known[i].unit,
			        known[i].step[k], 1e-5);
		}
}

/* The same in closed form, sharply; and first steps that the table leaves out. */
static void closed_forms(void **unused)
{
	(void)unused;
	descent d = {.lr = 1, .decay = .9, .eps = 0, .beta1 = .9, .beta2 = .999, .lr_decay = .5, .momentum = .9};
	for (long t = 1; t <= 300; t += 23) {
		double n = (double)t;
		close_to("1/√t", constant_step("adagrad", FORM_hylee, d, 3.7, t), 1 / sqrt(n), 1e-12);
		close_to("lr decay", constant_step("adagrad", FORM_pytorch, d, 3.7, t), 1 / (1 + (n - 1) / 2) / sqrt(n),
		        1e-12);
		close_to("1/√(1 − .9^t)", constant_step("rmsprop", FORM_chlee, d, -3.7, t), -1 / sqrt(1 - pow(.9, n)),
		        1e-12);
		close_to(
		        "momentum", constant_step("momentum", FORM_pytorch, d, 2, t), 2 * (1 - pow(.9, n)) / .1, 1e-11);
		close_to("sgd", constant_step("sgd", FORM_pytorch, d, 2, t), 2, 0);
	}
	for (double g = 1e-3; g < 20; g *= 7) {
		assert_true(constant_step("rmsprop", FORM_hylee, d, g, 1) == 1); /* exactly η */
		assert_true(constant_step("adagrad", FORM_hylee, d, -g, 1) == -1);
		close_to("urnn", constant_step("rmsprop", FORM_urnn, d, g, 1), g / sqrt(9e-4 + .1 * g * g), 1e-12);
		close_to("tensorflow", constant_step("rmsprop", FORM_tensorflow, d, g, 1), g / sqrt(.9 + .1 * g * g),
		        1e-12);
		close_to("√(ε/(1 − decay))",
		        constant_step("adadelta", FORM_lecture, (descent){.decay = .95, .eps = 1e-6}, 1e3 * g, 1),
		        sqrt(1e-6 / .05), 1e-6);
	}
	d.decay = .99;
	close_to("10 η", constant_step("rmsprop", FORM_pytorch, d, 3.7, 1), 10, 1e-12);
	/* forms without ε keep σ, not σ²: no underflow where the square of the gradient would be 0 */
	assert_true(isfinite(constant_step("rmsprop", FORM_urnn, d, 1e-200, 3)));
	assert_true(constant_step("rmsprop", FORM_hylee, d, 1e-200, 1) == 1);
	assert_true(constant_step("adagrad", FORM_hylee, d, 1e-200, 1) == 1);
}

static void where_epsilon_sits(void **unused)
{
	(void)unused;
	static const struct {
		double g, inside, outside;
	} known[] = {{1e-2, .99995, 1.0}, {1e-4, .7071, .9999}, {1e-6, .0100, .9901}, {1e-8, .0001, .5}};
	descent d = {.lr = 1, .beta1 = .9, .beta2 = .999, .eps = 1e-8};
	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		double g = known[i].g;
		static const char *const names[] = {
		        "adagrad", "adam"}; /* both normalise the first gradient by itself */
		for (int k = 0; k < 2; k++) {
			close_to(names[k], constant_step(names[k], FORM_lecture, d, g, 1), known[i].inside, 5e-5);
			close_to(names[k], constant_step(names[k], FORM_pytorch, d, g, 1), known[i].outside, 5e-5);
			close_to(names[k], constant_step(names[k], FORM_lecture, d, g, 1), g / sqrt(g * g + 1e-8),
			        1e-12);
			close_to(names[k], constant_step(names[k], FORM_pytorch, d, g, 1), g / (g + 1e-8), 1e-12);
		}
	}
}

static void momentum_schedule(void **unused)
{
	(void)unused;
	static const double known[] = {.5, .75, .8333, .875, .9, .9167};
	descent d = {.momentum = .995, .momentum_schedule = SCHEDULE_SUTSKEVER};
	for (int k = 0; k < 6; k++) {
		close_to("first of 250", optim_momentum_at_f64(&d, 250 * k + 1), known[k], 5e-5);
		close_to("last of 250", optim_momentum_at_f64(&d, 250 * k + 250), known[k], 5e-5);
		close_to("2^…", optim_momentum_at_f64(&d, 250 * k + 7), 1 - pow(2, -1 - log2(k + 1)), 1e-15);
	}
	assert_true(optim_momentum_at_f64(&d, 10000000) == .995);
	d.momentum_schedule = SCHEDULE_NONE;
	assert_true(optim_momentum_at_f64(&d, 1) == .995);
	/* through the net: two steps on one batch differ from plain sgd by the half of the first */
	trial *t = open_trial(
	        "unroll/1 precision=f64 T=4 hidden=3 lr=1e-6 optimizer=momentum momentum_schedule=sutskever");
	trial_step(t);
	double first = t->r.update_norm;
	t->update = 0;
	trial_step(t);
	close_to("second step", t->r.update_norm / first, 1.5, 1e-4);
	trial_free(t);
}

/* ---- quadratics ---- */

static double lambda[2] = {1, 100};

static void quadratic(const double *x, double *g)
{
	g[0] = lambda[0] * x[0];
	g[1] = lambda[1] * x[1];
}

static ride on_quadratic(const char *name, form_id form, double lr, double mu, int steps, int *sign_changes)
{
	ride r;
	ride_start(&r, find_optim(name), form, 2, (double[]){1, 1});
	r.d.lr = lr;
	r.d.momentum = mu;
	*sign_changes = 0;
	for (int i = 0; i < steps; i++) {
		double before = r.theta[1];
		ride_step(&r, quadratic);
		*sign_changes += (before < 0) != (r.theta[1] < 0);
	}
	return r;
}

static void momentum_on_a_quadratic(void **unused)
{
	(void)unused;
	int changes;
	for (int form = FORM_pytorch; form <= FORM_lecture; form++) {
		ride r = on_quadratic("momentum", (form_id)form, .01, .9, 100, &changes);
		assert_int_equal(changes, 34);
		close_to("momentum ends at", hypot(r.theta[0], r.theta[1]), .00296, 5e-6);
		r = on_quadratic("momentum", (form_id)form, .015, .95, 100, &changes);
		close_to("momentum ends at", hypot(r.theta[0], r.theta[1]), .10, .005);
	}
	ride r = on_quadratic("nesterov", FORM_lecture, .01, .9, 100, &changes);
	assert_int_equal(changes, 0);
	close_to("nesterov ends at", hypot(r.theta[0], r.theta[1]), .00043, 5e-6);
	r = on_quadratic("nesterov", FORM_lecture, .015, .95, 100, &changes);
	close_to("nesterov diverges to", hypot(r.theta[0], r.theta[1]) / 1e12, 1.4, .05);
	double before = r.theta[1];
	ride_step(&r, quadratic);
	close_to("its dominant root", r.theta[1] / before, -1.3317, 5e-5);
}

/* θ_{t+1} = (1 + μ − ελ) θ_t − μ θ_{t−1}, and (1 − ελ) [(1 + μ) θ_t − μ θ_{t−1}]; sgd: (1 − ελ)^t */
static void recurrences(void **unused)
{
	(void)unused;
	const double lr = .004, mu = .9;
	for (int i = 0; i < 2; i++) {
		double last = 1, now = 1, last_n = 1, now_n = 1;
		for (int steps = 1; steps <= 200; steps++) {
			int changes;
			double next = (1 + mu - lr * lambda[i]) * now - mu * last;
			double next_n = (1 - lr * lambda[i]) * ((1 + mu) * now_n - mu * last_n);
			last = now;
			now = next;
			last_n = now_n;
			now_n = next_n;
			close_to("momentum", on_quadratic("momentum", FORM_lecture, lr, mu, steps, &changes).theta[i],
			        now, 1e-12);
			close_to("momentum", on_quadratic("momentum", FORM_pytorch, lr, mu, steps, &changes).theta[i],
			        now, 1e-12);
			close_to("nesterov", on_quadratic("nesterov", FORM_lecture, lr, mu, steps, &changes).theta[i],
			        now_n, 1e-12);
			close_to("sgd", on_quadratic("sgd", FORM_pytorch, lr, 0, steps, &changes).theta[i],
			        pow(1 - lr * lambda[i], steps), 1e-12);
		}
	}
}

/* Sutskever et al. 2013, theorem 2.1: on a quadratic, Nesterov with μ is momentum with μ (1 − ελ) in every
 * eigen-direction. The velocity of the start is any. */
static void theorem_2_1(void **unused)
{
	(void)unused;
	const double eigen[] = {1, 10, 50, 100}, effective[] = {.891, .81, .45, 0}, lr = .01, mu = .9;
	for (int i = 0; i < 4; i++) {
		close_to("effective momentum", mu * (1 - lr * eigen[i]), effective[i], 1e-12);
		lambda[0] = lambda[1] = eigen[i];
		ride a, b;
		ride_start(&a, find_optim("nesterov"), FORM_lecture, 2, (double[]){1, -.3});
		ride_start(&b, find_optim("momentum"), FORM_lecture, 2, (double[]){1, -.3});
		b.d.momentum = mu * (1 - lr * eigen[i]);
		/* w_1 = w_0 (1 − ελ) + (effective) μ v_0: equal for both from any v_0 */
		a.state[0][0] = b.state[0][0] = .2;
		a.state[0][1] = b.state[0][1] = -.7;
		for (int k = 0; k < 200; k++) {
			ride_step(&a, quadratic);
			ride_step(&b, quadratic);
			close_to("nesterov as momentum", a.theta[0], b.theta[0], 1e-12);
			close_to("nesterov as momentum", a.theta[1], b.theta[1], 1e-12);
		}
	}
	lambda[0] = 1;
	lambda[1] = 100;
}

/* Best parameters at condition number 100: 99/101 and 9/11 a step, 230 and 23 steps to one hundredth. */
static void gradient_descent_and_heavy_ball(void **unused)
{
	(void)unused;
	int changes;
	ride r = on_quadratic("sgd", FORM_pytorch, 2.0 / 101, 0, 500, &changes);
	double rate = pow(fabs(r.theta[0]), 1.0 / 500);
	close_to("gradient descent", rate, 99.0 / 101, 1e-12);
	close_to("steps to 1 %", log(.01) / log(rate), 230.25, .01);
	/* the heavy ball's roots are double: t r^t */
	ride a = on_quadratic("momentum", FORM_lecture, 4.0 / 121, 81.0 / 121, 800, &changes);
	ride b = on_quadratic("momentum", FORM_lecture, 4.0 / 121, 81.0 / 121, 1600, &changes);
	rate = pow(fabs(b.theta[1] / a.theta[1]) / 2, 1.0 / 800);
	close_to("heavy ball", rate, 9.0 / 11, 1e-4);
	close_to("steps to 1 %", log(.01) / log(rate), 22.95, .02);
}

/* PyTorch's θ is the lecture's look-ahead point w + μM. */
static void nesterov_forms_are_one(void **unused)
{
	(void)unused;
	ride p, w;
	ride_start(&p, find_optim("nesterov"), FORM_pytorch, 2, (double[]){-1.2, 1});
	ride_start(&w, find_optim("nesterov"), FORM_lecture, 2, (double[]){-1.2, 1});
	p.d.lr = w.d.lr = 2e-4;
	for (int i = 0; i < 200; i++) {
		ride_step(&p, rosenbrock);
		ride_step(&w, rosenbrock);
		for (int k = 0; k < 2; k++)
			close_to("p = w + μM", p.theta[k], w.theta[k] + .9 * w.state[0][k], 1e-12);
	}
}

/* ---- through the net ---- */

static double *parameters(const trial *t, size_t *n)
{
	const net_f64 *net = (const net_f64 *)(const void *)t->m;
	double *copy = malloc(net->n * sizeof *copy);
	memcpy(copy, net->theta, net->n * sizeof *copy);
	*n = net->n;
	return copy;
}

static double largest_difference(const double *a, const double *b, size_t n)
{
	double d = 0;
	for (size_t i = 0; i < n; i++)
		d = fmax(d, fabs(a[i] - b[i]));
	return d;
}

/* The net takes the gradient at the look-ahead and keeps w: p_torch = w + μM, update by update. */
static void nesterov_looks_ahead(void **unused)
{
	(void)unused;
	const char *state = "unroll/1 precision=f64 T=12 hidden=8 batch=5 rho=1.1 lr=0.01 optimizer=nesterov form=%s";
	char a[160], b[160];
	snprintf(a, sizeof a, state, "pytorch");
	snprintf(b, sizeof b, state, "lecture");
	trial *p = open_trial(a), *w = open_trial(b);
	size_t n;
	double worst = 0, apart = 0;
	for (int i = 0; i < 200; i++) {
		trial_step(p);
		trial_step(w);
		close_to("loss at the look-ahead", w->r.loss, p->r.loss, 1e-12);
		double *at = parameters(w, &n), *there = parameters(p, &n);
		const net_f64 *net = (const net_f64 *)(const void *)w->m;
		apart = fmax(apart, largest_difference(at, there, n));
		for (size_t k = 0; k < n; k++)
			at[k] += .9 * net->state[0][k];
		worst = fmax(worst, largest_difference(at, there, n));
		free(at);
		free(there);
	}
	printf("nesterov, lecture's form: w + μM differs from PyTorch's θ by %.2g, w itself by %.2g\n", worst, apart);
	assert_true(worst < 1e-12 && apart > 1e-3);
	/* without a step the weights are exactly where they were */
	double *before = parameters(w, &n);
	w->descent.lr = w->descent.momentum = 0;
	trial_step(w);
	double *after = parameters(w, &n);
	assert_memory_equal(before, after, n * sizeof *before);
	free(before);
	free(after);
	trial_free(p);
	trial_free(w);
}

static void sum_over_the_batch(void **unused)
{
	(void)unused;
	trial *t = open_trial("unroll/1 precision=f64 T=10 hidden=6 batch=7 lr=0.1 grad_sum=1");
	trial_step(t);
	close_to("B times the step", t->r.update_norm, 7 * .1 * t->r.grad_norm, 1e-14);
	close_to("what the optimizer got", t->r.clipped_norm, 7 * t->r.grad_norm, 1e-14);
	assert_true(!t->r.clipped && t->r.step_size == .1);
	config c = t->c;
	err e;
	assert_true(config_set(&c, "clip", "norm", &e) && config_set(&c, "clip_at", "0.001", &e));
	assert_int_equal(config_restart(&t->c, &c), KNOB_NOTHING);
	trial_configure(t, &c);
	trial_step(t);
	assert_true(t->r.clipped && t->clipped == 1);
	close_to("clipped to the threshold", t->r.clipped_norm, .001, 1e-15);
	close_to("lr·τ/‖B g‖", t->r.step_size, .1 * .001 / (7 * t->r.grad_norm), 1e-15);
	trial_free(t);
}

/* α_k = lr·min(1, τ/‖g‖), and the step is −α_k g: the direction is kept. Element by element it is not. */
static void clipping_as_a_learning_rate(void **unused)
{
	(void)unused;
	static const char *const kinds[] = {"norm", "value"};
	for (int k = 0; k < 2; k++) {
		char state[160];
		snprintf(state, sizeof state,
		        "unroll/1 precision=f64 T=10 hidden=6 rho=1.2 lr=0.1 clip=%s clip_at=0.01", kinds[k]);
		trial *t = open_trial(state);
		size_t n;
		double *before = parameters(t, &n);
		trial_step(t);
		double *after = parameters(t, &n), dot = 0, size = 0;
		const double *g = ((const net_f64 *)(const void *)t->m)->g;
		for (size_t i = 0; i < n; i++) {
			dot += (before[i] - after[i]) * g[i];
			size += (before[i] - after[i]) * (before[i] - after[i]);
		}
		double cosine = dot / sqrt(size) / t->r.grad_norm;
		assert_true(t->r.clipped && t->r.clipped_norm < t->r.grad_norm);
		if (k == 0) {
			close_to("cosine", cosine, 1, 1e-12);
			close_to("α", t->r.step_size, .1 * .01 / t->r.grad_norm, 1e-15);
			close_to("step", t->r.update_norm, t->r.step_size * t->r.grad_norm, 1e-15);
		} else {
			assert_true(cosine > 0 && cosine < .9999 && isnan(t->r.step_size));
		}
		free(before);
		free(after);
		trial_free(t);
	}
	trial *t = open_trial("unroll/1 T=10 hidden=6 clip=value clip_at=100 grad_sum=1");
	trial_step(t);
	assert_true(!t->r.clipped && t->clipped == 0); /* nothing to cut */
	trial_free(t);
}

/* Another direction than the gradient can be followed; the gradient stays. */
static void another_direction(void **unused)
{
	(void)unused;
	trial *t = open_trial("unroll/1 precision=f64 T=5 hidden=4 lr=0.5 clip=norm clip_at=2");
	trial_measure(t);
	net_f64 *net = (net_f64 *)(void *)t->m;
	size_t n;
	double *before = parameters(t, &n), *d = calloc(n, sizeof *d), *g = malloc(n * sizeof *g), norm = 0;
	memcpy(g, net->g, n * sizeof *g);
	for (size_t i = 0; i < n; i++) {
		d[i] = (double)(i % 5) - 1.5;
		norm += d[i] * d[i];
	}
	net->optimizer = 0;
	net_descend_f64(net, &t->descent, d, &t->r);
	close_to("clipped", t->r.clipped_norm, 2, 1e-14);
	for (size_t i = 0; i < n; i++)
		close_to("step", net->theta[i], before[i] - .5 * 2 / sqrt(norm) * d[i], 1e-14);
	assert_memory_equal(g, net->g, n * sizeof *g);
	free(before);
	free(d);
	free(g);
	trial_free(t);
}

/* The released code's guard: 0.02 W_hh for W_hh and nothing for the others, where a run would have to stop. */
static void the_guard_goes_on(void **unused)
{
	(void)unused;
	const char *state = "unroll/1 activation=relu rho=3 T=100 lr=0.1 seed=2 precision=%s nan_rule=%s";
	for (int f64 = 0; f64 < 2; f64++) {
		char text[160];
		snprintf(text, sizeof text, state, f64 ? "f64" : "f32", "none");
		trial *t = open_trial(text);
		for (int i = 0; i < 5; i++)
			trial_step(t);
		assert_true(t->diverged);
		trial_free(t);
		snprintf(text, sizeof text, state, f64 ? "f64" : "f32", "pascanu");
		t = open_trial(text);
		const model_block *table;
		int blocks = t->api->blocks(t->m, &table), guarded = 0;
		for (int i = 0; i < 5; i++) {
			double *before[MODEL_BLOCKS], *after = NULL;
			for (int b = 0; b < blocks; b++) {
				before[b] = malloc((size_t)table[b].rows * (size_t)table[b].cols * sizeof(double));
				t->api->get(t->m, b, before[b]);
			}
			trial_step(t);
			assert_false(t->diverged);
			guarded += t->r.guarded;
			for (int b = 0; b < blocks; b++) {
				size_t n = (size_t)table[b].rows * (size_t)table[b].cols;
				after = malloc(n * sizeof *after);
				t->api->get(t->m, b, after);
				for (size_t k = 0; k < n && t->r.guarded; k++)
					close_to(table[b].name, after[k],
					        before[b][k] * (table[b].recurrent ? 1 - .1 * .02 : 1),
					        f64 ? 1e-15 : 1e-7 * fabs(before[b][k]));
				free(after);
				free(before[b]);
			}
		}
		assert_true(guarded == 5);
		trial_free(t);
	}
	trial *t = open_trial("unroll/1 nan_rule=pascanu T=10");
	trial_step(t);
	assert_false(t->r.guarded); /* an ordinary gradient is left alone */
	trial_free(t);
}

/* In single precision too: the squares of gradients of 1e-25 are no numbers there, and yet every weight makes its first
 * step of exactly lr. */
static void no_underflow_without_epsilon(void **unused)
{
	(void)unused;
	static const char *const forms[] = {"adagrad form=hylee", "rmsprop form=hylee"};
	for (int i = 0; i < 2; i++) {
		char state[160];
		snprintf(state, sizeof state, "unroll/1 T=10 hidden=6 sigma_out=1e-25 lr=1e-3 batch=3 optimizer=%s",
		        forms[i]);
		trial *t = open_trial(state);
		trial_step(t);
		assert_true(t->r.temporal[1][5] > 0 && t->r.temporal[1][5] < 1e-23);
		close_to("first step", t->r.update_norm, 1e-3 * sqrt((double)t->api->parameters(t->m)), 1e-8);
		for (int k = 0; k < 30; k++)
			trial_step(t);
		assert_false(t->diverged);
		trial_free(t);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(losses_have_their_slopes), cmocka_unit_test(kinks),
	        cmocka_unit_test(losses_have_their_values), cmocka_unit_test(output_functions),
	        cmocka_unit_test(losses_through_a_net), cmocka_unit_test(losses_say_what_they_are),
	        cmocka_unit_test(sliders_are_what_is_declared), cmocka_unit_test(forms_that_are_missing),
	        cmocka_unit_test(every_optimizer_descends), cmocka_unit_test(constant_gradient),
	        cmocka_unit_test(closed_forms), cmocka_unit_test(where_epsilon_sits),
	        cmocka_unit_test(momentum_schedule), cmocka_unit_test(momentum_on_a_quadratic),
	        cmocka_unit_test(recurrences), cmocka_unit_test(theorem_2_1),
	        cmocka_unit_test(gradient_descent_and_heavy_ball), cmocka_unit_test(nesterov_forms_are_one),
	        cmocka_unit_test(nesterov_looks_ahead), cmocka_unit_test(sum_over_the_batch),
	        cmocka_unit_test(clipping_as_a_learning_rate), cmocka_unit_test(another_direction),
	        cmocka_unit_test(the_guard_goes_on), cmocka_unit_test(no_underflow_without_epsilon)};
	return cmocka_run_group_tests_name("descent", tests, NULL, NULL);
}

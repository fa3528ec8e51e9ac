/* Error surfaces around runs: what they show, whose they are, and that the runs do not notice. */
#include "run/arms.h"
#include "run/landscape.h"
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

static bool near(double value, double want, double room)
{
	if (fabs(value - want) <= room)
		return true;
	print_error("%.12g is not %.12g ± %.2g\n", value, want, room);
	return false;
}

static run_state described;

static arms *open_arms(const char *state)
{
	err e;
	if (!state_read(&described, state, &e))
		print_error("%s\n", e.text);
	arms *a = arms_new(&described, (size_t)4 << 20, &e);
	if (!a)
		print_error("%s\n", e.text);
	assert_non_null(a);
	arms_arrive(a);
	return a;
}

static const slice_picture *shown(arms *a)
{
	static snap s;
	arms_want(a, WANT_SURFACE);
	arms_show(a, &s, false);
	return &s.surface;
}

static float middle(const slice_picture *p)
{
	return p->loss[(p->nb / 2) * p->na + p->na / 2];
}

static const char *const small = "unroll/1 hidden=6 T=7 batch=4 precision=f64 optimizer=momentum lr=0.05 grid=21 ";

static arms *open_small(const char *more)
{
	char text[512];
	snprintf(text, sizeof text, "%s%s", small, more);
	return open_arms(text);
}

static bool measured_loss(trial *t, void *loss, err *e)
{
	(void)e;
	trial_measure(t);
	*(double *)loss = t->r.loss;
	return true;
}

/* ---- what is shown ---- */

/* The middle of the plane is where the run stands, on the batch of its next update, whatever the axes. */
static void middle_is_the_present(void **state)
{
	(void)state;
	static const char *const axes[] = {"axes=random @30", "axes=grad @30", "axes=auto @0",
	        "axes=random clip=norm clip_at=0.01 arm=a arm=b lr=0.01 @12"};
	for (size_t i = 0; i < sizeof axes / sizeof *axes; i++) {
		arms *a = open_small(axes[i]);
		const slice_picture *p = shown(a);
		assert_string_equal(p->problem, "");
		assert_true(p->na == 21 && p->nb == 21 && p->stride == 1 && p->present);
		assert_true(p->update == arms_update(a) && p->batch == p->update + 1);
		double loss;
		err e;
		assert_true(arms_aside(a, 0, measured_loss, &loss, &e));
		assert_true(near((double)middle(p), loss, 1e-6 * loss));
		assert_int_equal(p->ways, arms_count(a));
		const slice_way *w = &p->way[0];
		assert_int_equal(w->steps, arms_update(a) + 1);
		for (int k = 0; k < 2; k++)
			assert_true(near((double)w->at[w->steps - 1][k], 0, 1e-5));
		arms_free(a);
	}
}

static double parameter(const trial *t, const char *label, int at)
{
	const model_block *table;
	double W[64];
	int n = t->api->blocks(t->m, &table);
	for (int i = 0; i < n; i++)
		if (strcmp(table[i].label, label) == 0) {
			t->api->get(t->m, i, W);
			return W[at];
		}
	fail();
	return NAN;
}

/* Coordinates over named axes are the parameters themselves. */
static void named_axes_are_the_parameters(void **state)
{
	(void)state;
	arms *a = open_small("axes=named axes_named=W_hh[1,2],W_hh[0,0] reach=0.5 @25");
	const slice_picture *p = shown(a);
	const slice_way *w = &p->way[0];
	const trial *t = arms_trial(a, 0);
	assert_true(p->kind == SLICE_NAMED && w->steps == 26);
	assert_true(near((double)w->at[25][0], parameter(t, "W_hh", 8), 1e-6));
	assert_true(near((double)w->at[25][1], parameter(t, "W_hh", 0), 1e-6));
	assert_true(near(p->high[0] - p->low[0], 1, 1e-9));
	arms_free(a);
}

/* What is announced as the next step is the next step; without the clip it is the same, longer. */
static void next_step_is_the_next_step(void **state)
{
	(void)state;
	static const char *const runs[] = {"axes=named axes_named=W_hh[1,2],W_hh[0,0] @25",
	        "axes=random optimizer=adam lr=0.01 @9", "axes=random optimizer=nesterov form=lecture @9",
	        "axes=random optimizer=sgd clip=norm clip_at=0.001 @14"};
	for (size_t i = 0; i < sizeof runs / sizeof *runs; i++) {
		arms *a = open_small(runs[i]);
		const slice_picture *p = shown(a);
		slice_way now = p->way[0];
		assert_true(now.has_step);
		arms_stay(a);
		arms_round(a);
		/* the plane of before: centre=N keeps it, exact up to the float rows of the way */
		config c = arms_trial(a, 0)->c;
		c.v[KNOB_centre] = (double)(arms_update(a) - 1);
		err e;
		assert_true(arms_config(a, 0, &c, &e));
		p = shown(a);
		assert_false(p->present);
		const slice_way *w = &p->way[0];
		int last = w->steps - 1;
		for (int k = 0; k < 2; k++) {
			double moved = (double)w->at[last][k] - (double)w->at[last - 1][k];
			assert_true(near(moved, (double)now.step[k], 1e-4 * (1e-2 + fabs(moved))));
		}
		if (now.step_clipped) {
			double share = hypot((double)now.step[0], (double)now.step[1]) /
			               hypot((double)now.unclipped[0], (double)now.unclipped[1]);
			assert_true(share < 0.5);
			assert_true(near((double)now.step[0] / (double)now.unclipped[0], share, 1e-3 * share));
		}
		assert_int_equal(now.step_clipped, i == 3);
		arms_free(a);
	}
}

/* The principal directions of the way hold most of it. */
static void principal_axes_hold_the_way(void **state)
{
	(void)state;
	arms *a = open_small("axes=pca optimizer=adam lr=0.01 @200");
	const slice_picture *p = shown(a);
	assert_true(p->kind == SLICE_PCA && p->share[0] >= p->share[1] && p->share[0] + p->share[1] > 0.7);
	const slice_way *w = &p->way[0];
	for (int i = 0; i < w->steps; i++)
		for (int k = 0; k < 2; k++)
			assert_true((double)w->at[i][k] > p->low[k] && (double)w->at[i][k] < p->high[k]);
	arms_free(a);
}

/* The two parameters of a function or of the one-unit net are the plane, to the last step. */
static void own_planes(void **state)
{
	(void)state;
	arms *a = open_arms("unroll/1 task=function function=rosenbrock lr=0.0005 precision=f64 @40");
	const slice_picture *p = shown(a);
	assert_true(p->kind == SLICE_FUNCTION && p->has_minimum && p->minimum[0] == 1);
	assert_true(near((double)p->way[0].at[0][0], -1.2, 1e-6) && near((double)p->way[0].at[0][1], 1, 1e-6));
	assert_true(near((double)p->way[0].at[40][0], parameter(arms_trial(a, 0), "a", 0), 1e-6));
	arms_free(a);
	a = open_arms("unroll/1 task=fixed_point w=9 b=-3 lr=0.1 precision=f64 arm=a arm=b b=-9 @5");
	p = shown(a);
	assert_true(p->kind == SLICE_UNIT && p->na == SLICE_SIDE && p->ways == 2);
	assert_true(p->high[0] > 9 && p->low[1] < -9);
	assert_true(p->way[1].steps == 6 && (double)p->way[1].at[0][1] == -9);
	arms_free(a);
	a = open_arms("unroll/1 task=power T=10 @3");
	p = shown(a);
	assert_true(p->na == 0 && strstr(p->problem, "power"));
	arms_free(a);
}

/* What cannot be spanned says why, and goes on when it can. */
static void problems_are_told(void **state)
{
	(void)state;
	arms *a = open_small("axes=pca @1");
	const slice_picture *p = shown(a);
	assert_true(p->na == 0 && strstr(p->problem, "pca"));
	arms_stay(a);
	for (int i = 0; i < 5; i++)
		arms_round(a);
	p = shown(a);
	assert_true(p->na == 21 && p->problem[0] == '\0');
	config c = arms_trial(a, 0)->c;
	err e;
	assert_true(config_set(&c, "axes", "named", &e) && config_set(&c, "axes_named", "W_hx[0,0],b[0]", &e));
	assert_true(arms_config(a, 0, &c, &e));
	p = shown(a);
	assert_true(p->na == 0 && strstr(p->problem, "W_hh"));
	assert_true(config_set(&c, "axes_named", "nonsense", &e));
	assert_true(arms_config(a, 0, &c, &e));
	assert_true(strstr(shown(a)->problem, "nonsense"));
	arms_free(a);
}

/* Arms with another shape of net have no way here. */
static void strangers(void **state)
{
	(void)state;
	arms *a = open_small("axes=random arm=a arm=b hidden=9 @4");
	const slice_picture *p = shown(a);
	assert_true(p->ways == 1 && p->strangers == 1);
	arms_free(a);
}

/* ---- whose it is ---- */

static double no_clock(void)
{
	return 0;
}

static const slice_picture *look(arms *a)
{
	static snap s;
	arms_want(a, WANT_SURFACE);
	arms_show(a, &s, false);
	return &s.surface;
}

/* A run that goes on keeps its surface until the next is complete; each says whose it is. Other axes, or another update
 * while it rests, drop at once what was being made. */
static void stale_surfaces_are_dropped(void **state)
{
	(void)state;
	arms *a = open_small("axes=random @10");
	err e;
	arms_clock(a, no_clock);
	arms_surface(a, true);
	arms_stay(a);
	arms_surface_aim(a, false);
	for (int i = 0; i < 8; i++)
		assert_true(arms_surface_work(a));
	assert_int_equal(look(a)->na, 0); /* not even the coarse grid */
	arms_surface_work(a);
	assert_true(look(a)->na == 21 && look(a)->stride == 8 && look(a)->update == 10);
	while (arms_surface_work(a))
		;
	assert_int_equal(look(a)->stride, 1);
	arms_round(a);
	arms_surface_aim(a, true); /* goes on: begins the next one behind the picture */
	for (int i = 0; i < 100; i++)
		arms_surface_work(a);
	arms_round(a);
	arms_surface_aim(a, true);
	assert_true(look(a)->update == 10 && look(a)->stride == 1 && look(a)->way[0].steps == 13);
	while (arms_surface_work(a))
		;
	assert_true(look(a)->update == 11 && look(a)->stride == 1);
	/* at rest: the present, at once */
	arms_surface_aim(a, false);
	for (int i = 0; i < 20; i++)
		arms_surface_work(a);
	assert_true(look(a)->update == 12 && look(a)->stride > 1);
	/* other axes */
	config c = arms_trial(a, 0)->c;
	assert_true(config_set(&c, "axes", "grad", &e) && arms_config(a, 0, &c, &e));
	arms_surface_aim(a, false);
	for (int i = 0; i < 9; i++)
		arms_surface_work(a);
	assert_true(look(a)->kind == SLICE_GRADIENT && look(a)->stride == 8);
	while (arms_surface_work(a))
		;
	assert_false(arms_surface_work(a));
	long serial = look(a)->update;
	/* how it is looked at changes nothing */
	c = arms_trial(a, 0)->c;
	c.v[KNOB_turn] = 12;
	assert_true(arms_config(a, 0, &c, &e));
	arms_surface_aim(a, false);
	assert_false(arms_surface_work(a));
	assert_int_equal(look(a)->update, serial);
	/* back to where it has been */
	assert_true(arms_seek(a, 3, &e));
	arms_arrive(a);
	arms_surface_aim(a, false);
	while (arms_surface_work(a))
		;
	assert_true(look(a)->update == 3 && look(a)->way[0].steps == 4);
	arms_free(a);
}

/* Bit for bit the same run with and without a surface. */
static void runs_do_not_notice(void **state)
{
	(void)state;
	static double with[4000], without[4000];
	for (int pass = 0; pass < 2; pass++) {
		arms *a = open_small("dropout=0.2 axes=random clip=norm clip_at=0.1 @0");
		arms_stay(a);
		for (int i = 0; i < 40; i++) {
			arms_round(a);
			if (pass)
				shown(a);
		}
		const trial *t = arms_trial(a, 0);
		slice_parameters(t->api, t->m, pass ? with : without);
		arms_free(a);
	}
	assert_memory_equal(with, without, sizeof with);
}

/* A start that is chosen on the surface of the drawn weights is where it was chosen. */
static void starts_lie_on_the_surface(void **state)
{
	(void)state;
	arms *a = open_small("axes=random centre=0 start_a=0.5 start_b=-0.25 @6");
	const slice_picture *p = shown(a);
	assert_int_equal(p->update, 0);
	assert_true(near((double)p->way[0].at[0][0], 0.5, 1e-5) && near((double)p->way[0].at[0][1], -0.25, 1e-5));
	arms_free(a);
}

/* In the worker: complete when it has settled, and dropped with its run. */
static void worker_paints(void **state)
{
	(void)state;
	err e;
	char text[256];
	snprintf(text, sizeof text, "%saxes=random @8", small);
	assert_true(state_read(&described, text, &e));
	worker *w = worker_new(&described, (size_t)4 << 20, NULL, NULL, &e);
	assert_non_null(w);
	worker_want(w, WANT_SURFACE);
	worker_settle(w);
	const snap *s = worker_take(w);
	assert_true(s->surface.na == 21 && s->surface.stride == 1 && s->surface.update == 8);
	worker_step(w, 5);
	worker_settle(w);
	s = worker_take(w);
	assert_true(s->surface.update == 13 && s->surface.stride == 1 && s->surface.way[0].steps == 14);
	config c = s->arm[0].config;
	c.v[KNOB_hidden] = 9;
	worker_config(w, 0, &c);
	worker_settle(w);
	s = worker_take(w);
	assert_true(s->surface.update == 0 && s->surface.stride == 1 && s->surface.ways == 1);
	worker_free(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(middle_is_the_present),
	        cmocka_unit_test(named_axes_are_the_parameters),
	        cmocka_unit_test(next_step_is_the_next_step),
	        cmocka_unit_test(principal_axes_hold_the_way),
	        cmocka_unit_test(own_planes),
	        cmocka_unit_test(problems_are_told),
	        cmocka_unit_test(strangers),
	        cmocka_unit_test(stale_surfaces_are_dropped),
	        cmocka_unit_test(runs_do_not_notice),
	        cmocka_unit_test(starts_lie_on_the_surface),
	        cmocka_unit_test(worker_paints),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* Every view of the registry on every fake snap: golden traces at three sizes, and no crash at any size or theme. */
#include "draw/canvas_null.h"
#include "draw/canvas_trace.h"
#include "fake_snap.h"
#include "golden.h"
#include "plot/label.h"
#include "run/plane.h"
#include "view/handle.h"
#include "view/pairs.h"
#include "view/view.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* ---- golden traces ---- */

static const struct {
	float w, h;
} sizes[] = {{320, 200}, {960, 540}, {1920, 1080}};

static void golden_traces(void **state)
{
	(void)state;
	int wrong = 0;
	trace *t = trace_new(&themes[THEME_LIGHT], 1, 1);
	assert_non_null(t);
	for (int v = 0; v < views_count; v++)
		for (int k = 0; k < FAKE_COUNT; k++) {
			const snap *s = fake_snap((fake)k);
			for (size_t z = 0; z < sizeof sizes / sizeof *sizes; z++) {
				char path[256];
				snprintf(path, sizeof path, "tests/golden/%s-%s-%.0fx%.0f.txt", views[v]->name,
				        fake_names[k], (double)sizes[z].w, (double)sizes[z].h);
				trace_clear(t);
				view_panel(
				        views[v], s, trace_canvas(t), (rect){0, 0, sizes[z].w, sizes[z].h}, NULL, true);
				assert_non_null(trace_text(t, NULL));
				wrong += !golden_same(path, trace_text(t, NULL));
			}
		}
	trace_free(t);
	assert_int_equal(wrong, 0);
}

/* The same of runs with two parameters, which look otherwise. */
static void golden_planes(void **state)
{
	(void)state;
	static const struct {
		const char *name, *task, *function;
		fake from;
	} shown[] = {{"function", "function", "rosenbrock", FAKE_ORDINARY},
	        {"tuned", "function", "rosenbrock", FAKE_ORDINARY}, {"functions", "function", "saddle", FAKE_ARMS},
	        {"unit", "fixed_point", "quadratic", FAKE_ORDINARY}};
	int wrong = 0;
	err e;
	trace *t = trace_new(&themes[THEME_LIGHT], 1, 1);
	snap *s = malloc(sizeof *s);
	assert_true(t && s);
	for (size_t k = 0; k < sizeof shown / sizeof *shown; k++) {
		*s = *fake_snap(shown[k].from);
		for (int a = 0; a < s->arms; a++) {
			assert_true(config_set(&s->arm[a].config, "task", shown[k].task, &e));
			assert_true(config_set(&s->arm[a].config, "function", shown[k].function, &e));
			assert_true(config_set(&s->arm[a].config, "optimizer", a ? "adam" : "nesterov", &e));
			assert_true(config_set(&s->arm[a].config, "lr", "0.0005", &e));
			if (strcmp(shown[k].name, "tuned") == 0)
				assert_true(config_set(&s->arm[a].config, "optimizers", "tuned", &e));
		}
		for (size_t z = 0; z < sizeof sizes / sizeof *sizes; z++) {
			char path[256];
			snprintf(path, sizeof path, "tests/golden/optimizer-%s-%.0fx%.0f.txt", shown[k].name,
			        (double)sizes[z].w, (double)sizes[z].h);
			trace_clear(t);
			view_panel(view_find("optimizer"), s, trace_canvas(t), (rect){0, 0, sizes[z].w, sizes[z].h},
			        NULL, true);
			wrong += !golden_same(path, trace_text(t, NULL));
		}
	}
	free(s);
	trace_free(t);
	assert_int_equal(wrong, 0);
}

/* Errors below zero have no logarithm: they are drawn as they are, not at the foot of the plot. */
static void errors_may_be_negative(void **state)
{
	(void)state;
	static const struct {
		const char *expression, *wanted, *unwanted;
	} of[] = {{"3*sin(a)+b^2-2", "\"\u22124\"", "no finite values"}, {"0/0", "no finite values here", "\u22124"}};
	err e;
	trace *t = trace_new(&themes[THEME_LIGHT], 1, 1);
	snap *s = malloc(sizeof *s);
	assert_true(t && s);
	for (int k = 0; k < 4; k++) {
		*s = *fake_snap(FAKE_ORDINARY);
		config *c = &s->arm[0].config;
		assert_true(config_set(c, "task", "function", &e) && config_set(c, "function", "expression", &e));
		assert_true(config_set(c, "expression", of[k / 2].expression, &e) && config_set(c, "lr", "0.1", &e));
		assert_true(config_set(c, "start_a", "1", &e) && config_set(c, "start_b", "2", &e));
		assert_true(config_set(c, "optimizers", k % 2 ? "all" : "arms", &e));
		trace_clear(t);
		view_panel(view_find("optimizer"), s, trace_canvas(t), (rect){0, 0, 1400, 700}, NULL, true);
		if (!strstr(trace_text(t, NULL), of[k / 2].wanted) || strstr(trace_text(t, NULL), of[k / 2].unwanted))
			fail_msg("%s: %s", of[k / 2].expression, trace_text(t, NULL));
	}
	free(s);
	trace_free(t);
}

/* The greatest error of the last ten of a hundred updates; infinite when a value is not finite. */
static double worst_of_last(const plane *p, config c, double lr)
{
	static plane_step step[101];
	c.v[KNOB_lr] = lr;
	descent d = config_descent(&c);
	double most = 0;
	if (plane_descend(p, &d, p->start[0], p->start[1], 101, step) < 101)
		return INFINITY;
	for (int i = 91; i < 101; i++)
		most = isfinite(step[i].value) ? fmax(most, step[i].value) : INFINITY;
	return most;
}

/* optimizers=all: a way for every optimizer, with the settings of the run; tuned: with a learning rate that no other of
 * the ladder beats. */
static void all_optimizers_at_once(void **state)
{
	(void)state;
	const view *list[] = {view_find("optimizer")};
	static const char *const functions[] = {"quadratic", "rosenbrock", "saddle"}, *const ways[] = {"all", "tuned"};
	snap *s = malloc(sizeof *s);
	assert_non_null(s);
	for (int k = 0; k < 6; k++) {
		const char *name, *summary;
		err e;
		plane p;
		*s = *fake_snap(FAKE_ORDINARY);
		config *c = &s->arm[0].config;
		assert_true(config_set(c, "task", "function", &e) && config_set(c, "clip", "none", &e));
		assert_true(config_set(c, "function", functions[k / 2], &e) && config_set(c, "lr", "0.003", &e));
		assert_true(config_set(c, "optimizers", ways[k % 2], &e) && plane_of(c, &p, &e));
		s->arm[0].update = 100;
		view_data d = {0};
		data_collect(&d, list, 1, s);
		for (int i = 0; model_f64.optimizers(i, &name, &summary); i++) {
			char part[48];
			snprintf(part, sizeof part, "way_%s", name);
			const data_part *way = data_find(&d, "optimizer", part, DATA_SHARED);
			assert_non_null(way);
			assert_true(k % 2 ? way->rows == 101 : way->rows > 0);
			double lr = data_column_find(way, "lr")->value[0];
			config own = *c;
			own.v[KNOB_optimizer] = i;
			if (k % 2 == 0) {
				assert_true(lr == 0.003);
				continue;
			}
			double best = worst_of_last(&p, own, lr);
			assert_true(isfinite(best));
			for (int power = -5; power <= 1; power++)
				for (int digit = 1; digit <= 5; digit += digit == 1 ? 1 : 3)
					assert_true(
					        worst_of_last(&p, own, digit * pow(10, power)) >= best * (1 - 1e-9));
		}
		data_done(&d);
	}
	free(s);
}

/* ---- what must not happen ---- */

static view_handles handles;

/* Grips have a place, whatever the numbers are, and pointing at a grip gives its value back. */
static void check_handles(const view_handles *all)
{
	for (int i = 0; i < all->n; i++) {
		const view_handle *h = &all->item[i];
		point at = handle_at(h, h->value);
		double v = handle_value(h, at);
		if (!isfinite(at.x) || !isfinite(at.y) || isnan(v) || v > h->high || (v < h->low && v != 0))
			fail_msg("%s: %g at %g, %g", h->name, v, (double)at.x, (double)at.y);
	}
}

static void odd_sizes(void **state)
{
	(void)state;
	static const float odd[] = {-5, 0, 1, 7, 40, 90, 171, 320, 700, 5000};
	enum { N = sizeof odd / sizeof *odd };
	for (int th = 0; th < THEME_COUNT; th++)
		for (int k = 0; k < FAKE_COUNT; k++) {
			const snap *s = fake_snap((fake)k);
			for (int i = 0; i < N * N; i++) {
				canvas c = canvas_null(&themes[th], 1000, 1000);
				rect area = {3, 5, odd[i / N], odd[i % N]}, where[8];
				view_focus focus = {.has_pointer = true,
				        .pointer = {3 + 0.4F * area.w, 5 + 0.4F * area.h},
				        .handles = &handles};
				handles.n = 0;
				for (int v = 0; v < views_count; v++) {
					view_panel(views[v], s, &c, area, &focus, v % 2 == 0);
					views[v]->draw(s, &c, area, &focus);
				}
				check_handles(&handles);
				view_grid(views, views_count, s, &c, area, &focus, where);
			}
		}
}

/* Snaps whose counts are out of range, and runs at the edge of what is allowed. */
static void hostile_snaps(void **state)
{
	(void)state;
	static const int counts[] = {-1, 0, 1, 2, 1000000};
	snap *s = malloc(sizeof *s);
	assert_non_null(s);
	for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
		*s = *fake_snap(FAKE_ORDINARY);
		snap_arm *a = &s->arm[0];
		a->T = a->total.T = a->first_loss_step = a->ghosts = a->blocks = a->eigs = counts[i];
		a->fall_rows = a->fall_cols = a->baselines = counts[i];
		snap_matrices *m = &a->matrices;
		a->trail_rows = counts[i];
		a->steps.update = a->steps.weights = a->steps.still = counts[i];
		m->T = m->steps = m->values = m->losses = m->rows = m->cols = m->horizons = counts[i];
		a->lag_near = a->lag_far = m->reach[0] = m->reach[1] = counts[i];
		snap_tape *t = &a->tape;
		t->T = t->length = t->units = t->layers = t->rows = t->gates = t->inputs = t->outputs = counts[i];
		t->given = t->sampled = counts[i];
		t->symbols = t->classes = i % 2;
		for (int k = 0; k < SNAP_STEPS; k++)
			t->input[k] = t->target[k] = t->said[k] = (short)counts[i];
		memset(t->sample, 0x7f, sizeof t->sample);
		for (int k = 0; k < SNAP_SCALARS; k++)
			a->series[k].n = counts[i];
		s->arms = counts[i] > 1 ? 1 : counts[i];
		canvas c = canvas_null(&themes[THEME_DARK], 960, 540);
		view_focus focus = {
		        .has_pointer = true, .pointer = {300, 200}, .step = 4000, .update = 99, .handles = &handles};
		handles.n = 0;
		for (int v = 0; v < views_count; v++)
			view_panel(views[v], s, &c, (rect){0, 0, 960, 540}, &focus, true);
	}
	free(s);
}

static void all_zero(void **state)
{
	(void)state;
	snap *s = malloc(sizeof *s);
	assert_non_null(s);
	*s = *fake_snap(FAKE_ORDINARY);
	snap_arm *a = &s->arm[0];
	for (int k = 0; k < SNAP_STEPS; k++)
		a->total.norm[k] = a->dh_norm[k] = a->temporal[0][k] = a->temporal[1][k] = a->temporal[2][k] =
		        -INFINITY;
	for (int i = 0; i < SNAP_FALL_ROWS * SNAP_FALL_COLS; i++)
		(&a->fall[0][0])[i] = -INFINITY;
	for (int i = 0; i < SNAP_BUCKETS; i++)
		a->series[SNAP_LOSS].mean[i] = a->series[SNAP_GRAD_NORM].mean[i] = 0;
	trace *t = trace_new(&themes[THEME_LIGHT], 960, 540);
	assert_non_null(t);
	for (int v = 0; v < views_count; v++)
		view_panel(views[v], s, trace_canvas(t), (rect){0, 0, 960, 540}, NULL, false);
	assert_null(strstr(trace_text(t, NULL), "nan"));
	trace_free(t);
	free(s);
}

static void every_text_stays_inside(void **state)
{
	(void)state;
	trace *t = trace_new(&themes[THEME_PROJECTOR], 900, 600);
	assert_non_null(t);
	for (int k = 0; k < FAKE_COUNT; k++)
		view_grid(views, views_count, fake_snap((fake)k), trace_canvas(t), (rect){0, 0, 900, 600}, NULL, NULL);
	for (const char *at = trace_text(t, NULL); (at = strstr(at, "text ")); at++) {
		float x, y;
		char ink_name[32];
		if (sscanf(at, "text %31s %f,%f", ink_name, &x, &y) == 3)
			assert_true(x >= 0 && x <= 900 && y >= 0 && y <= 600);
	}
	trace_free(t);
}

/* ---- what the pointer does ---- */

static void pointer_marks_step_and_update(void **state)
{
	(void)state;
	canvas c = canvas_null(&themes[THEME_LIGHT], 1280, 720);
	const snap *s = fake_snap(FAKE_ORDINARY);
	view_focus focus = {.has_pointer = true, .pointer = {640, 200}};
	view_panel(view_find("temporal"), s, &c, (rect){0, 0, 1280, 720}, &focus, true);
	assert_in_range(focus.step, 40, 60);
	assert_int_equal(focus.update, 0);
	focus.pointer.y = 560;
	view_panel(view_find("temporal"), s, &c, (rect){0, 0, 1280, 720}, &focus, true);
	assert_in_range(focus.update, 300, 900);
	focus = (view_focus){.has_pointer = true, .pointer = {600, 300}};
	view_panel(view_find("loss"), s, &c, (rect){0, 0, 1280, 720}, &focus, true);
	assert_in_range(focus.update, 550, 750);
}

/* The matrices and the horizon mark the step under the pointer for the others. */
static void pointer_marks_steps_of_matrices(void **state)
{
	(void)state;
	static const struct {
		const char *view;
		point at;
		int low, high;
	} known[] = {
	        {"jacobian", {300, 300}, 25, 60}, {"itemised", {500, 400}, 30, 70}, {"horizon", {640, 400}, 40, 65}};
	canvas c = canvas_null(&themes[THEME_LIGHT], 1280, 720);
	for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
		view_focus focus = {.has_pointer = true, .pointer = known[i].at};
		view_panel(
		        view_find(known[i].view), fake_snap(FAKE_ORDINARY), &c, (rect){0, 0, 1280, 720}, &focus, true);
		assert_in_range(focus.step, known[i].low, known[i].high);
	}
}

static char *drawn_with(const view *v, int step, long update)
{
	trace *t = trace_new(&themes[THEME_LIGHT], 1280, 720);
	assert_non_null(t);
	view_focus focus = {.step = step, .update = update};
	/* the ordinary run has no gates */
	const snap *s = fake_snap(strcmp(v->name, "gates") == 0 ? FAKE_ARMS : FAKE_ORDINARY);
	view_panel(v, s, trace_canvas(t), (rect){0, 0, 1280, 720}, &focus, false);
	char *text = strdup(trace_text(t, NULL));
	assert_non_null(text);
	trace_free(t);
	return text;
}

/* A step or an update that is marked in one view is marked in all that have it on an axis. */
static void every_view_shows_the_mark(void **state)
{
	(void)state;
	static const char *const of_steps[] = {"temporal", "jacobian", "itemised", "truncation", "horizon", "activity",
	        "gates", "sequence", "unrolled"},
	                         *const of_updates[] = {"temporal", "loss", "metric", "norms"};
	for (size_t k = 0; k < 2; k++)
		for (size_t i = 0; i < (k ? 4 : 9); i++) {
			const view *v = view_find(k ? of_updates[i] : of_steps[i]);
			char *plain = drawn_with(v, 0, 0), *marked = drawn_with(v, k ? 0 : 17, k ? 400 : 0);
			if (strcmp(plain, marked) == 0)
				fail_msg("%s shows no mark", v->name);
			free(plain);
			free(marked);
		}
}

static void views_of_activity_mark_the_step(void **state)
{
	(void)state;
	canvas c = canvas_null(&themes[THEME_LIGHT], 1280, 720);
	static const char *const names[] = {"activity", "gates", "sequence", "unrolled"};
	for (int i = 0; i < 4; i++) {
		const view *v = view_find(names[i]);
		assert_non_null(v);
		assert_int_equal(v->wants, WANT_TAPE);
		view_focus focus = {.has_pointer = true, .pointer = {300, 300}};
		view_panel(v, fake_snap(FAKE_ARMS), &c, (rect){0, 0, 1280, 720}, &focus, true);
		assert_in_range(focus.step, 1, 40);
		int step = focus.step;
		focus.pointer.x = 420;
		view_panel(v, fake_snap(FAKE_ARMS), &c, (rect){0, 0, 1280, 720}, &focus, true);
		assert_true(focus.step > step);
	}
}

static void usual_views(void **state)
{
	(void)state;
	static run_state s;
	const view *list[STATE_VIEWS];
	err e;
	int n;
	assert_true(view_pick(&s, list, &n, &e));
	assert_int_equal(n, 4);
	assert_ptr_equal(list[0], view_find("temporal"));
	assert_ptr_equal(list[3], view_find("spectrum"));
	assert_int_equal(view_wants(list, n), 0);
	view_note(&s, list, n);
	assert_int_equal(s.views, 0);
	list[2] = view_find("gates");
	view_note(&s, list, n);
	assert_int_equal(s.views, 4);
	assert_int_equal(view_wants(list, n), WANT_TAPE);
}

static void grid_fills_and_does_not_overlap(void **state)
{
	(void)state;
	canvas c = canvas_null(&themes[THEME_LIGHT], 1280, 720);
	const view *list[8];
	rect at[8];
	for (int n = 1; n <= 8; n++) {
		for (int i = 0; i < n; i++)
			list[i] = views[i % views_count];
		view_grid(list, n, fake_snap(FAKE_EMPTY), &c, (rect){0, 0, 1280, 720}, NULL, at);
		double sum = 0;
		for (int i = 0; i < n; i++) {
			sum += (double)(at[i].w * at[i].h);
			assert_true(at[i].x >= 0 && at[i].y >= 0 && at[i].x + at[i].w <= 1280.5F &&
			            at[i].y + at[i].h <= 720.5F);
			for (int j = 0; j < i; j++)
				assert_true(at[i].x >= at[j].x + at[j].w || at[j].x >= at[i].x + at[i].w ||
				            at[i].y >= at[j].y + at[j].h || at[j].y >= at[i].y + at[i].h);
		}
		assert_true(sum > 0.93 * 1280 * 720);
	}
}

/* ---- axes and labels ---- */

static void axes_round_outwards(void **state)
{
	(void)state;
	static const double pair[][2] = {
	        {0, 0}, {5, 5}, {-3, 7}, {1e-9, 2e-9}, {0.4, 312}, {-300, 2}, {1e12, 1e12 + 1}};
	for (size_t i = 0; i < sizeof pair / sizeof *pair; i++) {
		span s = span_none;
		span_add(&s, pair[i][0]);
		span_add(&s, pair[i][1]);
		span_add(&s, NAN);
		axis linear = axis_linear(s), log = axis_log(s);
		assert_true(linear.low <= pair[i][0] && linear.high >= pair[i][1] && linear.high > linear.low);
		assert_true(log.low <= pair[i][0] + 1e-6 && log.high >= pair[i][1] - 1e-6 && log.high > log.low);
	}
	assert_true(span_empty(span_none));
}

static void ticks_do_not_touch(void **state)
{
	(void)state;
	for (int kind = AXIS_LINEAR; kind <= AXIS_COUNT; kind++)
		for (double wide = 0.3; wide < 1e7; wide *= 1.7)
			for (float length = 20; length < 3000; length *= 1.6F) {
				axis_ticks t;
				axis a = {(axis_kind)kind, kind == AXIS_COUNT ? 0 : -wide / 3, wide, 0, length, NAN};
				axis_make_ticks(&a, length, 11, false, &t);
				for (int i = 0; i < t.n; i++)
					for (int j = 0; j < i; j++) {
						float gap =
						        fabsf(axis_at(&a, t.tick[i].at) - axis_at(&a, t.tick[j].at));
						assert_true(t.n == 2 ||
						            gap >= 0.5F * (t.tick[i].width + t.tick[j].width) - 0.01F);
					}
			}
}

static void labels_keep_apart(void **state)
{
	(void)state;
	canvas c = canvas_null(&themes[THEME_LIGHT], 400, 300);
	plot_spec spec = {.x = axis_count(0, 10), .y = axis_count(0, 10), .right = 90};
	plot p = plot_begin(&c, (rect){0, 0, 400, 300}, &spec);
	labels l = {0};
	for (int i = 0; i < 12; i++)
		labels_add(&l, 5 + 0.01 * (i % 5), INK_TEXT, "label %d", i);
	labels_draw(&l, &p);
	for (int i = 0; i < l.n; i++) {
		assert_true(l.item[i].at > 0 && l.item[i].at < 300);
		for (int j = 0; j < i; j++)
			assert_true(fabsf(l.item[i].at - l.item[j].at) > 13);
	}
}

/* One value, or values as good as equal, stand in the middle of a logarithmic axis and not on its floor. */
static void a_constant_stands_clear(void **state)
{
	(void)state;
	for (int i = -30; i <= 30; i++) {
		span s = span_none;
		span_add(&s, i / 10.0);
		span_add(&s, i / 10.0 + 1e-4);
		axis a = axis_log(s);
		double at = (i / 10.0 - a.low) / (a.high - a.low);
		assert_true(at > 0.2 && at < 0.8);
	}
}

/* A legend holds every name, short or longer than a row, and the area below it keeps its room. */
static void legends_name_all(void **state)
{
	(void)state;
	static const char *const names[] = {
	        "a", "B", "rnn, clip 0.1", "a name that is longer than the whole row is wide"};
	trace *t = trace_new(&themes[THEME_LIGHT], 1, 1);
	assert_non_null(t);
	for (float w = 64; w < 700; w *= 1.4F) {
		labels l = {0};
		rect area = {0, 0, w, 400};
		trace_clear(t);
		for (size_t i = 0; i < sizeof names / sizeof *names; i++)
			labels_add(&l, 0, INK_ARM_0, "%s", names[i])->dash = DASH_DASHDOT;
		labels_above(&l, trace_canvas(t), &area);
		assert_true(area.h < 400 && area.h > 200);
		for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
			char begun[16];
			snprintf(begun, sizeof begun, "\"%.1s", names[i]);
			assert_non_null(strstr(trace_text(t, NULL), begun));
		}
	}
	trace_free(t);
}

/* Wherever a scale has room for two numbers it has them, on all kinds of axes. */
static void scales_have_two_numbers(void **state)
{
	(void)state;
	for (double wide = 2.5; wide < 40; wide *= 1.15)
		for (int kind = AXIS_LINEAR; kind <= AXIS_LOG; kind++)
			for (float length = 66; length < 400; length *= 1.2F) {
				axis_ticks t;
				axis a = {(axis_kind)kind, -wide, kind == AXIS_LOG ? 0.02 : wide, 0, length, NAN};
				axis_make_ticks(&a, length, 11, true, &t);
				assert_true(t.n >= 2);
			}
}

/* The last plot of a stack is as high inside as those above it. */
static void stacked_plots_are_equal(void **state)
{
	(void)state;
	for (int t = 0; t < THEME_COUNT; t++)
		for (float h = 20; h < 300; h *= 1.3F) {
			canvas c = canvas_null(&themes[t], 600, 600);
			plot_spec upper = {.x = axis_count(0, 10), .y = axis_count(0, 10), .x_title = "step"},
			          lower = upper;
			upper.x_bare = lower.x_keep = true;
			plot a = plot_begin(&c, (rect){0, 0, 600, h}, &upper);
			plot b = plot_begin(&c, (rect){0, h, 600, h + plot_foot(&c)}, &lower);
			assert_true(fabsf(a.area.h - b.area.h) < 0.01F);
			assert_true(fabsf(a.area.x - b.area.x) < 0.01F);
		}
}

/* Matrices of several arms: equal cells in full rows beside their scale. */
static void matrices_share_the_area(void **state)
{
	(void)state;
	static const rect areas[] = {{0, 0, 512, 150}, {10, 20, 404, 280}, {0, 0, 340, 150}, {0, 0, 1256, 620}};
	const snap *s = fake_snap(FAKE_FOUR);
	axis scale = {.kind = AXIS_LOG, .low = -8, .high = 2, .zero = NAN};
	for (int t = 0; t < THEME_COUNT; t++)
		for (size_t k = 0; k < sizeof areas / sizeof *areas; k++) {
			rect all = areas[k];
			canvas c = canvas_null(&themes[t], all.x + all.w, all.y + all.h);
			pairs_cells cells = pairs_divide(s, &c, all, scale);
			int first_row = 0;
			for (int a = 0; a < part_arms(s); a++) {
				rect r = cells.cell[a];
				first_row += cells.name[a].y == cells.name[0].y;
				assert_true(
				        fabsf(r.w - cells.cell[0].w) < 0.01F && fabsf(r.h - cells.cell[0].h) < 0.01F);
				assert_true(r.x >= all.x && r.x + r.w <= cells.bar.x + 0.01F);
				assert_true(r.y >= all.y && r.y + r.h <= all.y + all.h + 0.01F);
			}
			assert_int_equal(part_arms(s) % first_row, 0);
		}
}

/* The text of every verb of one group in a trace, up to `size`. */
static void group_text(const char *all, const char *group, char *buf, size_t size)
{
	const char *at = strstr(all, group);
	const char *end = at ? strstr(at, "end\n") : NULL;
	snprintf(buf, size, "%.*s", at && end ? (int)(end - at) : 0, at ? at : "");
}

/* Plots as small as in a window of six: a caption ends where a sentence may end, and several arms have names. */
static void small_plots_speak_in_full(void **state)
{
	(void)state;
	static const char *const compared[] = {"temporal", "loss", "norms", "spectrum", "metric", "jacobian",
	        "itemised", "truncation", "horizon", "activity", "gates", "optimizer"};
	static char text[4096];
	for (int th = 0; th < THEME_COUNT; th++) {
		trace *t = trace_new(&themes[th], 1, 1);
		assert_non_null(t);
		for (int v = 0; v < views_count; v++)
			for (int k = 0; k < 4; k++) {
				trace_clear(t);
				view_panel(views[v], fake_snap(k % 2 ? FAKE_ARMS : FAKE_ORDINARY), trace_canvas(t),
				        k < 2 ? (rect){0, 0, 416, 348} : (rect){0, 0, 320, 220}, NULL, false);
				group_text(trace_text(t, NULL), "group caption\n", text, sizeof text);
				int open = 0;
				for (const char *at = text; *at; at++)
					open += (*at == '(') - (*at == ')');
				if (open != 0 || (th != THEME_PROJECTOR && strstr(text, "…")))
					fail_msg("%s, %s: %s", views[v]->name, themes[th].name, text);
			}
		for (size_t v = 0; v < sizeof compared / sizeof *compared; v++) {
			const snap *s = fake_snap(FAKE_ARMS);
			trace_clear(t);
			view_panel(view_find(compared[v]), s, trace_canvas(t), (rect){0, 0, 416, 348}, NULL, false);
			for (int a = 0; a < part_arms(s); a++) {
				if (!strstr(trace_text(t, NULL), part_arm_name(s, a)))
					fail_msg("%s, %s: no %s", compared[v], themes[th].name, part_arm_name(s, a));
			}
		}
		trace_free(t);
	}
}

static void numbers(void **state)
{
	(void)state;
	char b[64];
	assert_string_equal(axis_count_text(b, sizeof b, 1240), "1\u2009240");
	assert_string_equal(axis_count_text(b, sizeof b, -1000000), "−1\u2009000\u2009000");
	assert_string_equal(axis_number(b, sizeof b, -0.5, 0.5), "−0.5");
	assert_string_equal(axis_number(b, sizeof b, 1e-17, 0.5), "0.0");
	assert_string_equal(axis_power(b, sizeof b, -INFINITY), "0");
	assert_string_equal(axis_power(b, sizeof b, (double)NAN), "–");
	assert_string_equal(axis_power(b, sizeof b, -400), "10⁻⁴⁰⁰");
	assert_string_equal(axis_power(b, sizeof b, -1993.0000001), "10⁻¹⁹⁹³");
	assert_string_equal(axis_power(b, sizeof b, -1992.69897), "2·10⁻¹⁹⁹³");
	assert_string_equal(axis_power(b, sizeof b, -1994 + log10(9.99)), "10⁻¹⁹⁹³");
	assert_string_equal(axis_power(b, sizeof b, 400 + log10(9.4)), "9.4·10⁴⁰⁰");
}

/* What is drawn of n updates keeps their extremes, mean and places; gaps and an odd rest included. */
static void drawn_curves_are_joined(void **state)
{
	(void)state;
	static snap_series all;
	for (int n = 0; n <= SNAP_BUCKETS; n += n < 310 ? 1 : 119) {
		all = (snap_series){.n = n, .first = 11, .stride = 3};
		for (int i = 0; i < n; i++) {
			all.mean[i] = i == 70 ? NAN : (float)(i * i % 101);
			all.low[i] = i == 70 ? NAN : all.mean[i] - 1;
			all.high[i] = i == 70 ? NAN : all.mean[i] + 2;
		}
		const snap_series *d = part_drawn(&all);
		long each = d->stride / all.stride;
		assert_true(d->n <= 300 && (n <= 300) == (d == &all));
		assert_true(d->first == 11 && d->n == (n + each - 1) / each && (each == 1 || d->n > 150));
		for (int i = 0; i < d->n; i++) {
			float low = INFINITY, high = -INFINITY;
			double sum = 0;
			int count = 0;
			for (long k = i * each; k < (i + 1) * each && k < n; k++)
				if (k != 70) {
					low = fminf(low, all.low[k]);
					high = fmaxf(high, all.high[k]);
					sum += (double)all.mean[k];
					count++;
				}
			assert_true(count ? d->low[i] == low && d->high[i] == high : isnan(d->mean[i]));
			bool whole = count == each; /* halves weigh the same, whatever is missing in them */
			assert_true(!whole || fabs((double)d->mean[i] - sum / count) < 1e-4);
		}
	}
	part_curve c = part_series(part_drawn(&all), false);
	assert_true(c.mean.dx == (double)part_drawn(&all)->stride);
	assert_true(c.mean.x0 == 11 + 0.5 * (c.mean.dx - 1)); /* the middle of the updates that are joined */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(numbers),
	        cmocka_unit_test(drawn_curves_are_joined),
	        cmocka_unit_test(axes_round_outwards),
	        cmocka_unit_test(ticks_do_not_touch),
	        cmocka_unit_test(labels_keep_apart),
	        cmocka_unit_test(a_constant_stands_clear),
	        cmocka_unit_test(legends_name_all),
	        cmocka_unit_test(scales_have_two_numbers),
	        cmocka_unit_test(stacked_plots_are_equal),
	        cmocka_unit_test(matrices_share_the_area),
	        cmocka_unit_test(small_plots_speak_in_full),
	        cmocka_unit_test(grid_fills_and_does_not_overlap),
	        cmocka_unit_test(pointer_marks_step_and_update),
	        cmocka_unit_test(pointer_marks_steps_of_matrices),
	        cmocka_unit_test(every_view_shows_the_mark),
	        cmocka_unit_test(views_of_activity_mark_the_step),
	        cmocka_unit_test(usual_views),
	        cmocka_unit_test(every_text_stays_inside),
	        cmocka_unit_test(all_zero),
	        cmocka_unit_test(hostile_snaps),
	        cmocka_unit_test(odd_sizes),
	        cmocka_unit_test(golden_traces),
	        cmocka_unit_test(golden_planes),
	        cmocka_unit_test(errors_may_be_negative),
	        cmocka_unit_test(all_optimizers_at_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

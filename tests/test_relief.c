/* Hands on the error surface: turning, tilting, zooming, other axes, and starts that are chosen on the map. */
#include "app/bench.h"
#include "app/command.h"
#include "draw/canvas_null.h"
#include "run/trial.h"
#include "run/worker.h"
#include "view/surface.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static bench *b;
static run_state start;
static double now;

static void pass(const ui_event *e)
{
	canvas c = canvas_null(bench_theme(b), 1280, 820);
	bench_pass(b, &c, &c, true, e, now += 0.01);
}

/* Until everything said has been carried out and is on the screen. */
static void settle(void)
{
	pass(NULL);
	worker_settle(b->worker);
	bench_take(b);
	pass(NULL);
	pass(NULL);
}

static void open_bench(const char *state)
{
	err e;
	b = calloc(1, sizeof *b);
	assert_true(state_read(&start, state, &e));
	worker *w = worker_new(&start, (size_t)4 << 20, NULL, NULL, &e);
	assert_true(b && w);
	bench_init(b, &start, w, &(settings){.theme = THEME_LIGHT, .scale = 1}, NULL);
	settle();
	settle();
}

static void close_bench(void)
{
	worker_free(b->worker);
	bench_done(b);
	free(b);
	surface_look(NULL, false);
	surface_cross((double)NAN, 0);
}

static void at(ui_event_kind kind, float x, float y)
{
	pass(&(ui_event){.kind = kind, .at = {x, y}, .clicks = 1, .wheel = kind == UI_WHEEL ? 1 : 0});
}

static void key(int k, unsigned mods)
{
	pass(&(ui_event){.kind = UI_KEY, .key = k, .mods = mods});
}

static rect place(const char *name)
{
	const ui_control *k = ui_find(&b->ui, name);
	assert_non_null(k);
	return k->area;
}

/* Puts the focus on a control as Tab would. */
static void walk_to(const char *name)
{
	for (int i = 0; i < 200; i++) {
		const ui_control *k = ui_find(&b->ui, name);
		if (k && b->ui.focus == k->id)
			return;
		key(UI_KEY_TAB, 0);
	}
	fail();
}

static const char *const net = "unroll/1 hidden=5 T=6 batch=3 grid=9 views=surface @4";

static void the_relief_turns(void **state)
{
	(void)state;
	open_bench(net);
	rect r = place("relief");
	float x = r.x + r.w / 2, y = r.y + r.h / 2;
	at(UI_PRESS, x, y);
	at(UI_MOVE, x - 40, y + 20);
	assert_true(b->relief.turning && b->config.v[KNOB_turn] > 208 && b->config.v[KNOB_tilt] > 40);
	at(UI_RELEASE, x - 40, y + 20);
	settle();
	double turned = b->config.v[KNOB_turn];
	assert_true(!b->relief.turning && b->snap->arm[0].config.v[KNOB_turn] == turned);
	/* Esc takes a drag back */
	at(UI_PRESS, x, y);
	at(UI_MOVE, x + 90, y - 30);
	key(UI_KEY_ESCAPE, 0);
	at(UI_RELEASE, x + 90, y - 30);
	assert_true(b->config.v[KNOB_turn] == turned);
	at(UI_WHEEL, x, y);
	assert_true(fabs(b->config.v[KNOB_zoom] - 1.1) < 1e-9);
	for (int i = 0; i < 60; i++)
		at(UI_WHEEL, x, y);
	assert_true(b->config.v[KNOB_zoom] == knob_get(KNOB_zoom)->high);
	/* the keyboard: on the control, and from anywhere */
	walk_to("relief");
	double before = b->config.v[KNOB_turn];
	key(UI_KEY_RIGHT, 0);
	key(UI_KEY_UP, UI_SHIFT);
	key(UI_KEY_HOME, 0);
	assert_true(fabs(b->config.v[KNOB_turn] - before - 5) < 1e-9 && b->config.v[KNOB_zoom] == 1);
	command_run(b, "turn-left");
	command_run(b, "zoom-in");
	assert_true(fabs(b->config.v[KNOB_turn] - before) < 1e-9 && b->config.v[KNOB_zoom] > 1);
	for (int i = 0; i < 100; i++)
		command_run(b, i < 80 ? "turn-right" : "tilt-up");
	assert_true(b->config.v[KNOB_turn] >= 0 && b->config.v[KNOB_turn] < 360 && b->config.v[KNOB_tilt] == 90);
	/* the run has not noticed: no change under way, and all of it in the state */
	settle();
	static run_state s;
	static char text[STATE_TEXT];
	bench_state(b, &s);
	assert_true(s.edits == 0 && b->snap->update == 4);
	assert_non_null(strstr(state_write(&s, text, sizeof text), "tilt=90"));
	close_bench();
}

static void axes_and_height(void **state)
{
	(void)state;
	open_bench(net);
	command_run(b, "axes");
	command_run(b, "height");
	settle();
	settle();
	assert_string_equal(config_choice(&b->config, KNOB_axes), "named");
	assert_string_equal(config_choice(&b->config, KNOB_height), "log");
	assert_true(b->snap->surface.kind == SLICE_NAMED && b->snap->surface.na == 9);
	b->view[0] = view_find("loss");
	pass(NULL);
	assert_null(ui_find(&b->ui, "relief"));
	command_run(b, "axes"); /* nothing to see: nothing happens */
	assert_string_equal(config_choice(&b->config, KNOB_axes), "named");
	close_bench();
}

static void click_map(float share_x, float share_y)
{
	rect r = place("surface map");
	float x = r.x + share_x * r.w, y = r.y + share_y * r.h;
	at(UI_MOVE, x, y);
	at(UI_PRESS, x, y);
	at(UI_RELEASE, x, y);
}

static bool near(double value, double want, double room)
{
	if (fabs(value - want) <= room)
		return true;
	print_error("%.12g is not %.12g ± %.2g\n", value, want, room);
	return false;
}

/* A click puts a cross; only the button, Enter or J begins again, and then all arms do. */
static void starts_on_the_map(void **state)
{
	(void)state;
	open_bench("unroll/1 task=fixed_point T=20 lr=0.1 precision=f64 views=surface arm=a arm=b clip=norm "
	           "clip_at=0.1 @30");
	assert_null(ui_find(&b->ui, "start here"));
	click_map(0.25F, 0.5F);
	pass(NULL);
	assert_true(b->relief.crossed && b->snap->update == 30);
	const slice_picture *p = &b->snap->surface;
	double w = p->low[0] + 0.25 * (p->high[0] - p->low[0]), at_b = 0.5 * (p->low[1] + p->high[1]);
	rect button = place("start here");
	at(UI_MOVE, button.x + 9, button.y + 9);
	at(UI_PRESS, button.x + 9, button.y + 9);
	at(UI_RELEASE, button.x + 9, button.y + 9);
	settle();
	assert_true(b->snap->update == 0 && !b->relief.crossed);
	for (int i = 0; i < 2; i++) {
		assert_true(near(b->snap->about[i].config.v[KNOB_w], w, 1e-3));
		assert_true(near(b->snap->about[i].config.v[KNOB_b], at_b, 1e-3));
	}
	/* by keyboard */
	walk_to("surface map");
	key(UI_KEY_RIGHT, 0); /* the middle */
	key(UI_KEY_RIGHT, 0);
	key(UI_KEY_DOWN, UI_SHIFT);
	double middle = 0.5 * (p->low[0] + p->high[0]);
	assert_true(near(b->relief.a, middle + 0.025 * (p->high[0] - p->low[0]), 1e-9));
	key(UI_KEY_ESCAPE, 0); /* the ring */
	key(UI_KEY_ESCAPE, 0);
	assert_false(b->relief.crossed);
	command_run(b, "start-here");
	command_run(b, "start-here");
	settle();
	assert_true(near(b->snap->about[1].config.v[KNOB_w], middle, 1e-9));
	/* the command hands the arrows to the cross */
	long before = b->snap->update;
	command_run(b, "start-here");
	middle = b->relief.a;
	key(UI_KEY_LEFT, 0);
	assert_true(near(b->relief.a, middle - 0.025 * (p->high[0] - p->low[0]), 1e-9));
	assert_int_equal(b->snap->update, before);
	double chosen = b->relief.a;
	key(UI_KEY_ENTER, 0);
	settle();
	assert_false(b->relief.crossed);
	assert_true(near(b->snap->about[0].config.v[KNOB_w], chosen, 1e-9));
	close_bench();
}

/* The same on a function, and on a net: what the state says then repeats it. */
static void starts_of_functions_and_nets(void **state)
{
	(void)state;
	static run_state s;
	err e;
	open_bench("unroll/1 task=function function=rosenbrock lr=0.0005 views=surface @9");
	click_map(0.75F, 0.5F);
	command_run(b, "start-here");
	settle();
	assert_true(near(b->config.v[KNOB_start_a], 1, 0.02) && near(b->config.v[KNOB_start_b], 1, 0.02));
	close_bench();
	open_bench(net);
	command_run(b, "start-here"); /* a place … */
	command_run(b, "start-here"); /* … on a plane that does not go through the drawn weights yet */
	settle();
	settle();
	assert_true(b->config.v[KNOB_centre] == 0 && b->snap->update == 4 && b->snap->surface.update == 0);
	click_map(0.9F, 0.2F);
	command_run(b, "start-here");
	settle();
	settle();
	assert_true(b->snap->update == 0 && near(b->config.v[KNOB_start_a], 0.8, 0.02));
	const slice_way *w = &b->snap->surface.way[0];
	assert_true(near((double)w->at[0][0], b->config.v[KNOB_start_a], 1e-4));
	assert_true(near((double)w->at[0][1], b->config.v[KNOB_start_b], 1e-4));
	bench_state(b, &s);
	double loss = b->snap->arm[0].now[SNAP_LOSS];
	trial *t = trial_new(&s.arm[0].start, &e);
	trial_measure(t);
	assert_true(t->r.loss == loss);
	trial_free(t);
	close_bench();
	open_bench("unroll/1 hidden=5 T=6 batch=3 grid=9 axes=pca views=surface @9");
	command_run(b, "start-here");
	assert_false(b->relief.crossed); /* no start can be told there: said before a place is looked for */
	command_run(b, "start-here");
	settle();
	assert_int_equal(b->snap->update, 9);
	close_bench();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(the_relief_turns),
	        cmocka_unit_test(axes_and_height),
	        cmocka_unit_test(starts_on_the_map),
	        cmocka_unit_test(starts_of_functions_and_nets),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

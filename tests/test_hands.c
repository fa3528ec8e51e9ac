/* Taking hold of plots: the bench with a real worker, its handles dragged with the pointer and moved with the keyboard.
 * Every drag can be undone with Escape. */
#include "app/bench.h"
#include "app/command.h"
#include "app/recent.h"
#include "draw/canvas_null.h"
#include "run/trial.h"

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

static bench b;
static double now;

static void pass(const ui_event *e)
{
	canvas c = canvas_null(bench_theme(&b), 1600, 1000);
	bench_pass(&b, &c, &c, e == NULL, e, now += 0.02);
}

/* Until the worker has nothing left to do and the screen shows it. */
static void settle(void)
{
	pass(NULL);
	worker_settle(b.worker);
	bench_take(&b);
	pass(NULL);
	pass(NULL);
}

static void open_bench(const char *text)
{
	static run_state s;
	err e;
	if (!state_read(&s, text, &e))
		fail_msg("%s: %s", text, e.text);
	worker *w = worker_new(&s, 8 << 20, NULL, NULL, &e);
	assert_non_null(w);
	now = 0;
	bench_init(&b, &s, w, &(settings){.theme = THEME_LIGHT, .scale = 1}, NULL);
	worker_speed(w, 0);
	settle();
}

static void close_bench(void)
{
	worker *w = b.worker;
	bench_done(&b);
	worker_free(w);
}

static const ui_control *find(const char *name)
{
	const ui_control *k = ui_find(&b.ui, name);
	if (!k)
		fail_msg("there is no '%s'", name);
	return k;
}

static point middle(const char *name)
{
	const ui_control *k = find(name);
	return (point){k->area.x + k->area.w / 2, k->area.y + k->area.h / 2};
}

static void press(const char *name)
{
	point at = middle(name);
	pass(&(ui_event){.kind = UI_MOVE, .at = at});
	pass(NULL);
	at = middle(name);
	pass(&(ui_event){.kind = UI_PRESS, .at = at, .clicks = 1});
	pass(NULL);
}

static void pull(float dx, float dy)
{
	point from = b.ui.press;
	for (int i = 1; i <= 4; i++) {
		pass(&(ui_event){.kind = UI_MOVE, .at = {from.x + dx * (float)i / 4, from.y + dy * (float)i / 4}});
		settle();
	}
}

static void release(void)
{
	pass(&(ui_event){.kind = UI_RELEASE, .at = b.ui.pointer});
	settle();
}

static void click(const char *name)
{
	press(name);
	release();
}

static void key(int k, unsigned mods)
{
	pass(&(ui_event){.kind = UI_KEY, .key = k, .mods = mods});
	settle();
}

/* With Tab, as a keyboard has to. */
static void focus_on(const char *name)
{
	for (int i = 0; i < 300; i++) {
		pass(&(ui_event){.kind = UI_KEY, .key = UI_KEY_TAB});
		pass(NULL);
		if (b.ui.focus == find(name)->id)
			return;
	}
	fail_msg("Tab does not reach '%s'", name);
}

static const snap_arm *arm(void)
{
	return &b.snap->arm[0];
}

/* ---- the radius ---- */

static void the_radius_is_dragged(void **unused)
{
	(void)unused;
	open_bench("unroll/1 T=10 hidden=12 views=spectrum,loss @50");
	double before = arm()->now[SNAP_RHO];
	press("spectrum radius");
	pull(40, -28);
	double wide = arm()->now[SNAP_RHO];
	assert_true(wide > before + 0.05 && arm()->update == 50 && b.snap->state.edits == 1);
	assert_true(b.snap->state.edit[0].knob == KNOB_rescale && fabs(b.snap->state.edit[0].value - wide) < 1e-3);
	release();
	assert_true(b.snap->state.edits == 1 && fabs(arm()->now[SNAP_RHO] - wide) < 1e-9);
	/* Escape: the matrix of before, bit for bit, and nothing in the state; that is what taking hold of it meant */
	press("spectrum radius");
	pull(-30, 20);
	assert_true(arm()->now[SNAP_RHO] < wide);
	key(UI_KEY_ESCAPE, 0);
	assert_true(b.snap->state.edits == 0 && arm()->now[SNAP_RHO] == before);
	pull(-60, 40); /* it is no longer held */
	assert_true(arm()->now[SNAP_RHO] == before);
	release();
	/* the keyboard's way */
	focus_on("spectrum radius");
	key(UI_KEY_UP, 0);
	assert_true(arm()->now[SNAP_RHO] > before);
	key(UI_KEY_END, 0);
	double end = arm()->now[SNAP_RHO];
	key(UI_KEY_HOME, 0);
	assert_true(end > 1 && arm()->now[SNAP_RHO] < 0.06 && b.snap->state.edits == 1);
	close_bench();
	open_bench("unroll/1 T=10 hidden=12 views=spectrum,loss"); /* at the start it is the knob */
	focus_on("spectrum radius");
	key(UI_KEY_END, 0);
	assert_true(arm()->config.v[KNOB_rho] > 1 && b.snap->state.edits == 0);
	close_bench();
}

/* ---- lines ---- */

static void the_threshold_is_dragged(void **unused)
{
	(void)unused;
	open_bench("unroll/1 T=10 hidden=12 views=norms,loss @60");
	assert_string_equal(find("norms clip")->value, "not clipped");
	press("norms clip");
	pull(0, 200);
	release();
	assert_string_equal(config_choice(&arm()->config, KNOB_clip), "norm");
	double at = arm()->config.v[KNOB_clip_at];
	assert_true(at > 0 && at < 10);
	press("norms clip");
	pull(0, 60);
	assert_true(arm()->config.v[KNOB_clip_at] < at);
	key(UI_KEY_ESCAPE, 0);
	assert_true(arm()->config.v[KNOB_clip_at] == at);
	release();
	focus_on("norms clip");
	key(UI_KEY_DOWN, 0);
	assert_true(arm()->config.v[KNOB_clip_at] < at);
	key(UI_KEY_PAGE_UP, 0);
	assert_true(arm()->config.v[KNOB_clip_at] > at);
	close_bench();
}

static void the_horizon_is_dragged(void **unused)
{
	(void)unused;
	static const char *const views_of[] = {"temporal", "truncation"};
	for (int i = 0; i < 2; i++) {
		char text[96], name[64];
		snprintf(text, sizeof text, "unroll/1 T=30 hidden=8 views=%s,loss @20", views_of[i]);
		snprintf(name, sizeof name, "%s truncate", views_of[i]);
		open_bench(text);
		assert_string_equal(find(name)->value, "all the way");
		press(name);
		pull(i ? -80.0F : 160.0F, 0);
		release();
		double p = arm()->config.v[KNOB_truncate];
		assert_true(p >= 1 && p < 30);
		focus_on(name);
		key(i ? UI_KEY_LEFT : UI_KEY_RIGHT, 0); /* the grip goes where the arrow points */
		assert_true(arm()->config.v[KNOB_truncate] == p - 1);
		key(UI_KEY_DELETE, 0);
		assert_true(arm()->config.v[KNOB_truncate] == 0);
		key(UI_KEY_HOME, 0);
		assert_true(arm()->config.v[KNOB_truncate] == 1);
		close_bench();
	}
}

/* ---- the sequence ---- */

static void a_value_is_dragged(void **unused)
{
	(void)unused;
	open_bench("unroll/1 T=12 hidden=8 views=sequence,unrolled @40");
	const snap_tape *t = &arm()->tape;
	assert_true(t->T == 12 && t->example == 0);
	float before = t->x[1][0];
	press("sequence input");
	pull(0, before > 0.5F ? 60.0F : -60.0F);
	release();
	t = &arm()->tape;
	assert_true(t->example == 40 && t->edits == 1 && fabsf(t->x[1][0] - before) > 0.05F && t->has_dh);
	assert_int_equal(b.snap->state.edits, 0);
	/* Escape takes it back to where the drag began */
	float changed = t->x[1][0];
	press("sequence input");
	pull(0, 40);
	assert_true(arm()->tape.x[1][0] != changed);
	key(UI_KEY_ESCAPE, 0);
	assert_true(arm()->tape.x[1][0] == changed);
	release();
	/* the keyboard: another step, its value, and what was there */
	focus_on("sequence input");
	key(UI_KEY_RIGHT, 0);
	float second = arm()->tape.x[1][1];
	key(UI_KEY_UP, 0);
	assert_true(arm()->tape.x[1][1] > second && arm()->tape.edits == 2);
	key(UI_KEY_DELETE, 0);
	assert_true(arm()->tape.x[1][1] == second && arm()->tape.edits == 1);
	pass(&(ui_event){.kind = UI_MOVE, .at = {800, 5}});
	command_run(&b, "example");
	settle();
	assert_int_equal(arm()->tape.example, 0);
	command_run(&b, "example");
	settle();
	assert_true(arm()->tape.example == 40 && arm()->tape.edits == 0);
	close_bench();
}

static void a_mark_is_dragged(void **unused)
{
	(void)unused;
	open_bench("unroll/1 T=12 hidden=8 views=sequence @40");
	int at = 0;
	while (arm()->tape.x[0][at] == 0)
		at++;
	focus_on("sequence mark 1");
	bool right = arm()->tape.x[0][at + 1] == 0;
	key(right ? UI_KEY_RIGHT : UI_KEY_LEFT, 0);
	const snap_tape *t = &arm()->tape;
	assert_true(t->x[0][at] == 0 && t->x[0][right ? at + 1 : at - 1] == 1);
	float sum = 0;
	for (int i = 0; i < 12; i++)
		sum += t->x[0][i] * t->x[1][i];
	assert_true(fabsf(t->want[0][11] - sum) < 1e-6F);
	close_bench();
}

static void a_symbol_is_dragged(void **unused)
{
	(void)unused;
	open_bench("unroll/1 task=hello cell=lstm hidden=8 views=sequence @20");
	assert_int_equal(arm()->tape.input[0], 0);
	press("sequence input");
	pull(0, -18);
	release();
	assert_int_equal(arm()->tape.input[0], 2);
	close_bench();
}

/* ---- several ---- */

static void every_arm_has_its_own(void **unused)
{
	(void)unused;
	open_bench("unroll/1 T=10 hidden=8 views=norms,spectrum arm=a clip=norm clip_at=0.1 arm=b clip=norm clip_at=1 "
	           "@60");
	focus_on("norms clip 2");
	key(UI_KEY_DOWN, 0);
	assert_true(b.snap->about[1].config.v[KNOB_clip_at] < 1 && b.snap->about[0].config.v[KNOB_clip_at] == 0.1);
	focus_on("spectrum radius 1");
	double other = b.snap->arm[1].now[SNAP_RHO];
	key(UI_KEY_END, 0);
	assert_true(b.snap->arm[0].now[SNAP_RHO] > 1 && b.snap->arm[1].now[SNAP_RHO] == other);
	close_bench();
}

/* ---- run until ---- */

static void type(const char *text)
{
	key('a', UI_CTRL);
	for (const char *p = text; *p; p++)
		pass(&(ui_event){.kind = UI_TYPE, .text = {*p}});
	pass(&(ui_event){.kind = UI_KEY, .key = UI_KEY_ENTER});
}

/* The first update whose loss is below x, made without a window. */
static long first_below(const char *text, double x)
{
	static run_state s;
	err e;
	assert_true(state_read(&s, text, &e));
	trial *t = trial_new(&s.arm[0].start, &e);
	assert_non_null(t);
	do
		trial_step(t);
	while (t->r.loss >= x);
	long update = t->update;
	trial_free(t);
	return update;
}

static void a_condition_is_typed(void **unused)
{
	(void)unused;
	static const char text[] = "unroll/1 T=8 hidden=10 batch=8 lr=0.02 seed=4 views=loss";
	char folder[] = "/tmp/unroll-until-XXXXXX";
	assert_non_null(mkdtemp(folder));
	setenv("XDG_STATE_HOME", folder, 1);
	open_bench(text);
	key('u', 0);
	assert_true(ui_editing(&b.ui));
	type("loss < 0.1 und update > 3");
	settle();
	assert_true(ui_editing(&b.ui) && strstr(b.ui.edit.error, "column 12") && b.ui.edit.caret == 11);
	type("lss < 0.1");
	settle();
	assert_non_null(strstr(b.ui.edit.error, "did you mean 'loss'"));
	type("loss < 0.1");
	settle();
	assert_true(b.snap->update == first_below(text, 0.1) && !b.playing && !ui_editing(&b.ui));
	assert_non_null(strstr(b.snap->message, "loss 0.0"));
	worker_seek(b.worker, 0);
	settle();
	click("until");
	type("update = 7");
	settle();
	assert_true(b.snap->update == 7);
	/* while it waits, the strip shows the numbers; pausing ends it */
	click("until");
	type("loss < 0");
	worker_play(b.worker, false);
	settle();
	assert_false(b.snap->until.active);
	/* what was typed comes back, also in another window */
	close_bench();
	open_bench(text);
	key('u', 0);
	assert_string_equal(ui_typed(&b.ui), "loss < 0");
	key(UI_KEY_UP, 0);
	key(UI_KEY_UP, 0);
	assert_string_equal(ui_typed(&b.ui), "update = 7");
	key(UI_KEY_UP, 0);
	assert_string_equal(ui_typed(&b.ui), "loss < 0.1");
	key(UI_KEY_ENTER, 0);
	assert_true(b.snap->update == first_below(text, 0.1));
	close_bench();
}

/* ---- the way back ---- */

static const char *present(void)
{
	static run_state s;
	static char text[2][STATE_TEXT];
	static int turn;
	bench_state(&b, &s);
	return state_write(&s, text[turn = !turn], STATE_TEXT);
}

static void wait(void)
{
	now += 5;
	pass(NULL);
}

static void set_knob(const char *name, const char *value)
{
	if (!panel_set(&b, name, value))
		fail_msg("%s=%s is refused", name, value);
	settle();
}

static char was[STATE_TEXT];

static void remember(void)
{
	wait();
	snprintf(was, sizeof was, "%s", present());
}

static void changes_are_taken_back(void **unused)
{
	(void)unused;
	open_bench("unroll/1 T=6 hidden=4 batch=2 views=loss,norms @50");
	double loss = arm()->now[SNAP_LOSS];
	key('z', UI_CTRL);
	assert_string_equal(b.ui.toast, "Nothing has been changed.");
	/* a drag over several values is one change */
	remember();
	for (int hidden = 5; hidden < 9; hidden++) {
		char value[8];
		snprintf(value, sizeof value, "%d", hidden);
		set_knob("hidden", value);
	}
	assert_non_null(strstr(b.ui.toast, "Ctrl+Z"));
	assert_true(b.snap->update == 0 && b.config.v[KNOB_hidden] == 8);
	bench_toggle_view(&b, view_find("spectrum")); /* the plots are not what is taken back */
	key('z', UI_CTRL);
	assert_true(b.snap->update == 50 && b.config.v[KNOB_hidden] == 4 && arm()->now[SNAP_LOSS] == loss);
	assert_true(b.views == 3);
	key('y', UI_CTRL);
	assert_true(b.snap->update == 0 && b.config.v[KNOB_hidden] == 8);
	key('y', UI_CTRL);
	assert_string_equal(b.ui.toast, "Nothing has been taken back.");
	key('z', UI_CTRL);
	bench_toggle_view(&b, view_find("spectrum"));
	assert_string_equal(present(), was);
	/* a setting under way, and one from an earlier place: what lay ahead comes back, too */
	remember();
	set_knob("lr", "0.05");
	wait();
	key(UI_KEY_LEFT, UI_SHIFT);
	set_knob("lr", "0.2");
	assert_true(b.snap->end == 40);
	key('z', UI_CTRL);
	assert_true(b.snap->update == 40 && b.snap->end == 50 && b.snap->state.edits == 1);
	key('z', UI_CTRL);
	assert_string_equal(present(), was);
	close_bench();
}

static void lost_runs_come_back(void **unused)
{
	(void)unused;
	open_bench("unroll/1 T=6 hidden=4 batch=2 views=loss arm=\"one\" lr=0.01 arm=\"two\" lr=0.1 @30");
	remember();
	key('x', UI_SHIFT);
	assert_true(b.snap->all == 1);
	key('z', UI_CTRL);
	assert_string_equal(present(), was);
	key('r', 0);
	assert_true(b.snap->update == 0);
	key('r', UI_SHIFT);
	assert_true(b.config.v[KNOB_seed] == 2);
	key('z', UI_CTRL);
	assert_true(b.snap->update == 0 && b.config.v[KNOB_seed] == 1);
	key('z', UI_CTRL);
	assert_string_equal(present(), was);
	key('c', 0);
	assert_true(b.snap->all == 3);
	key('z', UI_CTRL);
	assert_string_equal(present(), was);
	/* what is changed now takes the place of what was taken back */
	set_knob("lr", "0.3");
	key('y', UI_CTRL);
	assert_string_equal(b.ui.toast, "Nothing has been taken back.");
	/* more changes than are kept */
	for (int i = 0; i < 2 * UNDO_MOST; i++) {
		wait();
		set_knob("lr", i % 2 ? "0.01" : "0.02");
	}
	for (int i = 0; i < UNDO_MOST; i++)
		key('z', UI_CTRL);
	key('z', UI_CTRL);
	assert_string_equal(b.ui.toast, "Nothing has been changed.");
	close_bench();
}

static void press_key(int k, unsigned mods)
{
	pass(&(ui_event){.kind = UI_KEY, .key = k, .mods = mods});
}

/* What was asked for is done, step after step. */
static void settle_steps(void)
{
	for (int i = 0; i < 2 * UNDO_MOST && b.undo.wanted != 0; i++)
		settle();
	settle();
}

/* Nothing is waited for between the keys: the runs are still on their way when the next one comes. */
static void nothing_is_lost_in_haste(void **unused)
{
	enum { CHANGES = 6 };
	static char state[CHANGES + 1][STATE_TEXT];
	static const char *const lr[CHANGES] = {"0.02", "0.03", "0.04", "0.05", "0.06", "0.07"};
	(void)unused;
	open_bench("unroll/1 T=12 hidden=24 batch=4 views=loss @700");
	for (int i = 0; i <= CHANGES; i++) {
		wait();
		snprintf(state[i], sizeof state[i], "%s", present());
		if (i < CHANGES)
			set_knob("lr", lr[i]);
		if (i == 2) /* one that begins again */
			key('r', 0);
	}
	for (int i = 0; i < CHANGES - 3; i++)
		press_key('z', UI_CTRL);
	settle_steps();
	assert_string_equal(present(), state[3]);
	for (int i = 0; i < 3; i++) {
		press_key('z', UI_CTRL);
		bench_take(&b);
	}
	settle_steps();
	assert_string_equal(present(), state[1]);
	for (int i = 0; i < 2; i++)
		press_key('z', UI_CTRL);
	settle_steps();
	assert_string_equal(present(), state[0]);
	assert_string_equal(b.ui.toast, "Nothing has been changed.");
	for (int i = 0; i < CHANGES + 3; i++)
		press_key('y', UI_CTRL);
	settle_steps();
	assert_string_equal(present(), state[CHANGES]);
	press_key('z', UI_CTRL); /* there and back again: where it was, whatever it saw of the way */
	bench_take(&b);
	press_key('y', UI_CTRL);
	bench_take(&b);
	press_key('z', UI_CTRL);
	settle_steps();
	assert_string_equal(present(), state[CHANGES - 1]);
	/* a change on the way: before it stood what the run was on its way to */
	key('z', UI_CTRL);
	settle_steps();
	press_key('y', UI_CTRL);
	panel_set(&b, "momentum", "0.5");
	panel_set(&b, "optimizer", "momentum");
	pass(NULL);
	settle();
	key('z', UI_CTRL);
	settle_steps();
	assert_string_equal(present(), state[CHANGES - 1]);
	close_bench();
}

/* The file of recent runs holds few: a chain of steps back takes one place among them. */
static void steps_back_leave_the_recent_runs(void **unused)
{
	char home[] = "/tmp/unroll-hands-XXXXXX", state[32];
	err e;
	(void)unused;
	assert_non_null(mkdtemp(home));
	setenv("XDG_STATE_HOME", home, 1);
	for (int i = 0; i < RECENT_MOST; i++) {
		snprintf(state, sizeof state, "unroll/1 T=%d @9", 100 + i);
		assert_true(recent_add(state, 1 + i, &e));
	}
	open_bench("unroll/1 T=6 hidden=4 batch=2 views=loss @50");
	b.gallery.keeps = true;
	for (int i = 0; i < 8; i++) {
		wait();
		set_knob("lr", i % 2 ? "0.03" : "0.02");
		key(UI_KEY_RIGHT, 0);
	}
	for (int i = 0; i < 8; i++)
		key('z', UI_CTRL);
	for (int i = 0; i < 4; i++)
		key('y', UI_CTRL);
	recent r = recent_load();
	int others = 0;
	for (int i = 0; i < r.n; i++)
		others += strstr(r.run[i].state, " @9") != NULL;
	assert_int_equal(others, RECENT_MOST - 1);
	recent_free(&r);
	b.gallery.keeps = false;
	gallery_done(&b.gallery);
	close_bench();
	unsetenv("XDG_STATE_HOME");
	char path[64];
	snprintf(path, sizeof path, "%s/unroll/recent", home);
	assert_int_equal(unlink(path), 0);
	snprintf(path, sizeof path, "%s/unroll", home);
	assert_true(rmdir(path) == 0 && rmdir(home) == 0);
}

static void what_is_held_is_let_go_first(void **unused)
{
	(void)unused;
	open_bench("unroll/1 T=10 hidden=12 views=spectrum,loss arm=\"one\" lr=0.01 arm=\"two\" lr=0.02 @50");
	bench_select(&b, 1);
	settle();
	remember();
	press("spectrum radius 2");
	pull(40, -28);
	wait(); /* a hand that rests */
	press_key('z', UI_CTRL);
	assert_non_null(strstr(b.ui.toast, "let go"));
	assert_true(b.snap->state.edits == 1);
	now += 5;
	pull(60, -42);
	release();
	assert_true(b.snap->state.edits == 1 && b.undo.back.n == 1);
	key('z', UI_CTRL);
	assert_string_equal(present(), was);
	assert_true(b.arm == 1 && b.config.v[KNOB_lr] == 0.02);
	/* the next drag is another change */
	press("spectrum radius 2");
	pull(40, -28);
	release();
	wait();
	press("spectrum radius 2");
	pull(-20, 14);
	release();
	assert_true(b.undo.back.n == 2);
	close_bench();
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(the_radius_is_dragged),
	        cmocka_unit_test(the_threshold_is_dragged), cmocka_unit_test(the_horizon_is_dragged),
	        cmocka_unit_test(a_value_is_dragged), cmocka_unit_test(a_mark_is_dragged),
	        cmocka_unit_test(a_symbol_is_dragged), cmocka_unit_test(every_arm_has_its_own),
	        cmocka_unit_test(a_condition_is_typed), cmocka_unit_test(changes_are_taken_back),
	        cmocka_unit_test(lost_runs_come_back), cmocka_unit_test(nothing_is_lost_in_haste),
	        cmocka_unit_test(steps_back_leave_the_recent_runs), cmocka_unit_test(what_is_held_is_let_go_first)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

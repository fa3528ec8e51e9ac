/* Lessons in the window, driven without one: predicting, running, verdicts, goals, pages, links, free play, the file
 * that is saved again, and every page of every lesson at every size and theme. */
#include "app/lesson_open.h"
#include "app/lesson_picture.h"
#include "app/shelf.h"
#include "app/tutor.h"
#include "base/text.h"
#include "draw/canvas_null.h"
#include "draw/canvas_trace.h"
#include "run/arms.h"

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

static const char first_version[] =
        "---\ntitle: A lesson of tests\nsummary: It is driven.\nminutes: 5\n---\n\nBefore it begins.\n\n"
        "## Predict\nLook.\n\n"
        "```unroll\nset task=fixed_point T=50 x0=0.5 target=0.7 w=6.5 b=-2.9 lr=0.5 precision=f64 backend=native\n"
        "arm \"no clip\" clip=none\narm \"clip 0.1\" clip=norm clip_at=0.1\nviews loss norms\ncontrols lr clip\nlock "
        "lr\n"
        "spotlight clip\n"
        "predict \"Where to?\"\n  * far away\n  - nowhere\n"
        "predict number \"How long is the longest step?\" from 0.001 to 100 log is max_step for \"no clip\" ± 20 %\n"
        "run 100\nhint \"First hint.\"\nhint \"Second hint.\"\nnote \"Only for teachers.\"\n"
        "goal \"clip 0.1\" update > 110\n```\n\nWhat came out.\n\n"
        "## Go on\n\n```unroll\nkeep\nrun until loss < 0.002 for \"clip 0.1\"\n```\n\n"
        "[Steeper](unroll:set lr=0.25), [back](unroll:step 1).\n\n"
        "## Sketch\n\n```unroll\nfresh\nset task=adding T=10 hidden=4 backend=native\nviews loss\n"
        "predict curve \"How does it fall?\" view loss\nrun 5\n```\n";

static bench b;
static double now;
static char folder[] = "/tmp/unroll-tutor-XXXXXX";
static char path[80];

static void write_lesson(const char *text)
{
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static void pass(float w, float h, const ui_event *e)
{
	canvas c = canvas_null(bench_theme(&b), w, h);
	bench_pass(&b, &c, &c, true, e, now += 0.01);
	b.chrome_changed = false; /* all of it has been drawn */
}

static void settle(void)
{
	for (int i = 0; i < 200; i++) {
		pass(1280, 800, NULL);
		worker_settle(b.worker);
		if (!bench_take(&b) && (!b.tutor || b.tutor->route < 0))
			return;
	}
}

static void key(int k)
{
	pass(1280, 800, &(ui_event){.kind = UI_KEY, .key = k});
	settle();
}

static void click(const char *name)
{
	pass(1280, 800, NULL);
	const ui_control *k = ui_find(&b.ui, name);
	if (!k || k->shown.w <= 0)
		fail_msg("%s is not there", name);
	point at = {k->shown.x + k->shown.w / 2, k->shown.y + k->shown.h / 2};
	ui_event e[] = {
	        {.kind = UI_MOVE, .at = at}, {.kind = UI_PRESS, .at = at, .clicks = 1}, {.kind = UI_RELEASE, .at = at}};
	for (int i = 0; i < 3; i++)
		pass(1280, 800, &e[i]);
	settle();
}

static bool there(const char *name)
{
	pass(1280, 800, NULL);
	return ui_find(&b.ui, name) != NULL;
}

/* Is a text on the page. */
static bool reads(const char *text)
{
	pass(1280, 800, NULL);
	const layout *l = b.tutor->set;
	for (int i = 0; l && i < l->n; i++)
		if (l->item[i].text && strstr(l->item[i].text, text))
			return true;
	return false;
}

/* Takes the answers out of the file of progress, or counts them; goals stay. */
static int kept_answers(bool forget)
{
	static char all[16384], rest[16384], file[120];
	snprintf(file, sizeof file, "%s/unroll/progress", folder);
	FILE *f = fopen(file, "r");
	int n = 0;
	rest[0] = 0;
	while (f && fgets(all, sizeof all, f))
		if (strstr(all, "\tanswer\t"))
			n++;
		else
			strcat(rest, all);
	if (f)
		fclose(f);
	if (f && forget) {
		f = fopen(file, "w");
		assert_non_null(f);
		assert_true(fputs(rest, f) >= 0);
		fclose(f);
	}
	return n;
}

static void begin_again(const char *text)
{
	static run_state s;
	err e = {0};
	config c;
	write_lesson(text);
	config_default(&c);
	state_begin(&s, &c, 0);
	worker *w = worker_new(&s, 1 << 24, NULL, NULL, &e);
	assert_non_null(w);
	bench_init(&b, &s, w, &(settings){.theme = THEME_LIGHT, .scale = 1}, NULL);
	pass(1280, 800, NULL);
	worker_speed(w, 0);
	b.speed = INFINITY;
	bench_lesson(&b, path);
	assert_non_null(b.tutor);
	assert_int_equal(b.tutor->l->messages, 0);
	settle();
}

static void begin(const char *text)
{
	kept_answers(true);
	begin_again(text);
}

static void end(void)
{
	worker *w = b.worker;
	bench_done(&b);
	worker_free(w);
}

/* ---- predict, run, verdict, goal, next ---- */

static bool is_finished(const char *lesson_path)
{
	err e;
	lesson *l = lesson_read(lesson_path, &e);
	bool finished = l && lesson_finished(l);
	lesson_free(l);
	return finished;
}

static void test_session(void **state)
{
	(void)state;
	begin(first_version);
	assert_null(tutor_at(b.tutor)); /* the cover */
	assert_true(reads("Before it begins"));
	click("begin");
	assert_string_equal(tutor_at(b.tutor)->title, "Predict");
	assert_int_equal(b.snap->all, 2);
	assert_int_equal(b.views, 2);
	assert_false(reads("What came out"));
	assert_false(reads("Only for teachers"));
	key(' ');
	assert_int_equal(b.snap->update, 0); /* first the prediction */
	assert_non_null(strstr(b.ui.toast, "Predict first"));
	key(UI_KEY_TAB); /* what the page asks comes first */
	assert_int_equal(b.ui.focus, ui_find(&b.ui, "1: far away")->id);
	key(UI_KEY_ESCAPE);
	key(UI_KEY_ENTER); /* does what the page waits for: first it goes to the question */
	assert_int_equal(b.ui.focus, ui_find(&b.ui, "1: far away")->id);
	assert_int_equal(b.snap->update, 0);
	click("2: nowhere");
	click("1: far away"); /* minds change */
	key(' ');
	assert_int_equal(b.snap->update, 0); /* there is another question */
	click("predict");
	key(' ');
	assert_int_equal(b.snap->update, 100);
	assert_false(b.playing);
	assert_true(tutor_state(b.tutor)->ended);
	assert_true(reads("Right."));
	assert_true(reads("What came out"));
	const tutor_answer *y = &tutor_state(b.tutor)->answer[2];
	assert_true(y->given && fabs(y->actual - 10.13) < 0.01);
	assert_false(tutor_done(b.tutor)); /* the goal is left */
	assert_false(is_finished(path));
	pass(1280, 800, &(ui_event){.kind = UI_KEY, .key = UI_KEY_RIGHT, .mods = UI_SHIFT});
	settle();
	assert_int_equal(b.snap->update, 110);
	assert_false(tutor_done(b.tutor));
	key(UI_KEY_RIGHT);
	assert_true(tutor_done(b.tutor));
	assert_true(reads("Reached at update 111"));
	assert_false(reads("too late"));
	assert_true(is_finished(path));
	key(UI_KEY_PAGE_DOWN);
	assert_string_equal(tutor_at(b.tutor)->title, "Go on");
	assert_int_equal(b.snap->update, 111); /* kept */
	end();
}

/* What was predicted is there at the next start, in the units of the plot; it can be asked again. */
static void test_answers_are_kept(void **state)
{
	(void)state;
	begin(first_version);
	key(UI_KEY_PAGE_DOWN);
	click("2: nowhere");
	click("1: far away");
	double said = tutor_state(b.tutor)->answer[2].number;
	click("predict");
	said = tutor_state(b.tutor)->answer[2].number;
	tutor_answer *y = &b.tutor->step[2].answer[0];
	y->x = axis_count(0, 300);
	y->y = (axis){.kind = AXIS_LOG, .low = -3, .high = 1.5};
	for (int i = 10; i < TUTOR_SKETCH; i++)
		y->sketch[i] = (float)i / TUTOR_SKETCH;
	tutor_go(&b, 3);
	settle();
	click("predict");
	assert_int_equal(kept_answers(false), 3);
	end();
	begin_again(first_version);
	tutor_go(&b, 1);
	settle();
	y = tutor_state(b.tutor)->answer;
	assert_true(y[1].given && y[1].option == 0 && y[2].given && y[2].number == said);
	assert_int_equal(tutor_question(b.tutor), -1);
	key(' ');
	assert_int_equal(b.snap->update, 100);
	assert_true(reads("Right."));
	click("predict again 1");
	assert_int_equal(tutor_question(b.tutor), 1);
	assert_int_equal(kept_answers(false), 2);
	y = b.tutor->step[2].answer;
	assert_true(y->given && isnan(y->sketch[9]) && fabsf(y->sketch[48] - 0.5F) < 1e-3F);
	assert_true(y->x.kind == AXIS_COUNT && y->x.high == 300 && y->y.kind == AXIS_LOG && y->y.low == -3);
	end();
}

/* Lines that another version, or a hand, has written: what does not fit is no answer, and all of it stays. */
static void test_answers_are_read_strictly(void **state)
{
	static const char *const bad[] = {"Predict\tanswer\tHow long is the longest step?\t1000",
	        "Predict\tanswer\tHow long is the longest step?\tnan",
	        "Predict\tanswer\tHow long is the longest step?\t1 ", "Predict\tanswer\tWhere to?\tfar",
	        "Predict\tanswer\tWhere else?\tfar away",
	        "Sketch\tanswer\tHow does it fall?\tlinear 0 1 linear 0 1 : 5",
	        "Sketch\tanswer\tHow does it fall?\tlinear 1 0 linear 0 1 : 5", "a line of tomorrow"};
	(void)state;
	begin(first_version);
	char file[120], line[400];
	snprintf(file, sizeof file, "%s/unroll/progress", folder);
	end();
	FILE *f = fopen(file, "a");
	assert_non_null(f);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		fprintf(f, "test-lesson\t%s\n", bad[i]);
	fclose(f);
	begin_again(first_version);
	for (int k = 0; k < 3; k++)
		for (int i = 0; i < LESSON_ACTS; i++)
			assert_false(b.tutor->step[k].answer[i].given);
	assert_int_equal(b.tutor->step[0].met[7], 1); /* a line of old */
	key(UI_KEY_PAGE_DOWN);
	click("1: far away");
	end();
	f = fopen(file, "r");
	bool kept = false, placed = false;
	while (fgets(line, sizeof line, f)) {
		kept = kept || strstr(line, "a line of tomorrow");
		placed = placed || strcmp(line, "test-lesson\tPredict\tanswer\tWhere to?\tfar away\n") == 0;
	}
	fclose(f);
	assert_true(kept && placed);
}

/* Tab goes to what is asked, then to what runs and goes on; what a step says in passing ends with it. */
static void test_order_of_the_keyboard(void **state)
{
	static const char *const want[] = {"1: far away", "2: nowhere", "skip", "run 3", "next step"};
	(void)state;
	begin(first_version);
	key(UI_KEY_PAGE_DOWN);
	for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
		pass(1280, 800, &(ui_event){.kind = UI_KEY, .key = UI_KEY_TAB});
		pass(1280, 800, NULL);
		const ui_control *k = ui_find(&b.ui, want[i]);
		if (!k || b.ui.focus != k->id)
			fail_msg("Tab %zu does not go to %s", i, want[i]);
	}
	click("1: far away"); /* what has been said stays in its place until the run has ended */
	ui_focus(&b.ui, "2: nowhere");
	pass(1280, 800, &(ui_event){.kind = UI_KEY, .key = UI_KEY_TAB});
	pass(1280, 800, NULL);
	assert_true(b.ui.focus == ui_find(&b.ui, "prediction")->id);
	ui_focus_clear(&b.ui);
	key(' ');
	assert_true(b.ui.toast[0]);
	key(UI_KEY_PAGE_DOWN);
	assert_false(b.ui.toast[0]);
	end();
}

/* A run above a question is made before it is asked. */
static void test_a_run_before_the_question(void **state)
{
	(void)state;
	begin("---\ntitle: T\nsummary: s\n---\n\n## Ask\n\n```unroll\nset task=adding T=5 hidden=4 backend=native\n"
	      "views loss\nrun 5\npredict \"And now?\"\n  * a\n  - b\nrun 7\n```\n");
	key(' ');
	assert_int_equal(b.snap->update, 5);
	key(' ');
	assert_int_equal(b.snap->update, 5);
	assert_non_null(strstr(b.ui.toast, "Predict first"));
	click("1: a");
	key(' ');
	assert_int_equal(b.snap->update, 12);
	end();
}

/* Another sitting remembers the goal; hints come one by one; what is locked cannot be moved; notes are the teacher's.
 */
static void test_memory_hints_locks(void **state)
{
	(void)state;
	begin(first_version);
	key(UI_KEY_PAGE_DOWN);
	assert_true(reads("Reached before"));
	assert_false(reads("First hint"));
	key('i');
	assert_true(reads("First hint") && !reads("Second hint"));
	key('i');
	assert_true(reads("Second hint"));
	const ui_control *k = ui_find(&b.ui, "lr");
	assert_true(k && k->role == UI_OPTION && strstr(k->value, "fixed"));
	assert_true(there("clip") && !there("hidden"));
	key('p');
	key('l');
	assert_true(reads("Only for teachers"));
	key('p');
	assert_false(reads("Only for teachers"));
	end();
}

/* A step that goes on with the runs before is found as it would be after them, and its run ends where a check ends it.
 */
static void test_route(void **state)
{
	(void)state;
	err e;
	begin(first_version);
	tutor_go(&b, 2);
	settle();
	assert_int_equal(b.tutor->loaded, 1);
	assert_int_equal(b.snap->update, 100);
	key(' ');
	long stopped = b.snap->update;
	trial *t = trial_new(&b.tutor->l->step[1].arm[1].c, &e);
	assert_non_null(t);
	long want = 0;
	while (t->update < 20000 && want == 0) {
		trial_step(t);
		if (t->update >= 100 && t->r.loss < 0.002)
			want = t->update;
	}
	trial_free(t);
	assert_int_equal(stopped, want);
	/* back and again: the same place */
	bench_seek(&b, 50);
	settle();
	bench_play(&b, true);
	settle();
	assert_int_equal(b.snap->update, stopped);
	end();
}

/* What is played to get to a step is nobody's merit. */
static void test_the_way_to_a_step_reaches_no_goal(void **state)
{
	(void)state;
	begin("---\ntitle: Way\nsummary: To the second step.\n---\n\n## One\n\n```unroll\n"
	      "set task=power T=10 w=1.1 target=100 lr=0 precision=f64\nviews loss\nrun 20\nrun 20\ngoal update > "
	      "10\n```\n\n"
	      "## Two\n\n```unroll\nkeep\nrun 5\n```\n");
	tutor_go(&b, 1);
	settle();
	assert_int_equal(b.tutor->loaded, 1);
	assert_int_equal(b.snap->update, 40);
	assert_null(strstr(b.ui.toast, "Goal reached"));
	for (int i = 0; i < b.tutor->l->step[0].acts; i++)
		assert_int_equal(b.tutor->step[0].met[i], 0);
	tutor_go(&b, 0);
	settle();
	key(' ');
	assert_true(reads("Reached at update 11"));
	end();
}

/* What is asked is told nowhere; a step is found at rest; pages are turned beside a slider that was dragged. */
static void test_nothing_is_told(void **state)
{
	(void)state;
	begin("---\ntitle: T\nsummary: s\n---\n\n## Ask\n\n```unroll\nset task=power T=1000 w=1.01 backend=native\n"
	      "views power\ncontrols w\n"
	      "predict number \"How large?\" from 1 to 1e6 log is output ± 900 %\ngoal see output > 1e6\n```\n\nSo.\n\n"
	      "## Go on\n\nText.\n");
	assert_true(tutor_veils(b.tutor));
	assert_false(reads("now: output"));
	assert_string_equal(ui_find(&b.ui, "loss reading")->value, "–");
	click("predict");
	assert_true(reads("now: output"));
	assert_string_not_equal(ui_find(&b.ui, "loss reading")->value, "–");
	bench_play(&b, true);
	tutor_go(&b, 1);
	settle();
	assert_false(b.snap->playing);
	assert_int_equal(b.tutor->route, -1);
	click("w");
	assert_true(b.ui.focus != 0 && !b.ui.ring);
	ui_focus(&b.ui, "w"); /* not even where the ring shows a slider */
	key(UI_KEY_PAGE_UP);
	assert_int_equal(tutor_number(b.tutor), 0);
	key(UI_KEY_PAGE_DOWN);
	key(UI_KEY_PAGE_UP);
	end();
}

/* On a logarithmic axis a tolerance in per cent is a factor, up as down. */
static void test_tolerances(void **state)
{
	(void)state;
	lesson_act a = {.kind = ACT_PREDICT_NUMBER, .log = true, .percent = true, .tolerance = 900};
	tutor_answer y = {.given = true, .actual = 275.9};
	static const struct {
		double said;
		bool right;
	} cases[] = {{10, false}, {27, false}, {28, true}, {275.9, true}, {2700, true}, {2800, false}, {-1, false}};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		y.number = cases[i].said;
		assert_int_equal(tutor_is_right(&a, &y), cases[i].right);
	}
	a.log = false;
	a.tolerance = 10;
	y.number = 250;
	assert_true(tutor_is_right(&a, &y));
	y.number = 240;
	assert_false(tutor_is_right(&a, &y));
}

static void test_links_and_free_play(void **state)
{
	(void)state;
	begin(first_version);
	tutor_go(&b, 2);
	settle();
	click("link: Steeper");
	assert_true(b.snap->about[0].config.v[KNOB_lr] == 0.25 && b.snap->about[1].config.v[KNOB_lr] == 0.25);
	assert_int_equal(b.tutor->flashes, 1);
	long update = b.snap->update;
	key('j');
	assert_true(b.tutor->free);
	assert_true(there("hidden") || there("Task"));
	double seed = b.config.v[KNOB_seed];
	pass(1280, 800, &(ui_event){.kind = UI_KEY, .key = 'r', .mods = UI_SHIFT});
	settle();
	assert_int_equal(b.snap->update, 0);
	/* what is changed in free play can be taken back there, and made again */
	pass(1280, 800, &(ui_event){.kind = UI_KEY, .key = 'z', .mods = UI_CTRL});
	settle();
	assert_true(b.tutor->free && b.config.v[KNOB_seed] == seed && b.snap->update == update);
	pass(1280, 800, &(ui_event){.kind = UI_KEY, .key = 'y', .mods = UI_CTRL});
	settle();
	assert_true(b.tutor->free && b.config.v[KNOB_seed] == seed + 1 && b.snap->update == 0);
	key('j');
	assert_false(b.tutor->free);
	assert_int_equal(b.snap->update, update);
	pass(1280, 800, &(ui_event){.kind = UI_KEY, .key = 'z', .mods = UI_CTRL});
	settle();
	assert_int_equal(b.snap->update, update);
	assert_non_null(strstr(b.ui.toast, "In a lesson"));
	click("link: back");
	assert_string_equal(tutor_at(b.tutor)->title, "Predict");
	assert_int_equal(b.snap->update, 0);
	end();
}

/* What was reached in free play does not count: neither does the time. */
static void test_free_play_is_no_delay(void **state)
{
	(void)state;
	begin("---\ntitle: Late\nsummary: By update 3.\n---\n\n## One\n\n```unroll\n"
	      "set task=power T=10 w=1.1 target=100 lr=0 precision=f64\nviews loss\ngoal output > 1000 by 3\n```\n");
	tutor_go(&b, 0);
	settle();
	assert_true(reads("now: output 2.358") && !reads("too late"));
	key('j');
	bench_play_until(&b, 5);
	settle();
	assert_int_equal(b.snap->update, 5);
	key('j');
	assert_int_equal(b.snap->update, 0);
	assert_true(reads("now: output 2.358") && !reads("too late"));
	bench_play_until(&b, 5);
	settle();
	assert_true(reads("too late"));
	end();
}

static bool draws(const char *text)
{
	trace *t = trace_new(bench_theme(&b), 1280, 800);
	assert_non_null(t);
	bench_pass(&b, trace_canvas(t), trace_canvas(t), true, NULL, now += 0.01);
	bool there = strstr(trace_text(t, NULL), text) != NULL;
	trace_free(t);
	return there;
}

/* While a run goes on the page tells how far it is, and is drawn again for it. */
static void test_a_run_tells_how_far_it_is(void **state)
{
	(void)state;
	begin(first_version);
	tutor_go(&b, 1);
	settle();
	click("1: far away");
	click("predict");
	bench_play_until(&b, 40);
	settle();
	assert_int_equal(b.snap->update, 40);
	assert_true(draws("Run 100 updates"));
	static snap moving; /* as it is before the next one */
	const snap *still = b.snap;
	moving = *still;
	moving.playing = b.playing = true;
	b.snap = &moving;
	assert_true(draws("Running … 40 of 100"));
	now += 1;
	pass(1280, 800, NULL);
	assert_false(b.chrome_changed);
	tutor_take(&b);
	assert_true(b.chrome_changed);
	b.snap = still;
	b.playing = false;
	end();
}

/* The lesson's run of 100 updates does not end the play. */
static void test_free_play_goes_on(void **state)
{
	(void)state;
	begin(first_version);
	tutor_go(&b, 1);
	settle();
	assert_true(there("run 3"));
	key('j');
	assert_false(there("run 3"));
	bench_play_until(&b, 150);
	settle();
	assert_int_equal(b.snap->update, 150);
	key('j');
	assert_int_equal(b.snap->update, 0);
	assert_false(tutor_state(b.tutor)->ended);
	end();
}

static void test_sketch(void **state)
{
	(void)state;
	begin(first_version);
	tutor_go(&b, 3);
	settle();
	pass(1280, 800, NULL);
	const ui_control *k = ui_find(&b.ui, "sketch");
	assert_non_null(k);
	rect r = k->shown;
	ui_event e[] = {{.kind = UI_MOVE, .at = {r.x + 2, r.y + 0.1F * r.h}},
	        {.kind = UI_PRESS, .at = {r.x + 2, r.y + 0.1F * r.h}, .clicks = 1},
	        {.kind = UI_MOVE, .at = {r.x + r.w - 2, r.y + 0.9F * r.h}},
	        {.kind = UI_RELEASE, .at = {r.x + r.w - 2, r.y + 0.9F * r.h}}};
	for (int i = 0; i < 4; i++)
		pass(1280, 800, &e[i]);
	const tutor_answer *y = &tutor_state(b.tutor)->answer[0];
	assert_true(fabsf(y->sketch[0] - 0.9F) < 0.02F && fabsf(y->sketch[TUTOR_SKETCH / 2] - 0.5F) < 0.02F);
	click("predict");
	assert_true(y->given);
	key(' ');
	assert_int_equal(b.snap->update, 5);
	assert_true(reads("dashed"));
	assert_true(y->x.kind == AXIS_COUNT && y->x.low == 0 && y->x.high >= 5 && y->y.high > y->y.low);
	assert_true(tutor_done(b.tutor));
	char kept[200] = "", file[120];
	snprintf(file, sizeof file, "%s/unroll/progress", folder);
	FILE *f = fopen(file, "r");
	assert_non_null(f);
	while (fgets(kept, sizeof kept, f) && !strstr(kept, "\tend"))
		;
	fclose(f);
	assert_string_equal(kept, "test-lesson\t\tend\n");
	/* the keyboard, on the same plot once more */
	tutor_answer_init(&tutor_state(b.tutor)->answer[0]);
	assert_true(there("sketch"));
	for (int i = 0; i < 200 && b.ui.focus != ui_find(&b.ui, "sketch")->id; i++)
		pass(1280, 800, &(ui_event){.kind = UI_KEY, .key = UI_KEY_TAB});
	b.tutor->cursor = 0;
	for (int i = 0; i < 3; i++)
		pass(1280, 800, &(ui_event){.kind = UI_KEY, .key = UI_KEY_UP});
	pass(1280, 800, &(ui_event){.kind = UI_KEY, .key = UI_KEY_RIGHT});
	assert_true(fabsf(y->sketch[0] - 0.65F) < 0.01F && isfinite(y->sketch[3]));
	end();
}

/* ---- the file ---- */

static char *replaced(const char *text, const char *from, const char *to)
{
	static char out[8192];
	const char *at = strstr(text, from);
	assert_non_null(at);
	snprintf(out, sizeof out, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
	return out;
}

static void test_saved_again(void **state)
{
	(void)state;
	begin(first_version);
	key(UI_KEY_PAGE_DOWN);
	click("1: far away");
	click("predict");
	key(' ');
	assert_int_equal(b.snap->update, 100);
	write_lesson(replaced(first_version, "Look.", "Look closely now."));
	tutor_look(&b, now += 10);
	settle();
	assert_true(reads("Look closely now"));
	assert_int_equal(b.snap->update, 100); /* the runs stay, and what was said */
	assert_true(tutor_state(b.tutor)->answer[1].given);
	write_lesson(replaced(first_version, "clip_at=0.1", "clip_at=0.2"));
	tutor_look(&b, now += 10);
	settle();
	assert_int_equal(b.snap->update, 0); /* other runs begin anew */
	assert_true(b.snap->about[1].config.v[KNOB_clip_at] == 0.2);
	write_lesson(replaced(first_version, "spotlight clip", "spotlihgt clip"));
	tutor_look(&b, now += 10);
	settle();
	assert_true(reads("Line 19")); /* in place; the rest works */
	click("1: far away");
	tutor_go(&b, 2);
	assert_false(reads("Line 19"));
	/* an editor empties the file, writes half of it, and is done */
	write_lesson("");
	tutor_look(&b, now += 10);
	assert_int_equal(b.tutor->l->steps, 3);
	write_lesson("---\ntitle: A lesson\n");
	tutor_look(&b, now += 10);
	assert_int_equal(b.tutor->l->steps, 3);
	write_lesson("---\ntitle: A lesson of tests\nsummary: s\n---\n\n## Predict\n");
	tutor_look(&b, now += 10);
	assert_string_equal(tutor_at(b.tutor)->title, "Predict");
	write_lesson(first_version);
	tutor_look(&b, now += 10);
	settle();
	assert_string_equal(tutor_at(b.tutor)->title, "Go on");
	assert_true(b.tutor->step[0].answer[1].given); /* as the file of progress has it */
	write_lesson("\xff\xfe");
	tutor_look(&b, now += 10);
	settle();
	assert_true(reads("UTF-8"));
	assert_string_equal(tutor_at(b.tutor)->title, "Go on"); /* what was read before */
	assert_int_equal(unlink(path), 0);
	tutor_look(&b, now += 10);
	settle();
	assert_non_null(b.tutor);
	end();
}

static void test_what_cannot_be_opened(void **state)
{
	(void)state;
	begin(first_version);
	bench_lesson(&b, "/nowhere/at-all.md");
	assert_non_null(strstr(b.ui.toast, "at-all"));
	assert_string_equal(b.tutor->l->title, "A lesson of tests");
	bench_lesson(&b, "no-such-lesson");
	assert_non_null(strstr(b.ui.toast, "no-such-lesson"));
	end();
}

/* ---- every page of every lesson ---- */

static bool overlap(rect x, rect y)
{
	return x.x + x.w > y.x + 0.5F && y.x + y.w > x.x + 0.5F && x.y + x.h > y.y + 0.5F && y.y + y.h > x.y + 0.5F;
}

static bool is_pressed(const ui_control *k)
{
	return (k->role == UI_BUTTON || k->role == UI_SLIDER || k->role == UI_CHOICE) && k->shown.h > 0.5F &&
	       strncmp(k->name, "link", 4) != 0;
}

/* Nothing sticks out of the column, and controls that can be pressed lie beside each other. */
static void check_page(const char *file, float w, float h)
{
	const tutor *t = b.tutor;
	int n;
	const ui_control *k = ui_controls(&b.ui, &n);
	assert_non_null(t->set);
	if (t->set->excess > 0.01F || t->set->cut)
		fail_msg("%s, page %d at %.0f × %.0f: text sticks out by %.1f", file, t->page, (double)w, (double)h,
		        (double)t->set->excess);
	for (int i = 0; i < n; i++) {
		assert_true(k[i].shown.x >= -0.5F && k[i].shown.x + k[i].shown.w <= w + 0.5F);
		for (int j = 0; j < i; j++)
			if (is_pressed(&k[i]) && is_pressed(&k[j]) && k[i].layer == k[j].layer &&
			        overlap(k[i].shown, k[j].shown))
				fail_msg("%s, page %d at %.0f × %.0f: %s over %s", file, t->page, (double)w, (double)h,
				        k[i].name, k[j].name);
	}
}

static void test_all_pages(void **state)
{
	static const float sizes[][2] = {{1280, 720}, {1920, 1080}, {640, 480}};
	static run_state s;
	shelf all = {0};
	err e = {0};
	config c;
	(void)state;
	config_default(&c);
	state_begin(&s, &c, 0);
	assert_true(shelf_add(&all, "lessons", &e));
	bench_init(&b, &s, NULL, &(settings){.theme = THEME_LIGHT, .scale = 1}, NULL);
	pass(1280, 720, NULL);
	int pages = 0;
	for (int i = 0; i < all.n; i++) {
		assert_true(tutor_open(&b, all.path[i], 0, false, &e));
		for (int p = 0; p < tutor_pages(b.tutor); p++) {
			tutor_go(&b, p);
			for (int t = 0; t < THEME_COUNT; t++)
				for (int z = 0; z < 3; z++) {
					b.settings.theme = (theme_id)t;
					for (int shown = 0; shown < 2; shown++) { /* asked; skipped, with all hints */
						tutor_step *y = tutor_state(b.tutor);
						for (int a = 0; y && a < LESSON_ACTS; a++)
							y->answer[a].skipped = shown;
						if (y)
							y->ended = shown, y->hints = shown ? 10 : 0;
						pass(sizes[z][0], sizes[z][1], NULL);
						pass(sizes[z][0], sizes[z][1], NULL);
						check_page(all.path[i], sizes[z][0], sizes[z][1]);
						pages++;
					}
				}
		}
	}
	assert_true(pages >= 3 * 5 * 24);
	bench_done(&b);
	shelf_close(&all);
}

/* The column as text, for one page with everything. */
static void test_picture(void **state)
{
	char file[120];
	err e = {0};
	(void)state;
	write_lesson(first_version);
	snprintf(file, sizeof file, "%s/picture.png", folder);
	assert_true(lesson_picture(path, false, THEME_LIGHT, 800, 500, 1, file, &e));
	char step[120];
	snprintf(step, sizeof step, "%s#1", path);
	assert_true(lesson_picture(step, true, THEME_DARK, 800, 500, 1, file, &e));
	snprintf(step, sizeof step, "%s#9", path);
	assert_false(lesson_picture(step, true, THEME_DARK, 800, 500, 1, file, &e));
	assert_non_null(strstr(e.text, "no step 9"));
	assert_true(lesson_word("08") && lesson_word("wall-and-clip#2") && lesson_word("x/y.md"));
	assert_false(lesson_there("/nowhere/x.md", &e) || lesson_there("nowhere.md#2", &e));
	assert_true(lesson_there("08#2", &e));
	assert_false(lesson_word("unroll/1 T=5") || lesson_word("train") || lesson_word("a.png"));
	assert_int_equal(unlink(file), 0);
	assert_int_equal(unlink(path), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	        cmocka_unit_test(test_session),
	        cmocka_unit_test(test_answers_are_kept),
	        cmocka_unit_test(test_answers_are_read_strictly),
	        cmocka_unit_test(test_order_of_the_keyboard),
	        cmocka_unit_test(test_a_run_before_the_question),
	        cmocka_unit_test(test_memory_hints_locks),
	        cmocka_unit_test(test_route),
	        cmocka_unit_test(test_the_way_to_a_step_reaches_no_goal),
	        cmocka_unit_test(test_nothing_is_told),
	        cmocka_unit_test(test_tolerances),
	        cmocka_unit_test(test_links_and_free_play),
	        cmocka_unit_test(test_free_play_is_no_delay),
	        cmocka_unit_test(test_a_run_tells_how_far_it_is),
	        cmocka_unit_test(test_free_play_goes_on),
	        cmocka_unit_test(test_sketch),
	        cmocka_unit_test(test_saved_again),
	        cmocka_unit_test(test_what_cannot_be_opened),
	        cmocka_unit_test(test_all_pages),
	        cmocka_unit_test(test_picture),
	};
	if (!mkdtemp(folder) || setenv("XDG_CONFIG_HOME", folder, 1) != 0)
		return 1;
	snprintf(path, sizeof path, "%s/test-lesson.md", folder);
	int failed = cmocka_run_group_tests_name("tutor", tests, NULL, NULL);
	char file[120];
	snprintf(file, sizeof file, "%s/unroll/progress", folder);
	(void)unlink(file);
	snprintf(file, sizeof file, "%s/unroll", folder);
	(void)rmdir(file);
	(void)rmdir(folder);
	return failed;
}

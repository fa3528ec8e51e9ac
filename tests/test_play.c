/* Lessons that are played without a window: what holds, what does not, what is skipped. */
#include "lesson/play.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define FRONT "---\ntitle: A\nsummary: B\n---\n"

typedef struct minutes_of_play {
	int n, stop_after;
	play_claim claim[40];
} minutes_of_play;

static void take_down(void *data, const play_claim *c)
{
	minutes_of_play *m = data;
	assert_true(m->n < 40);
	m->claim[m->n++] = *c;
}

static bool stop(void *data)
{
	minutes_of_play *m = data;
	return m->stop_after && --m->stop_after == 0;
}

static bool play(const char *text, bool quick, minutes_of_play *m)
{
	err e;
	lesson *l = lesson_parse("x.md", text, strlen(text), &e);
	assert_non_null(l);
	const play_options o = {.quick = quick, .claim = take_down, .stop = stop, .data = m};
	bool whole = play_lesson(l, &o);
	for (int i = 0; i < m->n; i++)
		m->claim[i].text = NULL; /* it belonged to the lesson */
	lesson_free(l);
	return whole;
}

/* verdicts: a letter for each claim in their order: h holds, f fails, s skipped. */
static void expect_verdicts(const char *text, bool quick, const char *verdicts)
{
	minutes_of_play m = {0};
	char got[48] = "";
	assert_true(play(text, quick, &m));
	for (int i = 0; i < m.n; i++)
		got[i] = "hfs"[m.claim[i].verdict];
	if (strcmp(got, verdicts) != 0)
		fail_msg("%s, not %s; the first: line %d %s: %s", got, verdicts, m.n ? m.claim[0].line : 0,
		        m.n ? m.claim[0].what : "", m.n ? m.claim[0].measured : "");
}

#define STEP "## S\n\n```unroll\n"
#define SMALL "set T=8 hidden=6 batch=4 lr=0.1 backend=native\n"
#define END "```\n"

static void claims_are_judged_where_they_stand(void **unused)
{
	(void)unused;
	expect_verdicts(FRONT STEP SMALL
	        "expect update = 0\nrun 5\nexpect update = 5\nrun 3\nexpect update = 8\nexpect update = 5\n" END,
	        false, "hhhf");
	expect_verdicts(FRONT STEP SMALL
	        "run until update = 7\nexpect update = 7\nrun until loss < -1 by 9\nexpect update = 9\n" END,
	        false, "hh");
	expect_verdicts(FRONT STEP
	        "set task=power T=10 w=1.1 target=0 precision=f64\nexpect output = 2.357947691 ± 1e-12\n"
	        "predict number \"a\" from 1 to 10 is output ± 1\npredict number \"a\" from 3 to 10 is output ± "
	        "1\npredict number \"a\" from 0 to 5 is output ± 1\n" /* the mark rests at 2.5 */
	        "predict number \"a\" from 0.01 to 500 log is output ± 10 %\n"
	        "predict number \"a\" from 0.01 to 500 log is output ± 4 %\n" END,
	        false, "hhfffh");
}

static void arms_are_side_by_side(void **unused)
{
	(void)unused;
	expect_verdicts(FRONT STEP SMALL
	        "arm \"a\" lr=0\narm \"b\" lr=0.5\nrun 4\nexpect max_step = 0\nexpect \"a\" max_step = 0\n"
	        "expect \"b\" max_step > 0\nexpect update = 4\nexpect loss for \"a\" != loss for \"b\"\n"
	        "expect lr for \"b\" - lr for \"a\" = 0.5\n" END,
	        false, "fhhhhh");
}

static void kept_steps_go_on(void **unused)
{
	(void)unused;
	expect_verdicts(FRONT STEP SMALL
	        "run 4\n" END STEP "keep\nset lr=0\nrun 3\nexpect update = 7\nexpect update_norm = 0\n" END
	        "## T\n\ntext\n\n```unroll\nexpect update = 7\n```\n" STEP "set lr=0.1\nrun 2\nexpect update = 2\n" END,
	        false, "hhhh");
	/* 4 + 3 updates in two steps are 7 in one */
	minutes_of_play a = {0}, b = {0};
	play(FRONT STEP SMALL "run 7\nexpect loss = 0\n" END, false, &a);
	play(FRONT STEP SMALL "run 4\n" END STEP "keep\nrun 3\nexpect loss = 0\n" END, false, &b);
	assert_string_equal(a.claim[0].measured, b.claim[0].measured);
}

static void goals_must_be_worth_reaching(void **unused)
{
	(void)unused;
	expect_verdicts(FRONT STEP
	        "set task=power T=1000 w=1 target=100 precision=f64\ngoal output in [99, 101]\nsolution w=1.0046204\n"
	        "goal output in [0, 2]\nsolution w=1.0046204\ngoal output > 1e9\nsolution w=1.5 lr=0\n"
	        "goal see output > 1000 by 3\n" END,
	        false, "hfhf");
	/* in a step that goes on: with its state, or anew */
	expect_verdicts(FRONT STEP SMALL "run 5\n" END STEP
	                                 "keep\nset lr=0\ngoal update = 9 by 20\ngoal max_step > 0.01 and lr = 0.2\n"
	                                 "solution lr=0.2\ngoal hidden = 7 and update < 2\nsolution hidden=7\n"
	                                 "goal update < 5\nsolution lr=0.2\n" END,
	        true, "hhhs");
}

static void seeds_are_counted(void **unused)
{
	(void)unused;
	expect_verdicts(FRONT STEP SMALL
	        "set seed=5\nexpect all of 4 seeds seed in [5, 8]\nexpect majority of 4 seeds seed < 8\n"
	        "expect majority of 4 seeds seed < 7\nexpect all of 4 seeds seed < 8\nexpect seed = 5\n" END,
	        false, "hhffh");
	minutes_of_play m = {0};
	play(FRONT STEP SMALL "expect majority of 3 seeds loss > 0\n" END, false, &m);
	assert_int_equal(strncmp(m.claim[0].measured, "3 of 3 seeds: loss ", 19), 0);
	expect_verdicts(
	        FRONT STEP SMALL "set seed=5\nexpect all of 4 seeds seed = 5\n" END, true, "h"); /* quick: one seed */
	/* which says nothing against a majority */
	expect_verdicts(FRONT STEP SMALL
	        "set seed=5\nexpect majority of 4 seeds seed > 5\nexpect all of 4 seeds seed > 5\n"
	        "expect majority of 4 seeds seed < 7\n" END,
	        true, "sfh");
}

static void quick_skips_what_is_long(void **unused)
{
	(void)unused;
	static const char text[] =
	        FRONT STEP SMALL "run 900\nexpect update = 900\nrun 200\nexpect update = 1100\n" END STEP
	                         "fresh\n" SMALL "run 3\nexpect update = 3\n" END;
	expect_verdicts(text, true, "hsh");
	expect_verdicts(text, false, "hhh");
	expect_verdicts(FRONT STEP SMALL "set lr=0\nrun until loss < -1\n" END, true, "s");
}

static void what_cannot_be_played_is_told(void **unused)
{
	(void)unused;
	expect_verdicts(FRONT STEP "set nonsense=1\nrun 3\nexpect loss < 9\n" END STEP SMALL "expect loss < 9\n" END,
	        false, "fh");
	expect_verdicts(FRONT STEP "set task=data data=/nonexistent.npz\nexpect loss < 9\n" END STEP "fresh\n" SMALL
	                           "expect loss < 9\n" END,
	        false, "fh");
	/* a run that ends by itself does not hang */
	expect_verdicts(FRONT STEP SMALL
	        "set activation=identity rho=5 T=600 lr=100\nrun until update = 9999\nexpect diverged = 1\n" END,
	        false, "fh");
	expect_verdicts(FRONT "## Text alone\n\nnothing\n", false, "");
}

static void it_can_be_stopped(void **unused)
{
	(void)unused;
	minutes_of_play m = {.stop_after = 20};
	assert_false(play(FRONT STEP SMALL "run 1000000\nexpect loss < 9\n" END, false, &m));
	assert_int_equal(m.n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(claims_are_judged_where_they_stand),
	        cmocka_unit_test(arms_are_side_by_side), cmocka_unit_test(kept_steps_go_on),
	        cmocka_unit_test(goals_must_be_worth_reaching), cmocka_unit_test(seeds_are_counted),
	        cmocka_unit_test(quick_skips_what_is_long), cmocka_unit_test(what_cannot_be_played_is_told),
	        cmocka_unit_test(it_can_be_stopped)};
	return cmocka_run_group_tests_name("play", tests, NULL, NULL);
}

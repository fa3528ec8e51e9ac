/* State strings: what is written is read back, old ones keep their meaning, and what is wrong is named. */
#include "base/rng.h"
#include "run/state.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static run_state s, t;
static char text[STATE_TEXT], again[STATE_TEXT];

static void read(const char *string)
{
	err e;
	if (!state_read(&s, string, &e))
		fail_msg("%s: %s", string, e.text);
}

static void same_text(const char *string)
{
	read(string);
	assert_string_equal(state_write(&s, text, sizeof text), string);
}

static double lr_at(int arm, long update)
{
	return state_config(&s, arm, update).v[KNOB_lr];
}

static void old_strings_keep_their_meaning(void **unused)
{
	(void)unused;
	read("unroll/1 cell=gru T=100 rho=1.2 @500");
	assert_int_equal(s.arms, 1);
	assert_int_equal(s.edits, 0);
	assert_int_equal(s.update, 500);
	assert_true(s.arm[0].start.v[KNOB_rho] == 1.2 && s.arm[0].start.v[KNOB_T] == 100);
	same_text("unroll/1 cell=gru T=100 rho=1.2 @500");
	same_text("unroll/1");
	same_text("unroll/1 data=\"a \\\"b\\\" \\\\c.csv\"");
	config c;
	long update;
	err e;
	assert_true(config_read_state(&c, &update, "unroll/1 lr=0.5 @7", &e) && c.v[KNOB_lr] == 0.5 && update == 7);
	assert_false(config_read_state(&c, &update, "unroll/1 lr=0.5 @7 lr=0.1", &e));
	assert_non_null(strstr(e.text, "under way"));
}

static void changes_under_way(void **unused)
{
	(void)unused;
	same_text("unroll/1 T=40 @1200 lr=0.048 @18583");
	assert_int_equal(s.update, 18583);
	assert_true(lr_at(0, 1199) == 0.01 && lr_at(0, 1200) == 0.048);
	same_text("unroll/1 @5 lr=0.02 clip=norm @9 optimizer=adam");
	assert_int_equal(s.update, 9);
	assert_int_equal(s.edits, 3);
	/* at update 0 it is the start; the later of two words wins; what lies ahead of the present is not written */
	read("unroll/1 @0 lr=0.3 @7 lr=0.1 lr=0.2");
	assert_true(lr_at(0, 0) == 0.3 && lr_at(0, 7) == 0.2 && s.edits == 1);
	s.update = 6;
	assert_string_equal(state_write(&s, text, sizeof text), "unroll/1 lr=0.3 @6");
}

static void arms_and_views(void **unused)
{
	(void)unused;
	same_text("unroll/1 T=40 seed=3 views=temporal,loss arm=\"no clip\" clip=none arm=\"clip 0.1\" clip=norm @300 "
	          "clip_at=0.1 @900");
	assert_int_equal(s.arms, 2);
	assert_int_equal(s.views, 2);
	assert_string_equal(s.arm[0].name, "no clip");
	assert_true(s.arm[1].start.v[KNOB_T] == 40 && s.edit[0].arm == 1 && s.edits == 1 && s.update == 900);
	/* common changes reach every arm, and are written once */
	same_text("unroll/1 @10 lr=0.5 arm=\"\" cell=rnn arm=\"\" shown=0 cell=lstm @20 lr=0.25 @21");
	assert_true(lr_at(0, 15) == 0.5 && lr_at(1, 15) == 0.5 && lr_at(1, 20) == 0.25 && lr_at(0, 20) == 0.5);
	assert_true(s.arm[1].hidden && !s.arm[0].hidden);
	/* the arm's own word counts at the same update */
	read("unroll/1 @10 lr=0.5 arm=a arm=b @10 lr=0.7");
	assert_true(lr_at(0, 10) == 0.5 && lr_at(1, 10) == 0.7);
}

static void the_example_is_part_of_it(void **unused)
{
	(void)unused;
	same_text("unroll/1 T=40 example=431:12.2=0.5,40.1=1 @500");
	assert_true(s.example.batch == 431 && s.example.edits == 2);
	assert_true(s.example.edit[1].step == 40 && s.example.edit[1].feature == 1 && s.example.edit[1].value == 1);
	same_text("unroll/1 example=1");
	read("unroll/1 example=7:3.0=4,3.0=5"); /* the later word counts */
	assert_true(s.example.edits == 1 && s.example.edit[0].value == 5);
	same_text("unroll/1 arm=a colour=3 cell=rnn arm=b cell=lstm");
	read("unroll/1 arm=a colour=1 arm=b colour=2"); /* each in its place */
	assert_string_equal(state_write(&s, text, sizeof text), "unroll/1 arm=a arm=b");
}

/* Rewound: the present, and behind it what is known. */
static void a_present_before_the_end(void **unused)
{
	(void)unused;
	same_text("unroll/1 T=40 at=300 @400 lr=0.05 @900");
	assert_true(s.update == 300 && s.end == 900 && s.edits == 1 && state_end(&s) == 900);
	same_text("unroll/1 at=7 arm=a cell=rnn arm=b cell=lstm @9 lr=0.05");
	assert_true(s.update == 7 && s.end == 9);
	same_text("unroll/1 at=0 @5");
	read("unroll/1 @5 at=5"); /* nothing lies ahead */
	assert_string_equal(state_write(&s, text, sizeof text), "unroll/1 @5");
	s.update = 9; /* further than the end */
	assert_string_equal(state_write(&s, text, sizeof text), "unroll/1 @9");
}

static void labels_tell_arms_apart(void **unused)
{
	(void)unused;
	char label[64];
	err e;
	read("unroll/1 arm=\"\" cell=rnn lr=0.05 arm=\"\" cell=lstm lr=0.05 arm=mine cell=lstm lr=0.5");
	assert_string_equal(state_label(&s, 0, label, sizeof label), "rnn");
	assert_string_equal(state_label(&s, 2, label, sizeof label), "mine");
	assert_int_equal(state_find_arm(&s, "mine", &e), 2);
	assert_int_equal(state_find_arm(&s, "b", &e), 1);
	assert_int_equal(state_find_arm(&s, "3", &e), 2);
	assert_int_equal(state_find_arm(&s, "lstm, lr 0.05", &e), 1);
	assert_int_equal(state_find_arm(&s, "other", &e), -1);
	assert_non_null(strstr(e.text, "C (mine)"));
	read("unroll/1 arm=\"\" clip=none arm=\"\" clip=norm clip_at=0.1 arm=\"\" clip=value clip_at=2");
	assert_string_equal(state_label(&s, 0, label, sizeof label), "no clip");
	assert_string_equal(state_label(&s, 1, label, sizeof label), "clip 0.1");
	assert_string_equal(state_label(&s, 2, label, sizeof label), "clip each 2");
	read("unroll/1 arm=\"\" arm=\"\"");
	assert_string_equal(state_label(&s, 1, label, sizeof label), "B");
}

static void wrong_words_are_named(void **unused)
{
	(void)unused;
	static const struct {
		const char *text, *says;
	} wrong[] = {{"nroll/1", "begin with"}, {"unroll/2", "unroll/2"}, {"unroll/1 T=40 @x", "@x"},
	        {"unroll/1 @-3", "@-3"}, {"unroll/1 @2000000000", "@2000000000"}, {"unroll/1 @1.5", "@1.5"},
	        {"unroll/1 @9 lr=0.1 @3 lr=0.2", "@3"}, {"unroll/1 @9 rho=1.2", "rho=1.2"},
	        {"unroll/1 @9 cell=lstm", "cell=lstm"}, {"unroll/1 lrr=1", "did you mean 'lr'"},
	        {"unroll/1 @9 lr=1000", "lr=1000"}, {"unroll/1 arm=a T=30", "T=30"},
	        {"unroll/1 arm=a seed=3", "seed=3"}, {"unroll/1 arm=a arm=b arm=c arm=d arm=e", "arm=e"},
	        {"unroll/1 shown=0", "shown=0"}, {"unroll/1 arm=a shown=maybe", "shown=maybe"},
	        {"unroll/1 views=", "views="}, {"unroll/1 views=a,,b", "views=a,,b"},
	        {"unroll/1 views=a,b,", "views=a,b,"}, {"unroll/1 views=LOSS", "views=LOSS"},
	        {"unroll/1 views=a,b,c,d,e,f,g,h,i", "8"}, {"unroll/1 arm=\"open", "quote"}, {"unroll/1 word", "word"},
	        {"unroll/1 arm=0123456789012345678901234567890123456789", "40 bytes"},
	        {"unroll/1 arm=\"a\001\"", "control"}, {"unroll/1 colour=2", "colour=2"},
	        {"unroll/1 @5 at=6", "behind @5"}, {"unroll/1 @5 at=x", "at=x"}, {"unroll/1 @5 at=-1", "at=-1"},
	        {"unroll/1 arm=a colour=5", "colour=5"}, {"unroll/1 example=0", "example=0"},
	        {"unroll/1 example=3:", "STEP.FEATURE"}, {"unroll/1 example=3:1", "STEP.FEATURE"},
	        {"unroll/1 example=3:1.2", "STEP.FEATURE"}, {"unroll/1 example=3:0.2=1", "STEP.FEATURE"},
	        {"unroll/1 example=3:1.2=nan", "STEP.FEATURE"}, {"unroll/1 example=3:1.2=4,", "STEP.FEATURE"},
	        {"unroll/1 task=hello temperature=-1", "temperature=-1"},
	        {"unroll/1 task=hello temperature=hot", "hot"}};
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		err e = {0};
		memset(&s, 7, sizeof s);
		memcpy(&t, &s, sizeof s);
		assert_false(state_read(&s, wrong[i].text, &e));
		if (!strstr(e.text, wrong[i].says))
			fail_msg("%s: '%s' does not name '%s'", wrong[i].text, e.text, wrong[i].says);
		assert_int_equal(e.code, ERR_INPUT);
		assert_memory_equal(&s, &t, sizeof s);
	}
}

/* A full state of four arms is written whole and read back; one change more is refused. */
static void the_largest_state(void **unused)
{
	(void)unused;
	err e;
	rng r = rng_make(1, RNG_TEST, 0);
	read("unroll/1 arm=0123456789012345678901234567890123456_8 arm=b arm=c arm=d @999999999");
	for (int i = 0; i < STATE_EDITS; i++) {
		state_edit k = {
		        .update = 900000000 + i, .value = 1e-5 * rng_uniform(&r), .arm = i % 4, .knob = KNOB_clip_at};
		assert_true(state_put_edit(s.edit, &s.edits, STATE_EDITS, &k));
	}
	state_write(&s, text, sizeof text);
	assert_true(strlen(text) < sizeof text - 1000);
	t = s;
	assert_true(state_read(&s, text, &e));
	assert_int_equal(s.edits, t.edits);
	assert_memory_equal(s.edit, t.edit, sizeof s.edit);
	assert_string_equal(state_write(&s, again, sizeof again), text);
	state_edit more = {.update = 5, .value = 1, .knob = KNOB_lr};
	assert_false(state_put_edit(s.edit, &s.edits, STATE_EDITS, &more));
	strcat(text, " lr=0.1");
	assert_false(state_read(&s, text, &e));
	assert_non_null(strstr(e.text, "lr=0.1"));
}

/* Random states: text → state → text. */
static void what_is_written_is_read(void **unused)
{
	(void)unused;
	rng r = rng_make(2, RNG_TEST, 0);
	static const knob_id under_way[] = {KNOB_lr, KNOB_clip_at, KNOB_momentum, KNOB_optimizer, KNOB_clip};
	for (int round = 0; round < 200; round++) {
		err e;
		config c;
		config_default(&c);
		c.v[KNOB_sigma] = rng_uniform(&r);
		state_begin(&s, &c, 0);
		s.arms = 1 + (int)rng_below(&r, STATE_ARMS);
		for (int a = 0; a < s.arms; a++) {
			s.arm[a].start = c;
			s.arm[a].start.v[KNOB_rho] = rng_below(&r, 2) ? rng_uniform(&r) : 1;
			s.arm[a].hidden = rng_below(&r, 4) == 0;
			snprintf(s.arm[a].name, STATE_NAME, "%s",
			        (const char *[]){"", "a b", "x\"\\y", "=@"}[rng_below(&r, 4)]);
		}
		for (unsigned n = rng_below(&r, 30); n > 0; n--) {
			knob_id id = under_way[rng_below(&r, 5)];
			const knob *k = knob_get(id);
			state_edit edit = {.update = 1 + (long)rng_below(&r, 40),
			        .arm = (int)rng_below(&r, (uint32_t)s.arms),
			        .knob = id};
			edit.value = k->choices ? rng_below(&r, (uint32_t)k->choices) : rng_uniform(&r);
			assert_true(state_put_edit(s.edit, &s.edits, STATE_EDITS, &edit));
		}
		s.update = 40 + rng_below(&r, 9);
		state_write(&s, text, sizeof text);
		t = s;
		if (!state_read(&s, text, &e))
			fail_msg("%s: %s", text, e.text);
		assert_string_equal(state_write(&s, again, sizeof again), text);
		assert_int_equal(s.arms, t.arms);
		for (int a = 0; a < s.arms; a++) {
			assert_string_equal(s.arm[a].name, t.arm[a].name);
			assert_true(s.arm[a].hidden == t.arm[a].hidden);
			for (long u = 0; u <= s.update; u++) {
				config x = state_config(&s, a, u), y = state_config(&t, a, u);
				assert_memory_equal(x.v, y.v, sizeof x.v);
			}
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(old_strings_keep_their_meaning),
	        cmocka_unit_test(changes_under_way), cmocka_unit_test(arms_and_views),
	        cmocka_unit_test(the_example_is_part_of_it), cmocka_unit_test(a_present_before_the_end),
	        cmocka_unit_test(labels_tell_arms_apart), cmocka_unit_test(wrong_words_are_named),
	        cmocka_unit_test(the_largest_state), cmocka_unit_test(what_is_written_is_read)};
	return cmocka_run_group_tests_name("state", tests, NULL, NULL);
}

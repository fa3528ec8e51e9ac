/* Any bytes as a lesson, and as a condition: for libFuzzer (`make fuzz`). What comes out is walked through, as a screen
 * would. */
#include "lesson/lesson.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t walked; /* what was read must be used, or the compiler leaves the reading out */

static void walk_text(const char *text)
{
	walked += text ? strlen(text) : 0;
}

static void walk(const doc_block *b, int depth)
{
	if (depth > LESSON_DEPTH + 2)
		abort();
	for (; b; b = b->next) {
		walk_text(b->text);
		walk_text(b->language);
		for (const doc_run *r = b->run; r; r = r->next) {
			walk_text(r->text);
			walk_text(r->target);
			walk_text(r->source);
		}
		walk(b->first, depth + 1);
	}
}

static double no_number(void *data, int arm, int metric, int index)
{
	(void)data;
	return arm + metric + index;
}

static void walk_step(const lesson_step *s)
{
	char text[100];
	config c = s->arm[0].c;
	err e;
	walk(s->blocks, 0);
	if (s->arms < 1 || s->arms > GOAL_ARMS || s->views > LESSON_VIEWS || s->acts > LESSON_ACTS)
		abort();
	for (int i = 0; i < s->acts; i++) {
		const lesson_act *a = &s->act[i];
		walk_text(a->text);
		if (a->arm >= s->arms)
			abort();
		if (a->solution && !lesson_apply(&c, a->solution, &e))
			abort(); /* it was read before */
		if (a->goal) {
			walked += goal_holds(a->goal, 0, no_number, NULL);
			walk_text(goal_measured(a->goal, 0, no_number, NULL, text, sizeof text));
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	err e;
	goal g;
	char condition[200];
	lesson *l = lesson_parse("x.md", (const char *)data, size, &e);
	if (l) {
		walk(l->intro, 0);
		for (int i = 0; i < l->steps; i++)
			walk_step(&l->step[i]);
		for (int i = 0; i < l->messages; i++)
			walk_text(l->message[i].text);
		lesson_free(l);
	}
	size_t n = size < sizeof condition ? size : sizeof condition - 1;
	memcpy(condition, data, n);
	condition[n] = '\0';
	if (goal_parse(condition, NULL, &g, &e))
		walked += goal_holds(&g, 0, no_number, NULL);
	return 0;
}

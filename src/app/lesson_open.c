#include "app/lesson_open.h"

#include "app/bench.h"
#include "app/cards.h"

#include <stdio.h>

bool lesson_finished(const char *path)
{
	(void)path;
	return false;
}

/* The runs of its first step, on the bench. */
void bench_lesson(bench *b, const char *path)
{
	static run_state s;
	char text[480];
	shelf one = {0};
	err e = {0};
	lesson *l = shelf_add(&one, path, &e) && one.n > 0 ? lesson_read(one.path[0], &e) : NULL;
	shelf_close(&one);
	if (!l) {
		ui_toast(&b->ui, e.text);
		return;
	}
	cards_lesson_state(l, 0, 0, &s);
	bench_open(b, &s);
	if (l->messages > 0)
		snprintf(text, sizeof text, "Line %d: %.400s", l->message[0].line, l->message[0].text);
	else
		snprintf(text, sizeof text, "%s", l->title);
	ui_toast(&b->ui, text);
	lesson_free(l);
}

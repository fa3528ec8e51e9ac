#include "app/undo.h"

#include "app/bench.h"

#include <stdlib.h>
#include <string.h>

static const double CLOSE = 1.5; /* seconds between the changes of one drag */

static void clear(undo_list *l)
{
	for (int i = 0; i < l->n; i++)
		free(l->state[i]);
	l->n = 0;
}

void undo_done(undo *u)
{
	clear(&u->back);
	clear(&u->forth);
}

/* Without memory there is no way back. */
static void push(undo_list *l, const char *state)
{
	if (l->n == UNDO_MOST) {
		free(l->state[0]);
		memmove(l->state, l->state + 1, (UNDO_MOST - 1) * sizeof *l->state);
		l->n--;
	}
	l->state[l->n] = strdup(state);
	l->n += l->state[l->n] != NULL;
}

static const char *present(const bench *b)
{
	static run_state s;
	static char text[STATE_TEXT];
	bench_state(b, &s);
	return state_write(&s, text, sizeof text);
}

bool undo_note(bench *b, bool setting)
{
	undo *u = &b->undo;
	bool close = setting && u->merges && b->ui.now - u->noted < CLOSE;
	if (b->tutor || u->moving)
		return false;
	u->merges = setting;
	u->noted = b->ui.now;
	if (close)
		return false;
	const char *state = present(b);
	clear(&u->forth);
	if (u->back.n > 0 && strcmp(u->back.state[u->back.n - 1], state) == 0)
		return false;
	push(&u->back, state);
	return true;
}

/* The plots and how they are looked at stay as they are now. */
static void keep_looks(const bench *b, run_state *s)
{
	view_note(s, b->view, b->views);
	for (int i = 0; i < s->arms; i++)
		config_look(&s->arm[i].start, &b->config);
}

static void go(bench *b, undo_list *from, undo_list *to)
{
	static run_state s;
	undo *u = &b->undo;
	err e;
	if (b->tutor) {
		ui_toast(&b->ui, "In a lesson each step begins anew by itself: PgUp and PgDn go to a step.");
		return;
	}
	const char *now = present(b);
	while (from->n > 0 && strcmp(from->state[from->n - 1], now) == 0) /* a drag that was given up */
		free(from->state[--from->n]);
	if (from->n == 0) {
		ui_toast(&b->ui, from == &u->back ? "Nothing has been changed." : "Nothing has been taken back.");
		return;
	}
	char *state = from->state[--from->n];
	if (state_read(&s, state, &e)) {
		push(to, now);
		keep_looks(b, &s);
		u->moving = true;
		bench_open(b, &s);
		u->moving = u->merges = false;
		ui_toast(&b->ui, from == &u->back ? "Back to before the last change; Ctrl+Y goes forth again."
		                                  : "The change is made again.");
	} else {
		ui_toast(&b->ui, e.text);
	}
	free(state);
}

void undo_back(bench *b)
{
	go(b, &b->undo.back, &b->undo.forth);
}

void undo_forth(bench *b)
{
	go(b, &b->undo.forth, &b->undo.back);
}

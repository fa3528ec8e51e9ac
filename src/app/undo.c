#include "app/undo.h"

#include "app/bench.h"
#include "app/tutor.h"

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
	free(u->way);
	u->way = NULL;
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

/* The steps of a lesson are no changes; its free play is the reader's own. */
static bool in_lesson(const bench *b)
{
	return b->tutor && (!b->tutor->free || b->tutor->opening);
}

/* The screen shows all that was asked for. */
static bool is_carried_out(const bench *b)
{
	return !b->worker || b->snap->obeyed >= worker_sent(b->worker);
}

static bool is_under_way(const bench *b)
{
	const undo *u = &b->undo;
	long to = b->snap->travel_to;
	return u->way && b->worker && (b->snap->obeyed < u->sent || (to > 0 && (to == u->end || to == u->place)));
}

static const char *present(const bench *b)
{
	static run_state s;
	static char text[STATE_TEXT];
	if (is_under_way(b))
		return b->undo.way;
	bench_state(b, &s);
	return state_write(&s, text, sizeof text);
}

void undo_opened(bench *b, const run_state *s)
{
	undo *u = &b->undo;
	static run_state shown;
	static char text[STATE_TEXT];
	snap_copy_state(&shown, s);
	view_note(&shown, b->view, b->views);
	free(u->way);
	u->way = strdup(state_write(&shown, text, sizeof text));
	u->sent = b->worker ? worker_sent(b->worker) : 0;
	u->end = state_end(s);
	u->place = s->update;
}

bool undo_note(bench *b, bool setting)
{
	undo *u = &b->undo;
	u->held = u->held && b->ui.down;
	bool close = setting && u->merges && (u->held || b->ui.now - u->noted < CLOSE);
	if (in_lesson(b) || u->moving)
		return false;
	u->merges = setting;
	u->held = setting && b->ui.down;
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

/* The state is opened with the arm selected that is selected now. Of a chain of steps back only what it began with goes
 * among the recent runs: there are few of them. */
static void move(bench *b, const run_state *s, bool first)
{
	int arm = bench_arm(b) < s->arms ? bench_arm(b) : 0;
	if (first)
		gallery_keep(b);
	b->undo.moving = true;
	bench_open(b, s);
	b->undo.moving = b->undo.merges = false;
	b->arm = arm;
	b->config = state_config(s, arm, s->update);
}

/* False when there is nothing to go to. */
static bool go(bench *b, undo_list *from, undo_list *to)
{
	static run_state s;
	undo *u = &b->undo;
	err e;
	const char *now = present(b);
	while (from->n > 0 && strcmp(from->state[from->n - 1], now) == 0) /* a drag that was given up */
		free(from->state[--from->n]);
	if (from->n == 0) {
		ui_toast(&b->ui, from == &u->back ? "Nothing has been changed." : "Nothing has been taken back.");
		return false;
	}
	char *state = from->state[--from->n];
	bool ok = state_read(&s, state, &e);
	if (ok) {
		push(to, now);
		keep_looks(b, &s);
		move(b, &s, from == &u->back && to->n == 1);
		ui_toast(&b->ui, from == &u->back ? "Back to before the last change; Ctrl+Y goes forth again."
		                                  : "The change is made again.");
	} else {
		ui_toast(&b->ui, e.text);
	}
	free(state);
	return ok;
}

void undo_take(bench *b)
{
	undo *u = &b->undo;
	if (u->way && !is_under_way(b)) {
		free(u->way);
		u->way = NULL;
	}
	u->held = u->held && b->ui.down;
	while (u->wanted != 0 && is_carried_out(b)) {
		bool back = u->wanted > 0;
		u->wanted -= back ? 1 : -1;
		if (!go(b, back ? &u->back : &u->forth, back ? &u->forth : &u->back))
			u->wanted = 0;
	}
}

static void want(bench *b, int steps)
{
	undo *u = &b->undo;
	if (in_lesson(b)) {
		ui_toast(&b->ui, "In a lesson each step begins anew by itself: PgUp and PgDn go to a step.");
		return;
	}
	if (b->ui.down) { /* what is held would be set again with the next movement */
		ui_toast(&b->ui, "Esc puts back what is being dragged; let go, then Ctrl+Z takes it back.");
		return;
	}
	int next = u->wanted + steps;
	u->wanted = next > UNDO_MOST ? UNDO_MOST : next < -UNDO_MOST ? -UNDO_MOST : next;
	undo_take(b);
}

void undo_back(bench *b)
{
	want(b, 1);
}

void undo_forth(bench *b)
{
	want(b, -1);
}

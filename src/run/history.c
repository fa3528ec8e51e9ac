#include "run/history.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Checkpoints lie `interval` updates apart; when the budget is used up every other one is given away and the interval
 * doubles. NEAR more are kept of the last updates, so that a step back never costs a whole interval. */
enum { MOST = 4096, FIRST_INTERVAL = 4, NEAR = 3, NEAR_INTERVAL = 16 };

typedef struct checkpoint {
	long update;
	unsigned char *bytes; /* NULL: not in use */
} checkpoint;

struct history {
	size_t budget, slot; /* bytes of all; of one checkpoint: trial, then the caller's */
	size_t trial_size, aside_size;
	void *aside;
	long interval;
	int capacity, n;                   /* of `kept` */
	checkpoint kept[MOST];             /* in the order of their updates */
	checkpoint near[NEAR];             /* place (update / NEAR_INTERVAL) mod NEAR */
	unsigned char *spare[MOST + NEAR]; /* given away, to be used again */
	int spares;

	config start;
	state_edit edit[STATE_EDITS]; /* arm 0, in the order of their updates */
	int edits;
	history_mark mark[HISTORY_MARKS];
	int marks;
	long end, diverged;
	float wrong[HISTORY_SOLVED_OVER]; /* of the last new updates, in a ring */
	int answers;
};

history *history_new(size_t budget, err *e)
{
	history *h = calloc(1, sizeof *h);
	if (h)
		h->budget = budget;
	else
		err_machine(e, "no memory for the history of a run");
	return h;
}

static void forget_checkpoints(history *h)
{
	for (int i = 0; i < h->n; i++)
		free(h->kept[i].bytes);
	for (int i = 0; i < NEAR; i++)
		free(h->near[i].bytes);
	for (int i = 0; i < h->spares; i++)
		free(h->spare[i]);
	memset(h->near, 0, sizeof h->near);
	h->n = h->spares = 0;
}

void history_free(history *h)
{
	if (!h)
		return;
	forget_checkpoints(h);
	free(h);
}

void history_start(history *h, const trial *t, void *aside, size_t aside_size)
{
	forget_checkpoints(h);
	h->trial_size = trial_state_size(t);
	h->aside = aside;
	h->aside_size = aside ? aside_size : 0;
	h->slot = h->trial_size + h->aside_size;
	size_t room = h->budget / h->slot;
	h->capacity = room > NEAR + MOST ? MOST : room > NEAR ? (int)room - NEAR : 0;
	h->interval = FIRST_INTERVAL;
	h->start = t->c;
	h->edits = h->marks = h->answers = 0;
	h->end = h->diverged = 0;
}

void history_plan(history *h, const state_edit *edits, int n)
{
	h->edits = 0;
	for (int i = 0; i < n; i++) {
		state_edit k = edits[i];
		k.arm = 0;
		if (k.update > 0)
			state_put_edit(h->edit, &h->edits, STATE_EDITS, &k);
		else
			h->start.v[k.knob] = k.value;
	}
}

/* ---- checkpoints ---- */

static void give_away(history *h, checkpoint *c)
{
	if (c->bytes)
		h->spare[h->spares++] = c->bytes;
	*c = (checkpoint){0};
}

static unsigned char *take_slot(history *h)
{
	return h->spares ? h->spare[--h->spares] : malloc(h->slot);
}

static void fill(const history *h, const trial *t, checkpoint *c)
{
	c->update = t->update;
	trial_save(t, c->bytes);
	if (h->aside)
		memcpy(c->bytes + h->trial_size, h->aside, h->aside_size);
}

static void thin(history *h)
{
	int kept = 0;
	h->interval *= 2;
	for (int i = 0; i < h->n; i++) {
		checkpoint c = h->kept[i];
		if (c.update % h->interval == 0)
			h->kept[kept++] = c;
		else
			give_away(h, &c);
	}
	h->n = kept;
}

/* The last checkpoint at or before `update`; −1 when there is none. */
static int kept_before(const history *h, long update)
{
	int low = 0, high = h->n;
	while (low < high) {
		int mid = (low + high) / 2;
		if (h->kept[mid].update <= update)
			low = mid + 1;
		else
			high = mid;
	}
	return low - 1;
}

static void keep(history *h, const trial *t)
{
	int at = kept_before(h, t->update);
	if (at >= 0 && h->kept[at].update == t->update)
		return;
	while (h->n == h->capacity && t->update % h->interval == 0)
		thin(h);
	if (t->update % h->interval != 0)
		return;
	checkpoint c = {.bytes = take_slot(h)};
	if (!c.bytes)
		return; /* no memory: the way back is longer */
	fill(h, t, &c);
	at = kept_before(h, t->update) + 1;
	memmove(h->kept + at + 1, h->kept + at, (size_t)(h->n - at) * sizeof c);
	h->kept[at] = c;
	h->n++;
}

static void keep_near(history *h, const trial *t)
{
	checkpoint *c = &h->near[t->update / NEAR_INTERVAL % NEAR];
	if (c->bytes && c->update == t->update)
		return;
	if (!c->bytes)
		c->bytes = take_slot(h);
	if (c->bytes)
		fill(h, t, c);
}

/* A checkpoint is made when its update is left, so that it holds the changes made there and what the caller has noted.
 */
static void remember(history *h, const trial *t)
{
	if (h->capacity > 0 && t->update % h->interval == 0)
		keep(h, t);
	if (h->capacity > 0 && t->update % NEAR_INTERVAL == 0)
		keep_near(h, t);
}

/* ---- marks ---- */

static void set_mark(history *h, long update, history_mark_kind kind)
{
	int at = h->marks;
	if (h->marks == HISTORY_MARKS)
		return;
	while (at > 0 && h->mark[at - 1].update > update)
		at--;
	memmove(h->mark + at + 1, h->mark + at, (size_t)(h->marks - at) * sizeof *h->mark);
	h->mark[at] = (history_mark){update, kind};
	h->marks++;
}

static bool has_mark(const history *h, history_mark_kind kind)
{
	for (int i = 0; i < h->marks; i++)
		if (h->mark[i].kind == kind)
			return true;
	return false;
}

static void drop_mark(history *h, int at)
{
	h->marks--;
	memmove(h->mark + at, h->mark + at + 1, (size_t)(h->marks - at) * sizeof *h->mark);
}

bool history_bookmark(history *h, long update)
{
	for (int i = 0; i < h->marks; i++)
		if (h->mark[i].kind == MARK_BOOKMARK && h->mark[i].update == update) {
			drop_mark(h, i);
			return true;
		}
	if (h->marks >= HISTORY_MARKS - MARK_BOOKMARK) /* the others always have room */
		return false;
	set_mark(h, update, MARK_BOOKMARK);
	return true;
}

static void note_solved(history *h, const trial *t)
{
	h->wrong[h->answers++ % HISTORY_SOLVED_OVER] = (float)t->metric;
	if (h->answers < HISTORY_SOLVED_OVER || has_mark(h, MARK_SOLVED))
		return;
	double sum = 0;
	for (int i = 0; i < HISTORY_SOLVED_OVER; i++)
		sum += (double)h->wrong[i];
	if (sum < 0.01 * HISTORY_SOLVED_OVER) /* false for NaN: a task without right and wrong */
		set_mark(h, t->update, MARK_SOLVED);
}

static void note(history *h, const trial *t)
{
	if (t->diverged) {
		h->end = h->diverged = t->diverged_update;
		set_mark(h, t->diverged_update, MARK_DIVERGED);
		return;
	}
	h->end = t->update;
	if (t->clipped > 0 && !has_mark(h, MARK_CLIP))
		set_mark(h, t->update, MARK_CLIP);
	note_solved(h, t);
}

/* ---- going forwards ---- */

bool history_step(history *h, trial *t)
{
	if (t->diverged)
		return false;
	remember(h, t);
	trial_step(t);
	bool fresh = (t->diverged ? t->diverged_update : t->update) > h->end;
	if (fresh)
		note(h, t);
	trial_follow(t, h->edit, h->edits, 0);
	return fresh;
}

/* ---- changes ---- */

int history_edits_needed(const trial *t, const config *c)
{
	int n = 0;
	for (int id = 0; id < KNOB_COUNT; id++)
		n += t->c.v[id] != c->v[id] && knob_get((knob_id)id)->restart != KNOB_LOOK;
	return n;
}

/* What lay ahead of the present does not follow from it any more; nor does a checkpoint of the present, which was left
 * with other settings. */
static void cut(history *h, const trial *t)
{
	int kept = 0, n = kept_before(h, t->update - 1) + 1;
	while (h->edits > 0 && h->edit[h->edits - 1].update > t->update)
		h->edits--;
	for (int i = n; i < h->n; i++)
		give_away(h, &h->kept[i]);
	h->n = n;
	for (int i = 0; i < NEAR; i++)
		if (h->near[i].bytes && h->near[i].update >= t->update)
			give_away(h, &h->near[i]);
	for (int i = 0; i < h->marks; i++)
		if (h->mark[i].update <= t->update)
			h->mark[kept++] = h->mark[i];
	h->marks = kept;
	if (h->end > t->update)
		h->answers = 0;
	h->end = t->update;
	h->diverged = 0;
}

/* A change back to the value before it is none, unless it cleared the optimizer. */
static void drop_idle_edits(history *h, long update)
{
	for (int i = h->edits - 1; i >= 0 && h->edit[i].update == update; i--) {
		double before = h->start.v[h->edit[i].knob];
		for (int k = 0; k < i; k++)
			if (h->edit[k].update < update && h->edit[k].knob == h->edit[i].knob)
				before = h->edit[k].value;
		if (before != h->edit[i].value || state_acts(h->edit[i].knob))
			continue;
		h->edits--;
		memmove(h->edit + i, h->edit + i + 1, (size_t)(h->edits - i) * sizeof *h->edit);
	}
}

void history_look(history *h, trial *t, const config *c)
{
	config_look(&h->start, c);
	config_look(&t->c, c);
}

static void edit_one(history *h, trial *t, knob_id id, double value)
{
	const state_edit k = {.update = t->update, .value = value, .knob = id};
	if (t->update == 0)
		h->start.v[id] = value;
	else
		state_put_edit(h->edit, &h->edits, STATE_EDITS, &k);
	trial_edit(t, id, value);
}

bool history_edit(history *h, trial *t, const config *c, int room, err *e)
{
	if (config_restart(&t->c, c) == KNOB_WEIGHTS)
		return err_input(e, "a setting of the start cannot change under way");
	if (t->update > 0 && history_edits_needed(t, c) > room)
		return err_input(
		        e, "%d changes under way are all that a state holds; start again to change more", STATE_EDITS);
	cut(h, t);
	for (int id = 0; id < KNOB_COUNT; id++)
		if (t->c.v[id] != c->v[id] && knob_get((knob_id)id)->restart != KNOB_LOOK)
			edit_one(h, t, (knob_id)id, c->v[id]);
	drop_idle_edits(h, t->update);
	return true;
}

bool history_rescales(const history *h, long update)
{
	for (int i = 0; i < h->edits; i++)
		if (h->edit[i].update == update && h->edit[i].knob == KNOB_rescale)
			return true;
	return false;
}

bool history_forget_rescale(history *h, trial *t, err *e)
{
	long update = t->update;
	cut(h, t);
	for (int i = h->edits - 1; i >= 0; i--)
		if (h->edit[i].update == update && h->edit[i].knob == KNOB_rescale) {
			h->edits--;
			memmove(h->edit + i, h->edit + i + 1, (size_t)(h->edits - i) * sizeof *h->edit);
		}
	return history_rewind(h, t, update - 1, e);
}

void history_rescale(history *h, trial *t, double rho)
{
	cut(h, t);
	edit_one(h, t, KNOB_rescale, rho);
}

/* ---- going back ---- */

static const checkpoint *nearest(const history *h, long update)
{
	int at = kept_before(h, update);
	const checkpoint *best = at < 0 ? NULL : &h->kept[at];
	for (int i = 0; i < NEAR; i++) {
		const checkpoint *c = &h->near[i];
		if (c->bytes && c->update <= update && (!best || c->update > best->update))
			best = c;
	}
	return best;
}

static void load(history *h, trial *t, const checkpoint *c)
{
	config now = h->start;
	for (int i = 0; i < h->edits && h->edit[i].update <= c->update; i++)
		now.v[h->edit[i].knob] = h->edit[i].value;
	trial_load(t, c->bytes);
	trial_configure(t, &now);
	if (h->aside)
		memcpy(h->aside, c->bytes + h->trial_size, h->aside_size);
}

bool history_rewind(history *h, trial *t, long update, err *e)
{
	const checkpoint *c = nearest(h, update);
	if (t->diverged && update >= t->diverged_update)
		return true;
	if (!t->diverged && t->update <= update && (!c || c->update <= t->update))
		return true; /* the present is the nearest */
	if (c) {
		load(h, t, c);
		return true;
	}
	trial_configure(t, &h->start);
	if (h->aside)
		memset(h->aside, 0, h->aside_size);
	return trial_restart(t, e);
}

bool history_seek(history *h, trial *t, long update, err *e)
{
	if (t->update == update && (!t->diverged || update >= t->diverged_update))
		return true;
	if (!history_rewind(h, t, update, e))
		return false;
	while (t->update < update && !t->diverged)
		history_step(h, t);
	return true;
}

/* ---- copies and answers ---- */

static bool copy_bytes(const history *h, checkpoint *c)
{
	unsigned char *bytes = c->bytes ? malloc(h->slot) : NULL;
	bool ok = bytes || !c->bytes;
	if (bytes)
		memcpy(bytes, c->bytes, h->slot);
	c->bytes = bytes;
	return ok;
}

history *history_copy(const history *h, void *aside, err *e)
{
	history *to = malloc(sizeof *to);
	bool ok = to != NULL;
	if (!to) {
		err_machine(e, "no memory for the history of a run");
		return NULL;
	}
	*to = *h;
	to->aside = aside;
	to->spares = to->n = 0;
	for (int i = 0; i < NEAR; i++)
		ok &= copy_bytes(h, &to->near[i]);
	for (; to->n < h->n && ok; to->n++) {
		to->kept[to->n] = h->kept[to->n];
		ok = copy_bytes(h, &to->kept[to->n]);
	}
	if (ok)
		return to;
	history_free(to);
	err_machine(e, "no memory for the history of a run");
	return NULL;
}

long history_end(const history *h)
{
	return h->end;
}

long history_diverged(const history *h)
{
	return h->diverged;
}

const config *history_start_config(const history *h)
{
	return &h->start;
}

const state_edit *history_edits(const history *h, int *n)
{
	*n = h->edits;
	return h->edit;
}

const history_mark *history_marks(const history *h, int *n)
{
	*n = h->marks;
	return h->mark;
}

int history_checkpoints(const history *h)
{
	int n = h->n;
	for (int i = 0; i < NEAR; i++)
		n += h->near[i].bytes != NULL;
	return n;
}

size_t history_bytes(const history *h)
{
	return h->slot * (size_t)(history_checkpoints(h) + h->spares);
}

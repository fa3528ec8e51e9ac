/* history: the past of one arm. Checkpoints of the complete state at growing intervals within a budget of memory, the
 * changes under way, and marks. Any past update can be reached again: the nearest checkpoint is loaded and the rest
 * recomputed, bit for bit. What lies ahead of the present after that stays known until a change cuts it.
 * No thread, no clock. */
#ifndef RUN_HISTORY_H
#define RUN_HISTORY_H
#include "run/state.h"
#include "run/trial.h"

enum { HISTORY_MARKS = 32, HISTORY_SOLVED_OVER = 100 };

typedef enum history_mark_kind {
	MARK_CLIP,     /* the first update that was clipped */
	MARK_SOLVED,   /* fewer than 1 % wrong answers over HISTORY_SOLVED_OVER minibatches, for the first time */
	MARK_DIVERGED, /* the update that produced the first value that is not finite */
	MARK_BOOKMARK,
	MARK_KINDS
} history_mark_kind;

typedef struct history_mark {
	long update;
	history_mark_kind kind;
} history_mark;

typedef struct history history;

/* `budget`: bytes for checkpoints. Without room for a single one every seek begins at update 0. */
history *history_new(size_t budget, err *e);
void history_free(history *h);
/* The same past for an equal trial; the caller's bytes of the copy are `aside`. */
history *history_copy(const history *h, void *aside, err *e);
/* Forgets everything; t stands at update 0. `aside` (may be NULL): bytes of the caller that are saved and restored with
 * every state, and zeroed at update 0. */
void history_start(history *h, const trial *t, void *aside, size_t aside_size);
/* A run that begins with these changes to come. */
void history_plan(history *h, const state_edit *edits, int n);

/* A checkpoint when it is time for one, trial_step, the changes that are due, marks. True when the update was not known
 * before. */
bool history_step(history *h, trial *t);
/* Takes over the knobs of c that differ, at the present update, and cuts what lay ahead. At update 0 they become the
 * settings of the start. t has not diverged: seek first. False when `room` further changes do not suffice, or a knob
 * would begin the run again. */
bool history_edit(history *h, trial *t, const config *c, int room, err *e);
/* Knobs of pictures: the same at every update, so nothing is cut. */
void history_look(history *h, trial *t, const config *c);
/* The matrix is rescaled from what it is now, so that a second rescaling at the same update has to begin where the
 * first one began: whether there is one; forgets it, and what lay ahead, and stands at least one update before, from
 * where history_steps lead back; then the new one, for which there must be room. t->update > 0. */
bool history_rescales(const history *h, long update);
bool history_forget_rescale(history *h, trial *t, err *e);
void history_rescale(history *h, trial *t, double rho);
/* Changes needed to get from t's settings to c. */
int history_edits_needed(const trial *t, const config *c);

/* Stands at `update`, or before it as near as the checkpoints allow: the rest are history_steps. A divergence on the
 * way happens again. False (machine) when update 0 cannot be set up again; the trial is then where it was or at update
 * 0. */
bool history_rewind(history *h, trial *t, long update, err *e);
/* history_rewind and the steps. */
bool history_seek(history *h, trial *t, long update, err *e);

/* The furthest update that was reached since the last cut, a divergence included. */
long history_end(const history *h);
/* The update that diverged, as known; 0 = none. */
long history_diverged(const history *h);
const config *history_start_config(const history *h);
const state_edit *history_edits(const history *h, int *n);
const history_mark *history_marks(const history *h, int *n); /* in the order of their updates */
/* Sets a bookmark, or takes it away where there is one. False when there are too many marks. */
bool history_bookmark(history *h, long update);
size_t history_bytes(const history *h); /* of checkpoints, at present */
int history_checkpoints(const history *h);

#endif

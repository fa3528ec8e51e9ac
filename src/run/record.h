/* record: what is remembered of a run for the plots: bounded curves over the updates, the waterfall, ghosts. It fills
 * the snap_arm that the views draw. No thread, no clock. */
#ifndef RUN_RECORD_H
#define RUN_RECORD_H
#include "run/snap.h"
#include "run/trial.h"

typedef struct record record;

record *record_new(err *e);
void record_free(record *r);
/* The same curves, without the loss of the run before. NULL when there is no memory. */
record *record_copy(const record *r, err *e);
/* Forgets everything; the new run's curves begin at `t`. */
void record_start(record *r, const trial *t);
/* The same, but the loss of the run so far stays as snap_arm.previous. */
void record_start_again(record *r, const trial *t);
/* After every trial_step. An update that the curves know already adds nothing to them: the run is being repeated. */
void record_update(record *r, const trial *t);
/* The state has jumped to another update: the temporal curves shown before do not lead here. */
void record_jump(record *r);
/* Keeps the temporal norms of this measurement as the newest curve. */
void record_curves(record *r, const trial *t);
/* Forgets what lies behind `update`. Returns the last update that the curves still hold entirely, at most `update`: the
 * updates from there on are to be made again, since they share a point with what was forgotten. */
long record_cut(record *r, long update);
/* The bytes that belong to the state of the run rather than to its past: counts of the histogram. They are saved with
 * the checkpoints (history_start). */
void *record_aside(record *r, size_t *size);
/* What the views want beside the curves (WANT_…): made by record_arm from then on, else left as it was. */
void record_want(record *r, unsigned want);
/* Completes the arm for drawing: state, norms of the last measurement, and, when `spectrum` is set, eigenvalues and
 * singular values of the recurrent matrix as it is now. The arm belongs to the record. */
const snap_arm *record_arm(record *r, const trial *t, bool spectrum);

/* The loss over the updates. */
const snap_series *record_loss(const record *r);

/* Adds a value of `update` to a curve; buckets are joined in pairs when all are in use. *count: values in the last
 * bucket. */
void record_series_add(snap_series *s, long *count, long update, double value);

#endif

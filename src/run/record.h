/* record: what is remembered of a run for the plots: bounded curves over the updates, the waterfall, ghosts. It fills
 * the snap_arm that the views draw. No thread, no clock. */
#ifndef RUN_RECORD_H
#define RUN_RECORD_H
#include "run/snap.h"
#include "run/trial.h"

typedef struct record record;

record *record_new(err *e);
void record_free(record *r);
/* Forgets everything; the new run's curves begin at `t`. */
void record_start(record *r, const trial *t);
/* After every trial_step. */
void record_update(record *r, const trial *t);
/* Completes the arm for drawing: state, norms of the last measurement, and, when `spectrum` is set, eigenvalues and
 * singular values of the recurrent matrix as it is now. The arm belongs to the record. */
const snap_arm *record_arm(record *r, const trial *t, bool spectrum);

/* Adds a value of `update` to a curve; buckets are joined in pairs when all are in use. *count: values in the last
 * bucket. */
void record_series_add(snap_series *s, long *count, long update, double value);

#endif

/* gauge: the numbers of a run that conditions name (goals.def), read off a trial. What is expensive, the spectrum and
 * the test on fresh sequences, is computed when it is asked for. May be included by lesson and app. */
#ifndef LESSON_GAUGE_H
#define LESSON_GAUGE_H
#include "lesson/goal.h"
#include "run/trial.h"

typedef struct gauge gauge;

/* The trial must outlive the gauge. NULL and a message when there is no memory. */
gauge *gauge_new(const trial *t, err *e);
void gauge_free(gauge *g);
/* After every trial_step and trial_measure. A run may go back to an earlier update, and forward again as far as it was:
 * what is known of the updates up to there counts. */
void gauge_update(gauge *g);
/* metric and index as in goal_op; NaN: not known. */
double gauge_read(gauge *g, int metric, int index);
const trial *gauge_trial(const gauge *g);
/* False right after the run was sent to another update: what it measured last is not of this one. */
bool gauge_fresh(const gauge *g);
/* goal_read over one gauge, whatever the arm. */
double gauge_goal(void *g, int arm, int metric, int index);

#endif

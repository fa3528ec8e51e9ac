/* steps: what the optimizer of a run made of its last gradient, weight by weight. No thread, no clock. */
#ifndef RUN_STEPS_H
#define RUN_STEPS_H
#include "run/snap.h"
#include "run/trial.h"

/* Of the last update. Leaves *out as it was when the run has made none since it was set up or loaded; a fresh run has
 * none. */
void steps_read(const trial *t, snap_steps *out);

#endif

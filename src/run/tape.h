/* tape: what a run's net did with one sequence of its last batch, for the views. No thread, no clock. */
#ifndef RUN_TAPE_H
#define RUN_TAPE_H
#include "run/snap.h"
#include "run/trial.h"

/* Reads the first sequence off the net's last forward pass. Leaves *tape as it was when the run has made none since it
 * was set up or loaded. */
void tape_read(const trial *t, snap_tape *tape);

#endif

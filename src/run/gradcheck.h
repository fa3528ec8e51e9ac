/* gradcheck: the gradient of a run compared with central differences of its loss, in double. */
#ifndef RUN_GRADCHECK_H
#define RUN_GRADCHECK_H
#include "run/trial.h"

typedef struct gradcheck {
	int blocks;
	const char *block[MODEL_BLOCKS];
	double worst[MODEL_BLOCKS]; /* largest relative error: |∂̂ − ∂| / max(|∂̂|, |∂|, root mean square of the block) */
	double largest[MODEL_BLOCKS]; /* largest |∂̂|, the guard against comparing zeros with zeros */
	long checked[MODEL_BLOCKS];   /* weights that were compared; 0 when they are not learned */
} gradcheck;

/* After trial_step or trial_measure; the net's batch is compared where it stands. Five-point differences in f64 with
 * step h on every weight, or on `most` of each block (0: all), spread evenly; dropout keeps its masks. The run is not
 * changed. What is checked is the gradient without truncation and Ω, which are no derivatives of the loss. */
bool gradcheck_run(const trial *t, double h, long most, gradcheck *out, err *e);

#endif

/* batch: one minibatch, filled by a task, read by a net. x and y are arrays of the net's precision (float or double);
 * the header itself is the same for both. */
#ifndef NUM_BATCH_H
#define NUM_BATCH_H
#include "base/rng.h"

#include <stdint.h>

typedef struct batch {
	int T, B; /* steps and sequences of this batch */
	int I, O; /* features of an input; outputs (real targets: their number; classes: how many) */
	int T_max, B_max;

	void *x; /* x[t·x_t + b·x_b + i], written in place where the net reads it; zero before the task fills it */
	long x_t, x_b;

	/* Targets: one per sequence (y_t = label_t = 0) or one per step. */
	int classes;    /* > 0: labels; 0: real targets */
	void *y;        /* y[t·y_t + b·O + o] */
	long y_t;       /* 0 or B_max·O */
	int32_t *label; /* label[t·label_t + b], 0 … classes−1 */
	long label_t;   /* 0 or B_max */

	int *length;         /* length[b] ≤ T: steps of sequence b; what follows is padding */
	unsigned char *mask; /* mask[t·B_max + b]: a target is given at step t (only read for targets per step) */

	rng masks;      /* where the dropout of this batch comes from */
	double *weight; /* weight[t·B_max + b] of the loss of step t of sequence b; sums to 1 for means (made by the net
	                   from loss_at and reduce) */
	int first_loss, last_loss; /* steps with any weight lie in first_loss … last_loss (0-based) */
} batch;

#endif

/* matrix: what every time step does to every other: products of Jacobians, the gradient of each loss with respect to
 * each step's copy of the weights, and what truncation leaves of the gradient. Measured on a net of its own, so that
 * the run does not notice. May be included by run and lesson. */
#ifndef RUN_MATRIX_H
#define RUN_MATRIX_H
#include "run/snap.h"
#include "run/trial.h"

/* Of the present weights, on the batch of the next update; nothing when *out shows exactly that. How much is looked at
 * depends on the size of the net alone. */
void matrix_measure(const trial *t, snap_matrices *out);
/* Of the same net and batch: the length of the gradient that goes back over p steps only as a share of the whole
 * gradient's, and its cosine with it. NaN when there is no memory. */
void matrix_truncation(const trial *t, int p, double *share, double *cosine);

/* A net like that of the run, without penalties and truncation, after the forward pass of the next batch: to be
 * measured on, and destroyed by t->api. NULL and a message when there is no memory. */
model *matrix_net(const trial *t, err *e);

#endif

/* example: a sequence that the views keep and the reader may change: one of a batch that stays while training goes on,
 * with single inputs replaced. Nothing of it reaches the training. May be included by run. */
#ifndef RUN_EXAMPLE_H
#define RUN_EXAMPLE_H
#include "run/trial.h"

/* True when there is one, for this run: its batch is known, and t->example says so. */
bool example_is_set(const trial *t);
/* A net with the present weights that holds the example as a batch of one sequence (of the whole batch where
 * normalisation needs it, the example first), without dropout. Not yet forward. NULL and a message without memory. */
model *example_net(const trial *t, err *e);
/* Writes the example's batch into a net of the run's shape. */
bool example_fill(const trial *t, model *m, err *e);
/* Another net of the run's shape and weights. NULL and a message without memory. */
model *example_copy_net(const trial *t, const model_tuning *u, err *e);
/* The targets are the next inputs, in every sequence of the batch: answers can be fed back. */
bool example_predicts_input(const trial *t, const batch *b);
/* The symbol at a step of a sequence, −1: none. */
int example_symbol(const trial *t, const batch *b, int step, int sequence);

#endif

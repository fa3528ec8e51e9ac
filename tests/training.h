/* training: whole runs for tests. Batches are fresh, and a batch is judged before it is learned from, so that the last
 * ones are a test on sequences that no update has seen. */
#ifndef TESTS_TRAINING_H
#define TESTS_TRAINING_H
#include "run/trial.h"

enum { TRAINING_WINDOW = 100 }; /* batches */

typedef struct trained {
	double loss, wrong; /* means over the last window */
	long solved;        /* first update at which less than 1 % of a window was wrong; 0: never */
	double first_loss;  /* of the first batch */
} trained;

/* backend=native, no measuring while it trains; fails the test with the message when the state makes no sense. */
trial *training_open(const char *state, int seed);
/* Fails the test when the run diverges. */
trained training_go_on(trial *t, long updates);
trained training_run(const char *state, int seed, long updates);
/* The weights of one run into another of the same shape. */
void training_copy(const trial *from, trial *to);

#endif

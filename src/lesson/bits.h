/* bits: how often the single bits of an answer were wrong in the last updates of a run whose classes are numbers of
 * several bits (temporal_order: bit k is the k-th special symbol). Only included inside lesson. */
#ifndef LESSON_BITS_H
#define LESSON_BITS_H
#include "run/trial.h"

enum { BITS = 3, BITS_KEPT = 4096 /* updates, so that a run may go back */ };

typedef struct bits {
	long seen;
	long of[BITS_KEPT]; /* update that this place belongs to, 0: none */
	float wrong[BITS_KEPT][BITS];
	double known[BITS]; /* see goals.def; INFINITY: not yet */
} bits;

void bits_init(bits *b);
/* After every step; nothing for a run that has gone to another update, or without such classes. */
void bits_add(bits *b, const trial *t);
/* Share of wrong answers in bit k (1-based) over the last 100 updates; NaN: not known. */
double bits_wrong(const bits *b, int k);
/* The update at which that first fell below 0.25, 100 at the earliest; INFINITY when it has not up to now. */
double bits_known(const bits *b, int k);

#endif

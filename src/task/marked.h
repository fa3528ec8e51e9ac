/* marked: sequences of numbers, two of which are marked (adding, multiplication, xor). Channel 0: marker, channel 1:
 * value. Only included inside task. urnn        marks in [0, L/2) and [L/2, L) (Arjovsky et al. 2016) irnn        two
 * marks anywhere                                                                     (Le et al. 2015) pascanu     marks
 * in [0, L/10) and [L/10, L/2); galvan: the same             (Pascanu et al. 2013, code; Galvan 2016) hochreiter  first
 * mark in the first ten, second in the first L/2 − 1 still unmarked, first and last marker −1 (Hochreiter, Schmidhuber
 * 1997) martens     marks in [1, L/10) and [L/10, L/2), first marker −1, and −1 three steps before the end, where the
 * answer is asked                                                             (Martens, Sutskever 2011, code) */
#ifndef TASK_MARKED_H
#define TASK_MARKED_H
#include "task/sequence.h"

typedef enum marked_value { MARKED_UNIT, MARKED_SIGNED, MARKED_BIT } marked_value; /* U[0,1), U[−1,1), {0, 1} */

/* Values and marks of sequence i; x[0] and x[1] are the marked values. Where Hochreiter's first pair was picked, its
 * value counts as `neutral`. */
void R(marked_draw)(variant form, marked_value value, double neutral, rng *r, const batch *b, int i, double x[2]);
/* Hochreiter's form: the probability that the first pair is one of the two that are marked, for sequences of L steps.
 */
double R(marked_first)(int L);
/* Steps from the marks to the end of sequences of L steps. */
void R(marked_lags)(variant form, int L, int *nearest, int *furthest);
/* False and a message when T is too short for the form. */
bool R(marked_fits)(const task_spec *s, variant form, const char *name, err *e);
/* The values that stand at marks now, in the order of their steps, those beyond the number `most` left out. Returns how
 * many. In Hochreiter's form a mark that is missing was on the first pair, which counts as `neutral`. */
int R(marked_read)(variant form, double neutral, const batch *b, int i, int most, double *x);
/* task.wrong for one real target per sequence: |error| above the bound. */
bool R(marked_wrong)(const batch *b, int sequence, const void *z, double bound);

#endif

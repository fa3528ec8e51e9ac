/* sequence: what several tasks share. Only included inside task. */
#ifndef TASK_SEQUENCE_H
#define TASK_SEQUENCE_H
#include "num/real.h"
#include "task/task.h"

/* Input row of step t of sequence b. */
static inline real *sequence_x(const batch *b, int t, int i)
{
	return (real *)b->x + (long)t * b->x_t + (long)i * b->x_b;
}

/* T + randint(⌊jitter·T⌋), exclusive, as in the code of Pascanu and Galvan. */
int R(sequence_length)(const task_spec *s, rng *r);
/* Longest length that can come out. */
int R(sequence_longest)(const task_spec *s);
/* Uniform integer in [⌊from·L⌋, ⌊to·L⌋), at least one value. */
int R(sequence_position)(rng *r, double from, double to, int L);
/* Index of the largest of n numbers. */
int R(sequence_argmax)(const real *z, int n);
bool R(sequence_no_variant)(const char *name, const char *allowed, err *e);

#endif

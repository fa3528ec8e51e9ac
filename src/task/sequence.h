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
/* Makes the input of step t the one-hot vector of a symbol. */
void R(sequence_put)(const batch *b, int t, int i, int symbol);
/* task.wrong: the largest output is not the class; targets per sequence or per step. */
bool R(sequence_wrong_class)(const task_spec *s, const batch *b, int step, int sequence, const void *z);
enum { SEQUENCE_SYMBOLS = 100 }; /* most symbols of a task */
/* "0" to "99"; NULL outside. */
const char *R(sequence_digits)(int n);

#define VARIANT_BIT(v) (1u << (v))
/* False and a message when the variant is neither auto nor one of `allowed` (VARIANT_BITs). */
bool R(sequence_variant)(const task_spec *s, const char *name, unsigned allowed, err *e);
const char *R(sequence_variant_name)(variant v);
/* Number of symbols: `published` when the specification says 0; false and a message outside [low, high]. */
bool R(sequence_symbols)(const task_spec *s, const char *name, int low, int high, err *e);

#endif

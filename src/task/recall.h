/* recall: a pattern of symbols, a delay of blanks, and the pattern again (memorization, copy). Only included inside
 * task. All steps carry a target: blank until the pattern has to come. */
#ifndef TASK_RECALL_H
#define TASK_RECALL_H
#include "task/sequence.h"

typedef struct recall_form {
	int pattern, values; /* steps of the pattern, and how many different symbols it is made of */
	int blank, first;    /* index of the blank and of the first symbol, for inputs and classes */
	int marker;          /* input that says: now; it stands `ahead` steps in front of the answer */
	int ahead;
} recall_form;

/* b->T steps: the pattern, blanks, `pattern` steps of answer. */
void R(recall_fill)(const recall_form *f, rng *r, batch *b);
/* Losses without memory: the blanks are known, the pattern is guessed. T steps in all. */
double R(recall_floor)(const recall_form *f, int T);
const char *R(recall_symbol)(const recall_form *f, int index);

#endif

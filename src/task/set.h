/* set: sequences in memory into batches. Only included inside task. */
#ifndef TASK_SET_H
#define TASK_SET_H
#include "task/sequence.h"

/* Sequence `from` into place i. */
void R(set_copy)(const dataset *d, int from, batch *b, int i);
/* task.length and task.fill of the tasks whose sequences all come from a file. fill: sequence `update`·B + i. */
int R(set_length)(const task_spec *s, rng *r);
void R(set_fill)(const task_spec *s, long update, rng *r, batch *b);
/* Mean entropy of the labels in nats: the loss of guessing by frequency. */
double R(set_entropy)(const dataset *d);

#endif

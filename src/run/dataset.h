/* dataset: sequences in memory. Reads what the knob `data` names (formats: README, "Files"), and draws finite sets of a
 * task's sequences. May be included by run, lesson and app. */
#ifndef RUN_DATASET_H
#define RUN_DATASET_H
#include "task/task.h"

#include <stdio.h>

/* The choices of the knob `input_scale`, in its order. AUTO: standard for records of visits, else none. */
typedef enum dataset_scaling { SCALING_AUTO, SCALING_NONE, SCALING_STANDARD, SCALING_UNIT } dataset_scaling;

/* What a task reads. *out is NULL when the task needs nothing. False and a message that names file and line or array,
 * what is wrong, and what is allowed. */
bool dataset_open(task_reads what, const char *path, dataset_scaling scaling, dataset **out, err *e);

/* N sequences of a task (a row of tasks.def), drawn once; sequence n depends on (s->seed, stream, n). Each keeps its
 * own length. RNG_TRAIN: the training set. Any other stream, e.g. RNG_VALIDATION, RNG_TEST: sequences that are not
 * trained on: from the held-out part of a text; from a file of sequences those that s->set leaves over. NULL and a
 * message when there are not as many. */
dataset *dataset_sample(int task_row, const task_spec *s, uint64_t stream, int N, err *e);
void dataset_free(dataset *d);

/* The synthetic records of task=visits as a CSV file (assets/visits-synthetic.csv). They are random numbers from a
 * made-up rule: no patient exists. */
bool dataset_write_synthetic(FILE *f, err *e);

#endif

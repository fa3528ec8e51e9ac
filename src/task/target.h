/* target: what the tasks of one unit share: no input, one number to end at, |error| ≤ 0.04 counts as right. */
#ifndef TASK_TARGET_H
#define TASK_TARGET_H
#include "task/sequence.h"

/* `unit`: a unit_id of nn/model.h. */
bool R(target_shape)(const task_spec *s, const char *name, int unit, task_shape *out, err *e);
/* y of every sequence is the knob `target`. */
void R(target_fill)(const task_spec *s, long update, rng *r, batch *b);
bool R(target_wrong)(const task_spec *s, const batch *b, int step, int sequence, const void *z);

#endif

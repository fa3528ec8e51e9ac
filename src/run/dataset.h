/* dataset: reads the user's own sequences for task=data from .npz or .csv (formats: README, "Files"). */
#ifndef RUN_DATASET_H
#define RUN_DATASET_H
#include "task/task.h"

/* NULL and a message that names file, array or line, and what is allowed. */
dataset *dataset_read(const char *path, err *e);
void dataset_free(dataset *d);

#endif

#include "num/real.h"
#include "task/task.h"

#define TASK(name) extern const task R(task_##name);
#include "task/tasks.def"
#undef TASK

const task *const R(tasks)[] = {
#define TASK(name) &R(task_##name),
#include "task/tasks.def"
#undef TASK
};
const int R(tasks_count) = sizeof R(tasks) / sizeof *R(tasks);

/* lesson_open: a lesson in the window. */
#ifndef APP_LESSON_OPEN_H
#define APP_LESSON_OPEN_H
#include "lesson/lesson.h"

#include <stdbool.h>

struct bench;

/* Opens a lesson by its path, its name or its number, at the step behind a '#' ("08#3"); what is wrong is said on the
 * screen, and what was there stays. */
void bench_lesson(struct bench *b, const char *path);
/* All its goals but those for masters have been met, or, where it has none, its end was reached, as the user's folder
 * of settings remembers it. */
bool lesson_finished(const lesson *l);

#endif

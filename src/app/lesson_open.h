/* lesson_open: a lesson in the window. */
#ifndef APP_LESSON_OPEN_H
#define APP_LESSON_OPEN_H
#include <stdbool.h>

struct bench;

/* Opens a lesson by its path, or by its name; what is wrong is said on the screen. */
void bench_lesson(struct bench *b, const char *path);
/* All its goals have been met. */
bool lesson_finished(const char *path);

#endif

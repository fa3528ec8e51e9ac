/* progress: which goals of which lessons have been met, in $XDG_CONFIG_HOME/unroll/progress: a goal a line, the
 * lesson's name, the title of the step and the condition, separated by tabs. */
#ifndef APP_PROGRESS_H
#define APP_PROGRESS_H
#include "lesson/lesson.h"

typedef struct progress {
	char *text; /* of the file, lines ended by '\n' */
	size_t size;
} progress;

/* Without a file, or without a home, nothing has been met. */
progress progress_load(void);
void progress_free(progress *p);
/* goal NULL: that the lesson was gone through to its end. */
bool progress_has(const progress *p, const lesson *l, const lesson_step *s, const lesson_act *goal);
/* Notes it in the file. */
bool progress_add(progress *p, const lesson *l, const lesson_step *s, const lesson_act *goal, err *e);
/* How many goals a lesson has, those for masters left out, and how many of them have been met. */
int progress_count(const progress *p, const lesson *l, int *met);

#endif

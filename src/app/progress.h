/* progress: which goals of which lessons have been met, and what was predicted, in $XDG_CONFIG_HOME/unroll/progress: a
 * line each, with tabs between its parts:
 *
 *     LESSON  STEP  CONDITION                 a goal, by the lesson's name, the title of the step and its condition
 *     LESSON          end                     the lesson was gone through to its end
 *     LESSON  STEP  answer  QUESTION  ANSWER  a prediction
 *
 * Other lines stay as they are. */
#ifndef APP_PROGRESS_H
#define APP_PROGRESS_H
#include "lesson/lesson.h"

enum { PROGRESS_ANSWER = 1200 /* bytes */ };

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
/* What was answered to a question; "" when nothing is known. Returns buf. */
const char *progress_answer(
        const progress *p, const lesson *l, const lesson_step *s, const lesson_act *question, char *buf, size_t size);
/* Puts it in the place of what was answered before; "": forgets that. */
bool progress_set_answer(
        progress *p, const lesson *l, const lesson_step *s, const lesson_act *question, const char *answer, err *e);
/* How many goals a lesson has, those for masters left out, and how many of them have been met. */
int progress_count(const progress *p, const lesson *l, int *met);

#endif

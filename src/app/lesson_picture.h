/* lesson_picture: the window with a lesson in it, without a window. */
#ifndef APP_LESSON_PICTURE_H
#define APP_LESSON_PICTURE_H
#include "base/err.h"
#include "draw/palette.h"

#include <stdbool.h>

/* Whether a word of the command line means a lesson: "08", "wall-and-clip#2", "my-lesson.md". */
bool lesson_word(const char *word);
/* … and whether it can be found. */
bool lesson_there(const char *word, err *e);
/* Draws the screen at "LESSON#STEP" (the first page without a step), w × h points, to a .png, .svg or .pdf. `played`:
 * after the runs of the step, its questions skipped. */
bool lesson_picture(const char *word, bool played, theme_id t, float w, float h, float scale, const char *path, err *e);

#endif

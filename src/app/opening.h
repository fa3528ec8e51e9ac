/* opening: which files can be opened, and what is in them: dropped on the window, or named on the command line. */
#ifndef APP_OPENING_H
#define APP_OPENING_H
#include "run/state.h"

#include <stdbool.h>
#include <stddef.h>

typedef enum opening { OPENS_NOTHING, OPENS_STATE, OPENS_DATA, OPENS_LESSON } opening;

extern const char opening_allowed[]; /* the endings, for messages */

/* By the ending; numbers of plots that hold the state of their run (`# unroll/1 …`, or an array
 * `state`) are that run, other numbers are data. */
opening opening_kind(const char *path);
/* The state string in a picture (PNG), a text or a table: of a text the first line that begins as states do. */
bool opening_state_text(const char *path, char *state, size_t size, err *e);
/* Sequences from a file in place of the task that *c has. */
bool opening_data(const char *path, config *c, err *e);

#endif

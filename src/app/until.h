/* until: a condition typed in the window, as `train --until` takes it: the run goes on to the first update after which
 * it holds. What was typed before is kept in $XDG_STATE_HOME/unroll/until. */
#ifndef APP_UNTIL_H
#define APP_UNTIL_H
#include "base/err.h"
#include "draw/canvas.h"

#include <stdbool.h>

struct bench;

enum { UNTIL_TEXT = 160, UNTIL_KEPT = 20 };

typedef struct until_field {
	bool open, begins; /* begins: the field takes the keyboard in the next pass */
	char text[UNTIL_TEXT];
	bool loaded;
	int n, at;                         /* at: which of those before is in the field; −1 = none */
	char kept[UNTIL_KEPT][UNTIL_TEXT]; /* newest first */
} until_field;

void until_open(struct bench *b); /* or closes it */
float until_height(const struct bench *b);
void until_draw(struct bench *b, rect r);
/* Lets the selected arm's run go on until this holds. False and a message that names the column. */
bool until_run(struct bench *b, const char *text, err *e);

#endif

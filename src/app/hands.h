/* hands: the handles that the views offer, as controls of the window. */
#ifndef APP_HANDS_H
#define APP_HANDS_H
#include "view/handle.h"

struct bench;

typedef enum hands_cursor { CURSOR_USUAL, CURSOR_ACROSS, CURSOR_UP_DOWN, CURSOR_ANY_WAY, CURSOR_KINDS } hands_cursor;

typedef struct hands {
	view_handles offered;   /* by the views, when they were drawn last */
	char held[HANDLE_NAME]; /* "" = none */
	view_handle grabbed;    /* as it was then */
	point offset;           /* of the pointer from the grip */
	double start, value;
	bool moved;
	run_example example; /* as it was then */
} hands;

/* Before the views are drawn: they add to an empty list. */
void hands_begin(struct bench *b);
/* After that, and in passes that are not seen. */
void hands_draw(struct bench *b, bool show);
/* The pointer is on one, or holds it: no read-outs. */
bool hands_hot(const struct bench *b);

#endif

/* undo: the way back from a change of the bench: a setting, another start, an arm that was removed, another run. What
 * is kept are states: going back repeats the run up to where it stood. Lessons have their own way back. */
#ifndef APP_UNDO_H
#define APP_UNDO_H
#include <stdbool.h>

struct bench;

enum { UNDO_MOST = 40 };

typedef struct undo_list {
	int n;
	char *state[UNDO_MOST]; /* oldest first */
} undo_list;

typedef struct undo {
	undo_list back, forth;
	double noted; /* when the last change of a setting came */
	bool merges;  /* … and nothing else since */
	bool moving;  /* an undo is being carried out: it is no change */
} undo;

void undo_done(undo *u);
/* Before something is changed. Changes of settings that follow each other closely, as in a drag, are one. Returns
 * whether something new was kept. */
bool undo_note(struct bench *b, bool setting);
/* Back to before the last change; forth again until something else is changed. */
void undo_back(struct bench *b);
void undo_forth(struct bench *b);

#endif

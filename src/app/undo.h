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
	double noted;    /* when the last change of a setting came */
	bool merges;     /* … and nothing else since */
	bool held;       /* … with the button down: until it is let go, all is one change */
	bool moving;     /* an undo is being carried out: it is no change */
	int wanted;      /* steps back still to be made, when the screen shows what they are from; < 0: forth */
	char *way;       /* the state that the run is on its way to; NULL: it is there */
	long sent;       /* the message that sent it off … */
	long end, place; /* … to this update, and back to this one */
} undo;

struct run_state;

void undo_done(undo *u);
/* Before something is changed. Changes of settings that follow each other closely, as in a drag, are one. Returns
 * whether something new was kept. */
bool undo_note(struct bench *b, bool setting);
/* Another state has been opened: it is what stands there, also while the run is still on its way to it. */
void undo_opened(struct bench *b, const struct run_state *s);
/* A new snap has been taken, or the window drawn: what waits is made when it can be. */
void undo_take(struct bench *b);
/* Back to before the last change; forth again until something else is changed. Both wait until all that was changed is
 * carried out. */
void undo_back(struct bench *b);
void undo_forth(struct bench *b);

#endif

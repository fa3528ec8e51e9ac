/* sweeper: the slow way through one update in the window: small steps by keyboard, button, slider, or by themselves. */
#ifndef APP_SWEEPER_H
#define APP_SWEEPER_H
#include "ui/ui.h"
#include "view/sweep.h"

struct bench;

typedef struct sweeper {
	bool on, plays;
	int place;   /* 0 … sweep_length − 1 */
	double next; /* when it goes on by itself */
	view_sweep at;
} sweeper;

void sweeper_toggle(struct bench *b);
float sweeper_height(struct bench *b, float width);
void sweeper_draw(struct bench *b, rect r);
/* Before the plots are drawn: where it has got, and the step that all plots mark. */
void sweeper_go(struct bench *b, double now);
/* The keys that mean something else meanwhile. */
bool sweeper_key(struct bench *b, const ui_event *e);
double sweeper_due(const struct bench *b); /* INFINITY: it does not go on by itself */

#endif

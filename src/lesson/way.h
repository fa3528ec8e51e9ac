/* way: where a run with task=function has been, and how long its steps were. Only included inside lesson. */
#ifndef LESSON_WAY_H
#define LESSON_WAY_H
#include "run/measure.h"

typedef struct way {
	long seen;
	int n, room;
	struct way_place {
		double at[2], step; /* after so many updates; length of the step that led there */
	} * place;                  /* NULL: nothing yet */
} way;

void way_done(way *w);
/* After every step, and at the start; nothing for other tasks. */
void way_add(way *w, const trial *t);
/* As measure_descent, of the run itself: NaN for updates that it has not made, INFINITY for values and distances after
 * something stopped being finite. Other tasks: what the knobs alone would give. */
double way_read(const way *w, const trial *t, measured_descent what, int n);

#endif

/* landscape: the error surface around the runs that are compared, and their ways over it: computed bit by bit, coarse
 * grid first, on a copy of the net, so that the runs do not notice. A surface keeps the update and the batch that it
 * belongs to; what the settings or another update have made stale is dropped at once. No thread, no clock: whoever
 * calls landscape_work decides how long. May be included by run, lesson and app. */
#ifndef RUN_LANDSCAPE_H
#define RUN_LANDSCAPE_H
#include "run/slice.h"
#include "run/trial.h"

typedef struct landscape landscape;

/* The first one's loss is the surface. The trail ends where the run stands. */
typedef struct landscape_arm {
	const trial *t;
	const trail *way;
	int index; /* among all arms */
} landscape_arm;

landscape *landscape_new(err *e);
void landscape_free(landscape *l);
/* Looks at where the runs stand and at the knobs of the surface. A run that goes on keeps its surface until the next
 * one is complete; anything else begins at once. */
void landscape_aim(landscape *l, const landscape_arm *arm, int n, bool going_on);
/* Computes a point or so; false when there is nothing left to do. */
bool landscape_work(landscape *l);
/* Projects the ways, and measures the next step of every arm when `steps` is set: two passes of each net. */
void landscape_look(landscape *l, const landscape_arm *arm, int n, bool steps);
/* Copies the picture unless *out has it. */
void landscape_show(landscape *l, slice_picture *out);

#endif

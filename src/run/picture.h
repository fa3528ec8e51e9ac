/* picture: an error surface and the ways of the arms over it, as plain data without pointers: made by run/landscape.c
 * and run/slice.c, read by the views. May be included by run, view, lesson and app. */
#ifndef RUN_PICTURE_H
#define RUN_PICTURE_H
#include <stdbool.h>

typedef enum slice_kind {
	SLICE_UNIT,     /* w and b of the one-unit net */
	SLICE_FUNCTION, /* a and b of task=function */
	SLICE_POWER,    /* task=power has a single parameter: its ways, b is 0, and no surface */
	SLICE_NAMED,
	SLICE_RANDOM,
	SLICE_PCA,
	SLICE_GRADIENT
} slice_kind;

enum { SLICE_NAME = 64, SLICE_SIDE = 256, SLICE_WAY = 4096, SLICE_ARMS = 4 };

/* One arm over the surface, in the coordinates of the plane. The step is the next one, from where the arm stands. */
typedef struct slice_way {
	int arm; /* among all: its colour */
	int steps;
	float at[SLICE_WAY][2];
	long update;  /* made so far */
	bool clipped; /* the arm clips: drawn dashed */
	bool has_step, step_clipped;
	float downhill[2];           /* minus the gradient */
	float step[2], unclipped[2]; /* as it will be taken; as it would be without the clip */
	float parts[2][2]; /* what is left of the steps before, and of the gradient; 0 where a rule has no such parts */
} slice_way;

typedef struct slice_picture {
	slice_kind kind;
	long serial;       /* another one: something has changed */
	char problem[200]; /* why there is nothing */
	long update;       /* whose parameters are the middle of the plane … */
	long batch;        /* … and whose batch the loss is of; 0: there is none */
	bool present;      /* the middle is where the run stands now */
	long parameters;
	int na, nb; /* 0: nothing yet */
	int stride; /* every stride-th point is computed, the others repeat a neighbour; 1: complete */
	double low[2], high[2];
	char name[2][SLICE_NAME];
	char title[160]; /* of a function */
	bool has_minimum;
	double minimum[2], minimum_value;
	double share[2];   /* PCA: of the run's variance along each direction */
	double x0, target; /* SLICE_UNIT: wall and valley can be drawn */
	int T;
	float loss[SLICE_SIDE * SLICE_SIDE],
	        norm[SLICE_SIDE * SLICE_SIDE]; /* (nb, na); NAN: not finite, not computed */
	int ways, strangers;                   /* strangers: arms whose nets have another shape */
	slice_way way[SLICE_ARMS];
} slice_picture;

/* Copies what is in use. */
void slice_picture_copy(slice_picture *to, const slice_picture *from);

#endif

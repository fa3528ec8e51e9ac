/* contour: lines of equal value of a grid of numbers (marching squares), joined to polylines and labelled.
 * May be included by view and app. Main thread only (static scratch). */
#ifndef PLOT_CONTOUR_H
#define PLOT_CONTOUR_H
#include "plot/plot.h"

/* Values at evenly spaced points, row j at y0 + j·(y1 − y0)/(ny − 1). In axis units (log10 on a log scale): −INFINITY
 * is below every level; NAN and +INFINITY are holes. */
typedef struct field {
	const float *z;
	int nx, ny;
	double x0, x1, y0, y1;
} field;

enum { CONTOUR_LEVELS = 32, CONTOUR_LINES = 4096, CONTOUR_POINTS = 1 << 17, CONTOUR_SIDE = 512 };

typedef struct contour_line {
	int level; /* index of the level */
	int first, n;
	bool closed;
} contour_line;

/* In static memory, valid until the next call. Points are (column, row), fractional. */
typedef struct contour_set {
	int lines, points;
	contour_line line[CONTOUR_LINES];
	point at[CONTOUR_POINTS];
} contour_set;

/* Round levels over a scale, at most `most` (≤ CONTOUR_LEVELS): 1-2-5 steps, whole decades or 1-2-5 in them on a log
 * scale. Returns how many; *step is the distance between them. */
int contour_levels(const axis *scale, int most, double level[CONTOUR_LEVELS], double *step);
/* Every line of every level. Grids wider than CONTOUR_SIDE are not traced. */
const contour_set *contour_trace(const field *f, const double *level, int n);
/* The lines inside the plot; with labels where they are long enough, apart from each other and from the edge, at the
 * flattest place. */
void contour_draw(const plot *p, const field *f, const axis *scale, const double *level, int n, double step, stroke s,
        bool labelled);

#endif

/* line: curves over evenly spaced x. Values are axis values (log10 on a log axis): NAN leaves a gap, −INFINITY runs
 * along the floor of a log axis as a marked zero. Drawn inside the plot's area only, at most two points per
 * point of width, so that the cost is that of the pixels.
 * May be included by view and app. Main thread only (static scratch). */
#ifndef PLOT_LINE_H
#define PLOT_LINE_H
#include "plot/plot.h"

typedef struct curve {
	const float *y;
	int n;
	double x0, dx; /* point i lies at x0 + i·dx */
} curve;

void line_draw(const plot *p, curve line, stroke s);
/* The area between two curves; gaps where either is NAN. */
void line_band(const plot *p, curve low, curve high, ink fill, float alpha);
/* Index of the last finite value or zero; −1 when there is none. */
int line_last(curve line);
/* Index of the value nearest to x; −1 when there are none. */
int line_nearest(curve line, double x);
/* Canvas position of the highest point (smallest y) of the curve between two x; +INFINITY when there is none. */
float line_top(const plot *p, curve line, double x0, double x1);

#endif

/* marks: points in the plane, stems, and histograms.
 * May be included by view and app. */
#ifndef PLOT_MARKS_H
#define PLOT_MARKS_H
#include "plot/plot.h"

typedef enum mark { MARK_DISC, MARK_RING, MARK_CROSS, MARK_SQUARE, MARK_COUNT } mark;

void marks_draw(const plot *p, const float *x, const float *y, int n, mark m, float radius, ink i, float alpha);
void marks_one(const plot *p, double x, double y, mark m, float radius, ink i, float alpha);
/* Circle around the origin with a radius in axis units (an ellipse when the plot is not square). */
void marks_circle(const plot *p, double radius, stroke s);
/* Stems from the x axis up to y[i] at x0 + i·dx, with a dot on top. */
void marks_stems(const plot *p, const float *y, int n, double x0, double dx, ink i, float alpha);
/* Horizontal bars growing to the right from r.x: bin i covers the values low + i·(high − low)/n … of the plot's y
 * axis; the largest count is as long as r is wide. */
void marks_histogram(const plot *p, rect r, const float *count, int n, double low, double high, ink i, float alpha);
/* The same as an outline, from the first bin that is not empty to the last one. */
void marks_stairs(const plot *p, rect r, const float *count, int n, double low, double high, stroke s);

#endif

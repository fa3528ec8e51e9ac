/* vector: arrows in the plane of a plot.
 * May be included by view and app. */
#ifndef PLOT_VECTOR_H
#define PLOT_VECTOR_H
#include "plot/plot.h"

/* From (x, y) by (dx, dy) in axis units; the head is at most half as long as the arrow, and none is drawn on one that
 * is shorter than its line is wide. Arrows that leave the area are cut there. */
void vector_draw(const plot *p, double x, double y, double dx, double dy, stroke s);
/* The same between two points of the canvas. */
void vector_arrow(canvas *c, point from, point to, stroke s);

#endif

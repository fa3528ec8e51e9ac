/* heat: a matrix of numbers as colours (viridis, or diverging; NAN and +INFINITY are grey), and the bar that explains
 * them. May be included by view and app. Main thread only (static scratch). */
#ifndef PLOT_HEAT_H
#define PLOT_HEAT_H
#include "plot/plot.h"

typedef enum heat_map {
	HEAT_VIRIDIS,
	HEAT_DIVERGING
} heat_map; /* blue – white (dark themes: dark) – orange, for values around 0 */

typedef struct heat {
	const float *value; /* rows × cols, row i at value + i·pitch */
	int rows, cols, pitch;
	axis scale; /* values at the two ends of the colour map */
	heat_map map;
	bool last_on_top; /* row rows − 1 is drawn on top */
} heat;

/* Stretched over r; every cell keeps its edges. Matrices beyond 65536 cells are thinned. */
void heat_draw(canvas *c, rect r, heat h);
/* A vertical bar in the left of r with labels at its right. */
void heat_bar(canvas *c, rect r, axis scale);
void heat_bar_in(canvas *c, rect r, axis scale, heat_map map);
uint32_t heat_colour(const canvas *c, heat_map map, float t);    /* t from 0 to 1 */
float heat_bar_width(const canvas *c, float height, axis scale); /* that it wants */

#endif

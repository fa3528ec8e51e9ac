/* plot: an area with two axes: grid, ticks, labels and titles around it; and the type of all plots.
 * May be included by view and app. */
#ifndef PLOT_PLOT_H
#define PLOT_PLOT_H
#include "draw/canvas.h"
#include "plot/axis.h"

/* Type sizes and the spacing unit, in points at scale 1, before the theme's factor. */
#define TYPE_TICK 11.0F
#define TYPE_BASE 13.0F
#define TYPE_TITLE 14.0F
#define PLOT_UNIT 8.0F

float plot_em(const canvas *c, float size); /* type size under the canvas's theme */
text_style plot_type(const canvas *c, float size, ink i, align a);
stroke plot_stroke(float width, ink i, float alpha, dash d);

typedef struct plot {
	canvas *c;
	rect area; /* inside the axes; width 0 when there is no room */
	axis x, y;
	rect gutter; /* right of the area, for labels at line ends */
} plot;

typedef struct plot_spec {
	axis x, y;           /* from and to are filled in */
	const char *x_title; /* NULL: none */
	const char *x_note;  /* at the right end of the x titles */
	const char *y_title;
	float left;  /* left margin at least (plots that share an x axis); see plot_left */
	float right; /* width of the gutter */
	bool x_keep; /* titles under the x axis even when the box is low (part of a stack of plots) */
	bool x_bare; /* no labels and titles under the x axis */
	bool y_bare; /* no labels at the y axis (its title stays) and no grid from it */
	bool y_zero; /* room for exact zeros under a log y axis */
	bool square; /* one unit of x is as long as one unit of y */
} plot_spec;

/* Lays the plot into `outer`, draws everything around the data, and returns where the data go. What does not fit
 * is left out: titles first, then labels. */
plot plot_begin(canvas *c, rect outer, const plot_spec *spec);
/* What was laid out on a canvas whose `notes` point here, in order: with its spec a plot can be drawn once more, empty.
 */
enum { PLOT_NOTES = 6 };

typedef struct plot_note {
	rect outer;
	plot_spec spec; /* its titles lie below */
	plot at;
	char x_title[48], x_note[96], y_title[96];
} plot_note;

typedef struct plot_notes {
	int n;
	plot_note note[PLOT_NOTES];
} plot_notes;

/* A copy whose titles are its own. */
void plot_note_copy(plot_note *to, const plot_note *from);

/* Left margin that the y axis of this plot needs in a box of this height. */
float plot_left(const canvas *c, rect outer, const plot_spec *spec);
/* Whether the title of y would stand in a box of this size. */
bool plot_titles_y(const canvas *c, rect outer, const plot_spec *spec);
/* By how much the last plot of a stack, which carries labels and titles of x, must be higher than the bare ones above
 * it for equal areas. */
float plot_foot(const canvas *c);
bool plot_has_room(const plot *p); /* something can be drawn */

float plot_x(const plot *p, double x);
float plot_y(const plot *p, double y);

/* Thin marks across the area: at a step or update, at a threshold. */
void plot_vertical(const plot *p, double x, stroke s);
void plot_horizontal(const plot *p, double y, stroke s);

/* Words over the middle of the area: nothing to show yet. */
void plot_message(const plot *p, const char *text);

#endif

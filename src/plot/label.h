/* label: words beside data. Direct labels at line ends (pushed apart until none touches another), the legend for
 * where these do not fit, the read-out under the pointer, and paragraphs.
 * May be included by view and app. */
#ifndef PLOT_LABEL_H
#define PLOT_LABEL_H
#include "plot/plot.h"

enum { LABELS = 24, LABEL_TEXT = 64 };

typedef struct label {
	double value; /* on the y axis; NAN is not shown */
	int rank;     /* when room is short, the higher rank goes first */
	ink ink;
	weight weight;
	dash dash; /* of the line, for the legend */
	char text[LABEL_TEXT];
	const char *brief; /* what is said where the text does not fit; NULL: the text is cut */
	float at;          /* where it went */
} label;

typedef struct labels {
	int n;
	label item[LABELS];
} labels;

/* Returns the new label, to adjust rank and weight; a full list drops it (the last slot is then rewritten). */
label *labels_add(labels *l, double value, ink i, const char *fmt, ...) __attribute__((format(printf, 4, 5)));
/* Width of gutter that the labels want, at most `most`, or a quarter more where that spares all of them the cut; 0 when
 * that is too narrow for words. */
float labels_width(const labels *l, const canvas *c, float most);
/* Draws them into the plot's gutter, joined to their line ends. */
void labels_draw(labels *l, const plot *p);
/* A row of samples and names, top left inside the area; for plots whose gutter is too narrow. */
void labels_legend(const labels *l, const plot *p);
/* The same in rows that are cut off the top of the area, so that no line crosses it. */
void labels_above(const labels *l, canvas *c, rect *area);

enum { READOUT_LINES = 14 };

typedef struct readout {
	int n;
	char text[READOUT_LINES][LABEL_TEXT];
	ink ink[READOUT_LINES]; /* INK_NONE: no sample in front */
} readout;

void readout_add(readout *r, ink i, const char *fmt, ...) __attribute__((format(printf, 3, 4)));
/* A box beside `at` that stays inside `bounds`; lines that do not fit are left out. */
void readout_draw(const readout *r, canvas *c, rect bounds, point at);

/* Draws words wrapped to the width of `area`, from its top, in at most `lines` lines (the last one cut with "…").
 * Returns the height used. With c == NULL nothing is drawn. */
float label_paragraph(canvas *c, rect area, const char *text, text_style s, int lines);
int label_lines(const char *text, float width, float em, weight w); /* lines that it would need */

#endif

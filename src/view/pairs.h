/* pairs: matrices over pairs of time steps, as colours between two axes of steps.
 * May be included by view. Main thread only. */
#ifndef VIEW_PAIRS_H
#define VIEW_PAIRS_H
#include "plot/heat.h"
#include "view/parts.h"

typedef struct pairs {
	const float *value;   /* rows × SNAP_MATRIX, log10; NAN has no place in the matrix */
	int rows, cols;       /* 0: nothing */
	const int *row, *col; /* the steps that they stand for, growing */
	int T;
} pairs;

pairs pairs_jacobian(const snap_arm *a);
pairs pairs_itemised(const snap_arm *a);
void pairs_span(pairs m, span *out);
/* Steps across, the rows upwards. */
axis pairs_across(pairs m);
axis pairs_upwards(pairs m);
/* On a plot with these axes; what lies beyond the diagonal stays empty. */
void pairs_draw(const plot *p, pairs m, axis scale);
/* Cell under the pointer; focus->step becomes its column's. */
bool pairs_point(const plot *p, pairs m, view_focus *focus, int *row, int *col);
/* A line at focus->step. */
void pairs_mark(const plot *p, const view_focus *focus, ink i);
/* Cuts a row of samples and names from the top of *area, when there are several of them and room. */
void pairs_legend(labels *l, canvas *c, rect *area);
/* The same with the names of the arms alone. */
void pairs_name_arms(const snap *s, canvas *c, rect *area);
/* The matrix as a part: step_j down, step_k across, log10_norm. */
void pairs_data(view_data *d, const char *part, int arm, pairs m, const char *about);
/* Index of the entry nearest to a step. */
int pairs_nearest(const int *step, int n, int to);
/* Why there is no matrix at all, or NULL. */
const char *pairs_problem(const snap *s, int arm);
/* "every 3rd" … of T: nothing when all are shown. Appends to buf. */
void pairs_append_thinning(char *buf, int size, const char *what, int shown, int of);

#endif

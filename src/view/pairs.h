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
/* The matrices of all arms side by side or in rows, all of the same size and as close to squares as the area allows;
 * right of them their scale. Where a name does not fit under the diagonal, names stand above. */
typedef struct pairs_cells {
	rect cell[SNAP_ARMS], name[SNAP_ARMS], bar; /* name of height 0: under the diagonal */
	float right;                                /* margin inside a cell */
} pairs_cells;

pairs_cells pairs_divide(const snap *s, const canvas *c, rect area, axis scale);
/* The name of the arm whose matrix was drawn there; nothing when it is alone. */
void pairs_name(const snap *s, int arm, const plot *p, const pairs_cells *k);
/* The scale beside the plots, as high as these. */
void pairs_scale(canvas *c, const pairs_cells *k, const plot *first, const plot *last, axis scale);
/* The matrix as a part: step_j down, step_k across, log10_norm. */
void pairs_data(view_data *d, const char *part, int arm, pairs m, const char *about);
/* Index of the entry nearest to a step. */
int pairs_nearest(const int *step, int n, int to);
/* Why there is no matrix at all, or NULL. */
const char *pairs_problem(const snap *s, int arm);
/* "every 3rd" … of T: nothing when all are shown. Appends to buf. */
void pairs_append_thinning(char *buf, int size, const char *what, int shown, int of);

#endif

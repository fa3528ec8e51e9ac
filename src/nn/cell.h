/* cell: what a recurrent cell is. One file in cells/ and one line in cells.def add one.
 *
 * A step multiplies the row z_t = [h_{t−1} | 1 | x_t] by the weights of one or two product groups, which gives the row
 * a_t of pre-activations; the cell's forward() turns a_t into gates, state and h_t, its backward() the derivatives of
 * these into the row δ_t = ∂L/∂a_t. Products, sums over time, norms and threads are the net's business (net.c), so a
 * cell is its formulas. Only included inside nn. */
#ifndef NN_CELL_H
#define NN_CELL_H
#include "nn/model.h"
#include "num/mat.h"
#include "num/real.h"
#include "num/vmath.h"

/* a[:, cols] += z[:, rows] · W. Rows are counted in units of z: from 0 or from H (the one) up to H + 1 or H + 1 + I. */
typedef struct group_plan {
	bool with_h, with_x;   /* rows: h and 1; 1 and x; or all three */
	int first_gate, gates; /* columns first_gate·H … */
} group_plan;

typedef struct block_plan {
	const char *name, *twin, *label;
	int group;
	enum { PART_H, PART_ONE, PART_X } part;
	int gates;
	int order[MODEL_GATES]; /* PyTorch's gate g stands at column order[g]·H of the group */
} block_plan;

/* Rows b = 0 … B−1 of one step and one part of the batch. */
typedef struct R(step) {
	int B, H;
	const R(vmath) *v;
	activation_id activation;
	real *a; /* B × lda: pre-activations, replaced by the gates; kept for backward */
	int lda;
	const real *h_prev; /* B × ldz */
	real *h;            /* B × ldz */
	int ldz;
	const real *s_prev; /* B × lds: further state (LSTM: c), step before */
	real *s;            /* B × lds */
	int lds;
	/* backward */
	real *dh; /* B × ldh: in ∂L/∂h_t; out: what reaches h_{t−1} without a product (cells with `direct`) */
	int ldh;
	real *ds;    /* B × lds: in ∂L/∂s_t from the future; out ∂L/∂s_{t−1} */
	real *delta; /* B × lda: out ∂L/∂a_t */
} R(step);

typedef struct R(cell) {
	const char *name, *summary;
	int gates;      /* row a_t has gates × H numbers */
	int state;      /* further state and what backward needs of it: state × H numbers; the first H are the state */
	bool has_state; /* the first H of s are carried from step to step */
	bool direct;    /* backward leaves a direct part in dh */
	int groups;
	group_plan group[2];
	int blocks;
	block_plan block[MODEL_BLOCKS];
	void (*forward)(const R(step) *s);
	void (*backward)(const R(step) *s);
	/* Largest slope of the step's nonlinearity, for the bound; 0 = no bound of this form. */
	double (*max_slope)(activation_id a);
	/* How many of the B × H units of this step have a slope below 0.05 of the largest; −1: does not apply. After
	 * forward. */
	long (*saturated)(const R(step) *s);
} R(cell);

/* For gated cells: no bound of the form (largest slope · largest singular value); units of a tanh at column `first` of
 * a whose slope is below 0.05. */
double R(cell_no_slope)(activation_id a);
long R(cell_tanh_saturated)(const R(step) *s, int first);

extern const R(cell) *const R(cells)[];
extern const int R(cells_count);

#endif

/* cell: what a recurrent cell is. One file in cells/ and one line in cells.def add one.
 *
 * A layer's step multiplies the row z_t = [h_{t−1} | 1 | x_t] by the weights of its product groups, which gives the row
 * a_t of pre-activations; the cell's forward() turns a_t into gates, state and h_t, its backward() the derivatives of
 * these into the row δ_t = ∂L/∂a_t. Where a step needs a product of its own result (a reset gate before the recurrent
 * product, a context unit that feeds the hidden units), middle() makes that result from the first products, a second
 * group multiplies it, and back_middle() takes its gradient. Products, sums over time, norms, layers and threads are
 * the net's business, so a cell is its formulas. Only included inside nn. */
#ifndef NN_CELL_H
#define NN_CELL_H
#include "base/rng.h"
#include "nn/model.h"
#include "num/mat.h"
#include "num/real.h"
#include "num/vmath.h"

enum { CELL_GROUPS = 4, CELL_BLOCKS = 8 };

/* a[:, columns] += left[:, rows] · W. The rows are neighbours in z: of h the units from_unit·H …, the one, and x (with
 * an output-to-hidden recurrence the outputs of the step before stand in front of x). */
typedef struct group_plan {
	bool h, one, x;
	int from_unit;    /* leaves out the first units of h */
	bool middle;      /* left operand: the row that middle() made, instead of z */
	int tap;          /* left operand: z of tap · dilation steps earlier (convolutions) */
	bool elementwise; /* no product: the H-vectors that forward() uses itself; backward() writes their gradients
	                     into δ */
	int first_gate, gates; /* columns first_gate·H … */
} group_plan;

typedef struct block_plan {
	const char *name; /* with %d for the layer: "rnn.weight_hh_l%d" */
	const char *twin; /* PyTorch's second, equal bias, or NULL */
	const char *label;
	int group;
	enum { PART_H, PART_ONE, PART_X } part; /* the middle row counts as PART_H */
	int gates;
	int order[MODEL_GATES]; /* PyTorch's gate g stands at column order[g]·H of the group */
	bool own;               /* drawn by the cell's start() */
	int keep, input; /* biases: 1 + gate that keeps (forget_bias, chrono) and that writes; negative: opens the other
	                    way; 0: none */
} block_plan;

typedef struct gate_plan {
	const char *name; /* "f"; NULL after the last */
	int column;
} gate_plan;

/* Rows b = 0 … B−1 of one step and one part of the batch. U·H: width of h. */
typedef struct R(step) {
	int B, H;
	const R(vmath) *v;
	const model_spec *spec;
	const real *own;   /* the elementwise parameters: H-vectors one after the other */
	const real *fixed; /* what prepare() made of them: H-vectors */
	real *a;           /* B × lda: pre-activations, replaced by the gates; kept for backward */
	int lda;
	const real *h_prev; /* B × ldz */
	real *h;            /* B × ldz */
	int ldz;
	const real *s_prev; /* B × lds: further state (LSTM: c), step before */
	real *s;            /* B × lds */
	int lds;
	real *m; /* B × ldm: the middle row; kept for backward */
	int ldm;
	/* backward */
	real *dh; /* B × ldh: in ∂L/∂h_t; out: what reaches h_{t−1} without a product (`direct`) */
	int ldh;
	real *ds;    /* B × lds: in ∂L/∂s_t from the future; out ∂L/∂s_{t−1} */
	real *dm;    /* B × ldm: ∂L/∂m_t, after backward() and before back_middle() */
	real *delta; /* B × lda: out ∂L/∂a_t, and the elementwise parameters' gradients of each row */
} R(step);

typedef struct R(cell) R(cell);
struct R(cell) {
	const char *name, *summary;
	int units;      /* h has units × H numbers; 0 counts as 1 */
	int gates;      /* row a_t has gates × H numbers */
	int fixed;      /* H-vectors that prepare() makes of the elementwise parameters, once for all steps */
	int own;        /* elementwise parameters: own × H numbers; their gradients follow the gates in δ */
	int state;      /* further state and what backward needs of it: state × H numbers; the first H are the state */
	int middles;    /* the middle row has middles × H numbers */
	bool has_state; /* the first H of s are carried from step to step */
	bool direct;    /* backward leaves a direct part in dh */
	bool feedback;  /* x begins with the outputs of the step before (Jordan) */
	bool untied;    /* every step has weights of its own */
	bool skip;      /* the readout also sees the layer's x */
	bool omega;     /* Ω is defined: the way back is δ W ⊙ φ' and nothing else */
	bool convolution;  /* no recurrence: taps into the past, dilated by 2^layer */
	int depth, across; /* products on the longest path from h_{t−1} to h_t; from x_t to h_t (0 counts as 1) */
	int spectrum_block, spectrum_gate; /* the recurrent matrix whose eigenvalues are shown */
	const char *spectrum_name;         /* NULL: there is none */
	int groups;
	group_plan group[CELL_GROUPS];
	int blocks;
	block_plan block[CELL_BLOCKS];
	/* The plan for this specification, where there are several (peepholes, forms); NULL: this one. */
	const R(cell) *(*form)(const model_spec *s);
	void (*prepare)(const model_spec *s, const real *own, real *fixed);
	void (*middle)(const R(step) *s);
	void (*forward)(const R(step) *s);
	void (*backward)(const R(step) *s);
	void (*back_middle)(const R(step) *s);
	/* Largest slope of the step's nonlinearity, for the bound; 0 = no bound of this form. */
	double (*max_slope)(const model_spec *s);
	/* Where the values φ(a) of the step's nonlinearity stand after forward (B rows of H, *ld apart), and which one
	 * it is; NULL: there is none. */
	const real *(*squashed)(const R(step) *s, int *ld, activation_id *act);
	/* Gates for the reader: after forward they stand at column · H of a; −1: what keep() says. */
	gate_plan gate[MODEL_GATES];
	/* Unit j of row b: the factor on the direct way from the state before to this one (LSTM: ∂c_t/∂c_{t−1} with the
	 * gates held fixed); NULL: there is no such way. After forward. */
	real (*keep)(const R(step) *s, int b, int j);
	/* Initial values of an `own` block: rows numbers (block: index in the plan). */
	void (*start)(const model_spec *s, const init_spec *i, int block, rng *r, int rows, double *W);
	/* The matrix that carries h_{t−1} to h_t where it is not a block: n × n into M (row-major), n = units·H, from
	 * the layer's blocks in PyTorch's orientation. */
	void (*transition)(const model_spec *s, const double *const *block, double *M);
};

/* For gated cells: no bound of the form (largest slope · largest singular value). */
double R(cell_no_slope)(const model_spec *s);

/* The plain unit h = φ(a) with the activation of the specification (and its leak), for the cells that have it: rnn.c.
 */
void R(plain_forward)(const R(step) *s);
void R(plain_backward)(const R(step) *s);
double R(plain_max_slope)(const model_spec *s);
const real *R(plain_squashed)(const R(step) *s, int *ld, activation_id *act);

extern const R(cell) *const R(cells)[];
extern const int R(cells_count);

#endif

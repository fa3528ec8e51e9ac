/* net: the inside of a model. Parameters, gradient and optimizer state are flat vectors with a table of named blocks;
 * the tape keeps what backward needs of all steps, [t][sequence][feature], rows padded to REAL_PAD. Only included
 * inside nn. */
#ifndef NN_NET_H
#define NN_NET_H
#include "base/arena.h"
#include "nn/cell.h"
#include "nn/init.h"
#include "nn/loss.h"
#include "nn/optim.h"

enum { NET_HANDS = 64, NET_STATES = 2, NET_SEGMENTS = 4, NET_NAME = 40 };

/* What a group multiplies. */
typedef enum net_left { LEFT_ROW, LEFT_MIDDLE, LEFT_OUTPUT } net_left;

/* A product group with its place in the flat vector and in the rows of the tape. W is stored transposed to PyTorch's
 * orientation, rows × ldw, as the right operand of a_t = z_t W. `back` (cols × ldb) is its part for h (or the middle
 * row) untransposed, for dh_{t−1} = δ_t back; `back_x` that for x, where something below wants its gradient. */
typedef struct R(group) {
	net_left left;
	int row0, rows; /* of the left operand */
	int col0, cols; /* of a (of the logits for the readout) */
	int shift;      /* the left operand is so many steps older */
	bool elementwise;
	bool add; /* its columns have been written by an earlier group, but for fresh0 … fresh1 − 1, which are cleared
	             first */
	int fresh0, fresh1;
	size_t base, stride; /* of W in the flat vector; to the next step's own weights, 0 when they are shared */
	int ldw;
	real *back, *back_x;
	int h0, hn, x0,
	        xn; /* back: columns h0 … h0 + hn − 1 of dh come from rows 0 …; back_x: from rows x0 …, xn of them */
	int ldb, ldx;
	int segments; /* rows cut into blocks, in the order of rows */
	int end[NET_SEGMENTS], block[NET_SEGMENTS];
} R(group);

/* One layer: cell, groups, tape. */
typedef struct R(layer) {
	const R(cell) *cell;
	int I; /* numbers in x, with the feedback */
	int W; /* numbers in h */
	bool direct;
	int ldz, lda, lds, ldm, ldh;
	int groups;
	R(group) group[CELL_GROUPS];
	size_t own; /* elementwise parameters in the flat vector */
	size_t own_stride;
	int slots;   /* dh of so many steps at a time: 1, but more below a convolution */
	real *z;     /* (T_max + 1, B_max, ldz): [h_{t−1} | 1 | x_t] */
	real *a;     /* (T_max, B_max, lda): gates */
	real *s;     /* (T_max + 1, B_max, lds): further state */
	real *m;     /* (T_max, B_max, ldm): middle row */
	real *fixed; /* what the cell makes of its elementwise parameters before the first step */
	real *mask;  /* (T_max, B_max, ldh): dropout of what goes up, 0 or 1/(1 − p) */
	real *delta; /* (chunk, B_max, lda), step t at row t mod chunk */
	real *omega; /* (chunk, B_max, ldh): left rows of Ω's gradient, for the same δ; allocated with the regulariser
	              */
	real *dm;    /* (B_max, ldm) */
} R(layer);

/* Batch normalisation of a row of features (norm.c). */
typedef struct R(norm) {
	int width;         /* features; 0: not normalised */
	int scale;         /* block of γ, that of β follows */
	real *mean, *rate; /* μ and 1/√(σ² + ε): (width) of the input, (T_max, width) of the readout */
} R(norm);

/* What travels back in time. */
typedef struct R(carry) {
	real *dh[MODEL_LAYERS]; /* (slots, B_max, ldh) */
	real *ds[MODEL_LAYERS]; /* (B_max, lds) */
	real *dfb;              /* (B_max, ldo): ∂L/∂(the outputs that were fed back) of the step after */
	real *spread; /* rows that are all copies of one sequence (Jacobians): room for a product before its mask; */
	int sequence; /* and which sequence; else NULL */
} R(carry);

typedef struct R(net) {
	model_spec spec;
	model_tuning tuning;
	const R(mat) *mat;
	const R(vmath) *v;
	arena memory;
	int H, I, O; /* I: of the task */
	int ldo;
	int layers;
	R(layer) layer[MODEL_LAYERS];
	R(group) out[2]; /* readout from h; from x where the cell skips */
	int outs;
	bool feedback;
	int blocks;
	model_block block[MODEL_BLOCKS];
	char name[MODEL_BLOCKS][3][NET_NAME]; /* name, twin, label */

	size_t n; /* numbers in the flat vectors */
	real *theta, *g, *step, *state[NET_STATES], *direction;
	long optimizer_steps;
	int optimizer; /* that the state belongs to; −1 = none */
	bool ahead;    /* θ is at the optimizer's look-ahead, its own place waits in `step` */

	batch batch;
	real *logits, *dlogits; /* (T_max, B_max, ldo) */
	real *dout; /* dlogits and what flows back through the feedback, in units of the step's exponent; dlogits itself
	               without feedback */
	/* (T_max, B_max, ldu): [h, normalised and thinned out | 1] for the readout, only with normalisation or dropout
	 */
	real *up;
	int ldu;
	R(norm) norm_in, norm_out;
	real *raw;        /* (T_max, B_max, I): x of the batch, where what the net reads of it is normalised */
	real *norm_row;   /* (B_max, ldn): ∂L/∂y of one step */
	double *norm_sum; /* (2, ldn) */
	int ldn;
	double *sample_loss; /* B_max */

	/* Sequences per partial sum of squares: parts of the batch end at multiples of it, so that sums do not depend
	 * on the hands; 2, 4 or 8, as it divides half a batch. */
	int bunch, bunch_bits; /* 1 << bunch_bits */
	int chunk;             /* steps whose δ are kept at a time, about 256 KB */
	R(carry) carry;
	real *spread;             /* (B_max, ldh): a product before its mask */
	real *scratch[NET_HANDS]; /* rows of P, one for each hand */
	real *lifted[NET_HANDS];  /* (B_max, columns of a group): δ of one step near 1 */
	/* δ_t, dh_t are kept as 2^exponent times what stands in memory, so that they never underflow. */
	int *exponent;                      /* (T_max, hands) */
	int *dh_exponent;                   /* hands */
	double *dh_squares, *delta_squares; /* (T_max, layers, bunches), in units of 2^(2·exponent) */
	double *omega_squares; /* (T_max, B_max): (ratio − 1)² of the step from t − 1 to t; −1: not counted */
	double *block_squares; /* (T_max, blocks, hands) */
	double *temporal[MODEL_BLOCKS], *temporal_total, *dh_norm, *delta_norm, *omega_step, *beta; /* T_max */
	int only;                 /* gradient of this step alone; −1 = of all steps */
	int only_loss;            /* loss of this step alone; −1 = of all steps */
	const double *step_scale; /* T: replicas are weighted by it when they are added up; NULL: 1 */
	/* truncation with losses at several steps: one carry for each loss whose window is open */
	arena windows;
	int window_slots;
	R(carry) *window;
	real *delta_one[MODEL_LAYERS], *dout_one, *dh_sum[MODEL_LAYERS];
} R(net);

/* Row z of layer and step: [h_{t−1} | 1 | x_t]. */
static inline real *R(net_z)(const R(net) *n, int layer, int t, int b)
{
	const R(layer) *l = &n->layer[layer];
	return l->z + ((size_t)t * (size_t)n->spec.B_max + (size_t)b) * (size_t)l->ldz;
}

/* Place of element (i, j) of a block in the flat vectors. */
size_t R(net_place)(const model_block *b, int i, int j);
/* Lays out parameters and tape; with a NULL base of n->memory it only measures. */
void R(net_plan)(R(net) *n, const model_spec *s);
size_t R(net_take)(R(net) *n);
bool R(net_take_windows)(R(net) *n, err *e);
void R(net_fill_back)(R(net) *n); /* transposes the weights for backward */
static inline R(layer) *R(net_top)(R(net) *n)
{
	return &n->layer[n->layers - 1];
}

/* UNIT_FUNCTION: the loss of the batch at the present weights, and its gradient into n->g (function.c). */
double R(function_loss)(const R(net) *n);
void R(function_gradient)(R(net) *n, bool norms, model_result *r);
double R(net_forward)(R(net) *n, team *t);
void R(net_backward)(R(net) *n, team *t, bool norms, model_result *r);
/* One layer's way back at one step, for rows s->B: δ, what it gives the layer below (c->dh[layer − 1]) or the fed back
 * outputs (c->dfb), and what it leaves for the step before (c->dh[layer], c->ds[layer]). */
void R(net_back)(const R(net) *n, int layer, const R(step) *s, int t, int b0, const R(carry) *c);
/* dh of the top layer (and of the one below where the readout skips) from ∂L/∂(outputs) of step t. */
void R(net_readout_down)(const R(net) *n, const R(carry) *c, int t, int b0, int rows, const real *dz);
/* Ω: ratios of the way back from t to t − 1, and the left rows of its gradient, which add up in n->direction. After
 * net_back(). One hand only. */
void R(net_omega)(R(net) *n, int layer, const R(step) *s, int t, int b0, const real *dh, int exponent);
void R(net_omega_clear)(R(net) *n);
void R(net_omega_collect)(R(net) *n, model_result *r);
double R(net_penalty)(const R(net) *n, real *g); /* l1 and l2; adds their gradient to g unless it is NULL */
/* The direction to follow instead of the gradient, into n->direction; n->g for the gradient itself. */
const real *R(net_direction)(R(net) *n, const descent *d, model_result *r);
void R(net_look_ahead)(R(net) *n, const descent *d);
/* One step along −direction (n numbers, the gradient n->g unless another is wanted). */
void R(net_descend)(R(net) *n, const descent *d, const real *direction, model_result *r);
bool R(net_jacobian)(R(net) *n, int sequence, double *out, err *e);
bool R(net_products)(R(net) *n, int sequence, model_products *p, err *e);
bool R(net_itemised_row)(R(net) *n, int step, double *out, err *e);
int R(net_carried)(const R(net) *n, int *h);
bool R(net_itemised)(R(net) *n, double *out, err *e);
/* √Σx², in double, without underflow or overflow. */
double R(net_norm)(const R(net) *n, const real *x);

#endif

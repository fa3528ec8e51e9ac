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

enum { NET_HANDS = 64, NET_STATES = 2, NET_SEGMENTS = 3 };

/* A product group with its place in the flat vector and in the rows of the tape. W is stored transposed to PyTorch's
 * orientation, rows × ldw, as the right operand of a_t = z_t W; `back` (cols × ldh) is its h-part untransposed, for
 * dh_{t−1} = δ_t back. The readout is a group of its own: rows [h | 1], columns O. */
typedef struct R(group) {
	int row0, rows; /* of z */
	int col0, cols; /* of a (of the logits for the readout) */
	bool with_h;
	size_t base; /* of W in the flat vector */
	int ldw;
	real *back;
	int segments; /* rows cut into blocks, in the order of rows */
	int end[NET_SEGMENTS], block[NET_SEGMENTS];
} R(group);

typedef struct R(net) {
	model_spec spec;
	const R(cell) *cell;
	const R(mat) *mat;
	const R(vmath) *v;
	arena memory;
	int H, I, O;
	int ldz, lda, lds, ldh, ldo;
	R(group) group[3]; /* the cell's groups, then the readout */
	int groups;        /* without the readout */
	R(group) *readout;
	int blocks;
	model_block block[MODEL_BLOCKS];

	size_t n; /* numbers in the flat vectors */
	real *theta, *g, *step, *state[NET_STATES];
	long optimizer_steps;
	int optimizer; /* that the state belongs to; −1 = none */
	bool ahead;    /* θ is at the optimizer's look-ahead, its own place waits in `step` */

	batch batch;
	real *z;                /* (T_max + 1, B_max, ldz): [h_{t−1} | 1 | x_t] */
	real *a;                /* (T_max, B_max, lda): gates */
	real *s;                /* (T_max + 1, B_max, lds): further state */
	real *logits, *dlogits; /* (T_max, B_max, ldo) */
	double *sample_loss;    /* B_max */

	/* Sequences per partial sum of squares: parts of the batch end at multiples of it, so that sums do not depend
	 * on the hands; 2, 4 or 8, as it divides half a batch. */
	int bunch;
	int chunk;                /* steps whose δ are kept at a time, about 256 KB */
	real *delta;              /* (chunk, B_max, lda), step t at row t mod chunk */
	real *dh, *ds;            /* (B_max, ldh), (B_max, lds) */
	real *scratch[NET_HANDS]; /* rows of P, one for each hand */
	/* δ_t, dh_t are kept as 2^exponent times what stands in memory, so that they never underflow. */
	int *exponent;                      /* (T_max, hands) */
	int *dh_exponent;                   /* hands */
	double *dh_squares, *delta_squares; /* (T_max, bunches), in units of 2^(2·exponent) */
	double *block_squares;              /* (T_max, MODEL_BLOCKS, hands) */
	double *temporal[MODEL_BLOCKS], *temporal_total, *dh_norm, *delta_norm; /* T_max */
	int only; /* gradient of this step alone; −1 = of all steps */
} R(net);

real *R(net_z)(const R(net) *n, int t, int b);
void R(net_fill_back)(R(net) *n); /* transposes the weights for backward */
R(step) R(net_step)(const R(net) *n, int t, int b0, int b1);

double R(net_forward)(R(net) *n, team *t);
void R(net_backward)(R(net) *n, team *t, bool norms, model_result *r);
void R(net_look_ahead)(R(net) *n, const descent *d);
/* One step along −direction (n numbers, the gradient n->g unless another is wanted). */
void R(net_descend)(R(net) *n, const descent *d, const real *direction, model_result *r);
bool R(net_jacobian)(R(net) *n, int sequence, double *out, err *e);
/* √Σx², in double, without underflow or overflow. */
double R(net_norm)(const R(net) *n, const real *x);

#endif

/* pass: what the recursion (bptt.c) and the gradient (gradient.c) share. Only included inside nn. */
#ifndef NN_PASS_H
#define NN_PASS_H
#include "nn/net.h"

typedef struct R(pass) {
	R(net) *n;
	bool norms;
	int t0, t1; /* steps t1 − 1 … t0 of this chunk */
	int last;   /* last step that has a loss after or at it */
	int stop;   /* first step that any loss reaches */
	int hands;
} R(pass);

static inline int smaller(int a, int b)
{
	return a < b ? a : b;
}

static inline size_t at(const R(net) *n, int t, int b)
{
	return (size_t)t * (size_t)n->spec.B_max + (size_t)b;
}

/* The rows of step t in what a cell is given: the part of net_step() that changes from step to step. */
static inline void R(net_move)(const R(net) *n, R(step) *s, int layer, int t, int b0)
{
	const R(layer) *l = &n->layer[layer];
	size_t row = at(n, t, b0), next = row + (size_t)n->spec.B_max;
	s->own = n->theta + l->own + (size_t)t * l->own_stride;
	s->a = l->a + row * (size_t)l->lda;
	s->h_prev = l->z + row * (size_t)l->ldz;
	s->h = l->z + next * (size_t)l->ldz;
	s->s_prev = l->s + row * (size_t)l->lds;
	s->s = l->s + next * (size_t)l->lds;
	s->m = l->m + row * (size_t)l->ldm;
	s->delta = l->delta + at(n, t % n->chunk, b0) * (size_t)l->lda;
}

/* Everything a cell needs of rows b0 … b1 − 1 at one step, but for dh and ds. */
static inline R(step) R(net_step)(const R(net) *n, int layer, int t, int b0, int b1)
{
	const R(layer) *l = &n->layer[layer];
	R(step) s = {.B = b1 - b0,
	        .H = n->H,
	        .v = n->v,
	        .spec = &n->spec,
	        .fixed = l->fixed,
	        .lda = l->lda,
	        .ldz = l->ldz,
	        .lds = l->lds,
	        .ldm = l->ldm,
	        .ldh = l->ldh,
	        .dm = l->dm + (size_t)b0 * (size_t)l->ldm};
	R(net_move)(n, &s, layer, t, b0);
	return s;
}

static inline int R(net_bunches)(const R(net) *n, int B)
{
	return (B + n->bunch - 1) >> n->bunch_bits;
}

static inline int step_exponent(const R(net) *n, int t)
{
	return n->exponent[(size_t)t * (size_t)n->spec.hands];
}

static inline bool dropping(const R(net) *n)
{
	return n->spec.dropout > 0 && n->tuning.training;
}

/* Sequences of a part: bunches are shared out as evenly as they go. */
void R(net_part)(const R(net) *n, int part, int parts, int *b0, int *b1);
static inline bool R(net_in_range)(const R(net) *n, int t)
{
	return t >= n->batch.first_loss && t <= n->batch.last_loss;
}

static inline bool R(net_has_loss)(const R(net) *n, int t)
{
	return R(net_in_range)(n, t) && (n->only_loss < 0 || t == n->only_loss);
}

/* The left operand of a group at step t, row b. */
static inline const real *R(net_left)(const R(net) *n, int layer, const R(group) *g, int t, int b, int *ld)
{
	const R(layer) *l = &n->layer[layer];
	*ld = g->left == LEFT_MIDDLE ? l->ldm : g->left == LEFT_OUTPUT && n->ldu ? n->ldu : l->ldz;
	if (g->left == LEFT_MIDDLE)
		return l->m + at(n, t, b) * (size_t)l->ldm;
	if (g->left == LEFT_OUTPUT && n->ldu)
		return n->up + at(n, t, b) * (size_t)n->ldu;
	return R(net_z)(n, layer, g->left == LEFT_OUTPUT ? t + 1 : t - g->shift, b) + g->row0;
}

void R(net_scale)(int m, int n, real *x, int ld, int exponent);
/* What the net's outputs are before they are fed back: p(z), and dz += Jᵀ dp, for one row. */
void R(net_output)(const R(net) *n, const real *z, real *p);
void R(net_output_back)(const R(net) *n, const real *z, const real *dp, real *dz);
/* δ of all steps, and from each chunk of them the gradient and the squares of its norms. */
void R(net_recursion)(R(net) *n, team *t, bool norms, R(pass) *p);
void R(net_gradient)(R(net) *n, team *t, R(pass) *p);
/* Step t's gradient of a vector that is in no product: G += 2^exponent sum, and its squares. */
void R(net_add_vector)(R(net) *n, int t, int block, const double *sum, int exponent, bool norms);
/* Batch normalisation: x of all steps; h of step t for the readout; dh += what comes down from ∂L/∂z_t; and the
 * gradients of γ and β for the steps of the pass. All of them see the whole batch: one hand. */
void R(norm_input)(R(net) *n);
void R(norm_readout)(R(net) *n, int t);
void R(norm_readout_back)(const R(net) *n, int t, const real *dz, real *dh);
void R(norm_gradient)(R(net) *n, const R(pass) *p);
/* Norms of every step from the squares of the pass. */
void R(net_clear_frozen)(R(net) *n);
void R(net_collect)(R(net) *n, const R(pass) *p);

#endif

/* Products of one-step Jacobians of one sequence. The one-step Jacobian of the complete state (h, and c where there is
 * one) comes from the cell's own backward step, with unit vectors as the incoming gradients. */
#include "nn/pass.h"
#include "num/eig.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* S rows, each a copy of one sequence at one step, with unit cotangents. The state is h of all layers, then the further
 * state of those that have one. */
typedef struct R(bench) {
	int S, h; /* numbers in the state; in all h */
	int sequence;
	R(step) row[MODEL_LAYERS];
	R(carry) carry;
	real *dout;
} R(bench);

static void copy_rows(real *to, const real *from, int rows, int width)
{
	for (int i = 0; i < rows; i++)
		memcpy(to + (size_t)i * (size_t)width, from, (size_t)width * sizeof *to);
}

/* Where layer i's h and further state begin in the state. */
static int h_place(const R(net) *n, int i)
{
	int at = 0;
	for (int k = 0; k < i; k++)
		at += n->layer[k].W;
	return at;
}

static int s_place(const R(net) *n, const R(bench) *w, int i)
{
	return w->h + i * n->H; /* all layers have the same cell */
}

static void fill_rows(const R(net) *n, const R(bench) *w, int t, int i)
{
	const R(layer) *l = &n->layer[i];
	const R(step) from = R(net_step)(n, i, t, w->sequence, w->sequence + 1), *to = &w->row[i];
	copy_rows(to->a, from.a, w->S, l->lda);
	copy_rows((real *)to->h_prev, from.h_prev, w->S, l->ldz);
	copy_rows(to->h, from.h, w->S, l->ldz);
	copy_rows((real *)to->s_prev, from.s_prev, w->S, l->lds);
	copy_rows(to->s, from.s, w->S, l->lds);
	copy_rows(to->m, from.m, w->S, l->ldm);
	memset(to->dh, 0, (size_t)w->S * (size_t)l->ldh * sizeof(real));
	memset(to->ds, 0, (size_t)w->S * (size_t)l->lds * sizeof(real));
	memset(to->delta, 0, (size_t)w->S * (size_t)l->lda * sizeof(real));
	for (int j = 0; j < l->W; j++)
		to->dh[(size_t)(h_place(n, i) + j) * (size_t)l->ldh + (size_t)j] = 1;
	for (int j = 0; j < n->H && l->cell->has_state; j++)
		to->ds[(size_t)(s_place(n, w, i) + j) * (size_t)l->lds + (size_t)j] = 1;
}

/* What was fed back: h_{t−1} of the top layer also acts through the outputs of step t − 1. */
static void through_outputs(const R(net) *n, const R(bench) *w, int t)
{
	const real *z = n->logits + ((size_t)(t - 1) * (size_t)n->spec.B_max + (size_t)w->sequence) * (size_t)n->ldo;
	memset(w->dout, 0, (size_t)w->S * (size_t)n->ldo * sizeof(real));
	for (int i = 0; i < w->S; i++)
		R(net_output_back)
	(n, z, w->carry.dfb + (size_t)i * (size_t)n->ldo, w->dout + (size_t)i * (size_t)n->ldo);
	R(net_readout_down)(n, &w->carry, t - 1, 0, w->S, w->dout);
}

/* J (S × S, row-major): J[i][j] = ∂state_t[i] / ∂state_{t−1}[j] */
static void one_step(const R(net) *n, const R(bench) *w, int t, double *J)
{
	for (int i = 0; i < n->layers; i++)
		fill_rows(n, w, t, i);
	if (n->feedback)
		memset(w->carry.dfb, 0, (size_t)w->S * (size_t)n->ldo * sizeof(real));
	for (int i = n->layers - 1; i >= 0; i--) {
		R(step) s = w->row[i];
		s.own = n->theta + n->layer[i].own + (size_t)t * n->layer[i].own_stride;
		R(net_back)(n, i, &s, t, 0, &w->carry);
	}
	if (n->feedback && !n->tuning.forcing && t > 0)
		through_outputs(n, w, t);
	for (int i = 0; i < w->S; i++)
		for (int k = 0; k < n->layers; k++) {
			const R(layer) *l = &n->layer[k];
			double *row = J + (size_t)i * (size_t)w->S;
			for (int j = 0; j < l->W; j++)
				row[h_place(n, k) + j] = (double)w->carry.dh[k][(size_t)i * (size_t)l->ldh + (size_t)j];
			for (int j = 0; j < n->H && l->cell->has_state; j++)
				row[s_place(n, w, k) + j] =
				        (double)w->carry.ds[k][(size_t)i * (size_t)l->lds + (size_t)j];
		}
}

static void bring_near_one(size_t n, double *M, int *exponent)
{
	double top = 0;
	for (size_t i = 0; i < n; i++)
		top = fabs(M[i]) > top ? fabs(M[i]) : top;
	if (top == 0 || !isfinite(top) || (top > 1e-60 && top < 1e60))
		return;
	int shift = ilogb(top);
	*exponent += shift;
	for (size_t i = 0; i < n; i++)
		M[i] = ldexp(M[i], -shift);
}

/* One column of the result: log10 ‖∂h_j/∂h_k‖₂ for j = k … T − 1. M, P: S × H. */
static bool column(
        int T, int S, int H, int k, const double *J, double *M, double *P, double *sigma, double *out, err *e)
{
	int exponent = 0;
	memset(M, 0, (size_t)S * (size_t)H * sizeof *M);
	for (int i = 0; i < H; i++)
		M[(size_t)i * (size_t)H + (size_t)i] = 1;
	out[(size_t)k * (size_t)T + (size_t)k] = 0;
	for (int j = k + 1; j < T; j++) {
		eig_product(S, H, J + (size_t)j * (size_t)S * (size_t)S, M, P);
		memcpy(M, P, (size_t)S * (size_t)H * sizeof *M);
		bring_near_one((size_t)S * (size_t)H, M, &exponent);
		if (!eig_singular(H, H, M, sigma, e))
			return err_prefix(e, "Jacobian from step %d to step %d", k + 1, j + 1);
		out[(size_t)j * (size_t)T + (size_t)k] = log10(sigma[0]) + exponent * 0.30102999566398119521;
	}
	return true;
}

static bool columns(int T, int S, int H, const double *J, double *out, err *e)
{
	size_t size = (size_t)S * (size_t)H;
	double *M = malloc((2 * size + (size_t)H) * sizeof *M);
	if (!M)
		return err_machine(e, "no memory for the Jacobians; lower the knobs hidden or T");
	bool ok = true;
	for (int k = 0; k < T && ok; k++)
		ok = column(T, S, H, k, J, M, M + size, M + 2 * size, out, e);
	free(M);
	return ok;
}

static void *rows(arena *a, size_t *need, const R(bench) *w, int ld)
{
	size_t size = ((size_t)w->S * (size_t)ld + REAL_PAD) * sizeof(real);
	*need += arena_need(size);
	return a->base ? arena_take(a, size) : NULL;
}

static size_t take_rows(const R(net) *n, R(bench) *w, arena *a)
{
	size_t need = 0;
	int widest = 0;
	for (int i = 0; i < n->layers; i++) {
		const R(layer) *l = &n->layer[i];
		R(step) *s = &w->row[i];
		*s = R(net_step)(n, i, 0, 0, w->S);
		s->a = rows(a, &need, w, l->lda);
		s->h_prev = rows(a, &need, w, l->ldz);
		s->h = rows(a, &need, w, l->ldz);
		s->s_prev = rows(a, &need, w, l->lds);
		s->s = rows(a, &need, w, l->lds);
		s->m = rows(a, &need, w, l->ldm);
		s->dm = rows(a, &need, w, l->ldm);
		s->dh = w->carry.dh[i] = rows(a, &need, w, l->ldh);
		s->ds = w->carry.ds[i] = rows(a, &need, w, l->lds);
		s->delta = rows(a, &need, w, l->lda);
		widest = l->ldh > widest ? l->ldh : widest;
	}
	w->carry.dfb = rows(a, &need, w, n->ldo);
	w->carry.spread = rows(a, &need, w, widest);
	w->dout = rows(a, &need, w, n->ldo);
	return need;
}

bool R(net_jacobian)(R(net) *n, int sequence, double *out, err *e)
{
	int T = n->batch.T;
	R(bench) w = {.sequence = sequence, .carry = {.sequence = sequence}};
	w.h = h_place(n, n->layers);
	w.S = w.h + (n->layer[0].cell->has_state ? n->layers * n->H : 0);
	for (size_t i = 0; i < (size_t)T * (size_t)T; i++)
		out[i] = NAN;
	if (n->layer[0].cell->convolution)
		return err_input(
		        e, "a convolution has no state that is carried from step to step; choose another cell");
	size_t SS = (size_t)w.S * (size_t)w.S;
	if (SS * (size_t)T > (size_t)1 << 28)
		return err_input(
		        e, "the Jacobians of %d steps and %d states need more than 2 GiB; lower T or hidden", T, w.S);
	arena memory = {0};
	double *J = malloc(SS * (size_t)T * sizeof *J);
	if (!J || !arena_init(&memory, take_rows(n, &w, &memory))) {
		free(J);
		return err_machine(e, "no memory for the Jacobians; lower the knobs hidden or T");
	}
	take_rows(n, &w, &memory);
	R(net_fill_back)(n);
	for (int t = 0; t < T; t++)
		one_step(n, &w, t, J + (size_t)t * SS);
	bool ok = columns(T, w.S, w.h, J, out, e);
	arena_done(&memory);
	free(J);
	return ok;
}

/* Products of one-step Jacobians of one sequence. The one-step Jacobian of the complete state (h, and c where there is
 * one) comes from the cell's own backward step, with unit vectors as the incoming gradients. */
#include "nn/net.h"
#include "num/eig.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* S rows, each a copy of sequence `b` at step t, with unit cotangents. */
typedef struct R(bench) {
	int S; /* size of the state: H or 2 H */
	real *a, *h_prev, *h, *s_prev, *s, *dh, *ds, *delta;
} R(bench);

static void copy_rows(real *to, const real *from, int rows, int width)
{
	for (int i = 0; i < rows; i++)
		memcpy(to + (size_t)i * (size_t)width, from, (size_t)width * sizeof *to);
}

/* J (S × S, row-major): J[i][j] = ∂state_t[i] / ∂state_{t−1}[j] */
static void one_step(const R(net) *n, const R(bench) *w, int t, int b, double *J)
{
	int S = w->S, H = n->H;
	R(step) from = R(net_step)(n, t, b, b + 1);
	copy_rows(w->a, from.a, S, n->lda);
	copy_rows(w->h_prev, from.h_prev, S, n->ldz);
	copy_rows(w->h, from.h, S, n->ldz);
	copy_rows(w->s_prev, from.s_prev, S, n->lds);
	copy_rows(w->s, from.s, S, n->lds);
	memset(w->dh, 0, (size_t)S * (size_t)n->ldh * sizeof(real));
	memset(w->ds, 0, (size_t)S * (size_t)n->lds * sizeof(real));
	memset(w->delta, 0, (size_t)S * (size_t)n->lda * sizeof(real));
	for (int i = 0; i < H; i++)
		w->dh[(size_t)i * (size_t)n->ldh + (size_t)i] = 1;
	for (int i = H; i < S; i++)
		w->ds[(size_t)i * (size_t)n->lds + (size_t)(i - H)] = 1;
	R(step) s = from;
	s.B = S;
	s.a = w->a;
	s.h_prev = w->h_prev;
	s.h = w->h;
	s.s_prev = w->s_prev;
	s.s = w->s;
	s.dh = w->dh;
	s.ds = w->ds;
	s.delta = w->delta;
	n->cell->backward(&s);
	bool add = n->cell->direct;
	for (int k = 0; k < n->groups; k++) {
		const R(group) *g = &n->group[k];
		if (!g->with_h)
			continue;
		n->mat->product(S, H, g->cols, w->delta + g->col0, n->lda, g->back, n->ldh, add, w->dh, n->ldh);
		add = true;
	}
	for (int i = 0; i < S; i++)
		for (int j = 0; j < S; j++)
			J[(size_t)i * (size_t)S + (size_t)j] =
			        (double)(j < H ? w->dh[(size_t)i * (size_t)n->ldh + (size_t)j]
			                       : w->ds[(size_t)i * (size_t)n->lds + (size_t)(j - H)]);
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

static bool columns(const R(net) *n, int S, const double *J, double *out, err *e)
{
	int T = n->batch.T, H = n->H;
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

bool R(net_jacobian)(R(net) *n, int sequence, double *out, err *e)
{
	int T = n->batch.T, S = n->H * (n->cell->has_state ? 2 : 1);
	for (size_t i = 0; i < (size_t)T * (size_t)T; i++)
		out[i] = NAN;
	size_t SS = (size_t)S * (size_t)S;
	if (SS * (size_t)T > (size_t)1 << 28)
		return err_input(
		        e, "the Jacobians of %d steps and %d states need more than 2 GiB; lower T or hidden", T, S);
	size_t rows = (size_t)S, pad = REAL_PAD;
	size_t need =
	        8 * 64 +
	        rows * sizeof(real) * (2 * (size_t)n->lda + 2 * (size_t)n->ldz + 3 * (size_t)n->lds + (size_t)n->ldh) +
	        8 * pad * sizeof(real) + 512;
	arena memory;
	double *J = malloc(SS * (size_t)T * sizeof *J);
	if (!J || !arena_init(&memory, need)) {
		free(J);
		return err_machine(e, "no memory for the Jacobians; lower the knobs hidden or T");
	}
#define ROWS(ld) arena_take(&memory, (rows * (size_t)(ld) + pad) * sizeof(real))
	R(bench) w = {S, ROWS(n->lda), ROWS(n->ldz), ROWS(n->ldz), ROWS(n->lds), ROWS(n->lds), ROWS(n->ldh),
	        ROWS(n->lds), ROWS(n->lda)};
#undef ROWS
	R(net_fill_back)(n);
	for (int t = 0; t < T; t++)
		one_step(n, &w, t, sequence, J + (size_t)t * SS);
	bool ok = columns(n, S, J, out, e);
	arena_done(&memory);
	free(J);
	return ok;
}

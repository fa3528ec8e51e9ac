/* What is added to the loss: l1, l2, and Pascanu's regulariser Ω. */
#include "nn/pass.h"

#include <math.h>
#include <string.h>

/* ---- λ Σ|w| and λ Σ w² over the weights, not over biases ---- */

double R(net_penalty)(const R(net) *n, real *g)
{
	double l1 = n->tuning.l1, l2 = n->tuning.l2, sum1 = 0, sum2 = 0;
	if (l1 == 0 && l2 == 0)
		return 0;
	for (int i = 0; i < n->blocks; i++) {
		const model_block *b = &n->block[i];
		if (b->bias || b->frozen)
			continue;
		for (int row = 0; row < b->rows; row++)
			for (int j = 0; j < b->cols; j++) {
				size_t k = R(net_place)(b, row, j);
				double w = (double)n->theta[k];
				sum1 += fabs(w);
				sum2 += w * w;
				if (g) /* sub-gradient 0 at 0 */
					g[k] += (real)(l1 * ((w > 0) - (w < 0)) + 2 * l2 * w);
			}
	}
	return l1 * sum1 + l2 * sum2;
}

/* ---- Ω (Pascanu et al. 2013, equations 9 and 10) ----
 *
 * With d = ∂L/∂a_t and v = (d W) ⊙ φ'(a_{t−1}), the way back from t to t − 1 keeps the share r = ‖v‖/‖d‖ of a gradient.
 *   paper: Ω = Σ_t (r − 1)², mean over the batch               code: Σ_t (r² − 1)² / (steps that count), steps with
 * ‖d‖² < 1e-20 left out Its gradient is the immediate one: d and φ' are held. ∂r/∂W_ij = d_i φ'_j v_j / (‖v‖ ‖d‖),
 * ∂r²/∂W_ij = 2 d_i φ'_j v_j / ‖d‖². */

static double sum_squares(const real *x, int n)
{
	double sum = 0;
	for (int j = 0; j < n; j++)
		sum += (double)x[j] * (double)x[j];
	return sum;
}

/* φ'(a) for one row of the step before, from the cell's own backward: δ = 1 ⊙ φ'. */
static void slopes(const R(net) *n, int layer, int t, int b, real *ones, real *slope)
{
	R(step) s = R(net_step)(n, layer, t, b, b + 1);
	for (int j = 0; j < n->H; j++)
		ones[j] = 1;
	s.dh = ones;
	s.delta = slope;
	n->layer[layer].cell->backward(&s);
}

void R(net_omega)(R(net) *n, int layer, const R(step) *s, int t, int b0, const real *dh, int exponent)
{
	const R(layer) *l = &n->layer[layer];
	bool code = n->tuning.omega_form == OMEGA_CODE;
	real *ones = n->spread + (size_t)b0 * (size_t)l->ldh;
	for (int i = 0; i < s->B; i++) {
		const real *d = s->delta + (size_t)i * (size_t)s->lda, *back = dh + (size_t)i * (size_t)s->ldh;
		real *left = l->omega + at(n, t % n->chunk, b0 + i) * (size_t)l->ldh;
		double *square =
		        &n->omega_squares[((size_t)t * (size_t)n->layers + (size_t)layer) * (size_t)n->spec.B_max +
		                          (size_t)(b0 + i)];
		slopes(n, layer, t - 1, b0 + i, ones, left);
		double dd = sum_squares(d, n->H), vv = 0;
		for (int j = 0; j < n->H; j++)
			vv += (double)(back[j] * left[j]) * (double)(back[j] * left[j]);
		bool counts = code ? ldexp(dd, 2 * exponent) >= 1e-20 : dd > 0;
		double r = counts ? sqrt(vv / dd) : 1, c = 0;
		*square = !counts ? -1 : code ? (r * r - 1) * (r * r - 1) : (r - 1) * (r - 1);
		if (counts && vv > 0)
			c = code ? 4 * (r * r - 1) / dd : 2 * (r - 1) / (r * dd);
		real f = (real)(c * n->tuning.omega /
		                n->batch.B); /* d, back and δ share their power of two: it cancels */
		for (int j = 0; j < n->H; j++)
			left[j] = f * back[j] * left[j] * left[j];
	}
}

void R(net_omega_clear)(R(net) *n)
{
	size_t all = (size_t)n->batch.T * (size_t)n->layers * (size_t)n->spec.B_max;
	for (size_t i = 0; i < all; i++)
		n->omega_squares[i] = -1;
	memset(n->direction, 0, n->n * sizeof(real));
}

void R(net_omega_collect)(R(net) *n, model_result *r)
{
	if (!(n->tuning.omega > 0))
		return;
	double sum = 0;
	int steps = 0;
	n->omega_step[n->batch.T - 1] = NAN;
	for (int t = 1; t < n->batch.T; t++) {
		double here = 0;
		bool counts = false;
		for (int i = 0; i < n->layers * n->spec.B_max; i++) {
			double square =
			        n->omega_squares[(size_t)t * (size_t)n->layers * (size_t)n->spec.B_max + (size_t)i];
			if (i % n->spec.B_max >= n->batch.B || square < 0)
				continue;
			counts = true;
			here += square / n->batch.B;
		}
		n->omega_step[t - 1] = counts ? here : NAN;
		sum += here;
		steps += counts;
	}
	double share = n->tuning.omega_form == OMEGA_CODE && steps ? 1.0 / steps : 1;
	r->omega = sum * share;
	r->omega_step = n->omega_step;
	r->penalty += n->tuning.omega * r->omega;
	for (size_t i = 0; i < n->n; i++)
		n->g[i] += (real)share * n->direction[i];
}

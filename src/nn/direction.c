/* Directions other than the gradient (Galvan 2016, algorithm 3): every step's temporal gradient is brought to length 1,
 * these are mixed with random weights that sum to 1, and the mixture gets the length of the gradient. */
#include "nn/pass.h"

#include <math.h>
#include <string.h>

/* β_k = exp(1 − u_k) / Σ_j exp(1 − u_j), u_k ~ U(0, 1); and β_k/‖g_k‖ for the sum, 0 where ‖g_k‖ is 0. */
static void draw_beta(R(net) *n, const descent *d, double *scale)
{
	rng r = rng_make(d->seed, RNG_SIMPLEX, d->update);
	double sum = 0;
	int T = n->batch.T;
	for (int k = 0; k < T; k++)
		sum += n->beta[k] = exp(1 - rng_uniform(&r));
	for (int k = 0; k < T; k++) {
		n->beta[k] /= sum;
		scale[k] = n->temporal_total[k] > 0 ? n->beta[k] / n->temporal_total[k] : 0;
	}
}

static double dot(size_t n, const real *x, const real *y, double nx, double ny)
{
	double sum = 0;
	for (size_t i = 0; i < n; i++)
		sum += ((double)x[i] / nx) * ((double)y[i] / ny);
	return sum;
}

const real *R(net_direction)(R(net) *n, const descent *d, model_result *r)
{
	if (d->direction == DIRECTION_GRADIENT)
		return n->g;
	R(pass) p;
	double *scale = n->omega_step; /* free: Ω and a simplex exclude each other */
	memcpy(n->direction, n->g, n->n * sizeof(real));
	draw_beta(n, d, scale);
	n->step_scale = scale;
	R(net_recursion)(n, NULL, false, &p);
	R(net_clear_frozen)(n);
	n->step_scale = NULL;
	double norm = R(net_norm)(n, n->g), gradient = r->grad_norm;
	r->beta = n->beta;
	r->cosine = norm > 0 && gradient > 0 ? dot(n->n, n->g, n->direction, norm, gradient) : 0;
	r->switched = !(r->cosine > 0) || (d->direction == DIRECTION_SIMPLEX_SWITCH && gradient > d->psi);
	/* swap: g is the gradient again, direction the mixture */
	real length = (real)(gradient / norm);
	for (size_t i = 0; i < n->n; i++) {
		real g = n->direction[i];
		n->direction[i] = length * n->g[i];
		n->g[i] = g;
	}
	return r->switched ? n->g : n->direction;
}

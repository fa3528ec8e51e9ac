#include "run/product.h"

#include "nn/model.h"

#include <math.h>

enum { MOST = 4001 };

/* Singular values of a 2 × 2 matrix, without cancellation in the larger one. */
static void singular(const double W[4], double sigma[2])
{
	double s = hypot(W[0] + W[3], W[1] - W[2]), d = hypot(W[0] - W[3], W[1] + W[2]);
	double top = 0.5 * (s + d);
	sigma[0] = top;
	sigma[1] = top > 0 ? fabs(W[0] * W[3] - W[1] * W[2]) / top : 0;
}

static void eigenvalues(product *p)
{
	double half = 0.5 * (p->W[0] + p->W[3]), gap = 0.5 * (p->W[0] - p->W[3]),
	       square = gap * gap + p->W[1] * p->W[2];
	double root = sqrt(fabs(square));
	for (int i = 0; i < 2; i++) {
		double side = i ? -1 : 1;
		p->re[i] = square >= 0 ? half + side * root : half;
		p->im[i] = square >= 0 ? 0 : side * root;
	}
	p->rho = fmax(hypot(p->re[0], p->im[0]), hypot(p->re[1], p->im[1]));
}

void product_make(product *p, const double W[4], double slope)
{
	*p = (product){.W = {W[0], W[1], W[2], W[3]}, .slope = slope};
	eigenvalues(p);
	singular(p->W, p->sigma);
	/* W Wᵀ − Wᵀ W has the entries ±(w12² − w21²) and (w11 − w22)(w21 − w12) */
	double size = p->sigma[0] * p->sigma[0];
	p->normal =
	        fabs(W[1] * W[1] - W[2] * W[2]) <= 1e-12 * size && fabs((W[0] - W[3]) * (W[2] - W[1])) <= 1e-12 * size;
}

void product_of(const config *c, product *p)
{
	const double W[4] = {c->v[KNOB_w11], c->v[KNOB_w12], c->v[KNOB_w21], c->v[KNOB_w22]};
	product_make(p, W, (activation_id)c->v[KNOB_activation] == ACT_SIGMOID ? 0.25 : 1);
}

void product_norms(const product *p, int n, double *log10_norm)
{
	double P[4] = {1, 0, 0, 1}, size = 0, sigma[2];
	for (int k = 0; k < n; k++) {
		singular(P, sigma);
		log10_norm[k] = sigma[0] > 0 ? size + log10(sigma[0]) : -INFINITY;
		const double Q[4] = {p->W[0] * P[0] + p->W[1] * P[2], p->W[0] * P[1] + p->W[1] * P[3],
		        p->W[2] * P[0] + p->W[3] * P[2], p->W[2] * P[1] + p->W[3] * P[3]};
		int exponent = 0;
		double top = fmax(fmax(fabs(Q[0]), fabs(Q[1])), fmax(fabs(Q[2]), fabs(Q[3])));
		if (top > 0 && isfinite(top))
			frexp(top, &exponent);
		for (int i = 0; i < 4; i++)
			P[i] = ldexp(Q[i], -exponent);
		size += exponent * 0.30102999566398119521;
	}
}

double product_norm(const product *p, int k)
{
	double all[MOST];
	if (k < 0 || k >= MOST)
		return NAN;
	product_norms(p, k + 1, all);
	return all[k];
}

double product_peak(const product *p, int most, int *k)
{
	double all[MOST], best = -INFINITY;
	most = most < MOST ? most : MOST - 1;
	product_norms(p, most + 1, all);
	*k = 0;
	for (int i = 0; i <= most; i++)
		if (all[i] > best) {
			best = all[i];
			*k = i;
		}
	return best;
}

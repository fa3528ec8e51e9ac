#include "nn/optim.h"

#include <math.h>

/* G ← decay G + (1 − decay) g²; G₀ = 0
 *   pytorch         θ ← θ − lr g / (√G + ε)
 *   lecture, chlee  θ ← θ − lr g / √(G + ε)
 *   tensorflow      the same with G₀ = 1 */
static void divide(size_t n, const real *g, real *G, const descent *d, real *delta)
{
	real lr = (real)d->lr, keep = (real)d->decay, add = (real)(1 - d->decay);
	bool outside = d->form == FORM_pytorch;
	real out = outside ? (real)d->eps : 0;
	double in = outside ? 0 : d->eps;
	for (size_t i = 0; i < n; i++) {
		G[i] = keep * G[i] + add * g[i] * g[i];
		delta[i] = g[i] == 0 ? 0 : -lr * g[i] / ((real)sqrt((double)G[i] + in) + out);
	}
}

/* Without ε: θ ← θ − lr g / σ. σ itself is kept, so that squares of small gradients do not underflow.
 *   hylee  σ₁ = |g₁|, then σ ← √(decay σ² + (1 − decay) g²): a weight whose gradient has been 0 starts with its first
 * one urnn   the same with σ₀² = 1e-3 (Arjovsky, Shah, Bengio 2016, released code) */
static void divide_plainly(size_t n, const real *g, real *sigma, const descent *d, real *delta)
{
	double keep = sqrt(d->decay), add = sqrt(1 - d->decay);
	for (size_t i = 0; i < n; i++) {
		bool first = sigma[i] == 0 && d->form == FORM_hylee;
		sigma[i] = (real)(first ? fabs((double)g[i]) : hypot(keep * (double)sigma[i], add * (double)g[i]));
		delta[i] = g[i] == 0 ? 0 : (real)-d->lr * (g[i] / sigma[i]);
	}
}

static void step(size_t n, const real *g, real *const *s, const descent *d, long t, real *delta)
{
	bool warm = d->form == FORM_tensorflow || d->form == FORM_urnn;
	for (size_t i = 0; i < n && t == 1 && warm; i++)
		s[0][i] = d->form == FORM_urnn ? (real)0.03162277660168379 : 1;
	if (d->form == FORM_hylee || d->form == FORM_urnn)
		divide_plainly(n, g, s[0], d, delta);
	else
		divide(n, g, s[0], d, delta);
}

const R(optim) R(optim_rmsprop) = {
        .name = "rmsprop",
        .summary = "divides by a running root mean square of the gradient",
        .states = 1,
        .form = {{FORM_pytorch, {"lr", "decay", "eps"}}, {FORM_lecture, {"lr", "decay", "eps"}},
                {FORM_chlee, {"lr", "decay", "eps"}}, {FORM_hylee, {"lr", "decay"}}, {FORM_urnn, {"lr", "decay"}},
                {FORM_tensorflow, {"lr", "decay", "eps"}}},
        .step = step,
};

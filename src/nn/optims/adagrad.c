#include "nn/optim.h"

#include <math.h>

/* Duchi, Hazan, Singer 2011. G ← G + g²
 *   pytorch         θ ← θ − lr' g / (√G + ε) with lr' = lr/(1 + (t − 1) lr_decay); torch.optim's own ε is 1e-10
 *   lecture, chlee  θ ← θ − lr g / √(G + ε) */
static void divide(size_t n, const real *g, real *G, double lr, double inside, real outside, real *delta)
{
	real size = (real)lr;
	for (size_t i = 0; i < n; i++) {
		G[i] += g[i] * g[i];
		delta[i] = g[i] == 0 ? 0 : -size * g[i] / ((real)sqrt((double)G[i] + inside) + outside);
	}
}

/* hylee: θ ← θ − lr g / σ, σ = √Σg² with no ε. σ itself is kept, so that squares of small gradients do not underflow.
 */
static void divide_plainly(size_t n, const real *g, real *sigma, double lr, real *delta)
{
	for (size_t i = 0; i < n; i++) {
		sigma[i] = (real)hypot((double)sigma[i], (double)g[i]);
		delta[i] = g[i] == 0 ? 0 : (real)-lr * (g[i] / sigma[i]);
	}
}

static void step(size_t n, const real *g, real *const *s, const descent *d, long t, real *delta)
{
	if (d->form == FORM_hylee)
		divide_plainly(n, g, s[0], d->lr, delta);
	else if (d->form == FORM_pytorch)
		divide(n, g, s[0], d->lr / (1 + (double)(t - 1) * d->lr_decay), 0, (real)d->eps, delta);
	else
		divide(n, g, s[0], d->lr, d->eps, 0, delta);
}

const R(optim) R(optim_adagrad) = {
        .name = "adagrad",
        .summary = "divides by the root of the sum of all squared gradients; PyTorch's own eps is 1e-10",
        .states = 1,
        .form = {{FORM_pytorch, {"lr", "lr_decay", "eps"}}, {FORM_lecture, {"lr", "eps"}}, {FORM_chlee, {"lr", "eps"}},
                {FORM_hylee, {"lr"}}},
        .step = step,
};

#include "nn/optim.h"

#include <math.h>

/* PyTorch's form: G ← decay G + (1 − decay) g², G₀ = 0; θ ← θ − lr g / (√G + ε). */
static void step(size_t n, const real *g, real *const *s, const descent *d, long t, real *delta)
{
	(void)t;
	real lr = (real)d->lr, keep = (real)d->decay, add = (real)(1 - d->decay), eps = (real)d->eps, *G = s[0];
	for (size_t i = 0; i < n; i++) {
		G[i] = keep * G[i] + add * g[i] * g[i];
		delta[i] = g[i] == 0 ? 0 : -lr * g[i] / ((real)sqrt((double)G[i]) + eps);
	}
}

const R(optim) R(optim_rmsprop) = {"rmsprop", "divides by a running root mean square of the gradient", 1, step};

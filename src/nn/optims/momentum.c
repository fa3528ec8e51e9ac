#include "nn/optim.h"

/* PyTorch's form: b ← μ b + g (b₁ = g₁); θ ← θ − lr b. */
static void step(size_t n, const real *g, real *const *s, const descent *d, long t, real *delta)
{
	(void)t;
	real lr = (real)d->lr, mu = (real)d->momentum, *b = s[0];
	for (size_t i = 0; i < n; i++) {
		b[i] = mu * b[i] + g[i];
		delta[i] = -lr * b[i];
	}
}

const R(optim) R(optim_momentum) = {"momentum", "classical momentum: b ← μ·b + g; θ ← θ − lr·b", 1, step};

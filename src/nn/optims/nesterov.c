#include "nn/optim.h"

/* PyTorch's form: b ← μ b + g; θ ← θ − lr (g + μ b). θ is the look-ahead point w + μM of the lecture's form. */
static void step(size_t n, const real *g, real *const *s, const descent *d, long t, real *delta)
{
	(void)t;
	real lr = (real)d->lr, mu = (real)d->momentum, *b = s[0];
	for (size_t i = 0; i < n; i++) {
		b[i] = mu * b[i] + g[i];
		delta[i] = -lr * (g[i] + mu * b[i]);
	}
}

const R(optim)
        R(optim_nesterov) = {"nesterov", "Nesterov's accelerated gradient: b ← μ·b + g; θ ← θ − lr·(g + μ·b)", 1, step};

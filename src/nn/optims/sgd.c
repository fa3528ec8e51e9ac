#include "nn/optim.h"

/* θ ← θ − lr g */
static void step(size_t n, const real *g, real *const *s, const descent *d, long t, real *delta)
{
	(void)s;
	(void)t;
	real lr = (real)d->lr;
	for (size_t i = 0; i < n; i++)
		delta[i] = -lr * g[i];
}

const R(optim) R(optim_sgd) = {
        .name = "sgd",
        .summary = "stochastic gradient descent: θ ← θ − lr·g",
        .form = {{FORM_pytorch, {"lr"}}},
        .step = step,
};

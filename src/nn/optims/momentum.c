#include "nn/optim.h"

/* pytorch: b ← μ b + g (b₁ = g₁); θ ← θ − lr b
 * lecture: M ← μ M − lr g; w ← w + M. The same while lr stays; after a change of lr the velocity keeps its length. */
static void step(size_t n, const real *g, real *const *s, const descent *d, long t, real *delta)
{
	(void)t;
	real lr = (real)d->lr, mu = (real)d->momentum, *b = s[0];
	bool velocity = d->form == FORM_lecture;
	for (size_t i = 0; i < n; i++) {
		b[i] = mu * b[i] + (velocity ? -lr * g[i] : g[i]);
		delta[i] = velocity ? b[i] : -lr * b[i];
	}
}

const R(optim) R(optim_momentum) = {
        .name = "momentum",
        .summary = "classical momentum: b ← μ·b + g; θ ← θ − lr·b",
        .states = 1,
        .form = {{FORM_pytorch, {"lr", "momentum", "momentum_schedule"}},
                {FORM_lecture, {"lr", "momentum", "momentum_schedule"}}},
        .step = step,
};

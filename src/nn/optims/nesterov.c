#include "nn/optim.h"

/* pytorch: b ← μ b + g; θ ← θ − lr (g + μ b). θ is the look-ahead point w + μM of the lecture's form.
 * lecture: M ← μ M − lr g(w + μM); w ← w + M */
static void step(size_t n, const real *g, real *const *s, const descent *d, long t, real *delta)
{
	(void)t;
	real lr = (real)d->lr, mu = (real)d->momentum, *b = s[0];
	bool velocity = d->form == FORM_lecture;
	for (size_t i = 0; i < n; i++) {
		b[i] = mu * b[i] + (velocity ? -lr * g[i] : g[i]);
		delta[i] = velocity ? b[i] : -lr * (g[i] + mu * b[i]);
	}
}

static void ahead(size_t n, real *const *s, const descent *d, real *theta)
{
	real mu = (real)d->momentum;
	for (size_t i = 0; i < n; i++)
		theta[i] += mu * s[0][i];
}

const R(optim) R(optim_nesterov) = {
        .name = "nesterov",
        .summary = "Nesterov's accelerated gradient: b ← μ·b + g; θ ← θ − lr·(g + μ·b)",
        .states = 1,
        .form = {{FORM_pytorch, {"lr", "momentum", "momentum_schedule"}},
                {FORM_lecture, {"lr", "momentum", "momentum_schedule"}}},
        .step = step,
        .ahead = ahead,
};

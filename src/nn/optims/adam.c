#include "nn/optim.h"

#include <math.h>

/* PyTorch's form: m ← β₁ m + (1 − β₁) g, v ← β₂ v + (1 − β₂) g², θ ← θ − lr m̂ / (√v̂ + ε) with m̂ = m/(1 − β₁ᵗ),
 * v̂ = v/(1 − β₂ᵗ). */
static void step(size_t n, const real *g, real *const *s, const descent *d, long t, real *delta)
{
	real b1 = (real)d->beta1, b2 = (real)d->beta2, a1 = (real)(1 - d->beta1), a2 = (real)(1 - d->beta2);
	real *m = s[0], *v = s[1], eps = (real)d->eps;
	real size = (real)(d->lr / (1 - pow(d->beta1, (double)t)));
	real root = (real)sqrt(1 - pow(d->beta2, (double)t));
	for (size_t i = 0; i < n; i++) {
		m[i] = b1 * m[i] + a1 * g[i];
		v[i] = b2 * v[i] + a2 * g[i] * g[i];
		real down = (real)sqrt((double)v[i]) / root + eps;
		delta[i] = m[i] == 0 ? 0 : -size * m[i] / down;
	}
}

const R(optim) R(optim_adam) = {
        "adam", "Adam: momentum and root mean square, both corrected for their start at zero", 2, step};

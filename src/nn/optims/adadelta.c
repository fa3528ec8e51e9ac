#include "nn/optim.h"

#include <math.h>

/* Zeiler 2012. G ← decay G + (1 − decay) g²; u = √(S + ε) / √(G + ε) g; S ← decay S + (1 − decay) u²
 *   pytorch  θ ← θ − lr u; torch.optim's own values are lr 1, decay 0.9, ε 1e-6
 *   lecture  θ ← θ − u, no learning rate */
static void step(size_t n, const real *g, real *const *s, const descent *d, long t, real *delta)
{
	(void)t;
	real keep = (real)d->decay, add = (real)(1 - d->decay), *G = s[0], *S = s[1];
	real size = d->form == FORM_pytorch ? (real)d->lr : 1;
	for (size_t i = 0; i < n; i++) {
		G[i] = keep * G[i] + add * g[i] * g[i];
		real u = g[i] == 0 ? 0 : (real)(sqrt((double)S[i] + d->eps) / sqrt((double)G[i] + d->eps)) * g[i];
		S[i] = keep * S[i] + add * u * u;
		delta[i] = -size * u;
	}
}

const R(optim) R(optim_adadelta) = {
        .name = "adadelta",
        .summary = "divides by the root mean square of the gradient, multiplies by that of its own steps; PyTorch's "
                   "own values "
                   "are lr 1, decay 0.9, eps 1e-6",
        .states = 2,
        .form = {{FORM_pytorch, {"lr", "decay", "eps"}}, {FORM_lecture, {"decay", "eps"}}},
        .step = step,
};

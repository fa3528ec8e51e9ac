#include "nn/init.h"

/* Martens, Sutskever 2011: every unit has `sparsity` incoming recurrent weights, N(0, σ²), from units chosen at random;
 * the other matrices are N(0, σ²). With rho = 0.95: Pascanu's "smart tanh"; with rho = 1.1: Sutskever et al. 2013. */
static bool fill(const R(init_job) *j, err *e)
{
	(void)e;
	if (!j->recurrent)
		return R(init_normal)(j, j->sigma);
	for (int i = 0; i < j->rows; i++) {
		int wanted = j->spec->sparsity < j->cols ? j->spec->sparsity : j->cols;
		for (int k = 0; k < j->cols; k++) /* every choice of columns is equally likely */
			if ((int)rng_below(j->r, (uint32_t)(j->cols - k)) < wanted) {
				j->W[(long)i * j->cols + k] = j->sigma * rng_gaussian(j->r);
				wanted--;
			}
	}
	return true;
}

const R(init) R(init_sparse) = {
        .name = "sparse",
        .summary = "a few incoming recurrent weights for each unit, N(0, σ²), and N(0, σ²) elsewhere",
        .uses = {"sigma", "sparsity"},
        .fill = fill,
};

#include "nn/init.h"
#include "num/eig.h"

/* Saxe et al. 2014: the recurrent matrix is the Q of a Gaussian matrix (all singular values 1), times init_scale; the
 * others are N(0, σ²). */
static bool fill(const R(init_job) *j, err *e)
{
	R(init_normal)(j, j->recurrent ? 1 : j->sigma);
	if (!j->recurrent)
		return true;
	if (!eig_orthogonal(j->rows, j->W, e))
		return false;
	for (long i = 0; i < (long)j->rows * j->cols; i++)
		j->W[i] *= j->spec->scale;
	return true;
}

const R(init) R(init_orthogonal) = {
        .name = "orthogonal",
        .summary = "random orthogonal recurrent matrix, N(0, σ²) elsewhere",
        .uses = {"sigma", "init_scale"},
        .fill = fill,
};

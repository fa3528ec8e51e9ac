#include "nn/init.h"
#include "num/eig.h"

/* Saxe et al. 2014: the recurrent matrix is the Q of a Gaussian matrix (all singular values 1); the others are N(0,
 * σ²). */
static bool fill(const R(init_job) *j, err *e)
{
	R(init_normal)(j, j->recurrent ? 1 : j->sigma);
	return !j->recurrent || eig_orthogonal(j->rows, j->W, e);
}

const R(init) R(init_orthogonal) = {"orthogonal", "random orthogonal recurrent matrix, N(0, σ²) elsewhere", fill};

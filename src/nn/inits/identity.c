#include "nn/init.h"

/* Le, Jaitly, Hinton 2015: the recurrent matrix is the identity; the others are N(0, σ²). */
static bool fill(const R(init_job) *j, err *e)
{
	(void)e;
	if (!j->recurrent)
		return R(init_normal)(j, j->sigma);
	for (int i = 0; i < j->rows; i++)
		for (int k = 0; k < j->cols; k++)
			j->W[(long)i * j->cols + k] = i == k;
	return true;
}

const R(init) R(init_identity) = {"identity", "identity as the recurrent matrix, N(0, σ²) elsewhere", fill};

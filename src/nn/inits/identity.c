#include "nn/init.h"

/* Le, Jaitly, Hinton 2015: the recurrent matrix is the identity, or init_scale times it for a shorter memory; the
 * others are N(0, σ²). */
static bool fill(const R(init_job) *j, err *e)
{
	(void)e;
	if (!j->recurrent)
		return R(init_normal)(j, j->sigma);
	for (int i = 0; i < j->rows; i++)
		j->W[(long)i * j->cols + i] = j->spec->scale;
	return true;
}

const R(init) R(init_identity) = {
        .name = "identity",
        .summary = "identity as the recurrent matrix, N(0, σ²) elsewhere",
        .uses = {"sigma", "init_scale"},
        .fill = fill,
};

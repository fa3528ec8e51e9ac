#include "nn/init.h"

#include <math.h>

/* LeCun, Bottou, Orr, Müller 1998: standard deviation 1/√n_in of each gate's matrix. */
static double deviation(const R(init_job) *j)
{
	return sqrt(1.0 / j->cols);
}

static bool normal(const R(init_job) *j, err *e)
{
	(void)e;
	return R(init_normal)(j, deviation(j));
}

static bool flat(const R(init_job) *j, err *e)
{
	(void)e;
	return R(init_flat)(j, deviation(j));
}

const R(init) R(init_lecun_normal) = {
        .name = "lecun_normal",
        .summary = "LeCun's N(0, 1/n_in)",
        .fill = normal,
};
const R(init) R(init_lecun_uniform) = {
        .name = "lecun_uniform",
        .summary = "LeCun's U(−a, a) with a = √(3/n_in)",
        .fill = flat,
};

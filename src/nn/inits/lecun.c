#include "nn/init.h"

#include <math.h>

/* LeCun, Bottou, Orr, Müller 1998: standard deviation 1/√n_in of each gate's matrix. */
static double deviation(const R(init_job) *j)
{
	return sqrt(1.0 / j->cols);
}

const R(init) R(init_lecun_normal) = {
        .name = "lecun_normal",
        .summary = "LeCun's N(0, 1/n_in)",
        .deviation = deviation,
};
const R(init) R(init_lecun_uniform) = {
        .name = "lecun_uniform",
        .summary = "LeCun's U(−a, a) with a = √(3/n_in)",
        .deviation = deviation,
        .flat = true,
};

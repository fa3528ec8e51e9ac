#include "nn/init.h"

#include <math.h>

/* Glorot, Bengio 2010: standard deviation √(2/(n_in + n_out)) of each gate's matrix. */
static double deviation(const R(init_job) *j)
{
	return sqrt(2.0 / (j->cols + j->rows));
}

const R(init) R(init_xavier_normal) = {
        .name = "xavier_normal",
        .summary = "Glorot's N(0, 2/(n_in + n_out))",
        .deviation = deviation,
};
const R(init) R(init_xavier_uniform) = {
        .name = "xavier_uniform",
        .summary = "Glorot's U(−a, a) with a = √(6/(n_in + n_out))",
        .deviation = deviation,
        .flat = true,
};

#include "nn/init.h"

#include <math.h>

/* Glorot, Bengio 2010: standard deviation √(2/(n_in + n_out)) of each gate's matrix. */
static bool fill(const R(init_job) *j, err *e)
{
	(void)e;
	return R(init_normal)(j, j->sigma_given ? j->sigma : sqrt(2.0 / (j->cols + j->rows)));
}

const R(init) R(init_xavier) = {"xavier", "Glorot's N(0, 2/(n_in + n_out))", fill};

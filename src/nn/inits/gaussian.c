#include "nn/init.h"

static bool fill(const R(init_job) *j, err *e)
{
	(void)e;
	return R(init_normal)(j, j->sigma);
}

const R(init) R(init_gaussian) = {"gaussian", "N(0, σ²)", fill};

#include "nn/init.h"

#include <math.h>

/* He et al. 2015: standard deviation √(2/n_in). */
static bool fill(const R(init_job) *j, err *e)
{
	(void)e;
	return R(init_normal)(j, j->sigma_given ? j->sigma : sqrt(2.0 / j->cols));
}

const R(init) R(init_he) = {"he", "He's N(0, 2/n_in), made for relu", fill};

#include "nn/init.h"

#include <math.h>

#define INIT(name) extern const R(init) R(init_##name);
#include "nn/inits.def"
#undef INIT

const R(init) *const R(inits)[] = {
#define INIT(name) &R(init_##name),
#include "nn/inits.def"
#undef INIT
};
const int R(inits_count) = sizeof R(inits) / sizeof *R(inits);

bool R(init_normal)(const R(init_job) *j, double sd)
{
	for (long i = 0; i < (long)j->rows * j->cols; i++)
		j->W[i] = sd * rng_gaussian(j->r);
	return true;
}

bool R(init_flat)(const R(init_job) *j, double sd)
{
	double a = sd * sqrt(3);
	for (long i = 0; i < (long)j->rows * j->cols; i++)
		j->W[i] = a * (2 * rng_uniform(j->r) - 1);
	return true;
}

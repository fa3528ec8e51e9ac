#include "nn/init.h"

static bool fill(const R(init_job) *j, err *e)
{
	(void)e;
	return R(init_flat)(j, j->sigma);
}

const R(init) R(init_uniform) = {
        .name = "uniform",
        .summary = "uniform with standard deviation σ: U(−σ√3, σ√3)",
        .uses = {"sigma"},
        .fill = fill,
};

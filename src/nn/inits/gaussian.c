#include "nn/init.h"

static bool fill(const R(init_job) *j, err *e)
{
	(void)e;
	return R(init_normal)(j, j->sigma);
}

const R(init) R(init_gaussian) = {
        .name = "gaussian",
        .summary = "N(0, σ²)",
        .uses = {"sigma"},
        .fill = fill,
};

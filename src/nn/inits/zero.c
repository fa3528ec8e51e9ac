#include "nn/init.h"

static bool fill(const R(init_job) *j, err *e)
{
	(void)j;
	(void)e;
	return true;
}

const R(init) R(init_zero) = {
        .name = "zero",
        .summary = "all zeros: the hidden units stay copies of one another, and learn nothing",
        .fill = fill,
};

#include "nn/optim.h"

#define OPTIM(name) extern const R(optim) R(optim_##name);
#include "nn/optims.def"
#undef OPTIM

const R(optim) *const R(optims)[] = {
#define OPTIM(name) &R(optim_##name),
#include "nn/optims.def"
#undef OPTIM
};
const int R(optims_count) = sizeof R(optims) / sizeof *R(optims);

double R(optim_momentum_at)(const descent *d, long t)
{
	if (d->momentum_schedule == SCHEDULE_NONE)
		return d->momentum;
	double mu = 1 - 0.5 / (double)((t - 1) / 250 + 1);
	return mu < d->momentum ? mu : d->momentum;
}

#include "nn/loss.h"

#define LOSS(name) extern const R(loss) R(loss_##name);
#include "nn/losses.def"
#undef LOSS

const R(loss) *const R(losses)[] = {
#define LOSS(name) &R(loss_##name),
#include "nn/losses.def"
#undef LOSS
};
const int R(losses_count) = sizeof R(losses) / sizeof *R(losses);

static double target_of(const R(loss) *l, int n, const real *y, int label, int i)
{
	if (label < 0)
		return (double)y[i];
	return (n == 1 ? label == 1 : label == i) ? l->hit : l->miss;
}

/* u and dz may be the same row. */
static double sum_parts(const R(loss) *l, int n, const real *u, const real *y, int label, double weight, real *dz)
{
	double sum = 0, slope, scale = l->mean ? n : 1;
	for (int i = 0; i < n; i++) {
		sum += l->part((double)u[i], target_of(l, n, y, label, i), &slope);
		dz[i] = (real)(weight * slope / scale);
	}
	return sum / scale;
}

/* Through an output function that is not the loss's own. */
static double through_output(
        const R(loss) *l, const R(output) *f, int n, const real *z, const real *y, int label, double weight, real *dz)
{
	real p[MODEL_OUTPUTS];
	f->apply(n, z, p);
	double loss = sum_parts(l, n, p, y, label, weight, dz);
	f->back(n, p, dz, dz);
	return loss;
}

double R(loss_row)(
        loss_id kind, output_id output, int n, const real *z, const real *y, int label, double weight, real *dz)
{
	const R(loss) *l = R(losses)[kind];
	if (output != OUTPUT_AUTO && output != l->info.output)
		return through_output(l, R(output_get)(output), n, z, y, label, weight, dz);
	return l->row ? l->row(n, z, label, weight, dz) : sum_parts(l, n, z, y, label, weight, dz);
}

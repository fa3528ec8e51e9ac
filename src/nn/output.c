/* Outputs that are fed back go through the output function that belongs to the loss. */
#include "nn/loss.h"
#include "nn/pass.h"

void R(net_output)(const R(net) *n, const real *z, real *p)
{
	R(output_get)(n->spec.output)->apply(n->O, z, p);
}

void R(net_output_back)(const R(net) *n, const real *z, const real *dp, real *dz)
{
	real p[MODEL_OUTPUTS], d[MODEL_OUTPUTS];
	const R(output) *f = R(output_get)(n->spec.output);
	f->apply(n->O, z, p);
	f->back(n->O, p, dp, d);
	for (int i = 0; i < n->O; i++)
		dz[i] += d[i];
}

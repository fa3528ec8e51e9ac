#include "nn/net.h"

#include <math.h>

static void clip_values(R(net) *n, const real *g, real limit)
{
	for (size_t i = 0; i < n->n; i++)
		n->step[i] = g[i] > limit ? limit : g[i] < -limit ? -limit : g[i];
}

void R(net_descend)(R(net) *n, const descent *d, model_result *r)
{
	r->clipped_norm = r->grad_norm;
	r->update_norm = NAN;
	if (!r->finite)
		return;
	/* the direction stays as it is, for the checks; its clipped form is made in `step`; it is as long as the
	 * gradient */
	const real *way = R(net_direction)(n, d, r);
	real factor = 1;
	if (d->clip == CLIP_NORM && r->grad_norm > d->clip_at)
		factor = (real)(d->clip_at / r->grad_norm);
	if (d->clip == CLIP_VALUE)
		clip_values(n, way, (real)d->clip_at);
	else if (factor != 1)
		for (size_t i = 0; i < n->n; i++)
			n->step[i] = factor * way[i];
	bool clipped = d->clip == CLIP_VALUE || factor != 1;
	const real *g = clipped ? n->step : way;
	if (clipped)
		r->clipped_norm = R(net_norm)(n, n->step);
	R(optims)[d->optimizer]->step(n->n, g, n->state, d, n->optimizer_steps + 1, n->step);
	r->update_norm = R(net_norm)(n, n->step);
	if (!isfinite(r->update_norm)) {
		r->finite = false;
		r->bad_step = 0;
		r->bad_where = "the step of the optimizer";
		return;
	}
	n->optimizer_steps++;
	for (size_t i = 0; i < n->n; i++)
		n->theta[i] += n->step[i];
}

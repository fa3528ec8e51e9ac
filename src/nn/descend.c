/* One step of descent: which way, how far, and whether it may be taken. */
#include "nn/net.h"

#include <math.h>
#include <string.h>

/* What the optimizer reads at this step. */
static descent at_step(const R(net) *n, const descent *d)
{
	descent now = *d;
	now.momentum = R(optim_momentum_at)(d, n->optimizer_steps + 1);
	return now;
}

/* The place without the look-ahead waits in `step`, which nothing else uses before the descent. */
void R(net_look_ahead)(R(net) *n, const descent *d)
{
	const R(optim) *o = R(optims)[d->optimizer];
	if (!o->ahead || d->form != FORM_lecture || n->ahead)
		return;
	descent now = at_step(n, d);
	memcpy(n->step, n->theta, n->n * sizeof *n->theta);
	o->ahead(n->n, n->state, &now, n->theta);
	n->ahead = true;
}

static void look_back(R(net) *n)
{
	if (n->ahead)
		memcpy(n->theta, n->step, n->n * sizeof *n->theta);
	n->ahead = false;
}

/* The guard of Pascanu, Mikolov, Bengio 2013's released code: 0.02 W_hh instead of the gradient, 0 for the other
 * weights. */
static bool guard(R(net) *n, const descent *d, model_result *r)
{
	if (d->nan_rule != NAN_RULE_PASCANU || (r->grad_norm <= 1e10 && r->finite))
		return false;
	memset(n->step, 0, n->n * sizeof *n->step);
	for (int i = 0; i < n->blocks; i++) {
		const model_block *b = &n->block[i];
		for (int row = 0; b->recurrent && !b->frozen && row < b->rows; row++)
			for (int j = 0; j < b->cols; j++) {
				size_t at = R(net_place)(b, row, j);
				n->step[at] = (real)0.02 * n->theta[at];
			}
	}
	r->guarded = r->finite = true;
	return true;
}

/* Writes factor · direction, clipped, to `step`. False when that is the direction itself. */
static bool clip(R(net) *n, const descent *d, const real *direction, double factor, double norm, model_result *r)
{
	if (d->clip == CLIP_NORM && norm > d->clip_at) {
		r->clipped = true;
		r->step_size = d->lr * (d->clip_at / norm);
		factor *= d->clip_at / norm;
	}
	real limit = d->clip == CLIP_VALUE ? (real)d->clip_at : (real)INFINITY, f = (real)factor;
	if (factor == 1 && d->clip != CLIP_VALUE)
		return false;
	for (size_t i = 0; i < n->n; i++) {
		real x = f * direction[i], cut = x > limit ? limit : x < -limit ? -limit : x;
		n->step[i] = cut;
		r->clipped |= cut != x;
	}
	return true;
}

static void take_step(R(net) *n, const descent *d, const real *g, model_result *r)
{
	descent now = at_step(n, d);
	R(optims)[d->optimizer]->step(n->n, g, n->state, &now, n->optimizer_steps + 1, n->step);
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

void R(net_descend)(R(net) *n, const descent *d, const real *direction, model_result *r)
{
	look_back(n);
	r->clipped_norm = r->grad_norm;
	r->update_norm = NAN;
	r->step_size = d->clip == CLIP_VALUE ? NAN : d->lr;
	if (guard(n, d, r)) {
		r->clipped_norm = R(net_norm)(n, n->step);
		take_step(n, d, n->step, r);
		return;
	}
	if (!r->finite)
		return;
	double factor = d->grad_sum ? n->batch.B : 1;
	double norm = factor * (direction == n->g ? r->grad_norm : R(net_norm)(n, direction));
	/* the direction stays as it is, for the checks; what is clipped is made in `step` */
	if (!clip(n, d, direction, factor, norm, r)) {
		r->clipped_norm = norm;
		take_step(n, d, direction, r);
		return;
	}
	r->clipped_norm = R(net_norm)(n, n->step);
	take_step(n, d, n->step, r);
}

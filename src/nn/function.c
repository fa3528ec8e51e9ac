/* The loss of UNIT_FUNCTION: y·f(a, b) + x₀·a + x₁·b at the two learned weights. Its inputs are what noise adds to the
 * gradient; with y = 0 a batch in which f does not show. */
#include "nn/net.h"

#include <math.h>
#include <string.h>

/* Places of a and b in the flat vectors. */
static void places(const R(net) *n, size_t at[2], int block[2])
{
	for (int i = 0; i < n->blocks; i++)
		if (!n->block[i].frozen) {
			int k = n->block[i].recurrent ? 0 : 1;
			at[k] = R(net_place)(&n->block[i], 0, 0);
			block[k] = i;
		}
}

static void evaluate(const R(net) *n, double out[3])
{
	size_t at[2] = {0, 0};
	int block[2];
	const real *x = n->batch.x;
	double y = (double)*(const real *)n->batch.y;
	places(n, at, block);
	double a = (double)n->theta[at[0]], b = (double)n->theta[at[1]];
	n->spec.function->at(n->spec.function->data, a, b, out);
	for (int k = 0; k < 3; k++)
		out[k] = y != 0 ? y * out[k] : 0;
	if (n->I == 2) {
		out[0] += (double)x[0] * a + (double)x[1] * b;
		out[1] += (double)x[0];
		out[2] += (double)x[1];
	}
}

double R(function_loss)(const R(net) *n)
{
	double out[3];
	evaluate(n, out);
	return out[0];
}

void R(function_gradient)(R(net) *n, bool norms, model_result *r)
{
	double out[3];
	size_t at[2] = {0, 0};
	int block[2] = {0, 0};
	evaluate(n, out);
	places(n, at, block);
	memset(n->g, 0, n->n * sizeof *n->g);
	n->g[at[0]] = (real)out[1];
	n->g[at[1]] = (real)out[2];
	*r = (model_result){.loss = out[0], .T = n->batch.T, .finite = true, .omega = NAN, .cosine = NAN};
	r->penalty = R(net_penalty)(n, n->g);
	r->grad_norm = R(net_norm)(n, n->g);
	for (int i = 0; i < n->blocks && norms; i++) {
		n->temporal[i][0] = 0;
		r->temporal[i] = n->temporal[i];
	}
	if (norms) {
		n->temporal[block[0]][0] = fabs(out[1]);
		n->temporal[block[1]][0] = fabs(out[2]);
		n->temporal_total[0] = n->dh_norm[0] = n->delta_norm[0] = hypot(out[1], out[2]);
		r->temporal_total = n->temporal_total;
		r->dh_norm = n->dh_norm;
		r->delta_norm = n->delta_norm;
	}
	if (isfinite(r->loss + r->penalty) && isfinite(r->grad_norm))
		return;
	r->finite = false;
	r->bad_where = isfinite(r->loss) ? "the gradient of the function" : "the function";
}

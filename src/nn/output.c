/* What the readout's numbers mean: the output function that belongs to the loss. Fed back outputs go through it. */
#include "nn/net.h"

#include <math.h>

void R(net_output)(const R(net) *n, const real *z, real *p)
{
	int O = n->O;
	if (n->spec.loss != LOSS_XENT) {
		for (int i = 0; i < O; i++)
			p[i] = z[i];
		return;
	}
	double top = (double)z[0], sum = 0;
	for (int i = 1; i < O; i++)
		top = (double)z[i] > top ? (double)z[i] : top;
	for (int i = 0; i < O; i++)
		sum += exp((double)z[i] - top);
	for (int i = 0; i < O; i++)
		p[i] = (real)(exp((double)z[i] - top) / sum);
}

/* softmax: J = diag(p) − p pᵀ */
void R(net_output_back)(const R(net) *n, const real *z, const real *dp, real *dz)
{
	int O = n->O;
	if (n->spec.loss != LOSS_XENT) {
		for (int i = 0; i < O; i++)
			dz[i] += dp[i];
		return;
	}
	double top = (double)z[0], sum = 0, mean = 0;
	for (int i = 1; i < O; i++)
		top = (double)z[i] > top ? (double)z[i] : top;
	for (int i = 0; i < O; i++) {
		double e = exp((double)z[i] - top);
		sum += e;
		mean += e * (double)dp[i];
	}
	mean /= sum;
	for (int i = 0; i < O; i++)
		dz[i] += (real)(exp((double)z[i] - top) / sum * ((double)dp[i] - mean));
}

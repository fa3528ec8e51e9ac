#include "nn/loss.h"

#include <math.h>

static double squared_error(int n, const real *z, const real *y, int label, double weight, real *dz)
{
	double sum = 0;
	for (int i = 0; i < n; i++) {
		double d = (double)z[i] - (label >= 0 ? (double)(i == label) : (double)y[i]);
		sum += d * d;
		dz[i] = (real)(weight * 2 * d / n);
	}
	return sum / n;
}

static double cross_entropy(int n, const real *z, int label, double weight, real *dz)
{
	double top = (double)z[0], sum = 0;
	for (int i = 1; i < n; i++)
		top = (double)z[i] > top ? (double)z[i] : top;
	for (int i = 0; i < n; i++)
		sum += exp((double)z[i] - top);
	for (int i = 0; i < n; i++)
		dz[i] = (real)(weight * (exp((double)z[i] - top) / sum - (i == label)));
	return log(sum) + top - (double)z[label];
}

double R(loss_row)(loss_id kind, int n, const real *z, const real *y, int label, double weight, real *dz)
{
	return kind == LOSS_XENT ? cross_entropy(n, z, label, weight, dz) : squared_error(n, z, y, label, weight, dz);
}

#include "nn/loss.h"

#include <math.h>
#include <string.h>

static void linear(int n, const real *z, real *p)
{
	memmove(p, z, (size_t)n * sizeof *p);
}

static void linear_back(int n, const real *p, const real *dp, real *dz)
{
	(void)p;
	memmove(dz, dp, (size_t)n * sizeof *dz);
}

/* p_i = exp z_i / Σ_j exp z_j */
static void softmax(int n, const real *z, real *p)
{
	double top = (double)z[0], sum = 0;
	for (int i = 1; i < n; i++)
		top = (double)z[i] > top ? (double)z[i] : top;
	for (int i = 0; i < n; i++)
		sum += exp((double)z[i] - top);
	for (int i = 0; i < n; i++)
		p[i] = (real)(exp((double)z[i] - top) / sum);
}

/* dz_i = p_i (dp_i − Σ_j p_j dp_j) */
static void softmax_back(int n, const real *p, const real *dp, real *dz)
{
	double mean = 0;
	for (int i = 0; i < n; i++)
		mean += (double)p[i] * (double)dp[i];
	for (int i = 0; i < n; i++)
		dz[i] = (real)((double)p[i] * ((double)dp[i] - mean));
}

/* p = 1/(1 + e^−z) */
static void logistic(int n, const real *z, real *p)
{
	for (int i = 0; i < n; i++)
		p[i] = (real)(1 / (1 + exp(-(double)z[i])));
}

static void logistic_back(int n, const real *p, const real *dp, real *dz)
{
	for (int i = 0; i < n; i++)
		dz[i] = (real)((double)dp[i] * (double)p[i] * (1 - (double)p[i]));
}

const R(output) R(outputs)[] = {
        {"linear", linear, linear_back}, {"softmax", softmax, softmax_back}, {"logistic", logistic, logistic_back}};

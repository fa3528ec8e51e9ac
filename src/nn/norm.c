/* Batch normalisation (Ioffe, Szegedy 2015): x̂ = (x − μ)/√(σ² + ε) and y = γ x̂ + β, where μ and σ² = mean (x − μ)² are
 * those of each feature over the batch at hand, in training and outside of it. The recurrent connection is not
 * normalised.
 *
 *   input:   the task's features of the first layer, over all places (step, sequence) that are no padding
 *   readout: h_t of the top layer as the readout sees it, at each step over the sequences that carry a loss there, so
 *            that the loss of one step stays a matter of that step; a single sequence gives x̂ = 0
 *
 * Step k's replica of γ and β is the one that step k's products read: with the taps of a convolution it also scales the
 * older inputs that this step sees. */
#include "nn/pass.h"

#include <math.h>
#include <string.h>

static const double epsilon = 1e-5;

static bool is_readout(const R(net) *n, const R(norm) *o)
{
	return o == &n->norm_out;
}

/* Rows that do not take part are no part of the statistics, and leave as zeros. */
static bool takes_part(const R(net) *n, const R(norm) *o, int t, int b)
{
	return is_readout(n, o) ? n->batch.weight[at(n, t, b)] > 0 : t < n->batch.length[b];
}

static const real *raw_row(const R(net) *n, const R(norm) *o, int t, int b)
{
	return is_readout(n, o) ? R(net_z)(n, n->layers - 1, t + 1, b) : n->raw + at(n, t, b) * (size_t)n->I;
}

static size_t moments(const R(net) *n, const R(norm) *o, int t)
{
	return is_readout(n, o) ? (size_t)t * (size_t)o->width : 0;
}

/* sum = Σ x, or Σ (x − mean)², over the rows of steps t0 … t1 − 1; returns their number. */
static long add_up(const R(net) *n, const R(norm) *o, int t0, int t1, const double *mean, double *sum)
{
	long count = 0;
	memset(sum, 0, (size_t)o->width * sizeof *sum);
	for (int t = t0; t < t1; t++)
		for (int b = 0; b < n->batch.B; b++) {
			if (!takes_part(n, o, t, b))
				continue;
			const real *x = raw_row(n, o, t, b);
			for (int j = 0; j < o->width; j++) {
				double d = (double)x[j] - (mean ? mean[j] : 0);
				sum[j] += mean ? d * d : d;
			}
			count++;
		}
	return count;
}

static void measure(R(net) *n, R(norm) *o, int t0, int t1)
{
	real *mean = o->mean + moments(n, o, t0), *rate = o->rate + moments(n, o, t0);
	double *m = n->norm_sum, *s = m + n->ldn;
	long count = add_up(n, o, t0, t1, NULL, m);
	for (int j = 0; j < o->width && count; j++)
		m[j] /= (double)count;
	add_up(n, o, t0, t1, m, s);
	for (int j = 0; j < o->width && count; j++) {
		mean[j] = (real)m[j];
		rate[j] = (real)(1 / sqrt(s[j] / (double)count + epsilon));
	}
}

/* y = γ x̂ + β */
static void normalise(const R(net) *n, const R(norm) *o, int t, int b, real *y)
{
	if (!takes_part(n, o, t, b)) {
		memset(y, 0, (size_t)o->width * sizeof *y);
		return;
	}
	const real *x = raw_row(n, o, t, b), *mean = o->mean + moments(n, o, t), *rate = o->rate + moments(n, o, t);
	const real *gamma = n->theta + n->block[o->scale].base, *beta = n->theta + n->block[o->scale + 1].base;
	for (int j = 0; j < o->width; j++)
		y[j] = gamma[j] * ((x[j] - mean[j]) * rate[j]) + beta[j];
}

static int fed_back(const R(net) *n)
{
	return n->feedback ? n->O : 0;
}

void R(norm_input)(R(net) *n)
{
	measure(n, &n->norm_in, 0, n->batch.T);
	int x = n->layer[0].W + 1 + fed_back(n);
	for (int t = 0; t < n->batch.T; t++)
		for (int b = 0; b < n->batch.B; b++)
			normalise(n, &n->norm_in, t, b, R(net_z)(n, 0, t, b) + x);
}

void R(norm_readout)(R(net) *n, int t)
{
	measure(n, &n->norm_out, t, t + 1);
	for (int b = 0; b < n->batch.B; b++)
		normalise(n, &n->norm_out, t, b, n->up + at(n, t, b) * (size_t)n->ldu);
}

/* With ∂L/∂y in n->norm_row and x of step t: Σ ∂L/∂y ⊙ x̂ and Σ ∂L/∂y over the sequences are added to the two rows of
 * n->norm_sum. Returns the number of sequences. */
static int add_sums(const R(net) *n, const R(norm) *o, int t)
{
	const real *mean = o->mean + moments(n, o, t), *rate = o->rate + moments(n, o, t);
	double *scale = n->norm_sum, *shift = scale + n->ldn;
	int count = 0;
	for (int b = 0; b < n->batch.B; b++) {
		if (!takes_part(n, o, t, b))
			continue;
		const real *x = raw_row(n, o, t, b), *dy = n->norm_row + (size_t)b * (size_t)n->ldn;
		for (int j = 0; j < o->width; j++) {
			scale[j] += (double)(dy[j] * ((x[j] - mean[j]) * rate[j]));
			shift[j] += (double)dy[j];
		}
		count++;
	}
	return count;
}

static void clear_sums(const R(net) *n)
{
	memset(n->norm_sum, 0, 2 * (size_t)n->ldn * sizeof *n->norm_sum);
}

/* ∂L/∂y = dz V, through the dropout of that step, into n->norm_row; and its sums. Returns the number of sequences. */
static int readout_sums(const R(net) *n, int t, const real *dz)
{
	const R(layer) *top = &n->layer[n->layers - 1];
	int W = n->norm_out.width;
	n->mat->product(n->batch.B, W, n->O, dz, n->ldo, n->out[0].back, n->out[0].ldb, 0, n->norm_row, n->ldn);
	for (int b = 0; b < n->batch.B && dropping(n); b++) {
		const real *mask = top->mask + at(n, t, b) * (size_t)top->ldh;
		for (int j = 0; j < W; j++)
			n->norm_row[(size_t)b * (size_t)n->ldn + (size_t)j] *= mask[j];
	}
	clear_sums(n);
	return add_sums(n, &n->norm_out, t);
}

/* ∂L/∂h = γ/√(σ² + ε) (∂L/∂y − mean ∂L/∂y − x̂ mean(∂L/∂y ⊙ x̂)), means over the sequences with a loss */
void R(norm_readout_back)(const R(net) *n, int t, const real *dz, real *dh)
{
	const R(norm) *o = &n->norm_out;
	const real *gamma = n->theta + n->block[o->scale].base, *mean = o->mean + moments(n, o, t),
	           *rate = o->rate + moments(n, o, t);
	const double *scale = n->norm_sum, *shift = scale + n->ldn;
	int count = readout_sums(n, t, dz);
	for (int b = 0; b < n->batch.B; b++) {
		if (!takes_part(n, o, t, b))
			continue;
		const real *x = raw_row(n, o, t, b), *dy = n->norm_row + (size_t)b * (size_t)n->ldn;
		real *to = dh + (size_t)b * (size_t)n->layer[n->layers - 1].ldh;
		for (int j = 0; j < o->width; j++) {
			double standard = (double)((x[j] - mean[j]) * rate[j]);
			to[j] += gamma[j] * rate[j] * (real)((double)dy[j] - (shift[j] + standard * scale[j]) / count);
		}
	}
}

/* ---- gradients of γ and β ---- */

/* The part of ∂L/∂y that comes through a group: d back_x, for x of step `from`. */
static void input_sums(R(net) *n, const R(group) *g, int t, int from, const real *d, int ldd)
{
	const real *back = g->back_x + (size_t)t * (size_t)(g->stride ? g->cols * g->ldx : 0) + fed_back(n);
	n->mat->product(n->batch.B, n->I, g->cols, d, ldd, back, g->ldx, 0, n->norm_row, n->ldn);
	add_sums(n, &n->norm_in, from);
}

static void input_gradient(R(net) *n, int t)
{
	const R(layer) *l = &n->layer[0];
	clear_sums(n);
	for (int k = 0; k < l->groups; k++) {
		const R(group) *g = &l->group[k];
		const real *d = l->delta + at(n, t % n->chunk, 0) * (size_t)l->lda + g->col0;
		if (g->xn && t >= g->shift)
			input_sums(n, g, t, t - g->shift, d, l->lda);
	}
	/* a readout that skips the only layer; at steps with a loss δ has the plain scale of the logits */
	if (n->outs > 1 && n->layers == 1 && R(net_has_loss)(n, t))
		input_sums(n, &n->out[1], t, t, n->dout + at(n, t, 0) * (size_t)n->ldo, n->ldo);
}

static void add_gradient(R(net) *n, const R(pass) *p, const R(norm) *o, int t, int exponent)
{
	R(net_add_vector)(n, t, o->scale, n->norm_sum, exponent, p->norms);
	R(net_add_vector)(n, t, o->scale + 1, n->norm_sum + n->ldn, exponent, p->norms);
}

void R(norm_gradient)(R(net) *n, const R(pass) *p)
{
	for (int t = p->t1 - 1; t >= p->t0 && n->ldn; t--) {
		if (n->only >= 0 && t != n->only)
			continue;
		if (n->norm_in.width) {
			input_gradient(n, t);
			add_gradient(n, p, &n->norm_in, t, step_exponent(n, t));
		}
		if (n->norm_out.width && R(net_has_loss)(n, t)) {
			readout_sums(n, t, n->dlogits + at(n, t, 0) * (size_t)n->ldo);
			add_gradient(n, p, &n->norm_out, t, 0);
		}
	}
}

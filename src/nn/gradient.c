/* The gradient from δ: sums over the batch of left rows times δ, step by step with the squares of every block, and what
 * is told about an update: norms, penalties, the first value that is not finite. */
#include "nn/pass.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The squares of a product in f32 may underflow although the product does not: then they are summed again in double. */
static double exact_squares(const R(net) *n, int rows, int cols, const real *z, int ldz, const real *d, int ldd)
{
	double sum = 0;
	for (int i = 0; i < rows; i++)
		for (int j = 0; j < cols; j++) {
			double p = 0;
			for (int b = 0; b < n->batch.B; b++)
				p += (double)z[(size_t)b * (size_t)ldz + (size_t)i] *
				     (double)d[(size_t)b * (size_t)ldd + (size_t)j];
			sum += p * p;
		}
	return sum;
}

static bool suspicious(double squares)
{
	return squares < (sizeof(real) == 4 ? 1e-28 : 1e-280);
}

/* The segments of rows r0 … r1 − 1, counted from r0. */
static int cut_segments(const R(group) *g, int r0, int r1, int *end, int *block)
{
	int n = 0;
	for (int s = 0; s < g->segments; s++) {
		int first = s ? g->end[s - 1] : 0;
		if (g->end[s] <= r0 || first >= r1)
			continue;
		end[n] = smaller(g->end[s], r1) - r0;
		block[n++] = g->block[s];
	}
	return n;
}

static double *block_square(const R(net) *n, int t, int block, int part)
{
	return n->block_squares + ((size_t)t * (size_t)n->blocks + (size_t)block) * (size_t)n->spec.hands +
	       (size_t)part;
}

/* c · 2^exponent as one factor; both may be far outside this precision while their product is not. */
static real factor(const R(net) *n, int t, int exponent)
{
	double c = n->step_scale ? n->step_scale[t] : 1;
	return (real)(exponent ? ldexp(c, exponent) : c);
}

/* A stretch of rows of a group: its part of the gradient for one hand. */
typedef struct R(share) {
	const R(group) *g;
	int layer, r0, r1, part;
	bool norms;
} R(share);

/* Squares that came out too small to be trusted, once more from δ brought near 1 by a power of two; where that is not
 * enough, in double. */
static void lift(const R(net) *n, const R(share) *h, const real *z, int ldz, const real *d, int ldd, int segments,
        const int *end, double *squares)
{
	int B = n->batch.B, cols = h->g->cols, ld = REAL_PADDED(cols), rows = h->r1 - h->r0;
	real top = n->v->max_abs(B, cols, d, ldd), *up = n->lifted[h->part];
	if (!(top > 0) || !isfinite(top))
		return;
	int shift = -ilogb((double)top);
	for (int b = 0; b < B; b++)
		for (int j = 0; j < cols; j++)
			up[(size_t)b * (size_t)ld + (size_t)j] =
			        (real)ldexp((double)d[(size_t)b * (size_t)ldd + (size_t)j], shift);
	double lifted[NET_SEGMENTS];
	n->mat->outer(rows, cols, B, z, ldz, up, ld, 0, n->g + h->g->base + (size_t)h->r0 * (size_t)h->g->ldw,
	        h->g->ldw, segments, end, lifted, n->scratch[h->part]);
	for (int s = 0, i = 0; s < segments; i = end[s++])
		if (suspicious(squares[s]))
			squares[s] = suspicious(lifted[s]) ? exact_squares(n, end[s] - i, cols, z + i, ldz, d, ldd)
			                                   : ldexp(lifted[s], -2 * shift);
}

/* At step t: G += 2^e leftᵀ d, and the squares of every block. */
static void add_outer(R(net) *n, const R(share) *h, int t, const real *d, int ldd, int exponent)
{
	const R(group) *g = h->g;
	int ldz, rows = h->r1 - h->r0;
	if (rows == 0 || t < g->shift)
		return;
	const real *z = R(net_left)(n, h->layer, g, t, 0, &ldz) + h->r0;
	int cut_end[NET_SEGMENTS], cut_block[NET_SEGMENTS], segments = 0;
	const int *end = cut_end, *block = cut_block;
	if (h->norms && rows == g->rows) {
		end = g->end;
		block = g->block;
		segments = g->segments;
	} else if (h->norms) {
		segments = cut_segments(g, h->r0, h->r1, cut_end, cut_block);
	}
	double squares[NET_SEGMENTS];
	n->mat->outer(rows, g->cols, n->batch.B, z, ldz, d, ldd, factor(n, t, exponent),
	        n->g + g->base + (size_t)t * g->stride + (size_t)h->r0 * (size_t)g->ldw, g->ldw, segments, end, squares,
	        n->scratch[h->part]);
	bool again = false;
	for (int s = 0, i = 0; s < segments; i = end[s++])
		again = again || (suspicious(squares[s]) && n->v->max_abs(n->batch.B, end[s] - i, z + i, ldz) > 0);
	if (again)
		lift(n, h, z, ldz, d, ldd, segments, end, squares);
	for (int s = 0; s < segments; s++)
		*block_square(n, t, block[s], h->part) = squares[s];
}

void R(net_add_vector)(R(net) *n, int t, int block, const double *sum, int exponent, bool norms)
{
	const model_block *b = &n->block[block];
	double f = ldexp(n->step_scale ? n->step_scale[t] : 1, exponent), squares = 0;
	for (int i = 0; i < b->rows; i++) {
		n->g[b->base + (size_t)i] += (real)(f * sum[i]);
		squares += sum[i] * sum[i];
	}
	if (norms)
		*block_square(n, t, block, 0) = squares;
}

/* Ω's gradient: the rows of h alone, from its own left rows. */
static void add_omega(R(net) *n, const R(share) *h, int t, const real *d, int ldd)
{
	const R(layer) *l = &n->layer[h->layer];
	int r1 = smaller(h->r1, l->W);
	if (h->r0 >= r1 || t == 0)
		return;
	n->mat->outer(r1 - h->r0, h->g->cols, n->batch.B, l->omega + at(n, t % n->chunk, 0) * (size_t)l->ldh + h->r0,
	        l->ldh, d, ldd, 1, n->direction + h->g->base + (size_t)h->r0 * (size_t)h->g->ldw, h->g->ldw, 0, NULL,
	        NULL, n->scratch[h->part]);
}

static void layer_part(const R(pass) *p, int layer, int part, int parts)
{
	R(net) *n = p->n;
	const R(layer) *l = &n->layer[layer];
	for (int k = 0; k < l->groups; k++) {
		const R(group) *g = &l->group[k];
		R(share) h = {g, layer, g->rows * part / parts, g->rows * (part + 1) / parts, part, p->norms};
		for (int t = p->t1 - 1; t >= p->t0; t--) {
			if (n->only >= 0 && t != n->only)
				continue;
			const real *d = l->delta + at(n, t % n->chunk, 0) * (size_t)l->lda + g->col0;
			add_outer(n, &h, t, d, l->lda, step_exponent(n, t));
			if (n->tuning.omega > 0 && n->only < 0 && !n->step_scale)
				add_omega(n, &h, t, d, l->lda);
		}
	}
}

static void gradient_part(void *arg, int part, int parts)
{
	const R(pass) *p = arg;
	R(net) *n = p->n;
	for (int l = 0; l < n->layers; l++)
		layer_part(p, l, part, parts);
	for (int k = 0; k < n->outs; k++) {
		const R(group) *g = &n->out[k];
		R(share) h = {g, n->layers - 1, g->rows * part / parts, g->rows * (part + 1) / parts, part, p->norms};
		for (int t = p->t1 - 1; t >= p->t0; t--) {
			if ((n->only >= 0 && t != n->only) || !(R(net_has_loss)(n, t) || n->feedback))
				continue;
			add_outer(n, &h, t, n->dout + at(n, t, 0) * (size_t)n->ldo, n->ldo,
			        n->feedback ? step_exponent(n, t) : 0);
		}
	}
}

/* Without norms and with all exponents zero, a chunk is one product over (steps × sequences). */
static void sum_group(
        const R(pass) *p, int layer, const R(group) *g, int t0, int t1, const real *d, int ldd, int part, int parts)
{
	R(net) *n = p->n;
	int r0 = g->rows * part / parts, r1 = g->rows * (part + 1) / parts, ldz;
	if (t0 >= t1 || r0 >= r1)
		return;
	const real *z = R(net_left)(n, layer, g, t0, 0, &ldz) + r0;
	n->mat->outer(r1 - r0, g->cols, (t1 - t0) * n->batch.B, z, ldz, d, ldd, 1,
	        n->g + g->base + (size_t)r0 * (size_t)g->ldw, g->ldw, 0, NULL, NULL, n->scratch[part]);
}

static void gradient_sum(void *arg, int part, int parts)
{
	const R(pass) *p = arg;
	R(net) *n = p->n;
	for (int i = 0; i < n->layers; i++) {
		const R(layer) *l = &n->layer[i];
		for (int k = 0; k < l->groups; k++)
			sum_group(p, i, &l->group[k], p->t0, p->t1,
			        l->delta + at(n, p->t0 % n->chunk, 0) * (size_t)l->lda + l->group[k].col0, l->lda, part,
			        parts);
	}
	int first = p->t0 > n->batch.first_loss ? p->t0 : n->batch.first_loss;
	int end = smaller(p->t1, n->batch.last_loss + 1);
	for (int k = 0; k < n->outs; k++)
		sum_group(p, n->layers - 1, &n->out[k], first, end, n->dlogits + at(n, first, 0) * (size_t)n->ldo,
		        n->ldo, part, parts);
}

static void lower(R(net) *n, int t, int hand, int hands, int down)
{
	int b0, b1;
	R(net_part)(n, hand, hands, &b0, &b1);
	down = down < -2000 ? -2000 : down;
	for (int i = 0; i < n->layers && b0 < b1; i++) {
		R(step) s = R(net_step)(n, i, t, b0, b1);
		const R(layer) *l = &n->layer[i];
		R(net_scale)(s.B, (l->cell->gates + l->cell->own) * n->H, s.delta, s.lda, down);
		size_t first = ((size_t)t * (size_t)n->layers + (size_t)i) * (size_t)R(net_bunches)(n, n->spec.B_max);
		for (int b = b0; b < b1; b += n->bunch) {
			n->dh_squares[first + (size_t)(b >> n->bunch_bits)] *= ldexp(1, 2 * down);
			n->delta_squares[first + (size_t)(b >> n->bunch_bits)] *= ldexp(1, 2 * down);
		}
	}
	if (n->feedback && b0 < b1)
		R(net_scale)(b1 - b0, n->O, n->dout + at(n, t, b0) * (size_t)n->ldo, n->ldo, down);
}

/* The hands renormalise on their own: bring δ of each step to the largest exponent among them. */
static bool join_exponents(R(net) *n, const R(pass) *p)
{
	bool zero = true;
	for (int t = p->t0; t < p->t1; t++) {
		int *e = n->exponent + (size_t)t * (size_t)n->spec.hands, top = e[0];
		for (int h = 1; h < p->hands; h++)
			top = e[h] > top ? e[h] : top;
		for (int h = 0; h < p->hands && p->hands > 1; h++)
			if (e[h] != top)
				lower(n, t, h, p->hands, e[h] - top);
		e[0] = top;
		zero = zero && top == 0;
	}
	return zero;
}

/* One product over all steps of a chunk stands for the products of the steps. */
static bool in_one_piece(const R(net) *n, const R(pass) *p)
{
	const R(cell) *c = n->layer[0].cell;
	return !p->norms && n->only < 0 && n->only_loss < 0 && !n->step_scale && n->tuning.omega == 0 &&
	       n->batch.B == n->spec.B_max && !n->feedback && !c->untied && !c->convolution;
}

void R(net_gradient)(R(net) *n, team *t, R(pass) *p)
{
	bool plain = join_exponents(n, p);
	team_run(t, plain && in_one_piece(n, p) ? gradient_sum : gradient_part, p);
	R(norm_gradient)(n, p);
}

/* ---- norms ---- */

/* x · 2^exponent; `unit` is 2^exponent where that is a number, so that one call of ldexp serves a whole step. */
static double times_power(double x, int exponent, double unit)
{
	return exponent < -1000 || exponent > 1000 ? ldexp(x, exponent) : x * unit;
}

/* √ of the sum over the layers and bunches, still in units of 2^exponent. */
static double bunch_norm(const R(net) *n, const double *squares, int t)
{
	size_t all = (size_t)R(net_bunches)(n, n->spec.B_max);
	int used = R(net_bunches)(n, n->batch.B);
	double sum = 0;
	for (int l = 0; l < n->layers; l++)
		for (int q = 0; q < used; q++)
			sum += squares[((size_t)t * (size_t)n->layers + (size_t)l) * all + (size_t)q];
	return sqrt(sum);
}

static void collect_step(R(net) *n, const R(pass) *p, int t)
{
	int exponent = step_exponent(n, t);
	double unit = exponent ? ldexp(1, exponent) : 1, total = 0; /* total in units of 4^exponent */
	for (int i = 0; i < n->blocks; i++) {
		const double *squares = block_square(n, t, i, 0);
		double sum = 0;
		for (int h = 0; h < p->hands && !n->block[i].frozen; h++)
			sum += squares[h];
		if (sum == 0) { /* the readout, at steps without a loss */
			n->temporal[i][t] = 0;
		} else if (n->block[i].layer < 0 && !n->feedback) { /* never rescaled */
			n->temporal[i][t] = sqrt(sum);
			total += exponent ? ldexp(sum, -2 * exponent) : sum;
		} else {
			n->temporal[i][t] = times_power(sqrt(sum), exponent, unit);
			total += sum;
		}
	}
	n->temporal_total[t] = times_power(sqrt(total), exponent, unit);
	n->dh_norm[t] = times_power(bunch_norm(n, n->dh_squares, t), exponent, unit);
	n->delta_norm[t] = times_power(bunch_norm(n, n->delta_squares, t), exponent, unit);
}

void R(net_collect)(R(net) *n, const R(pass) *p)
{
	for (int t = 0; t < n->batch.T; t++) {
		if (t >= p->stop && t <= p->last) {
			collect_step(n, p, t);
			continue;
		}
		for (int i = 0; i < n->blocks; i++) /* no loss reaches this step */
			n->temporal[i][t] = 0;
		n->temporal_total[t] = n->dh_norm[t] = n->delta_norm[t] = 0;
	}
}

double R(net_norm)(const R(net) *n, const real *x)
{
	/* rows of 4096 keep the partial sums short */
	double sum = 0;
	for (size_t i = 0; i < n->n; i += 4096) {
		double part;
		n->v->squares(1, n->n - i < 4096 ? (int)(n->n - i) : 4096, x + i, 0, 1, &part);
		sum += part;
	}
	double low = sizeof(real) == 4 ? 1e-26 : 1e-280, high = sizeof(real) == 4 ? 1e36 : 1e300;
	if (sum > low && sum < high)
		return sqrt(sum);
	double top = 0;
	for (size_t i = 0; i < n->n; i++) {
		double a = fabs((double)x[i]);
		if (!(a < INFINITY))
			return a;
		top = a > top ? a : top;
	}
	if (top == 0)
		return 0;
	sum = 0;
	for (size_t i = 0; i < n->n; i++)
		sum += ((double)x[i] / top) * ((double)x[i] / top);
	return top * sqrt(sum);
}

/* ---- where a number that is not finite came from ---- */

static bool row_finite(const real *x, int n)
{
	for (int i = 0; i < n; i++)
		if (!isfinite(x[i]))
			return false;
	return true;
}

static bool hidden_finite(const R(net) *n, int t, int b)
{
	for (int l = 0; l < n->layers; l++)
		if (!row_finite(R(net_z)(n, l, t + 1, b), n->layer[l].W))
			return false;
	return true;
}

static bool locate_forward(const R(net) *n, model_result *r)
{
	for (int t = 0; t < n->batch.T; t++)
		for (int b = 0; b < n->batch.B; b++) {
			bool out = R(net_has_loss)(n, t);
			if (!row_finite(
			            (const real *)n->batch.x + (long)t * n->batch.x_t + (long)b * n->batch.x_b, n->I))
				r->bad_where = "the input";
			else if (!hidden_finite(n, t, b))
				r->bad_where = "the hidden state";
			else if (out && !row_finite(n->logits + at(n, t, b) * (size_t)n->ldo, n->O))
				r->bad_where = "the output";
			else
				continue;
			r->bad_step = t + 1;
			return true;
		}
	return false;
}

/* Backwards in time: the first step, from the end, whose gradient is not finite. */
static void locate_backward(const R(net) *n, model_result *r)
{
	r->bad_where = "the gradient";
	for (int t = n->batch.T - 1; t >= 0; t--)
		for (int i = 0; i < n->blocks; i++)
			if (!isfinite(n->temporal[i][t])) {
				r->bad_where = n->block[i].label;
				r->bad_step = t + 1;
				return;
			}
}

/* The gradient of weights that are not learned counts as zero. */
void R(net_clear_frozen)(R(net) *n)
{
	for (int i = 0; i < n->blocks; i++) {
		const model_block *b = &n->block[i];
		if (!b->frozen)
			continue;
		for (int row = 0; row < b->rows; row++)
			for (int j = 0; j < b->cols; j++)
				n->g[R(net_place)(b, row, j)] = 0;
	}
}

void R(net_backward)(R(net) *n, team *t, bool norms, model_result *r)
{
	R(pass) p;
	if (n->spec.unit == UNIT_FUNCTION) {
		R(function_gradient)(n, norms, r);
		return;
	}
	R(net_recursion)(n, t, norms, &p);
	R(net_clear_frozen)(n);
	*r = (model_result){.T = n->batch.T, .finite = true, .omega = NAN, .cosine = NAN};
	for (int b = 0; b < n->batch.B; b++)
		r->loss += n->sample_loss[b];
	R(net_omega_collect)(n, r);
	r->penalty += R(net_penalty)(n, n->g);
	r->grad_norm = R(net_norm)(n, n->g);
	if (norms) {
		R(net_collect)(n, &p);
		for (int i = 0; i < n->blocks; i++)
			r->temporal[i] = n->temporal[i];
		r->temporal_total = n->temporal_total;
		r->dh_norm = n->dh_norm;
		r->delta_norm = n->delta_norm;
	}
	if (isfinite(r->loss + r->penalty) && isfinite(r->grad_norm))
		return;
	if (!norms && n->only < 0) { /* once more, with the norms that tell where */
		R(net_backward)(n, t, true, r);
		return;
	}
	r->finite = false;
	if (!locate_forward(n, r) && norms)
		locate_backward(n, r);
}

/* The losses of steps from … to − 1, one at a time, each the whole way back. */
static bool itemise(R(net) *n, int from, int to, double *out, err *e)
{
	int T = n->batch.T, truncate = n->tuning.truncate;
	real *keep = malloc(n->n * sizeof *keep);
	if (!keep)
		return err_machine(e, "no memory for the gradients of single losses; lower hidden");
	memcpy(keep, n->g, n->n * sizeof *keep);
	memset(out, 0, (size_t)(to - from) * (size_t)T * sizeof *out);
	double omega = n->tuning.omega;
	n->tuning.omega = n->tuning.truncate = 0;
	for (int j = from; j < to; j++) {
		R(pass) p;
		if (j < n->batch.first_loss || j > n->batch.last_loss)
			continue;
		n->only_loss = j;
		R(net_recursion)(n, NULL, true, &p);
		R(net_collect)(n, &p);
		memcpy(out + (size_t)(j - from) * (size_t)T, n->temporal_total, (size_t)T * sizeof *out);
	}
	n->only_loss = -1;
	n->tuning.omega = omega;
	n->tuning.truncate = truncate;
	memcpy(n->g, keep, n->n * sizeof *keep);
	free(keep);
	return true;
}

bool R(net_itemised)(R(net) *n, double *out, err *e)
{
	return itemise(n, 0, n->batch.T, out, e);
}

bool R(net_itemised_row)(R(net) *n, int step, double *out, err *e)
{
	return itemise(n, step, step + 1, out, e);
}

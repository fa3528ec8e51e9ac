/* Back-propagation through time: forward, loss, backward, temporal gradients.
 *
 * The batch is cut into one part per hand for the forward and the backward recursion (no hand waits for another inside
 * them); then each hand takes some rows of the gradient, which sums over the batch. δ is kept for a chunk of steps at a
 * time, so that it is still in the cache when the gradient reads it. */
#include "nn/net.h"

#include <math.h>
#include <string.h>

static int smaller(int a, int b)
{
	return a < b ? a : b;
}

static int bunches(const R(net) *n, int B)
{
	return (B + n->bunch - 1) / n->bunch;
}

/* Sequences of a part: bunches are shared out as evenly as they go. */
static void part_rows(const R(net) *n, int part, int parts, int *b0, int *b1)
{
	int B = n->batch.B, all = bunches(n, B);
	*b0 = smaller(B, all * part / parts * n->bunch);
	*b1 = smaller(B, all * (part + 1) / parts * n->bunch);
}

static size_t at(const R(net) *n, int t, int b)
{
	return (size_t)t * (size_t)n->spec.B_max + (size_t)b;
}

R(step) R(net_step)(const R(net) *n, int t, int b0, int b1)
{
	return (R(step)){.B = b1 - b0,
	        .H = n->H,
	        .v = n->v,
	        .activation = n->spec.activation,
	        .a = n->a + at(n, t, b0) * (size_t)n->lda,
	        .lda = n->lda,
	        .h_prev = R(net_z)(n, t, b0),
	        .h = R(net_z)(n, t + 1, b0),
	        .ldz = n->ldz,
	        .s_prev = n->s + at(n, t, b0) * (size_t)n->lds,
	        .s = n->s + at(n, t + 1, b0) * (size_t)n->lds,
	        .lds = n->lds,
	        .dh = n->dh + (size_t)b0 * (size_t)n->ldh,
	        .ldh = n->ldh,
	        .ds = n->ds + (size_t)b0 * (size_t)n->lds,
	        .delta = n->delta + at(n, t % n->chunk, b0) * (size_t)n->lda};
}

/* ---- which steps carry a loss, and with what weight ---- */

static bool has_target(const batch *y, bool per_step, int t, int b)
{
	return t < y->length[b] && (!per_step || y->mask[(size_t)t * (size_t)y->B_max + (size_t)b]);
}

static void weigh(R(net) *n)
{
	batch *y = &n->batch;
	bool per_step = n->spec.y_per_step;
	for (int t = 0; t < y->T; t++)
		memset(y->weight + at(n, t, 0), 0, (size_t)y->B * sizeof *y->weight);
	y->first_loss = y->T;
	y->last_loss = -1;
	for (int b = 0; b < y->B; b++) {
		int first = y->T, last = -1, count = 0;
		for (int t = 0; t < y->length[b]; t++)
			if (has_target(y, per_step, t, b)) {
				first = t < first ? t : first;
				last = t;
				count++;
			}
		if (!count)
			continue;
		if (n->spec.at == LOSS_AT_LAST) {
			first = last;
			count = 1;
		}
		double w = 1.0 / y->B / (n->spec.reduce == REDUCE_MEAN ? count : 1);
		for (int t = first; t <= last; t++)
			if (has_target(y, per_step, t, b))
				y->weight[at(n, t, b)] = w;
		y->first_loss = smaller(first, y->first_loss);
		y->last_loss = last > y->last_loss ? last : y->last_loss;
	}
}

/* ---- forward ---- */

static void multiply(const R(net) *n, int t, int b0, int b1)
{
	const R(step) s = R(net_step)(n, t, b0, b1);
	for (int k = 0; k < n->groups; k++) {
		const R(group) *g = &n->group[k];
		if (k > 0) { /* columns that no earlier group has written */
			int done = n->group[k - 1].col0 + n->group[k - 1].cols;
			for (int b = 0; b < s.B; b++)
				memset(s.a + (size_t)b * (size_t)s.lda + done, 0,
				        (size_t)(g->col0 + g->cols - done) * sizeof(real));
		}
		n->mat->product(s.B, g->cols, g->rows, s.h_prev + g->row0, s.ldz, n->theta + g->base, g->ldw, k > 0,
		        s.a + g->col0, s.lda);
	}
	n->cell->forward(&s);
}

static void read_out(const R(net) *n, int t, int b0, int b1)
{
	const batch *y = &n->batch;
	const R(group) *g = n->readout;
	real *z = n->logits + at(n, t, b0) * (size_t)n->ldo, *dz = n->dlogits + at(n, t, b0) * (size_t)n->ldo;
	n->mat->product(
	        b1 - b0, n->O, g->rows, R(net_z)(n, t + 1, b0), n->ldz, n->theta + g->base, g->ldw, 0, z, n->ldo);
	for (int b = b0; b < b1; b++, z += n->ldo, dz += n->ldo) {
		double w = y->weight[at(n, t, b)];
		const real *target = (const real *)y->y + (size_t)t * (size_t)y->y_t + (size_t)b * (size_t)n->O;
		int label = y->classes ? y->label[(size_t)t * (size_t)y->label_t + (size_t)b] : -1;
		if (w > 0)
			n->sample_loss[b] +=
			        w * R(loss_row)(n->spec.loss, n->spec.output, n->O, z, target, label, w, dz);
		else
			memset(dz, 0, (size_t)n->O * sizeof *dz);
	}
}

static void forward_part(void *arg, int part, int parts)
{
	R(net) *n = arg;
	int b0, b1;
	part_rows(n, part, parts, &b0, &b1);
	if (b0 == b1)
		return;
	memset(n->sample_loss + b0, 0, (size_t)(b1 - b0) * sizeof *n->sample_loss);
	for (int t = 0; t < n->batch.T; t++) {
		multiply(n, t, b0, b1);
		if (t >= n->batch.first_loss && t <= n->batch.last_loss)
			read_out(n, t, b0, b1);
	}
}

double R(net_forward)(R(net) *n, team *t)
{
	weigh(n);
	team_run(t, forward_part, n);
	double loss = 0;
	for (int b = 0; b < n->batch.B; b++)
		loss += n->sample_loss[b];
	return loss;
}

/* ---- backward: the recursion ---- */

typedef struct R(pass) {
	R(net) *n;
	bool norms;
	int t0, t1; /* steps t1 − 1 … t0 of this chunk */
	int last;   /* last step that has a loss after or at it */
	int hands;
} R(pass);

static void scale_rows(int m, int n, real *x, int ld, int exponent)
{
	real f = (real)ldexp(1, exponent);
	for (int i = 0; i < m; i++)
		for (int j = 0; j < n; j++)
			x[(size_t)i * (size_t)ld + (size_t)j] *= f;
}

/* Brings dh and ds near 1 when they have become very small or large; the power of two is kept aside. */
static void renormalise(const R(net) *n, const R(step) *s, int *exponent)
{
	real top = n->v->max_abs(s->B, s->H, s->dh, s->ldh);
	if (n->cell->has_state) {
		real other = n->v->max_abs(s->B, s->H, s->ds, s->lds);
		top = other > top ? other : top;
	}
	if (top == 0) { /* an exact zero: nothing flows back */
		*exponent = 0;
		return;
	}
	if ((top > (real)0x1p-16 && top < (real)0x1p16) || !isfinite(top))
		return;
	int shift = ilogb((double)top);
	*exponent += shift;
	while (shift) { /* in two steps when 2^shift is not a number of this precision */
		int limit = sizeof(real) == 4 ? 100 : 900;
		int part = shift > limit ? limit : shift < -limit ? -limit : shift;
		scale_rows(s->B, s->H, s->dh, s->ldh, -part);
		if (n->cell->has_state)
			scale_rows(s->B, s->H, s->ds, s->lds, -part);
		shift -= part;
	}
}

/* Back to the plain scale, because a loss of ordinary size is about to be added. */
static void unscale(const R(net) *n, const R(step) *s, int *exponent)
{
	if (*exponent == 0)
		return;
	scale_rows(s->B, s->H, s->dh, s->ldh, *exponent);
	if (n->cell->has_state)
		scale_rows(s->B, s->H, s->ds, s->lds, *exponent);
	*exponent = 0;
}

/* dh ← direct part + Σ δ back */
static void step_back(const R(net) *n, const R(step) *s)
{
	bool add = n->cell->direct;
	for (int k = 0; k < n->groups; k++) {
		const R(group) *g = &n->group[k];
		if (!g->with_h)
			continue;
		n->mat->product(s->B, n->H, g->cols, s->delta + g->col0, s->lda, g->back, n->ldh, add, s->dh, s->ldh);
		add = true;
	}
}

static void backward_part(void *arg, int part, int parts)
{
	const R(pass) *p = arg;
	R(net) *n = p->n;
	const batch *y = &n->batch;
	int b0, b1;
	part_rows(n, part, parts, &b0, &b1);
	if (b0 == b1)
		return;
	size_t all = (size_t)bunches(n, n->spec.B_max);
	int *exponent = &n->dh_exponent[part];
	for (int t = p->t1 - 1; t >= p->t0; t--) {
		R(step) s = R(net_step)(n, t, b0, b1);
		if (t >= y->first_loss && t <= y->last_loss) {
			unscale(n, &s, exponent);
			n->mat->product(s.B, n->H, n->O, n->dlogits + at(n, t, b0) * (size_t)n->ldo, n->ldo,
			        n->readout->back, n->ldh, 1, s.dh, s.ldh);
		}
		size_t bunch = (size_t)t * all + (size_t)(b0 / n->bunch);
		if (p->norms)
			n->v->squares(s.B, n->H, s.dh, s.ldh, n->bunch, n->dh_squares + bunch);
		n->exponent[(size_t)t * (size_t)n->spec.hands + (size_t)part] = *exponent;
		n->cell->backward(&s);
		if (p->norms)
			n->v->squares(s.B, n->cell->gates * n->H, s.delta, s.lda, n->bunch, n->delta_squares + bunch);
		if (t > 0) {
			step_back(n, &s);
			renormalise(n, &s, exponent);
		}
	}
}

/* ---- backward: the gradient ---- */

/* The squares of a product in f32 may underflow although the product does not: then they are summed again in double. */
static double exact_squares(const R(net) *n, int rows, int cols, const real *z, const real *d, int ldd)
{
	double sum = 0;
	for (int i = 0; i < rows; i++)
		for (int j = 0; j < cols; j++) {
			double p = 0;
			for (int b = 0; b < n->batch.B; b++)
				p += (double)z[(size_t)b * (size_t)n->ldz + (size_t)i] *
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

/* Rows r0 … r1 − 1 of group g at step t: G += 2^e zᵀ d, and the squares of every block. */
static void add_outer(
        R(net) *n, int k, int t, const real *d, int ldd, int exponent, int r0, int r1, int part, bool norms)
{
	const R(group) *g = &n->group[k];
	const real *z = R(net_z)(n, k == n->groups ? t + 1 : t, 0) + g->row0;
	int cut_end[NET_SEGMENTS], cut_block[NET_SEGMENTS], segments = 0;
	const int *end = cut_end, *block = cut_block;
	if (norms && r1 - r0 == g->rows) {
		end = g->end;
		block = g->block;
		segments = g->segments;
	} else if (norms) {
		segments = cut_segments(g, r0, r1, cut_end, cut_block);
	}
	double squares[NET_SEGMENTS];
	real scale = exponent ? (real)ldexp(1, exponent) : 1;
	n->mat->outer(r1 - r0, g->cols, n->batch.B, z + r0, n->ldz, d, ldd, scale,
	        n->g + g->base + (size_t)r0 * (size_t)g->ldw, g->ldw, segments, end, squares, n->scratch[part]);
	for (int s = 0, i = 0; s < segments; i = end[s++]) {
		if (suspicious(squares[s]) && n->v->max_abs(n->batch.B, end[s] - i, z + r0 + i, n->ldz) > 0)
			squares[s] = exact_squares(n, end[s] - i, g->cols, z + r0 + i, d, ldd);
		n->block_squares[((size_t)t * MODEL_BLOCKS + (size_t)block[s]) * (size_t)n->spec.hands + (size_t)part] =
		        squares[s];
	}
}

static int step_exponent(const R(net) *n, int t)
{
	return n->exponent[(size_t)t * (size_t)n->spec.hands];
}

static void gradient_part(void *arg, int part, int parts)
{
	const R(pass) *p = arg;
	R(net) *n = p->n;
	const batch *y = &n->batch;
	for (int k = 0; k <= n->groups; k++) {
		const R(group) *g = &n->group[k];
		int r0 = g->rows * part / parts, r1 = g->rows * (part + 1) / parts;
		for (int t = p->t1 - 1; t >= p->t0; t--) {
			if (n->only >= 0 && t != n->only)
				continue;
			if (k < n->groups)
				add_outer(n, k, t, n->delta + at(n, t % n->chunk, 0) * (size_t)n->lda + g->col0, n->lda,
				        step_exponent(n, t), r0, r1, part, p->norms);
			else if (t >= y->first_loss && t <= y->last_loss)
				add_outer(n, k, t, n->dlogits + at(n, t, 0) * (size_t)n->ldo, n->ldo, 0, r0, r1, part,
				        p->norms);
		}
	}
}

/* Without norms and with all exponents zero, a chunk is one product over (steps × sequences). */
static void gradient_sum(void *arg, int part, int parts)
{
	const R(pass) *p = arg;
	R(net) *n = p->n;
	int slot = p->t0 % n->chunk;
	for (int k = 0; k < n->groups; k++) {
		const R(group) *g = &n->group[k];
		int r0 = g->rows * part / parts, r1 = g->rows * (part + 1) / parts;
		n->mat->outer(r1 - r0, g->cols, (p->t1 - p->t0) * n->batch.B, R(net_z)(n, p->t0, 0) + g->row0 + r0,
		        n->ldz, n->delta + at(n, slot, 0) * (size_t)n->lda + g->col0, n->lda, 1,
		        n->g + g->base + (size_t)r0 * (size_t)g->ldw, g->ldw, 0, NULL, NULL, n->scratch[part]);
	}
	int first = p->t0 > n->batch.first_loss ? p->t0 : n->batch.first_loss;
	int end = smaller(p->t1, n->batch.last_loss + 1);
	const R(group) *g = n->readout;
	int r0 = g->rows * part / parts, r1 = g->rows * (part + 1) / parts;
	if (first < end)
		n->mat->outer(r1 - r0, g->cols, (end - first) * n->batch.B, R(net_z)(n, first + 1, 0) + r0, n->ldz,
		        n->dlogits + at(n, first, 0) * (size_t)n->ldo, n->ldo, 1,
		        n->g + g->base + (size_t)r0 * (size_t)g->ldw, g->ldw, 0, NULL, NULL, n->scratch[part]);
}

/* The hands renormalise on their own: bring δ of each step to the largest exponent among them. */
static bool join_exponents(R(net) *n, const R(pass) *p)
{
	bool zero = true;
	int hands = p->hands;
	for (int t = p->t0; t < p->t1; t++) {
		int *e = n->exponent + (size_t)t * (size_t)n->spec.hands, top = e[0];
		for (int h = 1; h < hands; h++)
			top = e[h] > top ? e[h] : top;
		for (int h = 0; h < hands && hands > 1; h++) {
			int b0, b1;
			part_rows(n, h, hands, &b0, &b1);
			if (e[h] == top || b0 == b1)
				continue;
			R(step) s = R(net_step)(n, t, b0, b1);
			int down = e[h] - top < -2000 ? -2000 : e[h] - top;
			scale_rows(s.B, n->cell->gates * n->H, s.delta, s.lda, down);
			size_t first = (size_t)t * (size_t)bunches(n, n->spec.B_max);
			for (int b = b0; b < b1; b += n->bunch) {
				n->dh_squares[first + (size_t)(b / n->bunch)] *= ldexp(1, 2 * down);
				n->delta_squares[first + (size_t)(b / n->bunch)] *= ldexp(1, 2 * down);
			}
		}
		e[0] = top;
		zero = zero && top == 0;
	}
	return zero;
}

/* ---- norms ---- */

/* x · 2^exponent; `unit` is 2^exponent where that is a number, so that one call of ldexp serves a whole step. */
static double times_power(double x, int exponent, double unit)
{
	return exponent < -1000 || exponent > 1000 ? ldexp(x, exponent) : x * unit;
}

/* √ of the sum over the bunches, still in units of 2^exponent. */
static double bunch_norm(const R(net) *n, const double *squares, int t)
{
	int all = bunches(n, n->spec.B_max), used = bunches(n, n->batch.B);
	double sum = 0;
	for (int q = 0; q < used; q++)
		sum += squares[(size_t)t * (size_t)all + (size_t)q];
	return sqrt(sum);
}

static void collect_step(R(net) *n, const R(pass) *p, int t)
{
	int exponent = step_exponent(n, t), hands = n->spec.hands;
	double unit = exponent ? ldexp(1, exponent) : 1, total = 0; /* total in units of 4^exponent */
	for (int i = 0; i < n->blocks; i++) {
		const double *squares = n->block_squares + ((size_t)t * MODEL_BLOCKS + (size_t)i) * (size_t)hands;
		double sum = 0;
		for (int h = 0; h < p->hands; h++)
			sum += squares[h];
		if (sum == 0) { /* the readout, at steps without a loss */
			n->temporal[i][t] = 0;
		} else if (n->block[i].group == n->groups) { /* never rescaled */
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

static void collect_norms(R(net) *n, const R(pass) *p)
{
	for (int t = 0; t <= p->last; t++)
		collect_step(n, p, t);
	for (int t = p->last + 1; t < n->batch.T; t++) { /* nothing flows back from beyond the last loss */
		for (int i = 0; i < n->blocks; i++)
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

static bool locate_forward(const R(net) *n, model_result *r)
{
	for (int t = 0; t < n->batch.T; t++)
		for (int b = 0; b < n->batch.B; b++) {
			bool out = t >= n->batch.first_loss && t <= n->batch.last_loss;
			if (!row_finite(R(net_z)(n, t, b) + n->H + 1, n->I))
				r->bad_where = "the input";
			else if (!row_finite(R(net_z)(n, t + 1, b), n->H))
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

void R(net_backward)(R(net) *n, team *t, bool norms, model_result *r)
{
	const batch *y = &n->batch;
	memset(n->g, 0, n->n * sizeof *n->g);
	R(net_fill_back)(n);
	memset(n->dh, 0, (size_t)y->B * (size_t)n->ldh * sizeof *n->dh);
	memset(n->ds, 0, (size_t)y->B * (size_t)n->lds * sizeof *n->ds);
	int hands = t && t->run ? smaller(t->hands, n->spec.hands) : 1;
	memset(n->dh_exponent, 0, (size_t)n->spec.hands * sizeof *n->dh_exponent);
	R(pass) p = {.n = n, .norms = norms, .last = y->last_loss, .hands = hands};
	if (norms)
		memset(n->block_squares, 0, (size_t)y->T * MODEL_BLOCKS * (size_t)n->spec.hands * sizeof(double));
	for (int t1 = y->last_loss + 1; t1 > 0; t1 = p.t0) {
		p.t1 = t1;
		p.t0 = (t1 - 1) / n->chunk * n->chunk;
		team_run(t, backward_part, &p);
		bool plain = join_exponents(n, &p);
		bool whole = !norms && plain && n->only < 0 && y->B == n->spec.B_max;
		team_run(t, whole ? gradient_sum : gradient_part, &p);
	}
	*r = (model_result){.T = y->T, .finite = true};
	for (int b = 0; b < y->B; b++)
		r->loss += n->sample_loss[b];
	r->grad_norm = R(net_norm)(n, n->g);
	if (norms) {
		collect_norms(n, &p);
		for (int i = 0; i < n->blocks; i++)
			r->temporal[i] = n->temporal[i];
		r->temporal_total = n->temporal_total;
		r->dh_norm = n->dh_norm;
		r->delta_norm = n->delta_norm;
	}
	if (isfinite(r->loss) && isfinite(r->grad_norm))
		return;
	if (!norms && n->only < 0) { /* once more, with the norms that tell where */
		R(net_backward)(n, t, true, r);
		return;
	}
	r->finite = false;
	if (!locate_forward(n, r) && norms)
		locate_backward(n, r);
}

/* Back-propagation through time: forward, loss, and the recursion backwards.
 *
 * The batch is cut into one part per hand for both recursions (no hand waits for another inside them); then each hand
 * takes some rows of the gradient (gradient.c), which sums over the batch. δ is kept for a chunk of steps at a time, so
 * that it is still in the cache when the gradient reads it. */
#include "nn/loss.h"
#include "nn/pass.h"

#include <math.h>
#include <string.h>

void R(net_part)(const R(net) *n, int part, int parts, int *b0, int *b1)
{
	int B = n->batch.B, all = R(net_bunches)(n, B);
	*b0 = smaller(B, all * part / parts * n->bunch);
	*b1 = smaller(B, all * (part + 1) / parts * n->bunch);
}

static real *dh_row(const R(net) *n, const R(carry) *c, int layer, int t, int b0)
{
	const R(layer) *l = &n->layer[layer];
	return c->dh[layer] + at(n, l->slots > 1 ? t % l->slots : 0, b0) * (size_t)l->ldh;
}

static void aim(const R(net) *n, R(step) *s, const R(carry) *c, int layer, int t, int b0)
{
	s->dh = dh_row(n, c, layer, t, b0);
	s->ds = c->ds[layer] + (size_t)b0 * (size_t)n->layer[layer].lds;
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
	memset(y->weight, 0, (size_t)y->T * (size_t)y->B_max * sizeof *y->weight);
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
		double w = 1.0 / y->B / (n->tuning.reduce == REDUCE_MEAN ? count : 1);
		for (int t = first; t <= last; t++)
			if (has_target(y, per_step, t, b))
				y->weight[at(n, t, b)] = w;
		y->first_loss = smaller(first, y->first_loss);
		y->last_loss = last > y->last_loss ? last : y->last_loss;
	}
}

/* ---- forward ---- */

/* x of the first layer begins with the outputs of the step before: the net's own, or the targets. */
static void feed_back(R(net) *n, int t, int b0, int b1)
{
	const batch *y = &n->batch;
	for (int b = b0; b < b1; b++) {
		real *to = R(net_z)(n, 0, t, b) + n->layer[0].W + 1;
		memset(to, 0, (size_t)n->O * sizeof *to);
		if (t == 0)
			continue;
		if (!n->tuning.forcing) {
			R(net_output)(n, n->logits + at(n, t - 1, b) * (size_t)n->ldo, to);
		} else if (has_target(y, n->spec.y_per_step, t - 1, b)) {
			if (y->classes)
				to[y->label[(size_t)(t - 1) * (size_t)y->label_t + (size_t)b]] = 1;
			else
				memcpy(to,
				        (const real *)y->y + (size_t)(t - 1) * (size_t)y->y_t +
				                (size_t)b * (size_t)n->O,
				        (size_t)n->O * sizeof *to);
		}
	}
}

/* What leaves a layer upwards is thinned out by dropout. */
static void thin_out(const R(net) *n, int layer, int t, int b0, int b1, real *to, int ldt)
{
	if (!dropping(n))
		return;
	const R(layer) *l = &n->layer[layer];
	const real *mask = l->mask + at(n, t, b0) * (size_t)l->ldh;
	for (int b = b0; b < b1; b++, to += ldt, mask += l->ldh)
		for (int j = 0; j < l->W; j++)
			to[j] *= mask[j];
}

static void send_up(R(net) *n, int layer, int t, int b0, int b1, real *to, int ldt)
{
	const R(layer) *l = &n->layer[layer];
	const real *h = R(net_z)(n, layer, t + 1, b0);
	for (int b = 0; b < b1 - b0; b++)
		memcpy(to + (size_t)b * (size_t)ldt, h + (size_t)b * (size_t)l->ldz, (size_t)l->W * sizeof *to);
	thin_out(n, layer, t, b0, b1, to, ldt);
}

static void draw_masks(R(net) *n, int b0, int b1)
{
	double p = n->spec.dropout;
	real keep = (real)(1 / (1 - p));
	for (int b = b0; b < b1; b++) {
		rng r = n->batch.masks;
		r = rng_make(r.s[0], RNG_MASKS, (uint64_t)b);
		for (int t = 0; t < n->batch.T; t++)
			for (int i = 0; i < n->layers; i++) {
				const R(layer) *l = &n->layer[i];
				real *mask = l->mask + at(n, t, b) * (size_t)l->ldh;
				for (int j = 0; j < l->W; j++)
					mask[j] = rng_uniform(&r) < p ? 0 : keep;
			}
	}
}

static void multiply_group(
        const R(net) *n, const R(layer) *l, const R(group) *g, const R(step) *s, int layer, int t, int b0)
{
	if (t < g->shift)
		return;
	for (int b = 0; b < s->B && g->fresh1 > g->fresh0; b++)
		memset(s->a + (size_t)b * (size_t)s->lda + g->fresh0, 0,
		        (size_t)(g->fresh1 - g->fresh0) * sizeof(real));
	bool middle = g->left == LEFT_MIDDLE;
	const real *left = middle ? s->m : R(net_z)(n, layer, t - g->shift, b0) + g->row0;
	n->mat->product(s->B, g->cols, g->rows, left, middle ? l->ldm : l->ldz,
	        n->theta + g->base + (size_t)t * g->stride, g->ldw, g->add, s->a + g->col0, s->lda);
}

static void step_forward(R(net) *n, const R(step) *s, int layer, int t, int b0)
{
	const R(layer) *l = &n->layer[layer];
	int k = 0;
	for (; k < l->groups && l->group[k].left != LEFT_MIDDLE; k++)
		if (!l->group[k].elementwise)
			multiply_group(n, l, &l->group[k], s, layer, t, b0);
	if (l->cell->middle)
		l->cell->middle(s);
	for (; k < l->groups; k++)
		if (!l->group[k].elementwise)
			multiply_group(n, l, &l->group[k], s, layer, t, b0);
	l->cell->forward(s);
}

static void read_out(R(net) *n, int t, int b0, int b1)
{
	const batch *y = &n->batch;
	real *z = n->logits + at(n, t, b0) * (size_t)n->ldo, *dz = n->dlogits + at(n, t, b0) * (size_t)n->ldo;
	int top = n->layers - 1;
	if (n->norm_out.width) {
		R(norm_readout)(n, t);
		thin_out(n, top, t, b0, b1, n->up + at(n, t, b0) * (size_t)n->ldu, n->ldu);
	} else if (n->ldu) {
		send_up(n, top, t, b0, b1, n->up + at(n, t, b0) * (size_t)n->ldu, n->ldu);
	}
	for (int k = 0; k < n->outs; k++) {
		const R(group) *g = &n->out[k];
		int ld;
		const real *left = R(net_left)(n, top, g, t, b0, &ld);
		n->mat->product(b1 - b0, n->O, g->rows, left, ld, n->theta + g->base, g->ldw, g->add, z, n->ldo);
	}
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
	R(net_part)(n, part, parts, &b0, &b1);
	if (b0 == b1)
		return;
	memset(n->sample_loss + b0, 0, (size_t)(b1 - b0) * sizeof *n->sample_loss);
	if (dropping(n))
		draw_masks(n, b0, b1);
	R(step) s[MODEL_LAYERS];
	for (int l = 0; l < n->layers; l++)
		s[l] = R(net_step)(n, l, 0, b0, b1);
	for (int t = 0; t < n->batch.T; t++) {
		if (n->feedback)
			feed_back(n, t, b0, b1);
		for (int l = 0; l < n->layers; l++) {
			if (l)
				send_up(n, l - 1, t, b0, b1, R(net_z)(n, l, t, b0) + n->layer[l].W + 1,
				        n->layer[l].ldz);
			R(net_move)(n, &s[l], l, t, b0);
			step_forward(n, &s[l], l, t, b0);
		}
		if (R(net_in_range)(n, t) || n->feedback)
			read_out(n, t, b0, b1);
	}
}

double R(net_forward)(R(net) *n, team *t)
{
	for (int i = 0; i < n->layers; i++)
		if (n->layer[i].cell->prepare)
			n->layer[i].cell->prepare(&n->spec, n->theta + n->layer[i].own, n->layer[i].fixed);
	weigh(n);
	if (n->norm_in.width)
		R(norm_input)(n);
	/* a normalised readout couples the sequences of a step: one hand, here and in the recursion */
	team_run(n->norm_out.width ? NULL : t, forward_part, n);
	if (n->spec.unit == UNIT_FUNCTION)
		return R(function_loss)(n);
	double loss = 0;
	for (int b = 0; b < n->batch.B; b++)
		loss += n->sample_loss[b];
	return loss;
}

/* ---- backward: the recursion ---- */

void R(net_scale)(int m, int n, real *x, int ld, int exponent)
{
	real f = (real)ldexp(1, exponent);
	for (int i = 0; i < m; i++)
		for (int j = 0; j < n; j++)
			x[(size_t)i * (size_t)ld + (size_t)j] *= f;
}

/* Calls for everything that travels: rows of all dh, of all ds, and the fed back outputs. */
static void scale_carry(const R(net) *n, const R(carry) *c, int b0, int rows, int exponent)
{
	for (int i = 0; i < n->layers; i++) {
		const R(layer) *l = &n->layer[i];
		for (int k = 0; k < l->slots; k++)
			R(net_scale)(rows, l->W, c->dh[i] + at(n, k, b0) * (size_t)l->ldh, l->ldh, exponent);
		if (l->cell->has_state)
			R(net_scale)(rows, n->H, c->ds[i] + (size_t)b0 * (size_t)l->lds, l->lds, exponent);
	}
	if (n->feedback)
		R(net_scale)(rows, n->O, c->dfb + (size_t)b0 * (size_t)n->ldo, n->ldo, exponent);
}

static real larger(real a, real b)
{
	return a > b ? a : b;
}

static real carry_top(const R(net) *n, const R(carry) *c, int b0, int rows)
{
	real top = 0;
	for (int i = 0; i < n->layers; i++) {
		const R(layer) *l = &n->layer[i];
		for (int k = 0; k < l->slots; k++)
			top = larger(top, n->v->max_abs(rows, l->W, c->dh[i] + at(n, k, b0) * (size_t)l->ldh, l->ldh));
		if (l->cell->has_state)
			top = larger(top, n->v->max_abs(rows, n->H, c->ds[i] + (size_t)b0 * (size_t)l->lds, l->lds));
	}
	if (n->feedback)
		top = larger(top, n->v->max_abs(rows, n->O, c->dfb + (size_t)b0 * (size_t)n->ldo, n->ldo));
	return top;
}

/* Brings what travels near 1 when it has become very small or large; the power of two is kept aside. */
static void renormalise(const R(net) *n, const R(carry) *c, int b0, int rows, int *exponent)
{
	real top = carry_top(n, c, b0, rows);
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
		scale_carry(n, c, b0, rows, -part);
		shift -= part;
	}
}

static void add_rows(int m, int n, const real *x, int ldx, real *y, int ldy)
{
	for (int i = 0; i < m; i++, x += ldx, y += ldy)
		for (int j = 0; j < n; j++)
			y[j] += x[j];
}

/* dh of a layer += what came down from above, d Wᵀ, through the dropout of that step. */
static void send_down(const R(net) *n, const R(carry) *c, int layer, int t, int b0, int rows, const real *d, int ldd,
        int cols, const real *back, int ldb)
{
	real *dh = dh_row(n, c, layer, t, b0);
	const R(layer) *l = &n->layer[layer];
	if (!dropping(n)) {
		n->mat->product(rows, l->W, cols, d, ldd, back, ldb, 1, dh, l->ldh);
		return;
	}
	real *spread = n->spread + (size_t)b0 * (size_t)l->ldh;
	if (c->spread)
		spread = c->spread;
	const real *mask = l->mask + at(n, t, c->spread ? c->sequence : b0) * (size_t)l->ldh;
	n->mat->product(rows, l->W, cols, d, ldd, back, ldb, 0, spread, l->ldh);
	for (int i = 0; i < rows; i++, spread += l->ldh, mask += c->spread ? 0 : l->ldh, dh += l->ldh)
		for (int j = 0; j < l->W; j++)
			dh[j] += mask[j] * spread[j];
}

/* dm = Σ δ back over the groups that multiply the middle row */
static void middle_back(const R(net) *n, const R(layer) *l, const R(step) *s, int t)
{
	bool add = false;
	for (int k = 0; k < l->groups; k++) {
		const R(group) *g = &l->group[k];
		if (g->left != LEFT_MIDDLE)
			continue;
		n->mat->product(s->B, g->hn, g->cols, s->delta + g->col0, s->lda,
		        g->back + (size_t)t * (size_t)(g->stride ? g->cols * g->ldb : 0), g->ldb, add, s->dm, s->ldm);
		add = true;
	}
}

/* dh ← direct part + Σ δ back */
static void recurrent_back(const R(net) *n, const R(layer) *l, const R(step) *s, int t)
{
	bool add = l->direct;
	for (int k = 0; k < l->groups && !n->spec.cec_only; k++) {
		const R(group) *g = &l->group[k];
		if (g->left != LEFT_ROW || !g->hn || g->elementwise)
			continue;
		n->mat->product(s->B, g->hn, g->cols, s->delta + g->col0, s->lda,
		        g->back + (size_t)t * (size_t)(g->stride ? g->cols * g->ldb : 0), g->ldb, add, s->dh + g->h0,
		        s->ldh);
		add = true;
	}
	for (int b = 0; b < s->B && !add; b++)
		memset(s->dh + (size_t)b * (size_t)s->ldh, 0, (size_t)l->W * sizeof(real));
}

void R(net_back)(const R(net) *n, int layer, const R(step) *s, int t, int b0, const R(carry) *c)
{
	const R(layer) *l = &n->layer[layer];
	l->cell->backward(s);
	if (l->cell->middles) {
		middle_back(n, l, s, t);
		l->cell->back_middle(s);
	}
	bool fed = false;
	for (int k = 0; k < l->groups; k++) {
		const R(group) *g = &l->group[k];
		if (!g->xn || t < g->shift)
			continue;
		const real *back = g->back_x + (size_t)t * (size_t)(g->stride ? g->cols * g->ldx : 0);
		if (layer) {
			int to = t - g->shift;
			send_down(n, c, layer - 1, to, b0, s->B, s->delta + g->col0, s->lda, g->cols, back, g->ldx);
		} else if (n->feedback && !n->tuning.forcing) {
			n->mat->product(s->B, n->O, g->cols, s->delta + g->col0, s->lda, back, g->ldx, fed,
			        c->dfb + (size_t)b0 * (size_t)n->ldo, n->ldo);
			fed = true;
		}
	}
	recurrent_back(n, l, s, t);
}

/* dout_t: the loss of this step and what was fed back from it; then dh of the top layer, and of the layer below where
 * the readout skips. `exponent` is that of the carry, 0 when this step has a loss. */
static void readout_back(const R(net) *n, int t, int b0, int rows, const R(carry) *c, bool with_loss, real *dout)
{
	const real *dz = n->dlogits + at(n, t, b0) * (size_t)n->ldo;
	if (n->feedback) {
		for (int i = 0; i < rows; i++) {
			real *to = dout + (size_t)i * (size_t)n->ldo;
			if (with_loss)
				memcpy(to, dz + (size_t)i * (size_t)n->ldo, (size_t)n->O * sizeof *to);
			else
				memset(to, 0, (size_t)n->O * sizeof *to);
			if (!n->tuning.forcing && t + 1 < n->batch.T)
				R(net_output_back)
			(n, n->logits + at(n, t, b0 + i) * (size_t)n->ldo, c->dfb + (size_t)(b0 + i) * (size_t)n->ldo,
			        to);
		}
		dz = dout;
	}
	R(net_readout_down)(n, c, t, b0, rows, dz);
}

void R(net_readout_down)(const R(net) *n, const R(carry) *c, int t, int b0, int rows, const real *dz)
{
	int top = n->layers - 1;
	if (n->norm_out.width)
		R(norm_readout_back)(n, t, dz, dh_row(n, c, top, t, 0));
	else
		send_down(n, c, top, t, b0, rows, dz, n->ldo, n->O, n->out[0].back, n->out[0].ldb);
	if (n->outs > 1 && top > 0)
		send_down(n, c, top - 1, t, b0, rows, dz, n->ldo, n->O, n->out[1].back_x, n->out[1].ldx);
}

/* The place of partial sums of squares: step, layer, bunch. */
static size_t bunch_place(const R(net) *n, int t, int layer, int b0)
{
	return ((size_t)t * (size_t)n->layers + (size_t)layer) * (size_t)R(net_bunches)(n, n->spec.B_max) +
	       (size_t)(b0 >> n->bunch_bits);
}

static void measure_dh(const R(net) *n, int layer, int t, int b0, int rows, const real *dh)
{
	const R(layer) *l = &n->layer[layer];
	n->v->squares(rows, l->W, dh, l->ldh, n->bunch, n->dh_squares + bunch_place(n, t, layer, b0));
}

static void measure_delta(const R(net) *n, int layer, const R(step) *s, int t, int b0)
{
	n->v->squares(s->B, n->layer[layer].cell->gates * n->H, s->delta, s->lda, n->bunch,
	        n->delta_squares + bunch_place(n, t, layer, b0));
}

static void backward_part(void *arg, int part, int parts)
{
	const R(pass) *p = arg;
	R(net) *n = p->n;
	const R(carry) *c = &n->carry;
	int b0, b1;
	R(net_part)(n, part, parts, &b0, &b1);
	if (b0 == b1)
		return;
	int *exponent = &n->dh_exponent[part];
	R(step) s[MODEL_LAYERS];
	for (int i = 0; i < n->layers; i++)
		s[i] = R(net_step)(n, i, p->t0, b0, b1);
	for (int t = p->t1 - 1; t >= p->t0; t--) {
		bool loss = R(net_has_loss)(n, t);
		if (loss &&
		        *exponent) { /* back to the plain scale, because a loss of ordinary size is about to be added */
			scale_carry(n, c, b0, b1 - b0, *exponent);
			*exponent = 0;
		}
		if (loss || n->feedback)
			readout_back(n, t, b0, b1 - b0, c, loss, n->dout + at(n, t, b0) * (size_t)n->ldo);
		n->exponent[(size_t)t * (size_t)n->spec.hands + (size_t)part] = *exponent;
		for (int i = n->layers - 1; i >= 0; i--) {
			R(net_move)(n, &s[i], i, t, b0);
			aim(n, &s[i], c, i, t, b0);
			if (p->norms)
				measure_dh(n, i, t, b0, s[i].B, s[i].dh);
			R(net_back)(n, i, &s[i], t, b0, c);
			if (p->norms)
				measure_delta(n, i, &s[i], t, b0);
			if (n->tuning.omega > 0 && t > 0)
				R(net_omega)(n, i, &s[i], t, b0, s[i].dh, *exponent);
		}
		if (t > 0)
			renormalise(n, c, b0, b1 - b0, exponent);
	}
}

/* ---- backward: losses at several steps, each going back over the same number of replicas ---- */

static void clear_carry(const R(net) *n, const R(carry) *c, int b0, int b1)
{
	for (int i = 0; i < n->layers; i++) {
		const R(layer) *l = &n->layer[i];
		for (int k = 0; k < l->slots; k++)
			memset(c->dh[i] + at(n, k, b0) * (size_t)l->ldh, 0,
			        (size_t)(b1 - b0) * (size_t)l->ldh * sizeof(real));
		memset(c->ds[i] + (size_t)b0 * (size_t)l->lds, 0, (size_t)(b1 - b0) * (size_t)l->lds * sizeof(real));
	}
	if (n->feedback)
		memset(c->dfb + (size_t)b0 * (size_t)n->ldo, 0, (size_t)(b1 - b0) * (size_t)n->ldo * sizeof(real));
}

/* δ of step t from the loss of step `loss` alone is added to the rows of the pass. */
static void window_back(R(net) *n, int t, int loss, int b0, int b1)
{
	const R(carry) *c = &n->window[loss % n->window_slots];
	size_t rows = (size_t)(b1 - b0);
	real *dout = n->dout_one + (size_t)b0 * (size_t)n->ldo;
	if (t == loss)
		clear_carry(n, c, b0, b1);
	if (t == loss || n->feedback) {
		readout_back(n, t, b0, b1 - b0, c, t == loss, dout);
		if (n->feedback)
			add_rows((int)rows, n->O, dout, n->ldo, n->dout + at(n, t, b0) * (size_t)n->ldo, n->ldo);
	}
	for (int i = n->layers - 1; i >= 0; i--) {
		const R(layer) *l = &n->layer[i];
		R(step) s = R(net_step)(n, i, t, b0, b1);
		real *sum = s.delta;
		aim(n, &s, c, i, t, b0);
		add_rows(s.B, l->W, s.dh, l->ldh, n->dh_sum[i] + (size_t)b0 * (size_t)l->ldh, l->ldh);
		s.delta = n->delta_one[i] + (size_t)b0 * (size_t)l->lda;
		R(net_back)(n, i, &s, t, b0, c);
		add_rows(s.B, (l->cell->gates + l->cell->own) * n->H, s.delta, s.lda, sum, s.lda);
	}
}

static void windows_part(void *arg, int part, int parts)
{
	const R(pass) *p = arg;
	R(net) *n = p->n;
	int b0, b1;
	R(net_part)(n, part, parts, &b0, &b1);
	if (b0 == b1)
		return;
	for (int t = p->t1 - 1; t >= p->t0; t--) {
		n->exponent[(size_t)t * (size_t)n->spec.hands + (size_t)part] = 0;
		if (n->feedback)
			memset(n->dout + at(n, t, b0) * (size_t)n->ldo, 0,
			        (size_t)(b1 - b0) * (size_t)n->ldo * sizeof(real));
		for (int i = 0; i < n->layers; i++) {
			const R(layer) *l = &n->layer[i];
			R(step) s = R(net_step)(n, i, t, b0, b1);
			memset(s.delta, 0, (size_t)s.B * (size_t)s.lda * sizeof(real));
			memset(n->dh_sum[i] + (size_t)b0 * (size_t)l->ldh, 0,
			        (size_t)s.B * (size_t)l->ldh * sizeof(real));
		}
		for (int loss = smaller(t + n->tuning.truncate - 1, n->batch.last_loss); loss >= t; loss--)
			if (R(net_has_loss)(n, loss))
				window_back(n, t, loss, b0, b1);
		for (int i = 0; i < n->layers && p->norms; i++) {
			R(step) s = R(net_step)(n, i, t, b0, b1);
			measure_dh(n, i, t, b0, s.B, n->dh_sum[i] + (size_t)b0 * (size_t)n->layer[i].ldh);
			measure_delta(n, i, &s, t, b0);
		}
	}
}

/* ---- the whole way back ---- */

/* The last replica that is reached, and whether several windows overlap. */
static bool window_range(const R(net) *n, int last, int *stop)
{
	int first = n->only_loss < 0 ? n->batch.first_loss : last, p = n->tuning.truncate;
	bool cut = p > 0 && p < n->batch.T;
	*stop = cut ? (first - p + 1 > 0 ? first - p + 1 : 0) : 0;
	return cut && first < last;
}

void R(net_recursion)(R(net) *n, team *t, bool norms, R(pass) *p)
{
	const batch *y = &n->batch;
	int last = n->only_loss < 0 ? y->last_loss : n->only_loss;
	R(net_fill_back)(n);
	clear_carry(n, &n->carry, 0, y->B);
	if (n->tuning.omega > 0) {
		R(net_omega_clear)(n);
		t = NULL; /* one hand: the ratios and δ must keep one scale */
	}
	if (n->norm_out.width)
		t = NULL;
	*p = (R(pass)){
	        .n = n, .norms = norms, .last = last, .hands = t && t->run ? smaller(t->hands, n->spec.hands) : 1};
	bool windows = window_range(n, last, &p->stop);
	memset(n->dh_exponent, 0, (size_t)n->spec.hands * sizeof *n->dh_exponent);
	memset(n->g, 0, n->n * sizeof *n->g);
	if (norms)
		memset(n->block_squares, 0, (size_t)y->T * (size_t)n->blocks * (size_t)n->spec.hands * sizeof(double));
	for (int t1 = last + 1; t1 > p->stop; t1 = p->t0) {
		p->t1 = t1;
		p->t0 = (t1 - 1) / n->chunk * n->chunk;
		p->t0 = p->t0 < p->stop ? p->stop : p->t0;
		team_run(t, windows ? windows_part : backward_part, p);
		R(net_gradient)(n, t, p);
	}
}

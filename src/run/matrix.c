#include "run/matrix.h"

#include "run/example.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Floating-point operations that one kind of measurement may cost; what is more is thinned. */
static const double PRODUCTS = 6e9, ROWS = 4e9, WINDOWS = 4e9;
enum { FEWEST = 12 };

/* ---- what is measured ---- */

static uint64_t mix(uint64_t h, const void *data, size_t n)
{
	const unsigned char *p = data;
	for (size_t i = 0; i < n; i++)
		h = (h ^ p[i]) * 0x100000001b3u;
	return h;
}

/* Different for different weights, batches and settings; never 0. */
static bool key_of(const trial *t, uint64_t *key)
{
	size_t size = t->api->state_size(t->m);
	void *state = malloc(size);
	if (!state)
		return false;
	t->api->state_save(t->m, state);
	uint64_t h = mix(0xcbf29ce484222325u, state, size);
	h = mix(h, t->c.v, sizeof t->c.v);
	h = mix(h, t->c.data, strlen(t->c.data));
	h = mix(h, &t->update, sizeof t->update);
	if (example_is_set(t))
		h = mix(h, t->example, sizeof *t->example);
	free(state);
	*key = h ? h : 1;
	return true;
}

model *matrix_net(const trial *t, err *e)
{
	model_tuning u = *t->api->tuning(t->m);
	u.l1 = u.l2 = u.omega = 0;
	u.truncate = 0;
	model *m = example_copy_net(t, &u, e);
	if (!m)
		return NULL;
	if (!example_is_set(t)) {
		trial_batch(t, m);
	} else if (!example_fill(t, m, e)) {
		t->api->destroy(m);
		return NULL;
	}
	t->api->forward(m, t->team);
	return m;
}

static float log_norm(double norm)
{
	return isfinite(norm) ? (float)log10(norm) : NAN;
}

/* n of the numbers from … from + count − 1, the first and the last among them. */
static void spread(int from, int count, int n, int *out)
{
	for (int i = 0; i < n; i++)
		out[i] = from + (n > 1 ? (int)((long)i * (count - 1) / (n - 1)) : count - 1);
}

static int bounded(double n, int least, int most)
{
	int high = n < most ? (int)n : most;
	return high < least ? (least < most ? least : most) : high;
}

/* ---- products of Jacobians ---- */

static int reach_of(const double *last, int T, double limit)
{
	int d = 0;
	while (d + 1 < T && last[T - 2 - d] >= limit)
		d++;
	return d;
}

static void keep_products(const model_products *p, int T, snap_matrices *out)
{
	int n = T < SNAP_STEPS ? T : SNAP_STEPS;
	for (int i = 0; i < p->n; i++) {
		out->step[i] = p->step[i] + 1;
		for (int k = 0; k < p->n; k++)
			out->jacobian[i][k] = (float)p->pair[i * p->n + k];
		for (int k = 0; k < p->values; k++)
			out->singular[i][k] = (float)p->singular[i * p->values + k];
	}
	for (int i = 0; i < n; i++)
		out->last[i] = (float)p->last[(long)i * T / n];
	out->steps = p->n;
	out->values = p->values;
	out->reach[0] = reach_of(p->last, T, -1);
	out->reach[1] = reach_of(p->last, T, -2);
}

static void measure_products(const trial *t, model *m, snap_matrices *out)
{
	int T = out->T, h, S = t->api->carried(m, &h), step[SNAP_MATRIX];
	double a_pair = (double)S * S * h + (double)h * h * h;
	int n = bounded(sqrt(PRODUCTS / a_pair), FEWEST, T < SNAP_MATRIX ? T : SNAP_MATRIX);
	int values = h < SNAP_MATRIX_VALUES ? h : SNAP_MATRIX_VALUES;
	double *memory = malloc(((size_t)(n * n) + (size_t)T + (size_t)(n * values)) * sizeof *memory);
	model_products p = {.n = n, .step = step, .values = values, .pair = memory};
	err e = {0};
	spread(0, T, n, step);
	if (!memory) {
		snprintf(out->no_jacobian, sizeof out->no_jacobian, "no memory for the Jacobians");
		return;
	}
	p.last = memory + n * n;
	p.singular = p.last + T;
	if (t->api->products(m, 0, &p, &e))
		keep_products(&p, T, out);
	else
		snprintf(out->no_jacobian, sizeof out->no_jacobian, "%.159s", e.text);
	free(memory);
}

/* ---- the gradient of each loss ---- */

/* Operations of the way back through one step. */
static double step_cost(const trial *t)
{
	return 6.0 * t->task_spec.B * (double)t->api->parameters(t->m);
}

/* Steps that carry a loss, 0-based; their number. */
static int loss_steps(const batch *b, int *out)
{
	int n = 0;
	for (int t = b->first_loss; t <= b->last_loss && t < b->T; t++) {
		bool any = false;
		for (int i = 0; i < b->B; i++)
			any = any || b->weight[(size_t)t * (size_t)b->B_max + (size_t)i] != 0;
		if (any)
			out[n++] = t;
	}
	return n;
}

static bool measure_row(const trial *t, model *m, int place, int j, double *row, double *sums, snap_matrices *out)
{
	double sum = 0;
	err e;
	if (!t->api->itemised_row(m, j, row, &e))
		return false;
	for (int k = 0; k < out->T; k++)
		sum += row[k];
	for (int c = 0; c < out->cols; c++) {
		double norm = row[out->col[c] - 1];
		out->itemised[place][c] = out->col[c] - 1 > j ? NAN : log_norm(norm);
		sums[c] += norm;
	}
	out->row[place] = j + 1;
	out->row_sum[place] = log_norm(sum);
	return true;
}

static bool measure_rows(const trial *t, model *m, snap_matrices *out)
{
	int T = out->T, which[SNAP_MATRIX];
	int *at = malloc((size_t)T * sizeof *at);
	double *row = malloc((size_t)T * sizeof *row), sums[SNAP_MATRIX] = {0};
	model_result whole;
	bool ok = at && row;
	if (ok) {
		out->losses = loss_steps(t->api->batch(m), at);
		out->cols = T < SNAP_MATRIX ? T : SNAP_MATRIX;
		spread(1, T, out->cols, out->col);
		out->rows = bounded(
		        ROWS / (0.5 * T * step_cost(t)), FEWEST, out->losses < SNAP_MATRIX ? out->losses : SNAP_MATRIX);
		spread(0, out->losses, out->rows, which);
		t->api->backward(m, t->team, true, &whole);
		for (int c = 0; c < out->cols; c++)
			out->col_total[c] = log_norm(whole.temporal_total[out->col[c] - 1]);
	}
	for (int i = 0; i < out->rows && ok; i++)
		ok = measure_row(t, m, i, at[which[i]], row, sums, out);
	for (int c = 0; c < out->cols; c++)
		out->col_sum[c] = log_norm(sums[c]);
	free(at);
	free(row);
	return ok;
}

/* ---- truncation ---- */

static size_t gradient_size(const trial *t)
{
	const model_block *table;
	size_t n = 0;
	int blocks = t->api->blocks(t->m, &table);
	for (int i = 0; i < blocks; i++)
		n += (size_t)table[i].rows * (size_t)table[i].cols;
	return n;
}

/* The gradient of the net, its back cut off after p steps, scaled to a largest entry of 1; returns what that was. */
static bool truncated(const trial *t, model *m, int p, double *g, double *scale)
{
	const model_block *table;
	model_tuning u = *t->api->tuning(m);
	model_result r;
	err e;
	u.truncate = p;
	if (!t->api->tune(m, &u, &e))
		return false;
	t->api->backward(m, t->team, false, &r);
	int blocks = t->api->blocks(m, &table);
	double *to = g;
	for (int i = 0; i < blocks; i++) {
		t->api->grad(m, i, to);
		to += (size_t)table[i].rows * (size_t)table[i].cols;
	}
	*scale = 0;
	for (double *x = g; x < to; x++)
		*scale = fabs(*x) > *scale || isnan(*x) ? fabs(*x) : *scale;
	for (double *x = g; x<to && * scale> 0; x++)
		*x /= *scale;
	return true;
}

static double product(size_t n, const double *a, const double *b)
{
	double sum = 0;
	for (size_t i = 0; i < n; i++)
		sum += a[i] * b[i];
	return sum;
}

/* Every p at first, then steps of a quarter. */
static int next_horizon(int p, int T)
{
	int next = p < 8 ? p + 1 : p + p / 4;
	return next > T ? T : next;
}

static void measure_truncation(const trial *t, model *m, snap_matrices *out)
{
	size_t n = gradient_size(t);
	double *whole = malloc(2 * n * sizeof *whole), *part = whole + n, top, scale, spent = 0;
	const batch *b = t->api->batch(m);
	bool single = b->first_loss == b->last_loss;
	if (!whole || !truncated(t, m, 0, whole, &top)) {
		free(whole);
		return;
	}
	double length = sqrt(product(n, whole, whole));
	int p = 0;
	while (p < out->T && out->horizons < SNAP_HORIZONS) {
		p = next_horizon(p, out->T);
		if (!single && p < out->T) /* several losses: each goes back by itself */
			spent += (double)p * (b->last_loss - b->first_loss + 1) * step_cost(t);
		if (spent > WINDOWS || !truncated(t, m, p < out->T ? p : 0, part, &scale))
			break;
		double size = sqrt(product(n, part, part));
		out->horizon[out->horizons] = p;
		out->share[out->horizons] = (float)(size * (scale / top) / length);
		out->cosine[out->horizons++] = (float)(product(n, part, whole) / (size * length));
	}
	out->all_horizons = p == out->T;
	free(whole);
}

void matrix_truncation(const trial *t, int p, double *share, double *cosine)
{
	err e;
	size_t n = gradient_size(t);
	model *m = matrix_net(t, &e);
	double *whole = malloc(2 * n * sizeof *whole), *part = whole + n, top, scale;
	*share = *cosine = NAN;
	if (m && whole && p >= 1 && truncated(t, m, 0, whole, &top) &&
	        truncated(t, m, p < t->api->batch(m)->T ? p : 0, part, &scale)) {
		double length = sqrt(product(n, whole, whole)), size = sqrt(product(n, part, part));
		*share = size * (scale / top) / length;
		*cosine = product(n, part, whole) / (size * length);
	}
	free(whole);
	if (m)
		t->api->destroy(m);
}

/* ---- all ---- */

void matrix_measure(const trial *t, snap_matrices *out)
{
	uint64_t key;
	err e = {0};
	if (!key_of(t, &key) || key == out->key)
		return;
	memset(out, 0, sizeof *out);
	out->key = key;
	out->update = t->update;
	out->example = example_is_set(t);
	model *m = matrix_net(t, &e);
	if (!m) {
		snprintf(out->problem, sizeof out->problem, "%.159s", e.text);
		return;
	}
	out->T = t->api->batch(m)->T;
	measure_products(t, m, out);
	if (!measure_rows(t, m, out))
		out->rows = out->cols = 0;
	measure_truncation(t, m, out);
	t->api->destroy(m);
}

#include "lesson/gauge_parts.h"

#include "run/gradcheck.h"
#include "run/matrix.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double STEP = 1e-3; /* of the differences */
enum { MOST = 400 };             /* weights of a block that are compared */

void pairs_gauge_done(pairs_gauge *g)
{
	free(g->itemised);
	g->itemised = NULL;
}

/* Forgets what belongs to an earlier update or to other settings. */
static void look(pairs_gauge *g)
{
	if (g->known && g->update == g->t->update && memcmp(&g->config, &g->t->c, sizeof g->config) == 0)
		return;
	pairs_gauge_done(g);
	g->known = true;
	g->update = g->t->update;
	g->config = g->t->c;
	g->tried = false;
}

/* T × T numbers, measured on a net of its own. */
static const double *itemised(pairs_gauge *g)
{
	err e;
	look(g);
	if (g->tried)
		return g->itemised;
	g->tried = true;
	model *m = matrix_net(g->t, &e);
	if (!m)
		return NULL;
	g->T = g->t->api->batch(m)->T;
	double *out = malloc((size_t)g->T * (size_t)g->T * sizeof *out);
	if (out && g->t->api->itemised(m, out, &e))
		g->itemised = out;
	else
		free(out);
	g->t->api->destroy(m);
	return g->itemised;
}

/* log10 ‖∂h_j/∂h_k‖₂, from 1; and where `last` is given that of ∂h_T/∂h_k for every k. */
static double product(const trial *t, int j, int k, double **last, int *T)
{
	err e;
	model *m = matrix_net(t, &e);
	int step[2] = {k - 1, j - 1};
	double pair[4] = {NAN, NAN, NAN, NAN};
	if (!m)
		return NAN;
	*T = t->api->batch(m)->T;
	*last = calloc((size_t)*T, sizeof **last);
	bool good = *last && j >= k && k >= 1 && j <= *T;
	model_products p = {.n = j > k ? 2 : 1, .step = step, .pair = pair, .last = *last};
	good = good && t->api->products(m, 0, &p, &e);
	t->api->destroy(m);
	return good ? pair[j > k ? 2 : 0] : NAN;
}

double pairs_itemised_at(pairs_gauge *g, int j, int k)
{
	const double *m = itemised(g);
	bool inside = m && j >= 1 && k >= 1 && j <= g->T && k <= g->T;
	return inside ? m[(size_t)(j - 1) * (size_t)g->T + (size_t)(k - 1)] : NAN;
}

double pairs_paths(pairs_gauge *g, int j)
{
	int n = 0;
	if (isnan(pairs_itemised_at(g, j, 1)))
		return NAN;
	for (int k = 1; k <= g->T; k++)
		n += pairs_itemised_at(g, j, k) > 0;
	return n;
}

double gauge_jacobian(const trial *t, int j, int k)
{
	double *last = NULL;
	int T;
	double norm = product(t, j, k, &last, &T);
	free(last);
	return pow(10, norm);
}

double gauge_bound_margin(const trial *t, double sigma_max)
{
	double *last = NULL, per_step, least = INFINITY;
	int T = 0;
	if (!trial_bound(t, sigma_max, &per_step) || isnan(product(t, 1, 1, &last, &T)))
		T = 0;
	for (int k = 1; k < T; k++) {
		double margin = (T - k) * per_step - last[k - 1];
		least = margin < least || isnan(margin) ? margin : least;
	}
	free(last);
	return T > 1 ? least : NAN;
}

/* ---- the gradient ---- */

/* Room for one number of every weight, block by block. */
static double *spread(const trial *t, double *out[MODEL_BLOCKS], size_t *n)
{
	const model_block *table;
	int blocks = t->api->blocks(t->m, &table);
	*n = 0;
	for (int i = 0; i < blocks; i++)
		*n += (size_t)table[i].rows * (size_t)table[i].cols;
	double *all = calloc(*n + 1, sizeof *all), *to = all;
	for (int i = 0; i < blocks && all; i++) {
		out[i] = to;
		to += (size_t)table[i].rows * (size_t)table[i].cols;
	}
	return all;
}

static bool add_replicas(const trial *t, model *m, double *const part[MODEL_BLOCKS], size_t n, double *sum)
{
	err e;
	for (int k = 0; k < t->api->batch(m)->T; k++) {
		if (!t->api->replica(m, k, part, &e))
			return false;
		for (size_t i = 0; i < n; i++)
			sum[i] += part[0][i];
	}
	return true;
}

static double difference(const double *a, const double *b, size_t n)
{
	double apart = 0, size = 0;
	for (size_t i = 0; i < n; i++) {
		apart = hypot(apart, a[i] - b[i]);
		size = hypot(size, b[i]);
	}
	return apart / size;
}

double gauge_replicas_error(const trial *t)
{
	err e;
	double *out[MODEL_BLOCKS], *part[MODEL_BLOCKS], error = NAN;
	size_t n;
	model_result r;
	model *m = matrix_net(t, &e);
	double *g = m ? spread(t, out, &n) : NULL, *one = g ? spread(t, part, &n) : NULL;
	double *sum = one ? calloc(n + 1, sizeof *sum) : NULL;
	if (sum) {
		t->api->backward(m, t->team, false, &r);
		const model_block *table;
		for (int i = 0; i < t->api->blocks(m, &table); i++)
			t->api->grad(m, i, out[i]);
		if (add_replicas(t, m, part, n, sum))
			error = difference(sum, g, n);
	}
	free(sum);
	free(one);
	free(g);
	if (m)
		t->api->destroy(m);
	return error;
}

double gauge_gradient_error(const trial *t)
{
	gradcheck c;
	err e;
	double worst = 0;
	if (!t->r.T || !gradcheck_run(t, STEP, MOST, &c, &e))
		return NAN;
	for (int i = 0; i < c.blocks; i++)
		if (c.checked[i] && !(c.worst[i] <= worst))
			worst = c.worst[i];
	return worst;
}

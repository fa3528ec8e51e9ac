#include "run/steps.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Weights of a block whose ratios are looked at one by one; norms and cosines take all. */
enum { LOOKED_AT = 4096 };

/* log10 of the ratios that have a bin of their own; 10⁻² lies in the middle of one, not between two */
static const float LOW = -12.05F, HIGH = 3.95F;

typedef struct sums {
	double step, grad, weight, dot; /* squares, and −step·grad */
} sums;

static void add(sums *to, const sums *s)
{
	to->step += s->step;
	to->grad += s->grad;
	to->weight += s->weight;
	to->dot += s->dot;
}

static float log_ratio(double a, double b)
{
	return b > 0 ? (float)log10(sqrt(a) / sqrt(b)) : NAN;
}

static void finish(const sums *s, snap_block_step *out)
{
	out->ratio = log_ratio(s->step, s->grad);
	out->relative = log_ratio(s->step, s->weight);
	out->cosine = s->step > 0 && s->grad > 0 ? (float)(s->dot / (sqrt(s->step) * sqrt(s->grad))) : NAN;
}

static int ascending(const void *a, const void *b)
{
	float x = *(const float *)a, y = *(const float *)b;
	return (x > y) - (x < y);
}

/* Where the share `at` of n ascending values lies, between two of them linearly. */
static float quantile(const float *sorted, int n, double at)
{
	double place = at * (n - 1);
	int below = (int)place, above = below + 1 < n ? below + 1 : below;
	float part = (float)(place - below);
	return sorted[below] + part * (sorted[above] - sorted[below]);
}

static void mark(float *ratio, int n, float *out)
{
	static const double share[STEP_MARKS] = {0.05, 0.5, 0.95};
	qsort(ratio, (size_t)n, sizeof *ratio, ascending);
	for (int k = 0; k < STEP_MARKS; k++)
		out[k] = n > 0 ? quantile(ratio, n, share[k]) : NAN;
}

static void count_ratio(float ratio, snap_steps *out)
{
	int bin = (int)floorf((ratio - LOW) / (HIGH - LOW) * SNAP_STEP_BINS);
	out->count[bin < 0 ? 0 : bin < SNAP_STEP_BINS ? bin : SNAP_STEP_BINS - 1]++;
}

/* One block: n weights, their gradients and steps. */
static void look(
        const double *w, const double *g, const double *step, size_t n, sums *all, snap_block_step *of, snap_steps *out)
{
	float ratio[LOOKED_AT];
	int known = 0;
	size_t stride = (n + LOOKED_AT - 1) / LOOKED_AT;
	sums s = {0};
	for (size_t i = 0; i < n; i++) {
		double before = w[i] - step[i];
		add(&s, &(sums){step[i] * step[i], g[i] * g[i], before * before, -step[i] * g[i]});
	}
	for (size_t i = 0; i < n; i += stride) {
		double a = fabs(step[i]), b = fabs(g[i]);
		out->weights++;
		out->still += a == 0;
		out->blind += a > 0 && b == 0;
		if (!(a > 0 && b > 0))
			continue;
		ratio[known] = (float)log10(a / b);
		count_ratio(ratio[known++], out);
	}
	mark(ratio, known, of->mark);
	finish(&s, of);
	add(all, &s);
}

static snap_block_step unknown(void)
{
	snap_block_step s = {.ratio = NAN, .relative = NAN, .cosine = NAN};
	for (int k = 0; k < STEP_MARKS; k++)
		s.mark[k] = NAN;
	return s;
}

static size_t largest(const model_block *table, int n)
{
	size_t most = 0;
	for (int i = 0; i < n; i++) {
		size_t size = (size_t)table[i].rows * (size_t)table[i].cols;
		most = size > most ? size : most;
	}
	return most;
}

void steps_read(const trial *t, snap_steps *out)
{
	const model_block *table;
	int n = t->api->blocks(t->m, &table);
	if (t->update == 0)
		out->update = 0;
	if (!t->stepped || t->diverged || out->update == t->update)
		return;
	size_t most = largest(table, n);
	double *w = malloc(3 * most * sizeof *w), *g = w + most, *step = g + most;
	if (!w)
		return;
	*out = (snap_steps){.update = t->update, .low = LOW, .high = HIGH, .all = unknown()};
	sums all = {0};
	for (int i = 0; i < n && i < SNAP_BLOCKS; i++) {
		out->block[i] = unknown();
		if (table[i].frozen)
			continue;
		t->api->get(t->m, i, w);
		t->api->grad(t->m, i, g);
		t->api->step(t->m, i, step);
		look(w, g, step, (size_t)table[i].rows * (size_t)table[i].cols, &all, &out->block[i], out);
	}
	finish(&all, &out->all);
	free(w);
}

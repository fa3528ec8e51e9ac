#include "run/compose.h"

#include "base/rng.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { JUDGED = 20001, LEAK_SHARE = 100 };

compose_spec compose_of(const config *c, int points)
{
	double reach = c->v[KNOB_chain_reach];
	return (compose_spec){.units = (int)c->v[KNOB_chain_units],
	        .gain = c->v[KNOB_chain_gain],
	        .activation = (activation_id)c->v[KNOB_activation],
	        .seed = (uint64_t)c->v[KNOB_seed],
	        .steps = (int)c->v[KNOB_chain_steps],
	        .points = points,
	        .low = -reach,
	        .high = reach};
}

/* φ and φ′ */
static double activate(activation_id a, double x, double *slope)
{
	double y;
	switch (a) {
	case ACT_TANH:
		y = tanh(x);
		*slope = 1 - y * y;
		return y;
	case ACT_SIGMOID:
		y = 1 / (1 + exp(-x));
		*slope = y * (1 - y);
		return y;
	case ACT_RELU:
		*slope = x > 0;
		return x > 0 ? x : 0;
	case ACT_LEAKY_RELU:
		*slope = x > 0 ? 1 : 1.0 / LEAK_SHARE;
		return x > 0 ? x : x / LEAK_SHARE;
	default:
		*slope = 1;
		return x;
	}
}

typedef struct chain {
	int n;
	double *W, *d, *u;             /* W: n × n, row-major */
	double *h, *dh, *next, *dnext; /* n each */
} chain;

static bool chain_init(chain *k, const compose_spec *s)
{
	size_t n = (size_t)s->units;
	k->n = s->units;
	k->W = malloc((n * n + 6 * n) * sizeof *k->W);
	if (!k->W)
		return false;
	k->d = k->W + n * n;
	k->u = k->d + n;
	k->h = k->u + n;
	k->dh = k->h + n;
	k->next = k->dh + n;
	k->dnext = k->next + n;
	rng r = rng_make(s->seed, RNG_WEIGHTS, 1u << 20);
	double length = 0;
	for (size_t i = 0; i < n * n; i++)
		k->W[i] = rng_gaussian(&r) * s->gain / sqrt((double)n);
	for (size_t i = 0; i < n; i++) {
		k->d[i] = rng_gaussian(&r);
		length += k->d[i] * k->d[i];
	}
	for (size_t i = 0; i < n; i++) {
		k->d[i] /= sqrt(length);
		k->u[i] = rng_gaussian(&r) / sqrt((double)n);
	}
	return true;
}

static double seen(const chain *k, const double *h)
{
	double sum = 0;
	for (int i = 0; i < k->n; i++)
		sum += k->u[i] * h[i];
	return sum;
}

static void apply(chain *k, activation_id a)
{
	int n = k->n;
	for (int i = 0; i < n; i++) {
		const double *w = k->W + (size_t)i * (size_t)n;
		double x = 0, dx = 0, slope;
		for (int j = 0; j < n; j++) {
			x += w[j] * k->h[j];
			dx += w[j] * k->dh[j];
		}
		k->next[i] = activate(a, x, &slope);
		k->dnext[i] = slope * dx;
	}
	memcpy(k->h, k->next, (size_t)n * sizeof *k->h);
	memcpy(k->dh, k->dnext, (size_t)n * sizeof *k->dh);
}

bool compose_run(const compose_spec *s, double *y, double *slope, err *e)
{
	chain k;
	if (!chain_init(&k, s))
		return err_machine(e, "no memory for a composition; lower the knob chain_units");
	for (int p = 0; p < s->points; p++) {
		double x = s->low + (s->high - s->low) * p / (s->points - 1);
		for (int i = 0; i < k.n; i++) {
			k.h[i] = x * k.d[i];
			k.dh[i] = k.d[i];
		}
		for (int t = 0; t <= s->steps; t++) {
			if (t > 0)
				apply(&k, s->activation);
			y[t * s->points + p] = seen(&k, k.h);
			if (slope)
				slope[t * s->points + p] = seen(&k, k.dh);
		}
	}
	free(k.W);
	return true;
}

static int smaller_first(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

compose_stats compose_judge(int n, const double *y, const double *slope)
{
	compose_stats s = {0};
	int flat = 0, before = 0;
	double *size = malloc((size_t)n * sizeof *size);
	for (int i = 0; i < n; i++)
		s.steepest = fmax(s.steepest, fabs(slope[i]));
	for (int i = 0; i < n; i++)
		flat += fabs(slope[i]) < 0.01 * s.steepest;
	for (int i = 1; i < n; i++) {
		int way = (y[i] > y[i - 1]) - (y[i] < y[i - 1]);
		s.turns += way && before && way != before;
		before = way ? way : before;
	}
	s.flat = (double)flat / n;
	s.middle = NAN;
	if (size) {
		for (int i = 0; i < n; i++)
			size[i] = fabs(slope[i]);
		qsort(size, (size_t)n, sizeof *size, smaller_first);
		s.middle = size[n / 2];
	}
	free(size);
	return s;
}

bool composition_stats(const config *c, int t, compose_stats *out, err *e)
{
	compose_spec s = compose_of(c, JUDGED);
	if (t < 0 || t > COMPOSE_STEPS)
		return err_input(e, "%d compositions; allowed: 0 to %d", t, COMPOSE_STEPS);
	s.steps = t;
	size_t n = (size_t)(t + 1) * JUDGED;
	double *y = malloc(2 * n * sizeof *y);
	bool ok = y ? compose_run(&s, y, y + n, e) : err_machine(e, "no memory for a composition");
	if (ok)
		*out = compose_judge(JUDGED, y + (size_t)t * JUDGED, y + n + (size_t)t * JUDGED);
	free(y);
	return ok;
}

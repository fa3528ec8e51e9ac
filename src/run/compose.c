#include "run/compose.h"

#include "base/rng.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { JUDGED = 20001, LEAK_SHARE = 100, SIDE_BY_SIDE = 32 /* points at a time */ };

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
	double *h, *dh, *next, *dnext; /* n × SIDE_BY_SIDE */
} chain;

static bool chain_init(chain *k, const compose_spec *s)
{
	size_t n = (size_t)s->units;
	k->n = s->units;
	size_t states = n * SIDE_BY_SIDE;
	k->W = malloc((n * n + 2 * n + 4 * states) * sizeof *k->W);
	if (!k->W)
		return false;
	k->d = k->W + n * n;
	k->u = k->d + n;
	k->h = k->u + n;
	k->dh = k->h + states;
	k->next = k->dh + states;
	k->dnext = k->next + states;
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

/* out[p] = u·h of point p */
static void see(const chain *k, const double *h, int points, double *out)
{
	double sum[SIDE_BY_SIDE] = {0};
	for (int i = 0; i < k->n; i++)
		for (int p = 0; p < SIDE_BY_SIDE; p++)
			sum[p] += k->u[i] * h[i * SIDE_BY_SIDE + p];
	memcpy(out, sum, (size_t)points * sizeof *out);
}

static void apply(chain *k, activation_id a)
{
	int n = k->n;
	for (int i = 0; i < n; i++) {
		const double *w = k->W + (size_t)i * (size_t)n;
		double x[SIDE_BY_SIDE] = {0}, dx[SIDE_BY_SIDE] = {0}, slope;
		for (int j = 0; j < n; j++)
			for (int p = 0; p < SIDE_BY_SIDE; p++) {
				x[p] += w[j] * k->h[j * SIDE_BY_SIDE + p];
				dx[p] += w[j] * k->dh[j * SIDE_BY_SIDE + p];
			}
		for (int p = 0; p < SIDE_BY_SIDE; p++) {
			k->next[i * SIDE_BY_SIDE + p] = activate(a, x[p], &slope);
			k->dnext[i * SIDE_BY_SIDE + p] = slope * dx[p];
		}
	}
	memcpy(k->h, k->next, (size_t)n * SIDE_BY_SIDE * sizeof *k->h);
	memcpy(k->dh, k->dnext, (size_t)n * SIDE_BY_SIDE * sizeof *k->dh);
}

/* Points first … first + SIDE_BY_SIDE − 1; those behind the last are computed and not kept. */
static void run_some(chain *k, const compose_spec *s, int first, double *y, double *slope)
{
	int points = s->points - first < SIDE_BY_SIDE ? s->points - first : SIDE_BY_SIDE;
	for (int i = 0; i < k->n; i++)
		for (int p = 0; p < SIDE_BY_SIDE; p++) {
			double x = s->low + (s->high - s->low) * (first + p) / (s->points - 1);
			k->h[i * SIDE_BY_SIDE + p] = x * k->d[i];
			k->dh[i * SIDE_BY_SIDE + p] = k->d[i];
		}
	for (int t = 0; t <= s->steps; t++) {
		if (t > 0)
			apply(k, s->activation);
		see(k, k->h, points, y + t * s->points + first);
		if (slope)
			see(k, k->dh, points, slope + t * s->points + first);
	}
}

bool compose_run(const compose_spec *s, double *y, double *slope, err *e)
{
	chain k;
	if (!chain_init(&k, s))
		return err_machine(e, "no memory for a composition; lower the knob chain_units");
	for (int first = 0; first < s->points; first += SIDE_BY_SIDE)
		run_some(&k, s, first, y, slope);
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

bool compose_all(const compose_spec *s, compose_stats *out, err *e)
{
	compose_spec fine = *s;
	fine.points = JUDGED;
	size_t n = (size_t)(s->steps + 1) * JUDGED;
	double *y = malloc(2 * n * sizeof *y);
	bool ok = y ? compose_run(&fine, y, y + n, e) : err_machine(e, "no memory for a composition");
	for (int t = 0; t <= s->steps && ok; t++)
		out[t] = compose_judge(JUDGED, y + (size_t)t * JUDGED, y + n + (size_t)t * JUDGED);
	free(y);
	return ok;
}

bool composition_stats(const config *c, int t, compose_stats *out, err *e)
{
	compose_stats all[COMPOSE_STEPS + 1];
	compose_spec s = compose_of(c, JUDGED);
	if (t < 0 || t > COMPOSE_STEPS)
		return err_input(e, "%d compositions; allowed: 0 to %d", t, COMPOSE_STEPS);
	s.steps = t;
	if (!compose_all(&s, all, e))
		return false;
	*out = all[t];
	return true;
}

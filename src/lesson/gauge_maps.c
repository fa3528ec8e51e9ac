#include "lesson/gauge_parts.h"
#include "run/product.h"

#include <math.h>

enum { POWERS = 4000, FEWEST = 5 };

static bool same(const compose_spec *a, const compose_spec *b)
{
	return a->units == b->units && a->gain == b->gain && a->activation == b->activation && a->seed == b->seed &&
	       a->high == b->high;
}

/* After t compositions, however many are shown; NULL: no such number, no memory. */
static const compose_stats *composed(maps_gauge *g, const config *c, int t)
{
	compose_spec s = compose_of(c, 2);
	err e;
	if (t < 0 || t > COMPOSE_STEPS)
		return NULL;
	if (!same(&s, &g->spec))
		g->known = 0;
	if (t >= g->known) {
		s.steps = t < FEWEST ? FEWEST : t;
		g->spec = s;
		g->known = compose_all(&s, g->stats, &e) ? s.steps + 1 : 0;
	}
	return t < g->known ? &g->stats[t] : NULL;
}

static double of_composition(const compose_stats *s, int metric)
{
	if (!s)
		return NAN;
	return metric == GOAL_turning_points ? s->turns : metric == GOAL_flat_share ? s->flat : s->steepest;
}

double maps_read(maps_gauge *g, const config *c, int metric, int index)
{
	product p;
	if (metric == GOAL_turning_points || metric == GOAL_flat_share || metric == GOAL_steepest)
		return of_composition(composed(g, c, index), metric);
	product_of(c, &p);
	if (metric == GOAL_matrix_norm)
		return index < 0 || index > POWERS ? NAN : pow(10, product_norm(&p, index));
	return metric == GOAL_matrix_rho ? p.rho : p.sigma[0];
}

/* gauge_parts: the numbers of a gauge that need a net of their own, the formulas of one-unit systems, and the maps.
 * Only included inside lesson. */
#ifndef LESSON_GAUGE_PARTS_H
#define LESSON_GAUGE_PARTS_H
#include "lesson/gauge.h"
#include "run/compose.h"

/* What each loss owes to each step, measured when asked for, once for an update. */
typedef struct pairs_gauge {
	const trial *t;
	bool known, tried;
	long update;
	config config;
	int T;
	double *itemised; /* T × T at j·T + k; NULL: not measured yet, or cannot be */
} pairs_gauge;

void pairs_gauge_done(pairs_gauge *g);
double pairs_itemised_at(pairs_gauge *g, int j, int k); /* from 1; NaN: no such step */
double pairs_paths(pairs_gauge *g, int j);
/* On the batch of the next update. */
double gauge_jacobian(const trial *t, int j, int k);
double gauge_bound_margin(const trial *t, double sigma_max);
/* ‖Σ_k g_k − g‖ / ‖g‖ of the batch of the next update. */
double gauge_replicas_error(const trial *t);
/* Of the batch of the last update or measurement. */
double gauge_gradient_error(const trial *t);

/* What is made from knobs alone: compositions of a random layer, kept while the knobs stay, and powers of a matrix. */
typedef struct maps_gauge {
	int known; /* compositions looked at, and the start; 0: not yet */
	compose_spec spec;
	compose_stats stats[COMPOSE_STEPS + 1];
} maps_gauge;

double maps_read(maps_gauge *g, const config *c, int metric, int index);

/* w and b of a one-unit system; NaN for other nets. */
double gauge_unit(const trial *t, int metric, int index);

#endif

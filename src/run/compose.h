/* compose: a random layer h ← φ(W h) applied again and again to the points of a line, and seen from one side: how
 * nonlinear composition is (Goodfellow, Bengio, Courville 2016, section 10.7). W ~ N(0, g²/n); the line is x·d with
 * |d| = 1; what is seen is u·h with u ~ N(0, 1/n). In double; no thread, no clock.
 * May be included by view, lesson and app. */
#ifndef RUN_COMPOSE_H
#define RUN_COMPOSE_H
#include "nn/model.h"
#include "run/knob.h"

enum { COMPOSE_STEPS = 12, COMPOSE_POINTS = 4001, COMPOSE_UNITS = 512 };

typedef struct compose_spec {
	int units;   /* 1 … COMPOSE_UNITS */
	double gain; /* g */
	activation_id activation;
	uint64_t seed;
	int steps;  /* compositions, 0 … COMPOSE_STEPS */
	int points; /* 2 … COMPOSE_POINTS, evenly over … */
	double low, high;
} compose_spec;

/* The knobs chain_gain, chain_units, chain_steps, chain_reach, activation and seed. */
compose_spec compose_of(const config *c, int points);
/* y[t·points + i]: after t = 0 … steps compositions; slope (may be NULL): dy/dx, exact. False when there is no memory.
 */
bool compose_run(const compose_spec *s, double *y, double *slope, err *e);

typedef struct compose_stats {
	int turns;       /* changes of direction of the curve */
	double flat;     /* share of the line whose |slope| is below 1 % of the largest */
	double steepest; /* largest |slope| */
	double middle;   /* median |slope| */
} compose_stats;

/* Of one curve: n points of y and its slope. */
compose_stats compose_judge(int n, const double *y, const double *slope);
/* All at once, on 20001 points as in the lecture: after 0 … s->steps compositions, out[0 … steps]. `points` of the spec
 * does not count. */
bool compose_all(const compose_spec *s, compose_stats *out, err *e);
/* The same after t compositions alone, of the knobs. */
bool composition_stats(const config *c, int t, compose_stats *out, err *e);

#endif

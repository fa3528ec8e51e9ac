/* measure: numbers of a run that are worth computing only when somebody asks for them. They disturb nothing: a later
 * step is the same with and without. May be included by run, lesson and app. */
#ifndef RUN_MEASURE_H
#define RUN_MEASURE_H
#include "run/trial.h"

/* Of the forward pass that the results t->r belong to: mean over the units of all layers and the sequences of the
 * product of the factors on the direct way (model_api.keep) over the last k of its steps; NaN for cells without such a
 * way. */
double measure_kept(const trial *t, int k);
/* Factor that ‖∂L/∂h‖ takes on with every step back: geometric mean from step 4T/5 to step T/10; NaN while nothing is
 * measured. */
double measure_flow(const trial *t);
/* Share that the first k steps have in Σ_k ‖temporal gradient of step k‖. */
double measure_temporal_share(const trial *t, int k);
/* The same of a simplex, where every step counts with length 1: Σ of the first k β. NaN without. */
double measure_beta_share(const trial *t, int k);
/* Largest β over the smallest; NaN without a simplex. */
double measure_beta_ratio(const trial *t);
/* Share of the answers of the batch whose class differs from the label in bit k (1-based); NaN without classes. */
double measure_bit_wrong(const trial *t, int k);

/* |λ|² of a diagonal recurrence of complex numbers (cell=lru). */
typedef struct measured_ring {
	double mean;
	double distance; /* Kolmogorov–Smirnov, to the uniform distribution on [r_min², r_max²] */
} measured_ring;
measured_ring measure_ring(const trial *t);

/* The descent on the function of two parameters that the knobs of a run describe (run/plane.h), after n updates. */
typedef enum measured_descent {
	DESCENT_A, /* where it stands */
	DESCENT_B,
	DESCENT_VALUE,
	DESCENT_DISTANCE, /* to the minimum; NaN where none is known */
	DESCENT_TURNS,    /* how often the sign of b has changed */
	DESCENT_STEP      /* length of the n-th step, n ≥ 1 */
} measured_descent;
/* INFINITY for values and distances behind a place where something was not finite, else NaN there. */
double measure_descent(const config *c, measured_descent what, int n);

#endif

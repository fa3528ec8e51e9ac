/* init: how weights are drawn. One file in inits/ and one line in inits.def add one. Only included inside nn. */
#ifndef NN_INIT_H
#define NN_INIT_H
#include "base/rng.h"
#include "nn/model.h"
#include "num/real.h"

/* One matrix of one gate: rows outputs × cols inputs, row-major. */
typedef struct R(init_job) {
	int rows, cols;
	bool recurrent;   /* square, from h to h */
	double sigma;     /* standard deviation that the user asks for */
	bool sigma_given; /* by sigma_in or sigma_out: then plain Gaussian weights of this size */
	const init_spec *spec;
	rng *r;
	double *W; /* zeros */
} R(init_job);

enum { INIT_USES = 4 };

typedef struct R(init) {
	const char *name, *summary;
	const char *uses[INIT_USES]; /* the knobs that it reads, beside rho, sigma_in, sigma_out and seed */
	bool (*fill)(const R(init_job) *j, err *e);
	/* Instead of fill: every element has this standard deviation, normal or, when `flat`, uniform. */
	double (*deviation)(const R(init_job) *j);
	bool flat;
} R(init);

extern const R(init) *const R(inits)[];
extern const int R(inits_count);

/* N(0, sd²) and U(−sd·√3, sd·√3) in every element. */
bool R(init_normal)(const R(init_job) *j, double sd);
bool R(init_flat)(const R(init_job) *j, double sd);

/* Random numbers for one block of a net: the own generator has a stream for each, NumPy's is seeded anew for each, as
 * in Galvan's code. The twister outlives the rng. */
rng R(init_generator)(const init_spec *s, int block, mt19937 *twister);
/* Draws `count` matrices (the gates of a block), rows × cols each, one after the other into W (zeros). `own` > 0 is a
 * standard deviation that is asked for (sigma_in, sigma_out). Recurrent ones are rescaled to the spectral radius s->rho
 * (Galvan 2016, algorithm 2). */
bool R(init_matrices)(
        int count, int rows, int cols, bool recurrent, double own, const init_spec *s, rng *r, double *W, err *e);

/* Samplers for the parameters of single cells. */

/* The ring of Orvieto et al. 2023: λ = exp(−exp(nu_log) + i exp(theta_log)) with |λ|² uniform on [r_min², r_max²] and
 * the phase uniform on (0, max_phase]. n values each; 0 ≤ r_min ≤ r_max ≤ 1, r_max > 0. */
void R(init_lru_ring)(rng *r, int n, double r_min, double r_max, double max_phase, double *nu_log, double *theta_log);
/* Biases of the forget and input gates for memories of up to T_max > 2 steps (Tallec, Ollivier 2018):
 * b_f = ln U(1, T_max − 1), b_i = −b_f. */
void R(init_chrono)(rng *r, int n, double T_max, double *b_f, double *b_i);

#endif

/* init: how weights are drawn. One file in inits/ and one line in inits.def add one. Only included inside nn. */
#ifndef NN_INIT_H
#define NN_INIT_H
#include "base/err.h"
#include "base/rng.h"
#include "num/real.h"

/* One matrix of one gate: rows outputs × cols inputs, row-major. */
typedef struct R(init_job) {
	int rows, cols;
	bool recurrent;   /* square, from h to h */
	double sigma;     /* standard deviation that the user asks for */
	bool sigma_given; /* by sigma_in or sigma_out: then plain Gaussian or uniform weights of this size */
	rng *r;
	double *W;
} R(init_job);

typedef struct R(init) {
	const char *name, *summary;
	bool (*fill)(const R(init_job) *j, err *e);
} R(init);

extern const R(init) *const R(inits)[];
extern const int R(inits_count);

/* N(0, sd²) and U(−sd·√3, sd·√3) in every element. */
bool R(init_normal)(const R(init_job) *j, double sd);
bool R(init_flat)(const R(init_job) *j, double sd);

#endif

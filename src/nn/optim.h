/* optim: rules that turn a gradient into a step. One file in optims/ and one line in optims.def add one.
 * Only included inside nn, and by run/plane.c, which descends on functions of two parameters. */
#ifndef NN_OPTIM_H
#define NN_OPTIM_H
#include "nn/model.h"
#include "num/real.h"

typedef struct R(optim) {
	const char *name, *summary;
	int states; /* vectors of the net's size that it keeps, zero at the start */
	/* Writes the step: θ ← θ + delta. n numbers; g the (clipped) gradient; s[0 … states−1]; t = 1, 2, … counts its
	 * steps. */
	void (*step)(size_t n, const real *g, real *const *s, const descent *d, long t, real *delta);
} R(optim);

extern const R(optim) *const R(optims)[];
extern const int R(optims_count);

#endif

/* optim: rules that turn a gradient into a step. One file in optims/ and one line in optims.def add one.
 * Only included inside nn, and by run/plane.c, which descends on functions of two parameters. */
#ifndef NN_OPTIM_H
#define NN_OPTIM_H
#include "nn/model.h"
#include "num/real.h"

typedef struct R(optim) {
	const char *name, *summary;
	int states; /* vectors of the net's size that it keeps, zero at the start */
	/* The forms it has, pytorch's first, with the knobs that each reads: they become its sliders. A form without
	 * knobs ends the list. form=lecture is pytorch's where it is not listed. */
	optim_form form[FORM_COUNT + 1];
	/* Writes the step: θ ← θ + delta. n numbers; g the (clipped) gradient; s[0 … states−1]; t = 1, 2, … counts its
	 * steps. Rows are padded: where g has always been 0, delta must be 0. */
	void (*step)(size_t n, const real *g, real *const *s, const descent *d, long t, real *delta);
	/* The lecture's form, when it wants the gradient elsewhere than at θ: adds the distance to theta. NULL for
	 * most. */
	void (*ahead)(size_t n, real *const *s, const descent *d, real *theta);
} R(optim);

extern const R(optim) *const R(optims)[];
extern const int R(optims_count);

/* μ of step t = 1, 2, …: the knob, or Sutskever et al. 2013: min(1 − 2^(−1 − log2(⌊(t − 1)/250⌋ + 1)), knob). */
double R(optim_momentum_at)(const descent *d, long t);

#endif

/* vmath: elementary functions and sums over whole arrays, accurate to a few ulp, the same bits on every machine and for
 * every vector width. NaN goes to NaN, ±Inf to the limits. Tested against libm.
 * The functions over rows (m rows of n numbers, leading dimension ld) may read, and write back unchanged, up to
 * REAL_PAD − 1 numbers beyond the end of a row; x and y may be the same array. */
#ifndef NUM_VMATH_H
#define NUM_VMATH_H
#include "base/wide.h" /* WIDE_LOOPS, for the elementwise loops of the cells */
#include "num/real.h"

typedef struct R(vmath) {
	const char *name; /* "base", "v3", "v4" */
	void (*exp)(int m, int n, const real *x, int ldx, real *y, int ldy);
	void (*tanh)(int m, int n, const real *x, int ldx, real *y, int ldy);
	void (*sigmoid)(int m, int n, const real *x, int ldx, real *y, int ldy); /* 1/(1 + e⁻ˣ) */
	/* out[i] = Σ x² over the n numbers of each of `group` rows from row i·group on, in sixteen virtual lanes folded
	 * in fixed order */
	void (*squares)(int m, int n, const real *x, int ldx, int group, double *out);
	/* largest |x|; +Inf when a NaN is among them */
	real (*max_abs)(int m, int n, const real *x, int ldx);
	/* G += scale·P; returns Σ P² over all rows */
	double (*add_rows)(int m, int n, const real *P, int ldp, real scale, real *G, int ldg);
	/* For the bench: `rounds` of independent fused multiply-adds in registers; returns how many floating-point
	 * operations they were. Nothing but the processor's peak limits it. */
	double (*peak)(long rounds);
} R(vmath);

/* The functions for the widest vectors that this processor has. UNROLL_WIDTH=base|v3|v4 in the environment narrows the
 * choice (tests). */
const R(vmath) *R(vmath_get)(void);

#endif

/* product: powers of a 2 × 2 matrix, the smallest recurrent net whose norm can grow although its spectral radius is
 * below 1. In double, with the size kept apart, so that neither 0.1¹⁰⁰⁰ nor 10¹⁰⁰⁰ is lost.
 * May be included by view, lesson and app. */
#ifndef RUN_PRODUCT_H
#define RUN_PRODUCT_H
#include "run/knob.h"

typedef struct product {
	double W[4];         /* row-major */
	double rho;          /* spectral radius */
	double sigma[2];     /* singular values */
	double re[2], im[2]; /* eigenvalues */
	double slope;        /* largest slope of the activation: the bound falls by slope·σ₁ per step */
	bool normal;         /* W Wᵀ = Wᵀ W: ‖Wᵏ‖ = ρᵏ */
} product;

/* The knobs w11, w12, w21, w22 and activation. */
void product_of(const config *c, product *p);
void product_make(product *p, const double W[4], double slope);
/* log10 ‖Wᵏ‖₂, k ≤ 4000; −INFINITY for a power that is exactly zero. */
double product_norm(const product *p, int k);
/* The same for k = 0 … n − 1. */
void product_norms(const product *p, int n, double *log10_norm);
/* The largest of them for k ≤ most, and where. */
double product_peak(const product *p, int most, int *k);

#endif

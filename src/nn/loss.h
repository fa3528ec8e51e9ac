/* loss: value and gradient of one output row from one function body, and what the outputs are before the loss sees
 * them. One file in losses/ and one line in losses.def add a loss. Only included inside nn. */
#ifndef NN_LOSS_H
#define NN_LOSS_H
#include "nn/model.h"
#include "num/real.h"

/* An output function p = F(z) of one row of n logits, and its vector-Jacobian product: dz = (∂p/∂z)ᵀ dp. dp and dz may
 * be the same row. */
typedef struct R(output) {
	const char *name;
	void (*apply)(int n, const real *z, real *p);
	void (*back)(int n, const real *p, const real *dp, real *dz);
} R(output);

extern const R(output) R(outputs)[]; /* rows are output_id, without OUTPUT_AUTO */
static inline const R(output) *R(output_get)(output_id id)
{
	return &R(outputs)[id - OUTPUT_LINEAR];
}

/* Most losses are a sum over the outputs, ℓ = Σ part(u_i, y_i), or the mean over them. A class is a target too: `hit`
 * for its own output and `miss` for the others (one output for two classes: miss for class 0, hit for class 1). */
typedef struct R(loss) {
	loss_info info;
	bool mean;
	double hit, miss;
	/* ℓ of one output, and ∂ℓ/∂u; u is p = F(z) for an output function that is not the loss's own, and the logit z
	 * for its own, which the formula holds. */
	double (*part)(double u, double y, double *slope);
	/* Instead of part, for losses that see the row as a whole: writes weight · ∂ℓ/∂z into dz. */
	double (*row)(int n, const real *z, int label, double weight, real *dz);
} R(loss);

extern const R(loss) *const R(losses)[];
extern const int R(losses_count);

/* One row of n logits z; the target is the class `label` when label ≥ 0, else y. Returns ℓ in nats or in the units of
 * y, and writes weight · ∂ℓ/∂z into dz. `output` is one that the loss allows. */
double R(loss_row)(
        loss_id kind, output_id output, int n, const real *z, const real *y, int label, double weight, real *dz);

#endif

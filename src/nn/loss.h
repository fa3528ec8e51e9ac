/* loss: value and gradient of one output row from one function body. Only included inside nn. */
#ifndef NN_LOSS_H
#define NN_LOSS_H
#include "nn/model.h"
#include "num/real.h"

/* One row of n logits z; the target is the class `label` when label ≥ 0, else y. Returns ℓ in nats or squared units and
 * writes weight · ∂ℓ/∂z into dz.
 *   mse:  ℓ = (1/n) Σ (z − y)², one-hot y for classes          ∂ℓ/∂z = 2 (z − y)/n
 *   xent: ℓ = −ln softmax(z)[label]                              ∂ℓ/∂z = softmax(z) − onehot */
double R(loss_row)(loss_id kind, int n, const real *z, const real *y, int label, double weight, real *dz);

#endif

#include "nn/loss.h"

#include <math.h>

/* −ln softmax(z)[label], ∂/∂z = softmax(z) − onehot */
static double row(int n, const real *z, int label, double weight, real *dz)
{
	double top = (double)z[0], sum = 0;
	for (int i = 1; i < n; i++)
		top = (double)z[i] > top ? (double)z[i] : top;
	for (int i = 0; i < n; i++)
		sum += exp((double)z[i] - top);
	for (int i = 0; i < n; i++)
		dz[i] = (real)(weight * (exp((double)z[i] - top) / sum - (i == label)));
	return log(sum) + top - (double)z[label];
}

const R(loss) R(loss_xent) = {
        .info = {"xent", "cross-entropy of the softmax with the class, −ln p", "cross-entropy in nats",
                .takes = TAKES_CLASSES, .output = OUTPUT_SOFTMAX, .outputs = 1 << OUTPUT_SOFTMAX},
        .row = row,
};

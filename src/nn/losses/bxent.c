#include "nn/loss.h"

#include <math.h>

/* −y ln p − (1 − y) ln(1 − p) with p = 1/(1 + e^−z), as max(z, 0) − y z + ln(1 + e^−|z|); ∂/∂z = p − y */
static double part(double z, double y, double *slope)
{
	double small = exp(-fabs(z));
	*slope = (z > 0 ? 1 : small) / (1 + small) - y;
	return (z > 0 ? z : 0) - y * z + log1p(small);
}

const R(loss) R(loss_bxent) = {
        .info = {"bxent",
                "binary cross-entropy of every logistic output, summed: targets in [0, 1], or each class against the "
                "rest",
                "binary cross-entropy in nats", .takes = TAKES_CLASSES | TAKES_UNIT, .output = OUTPUT_LOGISTIC,
                .outputs = 1 << OUTPUT_LOGISTIC},
        .hit = 1,
        .part = part,
};

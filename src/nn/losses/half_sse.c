#include "nn/loss.h"

/* ½ (u − y)², ∂/∂u = u − y */
static double part(double u, double y, double *slope)
{
	double d = u - y;
	*slope = d;
	return d * d / 2;
}

const R(loss) R(loss_half_sse) = {
        .info = {"half_sse", "½ Σ (y − target)² over the outputs, so that the error signal is y − target",
                "half the squared error", .takes = TAKES_CLASSES | TAKES_REAL, .output = OUTPUT_LINEAR,
                .outputs = OUTPUTS_ALL},
        .hit = 1,
        .part = part,
};

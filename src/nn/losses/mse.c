#include "nn/loss.h"

/* (u − y)², ∂/∂u = 2 (u − y) */
static double part(double u, double y, double *slope)
{
	double d = u - y;
	*slope = 2 * d;
	return d * d;
}

const R(loss) R(loss_mse) = {
        .info = {"mse", "mean over the outputs of (y − target)², no factor ½", "mean squared error",
                .takes = TAKES_CLASSES | TAKES_REAL, .output = OUTPUT_LINEAR, .outputs = OUTPUTS_ALL},
        .mean = true,
        .hit = 1,
        .part = part,
};

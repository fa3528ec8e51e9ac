#include "nn/loss.h"

#include <math.h>

/* |u − y|; the sub-gradient at u = y is 0. */
static double part(double u, double y, double *slope)
{
	double d = u - y;
	*slope = (d > 0) - (d < 0);
	return fabs(d);
}

const R(loss) R(loss_mae) = {
        .info = {"mae", "mean over the outputs of |y − target|; slope 0 at 0", "mean absolute error",
                .takes = TAKES_CLASSES | TAKES_REAL, .output = OUTPUT_LINEAR, .outputs = OUTPUTS_ALL},
        .mean = true,
        .hit = 1,
        .part = part,
};

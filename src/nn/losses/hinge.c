#include "nn/loss.h"

/* max(0, 1 − y z) for y = ±1; the sub-gradient at y z = 1 is 0. */
static double part(double z, double y, double *slope)
{
	double gap = 1 - y * z;
	*slope = gap > 0 ? -y : 0;
	return gap < 0 ? 0 : gap; /* NaN stays NaN */
}

const R(loss) R(loss_hinge) = {
        .info = {"hinge", "max(0, 1 − t·z) of every output, summed: targets −1 and 1, or each class against the rest",
                "hinge loss", .takes = TAKES_CLASSES | TAKES_SIGNS, .output = OUTPUT_LINEAR,
                .outputs = 1 << OUTPUT_LINEAR},
        .hit = 1,
        .miss = -1,
        .part = part,
};

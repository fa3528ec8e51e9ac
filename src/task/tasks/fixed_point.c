/* One unit without input (Pascanu et al. 2013, equation 8): x_t = w σ(x_{t−1}) + b from x_0; E = (σ(x_T) − target)².
 * The knobs w, b, x0 and target are the whole system; one sequence is the batch. */
#include "task/sequence.h"
#include "task/target.h"

enum { UNIT = 1 }; /* UNIT_FIXED_POINT */

static bool shape(const task_spec *s, task_shape *out, err *e)
{
	return R(target_shape)(s, "fixed_point", UNIT, out, e);
}

const task R(task_fixed_point) = {
        .name = "fixed_point",
        .summary = "one unit: x = w·σ(x) + b, T times over, should end at a target",
        .shape = shape,
        .length = R(sequence_length),
        .fill = R(target_fill),
        .wrong = R(target_wrong),
        .uses = TASK_USES_T | TASK_USES_JITTER | TASK_USES_UNIT,
};

/* One linear unit with a constant input: x_t = w x_{t−1} + b from x_0; E = (x_T − target)². From x_0 = b/(1 − w) the
 * state stands still, so that every step has the same immediate derivatives ∂⁺x/∂w = x_0, ∂⁺x/∂b = 1 and a gradient
 * that goes back over p of T steps is the share (1 − wᵖ)/(1 − wᵀ) of the whole one. The knobs w, b, x0 and target are
 * the whole system; one sequence is the batch. */
#include "task/sequence.h"
#include "task/target.h"

enum { UNIT = 3 }; /* UNIT_LINEAR */

static bool shape(const task_spec *s, task_shape *out, err *e)
{
	return R(target_shape)(s, "linear", UNIT, out, e);
}

const task R(task_linear) = {
        .name = "linear",
        .summary = "one linear unit: x = w·x + b, T times over, should end at a target",
        .shape = shape,
        .length = R(sequence_length),
        .fill = R(target_fill),
        .wrong = R(target_wrong),
        .uses = TASK_USES_T | TASK_USES_JITTER | TASK_USES_UNIT,
};

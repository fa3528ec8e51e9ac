/* One linear unit with a constant input: x_t = w x_{t−1} + b from x_0; E = (x_T − target)². From x_0 = b/(1 − w) the
 * state stands still, so that every step has the same immediate derivatives ∂⁺x/∂w = x_0, ∂⁺x/∂b = 1 and a gradient
 * that goes back over p of T steps is the share (1 − wᵖ)/(1 − wᵀ) of the whole one. The knobs w, b, x0 and target are
 * the whole system; one sequence is the batch. */
#include "task/sequence.h"

#include <math.h>

enum { UNIT = 3 }; /* UNIT_LINEAR */

static bool shape(const task_spec *s, task_shape *out, err *e)
{
	if (!R(sequence_variant)(s, "linear", 0, e))
		return false;
	*out = (task_shape){
	        .O = 1, .T_max = R(sequence_longest)(s), .variant = "own", .unit = UNIT, .criterion = "|error| > 0.04"};
	return true;
}

static void fill(const task_spec *s, long update, rng *r, batch *b)
{
	(void)update;
	(void)r;
	for (int i = 0; i < b->B; i++)
		((real *)b->y)[i] = (real)s->target;
}

static bool wrong(const task_spec *s, const batch *b, int step, int sequence, const void *z)
{
	(void)step;
	(void)b;
	(void)sequence;
	return !(fabs((double)*(const real *)z - s->target) <= 0.04);
}

const task R(task_linear) = {
        .name = "linear",
        .summary = "one linear unit: x = w·x + b, T times over, should end at a target",
        .shape = shape,
        .length = R(sequence_length),
        .fill = fill,
        .wrong = wrong,
        .uses = TASK_USES_T | TASK_USES_JITTER | TASK_USES_UNIT,
};

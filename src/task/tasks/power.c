/* The simplest recurrence: yⁿ = wⁿ⁻¹. One linear unit, input 1 at the first step and 0 after it; n = T; squared error
 * to a target. */
#include "task/sequence.h"

#include <math.h>

enum { UNIT = 2 }; /* UNIT_POWER */

static bool shape(const task_spec *s, task_shape *out, err *e)
{
	if (!R(sequence_variant)(s, "power", 0, e))
		return false;
	*out = (task_shape){.I = 1,
	        .O = 1,
	        .T_max = R(sequence_longest)(s),
	        .variant = "own",
	        .unit = UNIT,
	        .criterion = "|error| > 1 % of the target"};
	return true;
}

static void fill(const task_spec *s, long update, rng *r, batch *b)
{
	(void)update;
	(void)r;
	for (int i = 0; i < b->B; i++) {
		sequence_x(b, 0, i)[0] = 1;
		((real *)b->y)[i] = (real)s->target;
	}
}

static bool wrong(const task_spec *s, const batch *b, int step, int sequence, const void *z)
{
	(void)step;
	(void)b;
	(void)sequence;
	return !(fabs((double)*(const real *)z - s->target) <= 0.01 * fabs(s->target));
}

const task R(task_power) = {
        .name = "power",
        .summary = "one weight: y = w^(T − 1) should become a target",
        .shape = shape,
        .length = R(sequence_length),
        .fill = fill,
        .wrong = wrong,
        .uses = TASK_USES_T | TASK_USES_JITTER | TASK_USES_UNIT,
};

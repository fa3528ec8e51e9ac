/* Descent on a function of two parameters: no net, no sequence. The target says whether the function shows in this
 * batch; the two inputs are noise on its gradient. */
#include "task/sequence.h"

enum { UNIT = 4 }; /* UNIT_FUNCTION */

static bool shape(const task_spec *s, task_shape *out, err *e)
{
	if (!R(sequence_variant)(s, "function", 0, e))
		return false;
	*out = (task_shape){
	        .I = 2, .O = 1, .T_max = 1, .variant = "own", .unit = UNIT, .criterion = "nothing", .real_inputs = 2};
	return true;
}

static int length(const task_spec *s, rng *r)
{
	(void)s;
	(void)r;
	return 1;
}

static void fill(const task_spec *s, long update, rng *r, batch *b)
{
	(void)r;
	for (int i = 0; i < b->B; i++)
		((real *)b->y)[i] = s->sparse > 1 && update % s->sparse != 0 ? 0 : 1;
}

static bool wrong(const task_spec *s, const batch *b, int step, int sequence, const void *z)
{
	(void)s;
	(void)b;
	(void)step;
	(void)sequence;
	(void)z;
	return false;
}

const task R(task_function) = {
        .name = "function",
        .summary = "two parameters: descent on a function of a and b",
        .shape = shape,
        .length = length,
        .fill = fill,
        .wrong = wrong,
        .uses = TASK_USES_NOISE | TASK_USES_UNIT | TASK_USES_FUNCTION,
};

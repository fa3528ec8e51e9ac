/* Parity: y_t = y_{t−1} xor x_t at every step, y_0 = 0: has the number of ones so far been odd? With its own last
 * answer as an input a net without any other memory can do it. */
#include "task/sequence.h"

#include <math.h>

static bool shape(const task_spec *s, task_shape *out, err *e)
{
	if (!R(sequence_variant)(s, "parity", 0, e))
		return false;
	*out = (task_shape){.I = 2,
	        .O = 2,
	        .classes = 2,
	        .y_per_step = true,
	        .T_max = R(sequence_longest)(s),
	        .variant = "own",
	        .baselines = 1,
	        .baseline = {log(2)},
	        .baseline_label = {"ln 2: guessing"},
	        .criterion = "largest output is not the class",
	        .guess_wrong = 0.5,
	        .lag_far = s->T - 1};
	return true;
}

static void fill(const task_spec *s, long update, rng *r, batch *b)
{
	(void)s;
	(void)update;
	for (int i = 0; i < b->B; i++) {
		int odd = 0;
		for (int t = 0; t < b->T; t++) {
			int bit = (int)rng_below(r, 2);
			R(sequence_put)(b, t, i, bit);
			odd ^= bit;
			b->label[(long)t * b->label_t + i] = odd;
		}
	}
}

static const char *symbol(const task_spec *s, int index)
{
	(void)s;
	return index < 2 ? R(sequence_digits)(index) : NULL;
}

const task R(task_parity) = {.name = "parity",
        .summary = "at every step whether the number of ones so far is odd",
        .shape = shape,
        .length = R(sequence_length),
        .fill = fill,
        .wrong = R(sequence_wrong_class),
        .symbol = symbol,
        .answer = symbol,
        .uses = TASK_USES_T | TASK_USES_JITTER};

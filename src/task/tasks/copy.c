/* Copy memory (Hochreiter, Schmidhuber 1997; as in the code of Arjovsky et al. 2016): ten symbols out of 1 … 8, T − 1
 * blanks (0), a marker (9), ten more blanks, during which the symbols have to come again: T + 20 steps. Classes: blank,
 * 1 … 8. The loss is the mean over all steps. A sequence counts as right when all its steps are. */
#include "task/recall.h"

#include <math.h>

enum { PATTERN = 10 };

static recall_form recall(const task_spec *s)
{
	int values = s->symbols ? s->symbols : 8;
	return (recall_form){
	        .pattern = PATTERN, .values = values, .blank = 0, .first = 1, .marker = values + 1, .ahead = 1};
}

static bool shape(const task_spec *s, task_shape *out, err *e)
{
	if (!R(sequence_variant)(s, "copy", VARIANT_BIT(VARIANT_URNN), e) ||
	        !R(sequence_symbols)(s, "copy", 2, SEQUENCE_SYMBOLS - 2, e))
		return false;
	recall_form f = recall(s);
	*out = (task_shape){.I = f.values + 2,
	        .O = f.values + 1,
	        .classes = f.values + 1,
	        .y_per_step = true,
	        .T_max = R(sequence_longest)(s) + 2 * PATTERN,
	        .variant = "urnn",
	        .baselines = 2,
	        .baseline = {log(f.values + 1), R(recall_floor)(&f, s->T + 2 * PATTERN)},
	        .baseline_label = {"ln of the classes: guessing",
	                s->symbols ? "no memory" : "10 ln 8/(T+20): no memory"},
	        .criterion = "a sequence with any wrong step",
	        .sequence_wrong = true,
	        .lag_near = s->T + PATTERN,
	        .lag_far = s->T + PATTERN};
	return true;
}

static int length(const task_spec *s, rng *r)
{
	return R(sequence_length)(s, r) + 2 * PATTERN;
}

static void fill(const task_spec *s, long update, rng *r, batch *b)
{
	(void)update;
	recall_form f = recall(s);
	R(recall_fill)(&f, r, b);
}

static const char *symbol(const task_spec *s, int index)
{
	recall_form f = recall(s);
	return R(recall_symbol)(&f, index);
}

static const char *answer(const task_spec *s, int index)
{
	recall_form f = recall(s);
	return index < f.marker ? R(recall_symbol)(&f, index) : NULL;
}

const task R(task_copy) = {.name = "copy",
        .summary = "ten symbols, copied after a delay of T steps",
        .shape = shape,
        .length = length,
        .fill = fill,
        .wrong = R(sequence_wrong_class),
        .symbol = symbol,
        .answer = answer,
        .uses = TASK_USES_T | TASK_USES_JITTER | TASK_USES_SYMBOLS};

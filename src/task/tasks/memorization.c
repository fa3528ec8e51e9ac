/* Noiseless memorization (Hochreiter, Schmidhuber 1997; Martens, Sutskever 2011; as in the code of Pascanu et al.
 * 2013): a pattern, T blanks, and the pattern again while the inputs are blank; its first step brings the trigger.
 * Inputs: the values, blank, trigger; classes: the values, blank. A sequence is right when all its steps are. 5bit   5
 * symbols out of 2 20bit  10 symbols out of 5 (a little over 23 bits) */
#include "task/recall.h"

#include <math.h>

static variant form(const task_spec *s)
{
	return s->variant == VARIANT_AUTO ? VARIANT_5BIT : s->variant;
}

static recall_form recall(const task_spec *s)
{
	int values = s->symbols ? s->symbols : form(s) == VARIANT_5BIT ? 2 : 5;
	return (recall_form){
	        .pattern = form(s) == VARIANT_5BIT ? 5 : 10, .values = values, .blank = values, .marker = values + 1};
}

static bool shape(const task_spec *s, task_shape *out, err *e)
{
	static const unsigned allowed = VARIANT_BIT(VARIANT_5BIT) | VARIANT_BIT(VARIANT_20BIT);
	if (!R(sequence_variant)(s, "memorization", allowed, e) ||
	        !R(sequence_symbols)(s, "memorization", 2, SEQUENCE_SYMBOLS - 2, e))
		return false;
	recall_form f = recall(s);
	*out = (task_shape){.I = f.values + 2,
	        .O = f.values + 1,
	        .classes = f.values + 1,
	        .y_per_step = true,
	        .T_max = R(sequence_longest)(s) + 2 * f.pattern,
	        .variant = R(sequence_variant_name)(form(s)),
	        .baselines = 2,
	        .baseline = {log(f.values + 1), R(recall_floor)(&f, s->T + 2 * f.pattern)},
	        .baseline_label = {"ln of the classes: guessing", "no memory"},
	        .criterion = "a sequence with any wrong step",
	        .sequence_wrong = true,
	        .lag_near = s->T + f.pattern,
	        .lag_far = s->T + f.pattern};
	return true;
}

static int length(const task_spec *s, rng *r)
{
	return R(sequence_length)(s, r) + 2 * recall(s).pattern;
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
	return index <= f.blank ? R(recall_symbol)(&f, index) : NULL;
}

const task R(task_memorization) = {.name = "memorization",
        .summary = "a few symbols, repeated after T blanks",
        .shape = shape,
        .length = length,
        .fill = fill,
        .wrong = R(sequence_wrong_class),
        .symbol = symbol,
        .answer = answer,
        .uses = TASK_USES_VARIANT | TASK_USES_T | TASK_USES_JITTER | TASK_USES_SYMBOLS};

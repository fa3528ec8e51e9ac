/* Random permutation (Hochreiter, Schmidhuber 1997; as in the code of Pascanu et al. 2013): 100 symbols; the first is 0
 * or 1, the others are random ones of 2 … 99; at the end the first one is asked. */
#include "task/sequence.h"

#include <math.h>

static int symbols(const task_spec *s)
{
	return s->symbols ? s->symbols : SEQUENCE_SYMBOLS;
}

static bool shape(const task_spec *s, task_shape *out, err *e)
{
	if (!R(sequence_variant)(s, "permutation", VARIANT_BIT(VARIANT_PASCANU), e) ||
	        !R(sequence_symbols)(s, "permutation", 3, SEQUENCE_SYMBOLS, e))
		return false;
	if (s->T < 2)
		return err_input(e, "T=%d: task=permutation asks for the first symbol later; allowed: T ≥ 2", s->T);
	*out = (task_shape){.I = symbols(s),
	        .O = symbols(s),
	        .classes = symbols(s),
	        .T_max = R(sequence_longest)(s),
	        .variant = "pascanu",
	        .baselines = 2,
	        .baseline = {log(symbols(s)), log(2)},
	        .baseline_label = {"ln of the symbols: guessing", "ln 2: no memory"},
	        .criterion = "largest output is not the class",
	        .guess_wrong = 0.5,
	        .lag_near = s->T - 1,
	        .lag_far = s->T - 1};
	return true;
}

static void fill(const task_spec *s, long update, rng *r, batch *b)
{
	(void)update;
	for (int i = 0; i < b->B; i++) {
		b->label[i] = (int32_t)rng_below(r, 2);
		R(sequence_put)(b, 0, i, b->label[i]);
		for (int t = 1; t < b->T; t++)
			R(sequence_put)(b, t, i, 2 + (int)rng_below(r, (uint32_t)symbols(s) - 2));
	}
}

static const char *symbol(const task_spec *s, int index)
{
	return index < symbols(s) ? R(sequence_digits)(index) : NULL;
}

const task R(task_permutation) = {.name = "permutation",
        .summary = "the first of many random symbols, asked at the end of the sequence",
        .shape = shape,
        .length = R(sequence_length),
        .fill = fill,
        .wrong = R(sequence_wrong_class),
        .symbol = symbol,
        .answer = symbol,
        .uses = TASK_USES_T | TASK_USES_JITTER | TASK_USES_SYMBOLS};

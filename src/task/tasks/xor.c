/* The xor problem: two bits of a sequence are marked, their exclusive or is asked at the end. Neither bit alone tells
 * anything, so that it cannot be learned in stages. Where the marks stand: task/marked.h.
 *   martens     two classes, as in the code of Martens and Sutskever 2011 (one logistic output is the same as a softmax
 *               over two)
 *   hochreiter  the markers of the adding problem of Hochreiter and Schmidhuber 1997; the first pair's bit counts 0 */
#include "task/marked.h"

#include <math.h>

static variant form(const task_spec *s)
{
	return s->variant == VARIANT_AUTO ? VARIANT_MARTENS : s->variant;
}

static bool shape(const task_spec *s, task_shape *out, err *e)
{
	static const unsigned allowed = VARIANT_BIT(VARIANT_MARTENS) | VARIANT_BIT(VARIANT_HOCHREITER);
	if (!R(sequence_variant)(s, "xor", allowed, e) || !R(marked_fits)(s, form(s), "xor", e))
		return false;
	*out = (task_shape){.I = 2,
	        .O = 2,
	        .classes = 2,
	        .T_max = R(sequence_longest)(s),
	        .variant = R(sequence_variant_name)(form(s)),
	        .baselines = 1,
	        .baseline = {log(2)},
	        .baseline_label = {"ln 2: guessing"},
	        .criterion = "largest output is not the class",
	        .guess_wrong = 0.5};
	R(marked_lags)(form(s), s->T, &out->lag_near, &out->lag_far);
	return true;
}

static void fill(const task_spec *s, long update, rng *r, batch *b)
{
	(void)update;
	for (int i = 0; i < b->B; i++) {
		double x[2];
		R(marked_draw)(form(s), MARKED_BIT, 0, r, b, i, x);
		b->label[i] = x[0] != x[1];
	}
}

static const char *answer(const task_spec *s, int index)
{
	(void)s;
	return index < 2 ? R(sequence_digits)(index) : NULL;
}

const task R(task_xor) = {.name = "xor",
        .summary = "the exclusive or of two marked bits, asked at the end of the sequence",
        .shape = shape,
        .length = R(sequence_length),
        .fill = fill,
        .wrong = R(sequence_wrong_class),
        .answer = answer,
        .uses = TASK_USES_VARIANT | TASK_USES_T | TASK_USES_JITTER};

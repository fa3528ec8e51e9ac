/* Temporal order (Hochreiter, Schmidhuber 1997): two special symbols, A or B, stand among distractors; which were they,
 * in which order? Class v₀ + 2 v₁. galvan      6 channels (A, B, four distractors); p₀ in [0, L/10), p₁ in [L/10, L/2)
 *   pascanu     the same; p₀ in [L/10, L/5), p₁ in [L/2, 3L/5) (the released code)
 *   hochreiter  8 channels (also a start and a trigger): starts with the start, ends with the trigger, p₀ and p₁ as in
 *               Pascanu's code; right when every output error is below 0.3, here: when the largest output is right
 *   martens     8 channels; the trigger one step before the end, p₀ in [L/100, L/10), p₁ in [2L/5, L/2), the four
 * classes in turn (the released code of Martens and Sutskever 2011) */
#include "task/order.h"

#include <math.h>

#define ANSWERS "AA\0BA\0AB\0BB"

static variant form(const task_spec *s)
{
	return s->variant == VARIANT_AUTO ? VARIANT_GALVAN : s->variant;
}

static const order_form *order(const task_spec *s)
{
	static const order_form galvan = {2, {0, 0.1}, {0.1, 0.5}, 0, 0, false, ANSWERS},
	                        pascanu = {2, {0.1, 0.5}, {0.2, 0.6}, 0, 0, false, ANSWERS},
	                        hochreiter = {2, {0.1, 0.5}, {0.2, 0.6}, 1, 0, false, ANSWERS},
	                        martens = {2, {0.01, 0.4}, {0.1, 0.5}, 1, 1, true, ANSWERS};
	return form(s) == VARIANT_PASCANU      ? &pascanu
	       : form(s) == VARIANT_HOCHREITER ? &hochreiter
	       : form(s) == VARIANT_MARTENS    ? &martens
	                                       : &galvan;
}

static bool shape(const task_spec *s, task_shape *out, err *e)
{
	static const unsigned allowed = VARIANT_BIT(VARIANT_PASCANU) | VARIANT_BIT(VARIANT_GALVAN) |
	                                VARIANT_BIT(VARIANT_HOCHREITER) | VARIANT_BIT(VARIANT_MARTENS);
	if (!R(sequence_variant)(s, "temporal_order", allowed, e) ||
	        !R(order_shape)(s, order(s), "temporal_order", out, e))
		return false;
	out->variant = R(sequence_variant_name)(form(s));
	out->baselines = 2;
	out->baseline[0] = log(4);
	out->baseline[1] = log(2);
	out->baseline_label[0] = "ln 4: guessing";
	out->baseline_label[1] = "ln 2: one known";
	return true;
}

static void fill(const task_spec *s, long update, rng *r, batch *b)
{
	R(order_fill)(s, order(s), update, r, b);
}

static const char *symbol(const task_spec *s, int index)
{
	return R(order_symbol)(s, order(s), index);
}

static const char *answer(const task_spec *s, int index)
{
	return index >= 0 && index < 4 ? order(s)->answers + 3 * index : NULL;
}

const task R(task_temporal_order) = {.name = "temporal_order",
        .summary = "which two symbols stood among distractors, and in which order",
        .shape = shape,
        .length = R(sequence_length),
        .fill = fill,
        .wrong = R(sequence_wrong_class),
        .symbol = symbol,
        .answer = answer,
        .uses = TASK_USES_VARIANT | TASK_USES_T | TASK_USES_JITTER | TASK_USES_SYMBOLS};

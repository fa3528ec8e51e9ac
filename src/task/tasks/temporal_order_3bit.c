/* Temporal order with three special symbols: class v₀ + 2 v₁ + 4 v₂ (channels as in temporal_order).
 *   pascanu     p₀ in [L/10, L/5), p₁ in [3L/10, 2L/5), p₂ in [3L/5, 7L/10) (the released code)
 *   hochreiter  8 channels, start and trigger; p₁ and p₂ in 33–43 and 66–76 hundredths of L (Hochreiter, Schmidhuber
 * 1997) martens     8 channels; p₀ in [L/100, L/10), p₁ in [3L/10, 2L/5), p₂ in [L/2, 3L/5), the trigger at the end,
 * the eight classes in turn (the released code of Martens and Sutskever 2011) */
#include "task/order.h"

#include <math.h>

#define ANSWERS "AAA\0BAA\0ABA\0BBA\0AAB\0BAB\0ABB\0BBB"

static variant form(const task_spec *s)
{
	return s->variant == VARIANT_AUTO ? VARIANT_PASCANU : s->variant;
}

static const order_form *order(const task_spec *s)
{
	static const order_form pascanu = {3, {0.1, 0.3, 0.6}, {0.2, 0.4, 0.7}, 0, 0, false, ANSWERS},
	                        hochreiter = {3, {0.1, 0.33, 0.66}, {0.2, 0.43, 0.76}, 1, 0, false, ANSWERS},
	                        martens = {3, {0.01, 0.3, 0.5}, {0.1, 0.4, 0.6}, 1, 0, true, ANSWERS};
	return form(s) == VARIANT_HOCHREITER ? &hochreiter : form(s) == VARIANT_MARTENS ? &martens : &pascanu;
}

static bool shape(const task_spec *s, task_shape *out, err *e)
{
	static const unsigned allowed =
	        VARIANT_BIT(VARIANT_PASCANU) | VARIANT_BIT(VARIANT_HOCHREITER) | VARIANT_BIT(VARIANT_MARTENS);
	if (!R(sequence_variant)(s, "temporal_order_3bit", allowed, e) ||
	        !R(order_shape)(s, order(s), "temporal_order_3bit", out, e))
		return false;
	out->variant = R(sequence_variant_name)(form(s));
	out->baselines = 3;
	for (int known = 0; known < 3; known++)
		out->baseline[known] = log(8 >> known);
	out->baseline_label[0] = "ln 8: guessing";
	out->baseline_label[1] = "ln 4: one known";
	out->baseline_label[2] = "ln 2: two known";
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
	return index >= 0 && index < 8 ? order(s)->answers + 4 * index : NULL;
}

const task R(task_temporal_order_3bit) = {.name = "temporal_order_3bit",
        .summary = "which three symbols stood among distractors, and in which order",
        .shape = shape,
        .length = R(sequence_length),
        .fill = fill,
        .wrong = R(sequence_wrong_class),
        .symbol = symbol,
        .answer = answer,
        .uses = TASK_USES_VARIANT | TASK_USES_T | TASK_USES_JITTER | TASK_USES_SYMBOLS};

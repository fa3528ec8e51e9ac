/* The adding problem (Hochreiter, Schmidhuber 1997): two numbers of a sequence are marked, their sum is asked at the
 * end. Where the marks stand: task/marked.h. urnn, irnn  values U[0,1], target x₁ + x₂ (Arjovsky et al. 2016; Le et al.
 * 2015) pascanu     values U[0,1], target (x₁ + x₂)/2; right when the squared error ≤ 0.04      (Pascanu et al. 2013,
 * code) galvan      the same; right when |error| ≤ 0.04                                                    (Galvan
 * 2016) martens     the same as galvan, with its own marks                                  (Martens, Sutskever 2011)
 *   hochreiter  values U[−1,1], x₁ counts 0 when the first pair was picked, target 0.5 + (x₁ + x₂)/4; right when
 *               |error| < 0.04 */
#include "task/marked.h"

static variant form(const task_spec *s)
{
	return s->variant == VARIANT_AUTO ? VARIANT_URNN : s->variant;
}

static bool is_sum(const task_spec *s)
{
	return form(s) == VARIANT_URNN || form(s) == VARIANT_IRNN;
}

static bool shape(const task_spec *s, task_shape *out, err *e)
{
	static const unsigned allowed = VARIANT_BIT(VARIANT_IRNN) | VARIANT_BIT(VARIANT_URNN) |
	                                VARIANT_BIT(VARIANT_PASCANU) | VARIANT_BIT(VARIANT_GALVAN) |
	                                VARIANT_BIT(VARIANT_HOCHREITER) | VARIANT_BIT(VARIANT_MARTENS);
	if (!R(sequence_variant)(s, "adding", allowed, e) || !R(marked_fits)(s, form(s), "adding", e))
		return false;
	*out = (task_shape){.I = 2,
	        .O = 1,
	        .T_max = R(sequence_longest)(s),
	        .variant = R(sequence_variant_name)(form(s)),
	        .baselines = 1,
	        .baseline = {is_sum(s) ? 1.0 / 6 : 1.0 / 24},
	        .baseline_label = {is_sum(s) ? "1/6: guessing" : "1/24: guessing"},
	        .criterion = form(s) == VARIANT_PASCANU ? "squared error > 0.04" : "|error| > 0.04",
	        .real_first = 1,
	        .real_inputs = 1};
	R(marked_lags)(form(s), s->T, &out->lag_near, &out->lag_far);
	if (form(s) == VARIANT_HOCHREITER) {
		/* var x = 1/3 of the values that count; the first pair's does not */
		out->baseline[0] = (2 - R(marked_first)(s->T)) / 48;
		out->baseline_label[0] = "about 1/24: guessing";
	}
	return true;
}

static void fill(const task_spec *s, long update, rng *r, batch *b)
{
	(void)update;
	bool hochreiter = form(s) == VARIANT_HOCHREITER;
	for (int i = 0; i < b->B; i++) {
		double x[2];
		R(marked_draw)(form(s), hochreiter ? MARKED_SIGNED : MARKED_UNIT, 0, r, b, i, x);
		double sum = x[0] + x[1];
		((real *)b->y)[i] = (real)(is_sum(s) ? sum : hochreiter ? 0.5 + sum / 4 : sum / 2);
	}
}

static void retarget(const task_spec *s, batch *b, int i)
{
	enum { MOST = 16 };
	double x[MOST], sum = 0;
	for (int k = R(marked_read)(form(s), 0, b, i, MOST, x) - 1; k >= 0; k--)
		sum += x[k];
	((real *)b->y)[i] = (real)(is_sum(s) ? sum : form(s) == VARIANT_HOCHREITER ? 0.5 + sum / 4 : sum / 2);
}

static bool wrong(const task_spec *s, const batch *b, int step, int sequence, const void *z)
{
	(void)step;
	return R(marked_wrong)(b, sequence, z, form(s) == VARIANT_PASCANU ? 0.2 : 0.04);
}

const task R(task_adding) = {.name = "adding",
        .summary = "the sum of two marked numbers, asked at the end of the sequence",
        .shape = shape,
        .length = R(sequence_length),
        .fill = fill,
        .retarget = retarget,
        .wrong = wrong,
        .uses = TASK_USES_VARIANT | TASK_USES_T | TASK_USES_JITTER | TASK_USES_NOISE};

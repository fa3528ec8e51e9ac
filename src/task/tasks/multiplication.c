/* The multiplication problem (Hochreiter, Schmidhuber 1997): two numbers of a sequence are marked, their product is
 * asked at the end. Values U[0,1]; where the marks stand: task/marked.h. pascanu     right when the squared error ≤
 * 0.04                                     (Pascanu et al. 2013, code) martens     right when |error| ≤ 0.04 (Martens,
 * Sutskever 2011, code) hochreiter  x₁ counts 1 when the first pair was picked; right when |error| ≤ 0.04 */
#include "task/marked.h"

static variant form(const task_spec *s)
{
	return s->variant == VARIANT_AUTO ? VARIANT_PASCANU : s->variant;
}

/* Variance of x₁x₂: 1/9 − 1/16 = 7/144; with probability q one factor is 1. */
static double variance(const task_spec *s)
{
	double q = form(s) == VARIANT_HOCHREITER ? R(marked_first)(s->T) : 0;
	double mean = (1 - q) / 4 + q / 2, square = (1 - q) / 9 + q / 3;
	return square - mean * mean;
}

static bool shape(const task_spec *s, task_shape *out, err *e)
{
	static const unsigned allowed =
	        VARIANT_BIT(VARIANT_PASCANU) | VARIANT_BIT(VARIANT_HOCHREITER) | VARIANT_BIT(VARIANT_MARTENS);
	if (!R(sequence_variant)(s, "multiplication", allowed, e) || !R(marked_fits)(s, form(s), "multiplication", e))
		return false;
	*out = (task_shape){.I = 2,
	        .O = 1,
	        .T_max = R(sequence_longest)(s),
	        .variant = R(sequence_variant_name)(form(s)),
	        .baselines = 1,
	        .baseline = {variance(s)},
	        .baseline_label = {form(s) == VARIANT_HOCHREITER ? "variance: guessing" : "7/144: guessing"},
	        .criterion = form(s) == VARIANT_PASCANU ? "squared error > 0.04" : "|error| > 0.04",
	        .real_first = 1,
	        .real_inputs = 1};
	R(marked_lags)(form(s), s->T, &out->lag_near, &out->lag_far);
	return true;
}

static void fill(const task_spec *s, long update, rng *r, batch *b)
{
	(void)update;
	for (int i = 0; i < b->B; i++) {
		double x[2];
		R(marked_draw)(form(s), MARKED_UNIT, 1, r, b, i, x);
		((real *)b->y)[i] = (real)(x[0] * x[1]);
	}
}

static void retarget(const task_spec *s, batch *b, int i)
{
	enum { MOST = 16 };
	double x[MOST], product = 1;
	for (int k = R(marked_read)(form(s), 1, b, i, MOST, x) - 1; k >= 0; k--)
		product *= x[k];
	((real *)b->y)[i] = (real)product;
}

static bool wrong(const task_spec *s, const batch *b, int step, int sequence, const void *z)
{
	(void)step;
	return R(marked_wrong)(b, sequence, z, form(s) == VARIANT_PASCANU ? 0.2 : 0.04);
}

const task R(task_multiplication) = {.name = "multiplication",
        .summary = "the product of two marked numbers, asked at the end of the sequence",
        .shape = shape,
        .length = R(sequence_length),
        .fill = fill,
        .retarget = retarget,
        .wrong = wrong,
        .uses = TASK_USES_VARIANT | TASK_USES_T | TASK_USES_JITTER | TASK_USES_NOISE};

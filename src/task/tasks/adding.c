/* The adding problem (Hochreiter, Schmidhuber 1997): two numbers of a sequence are marked, their sum is asked at the
 * end. Channel 0: marker, channel 1: value. urnn        values U[0,1], marks in [0, L/2) and [L/2, L), target x₁ + x₂
 * (Arjovsky et al. 2016) irnn        values U[0,1], two marks anywhere, target x₁ + x₂                           (Le et
 * al. 2015) pascanu     values U[0,1], marks in [0, L/10) and [L/10, L/2), target (x₁ + x₂)/2; right when the squared
 * error ≤ 0.04 galvan      the same; right when |error| ≤ 0.04 hochreiter  values U[−1,1], first mark in the first ten,
 * second in the first L/2 − 1 still unmarked, first and last marker −1 (x₁ counts 0 when the first pair was picked),
 * target 0.5 + (x₁ + x₂)/4; right when |error| < 0.04 */
#include "task/sequence.h"

#include <math.h>

static variant form(const task_spec *s)
{
	return s->variant == VARIANT_AUTO ? VARIANT_URNN : s->variant;
}

static bool shape(const task_spec *s, task_shape *out, err *e)
{
	static const char *const names[] = {"urnn", "irnn", "urnn", "pascanu", "galvan", "hochreiter"};
	if (s->T < 2)
		return err_input(e, "T=%d: the adding problem marks two steps; allowed: T ≥ 2", s->T);
	bool sum = form(s) == VARIANT_URNN || form(s) == VARIANT_IRNN;
	*out = (task_shape){.I = 2,
	        .O = 1,
	        .T_max = R(sequence_longest)(s),
	        .variant = names[form(s)],
	        .baselines = 1,
	        .baseline = {sum ? 1.0 / 6 : 1.0 / 24},
	        .baseline_label = {sum ? "1/6: guessing" : "1/24: guessing"},
	        .criterion = form(s) == VARIANT_PASCANU ? "squared error > 0.04" : "|error| > 0.04"};
	return true;
}

static void two_marks(const task_spec *s, rng *r, int L, int *p0, int *p1)
{
	switch (form(s)) {
	case VARIANT_IRNN:
		*p0 = (int)rng_below(r, (uint32_t)L);
		*p1 = (int)rng_below(r, (uint32_t)(L - 1));
		*p1 += *p1 >= *p0;
		break;
	case VARIANT_URNN:
	case VARIANT_AUTO:
		*p0 = (int)rng_below(r, (uint32_t)(L / 2));
		*p1 = L / 2 + (int)rng_below(r, (uint32_t)(L - L / 2));
		break;
	case VARIANT_HOCHREITER: {
		int near = L < 10 ? L : 10, far = L / 2 - 1 > near ? L / 2 - 1 : near;
		far = far < 2 ? 2 : far;
		*p0 = (int)rng_below(r, (uint32_t)near);
		*p1 = (int)rng_below(r, (uint32_t)(far - (*p0 < far)));
		*p1 += *p1 >= *p0;
		break;
	}
	case VARIANT_PASCANU:
	case VARIANT_GALVAN:
		*p0 = R(sequence_position)(r, 0, 0.1, L);
		*p1 = R(sequence_position)(r, 0.1, 0.5, L);
		*p1 += *p1 == *p0; /* only in sequences shorter than ten */
		break;
	}
}

static void fill(const task_spec *s, long update, rng *r, batch *b)
{
	(void)update;
	bool signed_values = form(s) == VARIANT_HOCHREITER;
	for (int i = 0; i < b->B; i++) {
		for (int t = 0; t < b->T; t++) {
			double u = rng_uniform(r);
			sequence_x(b, t, i)[1] = (real)(signed_values ? 2 * u - 1 : u);
		}
		int p0 = 0, p1 = 1;
		two_marks(s, r, b->T, &p0, &p1);
		double x0 = (double)sequence_x(b, p0, i)[1], x1 = (double)sequence_x(b, p1, i)[1];
		sequence_x(b, p0, i)[0] = sequence_x(b, p1, i)[0] = 1;
		double target = form(s) == VARIANT_PASCANU || form(s) == VARIANT_GALVAN ? (x0 + x1) / 2 : x0 + x1;
		if (signed_values) {
			x0 = p0 == 0 ? 0 : x0;
			x1 = p1 == 0 ? 0 : x1;
			sequence_x(b, 0, i)[0] = sequence_x(b, b->T - 1, i)[0] = -1;
			target = 0.5 + (x0 + x1) / 4;
		}
		((real *)b->y)[i] = (real)target;
	}
}

static bool wrong(const task_spec *s, const batch *b, int step, int sequence, const void *z)
{
	(void)step;
	double error = fabs((double)*(const real *)z - (double)((const real *)b->y)[sequence]);
	return !(error <= (form(s) == VARIANT_PASCANU ? 0.2 : 0.04));
}

const task R(task_adding) = {"adding", "the sum of two marked numbers, asked at the end of the sequence", shape,
        R(sequence_length), fill, wrong};

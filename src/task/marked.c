#include "task/marked.h"

#include <math.h>

/* Hochreiter's two ranges: the first mark is one of `near`, the second one of the `far` − 1 that are left. */
static void hochreiter_ranges(int L, int *near, int *far)
{
	*near = L < 10 ? L : 10;
	*far = L / 2 - 1 > *near ? L / 2 - 1 : *near;
	*far = *far < 2 ? 2 : *far;
}

static void two_marks(variant form, rng *r, int L, int *p0, int *p1)
{
	int near, far;
	switch (form) {
	case VARIANT_IRNN:
		*p0 = (int)rng_below(r, (uint32_t)L);
		*p1 = (int)rng_below(r, (uint32_t)(L - 1));
		*p1 += *p1 >= *p0;
		break;
	case VARIANT_URNN:
		*p0 = (int)rng_below(r, (uint32_t)(L / 2));
		*p1 = L / 2 + (int)rng_below(r, (uint32_t)(L - L / 2));
		break;
	case VARIANT_HOCHREITER:
		hochreiter_ranges(L, &near, &far);
		*p0 = (int)rng_below(r, (uint32_t)near);
		*p1 = (int)rng_below(r, (uint32_t)(far - (*p0 < far)));
		*p1 += *p1 >= *p0;
		break;
	case VARIANT_MARTENS:
		*p0 = 1 + (L / 10 > 2 ? (int)rng_below(r, (uint32_t)(L / 10 - 1)) : 0);
		*p1 = R(sequence_position)(r, 0.1, 0.5, L);
		*p1 = *p1 > *p0 ? *p1 : *p0 + 1; /* only in sequences shorter than twenty */
		break;
	default:
		*p0 = R(sequence_position)(r, 0, 0.1, L);
		*p1 = R(sequence_position)(r, 0.1, 0.5, L);
		*p1 += *p1 == *p0; /* only in sequences shorter than ten */
		break;
	}
}

void R(marked_lags)(variant form, int L, int *nearest, int *furthest)
{
	int near, far, first = form == VARIANT_MARTENS, last = L - 1;
	if (form == VARIANT_HOCHREITER) {
		hochreiter_ranges(L, &near, &far);
		last = (near > far ? near : far) - 1;
	} else if (form == VARIANT_MARTENS || !(form == VARIANT_IRNN || form == VARIANT_URNN)) {
		last = L / 2 - 1 > 1 ? L / 2 - 1 : 1;
	}
	*nearest = L - 1 - last;
	*furthest = L - 1 - first;
}

static double draw_value(marked_value value, rng *r)
{
	double u = rng_uniform(r);
	return value == MARKED_SIGNED ? 2 * u - 1 : value == MARKED_BIT ? u < 0.5 : u;
}

void R(marked_draw)(variant form, marked_value value, double neutral, rng *r, const batch *b, int i, double x[2])
{
	for (int t = 0; t < b->T; t++)
		sequence_x(b, t, i)[1] = (real)draw_value(value, r);
	int p[2] = {0, 1};
	two_marks(form, r, b->T, &p[0], &p[1]);
	for (int k = 0; k < 2; k++) {
		sequence_x(b, p[k], i)[0] = 1;
		x[k] = form == VARIANT_HOCHREITER && p[k] == 0 ? neutral : (double)sequence_x(b, p[k], i)[1];
	}
	if (form == VARIANT_HOCHREITER)
		sequence_x(b, 0, i)[0] = sequence_x(b, b->T - 1, i)[0] = -1;
	if (form == VARIANT_MARTENS)
		sequence_x(b, 0, i)[0] = sequence_x(b, b->T - 4, i)[0] = -1;
}

int R(marked_read)(variant form, double neutral, const batch *b, int i, int most, double *x)
{
	int n = 0;
	for (int t = 0; t < b->length[i] && n < most; t++) {
		const real *at = sequence_x(b, t, i);
		if (at[0] > (real)0.5)
			x[n++] = (double)at[1];
	}
	if (form == VARIANT_HOCHREITER && n < 2 && n < most) /* its mark is −1 like that of any first pair */
		x[n++] = neutral;
	return n;
}

double R(marked_first)(int L)
{
	int near, far;
	hochreiter_ranges(L, &near, &far);
	return 1.0 / near + (1 - 1.0 / near) / (far - 1);
}

bool R(marked_fits)(const task_spec *s, variant form, const char *name, err *e)
{
	/* Martens: two marks behind the first step, in front of L − 4 */
	int shortest = form == VARIANT_MARTENS ? 8 : 2;
	if (s->T >= shortest)
		return true;
	return err_input(e, "T=%d: task=%s marks two steps; allowed: T ≥ %d", s->T, name, shortest);
}

bool R(marked_wrong)(const batch *b, int sequence, const void *z, double bound)
{
	double error = fabs((double)*(const real *)z - (double)((const real *)b->y)[sequence]);
	return !(error <= bound);
}

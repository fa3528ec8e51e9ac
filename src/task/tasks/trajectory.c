/* Following a path: at every step the next point. Without a file a sum of sines, (1/n) Σ_k sin(2πkτ), n = `symbols`
 * (1); with one its points x,y (or y alone), at equal times and joined by straight lines. constant  the input is 1: the
 * net has to keep the time itself. One pass over T steps; all sequences are the same clock     the inputs are sin 2πτ
 * and cos 2πτ; every sequence begins at a random point, and the path is closed */
#include "task/sequence.h"

#include <math.h>

static const double TAU = 6.28318530717958647693;

enum { SINES = 16, MOST_OUTPUTS = 2 };

static bool is_clock(const task_spec *s)
{
	return s->variant == VARIANT_CLOCK;
}

static int outputs(const task_spec *s)
{
	return s->data ? s->data->I : 1;
}

/* The point at phase τ in [0, 1]. */
static void point(const task_spec *s, double phase, double out[MOST_OUTPUTS])
{
	const dataset *d = s->data;
	if (!d) {
		int n = s->symbols ? s->symbols : 1;
		out[0] = 0;
		for (int k = 1; k <= n; k++)
			out[0] += sin(TAU * k * phase) / n;
		return;
	}
	double u = phase * (is_clock(s) ? d->T : d->T - 1);
	int a = (int)u < d->T ? (int)u : d->T - 1, next = a + 1 < d->T ? a + 1 : is_clock(s) ? 0 : a;
	for (int k = 0; k < d->I; k++)
		out[k] = d->x[a * d->I + k] + (u - a) * (d->x[next * d->I + k] - d->x[a * d->I + k]);
}

/* Variance over T equal steps, mean over the outputs: the error of standing still in the middle. */
static double variance(const task_spec *s)
{
	double sum[MOST_OUTPUTS] = {0}, squares = 0, p[MOST_OUTPUTS];
	for (int t = 1; t <= s->T; t++) {
		point(s, (double)t / s->T, p);
		for (int k = 0; k < outputs(s); k++) {
			sum[k] += p[k] / s->T;
			squares += p[k] * p[k] / s->T;
		}
	}
	for (int k = 0; k < outputs(s); k++)
		squares -= sum[k] * sum[k];
	return squares / outputs(s);
}

static bool shape(const task_spec *s, task_shape *out, err *e)
{
	if (!R(sequence_variant)(s, "trajectory", VARIANT_BIT(VARIANT_CONSTANT) | VARIANT_BIT(VARIANT_CLOCK), e) ||
	        !R(sequence_symbols)(s, "trajectory", 1, SINES, e))
		return false;
	if (s->T < 2)
		return err_input(e, "T=%d: a path has several points; allowed: T ≥ 2", s->T);
	int I = is_clock(s) ? 2 : 1;
	*out = (task_shape){.I = I,
	        .O = outputs(s),
	        .y_per_step = true,
	        .T_max = s->T,
	        .variant = is_clock(s) ? "clock" : "constant",
	        .baselines = 1,
	        .baseline = {variance(s)},
	        .baseline_label = {"variance: standing still"},
	        .criterion = "|error| > 0.1",
	        .real_inputs = I};
	return true;
}

static int length(const task_spec *s, rng *r)
{
	(void)r;
	return s->T;
}

static void fill(const task_spec *s, long update, rng *r, batch *b)
{
	(void)update;
	for (int i = 0; i < b->B; i++) {
		double start = is_clock(s) ? rng_uniform(r) : 0;
		for (int t = 0; t < b->T; t++) {
			double now = start + (double)t / b->T, next = start + (double)(t + 1) / b->T, p[MOST_OUTPUTS];
			real *x = sequence_x(b, t, i);
			x[0] = (real)(is_clock(s) ? sin(TAU * now) : 1);
			if (is_clock(s))
				x[1] = (real)cos(TAU * now);
			point(s, is_clock(s) ? next - floor(next) : next, p);
			for (int k = 0; k < b->O; k++)
				((real *)b->y)[(long)t * b->y_t + (long)i * b->O + k] = (real)p[k];
		}
	}
}

static bool wrong(const task_spec *s, const batch *b, int step, int sequence, const void *z)
{
	(void)s;
	const real *y = (const real *)b->y + (long)step * b->y_t + (long)sequence * b->O, *x = z;
	for (int k = 0; k < b->O; k++)
		if (!(fabs((double)x[k] - (double)y[k]) <= 0.1))
			return true;
	return false;
}

const task R(task_trajectory) = {.name = "trajectory",
        .summary = "the next point of a path: a sine, or the points of your own file",
        .shape = shape,
        .length = length,
        .fill = fill,
        .wrong = wrong,
        .reads = TASK_READS_PATH,
        .uses = TASK_USES_VARIANT | TASK_USES_T | TASK_USES_SYMBOLS | TASK_USES_NOISE};

/* Temporal order (Hochreiter, Schmidhuber 1997): two special symbols, A or B, stand among distractors; which were they,
 * in which order? Class v₀ + 2 v₁. galvan      6 channels (A, B, four distractors); p₀ in [0, L/10), p₁ in [L/10, L/2)
 *   pascanu     the same; p₀ in [L/10, L/5), p₁ in [L/2, 3L/5) (the released code)
 *   hochreiter  8 channels (A, B, four distractors, start E, trigger B): starts with E, ends with the trigger, p₀ and
 * p₁ as in Pascanu's code; right when every output error is below 0.3, here: when the largest output is right */
#include "task/sequence.h"

#include <math.h>

enum { SYMBOLS = 6, START = 6, TRIGGER = 7 };

static variant form(const task_spec *s)
{
	return s->variant == VARIANT_AUTO ? VARIANT_GALVAN : s->variant;
}

static bool shape(const task_spec *s, task_shape *out, err *e)
{
	static const char *const names[] = {"galvan", "", "", "pascanu", "galvan", "hochreiter"};
	if (form(s) == VARIANT_IRNN || form(s) == VARIANT_URNN)
		return R(sequence_no_variant)("temporal_order", "pascanu, galvan, hochreiter", e);
	int shortest = form(s) == VARIANT_HOCHREITER ? 10 : 4;
	if (s->T < shortest)
		return err_input(
		        e, "T=%d: temporal order needs two symbols among others; allowed: T ≥ %d", s->T, shortest);
	*out = (task_shape){.I = form(s) == VARIANT_HOCHREITER ? 8 : 6,
	        .O = 4,
	        .classes = 4,
	        .T_max = R(sequence_longest)(s),
	        .variant = names[form(s)],
	        .baselines = 2,
	        .baseline = {log(4), log(2)},
	        .baseline_label = {"ln 4: guessing", "ln 2: one known"},
	        .criterion = "largest output is not the class"};
	return true;
}

static void put(batch *b, int t, int i, int symbol)
{
	real *x = sequence_x(b, t, i);
	for (int k = 0; k < b->I; k++)
		x[k] = k == symbol;
}

static void fill(const task_spec *s, long update, rng *r, batch *b)
{
	(void)update;
	bool early = form(s) == VARIANT_GALVAN;
	for (int i = 0; i < b->B; i++) {
		for (int t = 0; t < b->T; t++)
			put(b, t, i, 2 + (int)rng_below(r, SYMBOLS - 2));
		if (form(s) == VARIANT_HOCHREITER) {
			put(b, 0, i, START);
			put(b, b->T - 1, i, TRIGGER);
		}
		int p0 = early ? R(sequence_position)(r, 0, 0.1, b->T) : R(sequence_position)(r, 0.1, 0.2, b->T);
		int p1 = early ? R(sequence_position)(r, 0.1, 0.5, b->T) : R(sequence_position)(r, 0.5, 0.6, b->T);
		p1 += p1 == p0; /* only in very short sequences */
		int v0 = (int)rng_below(r, 2), v1 = (int)rng_below(r, 2);
		put(b, p0, i, v0);
		put(b, p1, i, v1);
		b->label[i] = v0 + 2 * v1;
	}
}

static bool wrong(const task_spec *s, const batch *b, int step, int sequence, const void *z)
{
	(void)s;
	(void)step;
	return R(sequence_argmax)(z, b->O) != b->label[sequence];
}

const task R(task_temporal_order) = {"temporal_order", "which two symbols stood among distractors, and in which order",
        shape, R(sequence_length), fill, wrong};

/* Echo: y_t = x_{t−lag}, for random symbols (two when nothing else is said). Steps before `lag` carry no target. */
#include "task/sequence.h"

#include <math.h>

static int symbols(const task_spec *s)
{
	return s->symbols ? s->symbols : 2;
}

static bool shape(const task_spec *s, task_shape *out, err *e)
{
	if (!R(sequence_variant)(s, "echo", 0, e) || !R(sequence_symbols)(s, "echo", 2, SEQUENCE_SYMBOLS, e))
		return false;
	if (s->lag >= s->T)
		return err_input(e, "lag=%d: the echo comes after the end of T=%d steps; allowed: 0 to %d", s->lag,
		        s->T, s->T - 1);
	*out = (task_shape){.I = symbols(s),
	        .O = symbols(s),
	        .classes = symbols(s),
	        .y_per_step = true,
	        .T_max = R(sequence_longest)(s),
	        .variant = "own",
	        .baselines = 1,
	        .baseline = {log(symbols(s))},
	        .baseline_label = {s->symbols ? "ln of the symbols: guessing" : "ln 2: guessing"},
	        .criterion = "largest output is not the class",
	        .guess_wrong = 1 - 1.0 / symbols(s),
	        .lag_near = s->lag,
	        .lag_far = s->lag};
	return true;
}

static void fill(const task_spec *s, long update, rng *r, batch *b)
{
	(void)update;
	for (int i = 0; i < b->B; i++)
		for (int t = 0; t < b->T; t++) {
			int v = (int)rng_below(r, (uint32_t)symbols(s));
			R(sequence_put)(b, t, i, v);
			b->mask[(size_t)t * (size_t)b->B_max + (size_t)i] = t >= s->lag;
			if (t < s->lag)
				b->label[(long)t * b->label_t + i] = 0; /* not read: no target */
			if (t + s->lag < b->T)
				b->label[(long)(t + s->lag) * b->label_t + i] = v;
		}
}

static const char *symbol(const task_spec *s, int index)
{
	return index < symbols(s) ? R(sequence_digits)(index) : NULL;
}

const task R(task_echo) = {.name = "echo",
        .summary = "at every step the symbol that came some steps (lag) ago",
        .shape = shape,
        .length = R(sequence_length),
        .fill = fill,
        .wrong = R(sequence_wrong_class),
        .symbol = symbol,
        .answer = symbol,
        .uses = TASK_USES_T | TASK_USES_JITTER | TASK_USES_LAG | TASK_USES_SYMBOLS};

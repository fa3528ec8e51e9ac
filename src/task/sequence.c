#include "task/sequence.h"

static int spread(const task_spec *s)
{
	return (int)(s->jitter * s->T);
}

int R(sequence_length)(const task_spec *s, rng *r)
{
	return spread(s) > 1 ? s->T + (int)rng_below(r, (uint32_t)spread(s)) : s->T;
}

int R(sequence_longest)(const task_spec *s)
{
	return spread(s) > 1 ? s->T + spread(s) - 1 : s->T;
}

int R(sequence_position)(rng *r, double from, double to, int L)
{
	int a = (int)(from * L), b = (int)(to * L);
	return b > a ? a + (int)rng_below(r, (uint32_t)(b - a)) : a;
}

int R(sequence_argmax)(const real *z, int n)
{
	int best = 0;
	for (int i = 1; i < n; i++)
		if (z[i] > z[best])
			best = i;
	return best;
}

bool R(sequence_no_variant)(const char *name, const char *allowed, err *e)
{
	return err_input(e, "variant: not a form of task=%s; allowed: auto, %s", name, allowed);
}

#include "task/sequence.h"

#include <stdio.h>
#include <string.h>

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

void R(sequence_put)(const batch *b, int t, int i, int symbol)
{
	real *x = sequence_x(b, t, i);
	for (int k = 0; k < b->I; k++)
		x[k] = k == symbol;
}

bool R(sequence_wrong_class)(const task_spec *s, const batch *b, int step, int sequence, const void *z)
{
	(void)s;
	return R(sequence_argmax)(z, b->O) != b->label[(long)step * b->label_t + sequence];
}

/* Ten names of three bytes each, the NULs counted. */
#define ONES                                                                                                           \
	"0\0\0"                                                                                                        \
	"1\0\0"                                                                                                        \
	"2\0\0"                                                                                                        \
	"3\0\0"                                                                                                        \
	"4\0\0"                                                                                                        \
	"5\0\0"                                                                                                        \
	"6\0\0"                                                                                                        \
	"7\0\0"                                                                                                        \
	"8\0\0"                                                                                                        \
	"9\0\0"
#define TENS(t) t "0\0" t "1\0" t "2\0" t "3\0" t "4\0" t "5\0" t "6\0" t "7\0" t "8\0" t "9\0"

const char *R(sequence_digits)(int n)
{
	static const char names[] =
	        ONES TENS("1") TENS("2") TENS("3") TENS("4") TENS("5") TENS("6") TENS("7") TENS("8") TENS("9");
	return n >= 0 && n < SEQUENCE_SYMBOLS ? names + 3 * n : NULL;
}

/* The choices of the knob `variant`. */
static const char *const variant_names[VARIANT_COUNT] = {[VARIANT_AUTO] = "auto",
        [VARIANT_IRNN] = "irnn",
        [VARIANT_URNN] = "urnn",
        [VARIANT_PASCANU] = "pascanu",
        [VARIANT_GALVAN] = "galvan",
        [VARIANT_HOCHREITER] = "hochreiter",
        [VARIANT_MARTENS] = "martens",
        [VARIANT_5BIT] = "5bit",
        [VARIANT_20BIT] = "20bit",
        [VARIANT_CONSTANT] = "constant",
        [VARIANT_CLOCK] = "clock"};

const char *R(sequence_variant_name)(variant v)
{
	return variant_names[v];
}

bool R(sequence_variant)(const task_spec *s, const char *name, unsigned allowed, err *e)
{
	if (s->variant == VARIANT_AUTO || (allowed & VARIANT_BIT(s->variant)))
		return true;
	char list[128] = "auto";
	for (int v = VARIANT_AUTO + 1; v < VARIANT_COUNT; v++)
		if (allowed & VARIANT_BIT(v)) {
			size_t n = strlen(list);
			snprintf(list + n, sizeof list - n, ", %s", variant_names[v]);
		}
	return err_input(e, "variant=%s: not a form of task=%s; allowed: %s", variant_names[s->variant], name, list);
}

bool R(sequence_symbols)(const task_spec *s, const char *name, int low, int high, err *e)
{
	if (s->symbols == 0 || (s->symbols >= low && s->symbols <= high))
		return true;
	return err_input(e, "symbols=%d: not for task=%s; allowed: 0 (the published number), %d to %d", s->symbols,
	        name, low, high);
}

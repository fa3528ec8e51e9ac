/* "hello", letter by letter: after h, e, l, l come e, l, l, o. The letter after an l cannot be known without memory:
 * the two of them cost 2 ln 2 over the four letters. */
#include "task/sequence.h"

#include <math.h>

enum { STEPS = 4 };

static const char letters[][2] = {"h", "e", "l", "o"};
static const int word[STEPS + 1] = {0, 1, 2, 2, 3};

static bool shape(const task_spec *s, task_shape *out, err *e)
{
	if (!R(sequence_variant)(s, "hello", 0, e))
		return false;
	*out = (task_shape){.I = 4,
	        .O = 4,
	        .classes = 4,
	        .y_per_step = true,
	        .T_max = STEPS,
	        .variant = "own",
	        .baselines = 2,
	        .baseline = {log(4), 2 * log(2) / STEPS},
	        .baseline_label = {"ln 4: guessing", "(2 ln 2)/4: no memory"},
	        .criterion = "largest output is not the letter"};
	return true;
}

static int length(const task_spec *s, rng *r)
{
	(void)s;
	(void)r;
	return STEPS;
}

static void fill(const task_spec *s, long update, rng *r, batch *b)
{
	(void)s;
	(void)update;
	(void)r;
	for (int i = 0; i < b->B; i++)
		for (int t = 0; t < b->T; t++) {
			R(sequence_put)(b, t, i, word[t]);
			b->label[(long)t * b->label_t + i] = word[t + 1];
		}
}

static const char *symbol(const task_spec *s, int index)
{
	(void)s;
	return index >= 0 && index < 4 ? letters[index] : NULL;
}

const task R(task_hello) = {.name = "hello",
        .summary = "the word hello, letter by letter: which one comes next?",
        .shape = shape,
        .length = length,
        .fill = fill,
        .wrong = R(sequence_wrong_class),
        .symbol = symbol,
        .answer = symbol};

/* The next character of a text: random windows of T characters. The last tenth of a text that is long enough is never
 * trained on and serves as the held-out part. */
#include "task/sequence.h"

#include <math.h>

/* The part that windows of up to T_max characters and their successor are drawn from; false when there is none. */
static bool part(const task_spec *s, int T_max, long *from, long *count)
{
	long tail = s->data->letters / 10, window = T_max + 1;
	if (tail < window)
		tail = 0;
	*from = s->held_out ? s->data->letters - tail : 0;
	*count = s->held_out ? tail : s->data->letters - tail;
	return *count >= window;
}

static bool shape(const task_spec *s, task_shape *out, err *e)
{
	const dataset *d = s->data;
	if (!R(sequence_variant)(s, "text", 0, e))
		return false;
	if (!d || !d->text)
		return err_input(e, "task=text needs a text; set the knob data to a text file");
	int T_max = R(sequence_longest)(s);
	long from, count;
	if (!part(s, T_max, &from, &count))
		return err_input(e, "T=%d: the text has %ld characters%s; allowed: T up to %ld", T_max, d->letters,
		        s->held_out ? ", of which a tenth is held out" : "",
		        (s->held_out ? d->letters / 10 : d->letters) - 1);
	*out = (task_shape){.I = d->classes,
	        .O = d->classes,
	        .classes = d->classes,
	        .y_per_step = true,
	        .T_max = T_max,
	        .variant = "own",
	        .baselines = 3,
	        .baseline = {log(d->classes), d->entropy, d->entropy_given},
	        .baseline_label = {"ln C: guessing", "letters by frequency", "knowing the last letter"},
	        .criterion = "largest output is not the letter"};
	return true;
}

static void fill(const task_spec *s, long update, rng *r, batch *b)
{
	(void)update;
	long from, count;
	part(s, R(sequence_longest)(s), &from, &count); /* the same part for every length */
	for (int i = 0; i < b->B; i++) {
		const int32_t *window = s->data->text + from + rng_below(r, (uint32_t)(count - b->T));
		for (int t = 0; t < b->T; t++) {
			R(sequence_put)(b, t, i, window[t]);
			b->label[(long)t * b->label_t + i] = window[t + 1];
		}
	}
}

static const char *symbol(const task_spec *s, int index)
{
	return s->data && index >= 0 && index < s->data->classes ? s->data->letter[index] : NULL;
}

const task R(task_text) = {.name = "text",
        .summary = "the next character of a text: a nursery rhyme, or your own file",
        .shape = shape,
        .length = R(sequence_length),
        .fill = fill,
        .wrong = R(sequence_wrong_class),
        .symbol = symbol,
        .answer = symbol,
        .reads = TASK_READS_TEXT,
        .uses = TASK_USES_T | TASK_USES_JITTER};

#include "task/order.h"

int R(order_distractors)(const task_spec *s)
{
	return s->symbols ? s->symbols - 2 : 4;
}

bool R(order_shape)(const task_spec *s, const order_form *f, const char *name, task_shape *out, err *e)
{
	if (!R(sequence_symbols)(s, name, 3, 28, e))
		return false;
	int shortest = 2 * f->specials + (f->start ? 6 : 0);
	if (s->T < shortest)
		return err_input(e, "T=%d: task=%s needs %d symbols among others; allowed: T ≥ %d", s->T, name,
		        f->specials, shortest);
	int classes = 1 << f->specials;
	*out = (task_shape){.I = 2 + R(order_distractors)(s) + (f->start ? 2 : 0),
	        .O = classes,
	        .classes = classes,
	        .T_max = R(sequence_longest)(s),
	        .criterion = "largest output is not the class",
	        .guess_wrong = 1 - 1.0 / classes};
	int first = (int)(f->from[0] * s->T), last = (int)(f->to[f->specials - 1] * s->T) - 1;
	first = first < f->start ? f->start : first;
	last = last < first + f->specials - 1 ? first + f->specials - 1 : last;
	out->lag_near = s->T - 1 - last;
	out->lag_far = s->T - 1 - first;
	return true;
}

void R(order_fill)(const task_spec *s, const order_form *f, long update, rng *r, batch *b)
{
	int distractors = R(order_distractors)(s), start = 2 + distractors, trigger = start + 1;
	for (int i = 0; i < b->B; i++) {
		for (int t = 0; t < b->T; t++)
			R(sequence_put)(b, t, i, 2 + (int)rng_below(r, (uint32_t)distractors));
		if (f->start) {
			R(sequence_put)(b, 0, i, start);
			R(sequence_put)(b, b->T - 1 - f->trigger, i, trigger);
		}
		int p[ORDER_MOST], class = 0;
		for (int k = 0; k < f->specials; k++) {
			p[k] = R(sequence_position)(r, f->from[k], f->to[k], b->T);
			/* only in very short sequences: the start and the special before it keep their places */
			int first = k ? p[k - 1] + 1 : f->start;
			p[k] = p[k] < first ? first : p[k];
		}
		for (int k = 0; k < f->specials; k++) {
			int v = f->balanced ? (int)((update * b->B + i) >> k & 1) : (int)rng_below(r, 2);
			R(sequence_put)(b, p[k], i, v);
			class += v << k;
		}
		b->label[i] = class;
	}
}

const char *R(order_symbol)(const task_spec *s, const order_form *f, int index)
{
	static const char names[][2] = {"A", "B", "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n",
	        "o", "p", "q", "r", "s", "t", "u", "v", "w", "x", "y", "z"};
	int behind = index - 2 - R(order_distractors)(s);
	if (behind >= 0)
		return !f->start || behind > 1 ? NULL : behind ? "trigger" : "start";
	return index >= 0 ? names[index] : NULL;
}

#include "task/recall.h"

#include <math.h>

void R(recall_fill)(const recall_form *f, rng *r, batch *b)
{
	int answer = b->T - f->pattern;
	for (int i = 0; i < b->B; i++) {
		for (int t = 0; t < b->T; t++) {
			R(sequence_put)(b, t, i, t == answer - f->ahead ? f->marker : f->blank);
			b->label[(long)t * b->label_t + i] = f->blank;
		}
		for (int t = 0; t < f->pattern; t++) {
			int v = f->first + (int)rng_below(r, (uint32_t)f->values);
			R(sequence_put)(b, t, i, v);
			b->label[(long)(answer + t) * b->label_t + i] = v;
		}
	}
}

double R(recall_floor)(const recall_form *f, int T)
{
	return f->pattern * log(f->values) / T;
}

const char *R(recall_symbol)(const recall_form *f, int index)
{
	if (index == f->blank)
		return "blank";
	if (index == f->marker)
		return "marker";
	int v = index - f->first;
	return v >= 0 && v < f->values ? R(sequence_digits)(v + f->first) : NULL;
}

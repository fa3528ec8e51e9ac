#include "task/set.h"

#include <math.h>

static void copy_targets(const dataset *d, int from, batch *b, int i)
{
	real *y = b->y;
	int steps = d->y_per_step ? d->T : 1;
	for (int t = 0; t < steps; t++) {
		size_t at = (size_t)t * (size_t)d->N + (size_t)from;
		if (d->classes)
			b->label[(long)t * b->label_t + i] = d->label[at];
		for (int o = 0; o < d->O && !d->classes; o++)
			y[(long)t * b->y_t + (long)i * d->O + o] = (real)d->y[at * (size_t)d->O + (size_t)o];
		b->mask[(size_t)t * (size_t)b->B_max + (size_t)i] = d->masked ? d->mask[at] : 1;
	}
}

void R(set_copy)(const dataset *d, int from, batch *b, int i)
{
	for (int t = 0; t < d->T; t++)
		for (int k = 0; k < d->I; k++)
			sequence_x(b, t, i)[k] =
			        (real)d->x[((size_t)t * (size_t)d->N + (size_t)from) * (size_t)d->I + (size_t)k];
	b->length[i] = d->length[from];
	copy_targets(d, from, b, i);
}

int R(set_length)(const task_spec *s, rng *r)
{
	(void)r;
	return s->data->T;
}

void R(set_fill)(const task_spec *s, long update, rng *r, batch *b)
{
	(void)r;
	for (int i = 0; i < b->B; i++)
		R(set_copy)(s->data, (int)((update * b->B + i) % s->data->N), b, i);
}

double R(set_entropy)(const dataset *d)
{
	long all = 0;
	double sum = 0;
	for (int c = 0; c < d->classes; c++) {
		long count = 0;
		all = 0;
		for (int b = 0; b < d->N; b++)
			for (int t = 0; t < (d->y_per_step ? d->length[b] : 1); t++) {
				size_t at = (size_t)t * (size_t)d->N + (size_t)b;
				bool asked = !d->y_per_step || !d->masked || d->mask[at];
				all += asked;
				count += asked && d->label[at] == c;
			}
		if (count)
			sum -= (double)count * log((double)count / (double)all);
	}
	return all ? sum / (double)all : 0;
}

/* The user's own sequences. A batch as large as the file is the file in its own order; a smaller one goes through a
 * fresh permutation in every epoch, so that update n depends on the seed and n alone. */
#include "task/sequence.h"

#include <math.h>
#include <string.h>

static bool shape(const task_spec *s, task_shape *out, err *e)
{
	const dataset *d = s->data;
	if (s->variant != VARIANT_AUTO)
		return err_input(e, "variant: task=data has no published forms; allowed: auto");
	if (!d)
		return err_input(e, "task=data needs a file; set the knob data to an .npz or .csv file");
	*out = (task_shape){.I = d->I,
	        .O = d->O,
	        .classes = d->classes,
	        .y_per_step = d->y_per_step,
	        .T_max = d->T,
	        .variant = "own",
	        .criterion = d->classes ? "largest output is not the class" : "|error| > 0.04"};
	if (d->classes) {
		out->baselines = 1;
		out->baseline[0] = log(d->classes);
		out->baseline_label[0] = "ln C: guessing";
	}
	return true;
}

static int length(const task_spec *s, rng *r)
{
	(void)r;
	return s->data->T;
}

static void shuffle(const task_spec *s, long epoch)
{
	dataset *d = s->data;
	if (d->epoch == epoch)
		return;
	rng r = rng_make(s->seed, RNG_BATCH, (uint64_t)epoch);
	for (int i = 0; i < d->N; i++)
		d->order[i] = i;
	for (int i = d->N - 1; i > 0; i--) {
		int j = (int)rng_below(&r, (uint32_t)i + 1), keep = d->order[i];
		d->order[i] = d->order[j];
		d->order[j] = keep;
	}
	d->epoch = epoch;
}

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

static void copy_sequence(const dataset *d, int from, batch *b, int i)
{
	for (int t = 0; t < d->T; t++)
		for (int k = 0; k < d->I; k++)
			sequence_x(b, t, i)[k] =
			        (real)d->x[((size_t)t * (size_t)d->N + (size_t)from) * (size_t)d->I + (size_t)k];
	b->length[i] = d->length[from];
	copy_targets(d, from, b, i);
}

static void fill(const task_spec *s, long update, rng *r, batch *b)
{
	(void)r;
	dataset *d = s->data;
	long per_epoch = d->N / b->B;
	for (int i = 0; i < b->B; i++) {
		if (b->B >= d->N) {
			copy_sequence(d, i, b, i);
			continue;
		}
		shuffle(s, update / per_epoch);
		copy_sequence(d, d->order[update % per_epoch * b->B + i], b, i);
	}
}

static bool wrong(const task_spec *s, const batch *b, int step, int sequence, const void *z)
{
	const dataset *d = s->data;
	if (b->classes)
		return R(sequence_argmax)(z, b->O) != b->label[(long)step * b->label_t + sequence];
	const real *y = (const real *)b->y + (long)step * b->y_t + (long)sequence * b->O, *x = z;
	for (int o = 0; o < d->O; o++)
		if (!(fabs((double)x[o] - (double)y[o]) <= 0.04))
			return true;
	return false;
}

const task R(task_data) = {"data", "your own sequences from an .npz or .csv file", shape, length, fill, wrong};

/* The user's own sequences (read by run/dataset.c); batches come from them as from any finite set (task_supply). */
#include "task/set.h"

#include <math.h>

static bool shape(const task_spec *s, task_shape *out, err *e)
{
	const dataset *d = s->data;
	if (!R(sequence_variant)(s, "data", 0, e))
		return false;
	if (!d)
		return err_input(e, "task=data needs a file; set the knob data to an .npz or .csv file");
	*out = (task_shape){.I = d->I,
	        .O = d->O,
	        .classes = d->classes,
	        .y_per_step = d->y_per_step,
	        .T_max = d->T,
	        .variant = "own",
	        .criterion = d->classes ? "largest output is not the class" : "|error| > 0.04",
	        .real_inputs = d->real_inputs};
	if (d->classes) {
		out->baselines = 1;
		out->baseline[0] = log(d->classes);
		out->baseline_label[0] = "ln C: guessing";
	}
	return true;
}

static bool wrong(const task_spec *s, const batch *b, int step, int sequence, const void *z)
{
	if (b->classes)
		return R(sequence_wrong_class)(s, b, step, sequence, z);
	const real *y = (const real *)b->y + (long)step * b->y_t + (long)sequence * b->O, *x = z;
	for (int o = 0; o < b->O; o++)
		if (!(fabs((double)x[o] - (double)y[o]) <= 0.04))
			return true;
	return false;
}

const task R(task_data) = {.name = "data",
        .summary = "your own sequences from an .npz or .csv file",
        .shape = shape,
        .length = R(set_length),
        .fill = R(set_fill),
        .wrong = wrong,
        .reads = TASK_READS_SEQUENCES,
        .uses = TASK_USES_NOISE};

/* Records of patients who come at irregular times: what will the last visit's label be? (read by run/dataset.c, which
 * also makes the synthetic ones). One sequence per patient, one step per visit, one class per patient. Features: time
 * since the visit before, age, levels, score, findings; then a mark for each level, score and finding that is missing.
 */
#include "task/set.h"

#include <math.h>

static bool shape(const task_spec *s, task_shape *out, err *e)
{
	const dataset *d = s->data;
	if (!R(sequence_variant)(s, "visits", 0, e))
		return false;
	if (!d)
		return err_input(e, "task=visits needs records; set the knob data to a .csv file");
	*out = (task_shape){.I = d->I,
	        .O = 2,
	        .classes = 2,
	        .T_max = d->T,
	        .variant = d->synthetic ? "synthetic" : "own",
	        .baselines = 2,
	        .baseline = {log(2), R(set_entropy)(d)},
	        .baseline_label = {"ln 2: guessing", "labels by frequency"},
	        .criterion = d->synthetic ? "not the label of the synthetic record" : "largest output is not the label",
	        .real_inputs = d->real_inputs};
	return true;
}

static const char *answer(const task_spec *s, int index)
{
	(void)s;
	return index < 2 ? R(sequence_digits)(index) : NULL;
}

const task R(task_visits) = {.name = "visits",
        .summary = "patients at irregular visits: synthetic records, or your own file",
        .shape = shape,
        .length = R(set_length),
        .fill = R(set_fill),
        .wrong = R(sequence_wrong_class),
        .answer = answer,
        .reads = TASK_READS_VISITS,
        .uses = TASK_USES_NOISE};

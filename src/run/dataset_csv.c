/* csv: sequence, step, features…, target; one row per step of a sequence. */
#include "run/dataset_parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

double dataset_cell(const csv_table *t, int row, int col)
{
	return t->value[(size_t)row * (size_t)t->cols + (size_t)col];
}

bool dataset_same_group(const csv_table *t, int id, int row)
{
	return row > 0 && dataset_cell(t, row, id) == dataset_cell(t, row - 1, id);
}

/* ---- groups of rows ---- */

typedef struct start {
	double id;
	int line;
} start;

static int by_id(const void *a, const void *b)
{
	const start *p = a, *q = b;
	return p->id < q->id ? -1 : p->id > q->id ? 1 : p->line - q->line;
}

/* The rows of a group stand together: none starts twice. */
static bool starts_once(const csv_table *t, int id, int groups, const char *path, err *e)
{
	start *s = malloc((size_t)groups * sizeof *s);
	if (!s)
		return err_machine(e, "%s: no memory for %d sequences", path, groups);
	int n = 0;
	for (int r = 0; r < t->rows; r++)
		if (!dataset_same_group(t, id, r))
			s[n++] = (start){dataset_cell(t, r, id), t->line[r]};
	qsort(s, (size_t)n, sizeof *s, by_id);
	bool ok = true;
	for (int i = 1; i < n && ok; i++)
		if (s[i].id == s[i - 1].id)
			ok = err_input(e, "%s:%d: %s %g stands in two places; allowed: its rows together", path,
			        s[i].line, t->name[id], s[i].id);
	free(s);
	return ok;
}

bool dataset_groups(const csv_table *t, int id, int step, const char *path, int *groups, int *longest, err *e)
{
	int length = 0;
	*groups = *longest = 0;
	for (int r = 0; r < t->rows; r++) {
		double own = dataset_cell(t, r, id), at = dataset_cell(t, r, step);
		if (isnan(own) || isnan(at))
			return err_input(
			        e, "%s:%d: %s and %s must not be empty", path, t->line[r], t->name[id], t->name[step]);
		bool same = dataset_same_group(t, id, r);
		if (same && !(at > dataset_cell(t, r - 1, step)))
			return err_input(e, "%s:%d: %s does not increase within %s %g; allowed: ascending values", path,
			        t->line[r], t->name[step], t->name[id], own);
		length = same ? length + 1 : 1;
		*groups += !same;
		*longest = length > *longest ? length : *longest;
		if (length > MAX_STEPS)
			return err_input(e, "%s:%d: %s %g has more than %d rows; allowed: %d", path, t->line[r],
			        t->name[id], own, MAX_STEPS, MAX_STEPS);
	}
	return starts_once(t, id, *groups, path, e);
}

/* ---- sequences ---- */

static bool check_columns(const csv_table *t, const char *path, err *e)
{
	if (t->cols < 4 || strcmp(t->name[0], "sequence") != 0 || strcmp(t->name[1], "step") != 0 ||
	        strcmp(t->name[t->cols - 1], "target") != 0)
		return err_input(e,
		        "%s:%d: the columns do not fit; allowed: sequence,step,<one or more features>,target", path,
		        t->header);
	return true;
}

/* Targets that are all whole numbers from 0 are classes. */
static bool count_classes(dataset *d, const csv_table *t, const char *path, err *e)
{
	bool whole = true, any = false;
	double top = 0;
	for (int r = 0; r < t->rows; r++) {
		double v = dataset_cell(t, r, t->cols - 1);
		if (isnan(v))
			continue;
		any = true;
		if (!isfinite(v))
			return err_input(e, "%s:%d: the target is not finite; allowed: a number or an empty field",
			        path, t->line[r]);
		whole = whole && v >= 0 && v < MAX_CLASSES && v == floor(v);
		top = v > top ? v : top;
	}
	if (!any)
		return err_input(e, "%s: no row has a target; allowed: at least one for each sequence", path);
	d->classes = whole ? (top < 1 ? 2 : (int)top + 1) : 0;
	d->O = whole ? d->classes : 1;
	return true;
}

static bool fill_rows(dataset *d, const csv_table *t, const char *path, err *e)
{
	memset(d->mask, 0, (size_t)d->T * (size_t)d->N);
	int b = -1, step = 0, targets = 0;
	for (int r = 0; r <= t->rows; r++) {
		bool end = r == t->rows || !dataset_same_group(t, 0, r);
		if (end && r > 0) {
			if (!targets)
				return err_input(e, "%s:%d: sequence %g has no target; allowed: at least one", path,
				        t->line[r - 1], dataset_cell(t, r - 1, 0));
			d->length[b] = step;
		}
		if (r == t->rows)
			break;
		if (end) {
			b++;
			step = targets = 0;
		}
		size_t at = (size_t)step * (size_t)d->N + (size_t)b;
		for (int k = 0; k < d->I; k++) {
			double v = dataset_cell(t, r, 2 + k);
			if (isinf(v))
				return err_input(e, "%s:%d: %s is not finite; allowed: a number or an empty field",
				        path, t->line[r], t->name[2 + k]);
			d->x[at * (size_t)d->I + (size_t)k] = v; /* missing: NaN, until it is scaled */
		}
		double v = dataset_cell(t, r, t->cols - 1);
		if (!isnan(v)) {
			d->mask[at] = 1;
			targets++;
			if (d->classes)
				d->label[at] = (int32_t)v;
			else
				d->y[at] = v;
		}
		step++;
	}
	return true;
}

bool dataset_read_csv(dataset *d, const char *path, dataset_scaling scaling, err *e)
{
	csv_table t;
	if (!csv_read(path, &t, e))
		return false;
	d->y_per_step = d->masked = true;
	d->I = d->real_inputs = t.cols - 3;
	bool ok = check_columns(&t, path, e) && dataset_groups(&t, 0, 1, path, &d->N, &d->T, e) &&
	          count_classes(d, &t, path, e) && dataset_reserve(d, path, e) && fill_rows(d, &t, path, e);
	if (ok)
		dataset_scale(d, d->I, scaling);
	csv_done(&t);
	return ok;
}

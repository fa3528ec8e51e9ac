/* path: points of a curve, columns x,y or y alone. */
#include "run/dataset_parts.h"

#include <math.h>

enum { MOST_POINTS = 100000 };

static bool check_columns(const csv_table *t, int column[2], int *n, const char *path, err *e)
{
	int x = csv_column(t, "x"), y = csv_column(t, "y");
	*n = x >= 0 ? 2 : 1;
	column[0] = x >= 0 ? x : y;
	column[1] = y;
	if (y < 0 || t->cols != *n)
		return err_input(e, "%s:%d: the columns do not fit; allowed: x,y or y", path, t->header);
	if (t->rows < 2 || t->rows > MOST_POINTS)
		return err_input(e, "%s: %d points; allowed: 2 to %d", path, t->rows, MOST_POINTS);
	return true;
}

static bool fill_points(dataset *d, const csv_table *t, const int column[2], const char *path, err *e)
{
	for (int r = 0; r < t->rows; r++)
		for (int k = 0; k < d->I; k++) {
			double v = dataset_cell(t, r, column[k]);
			if (!isfinite(v))
				return err_input(e, "%s:%d: %s is no finite number; allowed: a number in every row",
				        path, t->line[r], t->name[column[k]]);
			d->x[r * d->I + k] = v;
		}
	return true;
}

bool dataset_read_path(dataset *d, const char *path, dataset_scaling scaling, err *e)
{
	csv_table t;
	int column[2];
	if (!csv_read(path, &t, e))
		return false;
	bool ok = check_columns(&t, column, &d->I, path, e);
	d->N = d->O = 1;
	d->T = t.rows;
	ok = ok && dataset_reserve(d, path, e) && fill_points(d, &t, column, path, e);
	if (ok)
		dataset_scale(d, d->I, scaling);
	csv_done(&t);
	return ok;
}

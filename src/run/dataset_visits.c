/* visits: records of patients who come at irregular times. One row per visit, the rows of a patient together:
 *     id,time,age,finding_…,level_…,score,label
 * in any order of the columns; `visit` may stand for `time`. Findings are 0 or 1, levels and the score numbers; these
 * may be empty. The label is 0 or 1; only that of a patient's last visit counts, so that the others may be empty. */
#include "run/dataset_parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS = 256 };

/* Which column of the table is what, and which feature it becomes. */
typedef struct layout {
	int id, time, age, score, label;
	int level[COLUMNS], levels;
	int finding[COLUMNS], findings;
} layout;

static bool begins(const char *name, const char *with)
{
	return strncmp(name, with, strlen(with)) == 0 && name[strlen(with)];
}

static bool check_there(const csv_table *t, int column, const char *name, const char *path, err *e)
{
	if (column >= 0)
		return true;
	return err_input(e, "%s:%d: no column %s; allowed: id, time, age, finding_…, level_…, score, label", path,
	        t->header, name);
}

static bool find_columns(const csv_table *t, layout *l, const char *path, err *e)
{
	*l = (layout){.id = csv_column(t, "id"),
	        .time = csv_column(t, "time"),
	        .age = csv_column(t, "age"),
	        .score = csv_column(t, "score"),
	        .label = csv_column(t, "label")};
	l->time = l->time >= 0 ? l->time : csv_column(t, "visit");
	if (t->cols > COLUMNS)
		return err_input(e, "%s:%d: %d columns; allowed: up to %d", path, t->header, t->cols, COLUMNS);
	for (int c = 0; c < t->cols; c++) {
		if (begins(t->name[c], "level_"))
			l->level[l->levels++] = c;
		else if (begins(t->name[c], "finding_"))
			l->finding[l->findings++] = c;
		else if (c != l->id && c != l->time && c != l->age && c != l->score && c != l->label)
			return err_input(e,
			        "%s:%d: unknown column %.40s; allowed: id, time, age, finding_…, level_…, score, label",
			        path, t->header, t->name[c]);
	}
	return check_there(t, l->id, "id", path, e) && check_there(t, l->time, "time", path, e) &&
	       check_there(t, l->age, "age", path, e) && check_there(t, l->findings ? 0 : -1, "finding_…", path, e) &&
	       check_there(t, l->levels ? 0 : -1, "level_…", path, e) && check_there(t, l->score, "score", path, e) &&
	       check_there(t, l->label, "label", path, e);
}

static bool refuse(const csv_table *t, int row, int column, const char *allowed, const char *path, err *e)
{
	double v = dataset_cell(t, row, column);
	if (isnan(v))
		return err_input(e, "%s:%d: %s is empty; allowed: %s", path, t->line[row], t->name[column], allowed);
	return err_input(e, "%s:%d: %s is %g; allowed: %s", path, t->line[row], t->name[column], v, allowed);
}

static bool is_last(const csv_table *t, const layout *l, int row)
{
	return row + 1 == t->rows || !dataset_same_group(t, l->id, row + 1);
}

static bool check_row(const csv_table *t, const layout *l, int r, const char *path, err *e)
{
	double id = dataset_cell(t, r, l->id), age = dataset_cell(t, r, l->age), label = dataset_cell(t, r, l->label);
	if (!(id >= 0 && id <= 1e15 && id == floor(id)))
		return refuse(t, r, l->id, "a whole number", path, e);
	if (!isfinite(dataset_cell(t, r, l->time)))
		return refuse(t, r, l->time, "a number", path, e);
	if (!(age >= 0 && age <= 130))
		return refuse(t, r, l->age, "0 to 130", path, e);
	if (isinf(dataset_cell(t, r, l->score)))
		return refuse(t, r, l->score, "a number or an empty field", path, e);
	for (int k = 0; k < l->levels; k++)
		if (isinf(dataset_cell(t, r, l->level[k])))
			return refuse(t, r, l->level[k], "a number or an empty field", path, e);
	for (int k = 0; k < l->findings; k++) {
		double v = dataset_cell(t, r, l->finding[k]);
		if (!isnan(v) && v != 0 && v != 1)
			return refuse(t, r, l->finding[k], "0, 1 or an empty field", path, e);
	}
	if (label == 0 || label == 1 || (isnan(label) && !is_last(t, l, r)))
		return true;
	return refuse(
	        t, r, l->label, is_last(t, l, r) ? "0 or 1 at the last visit" : "0, 1 or an empty field", path, e);
}

/* Features: time since the visit before, age, levels, score, findings; then marks of missing values. */
static void fill_visit(dataset *d, const csv_table *t, const layout *l, int r, int patient, int visit)
{
	size_t at = (size_t)visit * (size_t)d->N + (size_t)patient;
	double *x = d->x + at * (size_t)d->I;
	int n = 0, marks = 3 + l->levels + l->findings;
	x[n++] = visit ? dataset_cell(t, r, l->time) - dataset_cell(t, r - 1, l->time) : 0;
	x[n++] = dataset_cell(t, r, l->age);
	for (int k = 0; k < l->levels; k++)
		x[n++] = dataset_cell(t, r, l->level[k]);
	x[n++] = dataset_cell(t, r, l->score);
	for (int k = 0; k < l->findings; k++)
		x[n++] = dataset_cell(t, r, l->finding[k]);
	for (int k = 2; k < marks; k++)
		x[n++] = isnan(x[k]);
	d->length[patient] = visit + 1;
	if (is_last(t, l, r))
		d->label[patient] = (int32_t)dataset_cell(t, r, l->label);
}

static bool fill(dataset *d, const csv_table *t, const char *path, dataset_scaling scaling, err *e)
{
	layout l;
	if (!find_columns(t, &l, path, e))
		return false;
	for (int r = 0; r < t->rows; r++)
		if (!check_row(t, &l, r, path, e))
			return false;
	if (!dataset_groups(t, l.id, l.time, path, &d->N, &d->T, e))
		return false;
	int values = 3 + l.levels + l.findings;
	d->I = values + values - 2;
	d->real_inputs = 3 + l.levels;
	d->O = d->classes = 2;
	if (!dataset_reserve(d, path, e))
		return false;
	int patient = -1, visit = 0;
	for (int r = 0; r < t->rows; r++) {
		bool same = dataset_same_group(t, l.id, r);
		patient += !same;
		visit = same ? visit + 1 : 0;
		fill_visit(d, t, &l, r, patient, visit);
	}
	dataset_scale(d, values, scaling);
	return true;
}

/* ---- synthetic records ---- */

static const char *const names[] = {"id", "time", "age", "finding_a", "finding_b", "finding_c", "finding_d", "level_a",
        "level_b", "level_c", "score", "label"};

enum { PATIENTS = 200, MOST_VISITS = 20, NAMES = sizeof names / sizeof *names, SEED = 1 };

static double rounded(double v, double steps)
{
	return floor(v * steps + 0.5) / steps;
}

static double or_missing(double v, double share, rng *r)
{
	return rng_uniform(r) < share ? (double)NAN : v;
}

/* One visit. `activity` shows in findings, levels and score, with noise; what counts is its sum over time. */
static void make_visit(double *row, double activity, rng *r)
{
	static const double threshold[] = {0.3, 0.5, 0.6, 0.8}, gain[] = {2, -1, 0.5}, base[] = {1, 5, 10};
	for (int k = 0; k < 4; k++)
		row[3 + k] = or_missing(activity + 0.25 * rng_gaussian(r) > threshold[k], 0.05, r);
	for (int k = 0; k < 3; k++)
		row[7 + k] = or_missing(rounded(base[k] + gain[k] * activity + 0.3 * rng_gaussian(r), 100), 0.15, r);
	double score = rounded(8 * activity + rng_gaussian(r), 1);
	row[10] = or_missing(score > 0 ? score : 0, 0.1, r);
}

/* Activity comes and goes; the damage it does adds up. The label says whether it has passed a bound: a single visit
 * does not tell, the history does. Returns how many visits. */
static int make_patient(double *value, int id, rng *r)
{
	int visits = 3 + (int)rng_below(r, MOST_VISITS - 2);
	double time = 0, age = 20 + 50 * rng_uniform(r), activity = rng_uniform(r), damage = 0;
	double level = 0.15 + 0.6 * rng_uniform(r); /* what the activity returns to */
	for (int v = 0; v < visits; v++) {
		double u = rng_uniform(r), wait = v ? rounded(0.05 + 1.2 * u * u, 100) : 0;
		time += wait;
		damage += wait * activity;
		double keep = 1 / (1 + wait);
		activity = level + keep * (activity - level) + 0.25 * rng_gaussian(r);
		activity = activity < 0 ? 0 : activity > 1 ? 1 : activity;
		double *row = value + v * NAMES;
		row[0] = id;
		row[1] = rounded(time, 100);
		row[2] = rounded(age + time, 10);
		make_visit(row, activity, r);
		row[11] = damage > 1.7;
	}
	return visits;
}

static bool make_table(csv_table *t, err *e)
{
	int rows = PATIENTS * MOST_VISITS;
	*t = (csv_table){.cols = NAMES, .header = 2};
	t->name = malloc(sizeof names);
	t->value = calloc((size_t)rows * NAMES, sizeof *t->value);
	t->line = calloc((size_t)rows, sizeof *t->line);
	if (!t->name || !t->value || !t->line)
		return err_machine(e, "no memory for the synthetic records");
	for (int c = 0; c < NAMES; c++)
		t->name[c] = (char *)(uintptr_t)names[c];
	for (int p = 0; p < PATIENTS; p++) {
		rng r = rng_make(SEED, RNG_TRAIN, (uint64_t)p);
		t->rows += make_patient(t->value + (size_t)t->rows * NAMES, p + 1, &r);
	}
	for (int row = 0; row < t->rows; row++)
		t->line[row] = t->header + 1 + row;
	return true;
}

bool dataset_write_synthetic(FILE *f, err *e)
{
	csv_table t;
	bool ok = make_table(&t, e);
	if (ok)
		fputs("# SYNTHETIC records: random numbers from a made-up rule; no such patient exists\n", f);
	for (int c = 0; c < NAMES && ok; c++)
		fprintf(f, "%s%s", names[c], c + 1 < NAMES ? "," : "\n");
	for (int r = 0; r < t.rows && ok; r++)
		for (int c = 0; c < NAMES; c++) {
			double v = dataset_cell(&t, r, c);
			if (!isnan(v))
				csv_number(f, v);
			putc(c + 1 < NAMES ? ',' : '\n', f);
		}
	csv_done(&t);
	return ok;
}

bool dataset_read_visits(dataset *d, const char *path, dataset_scaling scaling, err *e)
{
	csv_table t;
	d->synthetic = !path[0];
	if (path[0] && !csv_read(path, &t, e))
		return false;
	bool ok = (path[0] || make_table(&t, e)) && fill(d, &t, path[0] ? path : "synthetic records", scaling, e);
	csv_done(&t);
	return ok;
}

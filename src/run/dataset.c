#include "run/dataset.h"

#include "io/csv.h"
#include "io/file.h"
#include "io/npz.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_CLASSES = 1000, MAX_STEPS = 4000, MAX_FEATURES = 4096, MAX_SEQUENCES = 10000000 };
static const size_t MAX_NUMBERS = (size_t)1 << 29; /* 4 GiB */

void dataset_free(dataset *d)
{
	if (!d)
		return;
	free(d->x);
	free(d->y);
	free(d->label);
	free(d->mask);
	free(d->length);
	free(d->order);
	free(d);
}

/* Every sequence takes as much room as the longest: a small file with one long sequence could ask for a lot. */
static bool reserve(dataset *d, const char *path, err *e)
{
	size_t N = (size_t)d->N, T = (size_t)d->T, targets = (d->y_per_step ? T : 1) * N;
	size_t numbers = T * N * (size_t)d->I + (d->classes ? 0 : targets * (size_t)d->O);
	if (numbers > MAX_NUMBERS || T * N > MAX_NUMBERS)
		return err_input(e, "%s: %zu sequences of up to %zu steps need %zu MiB; allowed: %zu", path, N, T,
		        (numbers * sizeof *d->x) >> 20, (MAX_NUMBERS * sizeof *d->x) >> 20);
	d->x = calloc(T * N * (size_t)d->I, sizeof *d->x);
	d->y = calloc(d->classes ? 1 : targets * (size_t)d->O, sizeof *d->y);
	d->label = calloc(d->classes ? targets : 1, sizeof *d->label);
	d->mask = calloc(T * N, 1);
	d->length = calloc(N, sizeof *d->length);
	d->order = calloc(N, sizeof *d->order);
	d->epoch = -1;
	if (!d->x || !d->y || !d->label || !d->mask || !d->length || !d->order)
		return err_machine(e, "%s: no memory for %zu sequences of %zu steps", path, N, T);
	memset(d->mask, 1, T * N);
	for (size_t i = 0; i < N; i++)
		d->length[i] = d->T;
	return true;
}

/* ---- npz ---- */

static bool check_x(const npy *x, const char *path, err *e)
{
	if (x->ndim != 3)
		return err_input(
		        e, "%s: x has %d dimensions; allowed: 3 (steps × sequences × features)", path, x->ndim);
	static const char *const what[] = {"steps", "sequences", "features"};
	static const long most[] = {MAX_STEPS, MAX_SEQUENCES, MAX_FEATURES};
	for (int i = 0; i < 3; i++)
		if (x->shape[i] < 1 || x->shape[i] > most[i])
			return err_input(e, "%s: x has %ld %s; allowed: 1 to %ld", path, x->shape[i], what[i], most[i]);
	return true;
}

static bool is_whole(const npy *a)
{
	return a->type == NPY_I32 || a->type == NPY_I64 || a->type == NPY_BOOL;
}

/* Real: (B×O) or (T×B×O); whole numbers: (B) or (T×B). */
static bool check_y(dataset *d, const npy *y, const char *path, err *e)
{
	int lead = is_whole(y) ? 0 : 1, steps = y->ndim == 2 + lead;
	d->y_per_step = steps;
	const long *s = y->shape;
	bool fits = (y->ndim == 1 + lead || y->ndim == 2 + lead) && (!steps || s[0] == d->T) && s[steps] == d->N;
	if (!fits)
		return err_input(e,
		        is_whole(y) ? "%s: y does not fit x; allowed for classes: (%d) or (%d×%d)"
		                    : "%s: y does not fit x; allowed for numbers: (%d×O) or (%d×%d×O)",
		        path, d->N, d->T, d->N);
	d->O = is_whole(y) ? 0 : (int)s[steps + 1];
	if (!is_whole(y) && (s[steps + 1] < 1 || s[steps + 1] > MAX_FEATURES))
		return err_input(e, "%s: y has %ld outputs; allowed: 1 to %d", path, s[steps + 1], MAX_FEATURES);
	for (size_t i = 0; i < y->count && is_whole(y); i++) {
		double v = npy_at(y, i);
		if (v < 0 || v >= MAX_CLASSES)
			return err_input(e, "%s: y has the class %.0f; allowed: 0 to %d", path, v, MAX_CLASSES - 1);
		d->classes = (int)v + 1 > d->classes ? (int)v + 1 : d->classes;
	}
	if (is_whole(y)) {
		d->classes = d->classes < 2 ? 2 : d->classes;
		d->O = d->classes;
	}
	return true;
}

static bool all_finite(const npy *a, const char *path, err *e)
{
	for (size_t i = 0; i < a->count; i++)
		if (!isfinite(npy_at(a, i)))
			return err_input(e,
			        "%s: %s has a value that is not finite at element %zu; allowed: finite numbers", path,
			        a->name, i);
	return true;
}

static bool read_mask(dataset *d, npz *z, const char *path, err *e)
{
	if (!npz_has(z, "mask"))
		return true;
	const npy *m = npz_find(z, "mask", e);
	if (!m)
		return false;
	if (m->ndim != 2 || m->shape[0] != d->T || m->shape[1] != d->N)
		return err_input(e, "%s: mask does not fit x; allowed: (%d×%d)", path, d->T, d->N);
	d->masked = true;
	for (int b = 0; b < d->N; b++) {
		int last = -1;
		for (int t = 0; t < d->T; t++) {
			size_t at = (size_t)t * (size_t)d->N + (size_t)b;
			d->mask[at] = npy_at(m, at) != 0;
			last = d->mask[at] ? t : last;
		}
		if (last < 0)
			return err_input(e,
			        "%s: mask leaves sequence %d (from 0) without a step; allowed: at least one", path, b);
		d->length[b] = last + 1;
	}
	return true;
}

static bool fill_npz(dataset *d, npz *z, const char *path, err *e)
{
	const npy *x = npz_find(z, "x", e);
	if (!x || !check_x(x, path, e) || !all_finite(x, path, e))
		return false;
	d->T = (int)x->shape[0];
	d->N = (int)x->shape[1];
	d->I = (int)x->shape[2];
	const npy *y = npz_find(z, "y", e);
	if (!y || !check_y(d, y, path, e) || !all_finite(y, path, e) || !reserve(d, path, e))
		return false;
	for (size_t i = 0; i < x->count; i++)
		d->x[i] = npy_at(x, i);
	for (size_t i = 0; i < y->count; i++) {
		if (d->classes)
			d->label[i] = (int32_t)npy_at(y, i);
		else
			d->y[i] = npy_at(y, i);
	}
	return read_mask(d, z, path, e);
}

static bool read_npz(dataset *d, const char *path, err *e)
{
	npz *z = npz_open(path, e);
	if (!z)
		return false;
	bool ok = fill_npz(d, z, path, e);
	npz_close(z);
	return ok;
}

/* ---- csv: sequence, step, features…, target; one row per visit ---- */

static bool check_columns(const csv_table *t, const char *path, err *e)
{
	if (t->cols < 4 || strcmp(t->name[0], "sequence") != 0 || strcmp(t->name[1], "step") != 0 ||
	        strcmp(t->name[t->cols - 1], "target") != 0)
		return err_input(
		        e, "%s:1: the columns do not fit; allowed: sequence,step,<one or more features>,target", path);
	if (t->rows == 0)
		return err_input(e, "%s:2: no rows; allowed: one row per step of a sequence", path);
	return true;
}

static double cell(const csv_table *t, int row, int col)
{
	return t->value[(size_t)row * (size_t)t->cols + (size_t)col];
}

typedef struct start {
	double sequence;
	int line;
} start;

static int by_sequence(const void *a, const void *b)
{
	const start *p = a, *q = b;
	return p->sequence < q->sequence ? -1 : p->sequence > q->sequence ? 1 : p->line - q->line;
}

/* The rows of a sequence stand together: no sequence starts twice. */
static bool starts_once(const csv_table *t, int sequences, const char *path, err *e)
{
	start *s = malloc((size_t)sequences * sizeof *s);
	if (!s)
		return err_machine(e, "%s: no memory for %d sequences", path, sequences);
	int n = 0;
	for (int r = 0; r < t->rows; r++)
		if (r == 0 || cell(t, r, 0) != cell(t, r - 1, 0))
			s[n++] = (start){cell(t, r, 0), t->line[r]};
	qsort(s, (size_t)n, sizeof *s, by_sequence);
	bool ok = true;
	for (int i = 1; i < n && ok; i++)
		if (s[i].sequence == s[i - 1].sequence)
			ok = err_input(e, "%s:%d: sequence %g stands in two places; allowed: its rows together", path,
			        s[i].line, s[i].sequence);
	free(s);
	return ok;
}

/* Counts sequences and the longest; steps increase within a sequence. */
static bool count_sequences(dataset *d, const csv_table *t, const char *path, err *e)
{
	int length = 0;
	for (int r = 0; r < t->rows; r++) {
		if (isnan(cell(t, r, 0)) || isnan(cell(t, r, 1)))
			return err_input(e, "%s:%d: sequence and step must not be empty", path, t->line[r]);
		bool same = r > 0 && cell(t, r, 0) == cell(t, r - 1, 0);
		if (same && !(cell(t, r, 1) > cell(t, r - 1, 1)))
			return err_input(e,
			        "%s:%d: step does not increase within sequence %g; allowed: ascending steps", path,
			        t->line[r], cell(t, r, 0));
		length = same ? length + 1 : 1;
		d->N += !same;
		d->T = length > d->T ? length : d->T;
		if (length > MAX_STEPS)
			return err_input(e, "%s:%d: sequence %g has more than %d steps", path, t->line[r],
			        cell(t, r, 0), MAX_STEPS);
	}
	return starts_once(t, d->N, path, e);
}

/* Targets that are all whole numbers from 0 are classes. */
static bool count_classes(dataset *d, const csv_table *t, const char *path, err *e)
{
	bool whole = true, any = false;
	double top = 0;
	for (int r = 0; r < t->rows; r++) {
		double v = cell(t, r, t->cols - 1);
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
		bool end = r == t->rows || r == 0 || cell(t, r, 0) != cell(t, r - 1, 0);
		if (end && r > 0) {
			if (!targets)
				return err_input(e, "%s:%d: sequence %g has no target; allowed: at least one", path,
				        t->line[r - 1], cell(t, r - 1, 0));
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
			double v = cell(t, r, 2 + k);
			if (isinf(v))
				return err_input(e, "%s:%d: %s is not finite; allowed: a number or an empty field",
				        path, t->line[r], t->name[2 + k]);
			d->x[at * (size_t)d->I + (size_t)k] = isnan(v) ? 0 : v; /* missing: 0 */
		}
		double v = cell(t, r, t->cols - 1);
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

static bool read_csv(dataset *d, const char *path, err *e)
{
	csv_table t;
	if (!csv_read(path, &t, e))
		return false;
	d->y_per_step = d->masked = true;
	d->I = t.cols - 3;
	bool ok = check_columns(&t, path, e) && count_sequences(d, &t, path, e) && count_classes(d, &t, path, e) &&
	          reserve(d, path, e) && fill_rows(d, &t, path, e);
	csv_done(&t);
	return ok;
}

dataset *dataset_read(const char *path, err *e)
{
	char extension[16];
	file_extension(path, extension, sizeof extension);
	bool npz_file = strcmp(extension, "npz") == 0;
	if (!npz_file && strcmp(extension, "csv") != 0) {
		if (path[0])
			err_input(e, "%s: not a data file; allowed: .npz, .csv", path);
		else
			err_input(e, "task=data needs a file; set the knob data to its path, allowed: .npz, .csv");
		return NULL;
	}
	dataset *d = calloc(1, sizeof *d);
	if (!d) {
		err_machine(e, "%s: no memory", path);
		return NULL;
	}
	if (npz_file ? read_npz(d, path, e) : read_csv(d, path, e))
		return d;
	dataset_free(d);
	return NULL;
}

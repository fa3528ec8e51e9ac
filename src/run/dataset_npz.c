/* npz: x (T×B×I), y, perhaps mask (T×B). */
#include "io/npz.h"
#include "run/dataset_parts.h"

#include <math.h>

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
	if (!y || !check_y(d, y, path, e) || !all_finite(y, path, e) || !dataset_reserve(d, path, e))
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

bool dataset_read_npz(dataset *d, const char *path, dataset_scaling scaling, err *e)
{
	npz *z = npz_open(path, e);
	if (!z)
		return false;
	bool ok = fill_npz(d, z, path, e);
	npz_close(z);
	d->real_inputs = d->I;
	if (ok && scaling > SCALING_NONE)
		dataset_scale(d, d->I, scaling);
	return ok;
}

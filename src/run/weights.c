#include "run/weights.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static size_t block_size(const model_block *b)
{
	return (size_t)b->rows * (size_t)b->cols;
}

/* An array in the precision of the run. */
static bool add(npz_writer *w, const trial *t, const char *name, const model_block *b, const double *value, err *e)
{
	long shape[2] = {b->rows, b->cols};
	int ndim = b->bias ? 1 : 2;
	if (t->api->real_size == sizeof(double))
		return npz_add(w, name, NPY_F64, ndim, shape, value, e);
	float *f = malloc(block_size(b) * sizeof *f);
	if (!f)
		return err_machine(e, "no memory to save %s", name);
	for (size_t i = 0; i < block_size(b); i++)
		f[i] = (float)value[i];
	bool ok = npz_add(w, name, NPY_F32, ndim, shape, f, e);
	free(f);
	return ok;
}

static bool add_block(npz_writer *w, const trial *t, int i, const model_block *b, err *e)
{
	double *value = calloc(block_size(b), sizeof *value);
	if (!value)
		return err_machine(e, "no memory to save %s", b->name);
	t->api->get(t->m, i, value);
	bool ok = add(w, t, b->name, b, value, e);
	if (ok && b->twin) {
		memset(value, 0, block_size(b) * sizeof *value);
		ok = add(w, t, b->twin, b, value, e);
	}
	free(value);
	return ok;
}

bool weights_save(const trial *t, const char *path, err *e)
{
	npz_writer *w = npz_writer_new(path, e);
	if (!w)
		return false;
	const model_block *table;
	int n = t->api->blocks(t->m, &table);
	char state[STATE_TEXT];
	bool ok = true;
	for (int i = 0; i < n && ok; i++)
		ok = add_block(w, t, i, &table[i], e);
	ok = ok && npz_add(w, "unroll", NPY_TEXT, 0, NULL, config_state(&t->c, t->update, state, sizeof state), e);
	if (ok)
		return npz_writer_commit(w, e);
	npz_writer_abort(w);
	return false;
}

/* Adds the array `name` to value. */
static bool read_array(npz *z, const char *path, const char *name, const model_block *b, double *value, err *e)
{
	const npy *a = npz_find(z, name, e);
	if (!a)
		return false;
	bool fits = b->bias ? a->ndim == 1 && a->shape[0] == b->rows
	                    : a->ndim == 2 && a->shape[0] == b->rows && a->shape[1] == b->cols;
	if (!fits && a->ndim == 2)
		return err_input(e,
		        "%s: %s is %ld×%ld, the configuration needs %d×%d; set the knobs cell, hidden and task to "
		        "match",
		        path, name, a->shape[0], a->shape[1], b->rows, b->cols);
	if (!fits)
		return err_input(e,
		        "%s: %s has %zu numbers, the configuration needs %d; set the knobs cell, hidden and task to "
		        "match",
		        path, name, a->count, b->rows);
	for (size_t i = 0; i < a->count; i++) {
		value[i] += npy_at(a, i);
		if (!isfinite(value[i]))
			return err_input(
			        e, "%s: %s has a value that is not finite; allowed: finite numbers", path, name);
	}
	return true;
}

/* Biases may be missing altogether (PyTorch's bias=False); a missing scale is not 0. */
static bool read_block(npz *z, const char *path, const model_block *b, double *value, err *e)
{
	if (b->bias && !b->scale && !npz_has(z, b->name) && (!b->twin || !npz_has(z, b->twin)))
		return true;
	if (!read_array(z, path, b->name, b, value, e) ||
	        (b->twin && npz_has(z, b->twin) && !read_array(z, path, b->twin, b, value, e)))
		return false;
	for (size_t i = 0; b->bias && b->frozen && i < block_size(b); i++)
		if (value[i] != 0)
			return err_input(
			        e, "%s: %s is not zero, the configuration has bias=0; set bias=1", path, b->name);
	return true;
}

static bool load(trial *t, npz *z, const char *path, err *e)
{
	const model_block *table;
	int n = t->api->blocks(t->m, &table);
	double *value[MODEL_BLOCKS] = {NULL};
	bool ok = true;
	for (int i = 0; i < n && ok; i++) {
		value[i] = calloc(block_size(&table[i]), sizeof **value);
		ok = value[i] ? read_block(z, path, &table[i], value[i], e) : err_machine(e, "%s: no memory", path);
	}
	for (int i = 0; i < n && ok; i++)
		t->api->set(t->m, i, value[i]);
	for (int i = 0; i < n; i++)
		free(value[i]);
	if (ok)
		t->api->optimizer_reset(t->m);
	return ok;
}

bool weights_load(trial *t, const char *path, err *e)
{
	npz *z = npz_open(path, e);
	if (!z)
		return false;
	bool ok = load(t, z, path, e);
	npz_close(z);
	return ok;
}

bool weights_shape(const char *path, int *hidden, int *outputs, err *e)
{
	npz *z = npz_open(path, e);
	if (!z)
		return false;
	const npy *a = npz_find(z, "readout.weight", e);
	bool ok = a != NULL;
	if (ok && (a->ndim != 2 || a->shape[0] < 1 || a->shape[0] > (1 << 20) || a->shape[1] < 1 ||
	                  a->shape[1] > (1 << 20)))
		ok = err_input(e, "%s: readout.weight is no matrix; allowed: outputs × hidden units", path);
	if (ok) {
		*outputs = (int)a->shape[0];
		*hidden = (int)a->shape[1];
	}
	npz_close(z);
	return ok;
}

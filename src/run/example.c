#include "run/example.h"

#include <stdlib.h>
#include <string.h>

bool example_is_set(const trial *t)
{
	return t->example && t->example->batch > 0;
}

/* ---- numbers of either precision ---- */

static double number(const trial *t, const void *x, long i)
{
	return t->api->real_size == sizeof(double) ? ((const double *)x)[i] : (double)((const float *)x)[i];
}

static void put(const trial *t, void *x, long i, double v)
{
	if (t->api->real_size == sizeof(double))
		((double *)x)[i] = v;
	else
		((float *)x)[i] = (float)v;
}

/* ---- symbols ---- */

int example_symbol(const trial *t, const batch *b, int step, int sequence)
{
	for (int k = 0; k < b->I; k++)
		if (number(t, b->x, step * b->x_t + sequence * b->x_b + k) > 0.5)
			return k;
	return -1;
}

bool example_predicts_input(const trial *t, const batch *b)
{
	if (!b->classes || b->I != b->O || !b->label_t || b->T < 2)
		return false;
	for (int i = 0; i < b->B; i++)
		for (int step = 0; step + 1 < b->length[i]; step++)
			if (example_symbol(t, b, step + 1, i) != b->label[(long)step * b->label_t + i])
				return false;
	return true;
}

/* ---- changes ---- */

static void put_symbol(const trial *t, batch *b, int step, int symbol, bool predicts)
{
	for (int k = 0; k < b->I; k++)
		put(t, b->x, step * b->x_t + k, k == symbol);
	if (predicts && step > 0)
		b->label[(long)(step - 1) * b->label_t] = symbol;
}

/* What does not exist in this sequence is left out. */
static void change(const trial *t, batch *b)
{
	const run_example *x = t->example;
	bool predicts = x->edits > 0 && example_predicts_input(t, b);
	for (int i = 0; i < x->edits; i++) {
		const example_edit *k = &x->edit[i];
		if (k->step < 1 || k->step > b->length[0])
			continue;
		if (k->feature == 0 && k->value >= 0 && k->value < b->I)
			put_symbol(t, b, k->step - 1, (int)k->value, predicts);
		else if (k->feature > 0 && k->feature <= b->I)
			put(t, b->x, (k->step - 1) * b->x_t + k->feature - 1, k->value);
	}
	if (x->edits > 0 && t->task->retarget)
		t->task->retarget(&t->task_spec, b, 0);
}

/* ---- the sequence alone ---- */

typedef struct kept {
	int T, length;
	rng masks;
	double *x, *y;
	int32_t *label;
	unsigned char *mask;
} kept;

static void keep_done(kept *k)
{
	free(k->x);
	free(k->y);
	free(k->label);
	free(k->mask);
}

/* The first sequence of a batch. */
static bool keep_first(const trial *t, const batch *b, kept *k, err *e)
{
	size_t T = (size_t)b->T;
	*k = (kept){.T = b->T, .length = b->length[0], .masks = b->masks};
	k->x = malloc(T * (size_t)b->I * sizeof *k->x);
	k->y = malloc(T * (size_t)(b->O > 0 ? b->O : 1) * sizeof *k->y);
	k->label = malloc(T * sizeof *k->label);
	k->mask = malloc(T);
	if (!k->x || !k->y || !k->label || !k->mask) {
		keep_done(k);
		return err_machine(e, "no memory for an example");
	}
	for (int s = 0; s < b->T; s++) {
		for (int i = 0; i < b->I; i++)
			k->x[s * b->I + i] = number(t, b->x, s * b->x_t + i);
		for (int o = 0; o < b->O && !b->classes; o++)
			k->y[s * b->O + o] = number(t, b->y, (b->y_t ? s : 0) * b->y_t + o);
		k->label[s] = b->label[(b->label_t ? s : 0) * b->label_t];
		k->mask[s] = b->mask[(size_t)s * (size_t)b->B_max];
	}
	return true;
}

static void give_back(const trial *t, model *m, const kept *k)
{
	t->api->batch_clear(m, k->T, 1);
	batch *b = t->api->batch(m);
	b->length[0] = k->length;
	b->masks = k->masks;
	for (int s = 0; s < k->T; s++) {
		for (int i = 0; i < b->I; i++)
			put(t, b->x, s * b->x_t + i, k->x[s * b->I + i]);
		for (int o = 0; o < b->O && !b->classes; o++)
			put(t, b->y, (b->y_t ? s : 0) * b->y_t + o, k->y[s * b->O + o]);
		b->label[(b->label_t ? s : 0) * b->label_t] = k->label[s];
		b->mask[(size_t)s * (size_t)b->B_max] = k->mask[s];
	}
}

bool example_fill(const trial *t, model *m, err *e)
{
	const model_spec *s = t->api->spec(m);
	kept k;
	trial_batch_of(t, m, t->example->batch - 1);
	if (!s->norm_input && !s->norm_readout) {
		if (!keep_first(t, t->api->batch(m), &k, e))
			return false;
		give_back(t, m, &k);
		keep_done(&k);
	}
	change(t, t->api->batch(m));
	return true;
}

model *example_copy_net(const trial *t, const model_tuning *u, err *e)
{
	void *state = malloc(t->api->state_size(t->m));
	model *m = state ? t->api->create(t->api->spec(t->m), e) : NULL;
	if (!state)
		err_machine(e, "no memory for a copy of the net");
	if (m && !t->api->tune(m, u, e)) {
		t->api->destroy(m);
		m = NULL;
	}
	if (m) {
		t->api->state_save(t->m, state);
		t->api->state_load(m, state);
	}
	free(state);
	return m;
}

model *example_net(const trial *t, err *e)
{
	model_tuning u = *t->api->tuning(t->m);
	u.training = false;
	model *m = example_copy_net(t, &u, e);
	if (m && !example_fill(t, m, e)) {
		t->api->destroy(m);
		m = NULL;
	}
	return m;
}

#include "run/gradcheck.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Element of an array of either precision. */
static double number(const void *p, size_t real_size, long i)
{
	return real_size == sizeof(double) ? ((const double *)p)[i] : (double)((const float *)p)[i];
}

static void copy_batch(const trial *t, model *to)
{
	const batch *a = t->api->batch(t->m);
	model_f64.batch_clear(to, a->T, a->B);
	batch *b = model_f64.batch(to);
	size_t size = t->api->real_size;
	for (int s = 0; s < a->T; s++)
		for (int i = 0; i < a->B; i++)
			for (int k = 0; k < a->I; k++)
				((double *)b->x)[s * b->x_t + i * b->x_b + k] =
				        number(a->x, size, s * a->x_t + i * a->x_b + k);
	long steps = a->y_t || a->label_t ? a->T : 1;
	for (long i = 0; i < steps * a->B_max; i++) {
		b->label[i] = a->label[i];
		for (int o = 0; o < a->O; o++)
			((double *)b->y)[i * a->O + o] = number(a->y, size, i * a->O + o);
	}
	memcpy(b->length, a->length, (size_t)a->B * sizeof *a->length);
	memcpy(b->mask, a->mask, (size_t)a->T * (size_t)a->B_max);
	b->masks = a->masks;
}

static double loss_with(model *m, int block, double *W, size_t i, double value)
{
	W[i] = value;
	model_f64.set(m, block, W);
	return model_f64.forward(m, NULL) + model_f64.penalty(m);
}

/* Five-point central difference: error h⁴ f⁽⁵⁾/30. */
static double slope(model *m, int block, double *W, size_t i, double h)
{
	double w = W[i];
	double a = loss_with(m, block, W, i, w - 2 * h), b = loss_with(m, block, W, i, w - h);
	double c = loss_with(m, block, W, i, w + h), d = loss_with(m, block, W, i, w + 2 * h);
	W[i] = w;
	return ((a - d) + 8 * (c - b)) / (12 * h);
}

static void check_block(
        const trial *t, model *m, int block, size_t size, double h, long most, double *W, double *g, gradcheck *out)
{
	model_f64.get(m, block, W);
	t->api->grad(t->m, block, g);
	double squares = 0;
	for (size_t i = 0; i < size; i++)
		squares += g[i] * g[i];
	double usual = sqrt(squares / (double)size);
	size_t stride = most > 0 && size > (size_t)most ? size / (size_t)most : 1;
	for (size_t i = 0; i < size; i += stride) {
		double numeric = slope(m, block, W, i, h), scale = fmax(fmax(fabs(numeric), fabs(g[i])), usual);
		double error = scale > 0 ? fabs(numeric - g[i]) / scale : 0;
		if (!(error <= out->worst[block]))
			out->worst[block] = error;
		out->largest[block] = fmax(out->largest[block], fabs(numeric));
		out->checked[block]++;
	}
	model_f64.set(m, block, W);
}

static bool check_all(const trial *t, model *m, double h, long most, gradcheck *out, err *e)
{
	const model_block *table;
	int n = t->api->blocks(t->m, &table);
	*out = (gradcheck){.blocks = n};
	copy_batch(t, m);
	for (int i = 0; i < n; i++) {
		size_t size = (size_t)table[i].rows * (size_t)table[i].cols;
		double *W = malloc(size * sizeof *W);
		if (!W)
			return err_machine(e, "no memory to check the gradient");
		t->api->get(t->m, i, W);
		model_f64.set(m, i, W);
		free(W);
	}
	for (int i = 0; i < n; i++) {
		size_t size = (size_t)table[i].rows * (size_t)table[i].cols;
		out->block[i] = table[i].name;
		if (table[i].frozen)
			continue;
		double *W = malloc(2 * size * sizeof *W);
		if (!W)
			return err_machine(e, "no memory to check the gradient");
		check_block(t, m, i, size, h, most, W, W + size, out);
		free(W);
	}
	return true;
}

/* Truncation and Ω leave out or add something that is no derivative: the gradient without them is what can be checked.
 */
static bool plain_gradient(const trial *t, const model_tuning *plain, err *e)
{
	model_result r;
	if (!t->api->tune(t->m, plain, e))
		return false;
	t->api->forward(t->m, NULL);
	t->api->backward(t->m, NULL, false, &r);
	return true;
}

static bool compare(const trial *t, const model_tuning *u, double h, long most, gradcheck *out, err *e)
{
	model_spec s = *t->api->spec(t->m);
	s.backend = BACKEND_NATIVE; /* independent of the library that made the gradient on screen */
	s.hands = 1;
	model *m = model_f64.create(&s, e);
	if (!m)
		return false;
	bool ok = model_f64.tune(m, u, e) && check_all(t, m, h, most, out, e);
	model_f64.destroy(m);
	return ok;
}

bool gradcheck_run(const trial *t, double h, long most, gradcheck *out, err *e)
{
	model_tuning now = *t->api->tuning(t->m), plain = now;
	if (t->api->spec(t->m)->cec_only)
		return err_input(e,
		        "cec_only=1 cuts the gradient on purpose, so that it is no derivative; set it to 0 to check");
	plain.truncate = 0;
	plain.omega = 0;
	bool other = now.truncate > 0 || now.omega > 0;
	if (other && !plain_gradient(t, &plain, e))
		return false;
	bool ok = compare(t, &plain, h, most, out, e);
	return (!other || plain_gradient(t, &now, e)) && ok;
}

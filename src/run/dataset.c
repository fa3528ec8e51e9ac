#include "run/dataset_parts.h"

#include "io/file.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

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
	free(d->text);
	free(d->letter);
	free(d);
}

/* Every sequence takes as much room as the longest: a small file with one long sequence could ask for a lot. */
bool dataset_reserve(dataset *d, const char *what, err *e)
{
	size_t N = (size_t)d->N, T = (size_t)d->T, targets = (d->y_per_step ? T : 1) * N;
	size_t numbers = T * N * (size_t)d->I + (d->classes ? 0 : targets * (size_t)d->O);
	if (numbers > MAX_NUMBERS || T * N > MAX_NUMBERS)
		return err_input(e, "%s: %zu sequences of up to %zu steps need %zu MiB; allowed: %zu", what, N, T,
		        (numbers * sizeof *d->x) >> 20, (MAX_NUMBERS * sizeof *d->x) >> 20);
	d->x = calloc(T * N * (size_t)d->I, sizeof *d->x);
	d->y = calloc(d->classes ? 1 : targets * (size_t)d->O, sizeof *d->y);
	d->label = calloc(d->classes ? targets : 1, sizeof *d->label);
	d->mask = calloc(T * N, 1);
	d->length = calloc(N, sizeof *d->length);
	d->order = calloc(N, sizeof *d->order);
	d->epoch = -1;
	if (!d->x || !d->y || !d->label || !d->mask || !d->length || !d->order)
		return err_machine(e, "%s: no memory for %zu sequences of %zu steps", what, N, T);
	memset(d->mask, 1, T * N);
	for (size_t i = 0; i < N; i++)
		d->length[i] = d->T;
	return true;
}

/* ---- scaling ---- */

typedef struct moments {
	long n;
	double mean, squares; /* sum of squared deviations (Welford) */
	double low, high;
} moments;

static void add_value(moments *m, double v)
{
	double from_mean = v - m->mean;
	m->n++;
	m->mean += from_mean / (double)m->n;
	m->squares += from_mean * (v - m->mean);
	m->low = m->n == 1 || v < m->low ? v : m->low;
	m->high = m->n == 1 || v > m->high ? v : m->high;
}

/* v ↦ (v − *shift) / *size; a feature that never changes becomes 0. */
static void scale_of(const moments *m, dataset_scaling scaling, double *shift, double *size)
{
	*shift = scaling == SCALING_STANDARD ? m->mean : scaling == SCALING_UNIT ? m->low : 0;
	*size = scaling == SCALING_STANDARD ? sqrt(m->squares / (double)(m->n ? m->n : 1))
	        : scaling == SCALING_UNIT   ? m->high - m->low
	                                    : 1;
	*size = *size > 0 ? *size : 1;
}

static double *feature(const dataset *d, int t, int b, int k)
{
	return d->x + ((size_t)t * (size_t)d->N + (size_t)b) * (size_t)d->I + (size_t)k;
}

void dataset_scale(dataset *d, int features, dataset_scaling scaling)
{
	for (int k = 0; k < features; k++) {
		moments m = {0};
		for (int b = 0; b < d->N; b++)
			for (int t = 0; t < d->length[b]; t++)
				if (!isnan(*feature(d, t, b, k)))
					add_value(&m, *feature(d, t, b, k));
		double shift, size;
		scale_of(&m, scaling, &shift, &size);
		for (int b = 0; b < d->N; b++)
			for (int t = 0; t < d->length[b]; t++) {
				double *v = feature(d, t, b, k);
				*v = isnan(*v) ? 0 : (*v - shift) / size;
			}
	}
}

/* ---- files ---- */

static bool read_sequences(dataset *d, const char *path, dataset_scaling scaling, err *e)
{
	char extension[16];
	file_extension(path, extension, sizeof extension);
	if (strcmp(extension, "npz") == 0)
		return dataset_read_npz(d, path, scaling, e);
	if (strcmp(extension, "csv") == 0)
		return dataset_read_csv(d, path, scaling, e);
	if (path[0])
		return err_input(e, "%s: not a data file; allowed: .npz, .csv", path);
	return err_input(e, "task=data needs a file; set the knob data to its path, allowed: .npz, .csv");
}

static bool read_for(task_reads what, dataset *d, const char *path, dataset_scaling scaling, err *e)
{
	switch (what) {
	case TASK_READS_SEQUENCES:
		return read_sequences(d, path, scaling, e);
	case TASK_READS_TEXT:
		return dataset_read_text(d, path, e);
	case TASK_READS_PATH:
		return dataset_read_path(d, path, scaling, e);
	case TASK_READS_VISITS:
		return dataset_read_visits(d, path, scaling == SCALING_AUTO ? SCALING_STANDARD : scaling, e);
	case TASK_READS_NOTHING:
		break;
	}
	return true;
}

bool dataset_open(task_reads what, const char *path, dataset_scaling scaling, dataset **out, err *e)
{
	*out = NULL;
	if (what == TASK_READS_NOTHING || (what == TASK_READS_PATH && !path[0]))
		return true;
	dataset *d = calloc(1, sizeof *d);
	if (!d)
		return err_machine(e, "%s: no memory", path);
	if (read_for(what, d, path, scaling, e)) {
		*out = d;
		return true;
	}
	dataset_free(d);
	return false;
}

/* ---- sets that are drawn once ---- */

/* Room for one sequence in double precision, as a batch. */
static bool reserve_one(batch *b, const task_shape *p, err *e)
{
	size_t T = (size_t)p->T_max, targets = p->y_per_step ? T : 1;
	*b = (batch){.B = 1, .B_max = 1, .I = p->I, .O = p->O, .T_max = p->T_max, .x_t = p->I, .classes = p->classes};
	b->y_t = p->y_per_step ? p->O : 0;
	b->label_t = p->y_per_step;
	b->x = calloc(T * (size_t)p->I, sizeof(double));
	b->y = calloc(targets * (size_t)p->O, sizeof(double));
	b->label = calloc(targets, sizeof *b->label);
	b->length = calloc(1, sizeof *b->length);
	b->mask = calloc(T, 1);
	return (b->x && b->y && b->label && b->length && b->mask) || err_machine(e, "no memory for %zu steps", T);
}

static void free_one(batch *b)
{
	free(b->x);
	free(b->y);
	free(b->label);
	free(b->length);
	free(b->mask);
}

static void clear_one(batch *b, int T)
{
	memset(b->x, 0, (size_t)T * (size_t)b->I * sizeof(double));
	memset(b->mask, 1, (size_t)T);
	b->T = b->length[0] = T;
}

static void keep_one(dataset *d, const batch *b, int n)
{
	const double *x = b->x, *y = b->y;
	d->length[n] = b->length[0];
	for (int t = 0; t < d->T; t++) {
		size_t at = (size_t)t * (size_t)d->N + (size_t)n;
		bool inside = t < d->length[n], target = d->y_per_step ? inside : t == 0;
		d->mask[at] = d->y_per_step ? inside && b->mask[t] : 1;
		if (inside)
			memcpy(d->x + at * (size_t)d->I, x + t * d->I, (size_t)d->I * sizeof *x);
		if (target && d->classes)
			d->label[at] = b->label[t * b->label_t];
		else if (target)
			memcpy(d->y + at * (size_t)d->O, y + t * b->y_t, (size_t)d->O * sizeof *y);
	}
}

static bool is_file_of_sequences(const task *k)
{
	return k->reads == TASK_READS_SEQUENCES || k->reads == TASK_READS_VISITS;
}

/* A fixed order of the file's sequences; training takes its beginning, everything else its end, from the last one on.
 */
static bool order_file(const task_spec *s, uint64_t stream, int N, int **order, err *e)
{
	int all = s->data->N, trained = stream == RNG_TRAIN ? 0 : s->set ? s->set->N : all;
	if (N > all - trained)
		return err_input(e,
		        trained ? "%d sequences to test on: the file has %d, trained on: %d; allowed: %d, lower "
		                  "train_size"
		                : "train_size=%d: the file has %d sequences; allowed: 0 to %d",
		        N, all, trained ? trained : all, all - trained);
	*order = malloc((size_t)all * sizeof **order);
	if (!*order)
		return err_machine(e, "no memory for %d sequences", all);
	rng r = rng_make(s->seed, RNG_TRAIN, 0);
	for (int i = 0; i < all; i++) {
		int j = (int)rng_below(&r, (uint32_t)i + 1);
		(*order)[i] = (*order)[j];
		(*order)[j] = i;
	}
	return true;
}

static bool sample(dataset *d, const task *k, const task_spec *s, const task_shape *p, uint64_t stream, err *e)
{
	int *order = NULL;
	batch b = {0};
	bool ok = dataset_reserve(d, stream == RNG_TRAIN ? "train_size" : "a test set", e) && reserve_one(&b, p, e) &&
	          (!is_file_of_sequences(k) || order_file(s, stream, d->N, &order, e));
	for (int n = 0; n < d->N && ok; n++) {
		rng r = rng_make(s->seed, stream, (uint64_t)n);
		clear_one(&b, k->length(s, &r));
		int at = stream == RNG_TRAIN || !order ? n : s->data->N - 1 - n;
		k->fill(s, order ? order[at] : n, &r, &b);
		keep_one(d, &b, n);
	}
	free_one(&b);
	free(order);
	return ok;
}

dataset *dataset_sample(int task_row, const task_spec *s, uint64_t stream, int N, err *e)
{
	const task *k = tasks_f64[task_row];
	task_spec one = *s;
	one.B = 1;
	one.held_out = stream != RNG_TRAIN;
	task_shape p;
	if (!k->shape(&one, &p, e))
		return NULL;
	dataset *d = calloc(1, sizeof *d);
	if (!d) {
		err_machine(e, "no memory for a set of sequences");
		return NULL;
	}
	*d = (dataset){.N = N, .T = p.T_max, .I = p.I, .O = p.O, .classes = p.classes, .y_per_step = p.y_per_step};
	d->masked = p.y_per_step;
	d->real_inputs = p.real_inputs;
	if (sample(d, k, &one, &p, stream, e))
		return d;
	dataset_free(d);
	return NULL;
}

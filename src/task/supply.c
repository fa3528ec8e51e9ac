#include "task/set.h"

static int begin(const task *k, const task_spec *s, long update, rng *r)
{
	*r = rng_make(s->seed, RNG_BATCH, (uint64_t)update);
	return s->set ? s->set->T : k->length(s, r);
}

/* A fresh permutation for each epoch (Fisher, Yates). */
static void shuffle(dataset *d, uint64_t seed, long epoch)
{
	if (d->epoch == epoch)
		return;
	rng r = rng_make(seed, RNG_ORDER, (uint64_t)epoch);
	for (int i = 0; i < d->N; i++)
		d->order[i] = i;
	for (int i = d->N - 1; i > 0; i--) {
		int j = (int)rng_below(&r, (uint32_t)i + 1), keep = d->order[i];
		d->order[i] = d->order[j];
		d->order[j] = keep;
	}
	d->epoch = epoch;
}

static void from_set(const task_spec *s, long update, batch *b)
{
	dataset *d = s->set;
	bool all = b->B >= d->N;
	long per_epoch = all ? 1 : d->N / b->B;
	if (!all)
		shuffle(d, s->seed, update / per_epoch);
	for (int i = 0; i < b->B; i++)
		R(set_copy)(d, all ? i : d->order[update % per_epoch * b->B + i], b, i);
}

static void add_noise(const task_spec *s, const task_shape *p, rng *r, batch *b)
{
	for (int i = 0; i < b->B; i++)
		for (int t = 0; t < b->length[i]; t++) {
			real *x = sequence_x(b, t, i) + p->real_first;
			for (int k = 0; k < p->real_inputs; k++)
				x[k] += (real)(s->noise * rng_gaussian(r));
		}
}

static void fill(const task *k, const task_spec *s, const task_shape *p, long update, rng *r, batch *b)
{
	if (s->set)
		from_set(s, update, b);
	else
		k->fill(s, update, r, b);
	if (s->noise > 0)
		add_noise(s, p, r, b);
}

const task_supply R(task_supply) = {begin, fill, R(set_copy)};

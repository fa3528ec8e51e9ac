#include "run/judge.h"

#include "run/dataset.h"
#include "run/trial.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { AT_ONCE = 100 }; /* sequences */

struct judge {
	const model_api *api;
	model *m;
	dataset *set;
	const task_supply *supply;
};

static bool is_f64(const trial *t)
{
	return t->api->real_size == sizeof(double);
}

/* A model with the weights of the run, for B sequences of T steps. */
static model *copy_new(const trial *t, int T, int B, err *e)
{
	model_spec s = *t->api->spec(t->m);
	s.T_max = T;
	s.B_max = B;
	s.hands = 1;
	model_tuning u = *t->api->tuning(t->m);
	u.training = u.forcing = false;
	u.truncate = 0;
	model *m = t->api->create(&s, e);
	if (m && t->api->tune(m, &u, e))
		return m;
	t->api->destroy(m);
	return NULL;
}

static bool copy_weights(const trial *t, model *to, err *e)
{
	const model_block *table;
	int n = t->api->blocks(t->m, &table);
	for (int i = 0; i < n; i++) {
		double *W = malloc((size_t)table[i].rows * (size_t)table[i].cols * sizeof *W);
		if (!W)
			return err_machine(e, "no memory to copy the weights");
		t->api->get(t->m, i, W);
		t->api->set(to, i, W);
		free(W);
	}
	return true;
}

static judge *make(const trial *t, const task_spec *s, uint64_t stream, int sequences, err *e)
{
	judge *j = calloc(1, sizeof *j);
	if (!j) {
		err_machine(e, "no memory for a test");
		return NULL;
	}
	j->api = t->api;
	j->supply = is_f64(t) ? &task_supply_f64 : &task_supply_f32;
	j->set = dataset_sample((int)t->c.v[KNOB_task], s, stream, sequences, e);
	if (j->set) /* untied nets have weights for the steps of the run: never fewer here */
		j->m = copy_new(t, j->set->T > t->shape.T_max ? j->set->T : t->shape.T_max,
		        sequences < AT_ONCE ? sequences : AT_ONCE, e);
	if (j->m)
		return j;
	judge_free(j);
	return NULL;
}

judge *judge_new(const trial *t, uint64_t stream, int sequences, err *e)
{
	return make(t, &t->task_spec, stream, sequences, e);
}

void judge_free(judge *j)
{
	if (!j)
		return;
	if (j->m)
		j->api->destroy(j->m);
	dataset_free(j->set);
	free(j);
}

/* Of one sequence. */
static void count_one(
        const task *k, const task_spec *s, const model_api *api, model *m, int sequence, long *asked, long *wrong)
{
	const batch *b = api->batch(m);
	*asked = *wrong = 0;
	for (int t = b->first_loss; t <= b->last_loss; t++)
		if (b->weight[(size_t)t * (size_t)b->B_max + (size_t)sequence] > 0) {
			++*asked;
			*wrong += k->wrong(s, b, t, sequence, api->logits(m, t, sequence));
		}
}

void judge_count(const task *k, const task_spec *s, const task_shape *p, const model_api *api, model *m, long *asked,
        long *wrong)
{
	*asked = *wrong = 0;
	for (int i = 0; i < api->batch(m)->B; i++) {
		long n, bad;
		count_one(k, s, api, m, i, &n, &bad);
		*asked += p->sequence_wrong ? n > 0 : n;
		*wrong += p->sequence_wrong ? bad > 0 : bad;
	}
}

/* Batches are of even size: none is so small that its own mean and variance (batch_norm) mean nothing. */
static int batches_of(const judge *j)
{
	return (j->set->N + AT_ONCE - 1) / AT_ONCE;
}

/* The loss of one of them times its sequences. */
static double judge_batch(judge *j, int k)
{
	long N = j->set->N, batches = batches_of(j);
	int first = (int)(N * k / batches), B = (int)(N * (k + 1) / batches) - first;
	j->api->batch_clear(j->m, j->set->T, B);
	for (int i = 0; i < B; i++)
		j->supply->copy(j->set, first + i, j->api->batch(j->m), i);
	return j->api->forward(j->m, NULL) * B;
}

bool judge_run(judge *j, const trial *t, judgement *out, err *e)
{
	long asked = 0, wrong = 0;
	double loss = 0;
	if (!copy_weights(t, j->m, e))
		return false;
	for (int k = 0; k < batches_of(j); k++) {
		long n, bad;
		loss += judge_batch(j, k);
		judge_count(t->task, &t->task_spec, &t->shape, j->api, j->m, &n, &bad);
		asked += n;
		wrong += bad;
	}
	*out = (judgement){loss / j->set->N, asked ? (double)wrong / (double)asked : NAN, j->set->N};
	return true;
}

/* ---- another length ---- */

static bool goes_to(const trial *t, int T, err *e)
{
	const model_block *table;
	t->api->blocks(t->m, &table);
	if (table[0].copies == 1 || T <= t->shape.T_max)
		return true;
	return err_input(e, "cell=untied has weights for %d steps only, not for %d", t->shape.T_max, T);
}

static long wrong_at_the_end(const judge *j, const trial *t, const task_spec *s)
{
	const batch *b = j->api->batch(j->m);
	long wrong = 0;
	for (int i = 0; i < b->B; i++)
		wrong += t->task->wrong(s, b, b->last_loss, i, j->api->logits(j->m, b->last_loss, i));
	return wrong;
}

bool judge_at(const trial *t, int T, bool forced, int sequences, double *wrong, err *e)
{
	task_spec s = t->task_spec;
	s.T = T;
	s.jitter = 0;
	judge *j = goes_to(t, T, e) ? make(t, &s, RNG_TEST, sequences, e) : NULL;
	long count = 0;
	if (!j)
		return false;
	model_tuning u = *j->api->tuning(j->m);
	u.forcing = forced;
	bool ok = j->api->tune(j->m, &u, e) && copy_weights(t, j->m, e);
	for (int k = 0; k < batches_of(j) && ok; k++) {
		judge_batch(j, k);
		count += wrong_at_the_end(j, t, &s);
	}
	*wrong = (double)count / j->set->N;
	judge_free(j);
	return ok;
}

/* ---- left to itself ---- */

static double logit(const trial *t, const void *z, int i)
{
	return is_f64(t) ? ((const double *)z)[i] : (double)((const float *)z)[i];
}

static int choose(const trial *t, const void *z, int n, double temperature, rng *r)
{
	int best = 0;
	for (int i = 1; i < n; i++)
		best = logit(t, z, i) > logit(t, z, best) ? i : best;
	if (temperature <= 0)
		return best;
	double top = logit(t, z, best), sum = 0;
	for (int i = 0; i < n; i++)
		sum += exp((logit(t, z, i) - top) / temperature);
	double u = rng_uniform(r) * sum;
	for (int i = 0; i < n; i++) {
		u -= exp((logit(t, z, i) - top) / temperature);
		if (u < 0)
			return i;
	}
	return best;
}

static void put(const trial *t, batch *b, int step, int symbol)
{
	for (int k = 0; k < b->I; k++)
		if (is_f64(t))
			((double *)b->x)[step * b->x_t + k] = k == symbol;
		else
			((float *)b->x)[step * b->x_t + k] = k == symbol;
}

static bool can_continue(const trial *t, int given, int length, err *e)
{
	const task_shape *p = &t->shape;
	if (!p->classes || p->I != p->O || !p->y_per_step || !t->task->answer)
		return err_input(e,
		        "task=%s: its answers are no inputs, so nothing can be continued; allowed: hello, text",
		        t->task->name);
	const model_block *table;
	t->api->blocks(t->m, &table);
	if (table[0].copies > 1)
		return err_input(e, "cell=untied has weights for %d steps only and cannot go on", p->T_max);
	if (given < 1 || length < given || length > 100000)
		return err_input(e, "%d symbols after %d given ones; allowed: at least one given, up to 100000 in all",
		        length - given, given);
	return true;
}

bool judge_continue(const trial *t, int given, int length, double temperature, uint64_t draw, int *out, err *e)
{
	enum { MEMORY = 400 }; /* a longer text is continued from its end */
	if (!can_continue(t, given, length, e))
		return false;
	model *m = copy_new(t, length < MEMORY ? length : MEMORY, 1, e);
	bool ok = m && copy_weights(t, m, e);
	rng r = rng_make((uint64_t)t->c.v[KNOB_seed], RNG_TEST, draw);
	for (int i = given; i < length && ok; i++) {
		int first = i < MEMORY ? 0 : i - MEMORY, T = i - first;
		t->api->batch_clear(m, T, 1);
		batch *b = t->api->batch(m);
		for (int k = 0; k < T; k++) {
			put(t, b, k, out[first + k]);
			b->label[k * b->label_t] = 0;
		}
		t->api->forward(m, NULL);
		out[i] = choose(t, t->api->logits(m, T - 1, 0), t->shape.O, temperature, &r);
	}
	if (m)
		t->api->destroy(m);
	return ok;
}

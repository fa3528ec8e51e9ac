#include "run/trial.h"

#include "run/dataset.h"
#include "run/team.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int choice(const config *c, knob_id id)
{
	return (int)c->v[id];
}

static bool is_f64(const config *c)
{
	return strcmp(config_choice(c, KNOB_precision), "f64") == 0;
}

static descent descent_of(const config *c)
{
	return (descent){.optimizer = choice(c, KNOB_optimizer),
	        .lr = c->v[KNOB_lr],
	        .momentum = c->v[KNOB_momentum],
	        .decay = c->v[KNOB_decay],
	        .beta1 = c->v[KNOB_beta1],
	        .beta2 = c->v[KNOB_beta2],
	        .eps = c->v[KNOB_eps],
	        .clip = (clip_id)choice(c, KNOB_clip),
	        .clip_at = c->v[KNOB_clip_at]};
}

static reduce_id reduce_of(const config *c)
{
	return strcmp(config_choice(c, KNOB_reduce), "sum") == 0 ? REDUCE_SUM : REDUCE_MEAN;
}

static bool loss_of(const config *c, const task_shape *s, loss_id *loss, err *e)
{
	const char *name = config_choice(c, KNOB_loss);
	if (strcmp(name, "xent") == 0 && !s->classes)
		return err_input(e, "loss=xent needs classes, task=%s has real targets; allowed: auto, mse",
		        config_choice(c, KNOB_task));
	*loss = strcmp(name, "auto") == 0  ? (s->classes ? LOSS_XENT : LOSS_MSE)
	        : strcmp(name, "mse") == 0 ? LOSS_MSE
	                                   : LOSS_XENT;
	return true;
}

static bool spec_of(trial *t, model_spec *s, err *e)
{
	const config *c = &t->c;
	const task_shape *p = &t->shape;
	const char *at = config_choice(c, KNOB_loss_at);
	*s = (model_spec){.cell = choice(c, KNOB_cell),
	        .activation = (activation_id)choice(c, KNOB_activation),
	        .hidden = (int)c->v[KNOB_hidden],
	        .inputs = p->I,
	        .outputs = p->O,
	        .classes = p->classes,
	        .T_max = p->T_max,
	        .B_max = t->task_spec.B,
	        .bias = c->v[KNOB_bias] != 0,
	        .y_per_step = p->y_per_step,
	        .at = strcmp(at, "all") == 0 || (strcmp(at, "auto") == 0 && p->y_per_step) ? LOSS_AT_ALL : LOSS_AT_LAST,
	        .reduce = reduce_of(c),
	        .backend = strcmp(config_choice(c, KNOB_backend), "native") == 0 ? BACKEND_NATIVE : BACKEND_BLAS,
	        .hands = (int)c->v[KNOB_threads]};
	return loss_of(c, p, &s->loss, e);
}

/* Memory that would only be promised must be refused before it is touched. */
static bool fits_memory(size_t need, err *e)
{
	double have = (double)sysconf(_SC_PHYS_PAGES) * (double)sysconf(_SC_PAGE_SIZE);
	if ((double)need < 0.75 * have)
		return true;
	return err_machine(e, "the network needs %zu MiB of the machine's %.0f; lower T, batch or hidden", need >> 20,
	        have / 1048576);
}

static bool set_classes(dataset *d, int classes, err *e)
{
	if (classes == 0 || d->classes == 0)
		return true;
	if (classes < d->classes)
		return err_input(e, "classes=%d: the data file has the class %d; allowed: 0, or %d to 1000", classes,
		        d->classes - 1, d->classes);
	d->classes = d->O = classes;
	return true;
}

static bool open_task(trial *t, err *e)
{
	const config *c = &t->c;
	t->task = is_f64(c) ? tasks_f64[choice(c, KNOB_task)] : tasks_f32[choice(c, KNOB_task)];
	t->task_spec = (task_spec){.T = (int)c->v[KNOB_T],
	        .jitter = c->v[KNOB_T_jitter],
	        .B = (int)c->v[KNOB_batch],
	        .variant = (variant)choice(c, KNOB_variant),
	        .seed = (uint64_t)c->v[KNOB_seed]};
	if (strcmp(t->task->name, "data") == 0) {
		t->data = dataset_read(c->data, e);
		if (!t->data || !set_classes(t->data, (int)c->v[KNOB_classes], e))
			return false;
		t->task_spec.data = t->data;
		if (t->task_spec.B > t->data->N)
			t->task_spec.B = t->data->N;
	}
	return t->task->shape(&t->task_spec, &t->shape, e);
}

static init_spec init_of(const config *c)
{
	return (init_spec){.init = choice(c, KNOB_init),
	        .sigma = c->v[KNOB_sigma],
	        .rho = c->v[KNOB_rho],
	        .sigma_in = c->v[KNOB_sigma_in],
	        .sigma_out = c->v[KNOB_sigma_out],
	        .seed = (uint64_t)c->v[KNOB_seed]};
}

static bool open_model(trial *t, err *e)
{
	const config *c = &t->c;
	model_spec s;
	if (!spec_of(t, &s, e))
		return false;
	t->api = is_f64(c) ? &model_f64 : &model_f32;
	if (!fits_memory(t->api->bytes(&s), e))
		return false;
	t->m = t->api->create(&s, e);
	if (!t->m)
		return false;
	init_spec i = init_of(c);
	return t->api->init(t->m, &i, e);
}

trial *trial_new(const config *c, err *e)
{
	trial *t = calloc(1, sizeof *t);
	if (!t) {
		err_machine(e, "no memory for a run");
		return NULL;
	}
	t->c = *c;
	t->descent = descent_of(c);
	t->metric = NAN;
	bool ok = open_task(t, e) && open_model(t, e);
	if (ok && c->v[KNOB_threads] > 1) {
		t->team = crew_new((int)c->v[KNOB_threads], e);
		ok = t->team != NULL;
	}
	if (ok)
		return t;
	trial_free(t);
	return NULL;
}

void trial_free(trial *t)
{
	if (!t)
		return;
	crew_free(t->team);
	if (t->m)
		t->api->destroy(t->m);
	dataset_free(t->data);
	free(t);
}

void trial_configure(trial *t, const config *c)
{
	t->c = *c;
	t->descent = descent_of(c);
	t->api->set_reduce(t->m, reduce_of(c));
}

static void revive(trial *t)
{
	t->diverged = false;
	t->diverged_update = 0;
	t->message[0] = '\0';
}

void trial_edit(trial *t, knob_id id, double value)
{
	config c = t->c;
	c.v[id] = value;
	if (knob_get(id)->restart == KNOB_OPTIMIZER)
		t->api->optimizer_reset(t->m);
	trial_configure(t, &c);
	revive(t);
}

void trial_follow(trial *t, const state_edit *edits, int n, int arm)
{
	if (t->diverged)
		return;
	for (int i = 0; i < n; i++)
		if (edits[i].arm == arm && edits[i].update == t->update)
			trial_edit(t, edits[i].knob, edits[i].value);
}

/* ---- the complete state ---- */

typedef struct head {
	long update, clipped;
} head;

enum { HEAD = 64 }; /* keeps the numbers behind it aligned */

size_t trial_state_size(const trial *t)
{
	return HEAD + t->api->state_size(t->m);
}

void trial_save(const trial *t, void *out)
{
	const head h = {t->update, t->clipped};
	memset(out, 0, HEAD);
	memcpy(out, &h, sizeof h);
	t->api->state_save(t->m, (unsigned char *)out + HEAD);
}

void trial_load(trial *t, const void *in)
{
	head h;
	memcpy(&h, in, sizeof h);
	t->update = h.update;
	t->clipped = h.clipped;
	t->api->state_load(t->m, (const unsigned char *)in + HEAD);
	t->measured = false;
	revive(t);
}

bool trial_restart(trial *t, err *e)
{
	init_spec i = init_of(&t->c);
	if (!t->api->init(t->m, &i, e))
		return false;
	t->update = t->clipped = 0;
	t->metric = NAN;
	t->measured = false;
	revive(t);
	return true;
}

/* ---- one update ---- */

static void next_batch(trial *t)
{
	rng r = rng_make(t->task_spec.seed, RNG_BATCH, (uint64_t)t->update);
	int T = t->task->length(&t->task_spec, &r);
	t->api->batch_clear(t->m, T, t->task_spec.B);
	t->task->fill(&t->task_spec, t->update, &r, t->api->batch(t->m));
}

static double share_wrong(const trial *t)
{
	const batch *b = t->api->batch(t->m);
	long asked = 0, wrong = 0;
	for (int s = b->first_loss; s <= b->last_loss; s++)
		for (int i = 0; i < b->B; i++) {
			if (!(b->weight[(size_t)s * (size_t)b->B_max + (size_t)i] > 0))
				continue;
			asked++;
			wrong += t->task->wrong(&t->task_spec, b, s, i, t->api->logits(t->m, s, i));
		}
	return asked ? (double)wrong / (double)asked : NAN;
}

static void explain(trial *t)
{
	t->diverged = true;
	t->diverged_update = t->update + 1;
	char where[64] = "";
	if (t->r.bad_step)
		snprintf(where, sizeof where, " at time step %d of %d", t->r.bad_step, t->r.T);
	bool clipped = t->descent.clip != CLIP_NONE;
	snprintf(t->message, sizeof t->message,
	        "Stopped at update %ld: %s is no longer finite%s. The last finite state is kept. Try %s.",
	        t->diverged_update, t->r.bad_where ? t->r.bad_where : "the loss", where,
	        clipped ? "a smaller learning rate or a lower clipping threshold"
	                : "clipping, or a smaller learning rate");
}

void trial_step(trial *t)
{
	if (t->diverged)
		return;
	next_batch(t);
	bool norms = (t->update + 1) % (long)t->c.v[KNOB_probe_every] == 0 || t->update == 0;
	t->api->forward(t->m, t->team);
	t->metric = share_wrong(t);
	t->api->backward(t->m, t->team, norms, &t->r);
	t->measured = norms || !t->r.finite;
	if (t->measured)
		t->measured_update = t->update + 1;
	t->api->descend(t->m, &t->descent, &t->r);
	if (!t->r.finite) {
		explain(t);
		return;
	}
	t->clipped += t->r.clipped_norm < t->r.grad_norm;
	t->update++;
}

void trial_measure(trial *t)
{
	next_batch(t);
	t->api->forward(t->m, t->team);
	t->metric = share_wrong(t);
	t->api->backward(t->m, t->team, true, &t->r);
	t->r.clipped_norm = t->r.update_norm = NAN;
	t->measured = true;
	t->measured_update = t->update;
}

int trial_hidden(const trial *t)
{
	return t->api->spec(t->m)->hidden;
}

const char *trial_recurrent(const trial *t, double *W)
{
	const model_block *table;
	int n = t->api->blocks(t->m, &table), H = trial_hidden(t);
	for (int i = 0; i < n; i++) {
		if (!table[i].recurrent)
			continue;
		if (table[i].gates == 1) {
			t->api->get(t->m, i, W);
			return "W_hh";
		}
		double *all = malloc((size_t)table[i].gates * (size_t)H * (size_t)H * sizeof *all);
		if (!all)
			break;
		/* the candidate: g, third of i f g o; n, third of r z n */
		t->api->get(t->m, i, all);
		memcpy(W, all + 2 * (size_t)H * (size_t)H, (size_t)H * (size_t)H * sizeof *W);
		free(all);
		return table[i].gates == 4 ? "W_hg" : "W_hn";
	}
	memset(W, 0, (size_t)H * (size_t)H * sizeof *W);
	return "W_hh";
}

bool trial_bound(const trial *t, double sigma_max, double *per_step)
{
	double slope = t->api->max_slope(t->m);
	*per_step = log10(slope * sigma_max);
	return slope > 0;
}

#include "run/trial.h"

#include "run/dataset.h"
#include "run/judge.h"
#include "run/plane.h"
#include "run/slice.h"
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

static model_tuning tuning_of(const config *c)
{
	return (model_tuning){.reduce = strcmp(config_choice(c, KNOB_reduce), "sum") == 0 ? REDUCE_SUM : REDUCE_MEAN,
	        .truncate = (int)c->v[KNOB_truncate],
	        .forcing = c->v[KNOB_teacher_forcing] != 0,
	        .training = true,
	        .l1 = c->v[KNOB_l1],
	        .l2 = c->v[KNOB_l2],
	        .omega = c->v[KNOB_omega],
	        .omega_form = (omega_form_id)choice(c, KNOB_omega_form)};
}

static int data_targets(const dataset *d)
{
	bool within = true, signs = true;
	for (int t = 0; t < (d->y_per_step ? d->T : 1); t++)
		for (int i = 0; i < d->N; i++) {
			size_t at = (size_t)t * (size_t)d->N + (size_t)i;
			if (d->y_per_step && (t >= d->length[i] || (d->masked && !d->mask[at])))
				continue;
			for (int o = 0; o < d->O; o++) {
				double y = d->y[at * (size_t)d->O + (size_t)o];
				within = within && y >= 0 && y <= 1;
				signs = signs && fabs(y) == 1;
			}
		}
	return TAKES_REAL | (within ? TAKES_UNIT : 0) | (signs ? TAKES_SIGNS : 0);
}

/* What the targets of a run are, as losses say what they take. */
static int targets_of(const trial *t)
{
	static const int kinds[] = {TAKES_REAL, TAKES_REAL | TAKES_UNIT, TAKES_REAL | TAKES_SIGNS};
	return t->shape.classes ? TAKES_CLASSES : t->data ? data_targets(t->data) : kinds[t->shape.targets];
}

static bool refuse_loss(const config *c, const loss_info *loss, int targets, err *e)
{
	char list[160] = "auto";
	const char *name, *summary;
	for (int i = 0; model_f64.losses(i, &name, &summary); i++)
		if (model_f64.loss((loss_id)i)->takes & targets) {
			strncat(list, ", ", sizeof list - strlen(list) - 1);
			strncat(list, name, sizeof list - strlen(list) - 1);
		}
	const char *needs = loss->takes & TAKES_UNIT    ? "classes or targets in [0, 1]"
	                    : loss->takes & TAKES_SIGNS ? "classes or targets −1 and 1"
	                                                : "classes";
	return err_input(e, "loss=%s needs %s, task=%s has real targets; allowed: %s", loss->name, needs,
	        config_choice(c, KNOB_task), list);
}

loss_id trial_task_loss(const trial *t)
{
	return t->shape.classes ? LOSS_xent : LOSS_mse;
}

static bool loss_of(const trial *t, loss_id *loss, err *e)
{
	int chosen = choice(&t->c, KNOB_loss), targets = targets_of(t); /* 0 is auto, the registry follows */
	*loss = chosen ? (loss_id)(chosen - 1) : trial_task_loss(t);
	const loss_info *info = model_f64.loss(*loss);
	return info->takes & targets ? true : refuse_loss(&t->c, info, targets, e);
}

static bool output_of(const config *c, loss_id loss, int outputs, output_id *output, err *e)
{
	const loss_info *info = model_f64.loss(loss);
	const knob *k = knob_get(KNOB_output);
	*output = (output_id)choice(c, KNOB_output);
	if (*output == OUTPUT_AUTO)
		*output = info->output;
	if (outputs > MODEL_OUTPUTS)
		return err_input(e, "%d outputs; allowed: 1 to %d", outputs, MODEL_OUTPUTS);
	if (info->outputs >> *output & 1)
		return true;
	return err_input(e, "output=%s: loss=%s is defined on its own outputs; allowed: auto, %s", k->choice[*output],
	        info->name, k->choice[info->output]);
}

static bool normalises(const config *c, const char *what)
{
	const char *chosen = config_choice(c, KNOB_batch_norm);
	return strcmp(chosen, what) == 0 || strcmp(chosen, "both") == 0;
}

static bool spec_of(trial *t, model_spec *s, err *e)
{
	const config *c = &t->c;
	const task_shape *p = &t->shape;
	const char *at = config_choice(c, KNOB_loss_at);
	*s = (model_spec){.cell = choice(c, KNOB_cell),
	        .activation = (activation_id)choice(c, KNOB_activation),
	        .layers = (int)c->v[KNOB_layers],
	        .hidden = (int)c->v[KNOB_hidden],
	        .inputs = p->I,
	        .outputs = p->O,
	        .classes = p->classes,
	        .T_max = p->T_max,
	        .B_max = t->task_spec.B,
	        .bias = c->v[KNOB_bias] != 0,
	        .y_per_step = p->y_per_step,
	        .at = strcmp(at, "all") == 0 || (strcmp(at, "auto") == 0 && p->y_per_step) ? LOSS_AT_ALL : LOSS_AT_LAST,
	        .backend = strcmp(config_choice(c, KNOB_backend), "native") == 0 ? BACKEND_NATIVE : BACKEND_BLAS,
	        .hands = (int)c->v[KNOB_threads],
	        .leak = c->v[KNOB_leak],
	        .peephole = c->v[KNOB_peephole] != 0,
	        .gru_form = (gru_form_id)choice(c, KNOB_gru_form),
	        .scrn_alpha = c->v[KNOB_scrn_alpha],
	        .scrn_learn = c->v[KNOB_scrn_learn] != 0,
	        .cec_only = c->v[KNOB_cec_only] != 0,
	        .kernel = (int)c->v[KNOB_kernel],
	        .dropout = c->v[KNOB_dropout],
	        .norm_input = normalises(c, "input"),
	        .norm_readout = normalises(c, "readout"),
	        .unit = (unit_id)p->unit,
	        .x0 = c->v[KNOB_x0],
	        .function = &t->function};
	if (s->unit != UNIT_NONE) { /* the task is the whole system */
		s->cell = 0;
		s->layers = s->hidden = 1;
		s->activation = s->unit == UNIT_FIXED_POINT ? ACT_SIGMOID : ACT_IDENTITY;
		s->bias = true;
		s->leak = s->dropout = 0;
		s->norm_input = s->norm_readout = false;
	}
	return loss_of(t, &s->loss, e) && output_of(c, s->loss, p->O, &s->output, e);
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

/* Sequences that all come from a file, or were drawn once, are what batches are made of. */
static bool open_set(trial *t, err *e)
{
	int size = (int)t->c.v[KNOB_train_size];
	if (size > 0 && !(t->set = dataset_sample(choice(&t->c, KNOB_task), &t->task_spec, RNG_TRAIN, size, e)))
		return false;
	bool file = t->task->reads == TASK_READS_SEQUENCES || t->task->reads == TASK_READS_VISITS;
	t->task_spec.set = t->set ? t->set : file ? t->data : NULL;
	if (t->task_spec.set && t->task_spec.B > t->task_spec.set->N)
		t->task_spec.B = t->task_spec.set->N;
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
	        .lag = (int)c->v[KNOB_lag],
	        .symbols = (int)c->v[KNOB_symbols],
	        .noise = c->v[KNOB_noise],
	        .target = c->v[KNOB_target],
	        .sparse = (int)c->v[KNOB_sparse],
	        .seed = (uint64_t)c->v[KNOB_seed]};
	if (!dataset_open(t->task->reads, c->data, (dataset_scaling)choice(c, KNOB_input_scale), &t->data, e))
		return false;
	if (t->task->reads == TASK_READS_SEQUENCES && !set_classes(t->data, (int)c->v[KNOB_classes], e))
		return false;
	t->task_spec.data = t->data;
	if (!t->task->shape(&t->task_spec, &t->shape, e))
		return false;
	if (t->shape.unit)
		t->task_spec.B = 1; /* all sequences are the same */
	return open_set(t, e);
}

static init_spec init_of(const trial *t)
{
	const config *c = &t->c;
	init_spec s = {.init = choice(c, KNOB_init),
	        .sigma = c->v[KNOB_sigma],
	        .rho = c->v[KNOB_rescale] > 0 ? c->v[KNOB_rescale] : c->v[KNOB_rho],
	        .sigma_in = c->v[KNOB_sigma_in],
	        .sigma_out = c->v[KNOB_sigma_out],
	        .forget_bias = c->v[KNOB_forget_bias],
	        .chrono = (int)c->v[KNOB_chrono],
	        .r_min = c->v[KNOB_r_min],
	        .r_max = c->v[KNOB_r_max],
	        .phase = c->v[KNOB_max_phase],
	        .w = c->v[KNOB_w],
	        .b = c->v[KNOB_b],
	        .scale = c->v[KNOB_init_scale],
	        .sparsity = (int)c->v[KNOB_sparsity],
	        .generator = (generator_id)choice(c, KNOB_generator),
	        .seed = (uint64_t)c->v[KNOB_seed]};
	if (t->plane) {
		s.w = t->plane->start[0];
		s.b = t->plane->start[1];
	}
	return s;
}

static void function_at(const void *data, double a, double b, double out[3])
{
	plane_point p = plane_at(data, a, b);
	out[0] = p.value;
	out[1] = p.da;
	out[2] = p.db;
}

static bool open_function(trial *t, err *e)
{
	if (t->shape.unit != UNIT_FUNCTION)
		return true;
	t->plane = malloc(sizeof *t->plane);
	if (!t->plane)
		return err_machine(e, "no memory for a function");
	t->function = (model_function){function_at, t->plane};
	return plane_of(&t->c, t->plane, e);
}

bool trial_draw(const trial *t, model *m, err *e)
{
	init_spec i = init_of(t);
	return t->api->init(m, &i, e);
}

/* As drawn, and moved where the knobs of the start say so. */
static bool begin_weights(trial *t, err *e)
{
	const double at[2] = {t->c.v[KNOB_start_a], t->c.v[KNOB_start_b]};
	if (!trial_draw(t, t->m, e))
		return false;
	if (t->shape.unit || (at[0] == 0 && at[1] == 0 && !t->c.start_along[0]))
		return true;
	return slice_move(t->api, t->m, t->c.start_along, (uint64_t)t->c.v[KNOB_seed], at, e);
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
	model_tuning u = tuning_of(c);
	return t->api->tune(t->m, &u, e) && begin_weights(t, e);
}

static bool open_validation(trial *t, err *e)
{
	t->best_loss = t->validation_loss = NAN;
	if (t->c.v[KNOB_patience] == 0)
		return true;
	t->validation = judge_new(t, RNG_VALIDATION, (int)t->c.v[KNOB_validation], e);
	return t->validation || err_prefix(e, "patience=%.0f", t->c.v[KNOB_patience]);
}

trial *trial_new(const config *c, err *e)
{
	trial *t = calloc(1, sizeof *t);
	if (!t) {
		err_machine(e, "no memory for a run");
		return NULL;
	}
	t->c = *c;
	t->metric = NAN;
	bool ok = config_fits(c, e) && open_task(t, e) && open_function(t, e) && open_model(t, e) &&
	          open_validation(t, e);
	if (ok && c->v[KNOB_threads] > 1) {
		t->team = crew_new((int)c->v[KNOB_threads], e);
		ok = t->team != NULL;
	}
	if (!ok) {
		trial_free(t);
		return NULL;
	}
	t->descent = config_descent(c);
	return t;
}

void trial_free(trial *t)
{
	if (!t)
		return;
	crew_free(t->team);
	if (t->m)
		t->api->destroy(t->m);
	judge_free(t->validation);
	dataset_free(t->set);
	dataset_free(t->data);
	free(t->plane);
	free(t);
}

void trial_configure(trial *t, const config *c)
{
	model_tuning u = tuning_of(c);
	err e;
	t->c = *c;
	t->descent = config_descent(c);
	if (!t->api->tune(t->m, &u, &e)) /* no memory for a truncation: the run goes on as it was, and says so */
		snprintf(t->message, sizeof t->message, "%.319s", e.text);
}

static bool out_of_patience(const trial *t)
{
	return t->c.v[KNOB_patience] > 0 && t->waited >= t->c.v[KNOB_patience];
}

static void revive(trial *t)
{
	t->diverged = t->stopped = false;
	t->diverged_update = 0;
	t->message[0] = '\0';
}

void trial_edit(trial *t, knob_id id, double value)
{
	config c = t->c;
	err e;
	c.v[id] = value;
	if (id == KNOB_rescale && value > 0)
		(void)t->api->rescale(t->m, value, &e); /* weights without eigenvalues are not finite: they stay */
	if (knob_get(id)->restart == KNOB_OPTIMIZER)
		t->api->optimizer_reset(t->m);
	revive(t);
	t->waited = 0;
	trial_configure(t, &c);
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
	long update, clipped, best_update, waited;
	double best_loss, validation_loss;
} head;

enum { HEAD = 64 }; /* keeps the numbers behind it aligned */

size_t trial_state_size(const trial *t)
{
	return HEAD + t->api->state_size(t->m);
}

void trial_save(const trial *t, void *out)
{
	const head h = {t->update, t->clipped, t->best_update, t->waited, t->best_loss, t->validation_loss};
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
	t->measured = t->stepped = false;
	revive(t);
	t->best_update = h.best_update;
	t->waited = (int)h.waited;
	t->best_loss = h.best_loss;
	t->validation_loss = h.validation_loss;
	t->stopped = out_of_patience(t);
}

bool trial_restart(trial *t, err *e)
{
	if (!begin_weights(t, e))
		return false;
	t->update = t->clipped = t->best_update = 0;
	t->waited = 0;
	t->metric = t->best_loss = t->validation_loss = NAN;
	t->measured = t->stepped = false;
	revive(t);
	return true;
}

/* ---- one update ---- */

void trial_batch_of(const trial *t, model *m, long update)
{
	const task_supply *supply = is_f64(&t->c) ? &task_supply_f64 : &task_supply_f32;
	rng r;
	int T = supply->begin(t->task, &t->task_spec, update, &r);
	t->api->batch_clear(m, T, t->task_spec.B);
	supply->fill(t->task, &t->task_spec, &t->shape, update, &r, t->api->batch(m));
	t->api->batch(m)->masks = rng_make(t->task_spec.seed, RNG_MASKS, (uint64_t)update);
}

void trial_batch(const trial *t, model *m)
{
	trial_batch_of(t, m, t->update);
}

static double share_wrong(const trial *t)
{
	long asked, wrong;
	if (t->plane) /* there is no right and wrong */
		return NAN;
	judge_count(t->task, &t->task_spec, &t->shape, t->api, t->m, &asked, &wrong);
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

/* Early stopping: the loss on a fixed validation set is asked for from time to time. */
static void look_for_progress(trial *t)
{
	int patience = (int)t->c.v[KNOB_patience];
	judgement v;
	err e;
	if (patience == 0 || t->update % (long)t->c.v[KNOB_validate_every] != 0 || !judge_run(t->validation, t, &v, &e))
		return;
	t->validation_loss = v.loss;
	if (!(t->best_update && v.loss >= t->best_loss)) {
		t->best_loss = v.loss;
		t->best_update = t->update;
		t->waited = 0;
		return;
	}
	t->waited++;
	t->stopped = out_of_patience(t);
	if (t->waited == patience)
		snprintf(t->message, sizeof t->message,
		        "Stopped at update %ld: the loss on %ld validation sequences has not fallen for %d "
		        "evaluations. It was "
		        "lowest, %.4g, at "
		        "update %ld.",
		        t->update, v.sequences, patience, t->best_loss, t->best_update);
}

void trial_step(trial *t)
{
	if (t->diverged)
		return;
	trial_batch(t, t->m);
	t->stepped = false;
	bool norms = (t->update + 1) % (long)t->c.v[KNOB_probe_every] == 0 || t->update == 0 ||
	             t->descent.direction != DIRECTION_GRADIENT;
	t->api->look_ahead(t->m, &t->descent);
	t->api->forward(t->m, t->team);
	t->metric = share_wrong(t);
	t->api->backward(t->m, t->team, norms, &t->r);
	t->measured = norms || !t->r.finite;
	if (t->measured)
		t->measured_update = t->update + 1;
	t->descent.update = (uint64_t)t->update;
	t->api->descend(t->m, &t->descent, &t->r);
	if (!t->r.finite) {
		explain(t);
		return;
	}
	t->clipped += t->r.clipped;
	t->update++;
	t->stepped = true;
	look_for_progress(t);
}

void trial_measure(trial *t)
{
	trial_batch(t, t->m);
	t->api->forward(t->m, t->team);
	t->metric = share_wrong(t);
	t->api->backward(t->m, t->team, true, &t->r);
	t->r.clipped_norm = t->r.update_norm = NAN;
	t->measured = true;
	t->stepped = false;
	t->measured_update = t->update;
}

int trial_transition(const trial *t, double *W, const char **name)
{
	return t->api->transition(t->m, W, name);
}

bool trial_bound(const trial *t, double sigma_max, double *per_step)
{
	double slope = t->api->max_slope(t->m);
	*per_step = log10(slope * sigma_max);
	return slope > 0;
}

/* trial: one run: configuration, task, net, optimizer. No thread of its own, no clock. trial_step depends on the
 * configuration, the update number and the state before it alone, so that the window, the command line and a replay
 * give the same bits. May be included by run, lesson and app (not by view). */
#ifndef RUN_TRIAL_H
#define RUN_TRIAL_H
#include "nn/model.h"
#include "run/state.h"
#include "task/task.h"

struct plane;

typedef struct trial {
	config c;
	const model_api *api;
	model *m;
	const task *task;
	task_spec task_spec;
	task_shape shape;
	dataset *data; /* what the task has read, or NULL */
	dataset *set;  /* sequences drawn once (train_size), or NULL */
	team *team;
	descent descent;
	struct plane *plane;     /* task=function: what is descended on, else NULL */
	model_function function; /* … as the net sees it */

	long update;    /* updates made */
	long clipped;   /* of these: with an active clip */
	model_result r; /* of the last update or measurement; temporal norms only when `measured` */
	bool measured;
	bool stepped;    /* the last thing that happened was an update: the net holds its gradient and its step */
	long measured_update; /* update that the norms of r belong to (the update being made), 0 = before training */
	double metric;        /* share of wrong answers in the batch */
	/* early stopping (knob patience) */
	struct judge *validation;
	double validation_loss, best_loss; /* of the last evaluation; lowest so far; NaN: none yet */
	long best_update;                  /* when it was lowest, 0: not evaluated yet */
	int waited;                        /* evaluations since then */
	bool stopped; /* it has waited long enough: whoever plays the run should pause; further steps can be made */

	const run_example *example; /* the sequence that the views look at, or NULL; training knows nothing of it */

	bool diverged;
	long diverged_update;
	char message[320]; /* what happened and what to try */
} trial;

/* NULL and a message when the configuration makes no sense or the machine has no memory for it. */
trial *trial_new(const config *c, err *e);
void trial_free(trial *t);
/* Back to update 0 of the configuration t->c, with the weights it began with. */
bool trial_restart(trial *t, err *e);
/* The weights that the seed draws, without start_a and start_b, into a model of the same shape. */
bool trial_draw(const trial *t, model *m, err *e);
/* Takes over knobs that need no restart of the weights (config_restart < KNOB_WEIGHTS). The optimizer keeps its memory:
 * for a state that is loaded. */
void trial_configure(trial *t, const config *c);
/* Changes one such knob under way. What acts does so whatever the value was before (state_acts): a knob with
 * KNOB_OPTIMIZER clears the optimizer's memory, `rescale` rescales the recurrent matrix. A run that has diverged goes
 * on from its last finite state. */
void trial_edit(trial *t, knob_id id, double value);
/* Makes the changes that a state has for one of its arms at the present update; to be called after every trial_step. */
void trial_follow(trial *t, const state_edit *edits, int n, int arm);
/* The complete state, without the configuration: after trial_load and trial_configure every further step is as it was
 * after trial_save. The results t->r are not part of it: they come with the next step. */
size_t trial_state_size(const trial *t);
void trial_save(const trial *t, void *out);
void trial_load(trial *t, const void *in);
/* The loss that the task is defined with: its baselines are values of it. */
loss_id trial_task_loss(const trial *t);
/* The next batch, one update. The temporal norms are measured when update % probe_every = 0. Does nothing after a
 * divergence: the last finite state stays. */
void trial_step(trial *t);
/* Loss, gradient and temporal norms of the next batch, without an update. */
void trial_measure(trial *t);
/* The batch of the next update, into a net of the same shape. */
void trial_batch(const trial *t, model *m);
/* … of the update that follows `update` updates. */
void trial_batch_of(const trial *t, model *m, long update);
/* Order n of the matrix that carries the hidden state of the first layer from step to step, and its name (that of the
 * candidate for gated cells); 0: there is none. Writes n × n numbers, row-major, into W unless it is NULL. */
int trial_transition(const trial *t, double *W, const char **name);
/* log10(σ'max · largest singular value of W_rec): the bound falls by this per step; false for gated cells. */
bool trial_bound(const trial *t, double sigma_max, double *per_step);

#endif

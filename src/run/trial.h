/* trial: one run: configuration, task, net, optimizer. No thread of its own, no clock. trial_step depends on the
 * configuration, the update number and the state before it alone, so that the window, the command line and a replay
 * give the same bits. May be included by run, lesson and app (not by view). */
#ifndef RUN_TRIAL_H
#define RUN_TRIAL_H
#include "nn/model.h"
#include "run/knob.h"
#include "task/task.h"

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

	long update;    /* updates made */
	long clipped;   /* of these: with an active clip */
	long edited;    /* update after which a knob was first changed under way, 0 = never: the state string alone
	                   does not repeat such a run */
	model_result r; /* of the last update or measurement; temporal norms only when `measured` */
	bool measured;
	long measured_update; /* update that the norms of r belong to (the update being made), 0 = before training */
	double metric;        /* share of wrong answers in the batch */
	/* early stopping (knob patience) */
	struct judge *validation;
	double validation_loss, best_loss; /* of the last evaluation; lowest so far; NaN: none yet */
	long best_update;                  /* when it was lowest, 0: not evaluated yet */
	int waited;                        /* evaluations since then */
	bool stopped;

	bool diverged;
	long diverged_update;
	char message[320]; /* what happened and what to try */
} trial;

/* NULL and a message when the configuration makes no sense or the machine has no memory for it. */
trial *trial_new(const config *c, err *e);
void trial_free(trial *t);
/* Takes over knobs that need no restart of the weights (config_restart < KNOB_WEIGHTS). False, and nothing is changed,
 * when they make no sense together. */
bool trial_adjust(trial *t, const config *c, err *e);
/* The loss that the task is defined with: its baselines are values of it. */
loss_id trial_task_loss(const trial *t);
/* The next batch, one update. The temporal norms are measured when update % probe_every = 0. Does nothing after a
 * divergence or an early stop: the last finite state stays. */
void trial_step(trial *t);
/* Loss, gradient and temporal norms of the next batch, without an update. */
void trial_measure(trial *t);
/* Order n of the matrix that carries the hidden state of the first layer from step to step, and its name (that of the
 * candidate for gated cells); 0: there is none. Writes n × n numbers, row-major, into W unless it is NULL. */
int trial_transition(const trial *t, double *W, const char **name);
/* log10(σ'max · largest singular value of W_rec): the bound falls by this per step; false for gated cells. */
bool trial_bound(const trial *t, double sigma_max, double *per_step);

#endif

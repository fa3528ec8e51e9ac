#include "run/worker.h"

#include "base/text.h"
#include "run/gradcheck.h"
#include "run/record.h"
#include "run/trial.h"

#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { QUEUE = 256 };
static const double slice = 0.008;         /* seconds of training between two looks at the queue */
static const double snap_every = 1.0 / 75; /* seconds */
static const double spectrum_share = 0.1;  /* of the time goes into eigenvalues at most */

typedef enum kind { MSG_PLAY, MSG_STEP, MSG_RESET, MSG_CONFIG, MSG_GOTO, MSG_SPEED, MSG_CHECK, MSG_QUIT } kind;

typedef struct message {
	kind kind;
	long number;
	double value;
	config c;
} message;

struct worker {
	pthread_t thread;
	void (*wake)(void *);
	void *wake_data;

	/* The following are protected by lock. */
	pthread_mutex_t lock;
	pthread_cond_t posted;  /* a message came */
	pthread_cond_t settled; /* the queue is empty and the worker rests */
	message queue[QUEUE];
	int queued;
	bool busy;   /* a message or a run of updates is being carried out */
	snap *front; /* newest; swapped with `spare` by the worker, with `shown` by the window */
	bool fresh;

	atomic_int pending; /* = queued, for a look without the lock */

	/* The window's. */
	snap *shown;

	/* The worker's own. */
	snap *spare;
	trial *t;
	record *r;
	config wanted;
	bool playing;
	long left;                              /* updates still to make before a pause; −1 = no end */
	double speed, credit;                   /* updates per second; updates that may be made now */
	double spectrum_time, rate, rate_since; /* rate: updates per second of the clock, since rate_since */
	long rate_updates;
	long serial;
	bool changed; /* something to show */
	char message[320];
};

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* ---- messages ---- */

static void say(worker *w, const char *text)
{
	snprintf(w->message, sizeof w->message, "%.319s", text);
	w->changed = true;
}

static void rate_restart(worker *w)
{
	w->rate_updates = 0;
	w->rate_since = now();
}

static void restart(worker *w, trial *t)
{
	trial_free(w->t);
	w->t = t;
	w->rate = 0;
	rate_restart(w);
	w->spectrum_time = 0;
	trial_measure(t);
	record_start(w->r, t);
	w->message[0] = '\0';
	w->changed = true;
}

/* A new run of this configuration; the old one goes on when it cannot be made. */
static bool begin(worker *w, const config *c)
{
	err e;
	trial *t = trial_new(c, &e);
	if (!t) {
		say(w, e.text);
		return false;
	}
	restart(w, t);
	return true;
}

static void check_gradient(worker *w)
{
	err e;
	gradcheck g;
	if (w->t->diverged)
		return;
	trial_measure(w->t);
	if (!gradcheck_run(w->t, 2e-3, 60, &g, &e)) {
		say(w, e.text);
		return;
	}
	int worst = 0;
	long weights = 0;
	for (int i = 0; i < g.blocks; i++) {
		worst = g.worst[i] > g.worst[worst] ? i : worst;
		weights += g.checked[i];
	}
	double limit = strcmp(w->t->api->precision, "f64") == 0 ? 1e-6 : 1e-2;
	char error[32], text[320];
	snprintf(text, sizeof text,
	        "Gradient %s: %ld weights against central differences, largest relative error %s in %s.",
	        g.worst[worst] < limit ? "checked" : "WRONG", weights,
	        text_short(error, sizeof error, g.worst[worst], 2), g.block[worst]);
	say(w, text);
}

static void adjust(worker *w, const config *c)
{
	if (config_restart(&w->t->c, c) == KNOB_WEIGHTS) {
		begin(w, c);
		return;
	}
	err e;
	if (trial_adjust(w->t, c, &e))
		w->message[0] = '\0';
	else
		say(w, e.text);
	w->changed = true;
}

/* False when the worker has to end. */
static bool obey(worker *w, const message *m)
{
	switch (m->kind) {
	case MSG_QUIT:
		return false;
	case MSG_PLAY:
		w->playing = m->number != 0;
		rate_restart(w);
		w->left = -1;
		w->credit = 0;
		break;
	case MSG_STEP:
		w->playing = true;
		w->left = m->number;
		w->credit = (double)m->number;
		rate_restart(w);
		break;
	case MSG_RESET:
		begin(w, &w->t->c);
		break;
	case MSG_CONFIG:
		adjust(w, &m->c);
		break;
	case MSG_GOTO:
		w->playing = false;
		if (begin(w, &m->c) && m->number > 0) {
			w->playing = true;
			w->left = m->number;
			w->credit = (double)m->number;
		}
		break;
	case MSG_SPEED:
		w->speed = m->value;
		w->credit = 0;
		break;
	case MSG_CHECK:
		check_gradient(w);
		break;
	}
	w->changed = true;
	return true;
}

/* Takes the oldest message; waits for one up to `seconds` when there is nothing else to do. */
static bool next_message(worker *w, message *m, double seconds)
{
	pthread_mutex_lock(&w->lock);
	if (!w->queued && seconds > 0) {
		w->busy = w->playing || w->changed;
		if (!w->busy)
			pthread_cond_broadcast(&w->settled);
		struct timespec until;
		clock_gettime(CLOCK_MONOTONIC, &until);
		double end = (double)until.tv_sec + 1e-9 * (double)until.tv_nsec + seconds;
		until.tv_sec = (time_t)end;
		until.tv_nsec = (long)((end - (double)until.tv_sec) * 1e9);
		pthread_cond_timedwait(&w->posted, &w->lock, &until);
	}
	bool any = w->queued > 0;
	if (any) {
		*m = w->queue[0];
		memmove(w->queue, w->queue + 1, (size_t)(w->queued - 1) * sizeof *w->queue);
		atomic_store(&w->pending, --w->queued);
		w->busy = true;
	}
	pthread_mutex_unlock(&w->lock);
	return any;
}

/* ---- training ---- */

static void pause_run(worker *w)
{
	w->playing = false;
	w->left = -1;
}

/* Trains for a slice, or as far as `left` and the speed allow. */
static void train(worker *w)
{
	double start = now(), end = start + slice;
	long limit = (long)w->t->c.v[KNOB_updates], made = 0;
	while (w->playing && (w->left >= 0 || w->speed <= 0 || w->credit >= 1)) {
		if (w->t->diverged || w->t->stopped || w->left == 0 ||
		        (w->left < 0 && limit > 0 && w->t->update >= limit)) {
			pause_run(w);
			break;
		}
		trial_step(w->t);
		record_update(w->r, w->t);
		made++;
		w->credit -= 1;
		w->left -= w->left > 0;
		if (atomic_load(&w->pending) || now() >= end)
			break;
	}
	if (w->left == 0 || w->t->diverged || w->t->stopped)
		pause_run(w);
	if (!made)
		return;
	w->changed = true;
	w->rate_updates += made;
	double time = now();
	if (time - w->rate_since > 0.3) {
		w->rate = (double)w->rate_updates / (time - w->rate_since);
		rate_restart(w);
	}
}

/* ---- snaps ---- */

static void publish(worker *w, double time)
{
	snap *s = w->spare;
	bool spectrum = !w->playing || w->spectrum_time < time;
	double start = now();
	const snap_arm *a = record_arm(w->r, w->t, spectrum);
	if (spectrum)
		w->spectrum_time = time + (now() - start) / spectrum_share;
	s->version = SNAP_VERSION;
	s->serial = ++w->serial;
	s->playing = w->playing;
	s->live = true;
	s->arms = 1;
	s->arm[0] = *a;
	s->arm[0].updates_per_second = w->rate;
	if (w->message[0])
		snprintf(s->arm[0].message, sizeof s->arm[0].message, "%s", w->message);
	pthread_mutex_lock(&w->lock);
	w->spare = w->front;
	w->front = s;
	w->fresh = true;
	pthread_mutex_unlock(&w->lock);
	w->changed = false;
	if (w->wake)
		w->wake(w->wake_data);
}

/* Seconds until there is something to do without a message. */
static double rest_time(const worker *w, double time, double shown)
{
	double rest = 1;
	if (w->playing)
		rest = w->left >= 0 || w->speed <= 0 ? 0 : (1 - w->credit) / w->speed;
	if (w->changed)
		rest = fmin(rest, shown + snap_every - time);
	return fmax(0, fmin(rest, 1));
}

static void *worker_main(void *arg)
{
	worker *w = arg;
	double shown = 0, last = now();
	message m;
	for (;;) {
		if (next_message(w, &m, rest_time(w, now(), shown)) && !obey(w, &m))
			return NULL;
		double time = now();
		if (w->playing && w->left < 0 && w->speed > 0)
			w->credit = fmin(w->credit + (time - last) * w->speed, fmax(1, w->speed * slice));
		last = time;
		train(w);
		time = now();
		if (w->changed && time - shown >= snap_every) {
			publish(w, time);
			shown = time;
		}
	}
}

/* ---- the window's side ---- */

static void post(worker *w, const message *m)
{
	pthread_mutex_lock(&w->lock);
	while (w->queued == QUEUE) { /* the worker is far behind: let it catch up */
		pthread_mutex_unlock(&w->lock);
		nanosleep(&(struct timespec){0, 1000000}, NULL);
		pthread_mutex_lock(&w->lock);
	}
	/* of a row of configurations (a slider that is being dragged) only the last counts */
	if (m->kind == MSG_CONFIG && w->queued && w->queue[w->queued - 1].kind == MSG_CONFIG)
		w->queued--;
	w->queue[w->queued++] = *m;
	atomic_store(&w->pending, w->queued);
	w->busy = true;
	pthread_cond_signal(&w->posted);
	pthread_mutex_unlock(&w->lock);
}

static bool prepare(worker *w, const config *c, err *e)
{
	w->front = calloc(1, sizeof *w->front);
	w->shown = calloc(1, sizeof *w->shown);
	w->spare = calloc(1, sizeof *w->spare);
	w->r = record_new(e);
	if (!w->front || !w->shown || !w->spare || !w->r)
		return err_machine(e, "no memory for the picture of a run");
	w->t = trial_new(c, e);
	if (!w->t)
		return false;
	trial_measure(w->t);
	record_start(w->r, w->t);
	w->left = -1;
	w->changed = w->busy = true;
	pthread_mutex_init(&w->lock, NULL);
	pthread_condattr_t monotonic;
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&w->posted, &monotonic);
	pthread_cond_init(&w->settled, NULL);
	pthread_condattr_destroy(&monotonic);
	return true;
}

static void release(worker *w)
{
	trial_free(w->t);
	record_free(w->r);
	free(w->front);
	free(w->shown);
	free(w->spare);
	free(w);
}

worker *worker_new(const config *c, void (*wake)(void *), void *wake_data, err *e)
{
	worker *w = calloc(1, sizeof *w);
	if (!w) {
		err_machine(e, "no memory for the training thread");
		return NULL;
	}
	w->wake = wake;
	w->wake_data = wake_data;
	bool ready = prepare(w, c, e);
	if (ready && pthread_create(&w->thread, NULL, worker_main, w) == 0)
		return w;
	if (ready)
		err_machine(e, "the system refuses a thread for training");
	release(w);
	return NULL;
}

void worker_free(worker *w)
{
	if (!w)
		return;
	post(w, &(message){.kind = MSG_QUIT});
	pthread_join(w->thread, NULL);
	pthread_mutex_destroy(&w->lock);
	pthread_cond_destroy(&w->posted);
	pthread_cond_destroy(&w->settled);
	release(w);
}

void worker_play(worker *w, bool play)
{
	post(w, &(message){.kind = MSG_PLAY, .number = play});
}

void worker_step(worker *w, long updates)
{
	post(w, &(message){.kind = MSG_STEP, .number = updates});
}

void worker_reset(worker *w)
{
	post(w, &(message){.kind = MSG_RESET});
}

void worker_config(worker *w, const config *c)
{
	post(w, &(message){.kind = MSG_CONFIG, .c = *c});
}

void worker_goto(worker *w, const config *c, long update)
{
	post(w, &(message){.kind = MSG_GOTO, .number = update, .c = *c});
}

void worker_speed(worker *w, double updates_per_second)
{
	post(w, &(message){.kind = MSG_SPEED, .value = updates_per_second});
}

void worker_check_gradient(worker *w)
{
	post(w, &(message){.kind = MSG_CHECK});
}

const snap *worker_take(worker *w)
{
	pthread_mutex_lock(&w->lock);
	bool fresh = w->fresh;
	if (fresh) {
		snap *s = w->shown;
		w->shown = w->front;
		w->front = s;
		w->fresh = false;
	}
	pthread_mutex_unlock(&w->lock);
	return fresh ? w->shown : NULL;
}

void worker_settle(worker *w)
{
	pthread_mutex_lock(&w->lock);
	while (w->queued || w->busy)
		pthread_cond_wait(&w->settled, &w->lock);
	pthread_mutex_unlock(&w->lock);
}

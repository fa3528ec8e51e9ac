/* worker: the thread that trains. The threads and locks of training are in worker.c and team.c;
 * app/thumbs has one more thread for small pictures.
 * The window sends messages and picks up snaps; nothing else is shared.
 * May be included by app. */
#ifndef RUN_WORKER_H
#define RUN_WORKER_H
#include "run/snap.h"

typedef struct worker worker;
typedef struct arms arms; /* run/arms.h */

/* Something to wait for. All functions are called from the worker's thread; `release` once, when it is no longer
 * needed. */
typedef struct worker_condition {
	void *data;
	char text[160];                                                  /* as it was typed */
	bool (*holds)(void *data, const arms *a);                        /* after every update */
	void (*tell)(void *data, const arms *a, char *buf, size_t size); /* "loss 0.093" */
	void (*release)(void *data);
} worker_condition;

enum { WORKER_HISTORY_MIB = 256 }; /* usual memory for the checkpoints of all arms */

/* Starts the thread on a state: it goes to the update of the state and waits there. `budget`: bytes for checkpoints.
 * `wake` is called from the worker's thread whenever a new snap lies ready (NULL: never); it must only signal. NULL and
 * a message when the configuration cannot be run. */
worker *worker_new(const run_state *s, size_t budget, void (*wake)(void *), void *wake_data, err *e);
void worker_free(worker *w); /* stops and joins the thread */

/* Messages; they return at once and are carried out in order. What cannot be done leaves everything as it was; the
 * reason arrives in snap.message. */
void worker_play(worker *w, bool play);
void worker_play_until(worker *w, long update); /* at the speed that is set, then pause */
/* … and pauses at the first update after which the condition holds, whatever the speed. Another message about going on,
 * and arms that come, go or begin again, end the waiting. */
void worker_play_until_holds(worker *w, const worker_condition *c);
void worker_step(worker *w, long updates);       /* that many more updates, then pause */
void worker_seek(worker *w, long update);        /* to any update, past or future, then pause; the newest call counts */
void worker_reset(worker *w);                    /* same settings and seed, update 0 */
void worker_open(worker *w, const run_state *s); /* another state, as worker_new */
/* Updates per second at most; 0 = as fast as it goes. */
void worker_speed(worker *w, double updates_per_second);

/* Arms are numbered from 0, the hidden ones included. See run/arms.h for what these do. */
void worker_config(worker *w, int arm, const config *c);
void worker_compare(worker *w, int arm);
void worker_fork(worker *w, int arm, const config *c);
void worker_remove(worker *w, int arm);
void worker_exchange(worker *w, int arm, int with);
void worker_rename(worker *w, int arm, const char *name);
void worker_hide(worker *w, int arm, bool hidden);
void worker_bookmark(worker *w);
void worker_rescale(worker *w, int arm, double rho);
/* The sequence that the views look at. */
void worker_example(worker *w, const run_example *x);

/* The last twenty updates before a divergence once more, slowly. Any other message about going on ends it. */
void worker_replay(worker *w, int arm);
/* arms_rescue, in small parts between two messages, then play. A message that moves the run gives it up. */
void worker_rescue(worker *w, int arm);
/* Compares the gradient on show with central differences; the verdict arrives in snap.message, block by block in
 * snap.check. */
void worker_check_gradient(worker *w, int arm);

/* One batch as a script (run/pytorch.h): worker_take_script gives it to the caller, who frees it, once a snap that
 * obeys the message is there; NULL when it could not be written, and the snap's message says why. */
void worker_script(worker *w, int arm);
char *worker_take_script(worker *w);

/* What the views that are shown want beside the curves (WANT_…). */
void worker_want(worker *w, unsigned want);

/* Whoever looks at the runs from the worker's thread: after every round, and when something has happened to them
 * (`moved`: a snap follows). What it writes into `note` and, when `text` is not NULL, there, comes with the snaps. True
 * pauses a run that is being played.
 */
typedef struct worker_eye {
	bool (*look)(void *data, const struct arms *a, bool moved, double *note, char *text);
	void (*follow)(
	        void *data, void *before); /* in place of another with the same `look`: takes over what it knows */
	void (*free)(void *data);          /* when it is no longer used */
	void *data;
} worker_eye;
void worker_watch(worker *w, const worker_eye *eye); /* instead of the one before; NULL: nobody looks */

/* How many messages have been sent: a snap whose `obeyed` is that large knows of all of them. */
long worker_sent(const worker *w);

/* The newest snap, or NULL when there has been none since the last call. Valid until the next call. */
const snap *worker_take(worker *w);
/* Notes in the snap that was taken last whether something is asked before the run may go on. */
void worker_asks(worker *w, bool asks);
/* Blocks until all messages sent so far have been carried out (tests and headless rendering). */
void worker_settle(worker *w);

#endif

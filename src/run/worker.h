/* worker: the thread that trains. The only threads and locks of the program are in worker.c.
 * The window sends messages and picks up snaps; nothing else is shared.
 * May be included by app. */
#ifndef RUN_WORKER_H
#define RUN_WORKER_H
#include "run/snap.h"

typedef struct worker worker;

/* Starts the thread with one arm. `wake` is called from the worker's thread whenever a new snap lies ready (NULL:
 * never); it must only signal. NULL and a message when the configuration cannot be run. */
worker *worker_new(const config *c, void (*wake)(void *), void *wake_data, err *e);
void worker_free(worker *w); /* stops and joins the thread */

/* Messages; they return at once and are carried out in order. */
void worker_play(worker *w, bool play);
void worker_step(worker *w, long updates); /* that many more updates, then pause */
void worker_reset(worker *w);              /* same configuration and seed, update 0 */
/* New configuration. Restarts only what config_restart says. A configuration that cannot be run (no memory, no such
 * data file) leaves the run as it is; the reason arrives in snap_arm.message. */
void worker_config(worker *w, const config *c);
/* New configuration from the start, run up to `update`, then pause. */
void worker_goto(worker *w, const config *c, long update);
/* Updates per second at most; 0 = as fast as it goes. */
void worker_speed(worker *w, double updates_per_second);
/* Compares the gradient of the current state with central differences; the verdict arrives in snap_arm.message. */
void worker_check_gradient(worker *w);

/* The newest snap, or NULL when there has been none since the last call. Valid until the next call. */
const snap *worker_take(worker *w);
/* Blocks until all messages sent so far have been carried out (tests and headless rendering). */
void worker_settle(worker *w);

#endif

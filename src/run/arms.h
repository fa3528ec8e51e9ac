/* arms: one to four runs that are compared. They share task, batches and seed and make equal numbers of updates; each
 * has its own settings, curves and history. No thread, no clock: the worker's thread and the command line drive it.
 * Arms are numbered from 0. A function that fails leaves everything as it was. */
#ifndef RUN_ARMS_H
#define RUN_ARMS_H
#include "run/gradcheck.h"
#include "run/history.h"
#include "run/record.h"
#include "run/snap.h"

typedef struct arms arms;

/* Sets up what the state describes, at update 0 and on the way to s->update: arms_round goes there. `budget`: bytes for
 * the checkpoints of all arms together. */
arms *arms_new(const run_state *s, size_t budget, err *e);
void arms_free(arms *a);
/* Another state instead. */
bool arms_open(arms *a, const run_state *s, err *e);

/* ---- going on ---- */
/* One update of every arm that is furthest behind. False when none can go on: all have stopped, or are where arms_seek
 * sent them. */
bool arms_round(arms *a);
/* The present: what the arm that is furthest behind has made, of those that have not stopped. */
long arms_update(const arms *a);
long arms_end(const arms *a); /* the furthest update known */
bool arms_stopped(const arms *a);
/* How many arms have waited long enough for a lower validation loss. */
int arms_out_of_patience(const arms *a); /* all arms have diverged */
/* Begins the way to an update, past or future: rounds make the rest. The newest call counts. */
bool arms_seek(arms *a, long update, err *e);
long arms_target(const arms *a);     /* of the way; −1 = nowhere in particular */
void arms_stay(arms *a);             /* gives the way up */
void arms_go(arms *a, long updates); /* the way that many updates on */
void arms_arrive(arms *a);           /* all rounds of the way at once */

/* ---- what is compared ---- */
/* New settings of one arm. What all arms share (state_shares) changes for all. A knob of the start begins the arm again
 * at update 0, and the others go back there; any other knob changes at the present and cuts what lay ahead. An arm that
 * had stopped goes on from its last finite state, on the way to where the others are. */
bool arms_config(arms *a, int i, const config *c, err *e);
/* Rescales the recurrent matrix of an arm to this spectral radius: a change under way (`rescale`), at update 0 the knob
 * `rho`. Another one at the same update takes the place of the first; 0 takes that back. */
bool arms_rescale(arms *a, int i, double rho, err *e);
/* All arms again from update 0, with their present settings. */
bool arms_reset(arms *a, err *e);
bool arms_duplicate(arms *a, int i, err *e);             /* with its past; the copy comes last */
bool arms_fork(arms *a, int i, const config *c, err *e); /* a copy that has these settings from the present on */
bool arms_remove(arms *a, int i, err *e);
void arms_exchange(arms *a, int i, int k);
bool arms_rename(arms *a, int i, const char *name, err *e);
bool arms_hide(arms *a, int i, bool hidden, err *e); /* one stays visible */
bool arms_bookmark(arms *a, err *e);                 /* sets or takes away one at the present, in all arms */
/* For an arm that diverged: ten updates before it, clips the gradient by its norm, and where that is not enough lowers
 * the learning rate until forty updates pass. `said` tells what was done. */
bool arms_rescue(arms *a, int i, char *said, size_t size, err *e);
/* The same in small parts: a turn is one update at most. While arms_rescuing, nothing but turns and giving up, which
 * goes back to where the arm stood. */
bool arms_rescue_begin(arms *a, int i, err *e);
bool arms_rescuing(const arms *a);
bool arms_rescue_turn(arms *a, char *said, size_t size, err *e);
bool arms_rescue_give_up(arms *a, err *e);
/* Compares the gradient on show, that of update *update, with central differences; then everything is as it was. */
bool arms_check(arms *a, int i, gradcheck *out, long *update, err *e);
/* Something that measures at the present weights and changes nothing else; what the last update left is made again. */
bool arms_aside(arms *a, int i, bool (*look)(trial *t, void *data, err *e), void *data, err *e);
/* The sequence that the views look at. Gone with the sequences it is one of (another task, seed …). */
void arms_example(arms *a, const run_example *x);

/* ---- looking ---- */
int arms_count(const arms *a);
const trial *arms_trial(const arms *a, int i);
long arms_diverged(const arms *a, int i); /* the update that diverged, as known; 0 = none */
void arms_state(const arms *a, run_state *s);
/* What the views want beside the curves (WANT_…). */
void arms_want(arms *a, unsigned want);
/* The error surface (run/landscape.h): on or off, where it is to be, a point of it. With a clock arms_show shows what
 * there is, without one it completes the surface of the present. */
void arms_surface(arms *a, bool on);
void arms_surface_aim(arms *a, bool going_on);
bool arms_surface_work(arms *a); /* false: there is nothing left to do */
/* Everything for drawing, but for serial, playing, live and replay. `spectrum`: with eigenvalues as they are now. */
void arms_show(arms *a, snap *s, bool spectrum);
/* Seconds of a clock: with it the snap tells what an update costs. */
void arms_clock(arms *a, double (*clock)(void));

#endif

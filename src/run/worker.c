#include "run/worker.h"

#include "base/text.h"
#include "run/arms.h"
#include "run/gradcheck.h"
#include "run/pytorch.h"

#include <limits.h>
#include <math.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { QUEUE = 256, REPLAYED = 20 };
static const double slice = 0.008;         /* seconds of training between two looks at the queue */
static const double snap_every = 1.0 / 75; /* seconds */
static const double spectrum_share = 0.1;  /* of the time goes into eigenvalues at most */
static const double want_share = 0.1;      /* and into what the views want */
static const double surface_share = 0.15;  /* into the error surface, while a run goes on */
static const double short_way = 0.15;      /* seconds: a shorter way between two updates is not shown */
static const double replay_speed = 4;      /* updates per second */

typedef enum kind {
	MSG_PLAY,
	MSG_UNTIL,
	MSG_STEP,
	MSG_SEEK,
	MSG_RESET,
	MSG_OPEN,
	MSG_SPEED,
	MSG_CONFIG,
	MSG_COMPARE,
	MSG_FORK,
	MSG_REMOVE,
	MSG_EXCHANGE,
	MSG_RENAME,
	MSG_HIDE,
	MSG_BOOKMARK,
	MSG_REPLAY,
	MSG_RESCUE,
	MSG_CHECK,
	MSG_SCRIPT,
	MSG_RESCALE,
	MSG_EXAMPLE,
	MSG_HOLDS,
	MSG_WANT,
	MSG_WATCH,
	MSG_QUIT
} kind;

typedef struct message {
	kind kind;
	int arm;
	long number, place; /* place: among all messages sent */
	double value;
	run_state *state; /* OPEN: belongs to the message */
	worker_eye eye;   /* WATCH: belongs to the message */
	run_example example;
	worker_condition condition; /* HOLDS */
	char name[STATE_NAME + 8];
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
	char *script; /* not yet taken, or NULL */

	atomic_int pending; /* = queued, for a look without the lock */
	atomic_bool ending; /* QUIT has been sent: it need not wait for its turn */

	/* The window's. */
	snap *shown;
	long sent;

	/* The worker's own. */
	snap *spare;
	arms *a;
	bool playing, replay, searching; /* searching: for settings that rescue a run */
	long until;                      /* play pauses there … */
	worker_condition condition;      /* … and where this holds; holds = NULL: nowhere */
	long until_from;
	snap_check check;
	double speed, credit; /* updates per second; updates that may be made now */
	long way_from;        /* where the way to arms_target began */
	double way_since;
	unsigned want; /* WANT_… */
	double want_time, spectrum_time, surface_time, rate,
	        rate_since; /* rate: updates per second of the clock, since rate_since */
	long rate_updates;
	long serial, obeyed;
	bool changed;  /* something to show */
	bool painting; /* the surface is not complete */
	char message[320];
	worker_eye eye; /* look = NULL: nobody */
	double note[SNAP_NOTES];
	char note_text[SNAP_NOTE_TEXT];
};

static void publish(worker *w, double time);

static double now(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* ---- who watches ---- */

static void eye_free(const worker_eye *e)
{
	if (e->free)
		e->free(e->data);
}

static void watch(worker *w, const worker_eye *e)
{
	if (e->look && e->look == w->eye.look && e->follow)
		e->follow(e->data, w->eye.data);
	eye_free(&w->eye);
	w->eye = *e;
	for (int i = 0; i < SNAP_NOTES; i++)
		w->note[i] = NAN;
	w->note_text[0] = '\0';
}

static bool look(worker *w, bool moved, bool shown)
{
	return w->eye.look && w->eye.look(w->eye.data, w->a, moved, w->note, shown ? w->note_text : NULL);
}

/* ---- what messages do ---- */

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

static void drop_condition(worker *w)
{
	if (w->condition.release)
		w->condition.release(w->condition.data);
	w->condition = (worker_condition){0};
}

static void pause_run(worker *w)
{
	drop_condition(w);
	w->playing = w->replay = false;
	w->until = LONG_MAX;
}

static void play(worker *w, long until)
{
	drop_condition(w);
	w->playing = true;
	w->replay = false;
	w->until = until;
	w->credit = 0;
	rate_restart(w);
}

static void set_out(worker *w)
{
	w->way_from = arms_update(w->a);
	w->way_since = now();
	rate_restart(w);
}

static bool seek(worker *w, long update, err *e)
{
	pause_run(w);
	bool ok = arms_seek(w->a, update, e);
	set_out(w);
	return ok;
}

/* On the way to an update, along what is known already. */
static bool on_known_way(const worker *w)
{
	return arms_target(w->a) >= 0 && arms_target(w->a) <= arms_end(w->a);
}

static void note_check(worker *w, const gradcheck *g, const trial *t, int arm, long update)
{
	snap_check *c = &w->check;
	*c = (snap_check){.serial = c->serial + 1, .arm = arm, .update = update};
	c->limit = strcmp(t->api->precision, "f64") == 0 ? 1e-6 : 1e-2;
	for (int i = 0; i < g->blocks && i < SNAP_BLOCKS; i++) {
		const model_block *table;
		t->api->blocks(t->m, &table);
		snap_check_block *o = &c->block[c->blocks++];
		snprintf(o->name, sizeof o->name, "%.23s", table[i].label);
		snprintf(o->file_name, sizeof o->file_name, "%.47s", g->block[i]);
		o->weights = (long)table[i].rows * table[i].cols;
		o->checked = g->checked[i];
		o->worst = g->worst[i];
		o->largest = g->largest[i];
		o->good = g->worst[i] < c->limit;
	}
}

static bool check_gradient(worker *w, int arm, err *e)
{
	gradcheck g;
	long update;
	if (!arms_check(w->a, arm, &g, &update, e))
		return false;
	note_check(w, &g, arms_trial(w->a, arm), arm, update);
	int worst = 0;
	long weights = 0;
	for (int i = 0; i < g.blocks; i++) {
		worst = g.worst[i] > g.worst[worst] ? i : worst;
		weights += g.checked[i];
	}
	char error[32], text[320];
	snprintf(text, sizeof text,
	        "Gradient %s: %ld weights against central differences, largest relative error %s in %s.",
	        g.worst[worst] < w->check.limit ? "checked" : "WRONG", weights,
	        text_short(error, sizeof error, g.worst[worst], 2), g.block[worst]);
	say(w, text);
	return true;
}

static bool script_of(trial *t, void *out, err *e)
{
	static char state[STATE_TEXT];
	return pytorch_script(t, config_state(&t->c, t->update, state, sizeof state), out, e);
}

static bool write_script(worker *w, int arm, err *e)
{
	char *text = NULL;
	size_t size = 0;
	FILE *f = open_memstream(&text, &size);
	bool ok = f ? arms_aside(w->a, arm, script_of, f, e) : err_machine(e, "no memory for the script");
	ok = f && fclose(f) == 0 && ok;
	pthread_mutex_lock(&w->lock);
	free(w->script);
	w->script = ok ? text : NULL;
	pthread_mutex_unlock(&w->lock);
	if (!ok)
		free(text);
	return ok;
}

static bool begun(worker *w, bool ok)
{
	if (ok) {
		w->message[0] = '\0';
		w->rate = 0;
		w->spectrum_time = w->want_time = 0;
		rate_restart(w);
	}
	return ok;
}

static bool open_state(worker *w, const run_state *s, err *e)
{
	if (!begun(w, arms_open(w->a, s, e)))
		return false;
	arms_clock(w->a, now);
	pause_run(w);
	set_out(w);
	return true;
}

/* Of this arm, or of any other when this one goes on well. */
static long divergence(const worker *w, int arm)
{
	for (int k = 0; k < arms_count(w->a); k++) {
		long at = arms_diverged(w->a, (arm + k) % arms_count(w->a));
		if (at > 0)
			return at;
	}
	return 0;
}

static bool replay(worker *w, int arm, err *e)
{
	long at = divergence(w, arm);
	if (at == 0)
		return err_input(e, "no run has stopped: there is nothing to replay");
	if (!seek(w, at > REPLAYED + 1 ? at - REPLAYED - 1 : 0, e))
		return false;
	play(w, at);
	w->replay = true;
	return true;
}

/* The rest are turns between two looks at the queue. */
static bool rescue(worker *w, int arm, err *e)
{
	pause_run(w);
	if (!arms_diverged(w->a, arm))
		return err_input(e, "this run has not stopped");
	/* what is tried on the way is nothing to see: the last picture stays until it is over */
	w->searching = true;
	say(w, "Looking for settings that go on well: clipping first, then smaller steps. Space ends the search.");
	publish(w, now());
	w->searching = arms_rescue_begin(w->a, arm, e);
	return w->searching;
}

/* Play as far as a condition does not hold. */
static void play_until_holds(worker *w, const worker_condition *c)
{
	play(w, LONG_MAX);
	w->message[0] = '\0';
	w->condition = *c;
	w->until_from = arms_update(w->a);
}

/* A new learning rate keeps the message that explains the run; new weights do not. */
static bool configure(worker *w, const message *m, err *e)
{
	bool again = config_restart(&arms_trial(w->a, m->arm)->c, &m->c) == KNOB_WEIGHTS;
	bool ok = arms_config(w->a, m->arm, &m->c, e);
	return again ? begun(w, ok) : ok;
}

/* What concerns arms; false with a message. */
static bool obey_arms(worker *w, const message *m, err *e)
{
	if (m->arm >= arms_count(w->a) || m->arm < 0)
		return true; /* it has been removed since */
	switch (m->kind) {
	case MSG_CONFIG:
		return configure(w, m, e);
	case MSG_COMPARE:
		return arms_duplicate(w->a, m->arm, e);
	case MSG_FORK:
		return arms_fork(w->a, m->arm, &m->c, e);
	case MSG_REMOVE:
		return arms_remove(w->a, m->arm, e);
	case MSG_EXCHANGE:
		if (m->number >= 0 && m->number < arms_count(w->a))
			arms_exchange(w->a, m->arm, (int)m->number);
		return true;
	case MSG_RENAME:
		return arms_rename(w->a, m->arm, m->name, e);
	case MSG_HIDE:
		return arms_hide(w->a, m->arm, m->number != 0, e);
	case MSG_REPLAY:
		return replay(w, m->arm, e);
	case MSG_RESCUE:
		return rescue(w, m->arm, e);
	case MSG_CHECK:
		return check_gradient(w, m->arm, e);
	case MSG_SCRIPT:
		return write_script(w, m->arm, e);
	case MSG_RESCALE:
		return arms_rescale(w->a, m->arm, m->value, e);
	default:
		return true;
	}
}

static bool obey_going(worker *w, const message *m, err *e)
{
	switch (m->kind) {
	case MSG_PLAY:
		if (!m->number && !on_known_way(w))
			arms_stay(w->a);
		m->number ? play(w, LONG_MAX) : pause_run(w);
		return true;
	case MSG_UNTIL:
		play(w, m->number);
		return true;
	case MSG_STEP:
		pause_run(w);
		arms_go(w->a, m->number);
		set_out(w);
		return true;
	case MSG_SEEK:
		return seek(w, m->number, e);
	case MSG_RESET:
		return begun(w, arms_reset(w->a, e));
	case MSG_OPEN:
		return open_state(w, m->state, e);
	case MSG_SPEED:
		w->speed = m->value;
		w->credit = 0;
		return true;
	case MSG_WANT:
		w->want = (unsigned)m->number;
		w->want_time = 0;
		arms_surface(w->a, w->want & WANT_SURFACE);
		return true;
	case MSG_BOOKMARK:
		return arms_bookmark(w->a, e);
	case MSG_WATCH:
		watch(w, &m->eye);
		return true;
	case MSG_EXAMPLE:
		arms_example(w->a, &m->example);
		w->want_time = 0;
		return true;
	case MSG_HOLDS:
		play_until_holds(w, &m->condition);
		return true;
	default:
		return obey_arms(w, m, e);
	}
}

/* What concerns neither the runs nor their settings leaves a search alone. */
static bool ends_rescue(kind k)
{
	return k != MSG_SPEED && k != MSG_WANT && k != MSG_RENAME && k != MSG_HIDE && k != MSG_EXAMPLE;
}

/* The arms that a condition knows are gone, or begin again. (What plays or pauses drops it anyway.) */
static bool ends_condition(const worker *w, const message *m)
{
	bool sets = m->kind == MSG_CONFIG && m->arm >= 0 && m->arm < arms_count(w->a);
	return m->kind == MSG_RESET || m->kind == MSG_OPEN || (m->kind >= MSG_COMPARE && m->kind <= MSG_EXCHANGE) ||
	       m->kind == MSG_CHECK || m->kind == MSG_RESCUE ||
	       (sets && config_restart(&arms_trial(w->a, m->arm)->c, &m->c) == KNOB_WEIGHTS);
}

static void give_up_search(worker *w)
{
	err e = {0};
	w->message[0] = '\0';
	w->searching = false;
	if (!arms_rescue_give_up(w->a, &e))
		say(w, e.text);
}

/* False when the worker has to end. */
static bool obey(worker *w, const message *m)
{
	err e = {0};
	w->obeyed = m->place;
	if (m->kind == MSG_QUIT)
		return false;
	bool searched = ends_rescue(m->kind) && arms_rescuing(w->a);
	if (searched)
		give_up_search(w);
	if (ends_condition(w, m))
		drop_condition(w);
	/* a pause that ends a search has done so: the way back goes on */
	if (!(searched && m->kind == MSG_PLAY) && !obey_going(w, m, &e))
		say(w, e.text);
	free(m->state);
	look(w, true, false);
	w->changed = true;
	return true;
}

/* What needs the update that a seek before it asked for. */
static bool needs_arrival(kind k)
{
	return k == MSG_CONFIG || (k >= MSG_COMPARE && k <= MSG_REMOVE) || k == MSG_BOOKMARK || k == MSG_RESCUE ||
	       k == MSG_CHECK || k == MSG_SCRIPT || k == MSG_RESCALE;
}

/* What plays waits for the end of a search, which plays itself. */
static bool goes_on(const message *m)
{
	return (m->kind == MSG_PLAY && m->number) || m->kind == MSG_UNTIL || m->kind == MSG_HOLDS;
}

/* Takes the oldest message; waits for one up to `seconds` when there is nothing else to do. */
static bool next_message(worker *w, message *m, double seconds)
{
	pthread_mutex_lock(&w->lock);
	if (!w->queued && seconds > 0) {
		w->busy = w->playing || arms_target(w->a) >= 0 || w->changed || arms_rescuing(w->a) || w->painting;
		if (!w->busy)
			pthread_cond_broadcast(&w->settled);
		struct timespec until;
		clock_gettime(CLOCK_MONOTONIC, &until);
		double end = (double)until.tv_sec + 1e-9 * (double)until.tv_nsec + seconds;
		until.tv_sec = (time_t)end;
		until.tv_nsec = (long)((end - (double)until.tv_sec) * 1e9);
		pthread_cond_timedwait(&w->posted, &w->lock, &until);
	}
	if (atomic_load(&w->ending)) {
		pthread_mutex_unlock(&w->lock);
		*m = (message){.kind = MSG_QUIT};
		return true;
	}
	bool any = w->queued > 0 && !(needs_arrival(w->queue[0].kind) && on_known_way(w)) &&
	           !(w->searching && goes_on(&w->queue[0]));
	if (any) {
		*m = w->queue[0];
		memmove(w->queue, w->queue + 1, (size_t)(w->queued - 1) * sizeof *w->queue);
		atomic_store(&w->pending, --w->queued);
		w->busy = true;
	}
	pthread_mutex_unlock(&w->lock);
	if (any && needs_arrival(m->kind))
		arms_stay(w->a); /* a long way into the unknown ends here */
	return any;
}

/* ---- training ---- */

static double speed_of(const worker *w)
{
	return w->replay ? replay_speed : w->speed;
}

static long limit_of(const worker *w)
{
	long limit = (long)arms_trial(w->a, 0)->c.v[KNOB_updates];
	return limit > 0 && limit < w->until ? limit : w->until;
}

/* The update that the condition has been waiting for: the run rests there. */
static bool holds(worker *w)
{
	char text[240], number[32], said[320];
	worker_condition *c = &w->condition;
	if (!c->holds || !c->holds(c->data, w->a))
		return false;
	c->tell(c->data, w->a, text, sizeof text);
	snprintf(said, sizeof said, "Update %s: %s.", text_short(number, sizeof number, (double)arms_update(w->a), 9),
	        text);
	pause_run(w);
	say(w, said);
	return true;
}

/* One round, when there is something to do and the speed allows it. */
static bool go_on(worker *w)
{
	if (arms_target(w->a) >= 0) {
		if (arms_round(w->a)) {
			look(w, false, false);
			return true;
		}
		arms_stay(w->a);
		w->changed = true;
	}
	if (!w->playing)
		return false;
	if (arms_update(w->a) >= limit_of(w) || arms_stopped(w->a)) {
		pause_run(w);
		w->changed = true;
		return false;
	}
	if (speed_of(w) > 0 && w->credit < 1)
		return false;
	w->credit -= 1;
	int stopped = arms_out_of_patience(w->a);
	bool made = arms_round(w->a), seen = look(w, false, false);
	if (made && holds(w))
		return false;
	if (arms_out_of_patience(w->a) > stopped || seen) {
		pause_run(w);
		w->changed = true;
		return false;
	}
	return made;
}

/* A slice of a rescue. */
static void search(worker *w, double end)
{
	char said[320] = "";
	err e = {0};
	bool ok = true;
	while (ok && arms_rescuing(w->a) && now() < end)
		ok = arms_rescue_turn(w->a, said, sizeof said, &e);
	if (arms_rescuing(w->a))
		return;
	w->searching = false;
	say(w, ok ? said : e.text);
	set_out(w);
	if (ok)
		play(w, LONG_MAX);
}

/* Trains for a slice, or as far as there is to go. */
static void train(worker *w)
{
	double end = now() + slice;
	long made = 0;
	if (arms_rescuing(w->a)) {
		search(w, end);
		return;
	}
	while (go_on(w)) {
		made++;
		if (now() >= end || (atomic_load(&w->pending) && !on_known_way(w)))
			break;
	}
	if (arms_stopped(w->a) && w->playing && arms_target(w->a) < 0)
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

/* ---- the error surface ---- */

/* Points of it for a while: all the time when nothing else is to be done, else its share. Messages come first. */
static void paint(worker *w)
{
	bool going = w->playing || arms_target(w->a) >= 0;
	double start = now();
	if (!(w->want & WANT_SURFACE)) {
		w->painting = false;
		return;
	}
	arms_surface_aim(w->a, going);
	if (going && start < w->surface_time)
		return;
	double end = start + (going ? slice * surface_share : slice), time = start;
	bool more = true;
	while (more && time < end && !atomic_load(&w->pending)) {
		more = arms_surface_work(w->a);
		time = now();
	}
	w->surface_time = time + (time - start) * (1 / surface_share - 1);
	if (w->painting && !more)
		w->changed = true;
	w->painting = more;
	w->changed = w->changed || more;
}

/* ---- snaps ---- */

static void publish(worker *w, double time)
{
	snap *s = w->spare;
	bool going = w->playing || arms_target(w->a) >= 0, spectrum = !going || w->spectrum_time < time;
	bool wanted = w->want && (!going || w->want_time < time);
	double start = now();
	look(w, true, true);
	arms_want(w->a, wanted ? w->want : 0);
	arms_show(w->a, s, spectrum);
	if (spectrum)
		w->spectrum_time = time + (now() - start) / spectrum_share;
	if (wanted)
		w->want_time = time + (now() - start) / want_share;
	s->serial = ++w->serial;
	s->obeyed = w->obeyed;
	s->playing = w->playing || w->searching;
	s->replay = w->replay;
	s->live = true;
	s->asks = false;
	s->travel_to = arms_target(w->a) >= 0 ? arms_target(w->a) : 0;
	s->travel_from = w->way_from;
	for (int i = 0; i < s->arms; i++)
		s->arm[i].updates_per_second = w->rate;
	snprintf(s->message, sizeof s->message, "%s", w->message);
	memcpy(s->note, w->note, sizeof s->note);
	memcpy(s->note_text, w->note_text, sizeof s->note_text);
	s->searching = w->searching;
	s->check = w->check;
	s->until = (snap_until){.from = w->until_from, .active = w->condition.holds != NULL};
	if (w->condition.holds) {
		snprintf(s->until.text, sizeof s->until.text, "%s", w->condition.text);
		w->condition.tell(w->condition.data, w->a, s->until.now, sizeof s->until.now);
	}
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
	if (arms_target(w->a) >= 0 || arms_rescuing(w->a) || (w->painting && !w->playing))
		return 0;
	if (w->playing)
		rest = speed_of(w) <= 0 ? 0 : (1 - w->credit) / speed_of(w);
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
		if (w->playing && speed_of(w) > 0 && arms_target(w->a) < 0)
			w->credit = fmin(w->credit + (time - last) * speed_of(w), fmax(1, speed_of(w) * slice));
		last = time;
		train(w);
		paint(w);
		time = now();
		bool under_way = arms_target(w->a) >= 0 && time - w->way_since < short_way;
		if (w->changed && !under_way && !w->searching && time - shown >= snap_every) {
			publish(w, time);
			shown = time;
		}
	}
}

/* ---- the window's side ---- */

/* Of a row of settings, or of updates to go to (a slider that is being dragged), only the last counts. */
static bool replaces(const message *m, const message *before)
{
	return m->kind == before->kind && m->arm == before->arm &&
	       (m->kind == MSG_CONFIG || m->kind == MSG_SEEK || m->kind == MSG_RESCALE || m->kind == MSG_EXAMPLE);
}

static void post(worker *w, const message *m)
{
	pthread_mutex_lock(&w->lock);
	while (w->queued == QUEUE) { /* the worker is far behind: let it catch up */
		pthread_mutex_unlock(&w->lock);
		nanosleep(&(struct timespec){0, 1000000}, NULL);
		pthread_mutex_lock(&w->lock);
	}
	if (w->queued && replaces(m, &w->queue[w->queued - 1]))
		w->queued--;
	w->queue[w->queued] = *m;
	w->queue[w->queued++].place = ++w->sent;
	atomic_store(&w->pending, w->queued);
	w->busy = true;
	pthread_cond_signal(&w->posted);
	pthread_mutex_unlock(&w->lock);
}

static bool prepare(worker *w, const run_state *s, size_t budget, err *e)
{
	w->front = calloc(1, sizeof *w->front);
	w->shown = calloc(1, sizeof *w->shown);
	w->spare = calloc(1, sizeof *w->spare);
	if (!w->front || !w->shown || !w->spare)
		return err_machine(e, "no memory for the picture of a run");
	w->a = arms_new(s, budget, e);
	if (!w->a)
		return false;
	arms_clock(w->a, now);
	pause_run(w);
	set_out(w);
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
	eye_free(&w->eye);
	for (int i = 0; i < w->queued; i++) {
		free(w->queue[i].state);
		eye_free(&w->queue[i].eye);
		if (w->queue[i].condition.release)
			w->queue[i].condition.release(w->queue[i].condition.data);
	}
	drop_condition(w);
	arms_free(w->a);
	free(w->front);
	free(w->shown);
	free(w->spare);
	free(w);
}

worker *worker_new(const run_state *s, size_t budget, void (*wake)(void *), void *wake_data, err *e)
{
	worker *w = calloc(1, sizeof *w);
	if (!w) {
		err_machine(e, "no memory for the training thread");
		return NULL;
	}
	w->wake = wake;
	w->wake_data = wake_data;
	bool ready = prepare(w, s, budget, e);
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
	atomic_store(&w->ending, true);
	post(w, &(message){.kind = MSG_QUIT});
	pthread_join(w->thread, NULL);
	pthread_mutex_destroy(&w->lock);
	pthread_cond_destroy(&w->posted);
	pthread_cond_destroy(&w->settled);
	free(w->script);
	release(w);
}

void worker_play(worker *w, bool on)
{
	post(w, &(message){.kind = MSG_PLAY, .number = on});
}

void worker_play_until(worker *w, long update)
{
	post(w, &(message){.kind = MSG_UNTIL, .number = update});
}

void worker_step(worker *w, long updates)
{
	post(w, &(message){.kind = MSG_STEP, .number = updates});
}

void worker_seek(worker *w, long update)
{
	post(w, &(message){.kind = MSG_SEEK, .number = update});
}

void worker_reset(worker *w)
{
	post(w, &(message){.kind = MSG_RESET});
}

void worker_open(worker *w, const run_state *s)
{
	message m = {.kind = MSG_OPEN, .state = malloc(sizeof *m.state)};
	if (!m.state)
		return;
	snap_copy_state(m.state, s);
	post(w, &m);
}

void worker_speed(worker *w, double updates_per_second)
{
	post(w, &(message){.kind = MSG_SPEED, .value = updates_per_second});
}

void worker_config(worker *w, int arm, const config *c)
{
	post(w, &(message){.kind = MSG_CONFIG, .arm = arm, .c = *c});
}

void worker_compare(worker *w, int arm)
{
	post(w, &(message){.kind = MSG_COMPARE, .arm = arm});
}

void worker_fork(worker *w, int arm, const config *c)
{
	post(w, &(message){.kind = MSG_FORK, .arm = arm, .c = *c});
}

void worker_remove(worker *w, int arm)
{
	post(w, &(message){.kind = MSG_REMOVE, .arm = arm});
}

void worker_exchange(worker *w, int arm, int with)
{
	post(w, &(message){.kind = MSG_EXCHANGE, .arm = arm, .number = with});
}

void worker_rename(worker *w, int arm, const char *name)
{
	message m = {.kind = MSG_RENAME, .arm = arm};
	snprintf(m.name, sizeof m.name, "%s", name);
	post(w, &m);
}

void worker_hide(worker *w, int arm, bool hidden)
{
	post(w, &(message){.kind = MSG_HIDE, .arm = arm, .number = hidden});
}

void worker_bookmark(worker *w)
{
	post(w, &(message){.kind = MSG_BOOKMARK});
}

void worker_replay(worker *w, int arm)
{
	post(w, &(message){.kind = MSG_REPLAY, .arm = arm});
}

void worker_rescue(worker *w, int arm)
{
	post(w, &(message){.kind = MSG_RESCUE, .arm = arm});
}

void worker_check_gradient(worker *w, int arm)
{
	post(w, &(message){.kind = MSG_CHECK, .arm = arm});
}

void worker_script(worker *w, int arm)
{
	post(w, &(message){.kind = MSG_SCRIPT, .arm = arm});
}

char *worker_take_script(worker *w)
{
	pthread_mutex_lock(&w->lock);
	char *text = w->script;
	w->script = NULL;
	pthread_mutex_unlock(&w->lock);
	return text;
}

void worker_rescale(worker *w, int arm, double rho)
{
	post(w, &(message){.kind = MSG_RESCALE, .arm = arm, .value = rho});
}

void worker_example(worker *w, const run_example *x)
{
	post(w, &(message){.kind = MSG_EXAMPLE, .example = *x});
}

void worker_play_until_holds(worker *w, const worker_condition *c)
{
	post(w, &(message){.kind = MSG_HOLDS, .condition = *c});
}

void worker_want(worker *w, unsigned want)
{
	post(w, &(message){.kind = MSG_WANT, .number = want});
}

void worker_watch(worker *w, const worker_eye *eye)
{
	post(w, &(message){.kind = MSG_WATCH, .eye = eye ? *eye : (worker_eye){0}});
}

long worker_sent(const worker *w)
{
	return w->sent;
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

void worker_asks(worker *w, bool asks)
{
	w->shown->asks = asks; /* the window's own */
}

void worker_settle(worker *w)
{
	pthread_mutex_lock(&w->lock);
	while (w->queued || w->busy)
		pthread_cond_wait(&w->settled, &w->lock);
	pthread_mutex_unlock(&w->lock);
}

#include "run/arms.h"

#include "run/landscape.h"

#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Updates before the end of a way whose curves are kept as ghosts; updates that a rescue goes back and tries. */
enum { LEAD_MOST = 64, BACK = 10, TRIED = 40, LOWERINGS = 12 };
static const double PATIENCE = 20; /* seconds of trying, where there is a clock */
static const double FAR_OFF = 100; /* times the loss of a fresh net */

typedef struct arm {
	trial *t;
	record *r;
	history *h;
	trail way;
	char name[STATE_NAME];
	bool hidden;
	int colour;     /* stays with the arm: 0 … */
	double seconds; /* per update, smoothed */
} arm;

/* The way of a rescue, one update at a time. */
typedef struct rescue {
	enum { RESCUE_NONE, RESCUE_GO, RESCUE_TRY, RESCUE_BACK } phase;
	int arm;
	long update, back;            /* where it begins; where it stood */
	bool known;                   /* the settings that failed are */
	bool further;                 /* it begins before the loss went far off */
	state_edit edit[STATE_EDITS]; /* the changes under way of the run that failed */
	int edits;
	config was, c;     /* they; what is being tried */
	double fresh_loss; /* of the net before training */
	double loss, sum;  /* at `update`; of the last updates of a try */
	int tried, lowered;
	bool clipped, well;
	double began;
} rescue;

struct arms {
	int n;
	arm arm[STATE_ARMS];
	long target; /* −1 = none */
	long back;   /* from there back to this update; −1 = stay */
	size_t budget;
	double (*clock)(void);
	unsigned want;
	run_example example;
	rescue rescue;
	landscape *land; /* NULL until it is wanted */
	bool surface;
};

/* ---- one arm ---- */

static void arm_done(arm *m)
{
	trial_free(m->t);
	record_free(m->r);
	history_free(m->h);
	trail_done(&m->way);
	*m = (arm){0};
}

static const size_t way_bytes = (size_t)24 << 20; /* of an arm's parameters along its way */

/* The way of the parameters begins anew. */
static bool begin_way(arm *m, err *e)
{
	long n = slice_size(m->t->api, m->t->m);
	if (m->way.parameters != n) {
		trail_done(&m->way);
		if (!trail_init(&m->way, n, way_bytes, e))
			return false;
	}
	trail_clear(&m->way);
	trail_add(&m->way, m->t->update, m->t->api, m->t->m);
	return true;
}

/* At update 0 of `start`, measured. */
static bool arm_init(arm *m, const config *start, size_t budget, err *e)
{
	size_t size;
	m->t = trial_new(start, e);
	m->r = m->t ? record_new(e) : NULL;
	m->h = m->r ? history_new(budget / STATE_ARMS, e) : NULL;
	if (!m->h || !begin_way(m, e)) {
		arm_done(m);
		return false;
	}
	trial_measure(m->t);
	record_start(m->r, m->t);
	void *aside = record_aside(m->r, &size);
	history_start(m->h, m->t, aside, size);
	return true;
}

/* The numbers of update 0 once more, for the plots. */
static void arrive_at_start(arm *m)
{
	if (m->t->update == 0 && !m->t->diverged)
		trial_measure(m->t);
}

static bool arm_copy(arm *to, const arm *from, err *e)
{
	size_t size;
	*to = *from;
	to->r = NULL;
	to->h = NULL;
	to->way = (trail){0};
	to->t = trial_new(&from->t->c, e);
	to->r = to->t ? record_copy(from->r, e) : NULL;
	to->h = to->r ? history_copy(from->h, record_aside(to->r, &size), e) : NULL;
	bool ok = to->h && trail_copy(&to->way, &from->way, e);
	unsigned char *state = ok ? malloc(trial_state_size(from->t)) : NULL;
	if (!state) {
		if (ok)
			err_machine(e, "no memory for another arm");
		arm_done(to);
		return false;
	}
	trial_save(from->t, state);
	trial_load(to->t, state);
	free(state);
	to->t->diverged = from->t->diverged;
	to->t->diverged_update = from->t->diverged_update;
	snprintf(to->t->message, sizeof to->t->message, "%s", from->t->message);
	arrive_at_start(to);
	return true;
}

static long lead_of(const trial *t)
{
	long every = (long)t->c.v[KNOB_probe_every];
	return 1 + (every * SNAP_GHOSTS <= LEAD_MOST ? every * SNAP_GHOSTS : every);
}

/* Sets the arm on its way: on it, the last updates are made anew, so that there is something to look at. */
static bool arm_approach(arm *m, long update, err *e)
{
	trial *t = m->t;
	long from = update > lead_of(t) ? update - lead_of(t) : 0;
	if (t->diverged ? update >= t->diverged_update : t->update == update)
		return true;
	long before = t->diverged ? -1 : t->update;
	if (before >= from && before < update)
		return true; /* straight on */
	if (!history_rewind(m->h, t, from, e))
		return false;
	if (t->update != before)
		record_jump(m->r);
	arrive_at_start(m);
	return true;
}

static void arm_step(arm *m, bool keep_curve)
{
	history_step(m->h, m->t);
	record_update(m->r, m->t);
	if (!m->t->diverged)
		trail_add(&m->way, m->t->update, m->t->api, m->t->m);
	if (keep_curve && m->t->measured && !m->t->diverged)
		record_curves(m->r, m->t);
}

/* A run that has stopped stands at its last finite update, but the step that failed has left its traces in the
 * optimizer: the state there is made once more. */
static bool arm_undo_stop(arm *m, err *e)
{
	long update = m->t->update;
	if (!m->t->diverged)
		return true;
	if (!history_rewind(m->h, m->t, update, e))
		return false;
	while (m->t->update < update)
		arm_step(m, true);
	arrive_at_start(m);
	return true;
}

/* The curves up to the present and no further, after history_edit has cut the rest. */
static bool arm_cut(arm *m, err *e)
{
	long update = m->t->update, whole = record_cut(m->r, update);
	trail_cut(&m->way, update);
	if (whole == update)
		return true;
	if (!history_rewind(m->h, m->t, whole, e))
		return false;
	while (m->t->update < update && !m->t->diverged)
		arm_step(m, true);
	return true;
}

/* ---- all of them ---- */

static bool fill(arms *a, const run_state *s, err *e)
{
	state_edit *own = malloc(STATE_EDITS * sizeof *own);
	bool ok = own || err_machine(e, "no memory for the changes of a state");
	for (a->n = 0; ok && a->n < s->arms; a->n++) {
		arm *m = &a->arm[a->n];
		int n = 0;
		config start = state_config(s, a->n, 0);
		ok = arm_init(m, &start, a->budget, e);
		if (!ok)
			break;
		for (int i = 0; i < s->edits; i++)
			if (s->edit[i].arm == a->n)
				own[n++] = s->edit[i];
		history_plan(m->h, own, n);
		snprintf(m->name, sizeof m->name, "%s", s->arm[a->n].name);
		m->hidden = s->arm[a->n].hidden;
		m->colour = s->arm[a->n].colour > 0 ? s->arm[a->n].colour - 1 : a->n;
	}
	a->example = s->example;
	free(own);
	a->target = state_end(s);
	a->back = s->update < a->target ? s->update : -1;
	return ok;
}

static void empty(arms *a)
{
	for (int i = 0; i < a->n; i++)
		arm_done(&a->arm[i]);
	a->n = 0;
}

static void show_one(arms *a)
{
	for (int i = 0; i < a->n; i++)
		if (!a->arm[i].hidden)
			return;
	a->arm[0].hidden = false;
}

arms *arms_new(const run_state *s, size_t budget, err *e)
{
	arms *a = calloc(1, sizeof *a);
	if (!a) {
		err_machine(e, "no memory for a run");
		return NULL;
	}
	a->budget = budget;
	if (!fill(a, s, e)) {
		arms_free(a);
		return NULL;
	}
	show_one(a);
	return a;
}

void arms_free(arms *a)
{
	if (a) {
		empty(a);
		landscape_free(a->land);
	}
	free(a);
}

bool arms_open(arms *a, const run_state *s, err *e)
{
	arms next = {.budget = a->budget, .clock = a->clock, .land = a->land, .surface = a->surface};
	if (!fill(&next, s, e)) {
		empty(&next);
		return false;
	}
	empty(a);
	*a = next;
	show_one(a);
	return true;
}

void arms_clock(arms *a, double (*clock)(void))
{
	a->clock = clock;
}

int arms_count(const arms *a)
{
	return a->n;
}

const trial *arms_trial(const arms *a, int i)
{
	return a->arm[i].t;
}

long arms_diverged(const arms *a, int i)
{
	return history_diverged(a->arm[i].h);
}

/* ---- going on ---- */

bool arms_stopped(const arms *a)
{
	for (int i = 0; i < a->n; i++)
		if (!a->arm[i].t->diverged)
			return false;
	return true;
}

int arms_out_of_patience(const arms *a)
{
	int n = 0;
	for (int i = 0; i < a->n; i++)
		n += a->arm[i].t->stopped;
	return n;
}

long arms_update(const arms *a)
{
	long least = -1, most = 0;
	for (int i = 0; i < a->n; i++) {
		const trial *t = a->arm[i].t;
		most = t->update > most ? t->update : most;
		if (!t->diverged && (least < 0 || t->update < least))
			least = t->update;
	}
	return least < 0 ? most : least;
}

long arms_end(const arms *a)
{
	long end = 0;
	for (int i = 0; i < a->n; i++) {
		long one = history_end(a->arm[i].h);
		end = one > end ? one : end;
		end = a->arm[i].t->update > end ? a->arm[i].t->update : end;
	}
	return end;
}

/* At the end of what a state knows: back to where it stood. */
static bool turn_back(arms *a)
{
	err e;
	long back = a->back;
	a->back = -1;
	return back >= 0 && arms_seek(a, back, &e);
}

/* Nothing to do: all have stopped, or are where they were sent. */
static bool at_rest(const arms *a)
{
	return arms_stopped(a) || (a->target >= 0 && arms_update(a) >= a->target);
}

bool arms_round(arms *a)
{
	if (at_rest(a) && (!turn_back(a) || at_rest(a)))
		return false;
	long now = arms_update(a);
	for (int i = 0; i < a->n; i++) {
		arm *m = &a->arm[i];
		if (m->t->diverged || m->t->update != now)
			continue;
		double before = a->clock ? a->clock() : 0;
		arm_step(m, a->target >= 0 && a->target - now <= lead_of(m->t));
		if (a->clock) {
			double took = a->clock() - before;
			m->seconds = m->seconds > 0 ? m->seconds + 0.02 * (took - m->seconds) : took;
		}
	}
	return true;
}

bool arms_seek(arms *a, long update, err *e)
{
	a->target = update < 0 ? 0 : update;
	a->back = -1;
	for (int i = 0; i < a->n; i++)
		if (!arm_approach(&a->arm[i], a->target, e))
			return false;
	return true;
}

void arms_go(arms *a, long updates)
{
	a->target = arms_update(a) + updates;
	a->back = -1;
}

long arms_target(const arms *a)
{
	return a->target;
}

void arms_stay(arms *a)
{
	a->target = a->back = -1;
}

void arms_arrive(arms *a)
{
	while (arms_round(a))
		;
	a->target = a->back = -1;
}

/* ---- settings ---- */

static config with_shared(const config *own, const config *from)
{
	config c = *own;
	for (int id = 0; id < KNOB_COUNT; id++) {
		if (state_shares((knob_id)id))
			config_copy(&c, from, (knob_id)id);
	}
	return c;
}

static int edits_left(const arms *a)
{
	int used = 0, n;
	for (int i = 0; i < a->n; i++) {
		history_edits(a->arm[i].h, &n);
		used += n;
	}
	return STATE_EDITS - used;
}

/* `ghost`: the run so far stays to be compared with. */
static void restart(arm *m, trial *fresh, bool ghost)
{
	size_t size;
	err e;
	trial_free(m->t);
	m->t = fresh;
	if (!begin_way(m, &e)) /* no memory for its picture: the run goes on */
		trail_done(&m->way);
	trial_measure(fresh);
	if (ghost)
		record_start_again(m->r, fresh);
	else
		record_start(m->r, fresh);
	void *aside = record_aside(m->r, &size);
	history_start(m->h, fresh, aside, size);
}

/* Weights that begin anew begin as the settings of the start say: a rescaling under way belongs to the run before. */
static config begins_with(const arm *m, const config *c)
{
	config start = *c;
	if (c->v[KNOB_rescale] == m->t->c.v[KNOB_rescale])
		start.v[KNOB_rescale] = history_start_config(m->h)->v[KNOB_rescale];
	return start;
}

/* The arms whose bit is set in `which` begin again with these settings; the others go back to update 0. */
static bool begin_again(arms *a, const config *c, unsigned which, err *e)
{
	trial *fresh[STATE_ARMS] = {0};
	bool ok = true;
	for (int i = 0; i < a->n && ok; i++) {
		config start = begins_with(&a->arm[i], &c[i]);
		fresh[i] = which & 1U << i ? trial_new(&start, e) : NULL;
		ok = fresh[i] || !(which & 1U << i);
	}
	for (int i = 0; i < a->n; i++) {
		if (!ok)
			trial_free(fresh[i]);
		else if (fresh[i])
			restart(&a->arm[i], fresh[i], which == (1U << a->n) - 1);
		else
			ok = arm_approach(&a->arm[i], 0, e);
	}
	if (ok)
		a->target = a->back = -1;
	return ok;
}

/* Makes a rescaling of the present undone: the next one begins where it began. */
static bool arm_unscale(arm *m, err *e)
{
	long update = m->t->update;
	if (update == 0 || !history_rescales(m->h, update))
		return true;
	if (!history_forget_rescale(m->h, m->t, e))
		return false;
	while (m->t->update < update && !m->t->diverged)
		arm_step(m, true);
	return true;
}

/* Changes under way. */
static bool adjust(arms *a, const config *c, err *e)
{
	int needed = 0;
	for (int i = 0; i < a->n; i++)
		needed += a->arm[i].t->update > 0 ? history_edits_needed(a->arm[i].t, &c[i]) : 0;
	if (needed > edits_left(a))
		return err_input(
		        e, "%d changes under way are all that a state holds; start again to change more", STATE_EDITS);
	for (int i = 0; i < a->n; i++) {
		arm *m = &a->arm[i];
		if (history_edits_needed(m->t, &c[i]) == 0)
			continue;
		bool rescales = c[i].v[KNOB_rescale] != m->t->c.v[KNOB_rescale];
		if (!arm_undo_stop(m, e) || (rescales && !arm_unscale(m, e)) ||
		        !history_edit(m->h, m->t, &c[i], STATE_EDITS, e) || !arm_cut(m, e))
			return false;
	}
	return true;
}

static bool same_sequences(const config *a, const config *b)
{
	for (int id = 0; id < KNOB_COUNT; id++)
		if (state_shares((knob_id)id) && id != KNOB_updates && id != KNOB_probe_every &&
		        !config_same(a, b, (knob_id)id))
			return false;
	return true;
}

bool arms_config(arms *a, int i, const config *c, err *e)
{
	config wanted[STATE_ARMS];
	unsigned which = 0;
	int needed = 0;
	for (int k = 0; k < a->n; k++) {
		wanted[k] = k == i ? *c : with_shared(&a->arm[k].t->c, c);
		if (!config_fits(&wanted[k], e))
			return false;
		const trial *t = a->arm[k].t;
		bool rescales = t->update == 0 && t->c.v[KNOB_rescale] != wanted[k].v[KNOB_rescale];
		if (config_restart(&t->c, &wanted[k]) == KNOB_WEIGHTS || rescales)
			which |= 1U << k;
		needed += history_edits_needed(a->arm[k].t, &wanted[k]);
	}
	for (int k = 0; k < a->n; k++)
		history_look(a->arm[k].h, a->arm[k].t, c);
	if (!which && !needed)
		return true;
	if (which) {
		bool same = same_sequences(&a->arm[i].t->c, c);
		if (!begin_again(a, wanted, which, e))
			return false;
		a->example = same ? a->example : (run_example){0};
		return true;
	}
	long now = arms_update(a);
	bool uneven = false;
	if (!adjust(a, wanted, e))
		return false;
	for (int k = 0; k < a->n; k++) /* one that had stopped lives again, where the others are not or have stopped */
		uneven = uneven || a->arm[k].t->update != now || a->arm[k].t->diverged;
	return !uneven || arms_seek(a, arms_update(a) > now ? arms_update(a) : now, e);
}

bool arms_rescale(arms *a, int i, double rho, err *e)
{
	arm *m = &a->arm[i];
	if (rho == 0)
		return arm_unscale(m, e);
	if (!(rho > 0 && rho <= knob_get(KNOB_rho)->high))
		return err_input(e, "rescale=%g: not a spectral radius; allowed: above 0, up to %g", rho,
		        knob_get(KNOB_rho)->high);
	if (m->t->update == 0 && !m->t->diverged) {
		config c = m->t->c;
		c.v[KNOB_rho] = rho;
		c.v[KNOB_rescale] = 0;
		return arms_config(a, i, &c, e);
	}
	if (edits_left(a) < 1)
		return err_input(
		        e, "%d changes under way are all that a state holds; start again to change more", STATE_EDITS);
	if (!arm_undo_stop(m, e) || !arm_unscale(m, e))
		return false;
	history_rescale(m->h, m->t, rho);
	long now = arms_update(a);
	return arm_cut(m, e) && (m->t->update == now || arms_seek(a, now, e));
}

bool arms_reset(arms *a, err *e)
{
	config now[STATE_ARMS];
	for (int i = 0; i < a->n; i++)
		now[i] = a->arm[i].t->c;
	return begin_again(a, now, (1U << a->n) - 1, e);
}

/* ---- the set ---- */

static int free_colour(const arms *a)
{
	for (int colour = 0; colour < STATE_ARMS; colour++) {
		bool taken = false;
		for (int i = 0; i < a->n; i++)
			taken = taken || a->arm[i].colour == colour;
		if (!taken)
			return colour;
	}
	return 0;
}

bool arms_duplicate(arms *a, int i, err *e)
{
	if (a->n == STATE_ARMS)
		return err_input(e, "%d arms are all that fit; remove one first", STATE_ARMS);
	int n;
	history_edits(a->arm[i].h, &n);
	if (n > edits_left(a))
		return err_input(
		        e, "%d changes under way are all that a state holds; start again to compare", STATE_EDITS);
	if (!arm_copy(&a->arm[a->n], &a->arm[i], e))
		return false;
	a->arm[a->n].name[0] = '\0';
	a->arm[a->n].hidden = false;
	a->arm[a->n].colour = free_colour(a);
	a->n++;
	return true;
}

bool arms_fork(arms *a, int i, const config *c, err *e)
{
	if (!arms_duplicate(a, i, e))
		return false;
	/* what all share stays as it is: it would begin the others again */
	config own = with_shared(c, &a->arm[i].t->c);
	if (arms_config(a, a->n - 1, &own, e))
		return true;
	arm_done(&a->arm[--a->n]);
	return false;
}

bool arms_remove(arms *a, int i, err *e)
{
	if (a->n == 1)
		return err_input(e, "the last arm cannot be removed");
	arm_done(&a->arm[i]);
	a->n--;
	memmove(&a->arm[i], &a->arm[i + 1], (size_t)(a->n - i) * sizeof *a->arm);
	a->arm[a->n] = (arm){0};
	if (a->n == 1) /* nothing is left that it could be taken for */
		a->arm[0].colour = 0;
	show_one(a);
	return true;
}

void arms_exchange(arms *a, int i, int k)
{
	arm m = a->arm[i];
	a->arm[i] = a->arm[k];
	a->arm[k] = m;
}

bool arms_rename(arms *a, int i, const char *name, err *e)
{
	if (strlen(name) >= STATE_NAME)
		return err_input(e, "the name has %zu bytes; allowed: %d", strlen(name), STATE_NAME - 1);
	for (const char *p = name; *p; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			return err_input(e, "the name contains a control character; allowed: printable text");
	snprintf(a->arm[i].name, sizeof a->arm[i].name, "%s", name);
	return true;
}

bool arms_hide(arms *a, int i, bool hidden, err *e)
{
	int shown = 0;
	for (int k = 0; k < a->n; k++)
		shown += !a->arm[k].hidden;
	if (hidden && shown == 1 && !a->arm[i].hidden)
		return err_input(e, "one arm stays visible");
	a->arm[i].hidden = hidden;
	return true;
}

bool arms_bookmark(arms *a, err *e)
{
	long now = arms_update(a);
	bool ok = true;
	for (int i = 0; i < a->n; i++)
		ok &= history_bookmark(a->arm[i].h, now);
	return ok || err_input(e, "there are as many bookmarks as fit; take one away first");
}

/* ---- rescue ---- */

/* Whether the run is well for the next updates: finite, and at the end no worse than a fresh net or the place where it
 * began. */
static bool ended_well(const rescue *r)
{
	return r->sum <= fmax(2 * r->fresh_loss, r->loss);
}

/* Back to where the rescue begins; rounds of the history lead there. */
static bool rescue_again(arms *a, err *e)
{
	rescue *r = &a->rescue;
	arm *m = &a->arm[r->arm];
	r->phase = RESCUE_GO;
	return history_rewind(m->h, m->t, r->update, e);
}

/* Clipping first, then learning rates lower by half a decade each. False when there is no more to try. */
static bool next_settings(const arms *a, rescue *r)
{
	char text[32];
	err e;
	bool first = !r->known, late = a->clock && a->clock() - r->began > PATIENCE;
	if (first) {
		r->known = true;
		r->was = r->c = a->arm[r->arm].t->c;
		r->clipped = strcmp(config_choice(&r->was, KNOB_clip), "norm") == 0;
		r->lowered = r->clipped && !r->further; /* further back the settings may be others */
		if (!r->clipped && !config_set(&r->c, "clip", "norm", &e))
			return false;
	} else if (late || ++r->lowered > LOWERINGS) {
		return false;
	}
	if (r->lowered == 0)
		return true;
	snprintf(text, sizeof text, "%.2g", r->was.v[KNOB_lr] * pow(10, -0.5 * r->lowered));
	return text_read_number(text, false, &r->c.v[KNOB_lr]);
}

/* BACK updates before the loss went far off. */
static long before_far_off(const rescue *r, const snap_series *loss)
{
	int i = loss->n < SNAP_BUCKETS ? loss->n : SNAP_BUCKETS;
	while (i > 0 && !(loss->high[i - 1] <= FAR_OFF * r->fresh_loss))
		i--;
	long update = i > 0 ? loss->first + i * loss->stride : 0;
	return update > BACK ? update - BACK : 0;
}

/* Undoes what was tried at the place where the arm stands. */
static bool rescue_undo(arms *a, err *e)
{
	rescue *r = &a->rescue;
	arm *m = &a->arm[r->arm];
	config as_it_is = m->t->c;
	if (!history_edit(m->h, m->t, r->known ? &r->was : &as_it_is, STATE_EDITS, e) || !arm_cut(m, e))
		return false;
	history_plan(m->h, r->edit, r->edits);
	return true;
}

bool arms_rescue_begin(arms *a, int i, err *e)
{
	arm *m = &a->arm[i];
	rescue *r = &a->rescue;
	long failed = history_diverged(m->h), now = arms_update(a);
	if (!failed)
		return err_input(e, "this run has not stopped");
	if (edits_left(a) < 2)
		return err_input(e, "%d changes under way are all that a state holds; start again", STATE_EDITS);
	*r = (rescue){.arm = i,
	        .update = failed > BACK ? failed - BACK : 0,
	        .back = m->t->diverged && now < failed ? failed : now,
	        .began = a->clock ? a->clock() : 0};
	const state_edit *edits = history_edits(m->h, &r->edits);
	memcpy(r->edit, edits, (size_t)r->edits * sizeof *edits);
	if (!history_seek(m->h, m->t, 0, e))
		return false;
	trial_measure(m->t);
	r->fresh_loss = m->t->r.loss;
	return rescue_again(a, e);
}

bool arms_rescuing(const arms *a)
{
	return a->rescue.phase != RESCUE_NONE;
}

static void tell(const rescue *r, const config *c, char *said, size_t size)
{
	char number[32], from[32], to[32];
	bool clips = c->v[KNOB_clip] != r->was.v[KNOB_clip], slows = c->v[KNOB_lr] != r->was.v[KNOB_lr];
	int n = snprintf(said, size, "Again from update %s", text_short(number, sizeof number, (double)r->update, 9));
	if (clips)
		n += snprintf(said + n, size - (size_t)n, ", the gradient clipped by its norm at %s",
		        text_short(number, sizeof number, c->v[KNOB_clip_at], 3));
	if (slows)
		n += snprintf(said + n, size - (size_t)n, ", the learning rate lowered from %s to %s",
		        text_short(from, sizeof from, r->was.v[KNOB_lr], 3),
		        text_short(to, sizeof to, c->v[KNOB_lr], 3));
	if (!clips && !slows)
		n += snprintf(said + n, size - (size_t)n, ", with the settings of then");
	n += snprintf(said + n, size - (size_t)n, "%s.", clips && slows ? ": clipping alone was not enough" : "");
	if (r->loss > FAR_OFF * r->fresh_loss)
		snprintf(said + n, size - (size_t)n,
		        " By then the loss had already gone far off; further back there is more to save.");
}

/* What was tried is cut away again: the curves have not seen it. */
static bool rescue_settle(arms *a, char *said, size_t size, err *e)
{
	rescue *r = &a->rescue;
	arm *m = &a->arm[r->arm];
	r->phase = RESCUE_NONE;
	if (r->well ? !history_edit(m->h, m->t, &r->c, STATE_EDITS, e) || !arm_cut(m, e) : !rescue_undo(a, e))
		return false;
	arrive_at_start(m);
	record_jump(m->r);
	if (!r->well) { /* to where it stood: if it had stopped, it stops once more */
		if (!arms_seek(a, r->back, e))
			return false;
		return err_input(e,
		        "neither clipping nor a learning rate of %.2g helps from update %ld; go further back, or start "
		        "again",
		        r->c.v[KNOB_lr], r->update);
	}
	tell(r, &r->c, said, size);
	return arms_seek(a, r->update, e);
}

/* The next settings from where the rescue begins, or the end of it there. */
static bool rescue_arrived(arms *a, err *e)
{
	rescue *r = &a->rescue;
	arm *m = &a->arm[r->arm];
	/* far off, steps small enough to stay finite lead nowhere */
	bool hopeless = !r->further && r->lowered >= 2 && r->loss > FAR_OFF * r->fresh_loss;
	bool more = !hopeless && next_settings(a, r);
	long from = more || r->further ? r->update : before_far_off(r, record_loss(m->r));
	if (from < r->update) {
		r->further = true;
		r->known = false;
		r->update = from;
		return rescue_again(a, e);
	}
	more = more || (hopeless && next_settings(a, r)); /* there is no place further back */
	if (!more) {
		r->phase = RESCUE_BACK;
		return true;
	}
	r->phase = RESCUE_TRY;
	r->tried = 0;
	r->sum = 0;
	return history_edit(m->h, m->t, &r->c, STATE_EDITS, e);
}

/* One update of a try. */
static bool rescue_try(arms *a, err *e)
{
	rescue *r = &a->rescue;
	arm *m = &a->arm[r->arm];
	trial *t = m->t;
	history_step(m->h, t);
	if (t->diverged)
		return rescue_again(a, e);
	r->loss = r->tried == 0 ? t->r.loss : r->loss;
	r->sum += r->tried >= TRIED - 10 ? t->r.loss / 10 : 0;
	if (++r->tried < TRIED)
		return true;
	r->well = ended_well(r);
	if (!rescue_again(a, e))
		return false;
	if (r->well)
		r->phase = RESCUE_BACK;
	return true;
}

bool arms_rescue_turn(arms *a, char *said, size_t size, err *e)
{
	rescue *r = &a->rescue;
	arm *m = &a->arm[r->arm];
	bool ok = true;
	if (r->phase == RESCUE_TRY)
		ok = rescue_try(a, e);
	else if (m->t->update < r->update && !m->t->diverged)
		history_step(m->h, m->t);
	else if (r->phase == RESCUE_GO)
		ok = rescue_arrived(a, e);
	else
		ok = rescue_settle(a, said, size, e);
	if (!ok)
		r->phase = RESCUE_NONE;
	return ok;
}

bool arms_rescue_give_up(arms *a, err *e)
{
	rescue *r = &a->rescue;
	arm *m = &a->arm[r->arm];
	if (r->phase == RESCUE_NONE)
		return true;
	r->phase = RESCUE_NONE;
	if (!history_seek(m->h, m->t, r->update, e))
		return false;
	if ((r->known || r->further) && !rescue_undo(a, e))
		return false;
	arrive_at_start(m);
	record_jump(m->r);
	return arms_seek(a, r->back, e);
}

bool arms_rescue(arms *a, int i, char *said, size_t size, err *e)
{
	if (!arms_rescue_begin(a, i, e))
		return false;
	while (arms_rescuing(a))
		if (!arms_rescue_turn(a, said, size, e))
			return false;
	return true;
}

/* ---- the gradient on show ---- */

/* Weights of a block that can be compared in about a second: each takes four forward passes. */
static long check_most(const trial *t)
{
	const model_block *table;
	double pass = 2.0 * t->task_spec.B * t->shape.T_max * (double)t->api->parameters(t->m);
	double n = 5e9 / (4 * pass * t->api->blocks(t->m, &table));
	return n < 4 ? 4 : n > 60 ? 60 : (long)n;
}

/* To the update before the present one. */
static bool before_last(arm *m, err *e)
{
	long update = m->t->update - 1;
	if (!history_rewind(m->h, m->t, update, e))
		return false;
	while (m->t->update < update)
		arm_step(m, false);
	return true;
}

bool arms_check(arms *a, int i, gradcheck *out, long *update, err *e)
{
	arm *m = &a->arm[i];
	trial *t = m->t;
	if (t->diverged)
		return err_input(e, "this run has stopped: its gradient is not finite; go back to check one that is");
	*update = t->update;
	if (t->update > 0) { /* the weights before the update whose gradient is on show */
		if (!before_last(m, e))
			return false;
		trial_measure(t);
	}
	bool ok = gradcheck_run(t, 2e-3, check_most(t), out, e);
	while (t->update < *update && !t->diverged) /* and that update once more: nothing has happened */
		arm_step(m, false);
	arrive_at_start(m);
	return ok;
}

bool arms_aside(arms *a, int i, bool (*look)(trial *t, void *data, err *e), void *data, err *e)
{
	arm *m = &a->arm[i];
	bool ok = look(m->t, data, e);
	if (m->t->diverged)
		return ok;
	if (m->t->update > 0) {
		if (!before_last(m, e))
			return false;
		arm_step(m, false);
	}
	arrive_at_start(m);
	return ok;
}

/* ---- the example ---- */

void arms_example(arms *a, const run_example *x)
{
	a->example = *x;
}

/* ---- looking ---- */

void arms_state(const arms *a, run_state *s)
{
	s->arms = a->n;
	s->views = 0;
	s->edits = 0;
	s->example = a->example;
	s->update = arms_update(a);
	for (int i = 0; i < a->n && arms_stopped(a); i++) /* a run that stopped stops again */
		s->update = a->arm[i].t->diverged_update > s->update ? a->arm[i].t->diverged_update : s->update;
	s->end = arms_end(a);
	for (int i = 0; i < a->n; i++) {
		const arm *m = &a->arm[i];
		int n;
		const state_edit *edit = history_edits(m->h, &n);
		s->arm[i] = (state_arm){.hidden = m->hidden,
		        .colour = m->colour == i ? 0 : m->colour + 1,
		        .start = *history_start_config(m->h)};
		snprintf(s->arm[i].name, sizeof s->arm[i].name, "%s", m->name);
		for (int k = 0; k < n && s->edits < STATE_EDITS; k++) {
			s->end = edit[k].update > s->end ? edit[k].update : s->end;
			s->edit[s->edits] = edit[k];
			s->edit[s->edits++].arm = i;
		}
	}
}

static void show_about(const arm *m, snap_about *o)
{
	int n;
	const history_mark *mark = history_marks(m->h, &n);
	o->hidden = m->hidden;
	o->colour = m->colour + 1;
	o->config = m->t->c;
	o->update = m->t->update;
	o->end = history_end(m->h) > o->update ? history_end(m->h) : o->update;
	o->parameters = (int)m->t->api->parameters(m->t->m);
	o->seconds = m->seconds;
	o->diverged = m->t->diverged;
	o->diverged_update = history_diverged(m->h);
	o->marks = n < SNAP_MARKS ? n : SNAP_MARKS;
	for (int i = 0; i < o->marks; i++)
		o->mark[i] = (snap_mark){mark[i].update, (int)mark[i].kind};
}

static void show_arm(arm *m, int index, const snap *s, bool spectrum, unsigned want, snap_arm *o)
{
	record_want(m->r, want);
	m->t->example = &s->state.example;
	snap_copy_arm(o, record_arm(m->r, m->t, spectrum));
	m->t->example = NULL;
	o->index = index;
	o->colour = m->colour + 1;
	snprintf(o->name, sizeof o->name, "%s", s->about[index].name);
	o->end = s->about[index].end;
	o->edits = 0;
	o->edited = 0;
	for (int i = 0; i < s->state.edits; i++)
		if (s->state.edit[i].arm == index && s->state.edit[i].update <= m->t->update) {
			o->edits++;
			o->edited = s->state.edit[i].update;
		}
}

void arms_want(arms *a, unsigned want)
{
	a->want = want;
}

/* ---- the surface ---- */

void arms_surface(arms *a, bool on)
{
	err e;
	a->surface = on;
	if (on && !a->land)
		a->land = landscape_new(&e);
	if (on)
		return;
	landscape_free(a->land);
	a->land = NULL;
}

/* The arms that are drawn. */
static int seen_arms(const arms *a, landscape_arm *out)
{
	int n = 0;
	for (int i = 0; i < a->n; i++)
		if (!a->arm[i].hidden && a->arm[i].way.rows > 0)
			out[n++] = (landscape_arm){a->arm[i].t, &a->arm[i].way, i};
	return n;
}

bool arms_surface_work(arms *a)
{
	return a->land && landscape_work(a->land);
}

void arms_surface_aim(arms *a, bool going_on)
{
	landscape_arm seen[STATE_ARMS];
	int n = seen_arms(a, seen);
	if (a->land && n > 0)
		landscape_aim(a->land, seen, n, going_on);
}

static void show_surface(arms *a, slice_picture *out)
{
	landscape_arm seen[STATE_ARMS];
	int n = seen_arms(a, seen);
	if (!a->clock && a->want & WANT_SURFACE)
		arms_surface(a, true);
	if (!a->land || n == 0)
		return;
	if (!a->clock) { /* a picture of this state alone, complete */
		arms_surface_aim(a, false);
		while (landscape_work(a->land))
			;
	}
	landscape_look(a->land, seen, n, a->want & WANT_SURFACE);
	landscape_show(a->land, out);
}

void arms_show(arms *a, snap *s, bool spectrum)
{
	s->version = SNAP_VERSION;
	arms_state(a, &s->state);
	s->update = arms_update(a);
	s->end = arms_end(a);
	s->all = a->n;
	s->arms = 0;
	show_surface(a, &s->surface);
	for (int i = 0; i < a->n; i++) {
		show_about(&a->arm[i], &s->about[i]);
		state_label(&s->state, i, s->about[i].name, sizeof s->about[i].name);
		if (a->n == 1 && !a->arm[i].name[0])
			s->about[i].name[0] = '\0';
		if (!a->arm[i].hidden)
			show_arm(&a->arm[i], i, s, spectrum, a->want, &s->arm[s->arms++]);
	}
}

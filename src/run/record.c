#include "run/record.h"

#include "num/eig.h"
#include "run/matrix.h"
#include "run/steps.h"
#include "run/tape.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct record {
	snap_arm arm;
	long counts[SNAP_SCALARS];
	long fall_stride, fall_due;   /* measurements between rows; update of the next row */
	long trail_stride, trail_due; /* the same of the spectra */
	long previous;                /* measured update of the total curve on show */
	long known;                   /* the curves hold the updates up to here */
	double *W;                    /* H × H */
	double *work;                 /* 3 H */
	int H;
	unsigned want; /* WANT_… */
};

record *record_new(err *e)
{
	record *r = calloc(1, sizeof *r);
	if (!r)
		err_machine(e, "no memory for the curves of a run");
	return r;
}

void record_free(record *r)
{
	if (!r)
		return;
	free(r->W);
	free(r->work);
	free(r);
}

/* ---- curves over the updates ---- */

void record_series_add(snap_series *s, long *count, long update, double value)
{
	if (s->n == 0) {
		s->first = update;
		s->stride = 1;
	}
	while ((update - s->first) / s->stride >= SNAP_BUCKETS)
		snap_series_halve(s);
	int bucket = (int)((update - s->first) / s->stride);
	while (s->n <= bucket) {
		s->low[s->n] = s->high[s->n] = s->mean[s->n] = NAN;
		s->n++;
		*count = 0;
	}
	if (!isfinite(value))
		return;
	float v = (float)value;
	s->low[bucket] = fminf(s->low[bucket], v);
	s->high[bucket] = fmaxf(s->high[bucket], v);
	++*count;
	s->mean[bucket] = *count == 1 ? v : s->mean[bucket] + (v - s->mean[bucket]) / (float)*count;
}

/* ---- temporal curves ---- */

/* Step of the curve that stands at place i of the drawn ones. */
static int thinned(int T)
{
	return T > SNAP_STEPS ? SNAP_STEPS : T;
}

static float log_norm(double norm)
{
	return isfinite(norm) ? (float)log10(norm) : NAN;
}

static void to_log(const double *norm, int T, float *out)
{
	int n = thinned(T);
	for (int i = 0; i < n; i++)
		out[i] = log_norm(norm[(long)i * T / n]);
}

static void add_fall_row(record *r, const trial *t)
{
	snap_arm *a = &r->arm;
	if (a->fall_rows == SNAP_FALL_ROWS) {
		for (int i = 0; i < SNAP_FALL_ROWS / 2; i++) {
			a->fall_update[i] = a->fall_update[2 * i];
			memcpy(a->fall[i], a->fall[2 * i], sizeof a->fall[i]);
		}
		a->fall_rows = SNAP_FALL_ROWS / 2;
		r->fall_stride *= 2;
	}
	int T = t->r.T, cols = T < SNAP_FALL_COLS ? T : SNAP_FALL_COLS;
	a->fall_cols = a->fall_rows == 0 ? cols : a->fall_cols;
	float *row = a->fall[a->fall_rows];
	for (int c = 0; c < a->fall_cols; c++) {
		int from = (int)((long)c * T / a->fall_cols), to = (int)((long)(c + 1) * T / a->fall_cols);
		double top = t->r.temporal_total[from];
		for (int k = from + 1; k < to; k++)
			top = t->r.temporal_total[k] > top ? t->r.temporal_total[k] : top;
		row[c] = log_norm(top);
	}
	a->fall_update[a->fall_rows++] = t->measured_update;
	r->fall_due = t->measured_update + r->fall_stride;
}

/* The spectrum as it is now, for the trail. */
static void add_trail_row(record *r, const trial *t)
{
	snap_arm *a = &r->arm;
	const char *name;
	int H = trial_transition(t, NULL, &name);
	err e;
	if (H < 2 || H > SNAP_TRAIL_EIG || H > r->H)
		return;
	if (a->trail_rows == SNAP_TRAIL) {
		for (int i = 0; i < SNAP_TRAIL / 2; i++) {
			a->trail_update[i] = a->trail_update[2 * i];
			memcpy(a->trail_re[i], a->trail_re[2 * i], sizeof a->trail_re[i]);
			memcpy(a->trail_im[i], a->trail_im[2 * i], sizeof a->trail_im[i]);
		}
		a->trail_rows = SNAP_TRAIL / 2;
		r->trail_stride *= 2;
	}
	double *re = r->work, *im = re + H;
	trial_transition(t, r->W, &name);
	/* SNAP_TRAIL is even: a doubled stride begins at a multiple of its own */
	r->trail_due = t->update + r->trail_stride;
	if (!eig_values(H, r->W, re, im, &e))
		return;
	for (int i = 0; i < H; i++) {
		a->trail_re[a->trail_rows][i] = (float)re[i];
		a->trail_im[a->trail_rows][i] = (float)im[i];
	}
	a->trail_update[a->trail_rows++] = t->update;
}

static void add_histogram(snap_arm *a, double grad_norm)
{
	double place =
	        (log10(grad_norm) - (double)a->hist_low) / ((double)a->hist_high - (double)a->hist_low) * SNAP_BINS;
	if (place == place) /* what lies beyond the range counts at its end */
		a->grad_histogram[place < 0 ? 0 : place < SNAP_BINS ? (int)place : SNAP_BINS - 1]++;
}

void record_update(record *r, const trial *t)
{
	snap_arm *a = &r->arm;
	const double now[SNAP_SCALARS] = {
	        t->r.loss, t->metric, t->r.grad_norm, t->r.clipped_norm, t->r.update_norm, NAN, NAN};
	long update = t->diverged ? t->diverged_update : t->update;
	memcpy(a->now, now, SNAP_RHO * sizeof *now);
	add_histogram(a, t->r.grad_norm);
	if (!t->diverged && a->steps.update == t->update) /* made once more, perhaps with other settings */
		a->steps.update = 0;
	if (update <= r->known)
		return;
	r->known = update;
	for (int i = 0; i < SNAP_RHO; i++)
		record_series_add(&a->series[i], &r->counts[i], update, now[i]);
	if (t->measured && t->measured_update >= r->fall_due && t->r.temporal_total)
		add_fall_row(r, t);
	if (!t->diverged && t->update >= r->trail_due)
		add_trail_row(r, t);
}

/* ---- going back ---- */

/* Cuts the curve behind `update`; returns the last update of the last bucket that is left whole. */
static long cut_series(snap_series *s, long *count, long update)
{
	long at = update + 1 - s->first;
	if (s->n == 0 || at >= s->n * s->stride)
		return update;
	s->n = at > 0 ? (int)(at / s->stride) : 0;
	*count = s->stride; /* the last bucket is full: what follows begins the next one */
	return s->n > 0 ? s->first + s->n * s->stride - 1 : 0;
}

long record_cut(record *r, long update)
{
	snap_arm *a = &r->arm;
	long whole = update;
	if (update >= r->known)
		return update;
	for (int i = 0; i < SNAP_SCALARS; i++) {
		long last = cut_series(&a->series[i], &r->counts[i], update);
		if (i < SNAP_RHO &&
		        last < whole) /* the spectrum is not measured at every update: its points are dropped */
			whole = last;
	}
	while (a->fall_rows > 0 && a->fall_update[a->fall_rows - 1] > whole)
		a->fall_rows--;
	while (a->trail_rows > 0 && a->trail_update[a->trail_rows - 1] > whole)
		a->trail_rows--;
	r->trail_due = a->trail_rows ? a->trail_update[a->trail_rows - 1] + r->trail_stride : 0;
	r->fall_due = a->fall_rows ? a->fall_update[a->fall_rows - 1] + r->fall_stride : 0;
	r->known = whole;
	return whole;
}

void record_jump(record *r)
{
	r->arm.ghosts = 0;
	r->arm.total.T = 0;
}

void *record_aside(record *r, size_t *size)
{
	*size = sizeof r->arm.grad_histogram;
	return r->arm.grad_histogram;
}

/* ---- the arm ---- */

static void describe(record *r, const trial *t)
{
	snap_arm *a = &r->arm;
	const task_shape *s = &t->shape;
	const loss_info *loss = t->api->loss(t->api->spec(t->m)->loss);
	snprintf(a->loss_label, sizeof a->loss_label, "%s",
	        t->shape.unit == UNIT_FUNCTION ? "value of the function" : loss->label);
	snprintf(a->metric_label, sizeof a->metric_label, "wrong: %.38s", s->criterion);
	/* the plateaus belong to the task's own loss of its own outputs */
	bool own = t->api->spec(t->m)->loss == trial_task_loss(t) && t->api->spec(t->m)->output == loss->output;
	a->guess_wrong = s->guess_wrong;
	a->lag_near = s->lag_near;
	a->lag_far = s->lag_far;
	a->baselines = own ? s->baselines : 0;
	for (int i = 0; i < a->baselines; i++) {
		a->baseline[i] = s->baseline[i];
		snprintf(a->baseline_label[i], sizeof a->baseline_label[i], "%.31s", s->baseline_label[i]);
	}
	const model_block *table;
	int n = t->api->blocks(t->m, &table);
	a->blocks = n < SNAP_BLOCKS ? n : SNAP_BLOCKS;
	for (int i = 0; i < a->blocks; i++)
		snprintf(a->block[i], sizeof a->block[i], "%.23s", table[i].label);
	a->rescales = false;
	for (int i = 0; i < n; i++)
		a->rescales = a->rescales || (table[i].recurrent && !table[i].frozen && config_uses(&t->c, KNOB_rho));
	a->parameters = (int)t->api->parameters(t->m);
}

record *record_copy(const record *r, err *e)
{
	record *to = record_new(e);
	if (!to)
		return NULL;
	*to = *r;
	to->arm.previous.n = 0; /* the ghost stays with the arm that left it */
	size_t H = (size_t)r->H;
	to->W = H ? malloc(H * H * sizeof *to->W) : NULL;
	to->work = H ? malloc(3 * H * sizeof *to->work) : NULL;
	if (!H || (to->W && to->work))
		return to;
	record_free(to);
	err_machine(e, "no memory for the curves of a run");
	return NULL;
}

void record_start_again(record *r, const trial *t)
{
	snap_series *before = malloc(sizeof *before);
	const snap_arm *a = &r->arm;
	if (before) /* a run that hardly began leaves the ghost of the one before it */
		*before = a->series[SNAP_LOSS].n > 1 ? a->series[SNAP_LOSS] : a->previous;
	record_start(r, t);
	if (before)
		r->arm.previous = *before;
	free(before);
}

void record_start(record *r, const trial *t)
{
	double *W = r->W, *work = r->work;
	const char *name;
	int H = trial_transition(t, NULL, &name);
	if (H > r->H) {
		W = realloc(W, (size_t)H * (size_t)H * sizeof *W);
		r->W = W ? W : r->W;
		work = realloc(work, 3 * (size_t)H * sizeof *work);
		r->work = work ? work : r->work;
		r->H = W && work ? H : r->H;
	}
	*r = (record){.W = r->W, .work = r->work, .H = r->H, .want = r->want, .fall_stride = 1, .trail_stride = 1};
	snap_arm *a = &r->arm;
	if (t->measured && t->r.temporal_total)
		add_fall_row(r, t);
	add_trail_row(r, t);
	a->hist_low = -12;
	a->hist_high = 24;
	for (int i = 0; i < SNAP_SCALARS; i++)
		a->now[i] = NAN;
	describe(r, t);
}

void record_curves(record *r, const trial *t)
{
	snap_arm *a = &r->arm;
	if (!t->r.temporal_total || !t->measured)
		return;
	if (a->total.T && a->total.update != t->measured_update) {
		memmove(&a->ghost[1], &a->ghost[0], (SNAP_GHOSTS - 1) * sizeof a->ghost[0]);
		a->ghost[0] = a->total;
		a->ghosts = a->ghosts < SNAP_GHOSTS ? a->ghosts + 1 : SNAP_GHOSTS;
	}
	a->total.update = t->measured_update;
	a->T = t->r.T;
	a->total.T = thinned(t->r.T);
	to_log(t->r.temporal_total, t->r.T, a->total.norm);
	for (int i = 0; i < a->blocks; i++)
		to_log(t->r.temporal[i], t->r.T, a->temporal[i]);
	to_log(t->r.dh_norm, t->r.T, a->dh_norm);
	to_log(t->r.delta_norm, t->r.T, a->delta_norm);
	const batch *b = t->api->batch(t->m);
	a->first_loss_step = b->first_loss + 1;
	a->saturation = (float)t->api->saturation(t->m);
}

static void copy_spectrum(record *r, const trial *t)
{
	snap_arm *a = &r->arm;
	const char *name;
	int H = trial_transition(t, NULL, &name);
	if (H == 0 || H > r->H)
		return; /* no such matrix; or no memory for it: the spectrum stays as it was */
	trial_transition(t, r->W, &name);
	double *re = r->work, *im = re + H, *sigma = im + H;
	err e;
	if (!eig_values(H, r->W, re, im, &e) || !eig_singular(H, H, r->W, sigma, &e))
		return;
	snprintf(a->eig_of, sizeof a->eig_of, "%s", name);
	a->eigs = H < SNAP_EIG ? H : SNAP_EIG;
	for (int i = 0; i < a->eigs; i++) {
		a->eig_re[i] = (float)re[i];
		a->eig_im[i] = (float)im[i];
		a->singular[i] = (float)sigma[i];
	}
	a->eig_update = t->update;
	a->now[SNAP_RHO] = hypot(re[0], im[0]);
	a->now[SNAP_SIGMA_MAX] = sigma[0];
	double per_step;
	a->has_bound = trial_bound(t, sigma[0], &per_step);
	a->bound_per_step = (float)per_step;
	long update = t->update ? t->update : 1;
	if (a->series[SNAP_RHO].n &&
	        update < a->series[SNAP_RHO].first + a->series[SNAP_RHO].stride * (a->series[SNAP_RHO].n - 1))
		return; /* the past has its points */
	record_series_add(&a->series[SNAP_RHO], &r->counts[SNAP_RHO], update, a->now[SNAP_RHO]);
	record_series_add(&a->series[SNAP_SIGMA_MAX], &r->counts[SNAP_SIGMA_MAX], update, a->now[SNAP_SIGMA_MAX]);
}

void record_want(record *r, unsigned want)
{
	r->want = want;
}

const snap_series *record_loss(const record *r)
{
	return &r->arm.series[SNAP_LOSS];
}

const snap_arm *record_arm(record *r, const trial *t, bool spectrum)
{
	snap_arm *a = &r->arm;
	a->config = t->c;
	a->update = t->update;
	a->end = r->known > a->update ? r->known : a->update;
	a->diverged = t->diverged;
	a->diverged_update = t->diverged_update;
	a->diverged_step = t->r.bad_step;
	snprintf(a->diverged_where, sizeof a->diverged_where, "%.95s",
	        t->diverged && t->r.bad_where ? t->r.bad_where : "");
	snprintf(a->message, sizeof a->message, "%s", t->message);
	a->clipped_share = t->descent.clip == CLIP_NONE || !t->update ? NAN : (double)t->clipped / (double)t->update;
	if (!t->diverged) /* the picture of the last finite state stays */
		record_curves(r, t);
	if (spectrum)
		copy_spectrum(r, t);
	if (r->want & WANT_MATRICES)
		matrix_measure(t, &a->matrices);
	if (r->want & WANT_STEPS)
		steps_read(t, &a->steps);
	if ((r->want & WANT_TAPE) && (!t->diverged || !a->tape.T))
		tape_read(t, &a->tape);
	if (t->update == 0 && !t->diverged) {
		a->now[SNAP_LOSS] = t->r.loss;
		a->now[SNAP_METRIC] = t->metric;
		a->now[SNAP_GRAD_NORM] = t->r.grad_norm;
	}
	return a;
}
